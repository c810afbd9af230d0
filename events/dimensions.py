"""What event types, places, events, statements and relations are counted by."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from config.api.sql import Clause, column
from events.filters import SUBJECT_KINDS
from events.models import (
    KEPT_FOR_STATES,
    KEPT_FOR_WORDS,
    NO_ROLE,
    NO_STATE,
    WORDS,
    Attendance,
    EventStatus,
    PlaceKind,
    Role,
    StatementKind,
    VisitClass,
)
from events.terms import participation
from records.api.counts import MOST_ROWS, too_many_groups
from records.api.dimensions import (
    DaysSql,
    Dimension,
    Listed,
    Named,
    NamedAnywhere,
    Parts,
    Terms,
    Word,
    days_of,
    spans,
)
from records.api.pages import fetch
from records.as_of import every_reference
from records.models import Reference
from records.terms import term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from enum import Enum

    from records.models import Edition

#: Participants that are read to be counted: a few of those that an event names took no part, and are no row.
_MOST_NAMED = 2 * MOST_ROWS


def _days(editions: type[Edition]) -> DaysSql:
    """The days of an event: the editions' columns, which the postings have too, with -infinity where nothing is known."""
    first, last, starts_unknown, ends_unknown = (
        column(editions, name)[0] for name in ("date", "last_day", "starts_unknown", "ends_unknown")
    )
    is_known = f"{first} IS NOT NULL AND {first} > '-infinity'::date"
    return DaysSql(first, last, is_known, f"{starts_unknown} OR {ends_unknown}")


def _word_of(name: str, choices: type[Enum]) -> Callable[[type[Edition]], Clause]:
    """One word that an event has among its terms."""

    def value(editions: type[Edition]) -> Clause:
        terms = column(editions, "terms")[0]
        words = [str(choice.value) for choice in choices]
        tried = "".join(f" WHEN %s::bigint = ANY({terms}) THEN '{word}'" for word in words)
        return Clause(f"CASE{tried} END", tuple(term(name, word) for word in words))

    return value


class Participations(Parts):
    """Who took part in an event, in which role, and which states were involved: read off its terms.

    A state by itself is one involved in any way, as with the filter; with a role it is one for which somebody had the role.
    """

    columns = ("terms", "refs")

    def refusal(self, names: Sequence[str]) -> str | None:
        """Only roles are asked together with others, of the same participation."""
        if "role" in names:
            return None
        one, other = names
        return (
            f"{one} and {other} are not counted together: name the one as a filter, and count by the other"
            f" (by={other}&{one}=...)."
        )

    def price(self, names: Sequence[str]) -> float:
        """Whom events name is read first, in a statement of its own."""
        if not {"person", "organization"} & {*names}:
            return super().price(names)
        return super().price(names) * (3 if len(names) == 1 else 5)

    def rows(self, names: Sequence[str], found: Clause) -> Clause:
        """Look the terms up that there may be."""
        terms = list(self._terms(names, found))
        # Numbers, ids and roles only: as one text each they are written several times faster than as lists.
        columns = zip(*terms, strict=True) if terms else [()] * (len(names) + 1)
        values = [f"{{{','.join(map(str, each))}}}" for each in columns]
        types = ["bigint[]", *("text[]" if name == "role" else "uuid[]" for name in names)]
        known = ", ".join(f"%s::{kind}" for kind in types)
        return Clause(
            # Compared first, of which most are left out, and then joined.
            f"SELECT had.record_id, {', '.join(f'known.{name}' for name in names)} FROM"  # noqa: S608 - names of ours
            " (SELECT found.record_id, each.term FROM found CROSS JOIN unnest(found.terms) AS each (term)"
            " WHERE each.term = ANY(%s::bigint[])) AS had"
            f" JOIN unnest({known}) AS known (term, {', '.join(names)}) ON known.term = had.term",
            (values[0], *values),
        )

    def _terms(self, names: Sequence[str], found: Clause) -> Iterator[tuple[Any, ...]]:
        """Each term with its values, in the order of `names`."""
        values = [
            [role.value for role in Role] if name == "role" else self._named(name, found)
            for name in names
        ]
        for some in product(*values):
            if len(some) == 1:
                number = term(names[0], some[0])
            else:
                number = participation(**dict(zip(names, some, strict=True)))
            yield (number, *some)

    @staticmethod
    def _named(kind: str, found: Clause) -> list[str]:
        """Published records of the kind that the events name, whether as participants or otherwise."""
        if kind == "state":
            statement = Clause(f"SELECT id::text FROM {every_reference()} WHERE kind = 'state'")  # noqa: S608 - a name of ours
        else:
            statement = Clause(
                f"SELECT id::text FROM {every_reference()} WHERE kind = %s AND id IN"  # noqa: S608 - parts of ours
                f" (SELECT unnest(refs) FROM ({found.sql}) AS found) LIMIT {_MOST_NAMED + 1}",
                (kind, *found.values),
            )
        named = [key for (key,) in fetch(statement)]
        if kind != "state" and len(named) > _MOST_NAMED:
            raise too_many_groups(
                f"These events name more than {_MOST_NAMED:,} records of the kind {kind}, each of which would be a row. Ask for those of"
                " a state (`state`), of a type (`type`), or of some years (`date_after` and `date_before`), and add the rows up;"
                " or download the events (`events/?format=ndjson&fields=participations`) and count their participants."
            )
        return named


