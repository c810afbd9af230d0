"""The SQL of the bare views: for each question the one indexed query, written by hand for the tables that publishing keeps.

All that the benchmark knows of those tables is in here.
"""

from __future__ import annotations

from typing import Any

from events.terms import pair, term
from records.bulk import PROSE, as_stems

TABLE = "events_eventedition"
CURRENT = "superseded_at IS NULL AND document IS NOT NULL"
ORDER = "ORDER BY coalesce(date, '-infinity'::date) DESC, record_id DESC"
LATEST = f"{ORDER} LIMIT 50"
CLASSES = "unnest(ARRAY[7, 31, 366, 3653, 9997, 9998, 9999]) AS class (length)"

#: Words of prose: their stems begin with a space.
WORDS = as_stems(f"plainto_tsquery('{PROSE}', %s)", "tsquery")

Query = tuple[str, list[Any]]


def newest() -> Query:
    return f"SELECT document FROM {TABLE} WHERE {CURRENT} {LATEST}", []


def _of_term(number: int, condition: str = "true", *values: Any) -> Query:
    """The events of a state or a pair, latest first: each class of length is one range of the index of postings."""
    return (
        (
            f"SELECT document FROM {CLASSES} CROSS JOIN LATERAL (SELECT date, record_id FROM events_eventposting"
            f" WHERE term = %s AND events_eventposting.length = class.length AND {condition}"
            " ORDER BY date DESC, record_id DESC LIMIT 50) AS posting"
            f" JOIN {TABLE} e USING (record_id) WHERE e.superseded_at IS NULL AND e.document IS NOT NULL"
            " ORDER BY posting.date DESC, posting.record_id DESC LIMIT 50"
        ),
        [number, *values],
    )


def of_state_type_and_years(state: str, event_type: str, first: int, last: int) -> Query:
    # Calls last no longer than the year that may be all that is known of them, so the days of the postings can be bounded.
    return _of_term(
        term("state", state),
        "type_id = %s AND date BETWEEN %s AND %s AND last_day >= %s",
        event_type,
        f"{first - 1}-01-01",
        f"{last}-12-31",
        f"{first}-01-01",
    )


def of_two_states(one: str, other: str) -> Query:
    return _of_term(pair(one, other), "is_stood_for")


def by_text(words: str) -> Query:
    return (
        f"SELECT document FROM {TABLE} WHERE {CURRENT} AND search @@ ({WORDS}) {LATEST}",
        [words],
    )


def one(event: str) -> Query:
    return (
        f"SELECT document FROM {TABLE} WHERE superseded_at IS NULL AND record_id = %s",
        [event],
    )


def after(day: str, event: str) -> Query:
    return (
        (
            f"SELECT document FROM {TABLE} WHERE {CURRENT}"
            f" AND (coalesce(date, '-infinity'::date), record_id) < (%s, %s) {LATEST}"
        ),
        [day, event],
    )


def months_of_two_states(one: str, other: str) -> Query:
    return (
        (
            "SELECT json_build_object('month', to_char(date, 'YYYY-MM'), 'count', count(*))::text"
            " FROM events_eventposting WHERE term = %s AND is_stood_for GROUP BY to_char(date, 'YYYY-MM') ORDER BY 1"
        ),
        [pair(one, other)],
    )


def count_of_type_and_years(event_type: str, first: int, last: int) -> Query:
    return (
        (
            f"SELECT count(*)::text FROM (SELECT 1 FROM {TABLE} WHERE {CURRENT} AND type_id = %s"
            " AND date BETWEEN %s AND %s AND last_day >= %s LIMIT 1001) AS found"
        ),
        [event_type, f"{first - 1}-01-01", f"{last}-12-31", f"{first}-01-01"],
    )


def row(number: int) -> Query:
    """Return day and event of the row of that number in the list, the newest being 1."""
    return (
        (
            f"SELECT coalesce(date, '-infinity'::date)::text, record_id::text FROM {TABLE} WHERE {CURRENT} {ORDER}"
            " OFFSET %s LIMIT 1"
        ),
        [number - 1],
    )
