"""Editions of event types, places, events, statements and relations: their filter columns and how a document fills them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F

from config.api.sql import Clause, Span, select
from config.dates.columns import ReachColumns
from config.dates.lengths import Length
from config.dates.ordering import undated_last
from config.dates.reach import Bounds, Reach
from events.models.event import TOOK_PLACE
from events.models.event_sum import EventSum, KeepSums
from events.models.posting import HAS_PARTS, IS_PART, KeepPostings
from events.models.relation import Dimension, pair_label
from events.terms import IN_WORDS, participations_of, states_of, states_stood_for
from people.models import EndStatus
from records.models.edition import (
    CURRENT,
    Edition,
    gin_index,
    id_of,
    ids_of,
    label_index,
    terms_column,
    terms_of,
)
from records.models.moment import Fact, Stream
from records.models.published_name import Called, NameSort
from records.publishing.documents import sort_label
from records.terms import part_terms, term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from records.models.reference import References

#: Sort keys of dates, as config.dates.ordering has them: each index stands for one direction.
_LATEST = undated_last("date", descending=True)
_OLDEST = undated_last("date", descending=False)


#: The columns that a question about days compares.
DAYS = ("date", "last_day", "begun_by", "goes_on_till", "starts_unknown", "ends_unknown")


def _ask_for_offices(capacities: list[dict[str, Any]], references: References) -> None:
    """Name the office of each capacity: the one that the tenure has as published."""
    for capacity in capacities:
        office = references.facts(capacity["tenure"]["id"])["office"]
        capacity["office"] = references.to("office", UUID(office))


def _stood_for(named: list[dict[str, Any] | None], references: References) -> list[UUID]:
    """The states that the named records stand for, in their order."""
    keys = [
        key for reference in named if reference for key in references.stands_for(reference["id"])
    ]
    return list(dict.fromkeys(keys))


def _each_once(references: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({one["id"]: one for one in references}.values())


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


class EventTypeEdition(Edition):
    """A published version of an event type."""

    code_column = "code"

    code = models.CharField(max_length=40)
    broader_type_id = models.UUIDField(null=True)
    plover_type = models.CharField(max_length=20, blank=True)
    cameo_code = models.CharField(max_length=4, blank=True)

    # The codes above it are part of its reference, so it changes when a type above it does.
    reference_needs_references = True

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("eventtypeedition_by_content"),
        ]

    @classmethod
    def compose(cls, document: dict[str, Any]) -> None:
        """List the codes above it: the broader type's and those above that one."""
        super().compose(document)
        broader = document["broader"]
        document["parents"] = [broader["code"], *broader["parents"]] if broader else []

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {
            "code": document["code"],
            "broader_type_id": cls.broader_id(document),
            "plover_type": document["plover_type"] or "",
            "cameo_code": document["cameo_code"] or "",
        }

    @classmethod
    def called(cls, document: dict[str, Any]) -> Iterator[Called]:
        yield from super().called(document)
        yield Called(document["code"], NameSort.CODE)

    @classmethod
    def hint(cls, document: dict[str, Any]) -> str:
        """What it is a sort of."""
        return document["broader"]["label"] if document["broader"] else ""

    @classmethod
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        return document["code"].replace("_", " "), document["description"] or ""

    @classmethod
    def broader_id(cls, document: dict[str, Any]) -> str | None:
        return id_of(document["broader"])


