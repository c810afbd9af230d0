"""Filters of agreements."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from agreements.models import AgreementEdition, AgreementForm, Laterality, LegalCharacter
from agreements.statuses import AgreementStatus
from config.api.filters.base import asking
from config.api.filters.dates import DATE_SCHEMA, UncertainDateFilter, read_days
from config.api.filters.sets import FilterSet, Group
from config.api.filters.values import ChoiceFilter, NumberFilter, TextFilter
from config.api.query import Parameter
from config.api.sql import Clause
from config.api.sql import column as edition_column
from config.dates.reach import Match
from records.api.filters import ReferenceFilter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from config.api.filters.base import Condition
    from config.api.query import Query


_CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII)


def _any_element(of: str, shape: str, condition: str, *values: Any) -> Clause:
    """Some element of a JSON list of the edition, read as a row of that shape, meets the condition."""
    column, _type = edition_column(AgreementEdition, of)
    return Clause(
        f"EXISTS (SELECT 1 FROM jsonb_to_recordset({column}) AS element({shape}) WHERE {condition})",  # noqa: S608 - SQL of ours
        values,
    )


def had_status(statuses: Sequence[str], first: date, last: date, *, is_certain: bool) -> Clause:
    """Agreements that may have had one of the statuses on a day from `first` to `last`, or that certainly had one."""
    return _any_element(
        "statuses",
        'value text, start date, "end" date, certain boolean',
        'value = ANY(%s::text[]) AND (start IS NULL OR start <= %s) AND ("end" IS NULL OR "end" > %s)'
        " AND (certain OR NOT %s)",
        list(statuses),
        last,
        first,
        is_certain,
    )


def signed_within(
    after: date | None,
    before: date | None,
    match: Match,
) -> Clause:
    """Agreements of which one signature may have been put from `after` to `before`, or certainly was."""
    if match == Match.CERTAIN:
        condition = "(%s::date IS NULL OR earliest >= %s) AND (%s::date IS NULL OR latest <= %s)"
    else:
        condition = (
            "(%s::date IS NULL OR latest IS NULL OR latest >= %s)"
            " AND (%s::date IS NULL OR earliest IS NULL OR earliest <= %s)"
        )
    shape = "earliest date, latest date"
    found = _any_element("signatures", shape, condition, after, after, before, before)
    if match != Match.ANY:
        return found
    column, _type = edition_column(AgreementEdition, "signatures")
    return Clause(f"{found.sql} OR {column} = '[]'", found.values)


def valued(
    *,
    value__gte: Decimal | None = None,
    value__lte: Decimal | None = None,
    currency: list[str] | None = None,
) -> Clause:
    """Agreements with one value to which all of it applies: that may be as much, and as little, in one of the currencies."""
    return _any_element(
        "values",
        "currency text, least numeric, greatest numeric",
        "(%s::text[] IS NULL OR currency = ANY(%s))"
        " AND (%s::numeric IS NULL OR greatest IS NULL OR greatest >= %s)"
        " AND (%s::numeric IS NULL OR least IS NULL OR least <= %s)",
        *(currency, currency, value__gte, value__gte, value__lte, value__lte),
    )


class StatusFilter(ChoiceFilter):
    """The status as published, or with `status_on` the status on a day; `in_force_on` asks for one status on a day."""

    def parameters(self, name: str) -> Iterator[Parameter]:
        yield from super().parameters(name)
        yield Parameter(
            f"{name}_on",
            f"The day, month or year on which `{name}` is asked (YYYY, YYYY-MM or YYYY-MM-DD); without it, the day on which"
            " the document was published.",
            DATE_SCHEMA,
        )
        yield Parameter(
            "in_force_on",
            "A day, month or year in which it was in force (YYYY, YYYY-MM or YYYY-MM-DD).",
            DATE_SCHEMA,
        )
        yield Parameter(
            f"{name}_match",
            f"How `{name}_on` and `in_force_on` compare: `possible` finds what may have had the status on one of the days,"
            " `certain` what had it, whichever of the possible days of its actions is true.",
            {"type": "string", "enum": ["possible", "certain"], "default": "possible"},
        )

    def conditions(self, name: str, query: Query, references: Any) -> Iterator[Condition]:
        is_certain = query.choice(f"{name}_match", ("possible", "certain")) == "certain"
        if (days := read_days("in_force_on", query)) is not None:
            yield asking(had_status, [AgreementStatus.IN_FORCE.value], *days, is_certain=is_certain)
        if f"{name}_on" not in query.values:
            yield from super().conditions(name, query, references)
            return
        days = read_days(f"{name}_on", query)
        statuses = self.reading(name, query, references)
        if name not in query.values:
            query.fault(
                "missing_parameter",
                f"Say which status that day: {name}=in_force, for example.",
                f"{name}_on",
            )
        elif days is not None and statuses is not None:
            yield asking(had_status, statuses(), *days, is_certain=is_certain)


class CurrencyFilter(TextFilter):
    """Takes alphabetic codes of ISO 4217, in capitals or not. A code that no agreement is valued in finds nothing."""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Za-z]{3}$", "examples": ["USD"]}

    def value(self, word: str, name: str, query: Query, references: Any) -> str | None:  # noqa: ARG002 - one signature
        if _CURRENCY.fullmatch(word):
            return word.upper()
        query.fault("invalid_currency", f"“{word}” is not three letters, such as USD.", name)
        return None


class ValueFilter(Group):
    """The least, the most and the currency of one value."""

    def conditions(self, name: str, query: Query, references: Any) -> Iterator[Condition]:
        """Read them together; nothing can be at least more than it is at most."""
        found = list(super().conditions(name, query, references))
        least, most = (_number(bound, query) for bound in ("value__gte", "value__lte"))
        if least is not None and most is not None and least > most:
            query.fault("reversed_range", "The lower bound lies above value__lte.", "value__gte")
        yield from found


def _number(name: str, query: Query) -> Decimal | None:
    if name not in query.values or any(fault.parameter == name for fault in query.faults):
        return None
    return Decimal(query.values[name])


class AgreementFilter(FilterSet):
    """Filters of agreements. `value__gte`, `value__lte` and `currency`, given together, must hold of the same value."""

    form = ChoiceFilter(
        "form",
        choices=AgreementForm,
        operators=("not",),
        help_text="What it is called or looks like.",
    )
    legal_character = ChoiceFilter(
        "legal_character",
        choices=LegalCharacter,
        operators=("not",),
        help_text="Under which law it binds, if it does.",
    )
    laterality = ChoiceFilter(
        "laterality",
        choices=Laterality,
        operators=("not",),
        help_text="Between how many it is.",
    )
    status = StatusFilter(
        "status", choices=AgreementStatus, help_text="Its status, derived from its actions."
    )
    party = ReferenceFilter(
        ("state", "organization"),
        "party_ids",
        many=True,
        operators=("all",),
        help_text="A state or an organization that is a party in any role, or on whose behalf a party acted.",
    )
    person = ReferenceFilter(
        "person",
        "person_ids",
        many=True,
        operators=("all",),
        help_text="A person who acted for a party.",
    )
    topic = ReferenceFilter(
        "topic",
        "refs",
        many=True,
        narrower=True,
        operators=("all",),
        help_text="A topic, with all narrower ones.",
    )
    event = ReferenceFilter(
        "event",
        "refs",
        many=True,
        help_text="An event at which something was done about it.",
    )
    signed = UncertainDateFilter(
        where=signed_within, help_text="When one of the signatures was put"
    )
    value = ValueFilter(
        where=valued,
        prefixed=False,
        value__gte=NumberFilter(
            operators=("",),
            help_text="The least that it is worth, in units of the currency: finds values that may be as much or more.",
        ),
        value__lte=NumberFilter(
            operators=("",),
            help_text="The most that it is worth, in units of the currency: finds values that may be as little or less.",
        ),
        currency=CurrencyFilter(
            help_text="The currency of the value, an alphabetic code of ISO 4217; nothing is converted.",
        ),
    )