_PARTICIPATIONS = Participations()


def _words(name: str) -> Terms:
    """The terms of a word of which an event has one at most."""
    words = [*WORDS[name].values, ""]
    return Terms(lambda: [(term(name, word), word or None) for word in words], KEPT_FOR_WORDS)


def _states() -> Iterator[tuple[int, Any]]:
    yield NO_STATE, None
    found = Reference.objects.filter(kind="state").values_list("pk", flat=True)
    yield from ((term("state", str(key)), key) for key in found)


def _roles() -> Iterator[tuple[int, Any]]:
    yield NO_ROLE, None
    yield from ((term("role", role.value), role.value) for role in Role)


EVENTS: dict[str, Dimension] = {
    **spans(_days, "in which it was, from its beginning to its end", is_led=True),
    "type": Named(
        "What sort of event it is", "event_type", column="type_id", is_led=True, axis="type"
    ),
    "state": Named(
        "A state involved", "state", parts=_PARTICIPATIONS, terms=Terms(_states, KEPT_FOR_STATES)
    ),
    "role": Word(
        "A role that somebody had",
        Role,
        parts=_PARTICIPATIONS,
        terms=Terms(_roles, KEPT_FOR_WORDS),
    ),
    "status": Word(
        "How far it has come",
        EventStatus,
        value=_word_of("status", EventStatus),
        terms=_words("status"),
    ),
    "topic": Named("A topic", "topic", parts=NamedAnywhere("topic")),
    "person": Named("A person who took part", "person", parts=_PARTICIPATIONS),
    "organization": Named("An organization that took part", "organization", parts=_PARTICIPATIONS),
    "place": Named("A place", "place", parts=NamedAnywhere("place")),
    "visit_class": Word(
        "Rank of a visit in protocol",
        VisitClass,
        value=_word_of("visit_class", VisitClass),
        terms=_words("visit_class"),
    ),
    "attendance": Word(
        "How those who took part met",
        Attendance,
        value=_word_of("attendance", Attendance),
        terms=_words("attendance"),
    ),
}

EVENT_TYPES: dict[str, Dimension] = {
    "broader": Named("The next broader type", "event_type", column="broader_type_id"),
    "plover_type": Word("Its PLOVER type", column="plover_type"),
}

PLACES: dict[str, Dimension] = {
    "kind": Word("What sort of place it is", PlaceKind, column="kind"),
    "state": Named("The state in which it lies today", "state", column="state_id"),
    "parent": Named("The place in which it lies", "place", column="parent_place_id"),
}

STATEMENTS: dict[str, Dimension] = {
    **spans(days_of("said"), "in which it was said or issued"),
    "kind": Word("In what form it was said", StatementKind, column="kind"),
    "speaker": Named("Who said it", ("person", "organization"), column="speaker_id"),
    "event": Named("The event at which it was said", "event", column="event_id"),
    "about": Named("What it is about", SUBJECT_KINDS, parts=Listed("about_ids")),
    "topic": Named(
        "A topic, of the statement or that it is about", "topic", parts=NamedAnywhere("topic")
    ),
}

RELATIONS: dict[str, Dimension] = {
    "state": Named("One of the two states", "state", parts=Listed("involved_ids")),
}
