"""How many published events there are of each state, pair, word and type in each month and year: derived from editions (docs/decisions/0120)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from events.models.event import Attendance, EventStatus, VisitClass
from events.models.participation import Role
from events.models.posting import HAS_PARTS, IS_PART, KeepForEditions
from events.terms import STOOD_FOR
from records.models.sum_table import ANY_TYPE, Grain, SumTable
from records.terms import term

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Every event is summed up under this term.
EVERY_EVENT = term("event")
#: Those that involve no state, and those in which nobody had a role.
NO_STATE = term("state", "")
NO_ROLE = term("role", "")
#: Words of which an event has one of each list, or none.
WORDS = {"status": EventStatus, "attendance": Attendance, "visit_class": VisitClass}

#: What is kept for all events, for a state, for a word or role, and for two states for which participants stood: what is finer, for more
#: terms, would be as many rows as events.
KEPT_FOR_ALL = frozenset(Grain)
KEPT_FOR_STATES = KEPT_FOR_ALL - {Grain.TYPE_MONTH}
KEPT_FOR_WORDS = frozenset({Grain.YEAR})
KEPT_FOR_PAIRS = frozenset({Grain.MONTH})


def _array(numbers: Iterable[int]) -> str:
    return f"ARRAY[{', '.join(f'{number:d}' for number in numbers)}]"


_ROLES = _array([term("role", role.value) for role in Role])
_LISTED = _array(
    [
        *(term(name, word) for name, words in WORDS.items() for word in (*words.values, "")),
        *(term("role", role.value) for role in Role),
    ]
)
_DATED = _array(grain for grain in Grain if grain.has_days)
_PLACES_IN_WHOLES = _array([HAS_PARTS, IS_PART])
_COLUMNS = "terms, posted, stood_for, type_id, date, last_day, starts_unknown, ends_unknown"
_OF_PAST = ", ".join(f"past.{name}" for name in _COLUMNS.split(", "))

#: Adds what is published now and takes away what was before: sums that stay are not written. One statement per statement of the writer.
#: Each publication holds the feed, so that no two wait for each other here.
_KEEP_SUMS = f"""
    INSERT INTO events_eventsum AS kept (term, grain, type_id, date, last_day, starts_unknown, ends_unknown, count)
    SELECT summed.term, cell.grain, cell.type_id, COALESCE(cell.date, '-infinity'::date), COALESCE(cell.last_day, '-infinity'::date),
        starts_unknown AND cell.grain = ANY ({_DATED}), ends_unknown AND cell.grain = ANY ({_DATED}), sum(change)
    FROM (
        SELECT 1 AS change, {_COLUMNS} FROM published WHERE document IS NOT NULL
        UNION ALL
        SELECT -1, {_OF_PAST} FROM published AS now JOIN events_eventedition AS past
            ON past.record_id = now.record_id AND past.revision = now.revision - 1 AND past.document IS NOT NULL
        WHERE now.revision > 1
    ) AS edition
    CROSS JOIN LATERAL (
        SELECT {EVERY_EVENT}::bigint AS term, {_array(sorted(KEPT_FOR_ALL))} AS grains
        UNION ALL
        SELECT posted.term, {_array(sorted(KEPT_FOR_STATES))} FROM unnest(posted) AS posted (term)
        WHERE posted.term = ANY (terms) AND posted.term <> ALL ({_PLACES_IN_WHOLES})
        UNION ALL
        SELECT stood.term # {STOOD_FOR}, {_array(sorted(KEPT_FOR_PAIRS))} FROM unnest(stood_for) AS stood (term)
        WHERE stood.term <> ALL (terms)
        UNION ALL
        SELECT {NO_STATE}, {_array(sorted(KEPT_FOR_STATES))} WHERE posted <@ {_PLACES_IN_WHOLES}
        UNION ALL
        SELECT listed.term, {_array(sorted(KEPT_FOR_WORDS))} FROM unnest(terms) AS listed (term) WHERE listed.term = ANY ({_LISTED})
        UNION ALL
        SELECT {NO_ROLE}, {_array(sorted(KEPT_FOR_WORDS))} WHERE NOT terms && {_ROLES}
    ) AS summed
    CROSS JOIN LATERAL (
        SELECT date - (date_part('day', date)::int - 1) AS month, make_date(date_part('year', date)::int, 1, 1) AS year,
            (date_trunc('month', last_day::timestamp) + interval '1 month - 1 day')::date AS end_of_month,
            make_date(date_part('year', last_day)::int, 12, 31) AS end_of_year
        OFFSET 0
    ) AS days
    CROSS JOIN LATERAL (
        VALUES ({Grain.ALL:d}, '{ANY_TYPE}'::uuid, NULL::date, NULL::date), ({Grain.MONTH:d}, '{ANY_TYPE}', month, end_of_month),
            ({Grain.YEAR:d}, '{ANY_TYPE}', year, end_of_year),
            ({Grain.TYPE_MONTH:d}, type_id, month, end_of_month), ({Grain.TYPE_YEAR:d}, type_id, year, end_of_year),
            ({Grain.TYPE:d}, type_id, NULL, NULL)
    ) AS cell (grain, type_id, date, last_day)
    WHERE cell.grain = ANY (summed.grains)
    GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(change) <> 0
    ON CONFLICT (term, grain, type_id, date, last_day, starts_unknown, ends_unknown)
    DO UPDATE SET count = kept.count + EXCLUDED.count;
    RETURN NULL;
"""  # noqa: S608 - numbers of ours


class KeepSums(KeepForEditions):
    """Keep the sums of events, whenever an edition is made."""

    name = "keep_sums"
    func = _KEEP_SUMS


class EventSum(SumTable):
    """Sums of events: of all, of each state involved, of each two that took part, of each status, attendance, class of visit and role."""

    every = EVERY_EVENT
