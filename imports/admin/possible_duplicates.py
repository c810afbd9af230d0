"""Possible duplicates at the desk: two records that an import found alike, side by side, to merge or to mark as different."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html

from imports.admin.base import PagesAdmin
from imports.admin.page import name_of
from imports.models import ImportBatch
from records.badges import BADGE, badge_html
from records.exchange.export import documents_by_key
from records.exchange.shapes import exchange_of
from records.models import EditorialState, Part, PossibleDuplicate, Record, Verdict
from records.publishing.merge import at_record, links_to, moves_with
from records.publishing.warnings import renew
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern
    from django.utils.safestring import SafeString


#: Records that refer to one of the two and are listed, for each table.
SHOWN = 12
#: Members of the exchange form that are not compared.
_NOT_COMPARED = ("object", "id", "citations")


class VerdictFilter(admin.SimpleListFilter):
    """Filter by verdict; open pairs are the default."""

    title = "verdict"
    parameter_name = "verdict"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        del request, model_admin
        decided = [(value, label) for value, label in Verdict.choices if value != Verdict.OPEN]
        return [*decided, ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        del request
        if self.value() == "all":
            return queryset
        return queryset.filter(verdict=self.value() or Verdict.OPEN)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": Verdict.OPEN.label}
        yield from others


class PairList(ChangeList):
    """The list of pairs, with the labels of their records: a query per kind."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        labels = _labels(self.result_list)
        for pair in self.result_list:
            pair.labels = [labels.get(key, "(deleted)") for key in (pair.record_id, pair.other_id)]


