"""Filters of event types, places, events, statements and relations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import orjson
from django.db.models import F, Func, Q

from config.api.filters.dates import DayFilter, Days, WindowFilter
from config.api.filters.sets import FilterSet, Group
from config.api.filters.values import ChoiceFilter, TextFilter
from config.api.pagination import Ordering
from config.api.sql import Clause, Lead, all_of, column, has_all
from config.dates.reach import Match
from events.editions import A_YEAR
from events.models import (
    Attendance,
    Dimension,
    EventEdition,
    EventStatePair,
    EventStatus,
    PlaceKind,
    RelationEdition,
    Role,
    StatementEdition,
    StatementKind,
    VisitClass,
)
from records.api.filters import BetweenFilter, ReferenceFilter, SourceCitedFilter, with_part
from records.registry import kind_named

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import Model

#: The order in which pairs of states are kept.
LATEST_FIRST = Ordering("date", descending=True, is_nullable=True)

#: Kinds that a statement can be about, those of later apps included.
SUBJECT_KINDS = (
    "event",
    "agreement",
    "state",
    "relation",
    "organization",
    "person",
    "place",
    "topic",
)


class EventTypeFilter(FilterSet):
    """Filters of event types."""

    code = TextFilter("code", help_text="Its code.")
    broader = ReferenceFilter(
        "event_type",
        "broader_type_id",
        operators=("isnull",),
        help_text="The next broader type, without those further up.",
    )
    plover_type = TextFilter(
        "plover_type", normalise=str.upper, help_text="Its PLOVER type, without regard to case."
    )
    cameo_code = TextFilter("cameo_code", help_text="Its CAMEO code, with leading zeros.")


class PlaceFilter(FilterSet):
    """Filters of places."""

    kind = ChoiceFilter(
        "kind", choices=PlaceKind, operators=("not",), help_text="What sort of place it is."
    )
    state = ReferenceFilter(
        "state",
        "state_id",
        predecessors=True,
        operators=("isnull",),
        help_text="The state in which it lies today.",
    )
    parent = ReferenceFilter(
        "place",
        "parent_place_id",
        operators=("isnull",),
        help_text="The place in which it lies, without those further up.",
    )
    within = ReferenceFilter(
        "place",
        "parent_place_id",
        narrower=True,
        help_text="A place in which it lies, however many others are between.",
    )


#: Where a JSON path finds what a member of `participant` is compared with.
_PATHS = {
    "person": "@.person",
    "organization": "@.organization",
    "state": "@.states[*]",
    "role": "@.role",
}


def participating(**given: list[UUID] | list[str]) -> Clause:
    """Events with one participation to which all of this applies: person, organization, state, role.

    A participation is of a state when the state itself took part, or somebody for it or in one of its offices.
    """
    participants, _kind = column(EventEdition, "participants")
    words = {member: [str(value) for value in values] for member, values in given.items()}
    if all(len(values) == 1 for values in words.values()):
        return Clause(
            f"{participants} @> %s::jsonb",
            (_part({member: values[0] for member, values in words.items()}),),
        )
    # The index finds events that have each somewhere; the path keeps those that have all in one place.
    somewhere = [
        Clause(
            f"{participants} @> ANY(%s::jsonb[])", ([_part({member: value}) for value in values],)
        )
        for member, values in words.items()
    ]
    if len(words) == 1:
        return somewhere[0]
    path = " && ".join(f"{_PATHS[member]} == ${member}[*]" for member in words)
    together = Clause(
        f"jsonb_path_exists({participants}, %s::jsonpath, %s::jsonb)",
        (f"$[*] ? ({path})", orjson.dumps(words).decode()),
    )
    return all_of([*somewhere, together])


def _part(words: dict[str, str]) -> str:
    """What the column `participants` contains where a participation has these words."""
    states = {"states": [words.pop("state")]} if "state" in words else {}
    return orjson.dumps([{**words, **states}]).decode()


class InvolvedStateFilter(ReferenceFilter):
    """States involved in an event. One of them, or two at once, is what is asked most, and read off the table of pairs."""

    def matches(self, model: type[Model], values: list[Any]) -> Clause:
        found = super().matches(model, values)
        return (
            replace(found, lead=_pair(model, values[0], values[0])) if len(values) == 1 else found
        )

    def _all(self, model: type[Model], needed: list[list[Any]]) -> Clause:
        found = super()._all(model, needed)
        states = sorted({state for alternatives in needed for state in alternatives})
        if len(needed) > 2 or any(len(alternatives) != 1 for alternatives in needed):
            return found
        return replace(found, lead=_pair(model, states[0], states[-1]))


def _pair(model: type[Model], low: UUID, high: UUID) -> Lead:
    pairs, editions = EventStatePair._meta.db_table, model._meta.db_table
    return Lead(
        table=pairs,
        where=Clause(f"{pairs}.low_id = %s::uuid AND {pairs}.high_id = %s::uuid", (low, high)),
        key=f"{pairs}.day",
        stands_for=LATEST_FIRST.key(model).sql,
        unique=f"{pairs}.record_id",
        # Only readable events have pairs, and each event has one newest edition.
        join=f"{editions}.record_id = {pairs}.record_id AND {editions}.superseded_at IS NULL",
    )


def on_days(after: date | None, before: date | None, match: Match) -> Clause:
    """Events that may have had a day from `after` to `before`, or certainly had no other.

    The sort key of the list is the first day, -infinity where that is unknown, so it bounds what must be looked at: from
    above always, from below too but for the few events that may have gone on for longer than a year.
    """
    first, last, is_long = (
        column(EventEdition, name)[0] for name in ("when_earliest", "when_latest", "is_long")
    )
    key = LATEST_FIRST.key(EventEdition).sql
    needed = [Clause(f"({first} IS NOT NULL OR {last} IS NOT NULL)")]
    if before:
        needed.append(Clause(f"{key} <= %s::date", (before,)))
    if match == Match.CERTAIN:
        needed += [Clause(f"{last} <= %s::date", (before,))] if before else []
        needed += [Clause(f"{key} >= %s::date", (after,))] if after else []
    elif after:
        year_before = after - min(A_YEAR, after - date.min)
        needed += [
            Clause(f"{key} >= %s::date OR {is_long}", (year_before,)),
            Clause(f"{last} IS NULL OR {last} >= %s::date", (after,)),
        ]
    found = all_of(needed)
    if match != Match.ANY:
        return found
    return Clause(f"({found.sql}) OR ({first} IS NULL AND {last} IS NULL)", found.values)


def named_in_agreements(agreements: list[UUID]) -> Q:
    """Events that an agreement names as published: at which something was done to it.

    Asked of the agreement's edition: an event's document says nothing of agreements, nor does this app know their model.
    """
    current = kind_named("agreement").editions._default_manager.current()
    named = current.filter(record_id__in=agreements).annotate(
        named=Func(F("refs"), function="unnest")
    )
    return Q(record_id__in=named.values("named"))


class EventFilter(FilterSet):
    """Filters of events."""

    type = ReferenceFilter(
        "event_type",
        "type_id",
        narrower=True,
        operators=("not",),
        help_text="What sort of event it is; narrower types are included.",
    )
    status = ChoiceFilter(
        "status", choices=EventStatus, operators=("not",), help_text="How far it has come."
    )
    attendance = ChoiceFilter(
        "attendance",
        choices=Attendance,
        operators=("not",),
        help_text="How those who took part met.",
    )
    visit_class = ChoiceFilter(
        "visit_class",
        choices=VisitClass,
        operators=("not",),
        help_text="Rank of a visit in protocol.",
    )
    state = InvolvedStateFilter(
        "state",
        "involved_ids",
        many=True,
        operators=("all", "not"),
        help_text="A state involved: of a participant, of an office in which somebody acted, on whose behalf, or of a place.",
    )
    person = ReferenceFilter(
        "person",
        where=lambda values: participating(person=values),
        operators=("all", "not"),
        help_text="A person who took part.",
    )
    organization = ReferenceFilter(
        "organization",
        where=lambda values: participating(organization=values),
        operators=("all", "not"),
        help_text="An organization that took part.",
    )
    role = ChoiceFilter(
        choices=Role,
        where=lambda values: participating(role=values),
        operators=("all", "not"),
        help_text="A role that somebody had.",
    )
    participant = Group(
        where=participating,
        person=ReferenceFilter(
            "person",
            help_text="The person of a participation that all `participant.` filters match.",
        ),
        organization=ReferenceFilter(
            "organization",
            help_text="The organization of a participation that all `participant.` filters match.",
        ),
        state=ReferenceFilter(
            "state",
            help_text="A state of a participation that all `participant.` filters match: itself, or for which somebody acted.",
        ),
        role=ChoiceFilter(
            choices=Role,
            help_text="The role in a participation that all `participant.` filters match.",
        ),
    )
    # Ids are unique over all kinds, so that an event names a place, topic or source in its one field for those.
    place = ReferenceFilter(
        "place",
        "refs",
        many=True,
        narrower=True,
        operators=("all", "not"),
        help_text="A place of the event; places that lie in it are included.",
    )
    topic = ReferenceFilter(
        "topic",
        "refs",
        many=True,
        narrower=True,
        operators=("all", "not"),
        help_text="A topic; narrower topics are included.",
    )
    source = ReferenceFilter(
        "source",
        "refs",
        many=True,
        operators=("all", "not"),
        help_text="A source that is cited.",
    )
    parent = ReferenceFilter(
        "event",
        "parent_id",
        operators=("isnull",),
        help_text="The event of which it is a part, without those further up.",
    )
    agreement = ReferenceFilter(
        "agreement",
        where=named_in_agreements,
        help_text="An agreement at which something was done at the event: a signature, an announcement ...",
    )
    date = WindowFilter(where=on_days, help_text="When it happened, from its beginning to its end")


def about_pair(one: UUID, other: UUID) -> Clause:
    """Statements about both states, or about their relation."""
    about, _kind = column(StatementEdition, "about_ids")
    relations = RelationEdition._meta.db_table
    return Clause(
        f"{about} @> ARRAY[%s::uuid, %s::uuid] OR {about} && ARRAY(SELECT record_id FROM {relations}"  # noqa: S608 - SQL of ours
        " WHERE involved_ids @> ARRAY[%s::uuid, %s::uuid] AND superseded_at IS NULL AND document IS NOT NULL)",
        (one, other, one, other),
    )


class StatementFilter(FilterSet):
    """Filters of statements."""

    kind = ChoiceFilter(
        "kind", choices=StatementKind, operators=("not",), help_text="In what form it was said."
    )
    speaker = ReferenceFilter(
        ("person", "organization"),
        "speaker_id",
        operators=("isnull",),
        help_text="The person or organization that said it.",
    )
    event = ReferenceFilter(
        "event",
        "event_id",
        operators=("isnull",),
        help_text="The event at which it was said; for those about it see `about`.",
    )
    about = ReferenceFilter(
        SUBJECT_KINDS,
        "about_ids",
        many=True,
        operators=("all", "not"),
        help_text="What it is about: an event, agreement, state, relation, organization, person, place or topic.",
    )
    part_of = ReferenceFilter(
        "statement",
        "whole_id",
        operators=("isnull",),
        help_text="The statement from which it is taken.",
    )
    topic = ReferenceFilter(
        "topic",
        "refs",
        many=True,
        narrower=True,
        operators=("all", "not"),
        help_text="A topic, of the statement or that it is about; narrower topics are included.",
    )
    between = BetweenFilter(
        where=about_pair,
        help_text="Two states that it is about: both of them, or the relation of the two.",
    )
    source = SourceCitedFilter()
    date = WindowFilter("said", sorted_by="date", help_text="When it was said or issued")


def with_period(
    *,
    match: Match,
    dimension: list[str] | None = None,
    value: list[str] | None = None,
    on: Days | None = None,
) -> Clause:
    """Relations with one period to which all of it applies."""
    kinds = [f"period:{one}" for one in dimension or Dimension.values]
    return with_part(RelationEdition, kinds, match=match, window=on, values=value, rated=True)


class RelationFilter(FilterSet):
    """Filters of relations."""

    state = ReferenceFilter(
        "state",
        "involved_ids",
        many=True,
        predecessors=True,
        operators=("all",),
        help_text="One of the two states.",
    )
    between = BetweenFilter(
        where=lambda one, other: has_all(RelationEdition, "involved_ids", [one, other]),
        help_text="Both states.",
    )
    period = Group(
        where=with_period,
        dimension=ChoiceFilter(
            choices=Dimension,
            help_text="The dimension of a period that all `period.` filters match.",
        ),
        value=TextFilter(
            help_text="The value of a period that all `period.` filters match, such as `embassy` or `recognised`.",
        ),
        on=DayFilter(
            help_text="A day, month or year of a period that all `period.` filters match (YYYY, YYYY-MM or YYYY-MM-DD).",
        ),
    )
    source = SourceCitedFilter()
