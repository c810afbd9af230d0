"""What writes, in a copy of the database that is dropped afterwards: one event, a rename, an import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection

from benchmarks.databases import COPY, MAIN, ROOT, copy, drop, query, url
from benchmarks.imports import manage, timed, write_events
from benchmarks.plain import INDEXES
from benchmarks.progress import say
from benchmarks.sizes import by_group, by_table
from benchmarks.tables import number, table

if TYPE_CHECKING:
    from collections.abc import Iterator


def measure(events: int, chosen: list[str]) -> Iterator[str]:
    """Yield the parts of the report that are chosen."""
    say("copying the database, to write into")
    connection.close()
    copy(MAIN, COPY)
    try:
        for index in INDEXES:  # they are the plain API's
            query(COPY, f"DROP INDEX IF EXISTS {index.name}")
        if "one" in chosen:
            yield _one()
        if "rename" in chosen:
            yield _rename(events)
        if "import" in chosen:
            yield _import(events // 10)
    finally:
        drop(COPY)


def child(module: str, *words: str) -> Any:
    """Run a module of the benchmark on the copy, in a process of its own, and return what it answers as JSON."""
    run = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *words],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url(COPY)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if run.returncode:
        sys.exit(f"benchmarks.{module} failed.")
    return json.loads(run.stdout)


def _one() -> str:
    say("publishing single events")
    found = child("write_one")
    goals = {"create + publish": ("5.5", ""), "retitle + publish": ("8", "12")}
    rows = [
        [
            name,
            number(cost["cpu"]),
            goals[name][0],
            str(cost["statements"]),
            goals[name][1],
            number(cost["wall"]),
        ]
        for name, cost in found.items()
    ]
    return (
        "## One event\n\nCPU milliseconds, Python and PostgreSQL together, without HTTP: median of 5 rounds of 20."
        " Statements without those that begin and end transactions.\n\n"
        + table(["", "CPU ms", "goal", "SQL statements", "goal", "wall ms"], rows)
    )


def _rename(events: int) -> str:
    say("renaming what a tenth of the documents show")
    found = child("rename", str(events // 10))
    rows = [
        ["documents reached", f"{found['documents']:,}", ""],
        ["seconds", number(found["seconds"]), ""],
        ["documents a second", f"{found['documents'] / found['seconds']:,.0f}", "2,000"],
        *(
            [
                f"the {which} tenth",
                f"{found[which]:,.0f}" if found[which] else "not seen: it was done at once",
                "",
            ]
            for which in ("first", "last")
        ),
        ["MiB of write-ahead log", number(found["wal_mib"]), ""],
        *(
            [
                f"another publisher {when}, ms: p50, p99, worst",
                ", ".join(map(number, found[when])),
                goal,
            ]
            for when, goal in (("before", ""), ("meanwhile", "p99 150"))
            if found[when]
        ),
    ]
    return f"## A rename: {found['name']}\n\n" + table(["", "", "goal"], rows)


def _import(events: int) -> str:
    say(f"importing {events:,} events, and publishing them")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.ndjson"
        with path.open("wb") as file:
            write_events(file, events, None)
        before = by_group(by_table(COPY))
        cost = timed(lambda: manage(COPY, "import", str(path), "--publish"))
    rows = [
        [
            f"import {events:,} events, published",
            number(cost.seconds),
            number(60 * events / 100_000),
            f"{events / cost.seconds:,.0f}",
            number(cost.cpu),
            f"{cost.mebibytes:.0f}",
        ]
    ]
    grown = by_group(by_table(COPY))
    sizes = [[name, f"{(sum(grown[name]) - sum(before[name])) / events:,.0f}"] for name in grown]
    return (
        "## An import\n\n"
        + table(["", "seconds", "goal", "events a second", "CPU s", "MiB"], rows)
        + "\n\n"
        + table(["bytes per imported event, rows and indexes", ""], sizes)
    )
