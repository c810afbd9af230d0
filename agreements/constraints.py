"""Rules of agreements that need more than one row, beside those of `records.constraints`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ObjectDoesNotExist, ValidationError

from records.constraints import NoCycle, TriggerConstraint

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db import models


class PartyOfSameAgreement(TriggerConstraint):
    """Who did an action is a party to the agreement of that action. Declared on the action."""

    def _tables(self, model: type[models.Model]) -> tuple[str, str]:
        party = cast("type[models.Model]", model._meta.get_field("party").related_model)
        return model._meta.db_table, party._meta.db_table

    def body(self, model: type[models.Model]) -> str:
        """Compare the two agreements.

        The share lock makes a new action wait for a transaction that moves the party, and the other way round, so that
        neither misses the other: the lock of a foreign key alone lets them pass.
        """
        actions, parties = self._tables(model)
        return f"""
    IF TG_TABLE_NAME = '{actions}' THEN
        IF NEW.party_id IS NULL THEN RETURN NULL; END IF;
        PERFORM 1 FROM "{parties}" WHERE id = NEW.party_id FOR SHARE;
        IF NOT EXISTS (
            SELECT 1 FROM "{parties}" WHERE id = NEW.party_id AND agreement_id <> NEW.agreement_id
        ) THEN RETURN NULL; END IF;
    ELSIF NOT EXISTS (
        SELECT 1 FROM "{actions}" WHERE party_id = NEW.id AND agreement_id <> NEW.agreement_id
    ) THEN RETURN NULL; END IF;
    {self.refuse()}"""  # noqa: S608 - names of ours

    def triggers(self, model: type[models.Model]) -> list[tuple[str, str, str]]:
        """Watch the action's party and agreement, and the party's agreement."""
        actions, parties = self._tables(model)
        return [
            (actions, "INSERT OR UPDATE OF agreement_id, party_id", "NOT DEFERRABLE"),
            (parties, "UPDATE OF agreement_id", "NOT DEFERRABLE"),
        ]

    def validate(
        self,
        model: type[models.Model],  # noqa: ARG002 - Django's signature
        instance: models.Model,
        exclude: Collection[str] | None = None,  # noqa: ARG002 - Django's signature
        using: str = "default",  # noqa: ARG002 - Django's signature
    ) -> None:
        """Compare the two agreements of an unsaved row, so that a form says it before the database does."""
        try:
            party = instance.party  # type: ignore[attr-defined] # every action may have one
        except ObjectDoesNotExist:
            return  # a form reports what is missing by itself
        if party is not None and party.agreement_id != instance.agreement_id:  # type: ignore[attr-defined] # an action
            raise ValidationError(self.get_violation_error_message(), code="check_violation")


class NoCycleOfKind(NoCycle):
    """Following the edges of one kind from a row upwards never comes back to it; other kinds may go round."""

    def __init__(self, *, kind: str, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def body(self, model: type[models.Model]) -> str:
        """Walk upwards over edges of that kind; the lock keeps two halves of a cycle from passing each other."""
        up, down = self._columns(model)
        table = model._meta.db_table
        return f"""
    IF NEW.kind <> '{self.kind}' THEN RETURN NULL; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('{self.name}', 0));
    IF EXISTS (
        WITH RECURSIVE above(node) AS (
            SELECT NEW."{up}"
            UNION
            SELECT "{table}"."{up}" FROM "{table}" JOIN above ON "{table}"."{down}" = above.node
            WHERE "{table}".kind = '{self.kind}'
        ) SELECT 1 FROM above WHERE node = NEW."{down}"
    ) THEN {self.refuse()} END IF;"""  # noqa: S608 - names of ours

    def triggers(self, model: type[models.Model]) -> list[tuple[str, str, str]]:
        """Watch both ends of the edge, and its kind."""
        up, down = self._columns(model)
        return [
            (model._meta.db_table, f'INSERT OR UPDATE OF "{up}", "{down}", kind', "NOT DEFERRABLE")
        ]

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "kind": self.kind}
