"""What states, organizations, persons, offices and tenures are counted by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.api.sql import Clause, column
from people.models import (
    IN_OFFICE,
    EndReason,
    EndStatus,
    OfficeClass,
    OfficeEdition,
    OrganizationClass,
    StateKind,
    TenureEdition,
    TenureKind,
)
from records.api.dimensions import Dimension, Listed, Named, Parts, Word, days_of, spans
from records.models.edition import is_current

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from records.models import Edition

_OFFICES, _TENURES = (editions._meta.db_table for editions in (OfficeEdition, TenureEdition))


class OfficesHeld(Parts):
    """The offices that a person holds or held, in full right, acting or ad interim: values are those of the same office."""

    def rows(self, names: Sequence[str], found: Clause) -> Clause:  # noqa: ARG002 - one signature
        known = {
            "office": "tenure.office_id",
            "state": "office.state_id",
            "classification": "office.classification",
        }
        values = ", ".join(f"{known[name]} AS {name}" for name in names)
        return Clause(
            f"SELECT DISTINCT found.record_id, {values} FROM found JOIN {_TENURES} AS tenure ON tenure.person_id = found.record_id"  # noqa: S608 - names of ours
            f" AND {is_current('tenure')} AND tenure.kind = ANY(%s) LEFT JOIN {_OFFICES} AS office"
            f" ON office.record_id = tenure.office_id AND {is_current('office')}",
            ([str(kind) for kind in IN_OFFICE],),
        )


def _of_office(name: str) -> Callable[[type[Edition]], Clause]:
    """What the office of a tenure says, as the office is published."""

    def value(editions: type[Edition]) -> Clause:
        return Clause(
            f"(SELECT office.{name} FROM {_OFFICES} AS office WHERE office.record_id = {column(editions, 'office_id')[0]}"  # noqa: S608 - names of ours
            f" AND {is_current('office')})"
        )

    return value


_HELD = OfficesHeld()

STATES: dict[str, Dimension] = {
    "kind": Word("What sort of state or territory it is", StateKind, column="kind"),
    "predecessor": Named("A state that it came after", "state", parts=Listed("predecessor_ids")),
}

ORGANIZATIONS: dict[str, Dimension] = {
    "classification": Word("What sort of body it is", OrganizationClass, column="classification"),
    "state": Named("The state whose organ it is", "state", column="state_id"),
    "parent": Named("The body that it is part of", "organization", column="parent_id"),
}

PEOPLE: dict[str, Dimension] = {
    "office": Named("An office that the person holds or held", "office", parts=_HELD),
    "state": Named("The state of an office that the person holds or held", "state", parts=_HELD),
    "classification": Word(
        "What sort of office the person holds or held", OfficeClass, parts=_HELD
    ),
}

OFFICES: dict[str, Dimension] = {
    "state": Named("The state that its holder acts for", "state", column="state_id"),
    "organization": Named("The body that it belongs to", "organization", column="organization_id"),
    "classification": Word("What sort of office it is", OfficeClass, column="classification"),
    "accredited_to": Named(
        "A state that receives its holder", "state", parts=Listed("accredited_state_ids")
    ),
}

TENURES: dict[str, Dimension] = {
    **spans(days_of("started"), "in which it began"),
    "kind": Word("In what way it was held", TenureKind, column="kind"),
    "end_status": Word("Whether it is over", EndStatus, column="end_status"),
    "end_reason": Word("Why it ended", EndReason, column="end_reason"),
    "person": Named("Who held the office", "person", column="person_id"),
    "office": Named("What was held", "office", column="office_id"),
    "state": Named("The state of the office", "state", value=_of_office("state_id")),
    "classification": Word(
        "What sort of office was held", OfficeClass, value=_of_office("classification")
    ),
}
