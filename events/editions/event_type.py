"""Editions of event types: their filter columns and how a document fills them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from records.models.edition import Edition, gin_index, id_of
from records.models.published_name import Called, NameSort

if TYPE_CHECKING:
    from collections.abc import Iterator


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
