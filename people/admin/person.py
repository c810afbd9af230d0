"""Persons at the desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import Case, Count, F, IntegerField, Q, Value, When
from django.db.models.functions import Cast
from django.utils import timezone
from rapidfuzz.distance import OSA

from config.db.planned import planned_once
from people.models import EndStatus, Person, PersonCitation, PersonIdentifier, PersonName, Tenure
from people.names.folding import fold
from people.names.parsing import parse
from people.names.titles import strip_titles
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

    from records.lookup.reading import Days, FoundName


#: Two or three initials that are written as one word.
_INITIALS = re.compile(r"\b[A-Z]{2,3}\b(?=.)")


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
            or_else=_without_title,
            order=lambda text, found: _likely(text, found, on or _today()),
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
        asked = (
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
        with planned_once():
            return {tenure.person_id: _held(tenure) for tenure in asked}


def _without_title(text: str) -> str:
    """Return a name without the titles before and behind it, and with its initials apart (`President GW Bush`); blank if it is the same."""
    name = _INITIALS.sub(
        lambda found: " ".join(found[0]), strip_titles(text).name.replace(".", " ")
    )
    return "" if name == text else name


def _today() -> Days:
    today = timezone.now().date()
    return today, today


def _tenures_of(people: Sequence[Any]) -> QuerySet[Tenure]:
    return Tenure.objects.filter(person__pk__any_of=people).exclude(
        editorial_state=EditorialState.MERGED
    )


def _possibly_held(on: Days) -> Any:
    first, last = on
    impossible = Q(start_earliest__gt=last) | Q(end_latest__lt=first)
    no, yes = (Cast(Value(number), IntegerField()) for number in (0, 1))
    return Case(When(impossible, then=no), default=yes)


def _certainly_held(on: Days) -> Q:
    first, last = on
    return Q(start_latest__lte=first, end_earliest__gte=last) | Q(
        start_latest__lte=first, end_status=EndStatus.ONGOING
    )


def _likely(text: str, found: Sequence[FoundName], on: Days) -> dict[str, tuple[int, ...]]:
    """Return the place of each person among those who are called alike: the lower, the earlier.

    First those who certainly held an office then, then those who may have; of these, those who have the typed word as a family name, then
    those who held most.
    """
    tenures = _tenures_of([name.record for name in found]).order_by()
    counted = (
        tenures.annotate(is_possible=_possibly_held(on))
        .values("person")
        .annotate(
            certain=Count("pk", filter=_certainly_held(on)),
            possible=Count("pk", filter=Q(is_possible=1)),
            held=Count("pk"),
        )
    )
    with planned_once():
        offices = {
            str(row["person"]): (-min(row["certain"], 1), -min(row["possible"], 1), row["held"])
            for row in counted.values("person", "certain", "possible", "held")
        }
    typed = fold(text).split()
    places: dict[str, tuple[int, ...]] = {}
    for name in found:
        certain, possible, held = offices.get(name.record, (0, 0, 0))
        places[name.record] = (certain, possible, not _is_family_name(typed, name.name), -held)
    return places


def _is_family_name(typed: Sequence[str], name: str) -> bool:
    """Whether one of the typed words is a family name in the name, but for a letter."""
    family = parse(name).family_words
    return any(OSA.distance(word, each, score_cutoff=1) <= 1 for word in typed for each in family)


def _held(tenure: Tenure) -> str:
    state = tenure.office.state
    office = (
        f"{tenure.office}, {state}"
        if state and state.name not in tenure.office.title
        else str(tenure.office)
    )
    span = span_of(tenure)
    return f"{office} ({span})" if span else office
