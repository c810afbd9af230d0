"""States at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from people.models import (
    State,
    StateCitation,
    StateCode,
    StateIdentifier,
    StateName,
    StateSuccession,
)
from records.admin.forms import dated
from records.admin.parts import CitationInline, IdentifierInline, NameInline, PartInline
from records.admin.record import RecordAdmin

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

#: The codes by which people know a state: those of today and of former states.
USUAL = ("iso3166-1-alpha-2", "iso3166-3")


def usual_code() -> Any:
    """Return the query for the code of a state: those that ended count where there is no other."""
    codes = StateCode.objects.filter(state=OuterRef("pk"), scheme__in=USUAL).order_by()
    joined = (
        codes.values("state").annotate(all=StringAgg("value", ", ", order_by="value")).values("all")
    )
    going_on = codes.filter(Q(end_edtf="")).values("state")
    current = going_on.annotate(all=StringAgg("value", ", ", order_by="value")).values("all")
    return Coalesce(Subquery(current), Subquery(joined), Value(""), output_field=TextField())


class StateCodeInline(PartInline):
    """Codes of the state."""

    model = StateCode
    verbose_name = "code"
    rows = (("scheme", "value"), dated("start"), dated("end"))


class StateSuccessionInline(PartInline):
    """States that were there before."""

    model = StateSuccession
    fk_name = "successor"
    verbose_name = "predecessor"
    rows = (("predecessor", "kind"), dated("date"))


@admin.register(State)
class StateAdmin(RecordAdmin):
    """States, with their dated names and codes, and what was there before."""

    columns = ("code", "kind", "start_edtf", "end_edtf")
    first_filters = ("kind", "code", "existed_on", "predecessor", "successor")
    lacking: ClassVar[dict[str, str]] = {"codes": "codes"}
    search_fields = ("name", "names__name")
    whole_search_fields = ("slug", "identifiers__value", "codes__value")
    rows = (("name", "kind"), dated("start"), dated("end"))
    inlines = (
        StateCodeInline,
        NameInline.of(StateName),
        StateSuccessionInline,
        CitationInline.of(StateCitation),
        IdentifierInline.of(StateIdentifier),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).annotate(code=usual_code())
        return rows

    def labelled(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().labelled(queryset).annotate(code=usual_code())
        return rows

    def is_labelled(self, row: Any) -> bool:
        return hasattr(row, "code")

    @admin.display(description="code", ordering="code")
    def code(self, state: Any) -> str:
        return str(state.code)

    def label_of(self, row: Any) -> str:
        """Add the code, and of former states the end."""
        code = f" ({row.code})" if row.code else ""
        until = f", until {row.end_edtf}" if row.end_edtf else ""
        return f"{row}{code}{until}"
