"""The table of reads: the API beside the bare views and the plain API on all events, and beside itself on a fifth of them."""

from __future__ import annotations

import json
from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.databases import FIFTH, MAIN
from benchmarks.progress import say
from benchmarks.questions import questions
from benchmarks.schema import parameters
from benchmarks.serving import API, BARE, PLAIN, Server, served
from benchmarks.tables import number, ratio, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.questions import Question

ROUNDS = 5


def measure(events: int) -> Iterator[str]:
    """Yield the parts of the report."""
    make_indexes()
    with ExitStack() as running:
        api = running.enter_context(served(API, MAIN))
        fifth = running.enter_context(served(API, FIFTH))
        known = parameters(api, "events")
        say("turning pages to the middle of the list, in both databases")
        asked = questions(MAIN, api, events, known)
        small = {each.name: each.api for each in questions(FIFTH, fifth, events // 5, known)}
        queries = json.dumps({each.name: each.bare for each in asked})
        bare = running.enter_context(served(BARE, MAIN, BENCHMARK_QUERIES=queries))
        plain = running.enter_context(served(PLAIN, MAIN))
        costs: dict[tuple[str, str], list[float]] = {}
        remarks = {each.name: _remarks(each, api, bare, plain) for each in asked}
        absent = {each.name: _absence(api, each.api) for each in asked}
        absent = {name: why for name, why in absent.items() if why}
        for turn in range(-1, ROUNDS):  # the first round warms up
            for each in asked:
                places = {
                    "api": (api, each.api),
                    "fifth": (fifth, small[each.name]),
                    "bare": (bare, f"/{each.name}/"),
                    "plain": (plain, each.plain),
                }
                for name, (server, path) in places.items():
                    if each.name in absent and name in {"api", "fifth"}:
                        continue
                    # Warming up stops early: what takes a second here would take minutes in rounds of a hundred.
                    cost = server.cost(
                        path, most=10 if turn < 0 else 100, seconds=2 if turn < 0 else 4
                    )
                    if turn >= 0:
                        costs.setdefault((each.name, name), []).append(cost)
            say(f"reads: round {turn + 1} of {ROUNDS}")
        rows = []
        for each in asked:
            found = {
                name: median(costs[each.name, name]) if (each.name, name) in costs else None
                for name in ("api", "bare", "plain", "fifth")
            }
            shown = absent.get(each.name) or number(found["api"])
            rows.append(
                [
                    each.title,
                    shown,
                    each.goal,
                    number(found["bare"]),
                    ratio(found["api"], found["bare"]),
                    number(found["plain"]),
                    ratio(found["plain"], found["api"]),
                    number(found["fifth"]),
                    ratio(found["api"], found["fifth"]),
                    "" if each.name in absent else str(statements(each.api)),
                    remarks[each.name],
                ]
            )
        yield (
            f"## Reading {events:,} events\n\n"
            "CPU milliseconds per request, server and PostgreSQL together: median of"
            f" {ROUNDS} rounds, in each as many requests as make 0.3 s of CPU time, at most 100. The goal is for 1,000,000"
            f" events. Growth is the API's cost beside its own with {events // 5:,} events.\n\n"
            + table(
                [
                    "",
                    "API",
                    "goal",
                    "bare view",
                    "API / bare",
                    "plain DRF",
                    "plain / API",
                    f"API, {events // 5:,}",
                    "growth",
                    "SQL statements",
                    "remarks",
                ],
                rows,
            )
        )
        yield "One worker of two, proportional memory after these reads: " + ", ".join(
            f"{name} {server.mib_per_worker():.0f} MiB"
            for name, server in (("API", api), ("bare view", bare), ("plain DRF", plain))
        )


def _absence(api: Server, path: str) -> str:
    """Say why a question has no answer yet; nothing when it has one. An address that is not there refuses parameters first."""
    status = api.ask(path)[0]
    if status == 200:
        return ""
    return "absent" if 404 in {status, api.ask(path.partition("?")[0])[0]} else f"answers {status}"


def make_indexes() -> None:
    """Give the plain API its indexes."""
    from benchmarks.plain import INDEXES  # noqa: PLC0415 - Django must be set up first
    from events.models import Event  # noqa: PLC0415

    with connection.cursor() as cursor:
        there = connection.introspection.get_constraints(cursor, Event._meta.db_table)
    missing = [index for index in INDEXES if index.name not in there]
    for index in missing:
        say(f"making the plain API's index {index.name}")
        with connection.schema_editor() as editor:
            editor.add_index(Event, index)
    if missing:
        with connection.cursor() as cursor:
            cursor.execute(f'VACUUM (ANALYZE) "{Event._meta.db_table}"')


def _remarks(each: Question, api: Server, bare: Server, plain: Server) -> str:
    """Compare the answers: what finds other events is no yardstick."""
    status, body = api.ask(each.api)
    if status != 200 or (mine := each.ids(body)) is None:
        return ""
    found = []
    for name, server, path in (
        ("bare view", bare, f"/{each.name}/"),
        ("plain DRF", plain, each.plain),
    ):
        theirs = each.ids(server.get(path)) or []
        if mine != theirs:
            found.append(f"{name}: {len(set(mine) & set(theirs))} of {len(mine)} events the same")
    return "; ".join(found)


def statements(path: str) -> int:
    """Return how many SQL statements a request takes."""
    with CaptureQueriesContext(connection) as captured:
        Client(SERVER_NAME="127.0.0.1").get(path)
    return len(captured)
