"""Editions of statements: their filter columns and how a document fills them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F

from config.dates.columns import ReachColumns
from config.dates.lengths import Length
from config.dates.ordering import undated_last
from config.dates.reach import Bounds, Reach
from events.editions.capacities import ask_for_offices
from records.models.edition import (
    CURRENT,
    Edition,
    gin_index,
    id_of,
    ids_of,
    terms_column,
    terms_of,
)
from records.models.moment import Fact, Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from records.models.reference import References

#: Sort keys of dates, as config.dates.ordering has them: each index stands for one direction.
_LATEST = undated_last("date", descending=True)
_OLDEST = undated_last("date", descending=False)


def _each_once(references: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({one["id"]: one for one in references}.values())


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
        ask_for_offices(document["capacities"], references)
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
