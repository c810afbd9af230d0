"""Words of lists that are closed by what is published, which a filter compares as they stand: the codes of states, topics, event types."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField

from config.faults import Fault
from records.lookup.suggestions import nearest_word
from records.models.edition import CURRENT
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class ListedWord:
    """A word as a caller writes it, for a column of the editions of a kind that must have it somewhere."""

    kind: str
    column: str
    called: str  #: what the column holds, within a sentence: "code"
    value: str  #: as the column has it
    text: str  #: as it was written
    parameter: str


def unlisted(words: Iterable[ListedWord]) -> Iterator[Fault]:
    """Yield a fault for each word that no published record has, with the one that is most like it. One statement a column."""
    where = attrgetter("kind", "column")
    for (kind, column), group in groupby(sorted(words, key=where), key=where):
        asked = list(group)
        known = _published(kind, column)
        for word in asked:
            if word.value not in known:
                near = nearest_word(kind_named(kind), word.value, sorted(known))
                yield not_listed(word.text, word.called, [kind], word.parameter, near)


def not_listed(
    text: str, called: str, kinds: Sequence[str], parameter: str, near: str | None
) -> Fault:
    """Say that a word is in no list of these kinds, and which is most like it, else where they all are."""
    nouns = " or ".join(kind.replace("_", " ") for kind in kinds)
    lists = " and ".join(kind_named(kind).path() for kind in kinds)
    where = "" if near else f": {lists} has them all"
    detail = f"“{text}” is the {called} of no {nouns}{where}."
    return Fault("invalid_choice", detail, parameter, suggestion=near)


def _published(kind: str, name: str) -> set[str]:
    """Every word of the column. Of what has such lists there are some hundred records, so they are read as they are."""
    editions = kind_named(kind).editions
    current = editions._default_manager.filter(CURRENT).values_list(name, flat=True)
    found: set[str] = set()
    if isinstance(editions._meta.get_field(name), ArrayField):
        found.update(*current)
    else:
        found.update(current)
    return found - {""}
