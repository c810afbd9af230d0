"""`as_of`: what was answered at an instant is answered as of it ever after, but for what was withdrawn since."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.api.as_of import FINAL
from config.api.caching import CACHE_CONTROL
from people.models import StateCode
from records.models import Change, FormerMoment
from records.models import Moment as DatedFact
from records.publishing.merge import merge
from records.publishing.publish import publish, restore, withdraw
from tests.factories.answers import get, slugs
from tests.factories.events import (
    make_event,
    make_participation,
)
from tests.factories.instants import MICROSECOND, as_of, last_instant, written
from tests.factories.people import make_state
from tests.factories.records import make_topic, publish_whole, saved_and_published

if TYPE_CHECKING:
    from django.test import Client


pytestmark = pytest.mark.django_db


def test_a_record_is_then_what_it_was(client: Client) -> None:
    gold = saved_and_published(make_topic("gold"))
    before = last_instant()
    gold.label = "Golden"
    gold.save()
    publish(gold, by=None)
    after = last_instant()

    labels = [
        (
            get(client, as_of("topics/gold/", instant))["label"],
            slugs(client, as_of("topics/?search=golden", instant)),
        )
        for instant in (before, after - MICROSECOND, after)
    ]
    assert labels == [("Gold", []), ("Gold", []), ("Golden", ["gold"])]
    get(client, as_of("topics/gold/", before - MICROSECOND), 404)
    assert get(client, as_of("topics/", before - MICROSECOND))["results"] == []
    steps = get(client, as_of("topics/gold/revisions/", before))["results"]
    assert [step["revision"] for step in steps] == [1]
    get(client, as_of("topics/gold/revisions/", before - MICROSECOND), 404)


def test_one_that_was_merged_since_is_as_it_was_and_later_leads_to_the_survivor_then(
    client: Client,
) -> None:
    gold, silver = (saved_and_published(make_topic(code)) for code in ("gold", "silver"))
    before = last_instant()
    merge(silver, gold, by=None, reason="The same.")
    after = last_instant()

    assert get(client, as_of("topics/silver/", before))["label"] == "Silver"
    assert slugs(client, as_of("topics/?id=silver", before)) == ["silver"]
    moved = client.get(as_of(f"/api/v1/topics/{silver.pk}/", after))
    assert (moved.status_code, moved.headers["Location"]) == (
        308,
        as_of(f"/api/v1/topics/{gold.pk}/", after),
    )
    assert slugs(client, as_of("topics/?id=silver", after)) == ["gold"]


def test_one_that_was_withdrawn_since_is_gone_from_every_instant(client: Client) -> None:
    gold, tin = (saved_and_published(make_topic(code)) for code in ("gold", "tin"))
    before = last_instant()
    withdraw(tin, by=None, reason="It was never there.")
    during = last_instant()

    for instant in (before, during):
        problem = get(client, as_of("topics/tin/", instant), 410)
        assert (problem["reason"], problem["withdrawn_at"]) == (
            "It was never there.",
            written(during),
        )
        answer = get(client, as_of("topics/", instant))
        assert [row["slug"] for row in answer["results"]] == ["gold"]
        assert answer["total"] == {"value": 1, "relation": "eq"}
        assert [note["code"] for note in answer["notes"]] == ["as_of"]
        assert slugs(client, as_of("topics/?id=tin", instant)) == []
    restore(tin, by=None)
    assert slugs(client, as_of("topics/", before)) == ["gold", "tin"]
    get(client, as_of("topics/tin/", during), 410)
    assert gold.pk


@pytest.mark.parametrize("is_first_withdrawn", [True, False])
def test_nothing_of_one_that_was_withdrawn_comes_back_by_a_merge(
    client: Client,
    is_first_withdrawn: bool,  # noqa: FBT001 - a case
) -> None:
    gold, tin = (saved_and_published(make_topic(code)) for code in ("gold", "tin"))
    before = last_instant()
    if is_first_withdrawn:
        withdraw(tin, by=None, reason="It was never there.")
    merge(tin, gold, by=None, reason="The same.")
    if not is_first_withdrawn:
        withdraw(gold, by=None, reason="It was never there.")

    left = [] if not is_first_withdrawn else ["gold"]
    assert slugs(client, as_of("topics/", before)) == left
    assert client.get(as_of(f"/api/v1/topics/{tin.pk}/", before)).status_code == 308
    problem = get(client, f"topics/{tin.pk}/revisions/1/", 410)
    assert problem["reason"] == "It was never there."
    get(client, "topics/gold/revisions/1/", 200 if is_first_withdrawn else 410)


def test_nothing_of_one_comes_back_when_its_withdrawn_survivor_is_merged(client: Client) -> None:
    gold, tin, lead, iron = (
        saved_and_published(make_topic(code)) for code in ("gold", "tin", "lead", "iron")
    )
    before = last_instant()
    merge(tin, lead, by=None, reason="The same.")
    merge(lead, iron, by=None, reason="The same.")
    withdraw(iron, by=None, reason="It was never there.")
    merge(iron, gold, by=None, reason="The same.")

    assert slugs(client, as_of("topics/", before)) == ["gold"]
    for gone in (tin, lead, iron):
        problem = get(client, f"topics/{gone.pk}/revisions/1/", 410)
        assert problem["reason"] == "It was never there."
        assert client.get(f"/api/v1/topics/{gone.pk}/").status_code == 308
    get(client, "topics/gold/revisions/1/", 200)


FAULTS = {
    "2026-05-01": "invalid_instant",
    "2026-05-01T00:00:00": "invalid_instant",
    "2026-05-01T00:00:00+02:00": "invalid_instant",
    "yesterday": "invalid_instant",
    "2999-05-01T00:00:00Z": "out_of_range",
    "": "empty_value",
}


@pytest.mark.parametrize(("text", "code"), FAULTS.items())
def test_an_instant_has_an_offset_and_lies_in_the_past(
    client: Client, text: str, code: str
) -> None:
    for address in (
        "topics/",
        "topics/counts/",
        "topics/gold/",
        "topics/gold/revisions/",
        "relations/AA/BB/",
        "timeline/",
        "timeline/counts/",
    ):
        problem = get(client, f"{address}?as_of={text}", 400)
        assert [(one["code"], one["parameter"]) for one in problem["errors"]] == [(code, "as_of")]
    get(client, f"topics/gold/revisions/1/?as_of={text}", 400)


def test_what_cannot_change_any_more_may_be_kept(client: Client) -> None:
    gold = saved_and_published(make_topic("gold"))
    first = last_instant()
    gold.label = "Golden"
    gold.save()
    publish(gold, by=None)
    last = last_instant()
    for address in (
        "topics/gold/",
        "topics/",
        "topics/gold/revisions/",
        "topics/counts/",
        "timeline/",
        "timeline/counts/",
    ):
        found = {
            instant: client.get(as_of(f"/api/v1/{address}", instant)) for instant in (first, last)
        }
        assert found[first].headers["Cache-Control"] == FINAL
        # Somebody may be publishing at this very instant.
        assert found[last].headers["Cache-Control"] == CACHE_CONTROL
        again = client.get(
            as_of(f"/api/v1/{address}", first),
            headers={"If-None-Match": found[first].headers["ETag"]},
        )
        assert (again.status_code, again.headers["Cache-Control"]) == (304, FINAL)
    assert client.get("/api/v1/topics/gold/").headers["Cache-Control"] == CACHE_CONTROL


def test_pages_of_an_instant_follow_one_another_whatever_is_published_meanwhile(
    client: Client,
) -> None:
    topics = [saved_and_published(make_topic(f"topic-{number}")) for number in range(5)]
    instant = last_instant()
    address = as_of("/api/v1/topics/?page_size=2", instant)
    found = []
    while address:
        page = client.get(address).json()
        found += [row["label"] for row in page["results"]]
        address = (page["next"] or "").removeprefix("http://testserver")
        for topic in topics:
            topic.label = f"{topic.label}!"
            topic.save()
        publish(*topics, by=None)
        saved_and_published(make_topic(f"a-{len(found)}"))

    assert found == [f"Topic {number}" for number in range(5)]
    other = client.get(as_of("/api/v1/topics/?page_size=2", instant)).json()["next"]
    moved = other.replace(written(instant), written(last_instant()))
    assert (
        get(client, moved.partition("/api/v1/")[2], 400)["errors"][0]["code"] == "cursor_mismatch"
    )


def test_what_states_the_same_facts_keeps_none() -> None:
    talks = make_event("Talks", when="2024-03")
    publish_whole(talks)
    for title, when, kept in (("Long talks", "2024-03", 0), ("Talks", "2025", 1), ("Talks", "", 2)):
        talks.title, talks.when = title, when
        talks.save()
        publish(talks, by=None)
        assert FormerMoment.objects.count() == kept
    withdraw(talks, by=None, reason="No.")
    assert (DatedFact.objects.count(), FormerMoment.objects.count()) == (0, 3)
    ends = FormerMoment.objects.order_by("until").values_list("since", "until")
    changes = Change.objects.filter(kind="event").order_by("position").values_list("at", flat=True)
    first, _renamed, second, third, gone = changes
    assert [*ends] == [(first, second), (second, third), (third, gone)]


def test_downloads_of_an_instant_have_what_its_pages_have(client: Client) -> None:
    talks = make_event("Talks", when="2024-03", slug="talks")
    publish_whole(talks)
    instant = last_instant()
    talks.title, talks.when = "Long talks", "2025"
    talks.save()
    publish(talks, by=None)
    publish_whole(make_event("Visit", when="2024-04"))

    for address in (
        "events/?",
        "events/counts/?by=year",
        "timeline/?kind=event",
        "timeline/counts/?by=year,kind",
    ):
        page = get(client, as_of(address, instant))
        response = client.get(as_of(f"/api/v1/{address}&format=ndjson", instant))
        *lines, trailer = map(json.loads, b"".join(response).splitlines())
        assert lines == page["results"] != get(client, address)["results"]
        assert (trailer["complete"], trailer["count"]) == (True, 1)
        assert json.loads(response.headers["X-Notes"])[0]["code"] == "as_of"


def test_codes_and_trees_are_those_of_then(client: Client) -> None:
    trade, grain = make_topic("trade"), make_topic("grain")
    grain.broader = trade
    grain.save()
    aland, bordur = make_state("Aland", alpha_2="QQ"), make_state("Bordur")
    event = make_event("Talks", topics=(grain,), slug="talks")
    make_participation(event, aland)
    publish_whole(event, trade, bordur)
    before = last_instant()
    grain.refresh_from_db()
    grain.broader = None
    grain.save()
    StateCode.objects.filter(state=aland).update(state=bordur)
    publish(grain, aland, bordur, by=None)

    assert slugs(client, "events/?topic=trade") == slugs(client, "events/?state=QQ") == []
    for asked in ("topic=trade", "state=QQ"):
        assert slugs(client, as_of(f"events/?{asked}", before)) == ["talks"], asked
    assert get(client, as_of("states/QQ/", before))["label"] == "Aland"
    assert get(client, "states/QQ/")["label"] == "Bordur"


def test_an_instant_costs_one_statement_more(client: Client) -> None:
    event = make_event("Talks", slug="talks")
    publish_whole(event)
    instant = last_instant()
    for address in (
        "events/talks/",
        "events/",
        "events/?type=talk&state=AA",
        "events/?search=talks",
        "events/counts/?by=year,type&state=AA",
        "timeline/?state=AA&date_after=2020",
        "timeline/counts/?by=year&kind=event",
    ):
        client.get(f"/api/v1/{address}")  # reads how often values occur, for ten minutes
        with CaptureQueriesContext(connection) as now:
            client.get(f"/api/v1/{address}")
        with CaptureQueriesContext(connection) as then:
            client.get(as_of(f"/api/v1/{address}", instant))
        assert len(then) == len(now) + 1, address


def test_nobody_reads_the_future(client: Client) -> None:
    publish_whole(make_event("Talks", slug="talks"))
    soon = timezone.now() + timedelta(hours=1)
    get(client, as_of("events/", soon), 400)
