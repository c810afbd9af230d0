"""Filters of states, organizations, persons, offices and tenures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from config.api.filters.dates import DayFilter, Days, ReachSql, Window, WindowFilter, in_order
from config.api.filters.sets import FilterSet, Group
from config.api.filters.values import ChoiceFilter
from config.api.sql import Clause, all_of, column, select, with_related
from config.dates.reach import Match
from people.models import (
    IN_OFFICE,
    EndReason,
    EndStatus,
    MilestoneKind,
    OfficeClass,
    OfficeEdition,
    OrganizationClass,
    PersonEdition,
    StateEdition,
    StateKind,
    TenureEdition,
    TenureKind,
)
from records.api.filters import (
    BetweenFilter,
    ListedWordFilter,
    ReferenceFilter,
    SourceCitedFilter,
    WordFilter,
    having_part,
    with_part,
)
from records.lookup.lives import Lives
from records.models.edition import is_current

if TYPE_CHECKING:
    from uuid import UUID

_STATES, _OFFICES, _TENURES = (
    editions._meta.db_table for editions in (StateEdition, OfficeEdition, TenureEdition)
)


def before(states: list[UUID]) -> Clause:
    """States that one of these names as its predecessor."""
    return Clause(
        f"{column(StateEdition, 'record_id')[0]} IN (SELECT unnest(later.predecessor_ids) FROM {_STATES} AS later"  # noqa: S608 - SQL of ours
        f" WHERE {is_current('later')} AND later.record_id = ANY(%s::uuid[]))",
        (states,),
    )


class StateFilter(FilterSet):
    """Filters of states."""

    kind = ChoiceFilter(
        "kind",
        choices=StateKind,
        operators=("not",),
        help_text="What sort of state or territory it is.",
    )
    code = ListedWordFilter(
        "state",
        "codes",
        many=True,
        normalise=str.upper,
        help_text="A code that it has or had, in any scheme, without regard to case (`PK`, `SUHH`, `586`).",
    )
    existed_on = DayFilter(
        "existed",
        help_text="A day, month or year in which it existed (YYYY, YYYY-MM or YYYY-MM-DD).",
    )
    predecessor = ReferenceFilter(
        "state",
        "predecessor_ids",
        many=True,
        help_text="A state that it came after, without those further back.",
    )
    successor = ReferenceFilter(
        "state", where=before, help_text="A state that came after it, without those further on."
    )
    source = SourceCitedFilter()


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
        predecessors=True,
        operators=("isnull",),
        help_text="The state whose organ it is; not the state of its seat.",
    )
    parent = ReferenceFilter(
        "organization",
        "parent_id",
        operators=("isnull",),
        help_text="The body that it is part of, without those further up.",
    )
    source = SourceCitedFilter()


def _of_offices(office: str, condition: Clause) -> Clause:
    """The tenure's office meets the condition, as the office is published."""
    return Clause(
        f"{office} IN (SELECT office.record_id FROM {_OFFICES} AS office"  # noqa: S608 - SQL of ours
        f" WHERE {is_current('office')} AND {condition.sql})",
        condition.values,
    )


def holding(
    *,
    match: Match,
    office: list[UUID] | None = None,
    state: list[UUID] | None = None,
    classification: list[str] | None = None,
    classification__all: list[str] | None = None,
    holding_on: Days | None = None,
) -> Clause:
    """Persons with a tenure to which all of this applies, in full right, acting or ad interim.

    Each class of `classification__all` must be held so, in tenures that may differ.
    """
    needed = [Clause("tenure.kind = ANY(%s)", ([str(kind) for kind in IN_OFFICE],))]
    offices = []
    if office is not None:
        needed.append(Clause("tenure.office_id = ANY(%s::uuid[])", (office,)))
    if state is not None:
        offices.append(Clause("office.state_id = ANY(%s::uuid[])", (state,)))
    if classification is not None:
        offices.append(Clause("office.classification = ANY(%s)", (classification,)))
    days = ReachSql.named("tenure.held_")
    if holding_on is not None:
        needed.append(days.has_day(match, *holding_on))

    record_id = column(PersonEdition, "record_id")[0]

    def with_tenure(among: list[Clause]) -> Clause:
        found = [Clause(is_current("tenure")), *needed]
        if among:
            found.append(_of_offices("tenure.office_id", all_of(among)))
        tenures, condition = f"{_TENURES} AS tenure", all_of(found)
        person = with_related(record_id, "tenure.person_id", tenures, condition)
        if holding_on is None:
            return person
        rank = days.rank(*holding_on)
        own = all_of([Clause(f"tenure.person_id = {record_id}"), condition])
        best = select(f"min({rank.sql})", tenures, own)
        return replace(person, rank=Clause(f"({best.sql})", (*rank.values, *best.values)))

    each = [
        [*offices, Clause("office.classification = %s", (one,))]
        for one in classification__all or ()
    ] or [offices]
    parts = tuple(map(with_tenure, each))
    return replace(all_of(parts), parts=parts)


