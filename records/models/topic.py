"""Topics: what events and agreements are about (a SKOS concept tree)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from records.constraints import NoCycle
from records.desk_search import name_indexes
from records.history import tracked
from records.models.citation import Identifier
from records.models.record import Record
from records.models.word import KeepWords


@tracked
class Topic(Record):
    """A concept of the topic tree (W3C SKOS): a code, a preferred label, and a broader topic."""

    object_kind = "topic"

    code = models.SlugField(
        max_length=80,
        unique=True,
        help_text="Short code in lower case with hyphens (`rare-earth-elements`).",
    )
    label = models.CharField(max_length=200, help_text="Preferred label (skos:prefLabel).")
    broader = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="narrower",
        help_text="The next broader topic (skos:broader); blank at the top.",
    )
    alternative_labels = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        help_text="Other words for it (skos:altLabel).",
    )

    class Meta(Record.Meta):
        ordering = ("code",)
        indexes = [
            *Record.Meta.indexes,
            *name_indexes("topic", "label"),
            *name_indexes("topic_code", "code"),
        ]
        triggers = [*Record.Meta.triggers, KeepWords("label"), KeepWords("code")]
        constraints = [
            *Record.Meta.constraints,
            NoCycle(
                name="topic_is_not_broader_than_itself",
                ascends="broader",
                violation_error_message="A topic cannot lie below itself.",
            ),
        ]

    def __str__(self) -> str:
        return self.label


@tracked
class TopicIdentifier(Identifier):
    """What another vocabulary calls the topic."""

    record = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="identifiers")