class PlaceEdition(Edition):
    """A published version of a place."""

    kind = models.CharField(max_length=8)
    state_id = models.UUIDField(null=True)
    parent_place_id = models.UUIDField(null=True)

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("placeedition_by_content"),
            label_index("state_id", "placeedition_by_state"),
        ]

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {
            "kind": document["kind"],
            "state_id": id_of(document["state"]),
            "parent_place_id": cls.broader_id(document),
        }

    @classmethod
    def hint(cls, document: dict[str, Any]) -> str:
        """What it lies in."""
        around = [document["parent"], document["state"]]
        return ", ".join(dict.fromkeys(each["label"] for each in around if each))

    @classmethod
    def broader_id(cls, document: dict[str, Any]) -> str | None:
        return id_of(document["parent"])

    @classmethod
    def state_ids(cls, document: dict[str, Any]) -> list[str]:
        return ids_of([document["state"]])


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
    lacking: ClassVar[dict[str, str]] = {"participants": "participations", "places": "places"}

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            # Ids are unique over all kinds, so `refs` finds types, places, topics and sources: only events that have one name it.
            gin_index("eventedition_by_content", "terms"),
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
            _ask_for_offices(participation["capacities"], references)
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
        found.update(IN_WORDS for part in document["participations"] if not part["participant"])
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


class StatementEdition(Edition):
    """A published version of a statement."""

    is_searched_by_date = True
    is_found_by_words = False
    stream = Stream.STATEMENT
    moment_kinds = ("statement",)

    kind = models.CharField(max_length=16)
    speaker_id = models.UUIDField(null=True)
    event_id = models.UUIDField(null=True)
    whole_id = models.UUIDField(null=True, help_text="The statement of which it is a part.")
    about_ids = ArrayField(models.UUIDField(), default=list)
    terms = terms_column()
    said = ReachColumns("the statement")
    date = models.DateField(
        null=True,
        help_text="For ordering: the first day on which it may have been said, as far as that is known; NULL without a date.",
    )
    length = models.SmallIntegerField(
        choices=Length.choices, help_text="For how long it may have been said from that day on."
    )

    lacking: ClassVar[dict[str, str]] = {"subjects": "about"}

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            # Ids are unique over all kinds, so `refs` finds topics and sources: only statements that have one name it.
            gin_index("statementedition_by_content", "about_ids", "terms"),
            GistIndex(fields=["said_possible"], condition=CURRENT, name="statementedition_by_days"),
            models.Index(
                _LATEST, "record_id", condition=CURRENT, name="statementedition_latest_first"
            ),
            models.Index(
                _OLDEST, "record_id", condition=CURRENT, name="statementedition_oldest_first"
            ),
            models.Index(
                F("length"),
                _LATEST,
                F("record_id"),
                condition=CURRENT,
                name="statementedition_by_span",
            ),
            *[
                models.Index(
                    F(f"{column}_id"),
                    _LATEST,
                    F("record_id"),
                    condition=CURRENT & models.Q(**{f"{column}_id__isnull": False}),
                    name=f"statementedition_by_{column}",
                )
                for column in ("speaker", "event", "whole")
            ],
        ]

    @classmethod
    def derive(cls, document: dict[str, Any], references: References) -> Iterator[None]:
        """Name the offices in which the speaker spoke, as published."""
        _ask_for_offices(document["capacities"], references)
        return iter(())

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        said, named = Reach.at(document["date"]), Bounds.of(document["date"]).named
        day = named and named[0]
        return {
            "kind": document["kind"],
            "speaker_id": id_of(document["speaker"]),
            "event_id": id_of(document["event"]),
            "whole_id": id_of(document["part_of"]),
            "about_ids": ids_of(document["about"]),
            "terms": [*terms_of(document, "kind"), *cls.lacks(document)],
            **said.columns("said"),
            "date": day,
            "length": Length.after(day, [(said.first, said.last)]),
        }

    @classmethod
    def moments(cls, document: dict[str, Any]) -> Iterator[Fact]:
        """That it was said: of the states that it is about and of those for which somebody spoke; of the pair that it is about."""
        speakers = [document["speaker"]] if document["speaker"] else []
        offices = [capacity["office"] for capacity in document["capacities"]]
        named = [*speakers, *document["about"]]
        states = [one for one in named if one["object"] == "state"]
        states += [office["state"] for office in offices if office and office["state"]]
        others = [one for one in named if one["object"] not in ("state", "person")]
        yield Fact(
            "statement",
            document["label"],
            document["date"],
            states=_each_once(states),
            persons=_each_once(one for one in named if one["object"] == "person"),
            others=[*others, *document["topics"]],
            paired=[one["id"] for one in document["about"] if one["object"] == "state"],
        )

    @classmethod
    def hint(cls, document: dict[str, Any]) -> str:
        """When it was said, and by whom."""
        when = (document["date"] and document["date"]["edtf"]) or "undated"
        speaker = (
            document["speaker"]["label"] if document["speaker"] else document["speaker_as_given"]
        )
        return ", ".join(filter(None, [when, speaker]))

    @classmethod
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        """Who spoke, and of what, are names; the words and their sense are prose."""
        speaker = document["speaker"]["label"] if document["speaker"] else ""
        names = [
            speaker,
            document["speaker_as_given"] or "",
            *(subject["label"] for subject in document["about"]),
        ]
        rest = [
            document["summary"] or "",
            document["text"] or "",
            *(topic["label"] for topic in document["topics"]),
        ]
        return " ".join(names), " ".join(rest)


