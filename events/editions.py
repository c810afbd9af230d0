"""Editions of event types, places, events, statements and relations: their filter columns and how a document fills them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db import models
from django.db.models import F

from config.dates.columns import ReachColumns
from config.dates.ordering import undated_last
from config.dates.reach import Bounds, Reach
from events.models.relation import pair_label
from events.models.state_pair import KeepStatePairs
from people.models import EndStatus
from records.models.edition import CURRENT, Edition, gin_index, id_of, ids_of
from records.publishing.documents import sort_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from records.models.reference import References

#: Events that may have gone on for longer are few; a range of days looks for them apart.
A_YEAR = timedelta(days=366)

#: Sort keys of dates, as config.dates.ordering has them: each index stands for one direction.
_LATEST = undated_last("date", descending=True)
_OLDEST = undated_last("date", descending=False)


def _matchable(participation: dict[str, Any]) -> dict[str, Any]:
    """What filters match within one participation: its role, and the ids of who took part."""
    participant = participation["participant"]
    found: dict[str, Any] = {"role": participation["role"]}
    if participant:
        found[participant["object"]] = participant["id"]
    if participation["states"]:
        found["states"] = [state["id"] for state in participation["states"]]
    return found


def _ask_for_offices(capacities: list[dict[str, Any]], references: References) -> None:
    """Name the office of each capacity: the one that the tenure has as published."""
    for capacity in capacities:
        office = references.facts(capacity["tenure"]["id"])["office"]
        capacity["office"] = references.to("office", UUID(office))


def _stood_for(named: list[dict[str, Any] | None], references: References) -> list[dict[str, Any]]:
    """Ask for the states that the named records stand for, in their order."""
    keys = [
        key for reference in named if reference for key in references.stands_for(reference["id"])
    ]
    return [references.to("state", key) for key in dict.fromkeys(keys)]


def _by_label(reference: dict[str, Any]) -> tuple[str, str]:
    return sort_label(reference["label"]), reference["id"]


def _span(when: dict[str, Any] | None, end: dict[str, Any] | None) -> dict[str, Any]:
    """The days from the first on which an event may have begun to the last on which it may have gone on.

    An end of which nothing but words is known leaves the event where `when` puts it.
    """
    begun = when or {"edtf": None, "earliest": None, "latest": None}
    over = end if end and end["edtf"] else begun
    first, last = begun["earliest"], over["latest"]
    if first and last:
        is_long = date.fromisoformat(last) - date.fromisoformat(first) > A_YEAR
    else:
        is_long = bool(first or last)
    return {"when_earliest": first, "when_latest": last, "date": first, "is_long": is_long}


class EventTypeEdition(Edition):
    """A published version of an event type."""

    code = models.CharField(max_length=40)
    broader_type_id = models.UUIDField(null=True)
    plover_type = models.CharField(max_length=20, blank=True)
    cameo_code = models.CharField(max_length=4, blank=True)

    # The codes above it are part of its reference, so it changes when a type above it does.
    label_needs_references = True

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
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        return document["code"].replace("_", " "), document["description"] or ""

    @classmethod
    def reference_extras(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {"code": document["code"], "parents": document["parents"]}

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
            models.Index(
                fields=["state_id", "sort_label", "record_id"],
                condition=CURRENT,
                name="placeedition_by_state",
            ),
        ]

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {
            "kind": document["kind"],
            "state_id": id_of(document["state"]),
            "parent_place_id": cls.broader_id(document),
        }

    @classmethod
    def broader_id(cls, document: dict[str, Any]) -> str | None:
        return id_of(document["parent"])

    @classmethod
    def state_ids(cls, document: dict[str, Any]) -> list[str]:
        return ids_of([document["state"]])


class EventEdition(Edition):
    """A published version of an event."""

    type_id = models.UUIDField()
    status = models.CharField(max_length=12)
    attendance = models.CharField(max_length=12, blank=True)
    visit_class = models.CharField(max_length=20, blank=True)
    parent_id = models.UUIDField(null=True)
    when_earliest = models.DateField(null=True, help_text="First day on which it may have begun.")
    when_latest = models.DateField(null=True, help_text="Last day on which it may have gone on.")
    date = models.DateField(
        null=True,
        help_text="For ordering: the first day on which it may have begun; NULL when that is unknown.",
    )
    is_long = models.BooleanField(
        default=False,
        help_text="Whether it may have gone on for more than a year, or began or ended on an unknown day.",
    )
    involved_ids = ArrayField(models.UUIDField(), default=list, help_text="All states involved.")
    participants = models.JSONField(
        default=list,
        help_text="Per participation: role, and the ids of the person, organization and states, to match within one.",
    )

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            # Ids are unique over all kinds, so `refs` finds places, topics and sources: only events that have one name it.
            GinIndex(
                "refs",
                "search",
                "involved_ids",
                OpClass("participants", "jsonb_path_ops"),
                condition=CURRENT,
                name="eventedition_by_content",
            ),
            models.Index(_LATEST, "record_id", condition=CURRENT, name="eventedition_latest_first"),
            models.Index(_OLDEST, "record_id", condition=CURRENT, name="eventedition_oldest_first"),
            models.Index(
                fields=["when_latest"],
                condition=CURRENT & models.Q(is_long=True),
                name="eventedition_long",
            ),
            models.Index(
                F("type_id"),
                _LATEST,
                F("record_id"),
                # What is asked most beside the type, so that counting up to 1,001 need not look at the rows.
                include=["date", "involved_ids", "when_earliest", "when_latest", "is_long"],
                condition=CURRENT,
                name="eventedition_by_type",
            ),
            models.Index(
                F("parent_id"),
                _LATEST,
                F("record_id"),
                condition=CURRENT & models.Q(parent_id__isnull=False),
                name="eventedition_by_parent",
            ),
        ]
        triggers = [KeepStatePairs()]

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
            participation["states"] = _stood_for(named, references)
        for place in document["places"]:
            place["state"] = place["state"] or next(
                iter(_stood_for([place["place"]], references)), None
            )
        yield
        involved = [
            state
            for participation in document["participations"]
            for state in participation["states"]
        ]
        involved += [place["state"] for place in document["places"] if place["state"]]
        document["states"] = sorted(
            {state["id"]: state for state in involved}.values(), key=_by_label
        )

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {
            "type_id": document["type"]["id"],
            "status": document["status"],
            "attendance": document["attendance"] or "",
            "visit_class": document["visit_class"] or "",
            "parent_id": id_of(document["parent"]),
            **_span(document["when"], document["end"]),
            "involved_ids": ids_of(document["states"]),
            "participants": [
                _matchable(participation) for participation in document["participations"]
            ],
        }

    @classmethod
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        """Who took part and where are names; the summary, the type and the topics are the rest."""
        names = [place["name_as_given"] or "" for place in document["places"]]
        names += [place["place"]["label"] for place in document["places"] if place["place"]]
        rest = [document["summary"] or "", document["type"]["label"]]
        rest += [topic["label"] for topic in document["topics"]]
        for participation in document["participations"]:
            if participation["participant"]:
                names.append(participation["participant"]["label"])
            names.append(participation["name_as_given"] or "")
            rest.append(participation["capacity_text"] or "")
        return " ".join(names), " ".join(rest)


class StatementEdition(Edition):
    """A published version of a statement."""

    kind = models.CharField(max_length=16)
    speaker_id = models.UUIDField(null=True)
    event_id = models.UUIDField(null=True)
    whole_id = models.UUIDField(null=True, help_text="The statement of which it is a part.")
    about_ids = ArrayField(models.UUIDField(), default=list)
    said = ReachColumns("the statement")
    date = models.DateField(
        null=True,
        help_text="For ordering: the first day on which it may have been said, as far as that is known; NULL without a date.",
    )

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            # Ids are unique over all kinds, so `refs` finds topics and sources: only statements that have one name it.
            gin_index("statementedition_by_content", "about_ids"),
            GistIndex(fields=["said_possible"], condition=CURRENT, name="statementedition_by_days"),
            models.Index(
                _LATEST, "record_id", condition=CURRENT, name="statementedition_latest_first"
            ),
            models.Index(
                _OLDEST, "record_id", condition=CURRENT, name="statementedition_oldest_first"
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
        said = Bounds.of(document["date"])
        return {
            "kind": document["kind"],
            "speaker_id": id_of(document["speaker"]),
            "event_id": id_of(document["event"]),
            "whole_id": id_of(document["part_of"]),
            "about_ids": ids_of(document["about"]),
            **Reach.at(document["date"]).columns("said"),
            "date": said.named and said.named[0],
        }

    @classmethod
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        """Who spoke, and of what, are names; the words and their sense are the rest."""
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

    label_needs_references = True
    has_dated_parts = True

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("relationedition_by_content", "involved_ids"),
        ]

    @classmethod
    def label_of(cls, document: dict[str, Any]) -> str:
        """The two states' labels, in the order of the alphabet."""
        return pair_label(*(state["label"] for state in document["states"]))

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {"involved_ids": ids_of(document["states"])}

    @classmethod
    def dated_parts(cls, document: dict[str, Any]) -> list[dict[str, Any]]:
        """Its periods. One that goes on did so when it was published."""
        published_on = date.fromisoformat(document["published_at"][:10])
        return [
            {
                "kind": f"period:{period['dimension']}",
                "value": period["value"],
                **Reach.of(
                    period["start"],
                    period["end"],
                    ongoing_on=published_on if period["end_status"] == EndStatus.ONGOING else None,
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
