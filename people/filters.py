"""Filters of states, organizations, persons, offices and tenures."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q

from config.api.filters.dates import DayFilter
from config.api.filters.sets import FilterSet, Group
from config.api.filters.values import ChoiceFilter, TextFilter
from config.dates.queries import certainly_overlaps, possibly_overlaps
from people.models import (
    IN_OFFICE,
    NEVER_HELD,
    EndStatus,
    OfficeClass,
    OfficeEdition,
    OrganizationClass,
    StateKind,
    TenureEdition,
    TenureKind,
)
from records.api.filters import ReferenceFilter

Days = tuple[date, date]


def existed(first: date, last: date) -> Q:
    """States that may have existed on one of the days: an unknown start or end may lie anywhere."""
    return possibly_overlaps("start", "end", first, last)


class StateFilter(FilterSet):
    """Filters of states."""

    kind = ChoiceFilter(
        "kind",
        choices=StateKind,
        operators=("not",),
        help_text="What sort of state or territory it is.",
    )
    code = TextFilter(
        "codes",
        many=True,
        normalise=str.upper,
        help_text="A code that it has or had, in any scheme, without regard to case (`PK`, `SUHH`, `586`).",
    )
    existed_on = DayFilter(
        where=existed,
        help_text="A day, month or year in which it may have existed (YYYY, YYYY-MM or YYYY-MM-DD).",
    )


class OrganizationFilter(FilterSet):
    """Filters of organizations."""

    classification = ChoiceFilter(
        "classification",
        choices=OrganizationClass,
        operators=("not",),
        help_text="What sort of body it is.",
    )
    state = ReferenceFilter(
        "state",
        "state_id",
        operators=("isnull",),
        help_text="The state whose organ it is; not the state of its seat.",
    )
    parent = ReferenceFilter(
        "organization",
        "parent_id",
        operators=("isnull",),
        help_text="The body that it is part of, without those further up.",
    )


def holding(
    *,
    office: list[UUID] | None = None,
    state: list[UUID] | None = None,
    classification: list[str] | None = None,
    holding_on: Days | None = None,
) -> Q:
    """Persons with a tenure to which all of this applies, in full right, acting or ad interim."""
    tenures = TenureEdition.objects.current().filter(kind__in=IN_OFFICE)
    offices = OfficeEdition.objects.current()
    if office is not None:
        tenures = tenures.filter(office_id__in=office)
    if state is not None:
        tenures = tenures.filter(
            office_id__in=offices.filter(state_id__in=state).values("record_id")
        )
    if classification is not None:
        tenures = tenures.filter(
            office_id__in=offices.filter(classification__in=classification).values("record_id")
        )
    if holding_on is not None:
        tenures = tenures.filter(possibly_overlaps("start", "end", *holding_on))
    return Q(record_id__in=tenures.values("person_id"))


class PersonFilter(FilterSet):
    """Filters of persons. Given together, all must hold of the same tenure, one in full right, acting or ad interim."""

    held = Group(
        where=holding,
        prefixed=False,
        office=ReferenceFilter("office", help_text="An office that the person holds or held."),
        state=ReferenceFilter(
            "state", help_text="The state of an office that the person holds or held."
        ),
        classification=ChoiceFilter(
            choices=OfficeClass,
            help_text="What sort of office the person holds or held.",
        ),
        holding_on=DayFilter(
            help_text="A day, month or year in which the person may have held the office (YYYY, YYYY-MM or YYYY-MM-DD).",
        ),
    )


class OfficeFilter(FilterSet):
    """Filters of offices."""

    state = ReferenceFilter(
        "state",
        "state_id",
        operators=("isnull",),
        help_text="The state that its holder acts for.",
    )
    organization = ReferenceFilter(
        "organization",
        "organization_id",
        operators=("isnull",),
        help_text="The body that it belongs to.",
    )
    classification = ChoiceFilter(
        "classification",
        choices=OfficeClass,
        operators=("not",),
        help_text="What sort of office it is.",
    )


def held(*, on: Days | None = None, date_match: list[str] | None = None) -> Q:
    """Tenures that may have had one of the days, or certainly had one; an office that was never taken up had none.

    That a tenure goes on was known when it was published, and says nothing of later days.
    """
    if on is None:
        return Q()
    taken_up = ~Q(kind__in=NEVER_HELD)
    if date_match != ["certain"]:
        return taken_up & possibly_overlaps("start", "end", *on)
    first, last = on
    ongoing = Q(end_status=EndStatus.ONGOING, start_latest__lte=last, published_at__date__gte=first)
    return taken_up & (certainly_overlaps("start", "end", first, last) | ongoing)


def of_state(states: list[UUID]) -> Q:
    found = Q(state_id__in=states) | Q(accredited_state_ids__overlap=states)
    return Q(office_id__in=OfficeEdition.objects.current().filter(found).values("record_id"))


def of_classification(classes: list[str]) -> Q:
    return Q(
        office_id__in=OfficeEdition.objects.current()
        .filter(classification__in=classes)
        .values("record_id")
    )


class TenureFilter(FilterSet):
    """Filters of tenures."""

    person = ReferenceFilter("person", "person_id", help_text="Who held the office.")
    office = ReferenceFilter("office", "office_id", help_text="What was held.")
    state = ReferenceFilter(
        "state",
        where=of_state,
        help_text="The state of the office, or one that receives its holder.",
    )
    classification = ChoiceFilter(
        choices=OfficeClass,
        where=of_classification,
        help_text="What sort of office was held.",
    )
    kind = ChoiceFilter(
        "kind", choices=TenureKind, operators=("not",), help_text="In what way it was held."
    )
    status = ChoiceFilter(
        "end_status", choices=EndStatus, help_text="Whether it is over: the field `end_status`."
    )
    time = Group(
        where=held,
        prefixed=False,
        on=DayFilter(
            help_text="A day, month or year in which it was held (YYYY, YYYY-MM or YYYY-MM-DD). Who was not confirmed or did"
            " not serve never held it.",
        ),
        date_match=ChoiceFilter(
            choices=("possible", "certain"),
            single=True,
            help_text="How `on` compares: `possible`, as by default, finds tenures that may have had a day in it, `certain`"
            " those that had one whichever of their possible days is true. What goes on is certain until it was published.",
        ),
    )
