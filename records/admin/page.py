"""Pages of the desk beside the admin's own lists and forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.response import TemplateResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.admin import ModelAdmin
    from django.http import HttpRequest


def page_of(
    admin: ModelAdmin[Any],
    request: HttpRequest,
    template: str,
    title: str,
    context: Mapping[str, Any],
) -> TemplateResponse:
    """Answer with a page that belongs to a list of the desk. Its context may replace what all such pages have.

    Templates extend `admin/list_page.html`, or `admin/record_page.html` for one record, which is then `original`.
    """
    request.current_app = admin.admin_site.name
    shared = {
        **admin.admin_site.each_context(request),
        "title": title,
        "opts": admin.opts,
        "media": admin.media,
    }
    return TemplateResponse(request, template, {**shared, **context})
