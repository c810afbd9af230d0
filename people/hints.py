"""What published tenures say of a person, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from django.db import connection

from config.api.sql import compiled
from config.db.planned import execute_planned
from people.models import EndStatus, TenureEdition
from records.bulk import as_array
from records.models import Reference
from records.models.edition import CURRENT, years

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


def offices_of(people: Sequence[str], on: date) -> dict[str, str]:
    """Return the office that each person may have held on a day, else the last one before or after it, with the state and the years.

    `Foreign Minister, Pakistan (since 2024)`. One statement; who held none is left out.
    """
    current = compiled(TenureEdition, CURRENT)
    tenures, references = TenureEdition._meta.db_table, Reference._meta.db_table
    with connection.cursor() as cursor:
        execute_planned(
            cursor,
            "SELECT DISTINCT ON (person_id) person_id::text, document, state.body->>'label'"  # noqa: S608 - names of ours
            f" FROM {tenures} JOIN {references} AS office ON office.id = office_id"
            f" LEFT JOIN {references} AS state ON state.id = office.state_ids[1]"
            f" WHERE {current.sql} AND person_id = ANY(%s::uuid[])"
            " ORDER BY person_id, (held_any @> %s::date) DESC,"
            " date DESC NULLS LAST, record_id",
            [*current.values, as_array(people), on],
        )
        return {person: _hint(orjson.loads(document), state) for person, document, state in cursor}


def states_of(people: Sequence[str]) -> dict[str, set[str]]:
    """Return the states whose offices each person held, by id. One statement; who held none is left out."""
    current = compiled(TenureEdition, CURRENT)
    tenures, references = TenureEdition._meta.db_table, Reference._meta.db_table
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT person_id::text, unnest(office.state_ids)::text"  # noqa: S608 - names of ours
            f" FROM {tenures} JOIN {references} AS office ON office.id = office_id"
            f" WHERE {current.sql} AND person_id = ANY(%s::uuid[])",
            [*current.values, list(people)],
        )
        for person, state in cursor.fetchall():
            found.setdefault(person, set()).add(state)
    return found


def _hint(tenure: dict[str, Any], state: str | None) -> str:
    office = tenure["office"]["label"]
    if state and state not in office:
        office = f"{office}, {state}"
    span = years(tenure["start"], tenure["end"])
    if tenure["end_status"] != EndStatus.ONGOING:
        span = span.replace("since", "from")
    return f"{office} ({span})" if span else office
