"""Filters of event types, places, events, statements and relations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

from django.db.models import F, Func, Q

from config.api.filters.base import Filter, as_clause, read_boolean
from config.api.filters.dates import DayFilter, Days, WindowFilter, classed, whole_spans
from config.api.filters.sets import FilterSet, Group
from config.api.filters.values import ChoiceFilter, TextFilter
from config.api.sql import (
    Clause,
    Elements,
    Lead,
    Summed,
    column,
    has_all,
    has_any,
    is_one_of,
    table_of,
)
from config.dates.reach import Match
from events.editions.event import DAYS
from events.models import (
    HAS_PARTS,
    IS_PART,
    KEPT_FOR_PAIRS,
    KEPT_FOR_STATES,
    KEPT_FOR_WORDS,
    Attendance,
    Dimension,
    EventEdition,
    EventPosting,
    EventStatus,
    PlaceKind,
    RelationEdition,
    Role,
    StatementEdition,
    StatementKind,
    VisitClass,
)
from events.terms import participation, stood_for
from records.api.filters import (
    BetweenFilter,
    ListedWordFilter,
    ReferenceFilter,
    SourceCitedFilter,
    WordFilter,
    having_part,
    with_part,
)
from records.models.edition import is_current
from records.registry import kind_named
from records.terms import pair, term

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.db.models import Model

    from config.api.filters.base import Condition
    from config.api.query import Query

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

    code = ListedWordFilter("event_type", "code", help_text="Its code.")
    broader = ReferenceFilter(
        "event_type",
        "broader_type_id",
        operators=("isnull",),
        help_text="The next broader type, without those further up.",
    )
    plover_type = ListedWordFilter(
        "event_type",
        "plover_type",
        called="PLOVER type",
        normalise=str.upper,
        help_text="Its PLOVER type, without regard to case.",
    )
    cameo_code = ListedWordFilter(
        "event_type",
        "cameo_code",
        called="CAMEO code",
        help_text="Its CAMEO code, with leading zeros.",
    )


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


def _numbered(what: str, record_id: UUID) -> int:
    return term(what, str(record_id))


def participating(**given: list[UUID] | list[str]) -> Clause:
    """Events with one participation to which all of this applies: person, organization, state, role.

    A participation is of a state when the state itself took part, or somebody for it or in one of its offices.
    """
    values = [[str(value) for value in values] for values in given.values()]
    found = [participation(**dict(zip(given, some, strict=True))) for some in product(*values)]
    # Each by itself too, as the filters of the same names ask for them.
    by_itself = tuple(
        Elements("terms", tuple(term(name, value) for value in those))
        for name, those in zip(given, values, strict=True)
    )
    return replace(has_any(EventEdition, "terms", found), implied=by_itself)


class InvolvedStateFilter(ReferenceFilter):
    """States involved in an event. One of them, or two at once, is what is asked most, and read off `EventPosting`."""

    def matches(self, model: type[Model], values: list[Any]) -> Clause:
        found = super().matches(model, values)
        if len(values) != 1:
            return found
        terms = self._elements(values)
        return replace(found, lead=_posted(terms[0]), summed=_summed(terms, KEPT_FOR_STATES))

    def _all(self, model: type[Model], needed: list[list[Any]]) -> Clause:
        found = super()._all(model, needed)
        states = {str(state) for alternatives in needed for state in alternatives}
        if len(states) != 2 or any(len(alternatives) != 1 for alternatives in needed):
            return found
        return replace(found, lead=_posted(pair(*states)))


def _summed(terms: list[int], grains: frozenset[int]) -> Summed:
    """Events with one of some terms, of which none has two."""
    where = Clause(f"{table_of(EventEdition)}.term = ANY(%s::bigint[])", (terms,))
    return Summed("term", where, grains)


def _posted(number: int, *, is_stood_for: bool = False) -> Lead:
    events = table_of(EventEdition)  # as which the postings stand in statements
    where = Clause(f"{events}.term = %s::bigint", (number,))
    if is_stood_for:
        where &= Clause(f"{events}.is_stood_for")
    return Lead(EventPosting._meta.db_table, number, where)


def between(one: UUID, other: UUID) -> Clause:
    """Events with participants who stood for each of the two states."""
    found = has_all(
        EventEdition, "terms", [_numbered("stood_for", one), _numbered("stood_for", other)]
    )
    involved = tuple(Elements("terms", (_numbered("state", state),)) for state in (one, other))
    return replace(
        found,
        lead=_posted(pair(str(one), str(other)), is_stood_for=True),
        implied=involved,
        summed=_summed([stood_for(str(one), str(other))], KEPT_FOR_PAIRS),
    )


class TypeFilter(ReferenceFilter):
    """The type of an event, which the postings have too."""

    def matches(self, model: type[Model], values: list[Any]) -> Clause:
        is_of_type = is_one_of(model, "type_id", values)
        return replace(
            super().matches(model, values), led=is_of_type, summed=Summed("type", is_of_type)
        )


class ParentFilter(ReferenceFilter):
    """The event of which another one is a part. That it is one is a term, and posted."""

    def _unknown(self, model: type[Model], *, is_null: bool) -> Clause:
        is_part = replace(
            has_any(model, "terms", [IS_PART]),
            lead=_posted(IS_PART),
            led=Clause(f"{table_of(model)}.is_part"),
        )
        return ~is_part if is_null else is_part


class HasPartsFilter(Filter):
    """Whether other published events name it as the one of which they are parts."""

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def conditions(self, name: str, query: Query, references: Any) -> Iterator[Condition]:  # noqa: ARG002 - one signature
        """Read the term that its document gives it."""
        has_parts = read_boolean(name, query)
        if has_parts is not None:
            found = replace(has_any(EventEdition, "terms", [HAS_PARTS]), lead=_posted(HAS_PARTS))
            yield partial(as_clause, condition=found if has_parts else ~found)


class RoleFilter(ChoiceFilter):
    """A role that somebody had in an event. One of them is summed up."""

    def matches(self, model: type[Model], values: list[Any]) -> Clause:
        found = super().matches(model, values)
        if len(values) != 1:
            return found
        return replace(found, summed=_summed(self._elements(values), KEPT_FOR_WORDS))


class SummedWordFilter(WordFilter):
    """One word of a choice list that an event has, or none. It is summed up."""

    def matches(self, model: type[Model], values: list[Any]) -> Clause:
        found = super().matches(model, values)
        return replace(found, summed=_summed(self._elements(values), KEPT_FOR_WORDS))


def on_days(after: date | None, before: date | None, match: Match) -> Clause:
    """Events that had a day from `after` to `before`, as `match` says."""
    columns = [column(EventEdition, name)[0] for name in DAYS]
    found = classed(columns, match, after, before)
    if match == Match.CERTAIN:
        return found
    # The postings have all but the days that are certain; the sums what does not cut a month.
    has_day = Clause(f"{columns[0]} > '-infinity'::date")
    in_sums = found & has_day if match == Match.POSSIBLE else found
    axis = whole_spans(after, before)
    return replace(found, led=found, summed=Summed(axis, in_sums) if axis else None)


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

    # Ids are unique over all kinds, so that an event names a type, place, topic or source in its one field for those.
    type = TypeFilter(
        "event_type",
        "refs",
        many=True,
        narrower=True,
        operators=("not",),
        help_text="What sort of event it is; narrower types are included.",
    )
    status = SummedWordFilter("status", choices=EventStatus, help_text="How far it has come.")
    attendance = SummedWordFilter(
        "attendance", choices=Attendance, help_text="How those who took part met."
    )
    visit_class = SummedWordFilter(
        "visit_class", choices=VisitClass, help_text="Rank of a visit in protocol."
    )
    state = InvolvedStateFilter(
        "state",
        "terms",
        many=True,
        element=partial(_numbered, "state"),
        predecessors=True,
        operators=("all", "not"),
        help_text="A state involved: of a participant, of an office in which somebody acted, on whose behalf, or of a place.",
    )
    between = BetweenFilter(
        where=between,
        help_text="States for each of which somebody took part: the state itself, or somebody on its behalf or in its office.",
    )
    person = ReferenceFilter(
        "person",
        "terms",
        many=True,
        element=partial(_numbered, "person"),
        operators=("all", "not"),
        help_text="A person who took part.",
    )
    organization = ReferenceFilter(
        "organization",
        "terms",
        many=True,
        element=partial(_numbered, "organization"),
        operators=("all", "not"),
        help_text="An organization that took part.",
    )
    role = RoleFilter(
        "terms",
        many=True,
        element=partial(term, "role"),
        choices=Role,
        operators=("all", "not"),
        help_text="A role that somebody had.",
    )
    participant = Group(
        where=participating,
        most=1_000,
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
            predecessors=True,
            help_text="A state of a participation that all `participant.` filters match: itself, or for which somebody acted.",
        ),
        role=ChoiceFilter(
            choices=Role,
            help_text="The role in a participation that all `participant.` filters match.",
        ),
    )
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
    source = SourceCitedFilter()
    parent = ParentFilter(
        "event",
        "parent_id",
        operators=("isnull",),
        help_text="The event of which it is a part, without those further up.",
    )
    has_parts = HasPartsFilter(
        help_text="Whether other events are parts of it, such as the visits of a tour."
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
        f" WHERE involved_ids @> ARRAY[%s::uuid, %s::uuid] AND {is_current()})",
        (one, other, one, other),
    )


class StatementFilter(FilterSet):
    """Filters of statements."""

    kind = WordFilter("kind", choices=StatementKind, help_text="In what form it was said.")
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
    date = WindowFilter("said", is_in_order=True, help_text="When it was said or issued")


def with_period(
    *,
    match: Match,
    dimension: list[str] | None = None,
    value: list[str] | None = None,
    on: Days | None = None,
) -> Clause:
    """Relations with one period to which all of it applies."""
    if on is None:
        return having_part(RelationEdition, "period", dimension, values=value)
    kinds = [f"period:{one}" for one in dimension or Dimension.values]
    found = with_part(RelationEdition, kinds, match=match, window=on, values=value, rated=True)
    having = having_part(RelationEdition, "period", dimension, values=value)
    return replace(found, parts=(having, found))


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
