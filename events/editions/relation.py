"""Editions of relations between two states: their filter columns and how a document fills them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models

from config.api.sql import Clause, select
from config.dates.reach import Reach
from events.models.relation import Dimension, pair_label
from people.models import EndStatus
from records.models.edition import Edition, gin_index, ids_of, is_current, known_on, terms_column
from records.models.moment import Fact, Stream
from records.terms import part_terms

if TYPE_CHECKING:
    from collections.abc import Iterator


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
            f"{is_current()} AND involved_ids @> ARRAY[%s::uuid, %s::uuid]",
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
        known = known_on(document)
        return [
            {
                "kind": f"period:{period['dimension']}",
                "value": period["value"],
                **Reach.of(
                    period["start"],
                    period["end"],
                    ongoing_on=known if period["end_status"] == EndStatus.ONGOING else None,
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
