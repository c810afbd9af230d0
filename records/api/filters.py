"""Filters that look records up, and the filters of sources and topics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

from config.api.filters.base import Condition, Filter, ValuesFilter, as_clause
from config.api.filters.dates import InstantFilter, ReachSql, Window
from config.api.filters.sets import FilterSet
from config.api.filters.values import ChoiceFilter, TextFilter
from config.api.problems import parameter_problem
from config.api.query import Parameter
from config.api.sql import (
    NOTHING,
    Clause,
    Elements,
    Span,
    all_of,
    column,
    has_any,
    select,
    with_related,
)
from config.faults import Fault
from records.lookup.words import ListedWord
from records.models import DatedPart, SourceKind
from records.registry import kind_named
from records.terms import part_term, term

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from django.db.models import Model, Q

    from config.api.query import Query
    from config.dates.reach import Match
    from records.lookup.published import WrittenReference, WrittenReferences
    from records.models import Edition
    from records.registry import Kind


INCLUDE_PREDECESSORS = Parameter(
    "include_predecessors",
    "Whether the states named stand also for those before them, and the ones before those: Russia for the Soviet Union.",
    {"type": "boolean", "default": False},
)


class ReferenceFilter(ValuesFilter):
    """Takes records of one or more kinds, by id, slug, `scheme:value` or code; with `narrower`, also all that lie below.

    With `predecessors`, which is for states, `include_predecessors=true` adds those that were before them.

    What is well written and names nothing published finds nothing and is noted, whether it is a draft or was never there. A
    word that can only be a code (of a topic, event type or state) is refused when nothing published has it.
    """

    def __init__(
        self,
        kinds: str | tuple[str, ...],
        column: str = "",
        *,
        narrower: bool = False,
        predecessors: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(column, **options)
        self.kinds = (kinds,) if isinstance(kinds, str) else kinds
        self.narrower = narrower
        self.predecessors = predecessors

    def schema(self) -> dict[str, Any]:
        return {
            "type": "string",
            "maxLength": 200,
            "examples": [kind_named(self.kinds[0]).example],
        }

    def value(
        self, word: str, name: str, query: Query, references: WrittenReferences
    ) -> WrittenReference | None:
        return references.add(
            self.kinds,
            word,
            name,
            query,
            narrower=self.narrower,
            predecessors=self.predecessors
            and query.values.get(INCLUDE_PREDECESSORS.name) == "true",
        )

    def parameters(self, name: str) -> Iterator[Parameter]:
        for parameter in super().parameters(name):
            is_asked = self.predecessors and not parameter.name.endswith("__isnull")
            yield replace(parameter, companion=INCLUDE_PREDECESSORS) if is_asked else parameter

    def matches(self, model: type[Model], values: list[Any]) -> Clause:
        """What names one record in a column of its own is found by the index of that column, however much else is asked."""
        found = super().matches(model, values)
        if self.many or self.where is not None or not values:
            return found
        return replace(found, elements=Elements(self.column, tuple(values)))

    def alternatives(self, value: WrittenReference) -> list[UUID]:
        """The record, when it is published; its survivor, when it was merged; what lies below, when asked for."""
        return value.ids


class ListedWordFilter(TextFilter):
    """Takes words of a list that is closed by what is published: one that no record has in the column is refused."""

    def __init__(self, kind: str, column: str, *, called: str = "code", **options: Any) -> None:
        super().__init__(column, **options)
        self.kind = kind
        self.called = called

    def value(
        self, word: str, name: str, query: Query, references: WrittenReferences
    ) -> str | None:
        value = super().value(word, name, query, references)
        if value is not None:
            listed = ListedWord(self.kind, self.column, self.called, value, word, name)
            references.words.append(listed)
        return value


class WordFilter(ChoiceFilter):
    """Takes words of a choice list, of which a record has one or none: each is one of the edition's `terms`.

    Those that are left out stand for the words that are not, so that the index serves them too.
    """

    def __init__(self, name: str, *, operators: Sequence[str] = ("not",), **options: Any) -> None:
        super().__init__(
            "terms", many=True, element=partial(term, name), operators=operators, **options
        )

    def _condition(self, operator: str, values: list[Any], model: type[Model]) -> Clause:
        if operator == "not":
            others = [word for word in [*self.choices, ""] if word not in values]
            without = ~self.matches(model, values)
            return replace(
                self.matches(model, others), one_by_one=without, excluded=without.excluded
            )
        return super()._condition(operator, values, model)


class BetweenFilter(Filter):
    """Takes two different states, in either order: `where(one, other)` makes the condition from their ids."""

    def __init__(
        self, *, help_text: str, where: Callable[[UUID, UUID], Q | Clause] | None = None
    ) -> None:
        super().__init__(help_text=help_text)
        self.where = where

    def parameters(self, name: str) -> Iterator[Parameter]:
        text = f"{self.help_text} Exactly two states, in either order."
        yield Parameter(name, text, self.schema, is_list=True)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 200, "examples": [kind_named("state").example]}

    def reading(
        self, name: str, query: Query, references: WrittenReferences
    ) -> Callable[[], list[UUID]] | None:
        """Read the two: a callable that gives their ids later, none where one is not published."""
        if name not in query.values:
            return None
        count = len(query.faults)
        words = query.words(name)
        if len(words) != 2 and len(query.faults) == count:
            found = "is 1 state" if len(words) == 1 else f"are {len(words)} different states"
            detail = f"There {found}; name exactly two, divided by a comma."
            query.fault("invalid_pair", detail, name)
        if len(query.faults) > count:
            return None
        written = [references.add(("state",), word, name, query) for word in words]
        return partial(self._pair, name, [one for one in written if one])

    @staticmethod
    def _pair(name: str, written: list[WrittenReference]) -> list[UUID]:
        found = [one.ids[0] for one in written if one.ids]
        if len(found) < len(written):
            return []
        if found[0] == found[1]:
            detail = f"“{written[0].text}” and “{written[1].text}” are the same state; name two."
            raise parameter_problem([Fault("invalid_pair", detail, name)])
        return found

    def conditions(
        self, name: str, query: Query, references: WrittenReferences
    ) -> Iterator[Condition]:
        pair = self.reading(name, query, references)
        if pair is not None:
            yield partial(self._joined, pair)

    def _joined(self, pair: Callable[[], list[UUID]], model: type[Model]) -> Clause:
        found = pair()
        if not found:
            return NOTHING
        if self.where is None:
            raise TypeError("This filter of a pair says no condition.")
        return as_clause(model, self.where(*found))


class SourceCitedFilter(ReferenceFilter):
    """The sources cited in a document. Ids are unique over all kinds, so `refs` finds sources."""

    def __init__(self) -> None:
        super().__init__(
            "source",
            "refs",
            many=True,
            operators=("all", "not"),
            help_text="A source that is cited.",
        )


def having_part(
    editions: type[Edition],
    sort: str,
    kinds: Sequence[str] | None = None,
    *,
    values: Sequence[str] | None = None,
    parties: Sequence[UUID] | None = None,
) -> Clause:
    """Editions with one dated part of a sort to which all of this applies, on whatever day: found by their terms."""
    ids = [str(party) for party in parties or ()]
    asked = product(kinds or [""], values or [""], ids or [""])
    terms = [part_term(sort, kind, value=value, party=party) for kind, value, party in asked]
    return has_any(editions, "terms", terms)


def with_part(
    editions: type[Edition],
    kinds: Sequence[str],
    *,
    match: Match,
    window: Window | None = None,
    values: Sequence[str] | None = None,
    parties: Sequence[UUID] | None = None,
    rated: bool = False,
    spans: tuple[Span, ...] = (),
) -> Clause:
    """Editions with one dated part of these kinds to which the rest applies: its days, its value, its party.

    `rated` clauses say how well the best such part matches the days. All editions lie within `spans`, where that is said.
    """
    needed = []
    if values is not None:
        needed.append(Clause("part.value = ANY(%s)", (list(values),)))
    if parties is not None:
        needed.append(Clause("part.party_id = ANY(%s::uuid[])", (list(parties),)))
    days = ReachSql.named("part.days_")
    if window is not None:
        needed.append(days.has_day(match, *window))
    condition = all_of([Clause("part.kind = ANY(%s)", (list(kinds),)), *needed])
    record_id = column(editions, "record_id")[0]
    parts = f"{DatedPart._meta.db_table} AS part"
    found = with_related(record_id, "part.record_id", parts, condition)
    if len(kinds) > 1:
        # Kind by kind: the index does not find several at once by kind and days.
        of_kind = all_of([Clause("part.kind = asked.kind"), *needed])
        each = Clause(
            f"SELECT of_kind.record_id FROM unnest(%s::text[]) AS asked (kind) CROSS JOIN LATERAL"  # noqa: S608 - SQL of ours
            f" (SELECT part.record_id FROM {parts} WHERE {of_kind.sql} OFFSET 0) AS of_kind",
            (list(kinds), *of_kind.values),
        )
        found = replace(found, related=each)
    found = replace(found, spans=spans)
    if not rated or window is None:
        return found
    rank = days.rank(*window)
    best = select(
        f"min({rank.sql})", parts, all_of([Clause(f"part.record_id = {record_id}"), condition])
    )
    return replace(found, rank=Clause(f"({best.sql})", (*rank.values, *best.values)))


class IdFilter(ReferenceFilter):
    """The records themselves, by whatever names them; the list is in the order asked, unless `ordering` says another."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            kind,
            "record_id",
            help_text="Records by id, slug, `scheme:value` or code, in the order asked unless `ordering` is given. What is not"
            " found, was merged (its survivor is listed) or withdrawn is said in `notes`.",
        )

    def value(
        self, word: str, name: str, query: Query, references: WrittenReferences
    ) -> WrittenReference | None:
        written = references.add(self.kinds, word, name, query, is_closed=False, is_noted=True)
        if written is not None:
            references.listed.append(written)
        return written


