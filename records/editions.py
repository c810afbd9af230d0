"""Editions of sources and topics: their filter columns and how a document fills them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from records.models.edition import Edition, gin_index
from records.models.published_name import Called, NameSort

if TYPE_CHECKING:
    from collections.abc import Iterator


class SourceEdition(Edition):
    """A published version of a source."""

    is_found_by_words = False

    kind = models.CharField(max_length=16)
    publisher = models.TextField(blank=True)

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("sourceedition_by_content"),
        ]

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {"kind": document["kind"], "publisher": document["publisher"] or ""}

    @classmethod
    def hint(cls, document: dict[str, Any]) -> str:
        """Who published it, and when."""
        published = document["published"] and document["published"]["edtf"]
        return ", ".join(filter(None, [document["publisher"], published]))

    @classmethod
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        return " ".join([document["publisher"] or "", *document["authors"]]), document["label"]


class TopicEdition(Edition):
    """A published version of a topic."""

    code_column = "code"

    code = models.CharField(max_length=80)
    broader_topic_id = models.UUIDField(null=True)

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("topicedition_by_content"),
        ]

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {"code": document["code"], "broader_topic_id": cls.broader_id(document)}

    @classmethod
    def called(cls, document: dict[str, Any]) -> Iterator[Called]:
        yield from super().called(document)
        yield Called(document["code"], NameSort.CODE)
        for label in document["alternative_labels"]:
            yield Called(label, NameSort.NAME)

    @classmethod
    def hint(cls, document: dict[str, Any]) -> str:
        """What it is part of."""
        return document["broader"]["label"] if document["broader"] else ""

    @classmethod
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        return " ".join([document["code"], *document["alternative_labels"]]), ""

    @classmethod
    def broader_id(cls, document: dict[str, Any]) -> str | None:
        return document["broader"]["id"] if document["broader"] else None
