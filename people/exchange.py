"""States, organizations, persons, offices and tenures in exchange files."""

from __future__ import annotations

from people.models import Office, Organization, Person, State, Tenure
from records.exchange.shapes import Exchange, Refs, Renamed, Rows, declare

STATE = declare(
    Exchange(
        State,
        fields=("name", "kind", "start", "end"),
        parts=(
            Rows("codes", ("scheme", "value", "start", "end"), key=("scheme", "value")),
            Rows("predecessors", (Renamed("state", "predecessor"), "kind", "date"), key=("state",)),
        ),
        codes=("codes",),
    ),
)
ORGANIZATION = declare(
    Exchange(
        Organization,
        fields=(
            "name",
            "classification",
            "parent",
            "state",
            "domicile",
            "receiving_state",
            "start",
            "end",
        ),
        parts=(Refs("topics", "topic", relation="organization_topics"),),
    ),
)
PERSON = declare(
    Exchange(
        Person,
        fields=("name", "given_name", "family_name", "sort_name", "birth", "death", "living"),
    ),
)
OFFICE = declare(
    Exchange(
        Office,
        fields=(
            "title",
            "organization",
            "state",
            "classification",
            "mission_class",
            "seats",
            "start",
            "end",
        ),
        parts=(Refs("accredited_to", "state", relation="accreditations"),),
    ),
)
TENURE = declare(
    Exchange(
        Tenure,
        fields=("person", "office", "start", "end", "end_status", "kind", "end_reason"),
        parts=(Rows("milestones", ("kind", "date", "note"), key=("kind",)),),
    ),
)
