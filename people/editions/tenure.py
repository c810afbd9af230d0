"""Editions of tenures: their filter columns and how a document fills them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F

from config.dates.columns import ReachColumns
from config.dates.lengths import Length
from config.dates.ordering import undated_last
from config.dates.reach import NEVER, Bounds, Reach
from people.models.holding import HELD_MILESTONES, IN_OFFICE, NEVER_HELD, EndStatus, MilestoneKind
from records.models.edition import CURRENT, Edition, gin_index, known_on, terms_column, terms_of
from records.models.moment import Fact, Stream
from records.terms import part_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.dates.reach import When


def _sorted_by(document: dict[str, Any]) -> date | None:
    """The first day of the start, and no later than any other that is possible."""
    start = Bounds.of(document["start"])
    if start.earliest or not start.named:
        return start.earliest
    possible = days_held(document).possible
    return min(start.named[0], possible[0]) if possible else start.named[0]


def days_held(document: dict[str, Any]) -> Reach:
    """The days of a tenure; none where the office was never taken up.

    A step that comes with being in office proves that it was held then. That it goes on was known when it was published.
    """
    if document["kind"] in NEVER_HELD:
        return NEVER
    return Reach.of(
        document["start"],
        document["end"],
        [each["date"] for each in document["milestones"] if each["kind"] in HELD_MILESTONES],
        known_on(document) if document["end_status"] == EndStatus.ONGOING else None,
    )


class TenureEdition(Edition):
    """A published version of a tenure.

    Filters by its office's state and classification ask the office's own edition.
    """

    person_id = models.UUIDField()
    office_id = models.UUIDField()
    kind = models.CharField(max_length=16)
    end_status = models.CharField(max_length=8)
    end_reason = models.CharField(max_length=20, blank=True)
    terms = terms_column()
    held = ReachColumns("the tenure")
    started = ReachColumns("its start")
    ended = ReachColumns("its end")
    date = models.DateField(
        null=True,
        help_text="For ordering: the first day on which it may have begun, as far as that is known; NULL without a start.",
    )
    length = models.SmallIntegerField(
        choices=Length.choices, help_text="For how long it may have been held from that day on."
    )

    label_needs_references = True
    has_dated_parts = True
    reference_needs_references = True
    is_found_by_words = False
    stream = Stream.TENURE
    moment_kinds = ("took_office", "left_office", *MilestoneKind.values)

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("tenureedition_by_content", "terms"),
            *[
                GistIndex(
                    fields=[f"{days}_possible"],
                    condition=CURRENT,
                    name=f"tenureedition_by_days_{days}",
                )
                for days in ("held", "started", "ended")
            ],
            models.Index(fields=["person_id"], condition=CURRENT, name="tenureedition_by_person"),
            models.Index(fields=["office_id"], condition=CURRENT, name="tenureedition_by_office"),
            models.Index(
                undated_last("date", descending=False),
                "record_id",
                condition=CURRENT,
                name="tenureedition_oldest_first",
            ),
            models.Index(
                undated_last("date", descending=True),
                "record_id",
                condition=CURRENT,
                name="tenureedition_latest_first",
            ),
            models.Index(
                F("length"),
                undated_last("date", descending=True),
                F("record_id"),
                condition=CURRENT,
                name="tenureedition_by_days",
            ),
        ]

    @classmethod
    def label_of(cls, document: dict[str, Any]) -> str:
        """Join the person's label and the office's."""
        return f"{document['person']['label']}, {document['office']['label']}"

    @classmethod
    def facts(cls, document: dict[str, Any]) -> dict[str, Any]:
        """Add the office: an event says in which one somebody acted, and knows only the tenure."""
        return {"office": document["office"]["id"]}

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        held, day = days_held(document), _sorted_by(document)
        started, ended = (Reach.at(document[name]) for name in ("start", "end"))
        spans = [(days.first, days.last) for days in (started, held) if days != NEVER]
        # A milestone without a date is on no day that could be asked for.
        milestones = (Reach.at(each["date"]) for each in document["milestones"])
        around = [days.possible for days in milestones if days.possible]
        return {
            "person_id": document["person"]["id"],
            "office_id": document["office"]["id"],
            "kind": document["kind"],
            "end_status": document["end_status"],
            "end_reason": document["end_reason"] or "",
            "terms": [
                *terms_of(document, "kind", "end_status", "end_reason"),
                *part_terms(cls.dated_parts(document)),
            ],
            **held.columns("held"),
            **started.columns("started"),
            **ended.columns("ended"),
            "date": day,
            "length": Length.after(day, spans, around),
        }

    @classmethod
    def moments(cls, document: dict[str, Any]) -> Iterator[Fact]:
        """When the office was taken, each milestone, and when it was left: also on unknown days.

        One who was named, elected or appointed and not in office took none.
        """
        office = document["office"]

        def fact(kind: str, words: str, when: When) -> Fact:
            return Fact(
                kind,
                f"{words}: {document['label']}",
                when,
                states=[office["state"]] if office["state"] else [],
                persons=[document["person"]],
                others=[office],
            )

        if document["kind"] in IN_OFFICE:
            yield fact("took_office", "Took office", document["start"])
        for milestone in document["milestones"]:
            words = MilestoneKind(milestone["kind"]).label
            yield fact(milestone["kind"], words, milestone["date"])
        is_over = document["end"] or document["end_status"] == EndStatus.ENDED
        if document["kind"] in IN_OFFICE and is_over:
            yield fact("left_office", "Left office", document["end"])

    @classmethod
    def dated_parts(cls, document: dict[str, Any]) -> list[dict[str, Any]]:
        """Its milestones."""
        return [
            {
                "kind": f"milestone:{milestone['kind']}",
                **Reach.at(milestone["date"]).columns("days"),
            }
            for milestone in document["milestones"]
        ]
