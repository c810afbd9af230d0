"""Editions of sources and topics: their filter columns and how a document fills them."""

from __future__ import annotations

from typing import Any

from django.db import models

from records.models.edition import Edition, gin_index


class SourceEdition(Edition):
    """A published version of a source."""

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
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        return " ".join([document["code"], *document["alternative_labels"]]), ""

    @classmethod
    def reference_extras(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {"code": document["code"]}

    @classmethod
    def broader_id(cls, document: dict[str, Any]) -> str | None:
        return document["broader"]["id"] if document["broader"] else None
