"""What agreements are counted by, and how their values are summed up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from agreements.models import AgreementForm, Laterality, LegalCharacter, Scope, ValueKind
from agreements.statuses import AgreementStatus
from config.api.sql import Clause, column
from records.api.counts import Sum
from records.api.dimensions import DaysSql, Dimension, Listed, Named, NamedAnywhere, Word, spans

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.models import Edition


def _first_signed(editions: type[Edition]) -> DaysSql:
    first, last, any_day = (
        column(editions, name)[0] for name in ("signed_from", "signed_by", "date")
    )
    return DaysSql(first, last, f"{any_day} IS NOT NULL", f"{first} IS NULL OR {last} IS NULL")


def _amount(description: str) -> dict[str, Any]:
    return {
        "type": ["string", "null"],
        "pattern": r"^[0-9]+(\.[0-9]+)?$",
        "description": description,
    }


def _sort(description: str, words: list[str] | None = None) -> dict[str, Any]:
    listed = {"enum": [*words, None]} if words else {"pattern": "^[A-Z]{3}$"}
    return {"type": ["string", "null"], **listed, "description": description}


class Values(Sum):
    """The values of agreements: only amounts of one currency, scope and kind are added up.

    Several reports of one sort for the same agreement are rivals: it counts once, from the least that they say to the most.
    """

    columns = ("values",)
    help_text = (
        "Sums up the values of agreements: a row for each currency, scope (a package and its members are never added up) and"
        " kind, with the agreements that have such a value and the least and the most that they are worth together. Nothing is"
        " converted. Where sources differ about one agreement, it counts from the least to the most that they say; agreements"
        " without a value are a row of nulls."
    )
    sorts: ClassVar[Mapping[str, dict[str, Any]]] = {
        "currency": _sort("With `sum`: the currency, as ISO 4217 has it; null without a value."),
        "scope": _sort(
            "With `sum`: whether these are values of agreements alone or of packages, members included; null without a value.",
            list(Scope.values),
        ),
        "kind": _sort(
            "With `sum`: what sort of money it is; null when unknown.", list(ValueKind.values)
        ),
    }
    sums: ClassVar[Mapping[str, dict[str, Any]]] = {
        "sum": _amount(
            "With `sum`: the least that they are worth together, in units of the currency, a decimal number in plain digits; null"
            " without a value."
        ),
        "sum_max": _amount(
            "With `sum`: the most that they are worth together; null where one of them has no upper limit, or without a value."
        ),
    }
    totals: ClassVar[Mapping[str, str]] = {
        "sum": "sum(least)::text",
        "sum_max": "CASE WHEN bool_and(greatest IS NOT NULL) THEN sum(greatest)::text END",
    }

    def rows(self) -> Clause:
        """Read them off the editions; nothing is worth less than nothing."""
        return Clause(
            "SELECT record_id, currency, scope, NULLIF(kind, '') AS kind, min(COALESCE(least, 0)) AS least,"
            " CASE WHEN bool_and(greatest IS NOT NULL) THEN max(greatest) END AS greatest FROM found"
            ' CROSS JOIN jsonb_to_recordset(found."values")'
            " AS value (currency text, scope text, kind text, least numeric, greatest numeric)"
            # Said beforehand, it spares most of them the reading.
            """ WHERE found."values" <> '[]'"""
            " GROUP BY record_id, currency, scope, NULLIF(kind, '')"
        )


VALUE = Values()

AGREEMENTS: dict[str, Dimension] = {
    **spans(_first_signed, "in which it was first signed"),
    "form": Word("What it is called or looks like", AgreementForm, column="form"),
    "legal_character": Word(
        "Under which law it binds, if it does", LegalCharacter, column="legal_character"
    ),
    "laterality": Word("Between how many it is", Laterality, column="laterality"),
    "status": Word(
        "Its status as published, derived from its actions", AgreementStatus, column="status"
    ),
    "topic": Named("A topic", "topic", parts=NamedAnywhere("topic")),
    "party": Named(
        "A state or an organization that is a party in any role, or on whose behalf a party acted",
        ("state", "organization"),
        parts=Listed("party_ids"),
    ),
    "person": Named("A person who acted for a party", "person", parts=Listed("person_ids")),
}
