"""Editions of persons: their filter columns and how a document fills them."""

from __future__ import annotations

from typing import Any

from django.db import models

from records.models.edition import CURRENT, Edition, gin_index, years
from records.publishing.documents import sort_label


class PersonEdition(Edition):
    """A published version of a person."""

    sort_name = models.TextField(
        db_collation="C", help_text="The name as an index lists it, unaccented, lower case."
    )

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("personedition_by_content"),
            models.Index(
                fields=["sort_name", "record_id"],
                condition=CURRENT,
                name="personedition_by_sort_name",
            ),
        ]

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {"sort_name": sort_label(document["sort_name"] or document["label"])}

    @classmethod
    def hint(cls, document: dict[str, Any]) -> str:
        """The dates of life: for those of whom no office is known."""
        span = years(document["birth"], document["death"])
        return (
            f"born {years(document['birth'], None).removeprefix('since ')}"
            if span.startswith("since")
            else span
        )

    @classmethod
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        names, rest = super().search_texts(document)
        return " ".join([names, document["given_name"] or "", document["family_name"] or ""]), rest
