"""The SQL of the bare views: for each question the one indexed query, written by hand for the tables that publishing keeps.

All that the benchmark knows of those tables is in here.
"""

from __future__ import annotations

from typing import Any

TABLE = "events_eventedition"
CURRENT = "superseded_at IS NULL AND document IS NOT NULL"
ORDER = "ORDER BY coalesce(date, '-infinity'::date) DESC, record_id DESC"
LATEST = f"{ORDER} LIMIT 50"
#: The events of two states, or of one (a pair with itself), latest first.
OF_PAIR = (
    f"FROM events_eventstatepair p JOIN {TABLE} e USING (record_id)"
    " WHERE p.low_id = %s AND p.high_id = %s AND e.superseded_at IS NULL AND e.document IS NOT NULL"
)
LATEST_OF_PAIR = "ORDER BY p.day DESC, p.record_id DESC LIMIT 50"

Query = tuple[str, list[Any]]


def newest() -> Query:
    return f"SELECT document FROM {TABLE} WHERE {CURRENT} {LATEST}", []


def of_state_type_and_years(state: str, event_type: str, first: int, last: int) -> Query:
    # Calls last no longer than the year that may be all that is known of them, so the days of the pairs can be bounded.
    return (
        (
            f"SELECT document {OF_PAIR} AND e.type_id = %s AND p.day BETWEEN %s AND %s AND e.when_latest >= %s"
            f" {LATEST_OF_PAIR}"
        ),
        [state, state, event_type, f"{first - 1}-01-01", f"{last}-12-31", f"{first}-01-01"],
    )


def of_two_states(one: str, other: str) -> Query:
    return f"SELECT document {OF_PAIR} {LATEST_OF_PAIR}", sorted([one, other])


def by_text(words: str) -> Query:
    return (
        f"SELECT document FROM {TABLE} WHERE {CURRENT} AND search @@ plainto_tsquery('chancery', %s) {LATEST}",
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
            "SELECT json_build_object('month', to_char(p.day, 'YYYY-MM'), 'count', count(*))::text"
            " FROM events_eventstatepair p WHERE p.low_id = %s AND p.high_id = %s"
            " GROUP BY to_char(p.day, 'YYYY-MM') ORDER BY 1"
        ),
        sorted([one, other]),
    )


def count_of_type_and_years(event_type: str, first: int, last: int) -> Query:
    return (
        (
            f"SELECT count(*)::text FROM (SELECT 1 FROM {TABLE} WHERE {CURRENT} AND type_id = %s"
            " AND date BETWEEN %s AND %s AND when_latest >= %s LIMIT 1001) AS found"
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
