"""How fast publishing was, and how many bytes an event takes, by group of tables."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from benchmarks.databases import MAIN, query
from benchmarks.plain import INDEXES
from benchmarks.tables import number, table
from records.models import Edition, Part, Record

GROUPS = EDITIONS, PUBLIC, WORKING, HISTORY = (
    "editions", "postings, references and other public tables", "working tables", "history",
)  # fmt: skip


def publishing(published: dict[str, Any]) -> str:
    """Return the speed of publishing, as it was when the database was filled."""
    rows = [
        [
            name,
            f"{go['records']:,}",
            number(go["seconds"]),
            f"{go['records'] / go['seconds']:,.0f}",
            number(go["cpu_python"]),
            number(go["cpu_postgresql"]),
            f"{go['mib']:.0f}",
        ]
        for name, goes in published.items()
        for go in goes
    ]
    return (
        "## Publishing\n\nWith two processes, when the database was filled: the first fifth of the events, those without a"
        " whole first, then the rest. Goal: 1,500 events a second, without growth.\n\n"
        + table(
            ["", "records", "seconds", "records/s", "CPU s, Python", "CPU s, PostgreSQL", "MiB"],
            rows,
        )
    )


def bytes_per_event(events: int) -> str:
    """Return the sizes of all tables, divided by the number of events."""
    tables = by_table(MAIN)
    groups = by_group(tables)
    [(document,)] = query(
        MAIN,
        "SELECT avg(octet_length(document)) FROM events_eventedition TABLESAMPLE SYSTEM (5) WHERE document IS NOT NULL",
    )
    rows = [
        [name, *(f"{value / events:,.0f}" for value in (*groups[name], sum(groups[name])))]
        for name in GROUPS
    ]
    totals = [sum(group[part] for group in groups.values()) for part in (0, 1)]
    rows.append(["all", *(f"{value / events:,.0f}" for value in (*totals, sum(totals)))])
    largest = sorted(tables.items(), key=lambda each: -sum(each[1]))
    rows += [
        [f"`{name}`", *(f"{value / events:,.0f}" for value in (*size, sum(size)))]
        for name, size in largest[:8]
    ]
    return (
        "## Bytes per event\n\nAll tables, those of other kinds too, divided by the number of events. Goals: 5,000 in all; a"
        f" document of 2,900, which here has {document or 0:,.0f}. Of generated events only the publishing is in the history; of imported ones everything.\n\n"
        + table(["", "rows", "indexes", "both"], rows)
    )


def by_table(database: str) -> dict[str, tuple[int, int]]:
    """Return the bytes of each table, and of its indexes less those of the plain API."""
    found = query(
        database,
        "SELECT c.relname, pg_table_size(c.oid),"
        " (SELECT coalesce(sum(pg_relation_size(i.indexrelid)), 0)::bigint FROM pg_index i"
        "  JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid AND x.relname <> ALL(%s))"
        " FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace",
        [[index.name for index in INDEXES]],
    )
    return {name: (rows, indexes) for name, rows, indexes in found}


def by_group(tables: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Add up the tables of each group."""
    models = apps.get_models(include_auto_created=True)
    known = {model._meta.db_table: _group(model) for model in models}
    groups = dict.fromkeys(GROUPS, (0, 0))
    for name, (rows, indexes) in tables.items():
        group = known.get(name, PUBLIC)
        groups[group] = (groups[group][0] + rows, groups[group][1] + indexes)
    return groups


def _group(model: Any) -> str:
    if (
        any(field.name == "pgh_id" for field in model._meta.fields)
        or model._meta.app_label == "pghistory"
    ):
        return HISTORY
    if issubclass(model, Edition):
        return EDITIONS
    return WORKING if issubclass(model, Record | Part) else PUBLIC
