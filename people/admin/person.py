"""Persons at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import Case, Count, F, IntegerField, Q, Value, When
from django.utils import timezone

from people.models import Person, PersonCitation, PersonIdentifier, PersonName, Tenure
from records.admin.forms import dated
from records.admin.list_filters import by_field
from records.admin.parts import CitationInline, IdentifierInline, NameInline
from records.admin.picker import ranked, span_of
from records.admin.record import RecordAdmin
from records.admin.related_tables import RelatedTable
from records.models import EditorialState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from records.lookup.finding import Days


@admin.register(Person)
class PersonAdmin(RecordAdmin):
    """Persons, whatever they hold."""

    columns = ("office", "living", "birth_edtf", "death_edtf")
    list_filter = (by_field("living"),)
    first_filters = ("office", "state", "classification", "holding_on")
    lacking: ClassVar[dict[str, str]] = {"offices": "tenures"}
    sorted_by_groups = ("living", "birth_edtf", "death_edtf", "badge")
    search_fields = ("name", "names__name")
    rows = (
        "name",
        ("given_name", "family_name", "sort_name"),
        dated("birth"),
        dated("death"),
        "living",
    )
    related_tables = (
        RelatedTable(
            "Offices held",
            Tenure,
            "person",
            ("kind", "start_edtf", "end_edtf", "end_status"),
            ("person", "office"),
        ),
    )
    inlines = (
        NameInline.of(PersonName),
        CitationInline.of(PersonCitation),
        IdentifierInline.of(PersonIdentifier),
    )

    def label_of(self, row: Person) -> str:
        dates = f"{row.birth.edtf}–{row.death.edtf}" if row.birth or row.death else ""  # noqa: RUF001
        return f"{row} ({dates})" if dates else str(row)

    def picked(self, rows: QuerySet[Any], typed: str, on: Days | None) -> QuerySet[Any]:
        """Of persons who are called alike, list those first who may have held an office then, and of these who held most."""
        return ranked(
            rows,
            typed,
            parts_of=self.search_fields,
            whole=self.whole_search_fields,
            on=on,
            order=lambda keys: _by_offices(keys, on or _today()),
        )

    def complete_rows(self, rows: Sequence[Person]) -> None:
        """Read the office that each person holds, or held last."""
        offices = self.hints(rows, None) if rows else {}
        for row in rows:
            row.office_shown = offices.get(row.pk, "")  # type: ignore[attr-defined]  # for the column

    @admin.display(description="office")
    def office(self, person: Any) -> str:
        """Show the office that the person holds, or held last."""
        return str(person.office_shown)

    def hints(self, rows: Sequence[Person], on: Days | None) -> dict[Any, str]:
        """Say what each may have held on the day, or else held last, as the desk knows it."""
        tenures = (
            _tenures_of([row.pk for row in rows])
            .select_related("office__state")
            .annotate(is_possible=_possibly_held(on or _today()))
            .order_by(
                "person_id",
                "-is_possible",
                F("end_latest").desc(nulls_first=True),
                F("start_earliest").desc(nulls_last=True),
                "pk",
            )
            .distinct("person_id")
        )
        return {tenure.person_id: _held(tenure) for tenure in tenures}


def _today() -> Days:
    today = timezone.now().date()
    return today, today


def _tenures_of(people: Sequence[Any]) -> QuerySet[Tenure]:
    return Tenure.objects.filter(person__in=people).exclude(editorial_state=EditorialState.MERGED)


def _possibly_held(on: Days) -> Any:
    first, last = on
    impossible = Q(start_earliest__gt=last) | Q(end_latest__lt=first)
    return Case(When(impossible, then=Value(0)), default=Value(1), output_field=IntegerField())


def _by_offices(people: Sequence[str], on: Days) -> dict[str, tuple[int, int]]:
    """Return the place of each person among those who are called alike: the lower, the earlier."""
    tenures = _tenures_of(people).order_by().annotate(is_possible=_possibly_held(on))
    counted = tenures.values("person").annotate(
        possible=Count("pk", filter=Q(is_possible=1)), held=Count("pk")
    )
    return {
        str(row["person"]): (-min(row["possible"], 1), -row["held"])
        for row in counted.values("person", "possible", "held")
    }


def _held(tenure: Tenure) -> str:
    state = tenure.office.state
    office = (
        f"{tenure.office}, {state}"
        if state and state.name not in tenure.office.title
        else str(tenure.office)
    )
    span = span_of(tenure)
    return f"{office} ({span})" if span else office
