"""`as_of` over random histories: what was answered at an instant is answered as of it, but for what was withdrawn since."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlencode

import pytest

from benchmarks.candidates import SHAPING, Sample, candidates_for
from benchmarks.schema import declared
from config.api.as_of import Moment, seen
from config.api.docs import schema
from config.api.pagination import MAX_PAGE_SIZE
from events.models import EventPosting
from records.models import Edition, MomentPosting
from records.models import Moment as DatedFact
from records.registry import all_kinds
from tests.factories.answers import get
from tests.factories.changing_records import ChangingRecords
from tests.factories.instants import as_of, last_instant
from tests.factories.records import edition_of
from tests.factories.thorough import times

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.test import Client

    from records.registry import Kind

pytestmark = pytest.mark.django_db


#: Addresses besides that count, or are of all kinds.
SUMMED = times(10)
#: Things that happen before anything is asked, and then while it is.
STEPS = 14
#: Addresses that are asked between two steps, of so many for each list.
ASKED, QUESTIONS = times(25), times(20)


def questions(chance: random.Random) -> list[str]:
    """Lists with one to three filters each, with values that documents have or had; and every record by its id."""
    found = []
    for kind in all_kinds():
        known = _candidates(kind.resource, [kind])
        orderings = _declared(kind.resource)["ordering"]["schema"]["enum"]
        for _ in range(QUESTIONS):
            query = _drawn(chance, known, chance.choice([0, 1, 1, 2, 3]))
            if chance.random() < 0.5:
                query["ordering"] = chance.choice(orderings)
            found.append(f"{kind.resource}/?{urlencode(query)}&page_size={MAX_PAGE_SIZE}")
        found += [
            f"{kind.resource}/{ref}/?"
            for ref in kind.editions._default_manager.values_list("record_id", flat=True).distinct()
        ]
        found += [
            f"{kind.resource}/{quote(slug)}/?"
            for slug in kind.editions._default_manager.values_list("slug", flat=True).distinct()
        ]
    return [
        *found,
        "states/AA/?",
        "states/BB/?",
        "states/CC/?",
        "events/?state=AA&",
        "events/?topic=trade&",
    ]


def summaries(chance: random.Random) -> list[str]:
    """Counts of every list, the timeline and its counts, each with up to two filters."""
    known = {
        f"{kind.resource}/counts": _candidates(f"{kind.resource}/counts", [kind])
        for kind in all_kinds()
    }
    stream = [kind for kind in all_kinds() if kind.editions.stream]
    known |= {name: _candidates(name, stream) for name in ("timeline", "timeline/counts")}
    found = []
    for address, candidates in known.items():
        dimensions = candidates.pop("by", [])
        for _ in range(QUESTIONS if "timeline" in address else QUESTIONS // 3):
            query = _drawn(chance, candidates, chance.choice([0, 0, 1, 2]))
            if dimensions:
                query["by"] = ",".join(
                    chance.sample(dimensions, min(len(dimensions), chance.choice([1, 2])))
                )
            if address == "timeline":
                query["ordering"] = chance.choice(["date", "-date"])
            found.append(f"{address}/?{urlencode(query)}")
    return found


def _drawn(chance: random.Random, known: dict[str, list[str]], count: int) -> dict[str, str]:
    names = chance.sample(sorted(known), min(len(known), count))
    return {name: chance.choice(known[name]) for name in names}


def _candidates(resource: str, kinds: list[Kind]) -> dict[str, list[str]]:
    """Values for each parameter of an address that chooses records, as documents of these kinds have or had them."""
    sample = Sample()
    for kind in kinds:
        every = kind.editions._default_manager.exclude(document=None)
        sample.read([json.loads(text) for text in every.values_list("document", flat=True)])
    found = {}
    for name, parameter in _declared(resource).items():
        if name in SHAPING | {"ordering", "published_after"}:
            continue
        one = parameter["schema"].get("items", parameter["schema"])
        found[name] = candidates_for(name, one, sample)
    return {name: values for name, values in found.items() if values}


@cache
def _schema() -> dict[str, Any]:
    return schema()


def _declared(resource: str) -> dict[str, dict[str, Any]]:
    return declared(_schema(), resource)


def answers(
    client: Client, asked: Iterable[str], instant: datetime | None = None
) -> dict[str, Any]:
    """What is answered: the status, where it leads, and the body; a list without what it says of the question."""
    found = {}
    for address in asked:
        full = f"/api/v1/{address}" if instant is None else as_of(f"/api/v1/{address}", instant)
        response = client.get(full)
        body = json.loads(response.content) if response.content else None
        if isinstance(body, dict) and "results" in body:
            body["notes"] = [
                {**note, "suggestions": None} for note in body["notes"] if note["code"] != "as_of"
            ]
        elif response.status_code >= 400:
            body = _without_question(body)
        leads = response.headers.get("Location", "").partition("?")[0]
        found[address] = (response.status_code, leads, body)
    return found


def _without_question(problem: Any) -> Any:
    problem = {name: problem[name] for name in problem if name not in {"request_id", "instance"}}
    for error in problem.get("errors", ()):
        error["suggestion"] = None
    return problem


def hidden() -> set[str]:
    """The records of which nothing is served: withdrawn, or withdrawn when they were merged, or merged into such a one."""
    fates: dict[str, list[Edition]] = {}
    for kind in all_kinds():
        for edition in kind.editions._default_manager.order_by("revision"):
            fates.setdefault(str(edition.record_id), []).append(edition)

    def is_gone(key: str) -> bool:
        newest = fates[key][-1]
        if newest.action != "merged":
            return newest.action == "withdrawn"
        return fates[key][-2].action == "withdrawn" or is_gone(str(newest.merged_into))

    return {key for key in fates if is_gone(key)}


def every_edition() -> list[Edition]:
    return [one for kind in all_kinds() for one in kind.editions._default_manager.all()]


def address_of(edition: Edition) -> str:
    kind = next(kind for kind in all_kinds() if isinstance(edition, kind.editions))
    return f"{kind.resource}/{edition.record_id}/"


def history(
    client: Client, records: ChangingRecords, *, is_summed: bool = False
) -> tuple[dict[datetime, dict[str, Any]], Counter[str]]:
    """Let things happen, and note in between what is answered; return that by instant, and how often each thing happened."""
    deeds = Counter(records.step() for _ in range(STEPS))
    asked, summed = questions(records.chance), summaries(records.chance) if is_summed else []
    known = {}
    for _ in range(STEPS):
        gone = [address_of(edition_of(one)) + "?" for one in records.withdrawn]
        some = records.chance.sample(asked, ASKED) + records.chance.sample(
            summed, min(len(summed), SUMMED)
        )
        known[last_instant()] = answers(client, [*some, *gone])
        deeds[records.step()] += 1
    return known, deeds


def tells_of_another(address: str) -> bool:
    """Whether the list asks what other records say of its own: of people their tenures, of events the agreements."""
    asked = set(parse_qs(address.partition("?")[2]))
    held = asked - {"id", "identifier", "search", "source", "source__all", "source__not"}
    return (address.startswith("people/") and held > {"page_size"}) or "agreement" in asked


def test_what_was_answered_is_answered_as_of_then(client: Client) -> None:
    """Whatever happened since: edits, merges, and withdrawals that were taken back."""
    records = ChangingRecords(random.Random(1648), is_merged_when_withdrawn=False)  # noqa: S311 - reproducible, not secret
    known, deeds = history(client, records, is_summed=True)
    while records.withdrawn:
        records.restore_one()
    statuses = Counter[int]()

    for instant, before in known.items():
        for address, now in answers(client, before, instant).items():
            assert (address, now) == (address, before[address]), (instant, deeds)
            statuses[now[0]] += 1

    assert {*statuses} >= {200, 308, 410}, statuses
    told = [
        (address.partition("/?")[0], len(answer[2]["results"]))
        for before in known.values()
        for address, answer in before.items()
        if answer[0] == 200 and ("counts/" in address or "timeline/" in address)
    ]
    assert len({address for address, count in told if count}) >= 10, told
    assert len(deeds) == 8, deeds
    later = [one for one in every_edition() if one.revision == 1 and one.published_at > min(known)]
    assert len(later) > 1
    for edition in later:
        get(client, as_of(f"{address_of(edition)}?", min(known)), 404)
        get(client, as_of(f"{address_of(edition)}revisions/?", min(known)), 404)


def test_nothing_is_answered_of_what_is_withdrawn_now(client: Client) -> None:
    """Lists are as they were without it; its address says that it is gone, or leads to one that says so."""
    records = ChangingRecords(random.Random(1815))  # noqa: S311 - reproducible, not secret
    known, deeds = history(client, records)
    for _ in range(6):
        records.withdraw_one()
    records.merge_withdrawn()
    gone = hidden()
    names = gone | {one.slug for one in every_edition() if str(one.record_id) in gone}
    lists = Counter[bool]()

    for instant, before in known.items():
        for address, now in answers(client, before, instant).items():
            status, _leads, body = before[address]
            if names & set(re.split("[/?=,&]|%2C", address)):
                # By its name nobody gets it: neither as it was nor what names it.
                assert (
                    "?page_size" in address or "&page_size" in address or now[0] in {308, 404, 410}
                ), address
            elif status == 200 and "results" in body:
                results = [row for row in body["results"] if row["id"] not in gone]
                value = body["total"]["value"] - len(body["results"]) + len(results)
                left = {**body, "results": results, "total": {**body["total"], "value": value}}
                if tells_of_another(address):
                    assert all(row in results for row in now[2]["results"]), address
                else:
                    assert (address, now[2]) == (address, left), (instant, deeds)
                lists[results == body["results"]] += 1
            else:
                assert (address, now) == (address, before[address]), (instant, deeds)

    assert gone
    assert lists[True] > 50, lists
    assert lists[False] > 10, lists


def test_postings_of_then_are_those_that_stood_then() -> None:
    """A reader of the postings need not know of `as_of`."""
    records = ChangingRecords(random.Random(1871))  # noqa: S311 - reproducible, not secret

    def stated() -> set[Any]:
        facts = MomentPosting.objects.values_list("term", "date", "record_id", "place")
        return {*facts, *DatedFact.objects.values_list("kind", "length", "record_id", "place")}

    known = {}
    for _ in range(STEPS):
        known[last_instant()] = (set(EventPosting.objects.values_list()), stated())
        records.step()
    while records.withdrawn:
        records.restore_one()

    for instant, (postings, facts) in known.items():
        with seen(Moment(instant, is_final=True)):
            assert (stated() == facts, set(EventPosting.objects.values_list()) == postings) == (
                True,
                True,
            )
    assert len({frozenset(postings) for postings, _facts in known.values()}) > 3
    assert len({frozenset(facts) for _postings, facts in known.values()}) > 3
