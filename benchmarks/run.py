"""Publish synthetic events, then read them through the API and through bare views, and print what each costs.

    make bench                       # 200,000 events in var/bench, kept for the next run
    EVENTS=20000 make bench          # a quick look

CPU time is that of the server processes and PostgreSQL together, from /proc. Compare within one run only.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import os
import resource
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
REQUESTS = 100  # per scenario, server and round
DEEP = 100_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=int(os.environ.get("EVENTS", "200000")))
    arguments = parser.parse_args()
    os.environ.setdefault("CHANCERY_VAR", str(ROOT / "var" / "bench"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

    from config.db import embedded  # noqa: PLC0415 - the environment must be set first

    server = None
    if not os.environ.get("DATABASE_URL"):
        server = embedded.main_server()
        server.hold()
    try:
        measure(arguments.events)
    finally:
        if server is not None:
            server.stop_if_unused()


def measure(events: int) -> None:
    """Prepare the database, publish what is not published, then compare reads."""
    import django  # noqa: PLC0415 - the environment must be set first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from benchmarks import reads  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0, stdout=io.StringIO())
    publish(events)
    compare(reads.scenarios(min(DEEP, events // 400 * 200)))


def publish(count: int) -> None:
    """Generate and publish, and say how fast and in how much memory."""
    from django.db import connection  # noqa: PLC0415

    from benchmarks.generate import generate  # noqa: PLC0415
    from benchmarks.processes import cpu_seconds  # noqa: PLC0415
    from events.models import Event, EventEdition, Place  # noqa: PLC0415
    from people.models import Person  # noqa: PLC0415
    from records.models import EditorialState, Source, Topic  # noqa: PLC0415
    from records.publishing.batches import publish_in_batches  # noqa: PLC0415
    from records.registry import kind_of  # noqa: PLC0415

    if Event.objects.count() != count:
        if Event.objects.exists():
            sys.exit(
                f"{os.environ['CHANCERY_VAR']} holds another number of events: remove that folder first."
            )
        for done in generate(count):
            print(f"\rgenerated {done:,}", end="", flush=True)
        print()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    postmaster = postmaster_pid()
    for model in (Source, Topic, Place, Person, Event):
        keys = list(
            model._default_manager.filter(editorial_state=EditorialState.DRAFT)
            .order_by("pk")
            .values_list("pk", flat=True),
        )
        if not keys:
            continue
        started, own, database = time.monotonic(), time.process_time(), cpu_seconds(postmaster)
        done = 0
        for batch in publish_in_batches(kind_of(model), keys, by=None, processes=2):
            done += len(batch.published)
            if batch.refusals:
                sys.exit(f"refused: {batch.refusals[0].detail}")
            print(
                f"\rpublished {done:,} of {len(keys):,} {model._meta.verbose_name_plural}",
                end="",
                flush=True,
            )
        took = time.monotonic() - started
        print(
            f": {done / took:,.0f} a second; CPU of Python {time.process_time() - own:.0f} s,"
            f" of PostgreSQL {cpu_seconds(postmaster) - database:.0f} s in {took:.0f} s;"
            f" peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB",
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    if EventEdition.objects.current().count() != count:
        sys.exit(f"{EventEdition.objects.current().count():,} events are published, not {count:,}.")


def compare(scenarios: list[Any]) -> None:
    """Serve the API and the bare views, ask both in turn, and print the table."""
    from benchmarks.processes import cpu_seconds, memory_mib  # noqa: PLC0415

    queries = {scenario.name: (scenario.sql, scenario.parameters) for scenario in scenarios}
    postmaster = postmaster_pid()
    with (
        served("config.wsgi:application") as (api, api_pid),
        served("benchmarks.bare_wsgi:application", BENCHMARK_QUERIES=json.dumps(queries)) as (
            bare,
            bare_pid,
        ),
    ):
        costs: dict[str, tuple[list[float], list[float]]] = {
            scenario.name: ([], []) for scenario in scenarios
        }
        paths = {scenario.name: scenario.path(api) for scenario in scenarios}
        for scenario in scenarios:
            check_same(scenario, get(api, paths[scenario.name]), get(bare, f"/{scenario.name}/"))
        for turn in range(-1, ROUNDS):  # the first round warms up
            for scenario in scenarios:
                for which, (connection, pid, path) in enumerate(
                    ((api, api_pid, paths[scenario.name]), (bare, bare_pid, f"/{scenario.name}/")),
                ):
                    before = cpu_seconds(pid) + cpu_seconds(postmaster)
                    for _ in range(REQUESTS):
                        get(connection, path)
                    cost = (cpu_seconds(pid) + cpu_seconds(postmaster) - before) / REQUESTS * 1000
                    if turn >= 0:
                        costs[scenario.name][which].append(cost)
        print(
            f"\nCPU milliseconds per request, server and PostgreSQL, median of {ROUNDS} rounds of {REQUESTS} requests\n"
        )
        print(f"{'':34}{'API':>8}{'bare view':>12}{'ratio':>8}{'queries':>10}")
        first = middle(costs[scenarios[0].name][0])
        for scenario in scenarios:
            mine, theirs = (middle(values) for values in costs[scenario.name])
            ratio = mine / theirs if theirs else float("inf")
            print(
                f"{scenario.title:34}{mine:8.2f}{theirs:12.2f}{ratio:8.2f}{queries_of(paths[scenario.name]):10}"
            )
            if scenario.name == "deep":
                print(f"{'  beside the first page':34}{mine / first:28.2f}")
        print(
            f"\nmemory of the API server: {memory_mib(api_pid):.0f} MiB (PSS), launcher and 2 workers together"
        )


def check_same(scenario: Any, mine: bytes, theirs: bytes) -> None:
    """Both must send the same documents, or the comparison means nothing."""
    if scenario.is_list:
        same = json.loads(mine)["results"] == json.loads(theirs)["results"]
    else:
        same = json.loads(mine) == json.loads(theirs)["results"][0]
    if not same:
        sys.exit(f"{scenario.title}: the API and the bare view answer differently.")


def queries_of(path: str) -> int:
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as captured:
        response = Client(SERVER_NAME="127.0.0.1").get(path)
    if response.status_code != 200:
        sys.exit(f"{path} answered {response.status_code}: {response.content[:500]!r}")
    return len(captured)


def middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def get(connection: http.client.HTTPConnection, path: str) -> bytes:
    connection.request("GET", path, headers={"Accept": "application/json"})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        sys.exit(f"{path} answered {response.status}: {body[:500]!r}")
    return body


def postmaster_pid() -> int:
    """Return the process id of the PostgreSQL server, which must run on this machine."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    status = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    return int(status[1])


@contextmanager
def served(
    application: str, **environment: str
) -> Iterator[tuple[http.client.HTTPConnection, int]]:
    """Run the production server as `make run` does, and give a connection to it and its process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", application, "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "2", "--blocking-threads", "4", "--log-level", "warning",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    sys.exit(f"{application} did not start.")
                time.sleep(0.1)
        yield http.client.HTTPConnection("127.0.0.1", port), process.pid
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
