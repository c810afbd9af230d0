"""Sending a list of the desk as a file: as it is filtered, in the order that it has, in the formats of the API's downloads."""

from __future__ import annotations

from codecs import BOM_UTF8
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBadRequest, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from config.api.downloads import Csv, Ndjson
from config.api.fields import shape_of
from records.admin.generics import AnyModelAdmin
from records.publishing.feed import last_position
from records.publishing.previews import BATCH, documents
from records.registry import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern

    from records.registry import Kind

#: The formats, by the names that addresses have for them.
FORMATS = {each.format: each for each in (Csv, Ndjson)}
#: The member that says where a row stands, before those of its document.
PUBLICATION = "publication"


class ListExport(AnyModelAdmin):
    """The address of the file, below that of the list."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_GET(self.export_view))
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/", view, name=name), *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Send all rows of the list. Back to the list, where it is said, if what it is asked was not understood."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        query: Any = request.GET.copy()
        output = FORMATS.get(query.pop("format", [""])[-1])
        if output is None:
            return HttpResponseBadRequest("The format is csv or ndjson.")
        request.GET = query
        changelist: Any = self.get_changelist_instance(request)
        if changelist.waiting or not changelist.is_understood:
            return HttpResponseRedirect(f"../?{query.urlencode()}")
        kind = kind_of(self.model)
        rows = list(changelist.queryset.values_list("pk", "badge"))
        shape = {PUBLICATION: {}, **shape_of(kind.serializer)}
        envelope: dict[str, Any] = {
            "next": None,
            "previous": None,
            "total": {"value": len(rows), "relation": "eq"},
            "notes": [],
            "position": last_position(),
        }
        form = output()
        # Without the mark, Excel would take the file for Latin-1. All readers of ours know it.
        opening = [BOM_UTF8] if output is Csv else []
        response = StreamingHttpResponse(
            chain(opening, form.page(_texts(kind, rows), envelope, shape)),
            content_type=form.content_type,
        )
        response.headers["Content-Disposition"] = (
            f'attachment; filename="{kind.resource}.{form.format}"'
        )
        response.headers["Cache-Control"] = "no-store"
        return response


def _texts(kind: Kind, rows: Sequence[tuple[UUID, str]]) -> Iterator[str]:
    """Yield the documents of records, read while they are sent. What is gone by then is left out."""
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        found = documents(kind, [key for key, _badge in some])
        for key, badge in some:
            if key in found:
                yield f'{{"{PUBLICATION}":"{badge}",{found[key][1:]}'
