"""Filters that look records up, and the filters of sources and topics."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from config.api.filters.base import Condition, ValuesFilter, as_clause
from config.api.filters.sets import FilterSet
from config.api.filters.values import ChoiceFilter, TextFilter
from config.api.query import Parameter
from config.api.sql import NOTHING, Clause
from records.models import SourceKind
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from django.db.models import Model, Q

    from config.api.query import Query
    from records.lookup.published import WrittenReference, WrittenReferences


class ReferenceFilter(ValuesFilter):
    """Takes records of one or more kinds, by id, slug, `scheme:value` or code; with `narrower`, also all that lie below.

    What is well written and names nothing published finds nothing, whether it is a draft or was never there.
    """

    def __init__(
        self,
        kinds: str | tuple[str, ...],
        column: str = "",
        *,
        narrower: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(column, **options)
        self.kinds = (kinds,) if isinstance(kinds, str) else kinds
        self.narrower = narrower

    def schema(self) -> dict[str, Any]:
        return {
            "type": "string",
            "maxLength": 200,
            "examples": [kind_named(self.kinds[0]).example],
        }

    def value(
        self, word: str, name: str, query: Query, references: WrittenReferences
    ) -> WrittenReference | None:
        return references.add(self.kinds, word, name, query, narrower=self.narrower)

    def alternatives(self, value: WrittenReference) -> list[UUID]:
        """The record, when it is published; its survivor, when it was merged; what lies below, when asked for."""
        return value.ids


class BetweenFilter(ReferenceFilter):
    """Takes exactly two states, in either order: `where(one, other)` makes the condition from their ids."""

    def __init__(self, *, where: Callable[[UUID, UUID], Q | Clause], help_text: str) -> None:
        super().__init__("state", help_text=help_text)
        self.between = where

    def parameters(self, name: str) -> Iterator[Parameter]:
        yield Parameter(
            name,
            f"{self.help_text} Exactly two states, in either order.",
            self.schema,
            is_list=True,
        )

    def conditions(
        self, name: str, query: Query, references: WrittenReferences
    ) -> Iterator[Condition]:
        if name not in query.values:
            return
        words = query.words(name)
        if len(words) == 2:
            both = [self.value(word, name, query, references) for word in words]
            yield partial(self._between, [one for one in both if one])
        elif not any(fault.parameter == name for fault in query.faults):
            query.fault(
                "two_values_needed", f"Two different states are needed; {len(words)} given.", name
            )

    def _between(self, both: list[WrittenReference], model: type[Model]) -> Clause:
        found = {key for one in both for key in one.ids}
        if len(found) != 2:
            return NOTHING  # one of them is not published, or both are one
        return as_clause(model, self.between(*sorted(found)))


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

    code = TextFilter("code", help_text="Its code.")
    broader = ReferenceFilter(
        "topic",
        "broader_topic_id",
        operators=("isnull",),
        help_text="The next broader topic, without those further up.",
    )
