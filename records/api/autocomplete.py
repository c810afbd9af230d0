"""Finding published records while somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from django.utils import timezone
from rest_framework import serializers

from config.api.caching import answer, tagged
from config.api.filters.dates import DATE_SCHEMA, read_days
from config.api.formats import FORMAT
from config.api.query import Parameter, choice_fault
from config.api.sql import table_of
from config.api.views import Operation, PlainView
from records.api.expand import documents_of
from records.api.pages import readable
from records.lookup.finding import find
from records.lookup.name_tables import Beginnings, published_names
from records.lookup.typed import MAX_LENGTH
from records.publishing.documents import sort_label
from records.registry import all_kinds, kind_named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

    from records.lookup.reading import FoundName
    from records.registry import Kind

#: Records that are listed.
LISTED = 10

Q = Parameter(
    "q",
    "What was typed so far: a code, or a name in any script, with or without accents, or its beginning, in any order of words."
    " Without it nothing is found.",
    {"type": "string", "maxLength": MAX_LENGTH},
)
OBJECT = Parameter(
    "object",
    "Kinds of record to find, as in `object` of documents; any of those given. By default all.",
    lambda: {"type": "string", "enum": [kind.name for kind in all_kinds()]},
    is_list=True,
)
ON = Parameter(
    "on",
    "A day (or month, year): states, organizations, offices and tenures that certainly were not there then are left out, and"
    " so are codes that certainly meant nothing then. What has no known start or end may have been there. Without it nothing"
    " is left out, and what is there today comes first.",
    DATE_SCHEMA,
)


class SuggestionSerializer(serializers.Serializer[Any]):
    """A published record that may be meant."""

    id = serializers.UUIDField(help_text="Its id.")
    object = serializers.CharField(help_text="Its kind.")
    # The metaclass takes declared fields away, so this does not hide the attribute of DRF.
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="How documents name it."
    )
    hint = serializers.CharField(
        allow_null=True,
        help_text="What distinguishes it from others of the same name: a person's office, a state's years, an event's date and type."
        " Null when there is nothing.",
    )
    matched = serializers.CharField(help_text="The name or code that was found, as written.")
    url = serializers.CharField(help_text="The address of its document, a path on the same host.")


class SuggestionListSerializer(serializers.Serializer[Any]):
    """What may be meant, the likeliest first."""

    results = SuggestionSerializer(many=True, help_text=f"Up to {LISTED} records.")


class AutocompleteView(PlainView):
    """Find published records by their names and codes while somebody types.

    Up to ten, the best first: an exact code or name, then names with all the words, then names with words that begin so, then
    names that look alike. Names are labels, other and former names, in every script. Sources, tenures, events and
    statements are found by how their label begins; `search` of their lists finds any word.
    """

    known = {each.name: each for each in (Q, OBJECT, ON, FORMAT)}

    def operation(self) -> Operation:
        return Operation(
            name="autocomplete",
            tag="finding",
            summary="Find records while typing",
            parameters=self.known,
            content=SuggestionListSerializer,
        )

    def list(self, request: Request) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        query = self.read_query(self.known)
        text = query.text("q", at_most=MAX_LENGTH)
        named = {kind.name: kind for kind in all_kinds()}
        asked = query.words("object")
        query.faults += [choice_fault("object", word, named) for word in asked if word not in named]
        days = read_days("on", query)
        query.refuse_faults()
        kinds = [kind for name, kind in named.items() if not asked or name in asked]
        results = suggest(text, kinds, days) if text else []
        return answer(self.http, *tagged(orjson.dumps({"results": results})))


def suggest(
    text: str, kinds: Sequence[Kind], days: tuple[date, date] | None = None
) -> list[dict[str, Any]]:
    """Return the published records that may be meant, the best first."""
    today = timezone.now().date()
    by_words = tuple(kind.name for kind in kinds if kind.editions.is_found_by_words)
    others = [kind for kind in kinds if not kind.editions.is_found_by_words]
    found = find(
        text,
        [published_names(by_words)] if by_words else [],
        [beginnings(kind, as_sorted(text)) for kind in others],
        kinds=kinds,
        on=days or (today, today),
        only_possible=days is not None,
        limit=LISTED,
    )
    documents = _documents(found)
    hints = _hints(found, days[1] if days else today)
    suggestions = []
    for name in found:
        kind = kind_named(name.kind)
        document = documents[name.record]
        suggestions.append(
            {
                "id": name.record,
                "object": name.kind,
                "label": document["label"],
                "hint": hints.get(name.record) or kind.editions.hint(document) or None,
                "matched": name.name,
                "url": kind.path(name.record),
            }
        )
    return suggestions


def as_sorted(text: str) -> str:
    """What is typed, as the sorted labels of editions are written."""
    return sort_label(text).lstrip()


def beginnings(kind: Kind, typed: str = "") -> Beginnings:
    """The labels of a kind that is found by how they begin."""
    editions = kind.editions
    columns = {field.name for field in editions._meta.concrete_fields}
    # The days of a tenure; of events and statements the hint has the date.
    is_held = "held_any" in columns
    return Beginnings(
        table_of(editions),
        kind.name,
        readable(editions),
        typed,
        since="lower(held_any)" if is_held else "NULL::date",
        until="upper(held_any) - 1" if is_held else "NULL::date",
    )


def _documents(found: Sequence[FoundName]) -> dict[str, dict[str, Any]]:
    """The documents of what was found, in one statement."""
    keys: dict[str, list[str]] = {}
    for name in found:
        keys.setdefault(name.kind, []).append(name.record)
    documents = documents_of(keys)
    return {key: orjson.loads(text) for key, (_position, text) in documents.items()}


def _hints(found: Sequence[FoundName], on: date) -> dict[str, str]:
    """Hints that other published records give, one statement per kind that has such."""
    hints: dict[str, str] = {}
    for kind in {name.kind for name in found}:
        of_others = kind_named(kind).hints
        if of_others is not None:
            hints |= of_others([name.record for name in found if name.kind == kind], on)
    return hints