class IdentifierFilter(ReferenceFilter):
    """Records that carry one of some identifiers, or codes, as published."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            kind,
            "record_id",
            help_text="An identifier that the record carries, as `scheme:value` (`wikidata:Q134549`), or a dated code that it has or had.",
        )

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[^:]+:.+$", "examples": ["wikidata:Q134549"]}

    def value(
        self, word: str, name: str, query: Query, references: WrittenReferences
    ) -> WrittenReference | None:
        if ":" not in word:
            query.fault("invalid_reference", f"“{word}” is not scheme:value.", name)
            return None
        return references.add(self.kinds, word, name, query, every=True)


def on_every_list(kind: Kind, own: type[FilterSet]) -> type[FilterSet]:
    """Add to the filters of a resource those that every list takes."""
    common = {
        "id": IdFilter(kind.name),
        "identifier": IdentifierFilter(kind.name),
        "published_after": InstantFilter(
            "published_at",
            help_text="Later than this the record's document was last published: an instant with an offset"
            " (2026-05-01T00:00:00Z), or a date, which stands for its first moment in UTC.",
        ),
    }
    return type(own.__name__, (own,), {"__doc__": own.__doc__, **common})


class SourceFilter(FilterSet):
    """Filters of sources."""

    kind = ChoiceFilter(
        "kind", choices=SourceKind, operators=("not",), help_text="What sort of publication it is."
    )
    publisher = TextFilter(
        "publisher", help_text="Who published it, exactly as the source document says."
    )


class TopicFilter(FilterSet):
    """Filters of topics."""

    code = ListedWordFilter("topic", "code", help_text="Its code.")
    broader = ReferenceFilter(
        "topic",
        "broader_topic_id",
        operators=("isnull",),
        help_text="The next broader topic, without those further up.",
    )
