"""Editions of organizations: their filter columns and how a document fills them."""

from __future__ import annotations

from typing import Any

from django.db import models

from people.editions.hints import of_state
from records.models.edition import Edition, gin_index, id_of, label_index


class OrganizationEdition(Edition):
    """A published version of an organization."""

    classification = models.CharField(max_length=32)
    parent_id = models.UUIDField(null=True)
    state_id = models.UUIDField(null=True)

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("organizationedition_by_content"),
            label_index("state_id", "organizationedition_by_state"),
            label_index("parent_id", "organizationedition_by_parent"),
            label_index("classification", "organizationedition_by_class"),
        ]

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {
            "classification": document["classification"],
            "parent_id": id_of(document["parent"]),
            "state_id": id_of(document["state"]),
        }

    @classmethod
    def hint(cls, document: dict[str, Any]) -> str:
        return of_state(document, super().hint(document))

    @classmethod
    def state_ids(cls, document: dict[str, Any]) -> list[str]:
        """Stand for the state whose body it is; a company does not stand for its domicile."""
        return [document["state"]["id"]] if document["state"] else []
