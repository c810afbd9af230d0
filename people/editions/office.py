"""Editions of offices: their filter columns and how a document fills them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from config.api.sql import Clause, all_of, select
from records.models.edition import Edition, gin_index, id_of, is_current, label_index

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

from people.editions.hints import of_state


class OfficeEdition(Edition):
    """A published version of an office."""

    classification = models.CharField(max_length=32)
    organization_id = models.UUIDField(null=True)
    state_id = models.UUIDField(null=True)
    accredited_state_ids = ArrayField(models.UUIDField(), default=list)

    reference_needs_references = True

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("officeedition_by_content", "accredited_state_ids"),
            label_index("state_id", "officeedition_by_state"),
            label_index("organization_id", "officeedition_by_organization"),
            label_index("classification", "officeedition_by_class"),
        ]

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {
            "classification": document["classification"],
            "organization_id": id_of(document["organization"]),
            "state_id": id_of(document["state"]),
            "accredited_state_ids": [state["id"] for state in document["accredited_to"]],
        }

    @classmethod
    def beside_states(cls, states: Sequence[UUID]) -> Clause:
        """Offices whose holders one of the states receives."""
        received = Clause("accredited_state_ids && %s::uuid[]", (list(states),))
        return select("record_id", cls._meta.db_table, all_of([Clause(is_current()), received]))

    @classmethod
    def beside_pair(cls, one: UUID, other: UUID) -> Clause:
        """Offices of the envoys of the one at the other."""
        side = "(state_id = %s::uuid AND accredited_state_ids @> ARRAY[%s::uuid])"
        sent = Clause(f"{side} OR {side}", (one, other, other, one))
        return select("record_id", cls._meta.db_table, all_of([Clause(is_current()), sent]))

    @classmethod
    def hint(cls, document: dict[str, Any]) -> str:
        """Whose office it is: the organization's, the state's."""
        organization = document["organization"]["label"] if document["organization"] else ""
        state = of_state(document, super().hint(document))
        return ", ".join(filter(None, [organization, state]))

    @classmethod
    def state_ids(cls, document: dict[str, Any]) -> list[str]:
        """Stand for the state that its holder acts for, not for those that receive the holder."""
        return [document["state"]["id"]] if document["state"] else []
