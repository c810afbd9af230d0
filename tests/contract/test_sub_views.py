"""What lies below one record goes where the record goes: one test for every such address, which the schema lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from config.api.as_of import FINAL
from config.api.docs import schema
from records.models import Change
from records.publishing.merge import merge
from records.publishing.publish import withdraw
from records.registry import all_kinds
from tests.factories.answers import get
from tests.factories.every_kind import EVERY_KIND
from tests.factories.records import publish_whole

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

pytestmark = pytest.mark.django_db

#: Lists of what was published of a record are never moved, and say that it is gone.
REVISIONS = "revisions"


def sub_views() -> list[tuple[str, str, str]]:
    """Kind, resource and last part of every address below a record."""
    kinds = {kind.resource: kind.name for kind in all_kinds()}
    found = []
    for path in schema()["paths"]:
        parts = re.fullmatch(r"/api/v1/([a-z-]+)/\{ref\}/([a-z]+)/", path)
        if parts and parts[2] != REVISIONS:
            found.append((kinds[parts[1]], parts[1], parts[2]))
    return sorted(found)


def records(name: str, count: int) -> list[Any]:
    """So many published records of a kind."""
    made = [EVERY_KIND[name].make(slug=f"one-{number}") for number in range(count)]
    publish_whole(*made)
    return [type(one)._default_manager.get(pk=one.pk) for one in made]


def now() -> datetime:
    return Change.objects.latest("position").at


def as_of(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def test_there_are_such_addresses() -> None:
    assert sub_views() == [
        ("agreement", "agreements", "parties"),
        ("office", "offices", "holders"),
        ("person", "people", "tenures"),
    ]


def test_they_go_where_the_record_goes(client: Client) -> None:
    for name, resource, below in sub_views():
        kept, same, wrong = records(name, 3)
        before = now()
        merge(same, kept, by=None, reason="The same.")
        withdraw(wrong, by=None, reason="There was none.")
        after = now()
        draft = EVERY_KIND[name].make(slug="a-draft")

        for ref in (same.slug, same.slug.upper(), same.pk):
            # What is asked is read first.
            get(client, f"{resource}/{ref}/{below}/?as_of=1950", 400)
            for query in ("", "?on=1950", f"?on=1950&as_of={as_of(after)}"):
                moved = client.get(f"/api/v1/{resource}/{ref}/{below}{query}")
                assert moved.status_code == 308, (below, ref)
                assert moved.headers["Location"] == f"/api/v1/{resource}/{kept.pk}/{below}/{query}"
        for ref in (wrong.slug, wrong.pk):
            for query in ("", f"?as_of={as_of(after)}", f"?as_of={as_of(before)}"):
                problem = get(client, f"{resource}/{ref}/{below}/{query}", 410)
                assert (problem["code"], problem["reason"]) == ("withdrawn", "There was none.")
        for ref in ("a-draft", draft.pk, "never-there", "wikidata:Q1", "a%00b", "x" * 300):
            for query in ("", f"?as_of={as_of(after)}"):
                problem = get(client, f"{resource}/{ref}/{below}/{query}", 404)
                assert problem["code"] == "not_found"


def test_they_are_asked_as_of_an_instant(client: Client) -> None:
    """A record is there from its publication on, one that was merged since until then, and what is past may be kept."""
    for name, resource, below in sub_views():
        unborn = now() if Change.objects.exists() else timezone.now()
        kept, same = records(name, 2)
        address = f"/api/v1/{resource}/{same.pk}/{below}/?as_of="
        before = now()
        asked = client.get(f"{address}{as_of(before)}").content
        merge(same, kept, by=None, reason="The same.")

        response = client.get(f"{address}{as_of(before)}")

        assert (response.status_code, response.content) == (200, asked), below
        assert response.headers["Cache-Control"] == FINAL
        again = client.get(
            f"{address}{as_of(before)}", headers={"If-None-Match": response.headers["ETag"]}
        )
        assert (again.status_code, again.headers["Cache-Control"]) == (304, FINAL)
        assert client.get(f"{address}{as_of(unborn)}").status_code == 404
        for text, code in (
            ("2026-05-01", "invalid_instant"),
            ("2999-01-01T00:00:00Z", "out_of_range"),
            ("", "empty_value"),
        ):
            problem = get(client, f"{address}{text}".removeprefix("/api/v1/"), 400)
            assert [(one["code"], one["parameter"]) for one in problem["errors"]] == [
                (code, "as_of")
            ]


def test_they_take_fields(client: Client) -> None:
    """Of the document, or of each row of a list; where a row is a document, its `id` and `object` stay."""
    for name, resource, below in sub_views():
        record = EVERY_KIND[name].with_parts(2)
        publish_whole(record, *(record.tenures.all() if hasattr(record, "tenures") else ()))
        address = f"{resource}/{record.pk}/{below}/"
        whole = get(client, address)
        is_list = "results" in whole
        rows = whole["results"] if is_list else [whole]
        assert rows, below
        names = list(rows[0])
        first, last = names[0], names[-1]
        stays = {"id", "object"} if {"id", "object"} <= set(names) else set()

        picked = get(client, f"{address}?fields={first},{last}")
        left = get(client, f"{address}?omit={first},{last}")

        for answer, kept in ((picked, {first, last}), (left, set(names) - {first, last})):
            expected = [{key: row[key] for key in names if key in kept | stays} for row in rows]
            assert (answer["results"] if is_list else [answer]) == expected, below
        problem = get(client, f"{address}?fields={first},nothing&omit=nowhere", 400)
        assert [(one["code"], one["parameter"]) for one in problem["errors"]] == [
            ("unknown_field", "fields"),
            ("unknown_field", "omit"),
        ]
