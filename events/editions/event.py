"""Editions of events: their filter columns, who and which states took part, and how a document fills them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F

from config.api.sql import Span
from config.dates.lengths import Length
from config.dates.ordering import undated_last
from config.dates.reach import Reach
from events.editions.capacities import ask_for_offices
from events.models.event import TOOK_PLACE
from events.models.event_sum import EventSum, KeepSums
from events.models.posting import HAS_PARTS, IS_PART, KeepPostings
from events.terms import UNRESOLVED, participations_of, states_of, states_stood_for
from records.models.edition import CURRENT, Edition, gin_index, id_of, terms_column, terms_of
from records.models.moment import Fact, Stream
from records.publishing.documents import sort_label
from records.terms import term

if TYPE_CHECKING:
    from collections.abc import Iterator

    from records.models.reference import References

#: The sort key of dates, as config.dates.ordering has it.
_LATEST = undated_last("date", descending=True)
#: The columns that a question about days compares.
DAYS = ("date", "last_day", "begun_by", "goes_on_till", "starts_unknown", "ends_unknown")


def _stood_for(named: list[dict[str, Any] | None], references: References) -> list[UUID]:
    """The states that the named records stand for, in their order."""
    keys = [
        key for reference in named if reference for key in references.stands_for(reference["id"])
    ]
    return list(dict.fromkeys(keys))


def _by_label(reference: dict[str, Any]) -> tuple[str, str]:
    return sort_label(reference["label"]), reference["id"]


def _days(document: dict[str, Any]) -> dict[str, Any]:
    """The days of an event as filters compare them, for each way of matching."""
    when, end = document["when"], document["end"]
    # An end of which nothing but words is known leaves the event where `when` puts it.
    reach = Reach.of(when, end) if end and end["edtf"] else Reach.at(when)
    first, last = reach.possible or (None, None)
    is_open = reach.first is None or reach.last is None
    return {
        "date": first,
        "last_day": last,
        "length": Length.of(first, last, is_open=is_open),
        "begun_by": reach.begun_by,
        "goes_on_till": reach.goes_on_till,
        "starts_unknown": reach.first is None,
        "ends_unknown": reach.last is None,
    }


def _place_in_whole(document: dict[str, Any]) -> list[int]:
    """Whether an event has parts, and whether it is one, as terms."""
    said = [(HAS_PARTS, document["has_parts"]), (IS_PART, document["parent"])]
    return [number for number, is_so in said if is_so]


class EventEdition(Edition):
    """A published version of an event."""

    is_searched_by_date = True
    is_found_by_words = False

    type_id = models.UUIDField()
    parent_id = models.UUIDField(null=True)
    date = models.DateField(
        null=True,
        help_text="For ordering: the first day that it may have had; NULL when no day is known.",
    )
    last_day = models.DateField(null=True, help_text="The last day that it may have had.")
    length = models.SmallIntegerField(
        choices=Length.choices, help_text="For how long it may have gone on."
    )
    begun_by = models.DateField(
        null=True,
        help_text="The day on which it had begun, whichever of its possible days is true.",
    )
    goes_on_till = models.DateField(
        null=True,
        help_text="The day on which it was not over, whichever of its possible days is true.",
    )
    starts_unknown = models.BooleanField(help_text="Whether it may have begun on any day before.")
    ends_unknown = models.BooleanField(help_text="Whether it may have ended on any day after.")
    terms = terms_column()
    posted = ArrayField(
        models.BigIntegerField(),
        default=list,
        help_text="The states involved, every pair of them, and whether it is a part, as terms: what `EventPosting` holds of it.",
    )
    stood_for = ArrayField(
        models.BigIntegerField(),
        default=list,
        help_text="Those of `posted` for which participants stood, rather than a place lying there.",
    )

    whole_member = "parent"
    stream = Stream.EVENT
    moment_kinds = ("event",)

    covered = frozenset((*DAYS, "length", "record_id", "terms", "refs"))
    lengths = tuple(Span(length, is_undated=length == Length.UNDATED) for length in Length)
    sums = EventSum
    listed_by = "when_earliest"
    named_by = "title"
    words_index = "eventedition_by_content"
    lacking: ClassVar[dict[str, str]] = {"participants": "participations", "places": "places"}

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            # Ids are unique over all kinds, so `refs` finds types, places, topics and sources: only events that have one name it.
            gin_index("eventedition_by_content", "terms", has_words=True),
            models.Index(_LATEST, "record_id", condition=CURRENT, name="eventedition_latest_first"),
            # With all that is asked most, so that many rows are walked without a look at each.
            models.Index(
                F("length"),
                _LATEST,
                F("record_id"),
                include=[*DAYS, "terms", "refs"],
                condition=CURRENT,
                name="eventedition_by_days",
            ),
            models.Index(
                F("parent_id"),
                _LATEST,
                F("record_id"),
                condition=CURRENT & models.Q(parent_id__isnull=False),
                name="eventedition_by_parent",
            ),
        ]
        triggers = [KeepPostings(), KeepSums()]

    @classmethod
    def derive(cls, document: dict[str, Any], references: References) -> Iterator[None]:
        """Name the offices of capacities, the states that each participant stood for, and all states involved.

        All as published: of an office the state that its last edition says, of a tenure the office.
        """
        for participation in document["participations"]:
            ask_for_offices(participation["capacities"], references)
        yield
        for participation in document["participations"]:
            offices = [capacity["office"] for capacity in participation["capacities"]]
            named = [participation["participant"], participation["on_behalf_of"], *offices]
            stood_for = _stood_for(named, references)
            participation["states"] = None
            shown = {state["id"] for state in states_stood_for(participation)}
            # Of an organization no more is shown than its name: then all of them are listed.
            if not shown.issuperset(map(str, stood_for)):
                participation["states"] = [references.to("state", key) for key in stood_for]
        for place in document["places"]:
            if place["state"] is None and (of_place := _stood_for([place["place"]], references)):
                place["state"] = references.to("state", of_place[0])
        yield
        cls.follow(document)

    @classmethod
    def follow(cls, document: dict[str, Any]) -> None:
        """List all states involved: those that participants stood for, and those of places."""
        super().follow(document)
        involved = [
            state
            for participation in document["participations"]
            for state in states_stood_for(participation)
        ]
        involved += [place["state"] for place in document["places"] if place["state"]]
        document["states"] = sorted(
            {state["id"]: state for state in involved}.values(), key=_by_label
        )

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        posted, stood_for = states_of(document)
        posted += _place_in_whole(document)
        return {
            "type_id": document["type"]["id"],
            "parent_id": id_of(document["parent"]),
            **_days(document),
            "terms": cls._terms(document),
            "posted": posted,
            "stood_for": stood_for,
        }

    @classmethod
    def moments(cls, document: dict[str, Any]) -> Iterator[Fact]:
        """The event itself. Its label says the status where it may not have taken place."""
        named = [part["participant"] for part in document["participations"] if part["participant"]]
        persons = {one["id"]: one for one in named if one["object"] == "person"}
        is_open = document["status"] not in (None, *TOOK_PLACE)
        status = f" ({document['status']})" if is_open else ""
        yield Fact(
            "event",
            f"{document['label']}{status}",
            document["when"],
            document["end"],
            states=document["states"],
            persons=list(persons.values()),
            others=[one for one in named if one["object"] == "organization"] + document["topics"],
            paired=[
                state["id"]
                for part in document["participations"]
                for state in states_stood_for(part)
            ],
        )

    @classmethod
    def _terms(cls, document: dict[str, Any]) -> list[int]:
        found = set(terms_of(document, "status", "attendance", "visit_class"))
        found.update(term("state", state["id"]) for state in document["states"])
        found.update(_place_in_whole(document))
        found.update(participations_of(document))
        found.update(UNRESOLVED for part in document["participations"] if not part["participant"])
        found.update(cls.lacks(document))
        return sorted(found)

    @classmethod
    def hint(cls, document: dict[str, Any]) -> str:
        """When it was, and of which type."""
        when = (document["when"] and document["when"]["edtf"]) or "undated"
        return f"{when}, {document['type']['label']}"

    @classmethod
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        """Who took part and where are names; title, summary and topics are prose. The type is asked for by its filter."""
        names = [place["name_as_given"] or "" for place in document["places"]]
        names += [place["place"]["label"] for place in document["places"] if place["place"]]
        rest = [document["label"], document["summary"] or ""]
        rest += [topic["label"] for topic in document["topics"]]
        for participation in document["participations"]:
            if participation["participant"]:
                names.append(participation["participant"]["label"])
            names.append(participation["name_as_given"] or "")
            rest.append(participation["capacity_text"] or "")
        return " ".join(names), " ".join(rest)
