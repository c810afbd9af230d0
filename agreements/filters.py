"""Filters of agreements."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from agreements.editions.agreement import IN_FORCE, UNSIGNED, magnitude
from agreements.effects import SIGNING
from agreements.models import (
    ActionKind,
    AgreementEdition,
    AgreementForm,
    Currency,
    Laterality,
    LegalCharacter,
)
from agreements.models.value import DIGITS, PLACES
from agreements.statuses import AgreementStatus
from config.api.filters.base import asking
from config.api.filters.dates import (
    Days,
    Window,
    WindowFilter,
    day_parameter,
    in_order,
    match_of,
    read_days,
)
from config.api.filters.sets import FilterSet, Group
from config.api.filters.values import ChoiceFilter, NumberFilter, TextFilter
from config.api.sql import NOTHING, Clause, all_of, has_all, has_any
from config.api.sql import column as edition_column
from config.dates.reach import Match
from config.faults import nearest
from records.api.filters import (
    BetweenFilter,
    ReferenceFilter,
    SourceCitedFilter,
    WordFilter,
    having_part,
    with_part,
)
from records.lookup.lives import Lives
from records.reference_data import reference_rows
from records.terms import term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from django.db.models import Model

    from config.api.filters.base import Condition
    from config.api.query import Parameter, Query
    from records.lookup.published import WrittenReference, WrittenReferences

#: Two states that are both parties.
BETWEEN = BetweenFilter(help_text="Two states that are both parties.")


_CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII)


def _any_element(of: str, shape: str, condition: str, *values: Any) -> Clause:
    """Some element of a JSON list of the edition, read as a row of that shape, meets the condition."""
    column, _type = edition_column(AgreementEdition, of)
    return Clause(
        f"EXISTS (SELECT 1 FROM jsonb_to_recordset({column}) AS element({shape}) WHERE {condition})",  # noqa: S608 - SQL of ours
        values,
    )


def had_status(statuses: Sequence[str], first: date, last: date, match: Match) -> Clause:
    """Agreements that had one of the statuses on a day from `first` to `last`."""
    kinds = [f"status:{status}" for status in statuses]
    is_in_force = statuses == [AgreementStatus.IN_FORCE]
    spans = in_order(first, last, is_around=True) if is_in_force else ()
    return with_part(
        AgreementEdition, kinds, match=match, window=(first, last), rated=True, spans=spans
    )


def signed_within(after: date | None, before: date | None, match: Match) -> Clause:
    """Agreements of which one signature was put from `after` to `before`."""
    kinds = [UNSIGNED, *(f"action:{kind}" for kind in sorted(SIGNING))]
    spans = in_order(after, before)
    return with_part(AgreementEdition, kinds, match=match, window=(after, before), spans=spans)


def with_action(
    *,
    match: Match,
    kind: list[str] | None = None,
    party: list[UUID] | None = None,
    date: Window | None = None,
) -> Clause:
    """Agreements with one action to which all of it applies."""
    if date is None:
        return having_part(AgreementEdition, "action", kind, parties=party)
    kinds = [f"action:{one}" for one in kind or ActionKind.values]
    # No class of length finds what may lie on any day.
    spans = in_order(*date, is_around=True) if match != Match.ANY else ()
    found = with_part(AgreementEdition, kinds, match=match, window=date, parties=party, spans=spans)
    having = having_part(AgreementEdition, "action", kind, parties=party)
    return replace(found, parts=(having, found))


def in_force_for(groups: Sequence[list[UUID]], first: date, last: date, match: Match) -> Clause:
    """Agreements in force on a day from `first` to `last` for one party of each group; without any, as a whole."""
    if not groups:
        return had_status([AgreementStatus.IN_FORCE.value], first, last, match)
    if not all(groups):
        return NOTHING
    parts = tuple(
        with_part(
            AgreementEdition,
            [IN_FORCE],
            match=match,
            window=(first, last),
            parties=group,
            rated=True,
            spans=in_order(first, last, is_around=True),
        )
        for group in groups
    )
    # It is in force for nobody but its parties, by which few are found.
    only = [group[0] for group in groups if len(group) == 1]
    if only:
        parts = (*parts, has_all(AgreementEdition, "party_ids", only))
    return replace(all_of(parts), parts=parts)


def valued(
    *,
    value__gte: Decimal | None = None,
    value__lte: Decimal | None = None,
    currency: list[str] | None = None,
) -> Clause:
    """Agreements with one value to which all of it applies: that may be as much, and as little, in one of the currencies.

    By currency and by how many digits the amounts have the index finds those that are looked at.
    """
    terms = []
    if currency is not None:
        terms.append([term("currency", code) for code in currency])
    digits = range(DIGITS - PLACES + 1)
    if value__gte is not None:
        enough = ["", *map(str, digits[int(magnitude(value__gte)) :])]
        terms.append([term("greatest", number) for number in enough])
    if value__lte is not None:
        enough = ["", *map(str, digits[: int(magnitude(value__lte)) + 1])]
        terms.append([term("least", number) for number in enough])
    exactly = _any_element(
        "values",
        "currency text, least numeric, greatest numeric",
        "(%s::text[] IS NULL OR currency = ANY(%s))"
        " AND (%s::numeric IS NULL OR greatest IS NULL OR greatest >= %s)"
        " AND (%s::numeric IS NULL OR least IS NULL OR least <= %s)",
        *(currency, currency, value__gte, value__gte, value__lte, value__lte),
    )
    parts = (*(has_any(AgreementEdition, "terms", those) for those in terms), exactly)
    return replace(all_of(parts), parts=parts)


class StatusFilter(WordFilter):
    """The status as published, or with `status_on` the status on a day."""

    def parameters(self, name: str) -> Iterator[Parameter]:
        yield from super().parameters(name)
        yield day_parameter(
            f"{name}_on",
            f"The day, month or year on which `{name}` is asked (YYYY, YYYY-MM or YYYY-MM-DD), of the agreement as a whole;"
            " without it, the day on which the document was published.",
        )

    def conditions(self, name: str, query: Query, references: Any) -> Iterator[Condition]:
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
            yield asking(had_status, statuses(), *days, match_of(query))


class PartyFilter(ReferenceFilter):
    """The parties, any of them, each, or exactly two states; with `in_force_on`, those for which it was in force that day."""

    def parameters(self, name: str) -> Iterator[Parameter]:
        yield from super().parameters(name)
        yield from BETWEEN.parameters("between")
        yield day_parameter(
            "in_force_on",
            "A day, month or year in which it was in force (YYYY, YYYY-MM or YYYY-MM-DD): for the parties that are asked for"
            f" with `{name}`, `{name}__all` or `between`, else as a whole.",
        )

    def conditions(
        self, name: str, query: Query, references: WrittenReferences
    ) -> Iterator[Condition]:
        pair = BETWEEN.reading("between", query, references)
        if "in_force_on" not in query.values:
            yield from super().conditions(name, query, references)
            if pair is not None:
                yield partial(self._both, pair)
            return
        days = read_days("in_force_on", query)
        any_of = self.reading(name, query, references)
        each = self._values(f"{name}__all", query, references)
        if days is not None:
            yield partial(self._in_force, any_of, each, pair, days, match_of(query))

    def _both(self, pair: Callable[[], list[UUID]], model: type[Model]) -> Clause:
        found = pair()
        return has_all(model, self.column, found) if found else NOTHING

    def _in_force(
        self,
        any_of: Callable[[], list[UUID]] | None,
        each: list[WrittenReference],
        pair: Callable[[], list[UUID]] | None,
        days: Days,
        match: Match,
        _model: type[Model],
    ) -> Clause:
        groups = [self.alternatives(one) for one in each]
        if any_of is not None:
            groups.append(any_of())
        if pair is not None:
            groups += [[one] for one in pair()] or [[]]
        return in_force_for(groups, *days, match)


class CurrencyFilter(TextFilter):
    """Takes alphabetic codes of ISO 4217, withdrawn ones too, in capitals or not."""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Za-z]{3}$", "examples": ["USD"]}

    def value(self, word: str, name: str, query: Query, references: Any) -> str | None:  # noqa: ARG002 - one signature
        code, known = word.upper(), _currencies()
        if code in known:
            return code
        if _CURRENCY.fullmatch(word):
            detail = f"“{word}” is the code of no currency of ISO 4217."
            query.fault("invalid_choice", detail, name, nearest(code, known))
        else:
            query.fault("invalid_currency", f"“{word}” is not three letters, such as USD.", name)
        return None


@cache
def _currencies() -> list[str]:
    """Return the codes of ISO 4217 as they ship with the project: public queries read no working tables."""
    return sorted(row["code"] for row in reference_rows(Currency))


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

    form = WordFilter("form", choices=AgreementForm, help_text="What it is called or looks like.")
    legal_character = WordFilter(
        "legal_character",
        choices=LegalCharacter,
        help_text="Under which law it binds, if it does.",
    )
    laterality = WordFilter("laterality", choices=Laterality, help_text="Between how many it is.")
    status = StatusFilter(
        "status",
        choices=AgreementStatus,
        operators=(),
        help_text="Its status, derived from its actions.",
    )
    party = PartyFilter(
        ("state", "organization"),
        "party_ids",
        many=True,
        operators=("all",),
        lives=Lives.MATTERS,
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
    source = SourceCitedFilter()
    signed = WindowFilter(where=signed_within, help_text="When one of the signatures was put")
    action = Group(
        where=with_action,
        kind=ChoiceFilter(
            choices=ActionKind, help_text="The kind of an action that all `action.` filters match."
        ),
        party=ReferenceFilter(
            ("state", "organization"),
            lives=Lives.MATTERS,
            help_text="The party of an action that all `action.` filters match. Unless the agreement is multilateral, what"
            " was done by all together was done by each.",
        ),
        date=WindowFilter(
            help_text="When an action was done that all `action.` filters match, or took effect where only that is known"
        ),
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
