"""Whatever combination of filters is asked of any list: as many rows as it counts, each once, in the order that was asked."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.db import connection

from benchmarks.candidates import SHAPING, Sample, candidates_for
from benchmarks.schema import declared
from config.api.docs import schema
from records.registry import all_kinds
from records.ways import bounds, frequencies
from tests.factories.every_kind import EVERY_KIND
from tests.factories.records import publish_whole
from tests.factories.story import load_story
from tests.factories.thorough import times

if TYPE_CHECKING:
    from django.test import Client

    from records.registry import Kind

pytestmark = pytest.mark.django_db

COMBINATIONS = times(250)
#: Columns that are not called as the orderings that they make.
COLUMNS = {"label": "sort_label", "start": "date", "signed": "date"}
#: Values of one parameter that are distinguished.
VALUES = 12
#: Documents of each kind that are asked for by what they hold.
DOCUMENTS = 6


@pytest.fixture(scope="module")
def lists(module_transaction: None) -> list[Kind]:
    """The sample story, and beside it records of every kind with all their parts."""
    load_story()
    publish_whole(*[maker.with_parts(2) for maker in EVERY_KIND.values() for _ in range(3)])
    with connection.cursor() as cursor:
        for kind in all_kinds():
            cursor.execute(f'ANALYZE "{kind.editions._meta.db_table}"')
    return list(all_kinds())


def test_every_combination_is_counted_as_it_is_crawled(
    client: Client, lists: list[Kind], monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(1848)  # noqa: S311 - reproducible, not secret
    values = {kind.name: _values(kind, chance) for kind in lists}
    orders = {kind.name: _orders(kind) for kind in lists}
    asked, found = Counter[str](), Counter[str]()
    refused: dict[str, str] = {}
    while asked.total() < COMBINATIONS:
        kind = chance.choice(lists)
        known = chance.choice(values[kind.name])
        names = chance.sample(sorted(known), chance.choice([1, 1, 2, 2, 3, 4]))
        query = {name: chance.choice(known[name]) for name in names}
        ordering = chance.choice(sorted(orders[kind.name]))
        address = f"/api/v1/{kind.resource}/?{urlencode(query)}&ordering={ordering}&fields=id"
        with monkeypatch.context() as patched:
            _keep_walks_as_they_are(patched)
            response = client.get(f"{address}&page_size=200")
            if response.status_code == 400:
                refused.update({each["code"]: address for each in response.json()["errors"]})
                continue
            ids, _totals = _crawl(client, response)
        # A dozen pages at the most.
        size = max(chance.choice([1, 3, 7]), len(ids) // 11)
        with monkeypatch.context() as patched:
            chance.choice([_shorten_walks, _shorten_walks, _walk_always, _keep_walks_as_they_are])(
                patched
            )
            crawled, totals = _crawl(client, client.get(f"{address}&page_size={size}"))

        assert (address, crawled) == (address, ids)
        assert (address, totals) == (address, {(len(ids), "eq")})
        assert (address, len(set(ids))) == (address, len(ids))
        places = orders[kind.name][ordering]
        assert (address, ids) == (address, sorted(ids, key=places.__getitem__))
        asked[kind.name] += 1
        found[kind.name] += bool(ids)

    # What is asked finds something, of each list, and hardly anything is asked in vain.
    assert set(asked) == {kind.name for kind in lists}
    shares = {name: (found[name], count) for name, count in asked.items()}
    assert min(found[kind.name] for kind in lists) >= 2, shares
    assert found.total() > COMBINATIONS / 4, shares
    # Of documents that have no word of a closed list, any other word is asked for, and refused.
    foreseen = {"missing_parameter", "reversed_range", "invalid_pair", "invalid_choice"}
    assert set(refused) <= foreseen, refused


def _values(kind: Kind, chance: random.Random) -> list[dict[str, list[str]]]:
    """Return values for every parameter: of all documents together, and such as one of them finds, for some of them."""
    texts = list(kind.editions._default_manager.current().values_list("document", flat=True))
    some = chance.sample(texts, min(len(texts), DOCUMENTS))
    return [_such_as(kind, texts), *(_such_as(kind, [text]) for text in some)]


def _such_as(kind: Kind, texts: list[str]) -> dict[str, list[str]]:
    sample = Sample()
    sample.read([json.loads(text) for text in texts])
    known = {}
    for name, parameter in _declared(kind).items():
        if name in SHAPING | {"ordering"}:
            continue
        one = parameter["schema"].get("items", parameter["schema"])
        found = candidates_for(name, one, sample)
        if len(texts) == 1 and "enum" in one:
            found = [word for word in found if f'"{word}"' in texts[0]] or found
        # Where documents have no value that the parameter takes, its schema does.
        fits = re.compile(one.get("pattern", ""))
        found = [word for word in found if fits.search(word)][:VALUES] or one.get("examples", [])
        if found:
            known[name] = found
    return known


@cache
def _schema() -> dict[str, Any]:
    return schema()


def _declared(kind: Kind) -> dict[str, dict[str, Any]]:
    return declared(_schema(), kind.resource)


def _orders(kind: Kind) -> dict[str, dict[str, int]]:
    """Return the place of every record in each order of its list: undated ones last, whichever way, and ids at the end."""
    orders = {}
    for ordering in _declared(kind)["ordering"]["schema"]["enum"]:
        name = COLUMNS.get(ordering.removeprefix("-"), ordering.removeprefix("-"))
        rows = list(kind.editions._default_manager.current().values_list(name, "record_id"))
        is_turned = ordering.startswith("-")
        unknown = date.min if is_turned else date.max
        rows.sort(key=lambda row: (row[0] or unknown, row[1]), reverse=is_turned)
        orders[ordering] = {str(key): place for place, (_value, key) in enumerate(rows)}
    return orders


def _keep_walks_as_they_are(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(frequencies, "_KNOWN", {})


def _shorten_walks(patched: pytest.MonkeyPatch) -> None:
    """Let every walk end before its page is full, so that rows are found the other way too."""
    patched.setattr(frequencies, "_KNOWN", {})
    patched.setattr(bounds, "FEW", 0)
    patched.setattr(bounds, "WALKED", 5)
    patched.setattr(bounds, "FOLLOWED", 3)
    patched.setattr(bounds, "ASKED", 3)
    patched.setattr(bounds, "READ_FIRST", 2)
    patched.setattr(bounds, "SORTED", 2)
    patched.setattr(bounds, "READ", 4)


def _walk_always(patched: pytest.MonkeyPatch) -> None:
    """Let every list that can be walked in order be walked, however few rows there are."""
    patched.setattr(frequencies, "_KNOWN", {})
    patched.setattr(bounds, "FEW", 0)
    patched.setattr(bounds, "SORTED", 0)
    patched.setattr(bounds, "MANY", 0)
    patched.setattr(bounds, "READ_FIRST", 0)


def _crawl(client: Client, response: Any) -> tuple[list[str], set[tuple[int, str]]]:
    """Turn all pages from the first one on: the ids of the rows, and what each page says is their number."""
    found: list[str] = []
    totals = set()
    while True:
        page = _page(response)
        found += [row["id"] for row in page["results"]]
        totals.add((page["total"]["value"], page["total"]["relation"]))
        if not page["next"]:
            return found, totals
        response = client.get(page["next"].removeprefix("http://testserver"))


def _page(response: Any) -> dict[str, Any]:
    page: dict[str, Any] = json.loads(response.content)
    assert response.status_code == 200, page
    return page