class PersonFilter(FilterSet):
    """Filters of persons. Given together, all must hold of the same tenure, one in full right, acting or ad interim."""

    held = Group(
        where=holding,
        prefixed=False,
        office=ReferenceFilter("office", help_text="An office that the person holds or held."),
        state=ReferenceFilter(
            "state",
            predecessors=True,
            help_text="The state of an office that the person holds or held.",
        ),
        classification=ChoiceFilter(
            choices=OfficeClass,
            help_text="What sort of office the person holds or held.",
        ),
        classification__all=ChoiceFilter(
            choices=OfficeClass,
            takes_all=True,
            help_text="Sorts of office that the person holds or held, each of them, in one tenure or several.",
        ),
        holding_on=DayFilter(
            help_text="A day, month or year in which the person held the office (YYYY, YYYY-MM or YYYY-MM-DD).",
        ),
    )
    source = SourceCitedFilter()


class OfficeFilter(FilterSet):
    """Filters of offices."""

    state = ReferenceFilter(
        "state",
        "state_id",
        predecessors=True,
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
    accredited_to = ReferenceFilter(
        "state",
        "accredited_state_ids",
        many=True,
        operators=("all",),
        help_text="A state that receives its holder.",
    )
    source = SourceCitedFilter()


def of_state(states: list[UUID]) -> Clause:
    return _of_offices(
        column(TenureEdition, "office_id")[0],
        Clause("office.state_id = ANY(%s::uuid[])", (states,)),
    )


def accredited_to(states: list[UUID]) -> Clause:
    return _of_offices(
        column(TenureEdition, "office_id")[0],
        Clause("office.accredited_state_ids && %s::uuid[]", (states,)),
    )


def of_classification(classes: list[str]) -> Clause:
    return _of_offices(
        column(TenureEdition, "office_id")[0], Clause("office.classification = ANY(%s)", (classes,))
    )


def of_envoys_between(one: UUID, other: UUID) -> Clause:
    """Tenures of offices of the one state that are accredited to the other."""
    sides = "(office.state_id = %s::uuid AND office.accredited_state_ids @> ARRAY[%s::uuid])"
    return _of_offices(
        column(TenureEdition, "office_id")[0],
        Clause(f"({sides} OR {sides})", (one, other, other, one)),
    )


def with_milestone(
    *, match: Match, kind: list[str] | None = None, date: Window | None = None
) -> Clause:
    """Tenures with one milestone to which all of it applies."""
    if date is None:
        return having_part(TenureEdition, "milestone", kind)
    # No class of length finds what may lie on any day.
    spans = in_order(*date, is_around=True) if match != Match.ANY else ()
    kinds = [f"milestone:{one}" for one in kind or MilestoneKind.values]
    found = with_part(TenureEdition, kinds, match=match, window=date, spans=spans)
    having = having_part(TenureEdition, "milestone", kind)
    return replace(found, parts=(having, found))


class TenureFilter(FilterSet):
    """Filters of tenures."""

    person = ReferenceFilter("person", "person_id", help_text="Who held the office.")
    office = ReferenceFilter("office", "office_id", help_text="What was held.")
    state = ReferenceFilter(
        "state", where=of_state, predecessors=True, help_text="The state of the office."
    )
    accredited_to = ReferenceFilter(
        "state",
        where=accredited_to,
        lives=Lives.MATTERS,
        help_text="A state that receives the holder of the office.",
    )
    between = BetweenFilter(
        where=of_envoys_between, help_text="Two states: the envoys of the one at the other."
    )
    classification = ChoiceFilter(
        choices=OfficeClass,
        where=of_classification,
        help_text="What sort of office was held.",
    )
    kind = WordFilter("kind", choices=TenureKind, help_text="In what way it was held.")
    end_status = WordFilter(
        "end_status", choices=EndStatus, operators=(), help_text="Whether it is over."
    )
    end_reason = WordFilter("end_reason", choices=EndReason, help_text="Why it ended.")
    on = DayFilter(
        "held",
        is_in_order=True,
        help_text="A day, month or year in which it was held (YYYY, YYYY-MM or YYYY-MM-DD). Who was not confirmed or did"
        " not serve never held it.",
    )
    start = WindowFilter("started", is_in_order=True, help_text="When it began")
    end = WindowFilter("ended", help_text="When it ended")
    milestone = Group(
        where=with_milestone,
        kind=ChoiceFilter(
            choices=MilestoneKind,
            help_text="The kind of a milestone that all `milestone.` filters match.",
        ),
        date=WindowFilter(help_text="The date of a milestone that all `milestone.` filters match"),
    )
    source = SourceCitedFilter()
