"""What is said of an empty list: that nothing is loaded of a state, or party, at the time that is asked for, so that nothing does not mean none."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from config.api.filters.dates import DATE_MATCH, days_asked
from config.api.notes import Note
from config.api.query import Query
from config.dates.reach import Match
from records.api.filters import INCLUDE_PREDECESSORS, BetweenFilter
from records.lookup.published import WrittenReferences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from config.api.filters.sets import FilterSet

    #: Reads a question, and returns what says whether anything is found by it once its references are resolved.
    Ask = Callable[[Query, WrittenReferences], Callable[[], bool]]

#: The note on a state that was not there.
NOT_THERE = "did_not_exist"
#: States of a question that are looked at: each costs two statements.
MOST_STATES = 4


def notes_of_coverage(
    filters: type[FilterSet], query: Query, references: WrittenReferences, ask: Ask
) -> list[Note]:
    """Say of which states nothing is loaded for the days of a question that found nothing, whatever else it asked.

    A day that is not known may be any: what has one counts as loaded. Of a state that was not there, another note says so.
    """
    known = {(note.parameter, note.value) for note in references.notes if note.code == NOT_THERE}
    asked = [each for each in _states(filters, query, references) if each not in known]
    when = " on the days that are asked for" if days_asked(filters.known, query) else ""
    kept = dict(_kept(filters, query))
    notes = []
    for parameter, text in asked[:MOST_STATES]:
        name, _, _operator = parameter.partition("__")
        if not _is_loaded(filters, Query(urlencode({name: text, **kept})), ask):
            detail = f"Nothing is loaded here of “{text}”{when}: that does not say that there was nothing."
            notes.append(Note("coverage", parameter, text, detail))
    return notes


def _is_loaded(filters: type[FilterSet], query: Query, ask: Ask) -> bool:
    """Whether anything is found by a question. What cannot be asked by itself says nothing of that."""
    references = WrittenReferences()
    is_found = ask(query, references)
    references.resolve(query, days_asked(filters.known, query))
    return bool(query.faults) or is_found()


def _states(
    filters: type[FilterSet], query: Query, references: WrittenReferences
) -> list[tuple[str, str]]:
    """The parameters that name states, with what names each; a pair is one."""
    states = []
    for parameter, text in references.states:
        is_pair = isinstance(filters.filters.get(parameter), BetweenFilter)
        states.append((parameter, query.values[parameter] if is_pair else text))
    return list(dict.fromkeys(states))


def _kept(filters: type[FilterSet], query: Query) -> Iterator[tuple[str, str]]:
    """The days that are asked for, however much is known of them, and whether states stand for those before them."""
    is_dated = False
    for name, parameter in filters.known.items():
        if name in query.values and parameter.companion is DATE_MATCH:
            is_dated = True
            yield name, query.values[name]
    if is_dated:
        yield DATE_MATCH.name, Match.ANY.value
    if INCLUDE_PREDECESSORS.name in query.values:
        yield INCLUDE_PREDECESSORS.name, query.values[INCLUDE_PREDECESSORS.name]
