"""How fast publishing was, and how many bytes an event takes, by group of tables."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.apps import apps
from django.db import connection

from benchmarks.plain import INDEXES
from benchmarks.tables import number, table
from records.models import Edition, Part, Record

EDITIONS, PUBLIC, WORKING, HISTORY = (
    "editions", "postings, references and other public tables", "working tables", "history",
)  # fmt: skip


def publishing(published: dict[str, Any]) -> str:
    """Return the speed of publishing, as it was when the database was filled."""
    rows = [
        [
            name, f"{go['records']:,}", number(go["seconds"]), f"{go['records'] / go['seconds']:,.0f}",
            number(go["cpu_python"]), number(go["cpu_postgresql"]), f"{go['mib']:.0f}",
        ]  # fmt: skip
        for name, goes in published.items()
        for go in goes
    ]
    return (
        "## Publishing\n\nWith two processes, when the database was filled: the first fifth of the events, those without a"
        " whole first, then the rest. Goal: 1,500 events a second, without growth.\n\n"
        + table(["", "records", "seconds", "records/s", "CPU s, Python", "CPU s, PostgreSQL", "MiB"], rows)
    )


def bytes_per_event(events: int) -> str:
    """Return the sizes of all tables, divided by the number of events."""
    groups: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    largest: list[tuple[int, str]] = []
    known = {model._meta.db_table: _group(model) for model in apps.get_models(include_auto_created=True)}
    own = {index.name for index in INDEXES}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, pg_table_size(c.oid),"
            " (SELECT coalesce(sum(pg_relation_size(i.indexrelid)), 0)::bigint FROM pg_index i"
            "  JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid AND x.relname <> ALL(%s))"
            " FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace",
            [list(own)],
        )
        for name, rows, indexes in cursor.fetchall():
            group = groups[known.get(name, PUBLIC)]
            group[0] += rows
            group[1] += indexes
            largest.append((rows + indexes, name))
        cursor.execute(
            "SELECT avg(octet_length(document)) FROM events_eventedition TABLESAMPLE SYSTEM (5) WHERE document IS NOT NULL"
        )
        document = float(cursor.fetchone()[0] or 0)
    rows = [
        [name, *(f"{value / events:,.0f}" for value in (*groups[name], sum(groups[name])))]
        for name in (EDITIONS, PUBLIC, WORKING, HISTORY)
    ]
    totals = [sum(group[part] for group in groups.values()) for part in (0, 1)]
    rows.append(["all", *(f"{value / events:,.0f}" for value in (*totals, sum(totals)))])
    rows += [
        [f"`{name}`", "", "", f"{size / events:,.0f}"] for size, name in sorted(largest, reverse=True)[:8]
    ]
    return (
        "## Bytes per event\n\nAll tables, those of other kinds too, divided by the number of events. Goals: 5,000 in all; a"
        f" document of 2,900, which here has {document:,.0f}. What is written for the generated events has no history.\n\n"
        + table(["", "rows", "indexes", "both"], rows)
    )


def _group(model: Any) -> str:
    if any(field.name == "pgh_id" for field in model._meta.fields) or model._meta.app_label == "pghistory":
        return HISTORY
    if issubclass(model, Edition):
        return EDITIONS
    return WORKING if issubclass(model, Record | Part) else PUBLIC
