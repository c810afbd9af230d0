"""Editions of places: their filter columns and how a document fills them."""

from __future__ import annotations

from typing import Any

from django.db import models

from records.models.edition import Edition, gin_index, id_of, ids_of, label_index


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
