"""Load events as an exchange file, with and without publishing, beside PostgreSQL's own COPY of the same rows.

    make bench-imports ARGS="--events 10000 200000"
    make bench-imports ARGS="--travels FOLDER"   # the trips of that data set, repeated with shifted dates

Each run has a database of its own, made from one that holds the reference data. COPY writes into the same tables, with the
same keys, constraints, triggers and history. Compare within one run only.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Any

import orjson

from benchmarks.databases import (
    ROOT,
    connect,
    copy,
    drop,
    postmaster_pid,
    query,
    running_server,
    url,
)
from benchmarks.processes import cpu_seconds

#: Days by which each repetition of the trips lies after the one before.
SHIFT = 37
BASE = "bench_base"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, nargs="+", default=[10_000, 200_000])
    parser.add_argument("--travels", type=Path, help="The folder of the travels data set.")
    arguments = parser.parse_args()
    with running_server():
        prepare()
        print(
            f"{'events':>9}  {'':24}{'seconds':>9}{'rows/s':>9}{'CPU s':>8}{'to COPY':>9}{'MiB':>7}"
        )
        for events in arguments.events:
            measure(events, arguments.travels)


def prepare() -> None:
    """Make the database that all others are copies of."""
    drop(BASE)
    query("postgres", f"CREATE DATABASE {BASE}")
    manage(BASE, "migrate", "--verbosity=0")
    manage(BASE, "load_reference", "--verbosity=0")


@dataclass(frozen=True)
class Cost:
    """What a run took."""

    seconds: float
    cpu: float
    mebibytes: float


def measure(events: int, travels: Path | None) -> None:
    """Import a file of so many events both ways, and copy what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.ndjson"
        with path.open("wb") as file:
            lines = write_events(file, events, travels)
        costs: dict[str, Cost] = {}
        for name, options in (("import", ()), ("import and publish", ("--publish",))):
            database = f"bench_{len(costs)}"
            copy(BASE, database)
            costs[name] = timed(lambda d=database, o=options: manage(d, "import", str(path), *o))
        rows = copied_out("bench_0", Path(folder))
        copy(BASE, "bench_copy")
        costs = {"COPY of the same rows": timed(lambda: copy_in("bench_copy", rows)), **costs}
        base = costs["COPY of the same rows"].seconds
        for name, cost in costs.items():
            print(
                f"{events:9,}  {name:24}{cost.seconds:9.1f}{lines / cost.seconds:9,.0f}{cost.cpu:8.1f}"
                f"{cost.seconds / base:9.2f}{cost.mebibytes:7.0f}",
                flush=True,
            )
        for database in ("bench_0", "bench_1", "bench_copy"):
            drop(database)


def write_events(file: IO[bytes], events: int, travels: Path | None) -> int:
    """Write an exchange file with so many events, and return the number of lines."""
    others, trips = real_trips(travels) if travels else invented_trips()
    file.writelines(orjson.dumps(other) + b"\n" for other in others)
    repeated = (shifted(trip, turn) for turn in count() for trip in trips)
    file.writelines(orjson.dumps(trip) + b"\n" for trip in islice(repeated, events))
    return len(others) + events


