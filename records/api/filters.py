"""Filters that look records up, and the filters of sources and topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.api.filters.base import ValuesFilter
from config.api.filters.dates import InstantFilter
from config.api.filters.sets import FilterSet
from config.api.filters.values import ChoiceFilter, TextFilter
from records.models import SourceKind
from records.registry import kind_named

if TYPE_CHECKING:
    from uuid import UUID

    from config.api.query import Query
    from records.lookup.published import WrittenReference, WrittenReferences
    from records.registry import Kind


class ReferenceFilter(ValuesFilter):
    """Takes records of one or more kinds, by id, slug, `scheme:value` or code; with `narrower`, also all that lie below.

    What is well written and names nothing published finds nothing and is noted, whether it is a draft or was never there. A
    word that can only be a code (of a topic, event type or state) is refused when nothing published has it.
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
        written = references.add(self.kinds, word, name, query, is_closed=False, is_told=True)
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

    code = TextFilter("code", help_text="Its code.")
    broader = ReferenceFilter(
        "topic",
        "broader_topic_id",
        operators=("isnull",),
        help_text="The next broader topic, without those further up.",
    )