class RelationEdition(Edition):
    """A published version of a relation."""

    involved_ids = ArrayField(models.UUIDField(), default=list, help_text="The two states.")
    terms = terms_column()

    label_needs_references = True
    has_dated_parts = True
    reference_needs_references = True
    stream = Stream.RELATION
    moment_kinds = ("relation_began", "relation_ended")

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("relationedition_by_content", "involved_ids", "terms"),
        ]

    @classmethod
    def label_of(cls, document: dict[str, Any]) -> str:
        """The two states' labels, in the order of the alphabet."""
        return pair_label(*(state["label"] for state in document["states"]))

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {
            "involved_ids": ids_of(document["states"]),
            "terms": sorted(part_terms(cls.dated_parts(document))),
        }

    @classmethod
    def beside_pair(cls, one: UUID, other: UUID) -> Clause:
        """The relation of the two, which statements may be about."""
        where = Clause(
            "superseded_at IS NULL AND document IS NOT NULL AND involved_ids @> ARRAY[%s::uuid, %s::uuid]",
            (one, other),
        )
        return select("record_id", cls._meta.db_table, where)

    @classmethod
    def moments(cls, document: dict[str, Any]) -> Iterator[Fact]:
        """The beginning of each period, and its end where it is over: also on unknown days."""
        for period in document["periods"]:
            value = period["value"].replace("_", " ")
            what = f"{Dimension(period['dimension']).label}, {value}"
            is_over = period["end"] or period["end_status"] == EndStatus.ENDED
            sides = [("relation_began", "began", period["start"])]
            sides += [("relation_ended", "ended", period["end"])] if is_over else []
            for kind, word, when in sides:
                yield Fact(
                    kind,
                    f"{what} {word}: {document['label']}",
                    when,
                    states=document["states"],
                    others=[{"id": document["id"]}, *period["topics"]],
                    paired=ids_of(document["states"]),
                )

    @classmethod
    def dated_parts(cls, document: dict[str, Any]) -> list[dict[str, Any]]:
        """Its periods. One that goes on did so on the day on which that was known."""
        known_on = dt.date.fromisoformat(document["known_on"])
        return [
            {
                "kind": f"period:{period['dimension']}",
                "value": period["value"],
                **Reach.of(
                    period["start"],
                    period["end"],
                    ongoing_on=known_on if period["end_status"] == EndStatus.ONGOING else None,
                ).columns("days"),
            }
            for period in document["periods"]
        ]

    @classmethod
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        periods = document["periods"]
        words = [period["value"].replace("_", " ") for period in periods]
        words += [topic["label"] for period in periods for topic in period["topics"]]
        return "", " ".join(words)

    @classmethod
    def state_ids(cls, document: dict[str, Any]) -> list[str]:
        return ids_of(document["states"])