def real_trips(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what the importer of the travels set makes: stops, and whatever they name."""
    os.environ["DATABASE_URL"] = url(BASE)
    try:
        # In a process of its own: no database can be made of one to which somebody is connected.
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            made = pool.submit(translated, folder).result()
    finally:
        del os.environ["DATABASE_URL"]
    trips = [
        # Its slug is a wish, which two trips may have.
        {**item, "slug": f"trip-{number}", "parent": None, "links": []}
        for number, item in enumerate(made)
        if item["object"] == "event" and item.get("when") and "/" not in str(item["when"])
    ]
    others = [item for item in made if item["object"] != "event"]
    return others, trips


def translated(folder: Path) -> list[dict[str, Any]]:
    """Return the documents that the importer makes of the travels set, its source first."""
    import django  # noqa: PLC0415 - the environment must be set first

    django.setup()
    from imports.dataset import datasets  # noqa: PLC0415
    from imports.files.opening import open_input  # noqa: PLC0415

    travels = datasets()["travels"]
    with open_input(folder) as tree:
        items = list(travels.translate(tree, str(travels.source["slug"])))
    return [
        {"object": "source", **travels.source},
        *(item for item in items if isinstance(item, dict)),
    ]


def invented_trips() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return as many trips as the real set has, of invented envoys, in its shape."""
    cited = {"citations": [{"source": "bench", "locator": "trips", "evidence": "documented"}]}
    others: list[dict[str, Any]] = [
        {"object": "source", "slug": "bench", "kind": "dataset", "title": "Trips"}
    ]
    others += [
        {"object": "person", "slug": f"envoy-{n}", "name": f"Envoy {n}", **cited} for n in range(45)
    ]
    others += [
        {"object": "place", "slug": f"town-{n}", "name": f"Town {n}", "kind": "city"}
        for n in range(700)
    ]
    trips = [
        {
            "object": "event",
            "slug": f"trip-{n}",
            "type": "visit",
            "title": f"Visit of Envoy {n % 45} to town {n % 700}",
            "summary": "Met with the prime minister and the foreign minister. " * (n % 4 + 1),
            "when": f"19{n % 80 + 10}-{n % 12 + 1:02}-{n % 28 + 1:02}",
            "attendance": "in_person",
            "places": [{"place": f"town-{n % 700}", "role": "stop"}],
            "participations": [
                {
                    "participant": {"object": "person", "ref": f"envoy-{n % 45}"},
                    "role": "visitor",
                    "on_behalf_of": {"object": "state", "ref": "iso3166-1-alpha-2:US"},
                },
                {"participant": {"object": "state", "ref": "iso3166-1-alpha-2:FR"}, "role": "host"},
            ],
            "identifiers": [{"scheme": "trips", "value": str(n)}],
            **cited,
        }
        for n in range(3_500)
    ]
    return others, trips


def shifted(trip: dict[str, Any], turn: int) -> dict[str, Any]:
    """Return the trip some time later, as a trip of its own."""
    if not turn:
        return trip
    later = dt.timedelta(days=SHIFT * turn)

    def moved(day: Any) -> Any:
        try:
            return (dt.date.fromisoformat(day) + later).isoformat()
        except (TypeError, ValueError):
            return day

    return {
        **trip,
        "slug": f"{trip['slug'][:100]}-{turn}",
        "when": moved(trip["when"]),
        "end": moved(trip.get("end")),
        "identifiers": [
            {**identifier, "value": f"{identifier['value']}-{turn}"}
            for identifier in trip["identifiers"]
        ],
    }


def copied_out(database: str, folder: Path) -> list[tuple[str, Path]]:
    """Write the rows that an import added to files: each working table that the base does not fill.

    Without the times that the database gives to new rows: old ones would make triggers mark every record as changed.
    """
    import django  # noqa: PLC0415 - the environment must be set first

    django.setup()
    from django.apps import apps  # noqa: PLC0415

    from records.models import Part, Record  # noqa: PLC0415

    found = []
    for model in apps.get_models():
        table = model._meta.db_table
        if (
            not issubclass(model, Record | Part)
            or is_filled(BASE, table)
            or not is_filled(database, table)
        ):
            continue
        columns = ", ".join(
            f'"{field.column}"'
            for field in model._meta.concrete_fields
            if field.column not in {"created_at", "changed_at"}
        )
        target = f'"{table}" ({columns})'
        path = folder / f"{table}.copy"
        with path.open("wb") as file, closing(connect(database)) as opened:
            opened.cursor().copy_expert(f"COPY {target} TO STDOUT", file)
        found.append((target, path))
    return found


def copy_in(database: str, rows: list[tuple[str, Path]]) -> None:
    """Copy the rows into the same tables of another database, in one transaction."""
    with closing(connect(database)) as opened:
        with opened.cursor() as cursor:
            # What every session and every import sets: else the triggers would make COPY several times slower (decision 80).
            cursor.execute("SET pgtrigger.ignore = '{}'; SET enable_seqscan = off")
            cursor.execute(
                "SELECT set_config('pghistory.context_id', gen_random_uuid()::text, false),"
                " set_config('pghistory.context_metadata', '{}', false)"
            )
            for target, path in rows:
                with path.open("rb") as file:
                    cursor.copy_expert(f"COPY {target} FROM STDIN", file)
        opened.commit()


def timed(run: Any) -> Cost:
    """Measure wall time, CPU of PostgreSQL and of what runs here, and the largest process."""
    postmaster = postmaster_pid()
    before = cpu_seconds(postmaster) + own_cpu()
    started = time.monotonic()
    peak = run() or 0.0
    seconds = time.monotonic() - started
    return Cost(seconds, cpu_seconds(postmaster) + own_cpu() - before, peak)


def own_cpu() -> float:
    """Return the CPU time of this process and of those that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def manage(database: str, *words: str) -> float:
    """Run a command on a database; return the memory of its largest process in MiB."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url(database)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _pid, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit((process.stderr.read() if process.stderr else b"").decode())
    return usage.ru_maxrss / 1024


def is_filled(database: str, table: str) -> bool:
    return bool(query(database, f'SELECT 1 FROM "{table}" LIMIT 1'))


if __name__ == "__main__":
    main()