@admin.register(PossibleDuplicate)
class PossibleDuplicateAdmin(PagesAdmin):
    """Possible duplicates. A pair is marked as different here, and merged on the merge page of its records."""

    list_display = ("pair", "kind", "likeness", "reason", "verdict", "who")
    list_filter = (VerdictFilter, "kind")
    list_select_related = ("decided_by",)
    list_title = "Possible duplicates"
    list_class = PairList

    def pages(self) -> list[URLPattern]:
        return [
            path("", self.changelist_view, name="changelist"),
            path("<int:pair_id>/", self.page, name="change"),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False  # imports find them

    # The list

    @admin.display(description="records", ordering="record_id")
    def pair(self, pair: Any) -> str:
        return " · ".join(pair.labels)

    @admin.display(description="alike", ordering="score")
    def likeness(self, pair: PossibleDuplicate) -> str:
        return f"{pair.score:.0%}"

    @admin.display(description="by", ordering="decided_by__username")
    def who(self, pair: PossibleDuplicate) -> str:
        return name_of(pair.decided_by) if pair.decided_by else ""

    # The page of a pair

    def page(self, request: HttpRequest, pair_id: int) -> HttpResponse:
        """Show the two side by side; on POST, set the verdict."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        pair = PossibleDuplicate.objects.select_related("decided_by").filter(pk=pair_id)
        found = pair.first()
        if found is None:
            raise Http404
        records = _records(found)
        may_edit = all(self._admin_of(record).has_change_permission(request) for record in records)
        may_decide = self.has_change_permission(request) and may_edit
        if request.method == "POST":
            if not may_decide:
                raise PermissionDenied
            return self._decide(request, found)
        context = {
            "pair": found,
            "likeness": self.likeness(found),
            "who": self.who(found),
            "batch_address": _import_address(self.admin_site, request, found),
            "records": [self._shown(request, record, records, found) for record in records],
            "rows": _compared(found.kind, records),
            "may_decide": may_decide and found.verdict != Verdict.SAME,
        }
        title = " · ".join(map(str, records)) or str(found)
        return self.render(request, "page", title, context)

    def _decide(self, request: HttpRequest, pair: PossibleDuplicate) -> HttpResponse:
        wanted = request.POST.get("verdict")
        account: Any = request.user
        changed = 0
        if wanted in {Verdict.DIFFERENT, Verdict.OPEN}:
            by = account if wanted == Verdict.DIFFERENT else None
            # Records that were merged in the meantime stay merged.
            open_to_it = PossibleDuplicate.objects.filter(pk=pair.pk).exclude(verdict=Verdict.SAME)
            changed = open_to_it.update(verdict=wanted, decided_by=by)
        if not changed:
            self.message_user(request, "The verdict was not changed.", messages.WARNING)
            return HttpResponseRedirect(request.get_full_path())
        renew({pair.kind: [pair.record_id, pair.other_id]})
        self.log_change(request, pair, f"Verdict: {Verdict(str(wanted)).label.lower()}.")
        if wanted == Verdict.OPEN:
            self.message_user(request, "The pair is open again.", messages.SUCCESS)
            return HttpResponseRedirect(request.get_full_path())
        text = "Marked as different. Imports will not list this pair again."
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:records_possibleduplicate_changelist"))

    def _admin_of(self, record: Record) -> Any:
        return self.admin_site.get_model_admin(type(record))

    def _shown(
        self, request: HttpRequest, record: Any, records: list[Any], pair: PossibleDuplicate
    ) -> dict[str, Any]:
        name = f"admin:{record._meta.app_label}_{record._meta.model_name}"
        others = [other for other in records if other != record]
        can_merge = (
            pair.verdict != Verdict.SAME
            and self._admin_of(record).has_publish_permission(request)
            and EditorialState.MERGED not in {each.editorial_state for each in records}
        )
        merge_address = ""
        if can_merge and others:
            merge_address = f"{reverse(f'{name}_merge', args=[others[0].pk])}?survivor={record.pk}"
        return {
            "name": str(record),
            "address": reverse(f"{name}_change", args=[record.pk]),
            "badge": badge_html(record.badge),
            "named_by": list(_named_by(record)),
            "moves": moves_with(others[0], record) if merge_address else [],
            "merge_address": merge_address,
        }


def _import_address(site: Any, request: HttpRequest, pair: PossibleDuplicate) -> SafeString | str:
    batch = ImportBatch.objects.filter(pk=pair.import_id).first() if pair.import_id else None
    if batch is None or not site.get_model_admin(ImportBatch).has_view_permission(request):
        return ""
    address = reverse("admin:imports_importbatch_change", args=[batch.pk])
    return format_html('<a href="{}">{}</a>', address, batch)


def _labels(pairs: Iterable[PossibleDuplicate]) -> dict[UUID, str]:
    wanted: defaultdict[str, set[UUID]] = defaultdict(set)
    for pair in pairs:
        wanted[pair.kind] |= {pair.record_id, pair.other_id}
    return {
        record.pk: str(record)
        for kind, keys in wanted.items()
        for record in kind_named(kind).model._default_manager.filter(pk__in=keys)
    }


def _records(pair: PossibleDuplicate) -> list[Any]:
    """Return the two records, or one or none: drafts may have been deleted since."""
    model = kind_named(pair.kind).model
    found = model._default_manager.annotate(badge=BADGE).in_bulk([pair.record_id, pair.other_id])
    return [found[key] for key in (pair.record_id, pair.other_id) if key in found]


def _named_by(record: Record) -> Iterator[str]:
    """Yield the labels of records that refer to this one, in themselves or in a part, at most SHOWN of each table."""
    for model, field in links_to(type(record)):
        rows = model._default_manager.filter(**{field.name: record}).order_by("pk")
        owner = ""
        if issubclass(model, Part) and model.part_of != field.name:
            owner = model.part_of  # a path, where it belongs to a part in turn
            rows = rows.select_related(owner)
        elif not issubclass(model, Record) or field.name == "merged_into":
            continue
        named = [at_record(row, owner) for row in rows[: SHOWN + 1]]
        yield from map(str, named[:SHOWN])
        if len(named) > SHOWN:
            yield f"and {rows.count() - SHOWN:,} more {model._meta.verbose_name_plural}"


def _compared(kind: str, records: list[Any]) -> list[dict[str, Any]]:
    """Return the members that at least one record has: the name, the lines of each record, whether they differ."""
    exchange = exchange_of(kind)
    if exchange is None or not records:
        return []
    documents = documents_by_key(exchange, [record.pk for record in records])
    rows = []
    for member in exchange.members:
        if member in _NOT_COMPARED:
            continue
        values = [list(_lines(documents[record.pk].get(member))) for record in records]
        if any(values):
            differs = len(set(map(tuple, values))) > 1
            rows.append({"name": member.replace("_", " "), "values": values, "differs": differs})
    return rows


def _lines(value: Any) -> Iterator[str]:
    """Yield the value of a member as text, a line for each item of a list."""
    if isinstance(value, list):
        for item in value:
            yield " ".join(_lines(item))
    elif isinstance(value, dict):
        yield ", ".join(" ".join(_lines(each)) for each in value.values() if each is not None)
    elif value is True:
        yield "yes"
    elif value not in (None, "", False):
        yield str(value)
