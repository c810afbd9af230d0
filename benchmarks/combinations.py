"""Combinations of filters, made from the schema: which are expensive, and how many cost more than they may.

For every query parameter of the lists below, values are looked for that find something: by asking the API with what its own
documents name. Then all pairs of the parameters of events, each twice with other values, and pairs and triples of those of the
other lists at random are asked. The seed fixes the order; a run that ends early has asked a fair sample.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from benchmarks.candidates import SHAPING, Query, Sample, candidates_for, merged
from benchmarks.databases import MAIN
from benchmarks.progress import say
from benchmarks.schema import PREFIX, parameters
from benchmarks.serving import API, Server, served
from benchmarks.tables import number, table

if TYPE_CHECKING:
    from collections.abc import Iterator


SEED = 1815
RESOURCES = (
    "events", "agreements", "people", "tenures", "statements", "relations", "organizations", "offices",
)  # fmt: skip
#: What the bound of performance.md is: CPU milliseconds of any question.
BOUND = 20
DEAREST = 30
TRIPLES_OF_EVENTS = 250
OTHERS = 200  #: pairs and triples of each other list


@dataclass(frozen=True)
class Asked:
    """One question and what it cost."""

    path: str
    seconds: float  #: by the clock, the faster of two answers
    milliseconds: float  #: CPU


def measure(minutes: float) -> Iterator[str]:
    """Yield the parts of the report."""
    with served(API, MAIN) as api:
        dice = random.Random(SEED)  # noqa: S311 - reproducible, not secret
        questions, without = [], {}
        for resource in RESOURCES:
            values, without[resource] = _values(api, resource)
            say(f"combinations: values for {len(values)} parameters of {resource}/")
            questions += _questions(resource, values, dice)
        questions = list(dict.fromkeys(questions))
        dice.shuffle(questions)
        asked, refused = _ask_all(api, questions, minutes * 60)
        asked = _measure_again(api, asked)
    dear = sorted(asked, key=lambda each: -each.milliseconds)
    DEAREST_OF_RUN[:] = [each.path for each in dear[:1]]
    over = sum(each.milliseconds > BOUND for each in asked)
    say(f"combinations: {over} of {len(asked)} cost more than {BOUND} ms")
    text = (
        "## Filter combinations\n\n"
        f"{len(questions):,} made from the schema, {len(asked):,} answered; {over:,} cost more than {BOUND} ms of CPU,"
        f" {sum(each.milliseconds > 10 * BOUND for each in asked):,} more than {10 * BOUND} ms."
    )
    if left := len(questions) - len(asked) - sum(refused.values()):
        text += f" {left:,} were not asked: {minutes:g} minutes were over."
    if refused:
        text += (
            " Refused: "
            + ", ".join(f"{count:,} with {why}" for why, count in refused.most_common())
            + "."
        )
    for resource, names in without.items():
        if names:
            text += f" No value was found for {', '.join(names)} of {resource}/."
    rows = [
        [
            number(each.milliseconds),
            number(each.seconds * 1000),
            f"`{each.path.removeprefix(PREFIX)}`",
        ]
        for each in dear[:DEAREST]
    ]
    yield f"{text}\n\n" + table(["CPU ms", "wall ms", f"the {DEAREST} dearest"], rows)


#: The dearest question of this run, for the pressure test.
DEAREST_OF_RUN: list[str] = []


def _values(api: Server, resource: str) -> tuple[dict[str, list[Query]], list[str]]:
    """Return for each parameter what asks with it, the commonest first; and the parameters for which nothing was found."""
    sample, known = Sample(), parameters(api, resource)
    orders = [""] + [
        f"&ordering={order}"
        for order in known.get("ordering", {}).get("schema", {}).get("enum", [])
    ]
    for order in orders:
        # Some of each, from both ends: what stands first in one order is not what is common.
        path = f"{PREFIX}{resource}/?page_size=200&count=none{order}"
        for _ in range(2):
            page = json.loads(api.get(path))
            sample.read(page["results"])
            if not page["next"]:
                break
            path = "/" + page["next"].split("/", 3)[3]
    found: dict[str, list[Query]] = {}
    refused: dict[str, list[str]] = {}
    for name, parameter in known.items():
        if name in SHAPING:
            continue
        candidates = candidates_for(name, parameter["schema"], sample)
        if values := _that_answer(api, resource, name, parameter["schema"], candidates):
            found[name] = [{name: value} for value in values]
        else:
            refused[name] = candidates
    # Some are taken only beside another one.
    for name, candidates in refused.items():
        for mate in [queries[0] for queries in found.values()] if candidates else []:
            query = {**mate, name: candidates[0]}
            if api.ask(_path(resource, query))[0] == 200:
                found[name] = [{**mate, name: value} for value in candidates[:3]]
                break
    return found, [name for name in refused if name not in found]


def _that_answer(
    api: Server, resource: str, name: str, schema: dict[str, Any], candidates: list[str]
) -> list[str]:
    """Return values that find something, and one that finds nothing of a closed list or where none does."""
    finding, empty = list[str](), list[str]()
    for value in candidates:
        status, body = api.ask(_path(resource, {name: value, "page_size": "1", "count": "none"}))
        if status == 200:
            (finding if json.loads(body)["results"] else empty).append(value)
        if len(finding) == 4:
            break
    is_closed = "enum" in schema.get("items", schema)
    values = finding + (empty[:1] if is_closed or not finding else [])
    if (
        schema.get("type") == "array"
        and not is_closed
        and len(finding) > 1
        and "," not in finding[0]
    ):
        values.append(f"{finding[0]},{finding[1]}")
    return values


def _questions(resource: str, values: dict[str, list[Query]], dice: random.Random) -> list[str]:
    """Make the questions of one list: each parameter alone, then pairs and triples."""
    names = sorted(values)
    made = [query for name in names for query in values[name]]
    if resource == "events":
        pairs = list(combinations(names, 2))
        # The commonest values once: what finds most is often, not always, the dearest.
        made += [merged(values[name][0] for name in pair) for pair in pairs]
        chosen = [*pairs, *pairs, *(tuple(dice.sample(names, 3)) for _ in range(TRIPLES_OF_EVENTS))]
    else:
        chosen = [tuple(dice.sample(names, dice.choice([2, 2, 3]))) for _ in range(OTHERS)]
    made += [merged(dice.choice(values[name]) for name in those) for those in chosen]
    return [_path(resource, query) for query in made]


def _path(resource: str, query: Query) -> str:
    return f"{PREFIX}{resource}/?{urlencode(query, safe=',:')}"


def _ask_all(api: Server, questions: list[str], seconds: float) -> tuple[list[Asked], Counter[str]]:
    """Ask each twice, or once when that took long; what the API refuses is counted by its reason."""
    asked, refused, started = [], Counter[str](), time.monotonic()
    for done, path in enumerate(questions, 1):
        if time.monotonic() - started > seconds:
            break
        fastest = cheapest = float("inf")
        for _ in range(2):
            before, cpu = time.monotonic(), api.cpu()
            status, body = api.ask(path)
            took = time.monotonic() - before
            # The lesser of two: what the database does on the side is not the question's.
            cheapest, fastest = min(cheapest, api.cpu() - cpu), min(fastest, took)
            if status != 200 or took > 0.5:
                break
        if status in {0, 200, 503}:  # too expensive to be answered is an answer too
            asked.append(Asked(path, fastest, cheapest * 1000))
        if status != 200:
            problem: dict[str, Any] = json.loads(body or b"{}")
            faults = [fault.get("code") for fault in problem.get("errors", [])] or [
                problem.get("code")
            ]
            refused[f"{status} {faults[0]}"] += status not in {0, 503}
            if status == 0 or status >= 500:
                say(f"{path} answered {status} {faults[0]}")
        say(f"combinations: asked {done:,} of {len(questions):,}", passing=True)
    return asked, +refused


def _measure_again(api: Server, asked: list[Asked]) -> list[Asked]:
    """Measure the dearest with more requests, so that the table is right."""
    dearest = sorted(asked, key=lambda each: -each.milliseconds)
    again = []
    for place, each in enumerate(dearest[: 2 * DEAREST], 1):
        again.append(Asked(each.path, each.seconds, api.cost(each.path, most=20, seconds=3)))
        say(f"combinations: measured {place:,} again", passing=True)
    return again + dearest[2 * DEAREST :]
