"""The timeline: the dated facts of all that is published, in one stream."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework import serializers

from config.api.fields import FIELDS, OMIT, Selection, shape_of
from config.api.filters.base import ValuesFilter
from config.api.filters.dates import (
    AS_OF,
    MATCHES,
    WindowFilter,
    days_asked,
    match_of,
    notes_of_then,
)
from config.api.filters.sets import FilterSet
from config.api.formats import FORMAT
from config.api.pagination import ANY_ROW, COUNT, CURSOR, PAGE_SIZE, Ordering, Page
from config.api.query import Parameter, choice_fault
from config.api.views import Operation, ReadView
from config.dates.serializers import UncertainDateField
from records.api.counts import MOST_DIMENSIONS, MOST_ROWS, serve_counts
from records.api.coverage import notes_of_coverage
from records.api.filters import BetweenFilter, ReferenceFilter
from records.api.moments.counts import DIMENSIONS, counts
from records.api.moments.listing import MomentListing
from records.api.moments.question import Question
from records.api.pages import serve_page
from records.lookup.published import WrittenReferences
from records.reference_fields import DerivedReferenceField, DerivedReferenceListField
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

    from config.api.query import Query

ORDERINGS = {
    "date": Ordering("date", is_nullable=True),
    "-date": Ordering("date", descending=True, is_nullable=True),
}
ORDERING = Parameter(
    "ordering",
    "How the list is sorted; `-` for latest first, undated facts last either way. By default date.",
    {"type": "string", "enum": list(ORDERINGS), "default": "date"},
)


def objects() -> list[str]:
    """The kinds of record that state dated facts."""
    return [kind.name for kind in all_kinds() if kind.editions.stream]


def moment_kinds() -> list[str]:
    """The kinds of dated facts, each once."""
    return list(dict.fromkeys(name for kind in all_kinds() for name in kind.editions.moment_kinds))


class RecordField(DerivedReferenceField):
    """The record that states a fact."""

    @property
    def named_kinds(self) -> tuple[str, ...]:
        """The kinds that state some."""
        return tuple(objects())


class MomentSerializer(serializers.Serializer[Any]):
    """A dated fact of a published record."""

    date = UncertainDateField(
        help_text="When it happened, or when it began; null when nothing is known of it."
    )
    end = UncertainDateField(
        help_text="Of an event, when it ended, where that is said; null of all else."
    )
    kind = serializers.CharField(
        help_text="What happened: `event`, `statement`; `took_office`, `left_office` or a milestone of a tenure; `signed`,"
        " `ratified`, `entered_into_force` or the kind of any other action of an agreement; `relation_began`,"
        " `relation_ended`; `state_began`, `state_ended`."
    )
    match = serializers.ChoiceField(
        choices=MATCHES,
        allow_null=True,
        help_text="With `date_after` or `date_before`, whether it is certain, possible, or not known and merely not excluded"
        " that it has a day between them; null without them.",
    )
    object = serializers.CharField(help_text="The kind of the record that states it.")
    record = RecordField("event", help_text="The record that states it.")
    states = DerivedReferenceListField(
        "state",
        help_text="The states that it concerns, as the record says: of an event all involved, of a tenure the state of the office, of"
        " an action of an agreement the parties.",
    )
    persons = DerivedReferenceListField(
        "person",
        help_text="The persons who took part: of an event, of a signature those who signed, of a tenure the holder.",
    )
    # The metaclass takes declared fields away, so this does not hide the attribute of DRF.
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="What happened, in words."
    )
    url = serializers.CharField(help_text="The address of the record, a path on the same host.")


class ListedFilter(ValuesFilter):
    """Takes words of a list that is known when all apps are loaded."""

    def __init__(self, choices: Any, *, help_text: str) -> None:
        super().__init__(help_text=help_text)
        self.choices = choices

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": self.choices()}

    def value(self, word: str, name: str, query: Query, references: Any) -> str | None:  # noqa: ARG002 - one signature
        choices = self.choices()
        if word in choices:
            return word
        query.faults.append(choice_fault(name, word, choices))
        return None


class TimelineFilter(FilterSet):
    """Filters of the timeline. Those that are given must all hold of the same fact."""

    # In the order in which they lead: the first that is given is read off the index.
    between = BetweenFilter(
        help_text="Two states: events with participants who stood for each of them, acts of agreements between them, unless"
        " multilateral, statements about both or about their relation, the periods of their relation, and the tenures of"
        " envoys of the one at the other."
    )
    person = ReferenceFilter("person", help_text="A person who took part, or held the office.")
    organization = ReferenceFilter(
        "organization",
        help_text="An organization that took part, is a party, spoke, or is spoken of.",
    )
    office = ReferenceFilter("office", help_text="An office that was taken or left.")
    kind = ListedFilter(moment_kinds, help_text="What happened.")
    topic = ReferenceFilter(
        "topic", narrower=True, help_text="A topic of the record; narrower topics are included."
    )
    state = ReferenceFilter(
        "state",
        predecessors=True,
        help_text="A state that it concerns, that of an office or one that receives the holder included.",
    )
    object = ListedFilter(objects, help_text="The kind of the record that states it.")
    date = WindowFilter(help_text="When it happened")


def question_of(readings: Mapping[str, Callable[[], Any]], query: Query) -> Question:
    """Return what is asked, once the references are known."""
    return Question.of({name: reading() for name, reading in readings.items()}, match_of(query))


def _ask(query: Query, references: WrittenReferences) -> Callable[[], bool]:
    """Read a question, and return what says whether anything is found by it."""
    readings = TimelineFilter.readings(query, references)

    def is_found() -> bool:
        listing = MomentListing(question_of(readings, query), ORDERINGS["date"], None, {})
        return bool(listing.rows(ANY_ROW))

    return is_found


BY = Parameter(
    "by",
    "What is counted by: at most two dimensions. Without it all is counted in one row.",
    {"type": "string", "enum": list(DIMENSIONS)},
    is_list=True,
    most=MOST_DIMENSIONS,
)


_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
COUNT_ROW = {
    "type": "object",
    "description": "How much there is of one value, or of two together. A row has the dimensions that were asked for, and no other.",
    "properties": {
        "year": {**_TEXT_OR_NULL, "description": "The year, or `uncertain`."},
        "month": {**_TEXT_OR_NULL, "description": "The month (`2025-05`), or `uncertain`."},
        "decade": {
            **_TEXT_OR_NULL,
            "description": "The decade, as in EDTF (`197X`), or `uncertain`.",
        },
        "kind": {**_TEXT, "description": "What happened."},
        "object": {**_TEXT, "description": "The kind of the records that state it."},
        "state": {
            "oneOf": [{"$ref": "#/components/schemas/StateReference"}, {"type": "null"}],
            "description": "The state that it concerns; null where it concerns none.",
        },
        "count": {"type": "integer", "minimum": 0, "description": "How many facts."},
    },
    "required": ["count"],
}


class TimelineView(ReadView):
    """What happened: every dated fact of every published record, in one stream.

    An event, a statement, the taking and leaving of an office with each milestone, each action of an agreement, the beginning
    and end of each period of a relation, of a state. The course of a relation (`between=US,PK`), the career of a person, what
    changed between two days, what is coming. A fact of which no day is known stands at the end.
    """

    serializer_class = MomentSerializer
    list_parameters: ClassVar[dict[str, Parameter]] = {
        **TimelineFilter.known,
        **{
            each.name: each
            for each in (ORDERING, AS_OF, CURSOR, PAGE_SIZE, COUNT, FIELDS, OMIT, FORMAT)
        },
    }

    counts_parameters: ClassVar[dict[str, Parameter]] = {
        BY.name: BY,
        **TimelineFilter.known,
        **{each.name: each for each in (AS_OF, FORMAT)},
    }

    def operation(self) -> Operation:
        if self.action == "counts":
            return Operation(
                name="timeline_counts",
                tag="timeline",
                summary="Count what happened",
                description="How much of the timeline there is, by at most two dimensions, with every filter of the list. Rows come in"
                " the order of `by`: dates upwards, words as their list has them, states by their labels; `uncertain` and null"
                " last. A fact that may lie in several of the spans counts under `uncertain`, one of which no day is known under"
                " null, and one that concerns several states for each of them; `total` has each once. More than"
                f" {MOST_ROWS:,} rows, or too many facts to be counted at once, are refused.",
                parameters=self.counts_parameters,
                content=COUNT_ROW,
                envelope="MomentCountList",
                cost=5,
            )
        return Operation(
            name="timeline_list",
            tag="timeline",
            summary="List what happened",
            parameters=self.list_parameters,
            content=MomentSerializer,
            envelope="MomentList",
            headers=("ETag", "Link"),
        )

    def counts(self, request: Request) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        query = self.read_query(self.counts_parameters)
        references = WrittenReferences()
        readings = TimelineFilter.readings(query, references)
        by = query.words(BY.name)
        query.faults += [
            choice_fault(BY.name, word, DIMENSIONS) for word in by if word not in DIMENSIONS
        ]
        if len(by) > MOST_DIMENSIONS:
            detail = f"There are {len(by)} dimensions; at most {MOST_DIMENSIONS} are taken."
            query.fault("too_many_values", detail, BY.name)
        references.resolve(query, days_asked(TimelineFilter.known, query))
        query.refuse_faults()
        question = question_of(readings, query)

        def counted() -> tuple[list[dict[str, Any]], int]:
            found = counts(question, by)
            return found.rows, found.total

        notes = [*notes_of_then(query), *references.notes]
        when_empty = partial(notes_of_coverage, TimelineFilter, query, references, _ask)
        return serve_counts(
            self, query.raw_without(), [*by, "count"], counted, notes, when_empty=when_empty
        )

    def list(self, request: Request) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        query = self.read_query(self.list_parameters)
        references = WrittenReferences()
        readings = TimelineFilter.readings(query, references)
        selection = Selection.read(query, shape_of(MomentSerializer))
        name = query.choice("ordering", ORDERINGS) or "date"
        page = Page.read(query, "timeline", name)
        references.resolve(query, days_asked(TimelineFilter.known, query))
        query.refuse_faults()
        shape = shape_of(MomentSerializer)
        listing = MomentListing(
            question_of(readings, query),
            ORDERINGS[name],
            selection,
            selection.narrow(shape) if selection else shape,
        )
        notes = [*notes_of_then(query), *references.notes]
        when_empty = partial(notes_of_coverage, TimelineFilter, query, references, _ask)
        return serve_page(self, query, listing, page, notes=notes, when_empty=when_empty)
