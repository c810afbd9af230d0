"""Rules of events and statements that need more than one row, beside those of `records.constraints`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError

from records.constraints import TriggerConstraint

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db import models


class CapacityOfActor(TriggerConstraint):
    """The tenure in which somebody acted is a tenure of that person. Declared on the capacity.

    `actor` leads from the capacity to the person: `participation__person`. Checked at commit, so that merging two
    persons may move their tenures and what they took part in one after another.
    """

    def __init__(self, *, name: str, violation_error_message: str, actor: str) -> None:
        super().__init__(name=name, violation_error_message=violation_error_message)
        self.actor = actor

    def _tables(self, model: type[models.Model]) -> tuple[str, str, str, str, str]:
        """Return the owner's table, its key in the capacity and its person, then the tenure's table and person."""
        link, _, person = self.actor.partition("__")
        capacity: Any = model._meta
        to_owner, to_tenure = capacity.get_field(link), capacity.get_field("tenure")
        owner, tenure = to_owner.related_model._meta, to_tenure.related_model._meta
        return (
            owner.db_table,
            to_owner.column,
            owner.get_field(person).column,
            tenure.db_table,
            tenure.get_field("person").column,
        )

    def body(self, model: type[models.Model]) -> str:
        """Compare the two persons, so that nobody who changes one of them misses a new capacity, nor it him.

        Who changes the owner's person waits for a new capacity already, and the other way round: both mark the same record
        as changed. Who changes the tenure's person is made to wait by the share lock.
        """
        owner, key, person, tenures, holder = self._tables(model)
        capacities = model._meta.db_table
        another = (
            f'SELECT 1 FROM "{capacities}" c JOIN "{owner}" o ON o.id = c."{key}"'  # noqa: S608 - names of our own only
            f' JOIN "{tenures}" t ON t.id = c.tenure_id WHERE t."{holder}" IS DISTINCT FROM o."{person}"'
        )
        return f"""
    IF TG_TABLE_NAME = '{capacities}' THEN
        PERFORM 1 FROM "{tenures}" WHERE id = NEW.tenure_id FOR SHARE;
        IF NOT EXISTS ({another} AND c.id = NEW.id) THEN RETURN NULL; END IF;
    ELSIF TG_TABLE_NAME = '{owner}' THEN
        IF NOT EXISTS ({another} AND o.id = NEW.id) THEN RETURN NULL; END IF;
    ELSIF NOT EXISTS ({another} AND t.id = NEW.id) THEN RETURN NULL;
    END IF;
    {self.refuse()}"""

    def triggers(self, model: type[models.Model]) -> list[tuple[str, str, str]]:
        """Watch the capacity, and the persons of both that it joins."""
        owner, key, person, tenures, holder = self._tables(model)
        deferred = "DEFERRABLE INITIALLY DEFERRED"
        return [
            (model._meta.db_table, f'INSERT OR UPDATE OF "{key}", tenure_id', deferred),
            (owner, f'UPDATE OF "{person}"', deferred),
            (tenures, f'UPDATE OF "{holder}"', deferred),
        ]

    def validate(
        self,
        model: type[models.Model],  # noqa: ARG002 - Django's signature
        instance: models.Model,
        exclude: Collection[str] | None = None,  # noqa: ARG002 - Django's signature
        using: str = "default",  # noqa: ARG002 - Django's signature
    ) -> None:
        """Compare the two persons of an unsaved row, so that a form says it before the database does."""
        link, _, person = self.actor.partition("__")
        try:
            owner, tenure = getattr(instance, link), instance.tenure  # type: ignore[attr-defined] # every capacity has one
        except ObjectDoesNotExist:
            return  # a form reports what is missing by itself
        if getattr(owner, f"{person}_id") != tenure.person_id:
            raise ValidationError(self.get_violation_error_message(), code="check_violation")

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "actor": self.actor}
