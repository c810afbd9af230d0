"""The change feed as others read it."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.api.formats import Format, Json
from events.models import Event
from people.models import Office, State
from records.api import changes
from records.api.changes import Asked, ChangesView
from records.models import Change, ChangeOfState, Nature, Topic
from records.publishing.merge import merge
from records.publishing.pruning import prune
from records.publishing.publish import publish, restore, withdraw
from records.registry import all_kinds
from tests.factories.answers import get
from tests.factories.copies import states_in
from tests.factories.events import make_event, make_participation, make_relation
from tests.factories.people import make_office, make_state, make_tenure
from tests.factories.records import make_topic, publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

LONG = "public, max-age=31536000, immutable"


def at(position: int) -> str:
    return Change.objects.get(pk=position).at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def positions(client: Client, query: str) -> list[int]:
    return [change["position"] for change in get(client, f"changes/?{query}")["results"]]


def scopes(client: Client, query: str) -> list[tuple[int, str]]:
    found = get(client, f"changes/?{query}")["results"]
    return [(change["position"], change["scope"]) for change in found]


def test_the_feed_tells_the_whole_life_of_records(client: Client) -> None:
    topic, other = make_topic("mining"), make_topic("mines")
    publish(topic, other, by=None, reason="New.")
    topic.label = "Mining and quarrying"
    topic.alternative_labels = ["Extraction"]
    topic.save()
    publish(topic, by=None, reason="Its name is longer.", nature=Nature.RECODING)
    withdraw(topic, by=None, reason="Entered twice.")
    restore(topic, by=None, reason="It was not.")
    merge(other, topic, by=None, reason="The same.")

    answer = get(client, "changes/")

    plain: dict[str, Any] = {
        "nature": None,
        "object": "topic",
        "merged_into": None,
        "changed": [],
        "scope": None,
    }
    mining = {**plain, "id": str(topic.pk), "url": f"/api/v1/topics/{topic.pk}/"}
    mines = {**plain, "id": str(other.pk), "url": f"/api/v1/topics/{other.pk}/"}
    first, second = sorted((mining, mines), key=lambda change: UUID(str(change["id"])))
    expected = [
        {**first, "action": "published", "revision": 1, "reason": "New."},
        {**second, "action": "published", "revision": 1, "reason": "New."},
        {
            **mining,
            "action": "updated",
            "nature": "recoding",
            "revision": 2,
            "reason": "Its name is longer.",
            "changed": ["/label", "/alternative_labels"],
        },
        {**mining, "action": "withdrawn", "revision": 3, "reason": "Entered twice."},
        {**mining, "action": "restored", "revision": 4, "reason": "It was not."},
        {
            **mines,
            "action": "merged",
            "revision": 2,
            "reason": "The same.",
            "merged_into": str(topic.pk),
        },
    ]
    assert answer == {
        "results": [
            {**change, "position": place, "at": at(place)}
            for place, change in enumerate(expected, start=1)
        ],
        "next": None,
        "previous": None,
        "total": None,
        "notes": [],
        "position": 6,
    }


def test_an_empty_feed_has_a_position_to_go_on_from(client: Client) -> None:
    answer = get(client, "changes/?after=0")

    assert (answer["results"], answer["next"], answer["position"]) == ([], None, 0)


def test_pages_lead_through_the_feed_and_full_ones_stay_as_they_are(client: Client) -> None:
    publish(*[make_topic() for _ in range(5)], by=None)
    address, pages = "/api/v1/changes/?page_size=2&object=topic", []
    while address:
        response = client.get(address)
        answer = response.json()
        pages.append(
            (
                [change["position"] for change in answer["results"]],
                answer["position"],
                response.headers["Cache-Control"],
            )
        )
        link = response.headers.get("Link")
        address = answer["next"]
        assert link == (f'<{address}>; rel="next"' if address else None)
    assert pages == [
        ([1, 2], 2, LONG),
        ([3, 4], 4, LONG),
        ([5], 5, "public, max-age=60"),
    ]

    publish(make_topic(), by=None)

    assert positions(client, "page_size=2&object=topic&after=4") == [5, 6]
    assert (
        get(client, "changes/?page_size=2&after=2")["next"]
        == "http://testserver/api/v1/changes/?page_size=2&after=4"
    )


def test_what_was_left_out_counts_as_read(client: Client) -> None:
    publish(make_topic(), by=None)
    publish_whole(make_state())

    answer = get(client, "changes/?object=topic")

    last = Change.objects.count()
    assert last > 1
    assert [change["position"] for change in answer["results"]] == [1]
    assert answer["position"] == last
    assert positions(client, f"object=topic&after={last}") == []


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("after=3", "unknown_position", "after"),
        ("after=999999999999999999", "unknown_position", "after"),
        ("after=1000000000000000000", "out_of_range", "after"),
        ("after=-1", "out_of_range", "after"),
        ("after=1.5", "invalid_number", "after"),
        ("after=٣", "invalid_number", "after"),
        ("after=", "empty_value", "after"),
        ("after=1&after=2", "repeated_parameter", "after"),
        ("object=treaty", "invalid_choice", "object"),
        ("state=XX", "invalid_choice", "state"),
        ("page_size=201", "out_of_range", "page_size"),
        ("cursor=abc", "unknown_parameter", "cursor"),
        ("include_predecessors=true", "missing_parameter", "include_predecessors"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    client: Client, query: str, code: str, parameter: str
) -> None:
    publish(make_topic(), make_topic(), by=None)

    problem = get(client, f"changes/?{query}", 400)

    assert [(fault["code"], fault["parameter"]) for fault in problem["errors"]] == [
        (code, parameter)
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("since", "after"),
        ("position", "after"),
        ("cursor", "after"),
        ("offset", "after"),
        ("kind", "object"),
        ("type", "object"),
        ("country", "state"),
        ("limit", "page_size"),
    ],
)
def test_what_others_call_differently_is_suggested(
    client: Client, written: str, meant: str
) -> None:
    (fault,) = get(client, f"changes/?{written}=1", 400)["errors"]

    assert (fault["code"], fault["suggestion"]) == ("unknown_parameter", meant)


def test_the_last_position_is_one_to_go_on_from(client: Client) -> None:
    publish(make_topic(), make_topic(), by=None)

    assert positions(client, "after=2") == []


def test_a_scope_says_what_enters_and_leaves_it(client: Client) -> None:
    pakistan, china = make_state("Pakistan", alpha_2="PK"), make_state("China", alpha_2="CN")
    event = make_event("A call")
    participation = make_participation(event, pakistan)
    publish_whole(event, china)
    start = Change.objects.count()
    enters = Change.objects.get(record_id=event.pk).position
    assert (enters, "in") in scopes(client, "state=PK")
    assert positions(client, "state=CN") == [Change.objects.get(record_id=china.pk).position]

    participation.state = china
    participation.save()
    publish(Event.objects.get(pk=event.pk), by=None)
    Event.objects.filter(pk=event.pk).update(title="Another call")
    publish(Event.objects.get(pk=event.pk), by=None)
    withdraw(event, by=None, reason="It was not.")
    restore(event, by=None)

    after = f"after={start}"
    assert scopes(client, f"state=PK&{after}") == [(start + 1, "left")]
    assert scopes(client, f"state=CN&{after}") == [
        (start + 1, "in"),
        (start + 2, "in"),
        (start + 3, "left"),
        (start + 4, "in"),
    ]
    assert scopes(client, f"state=PK,CN&{after}") == [
        (start + 1, "in"),
        (start + 2, "in"),
        (start + 3, "left"),
        (start + 4, "in"),
    ]
    assert scopes(client, f"state=PK&object=place&{after}") == []
    answer = get(client, f"changes/?state=PK&{after}")
    assert answer["position"] == start + 4


def test_an_office_that_passes_to_another_state_takes_its_tenures_out_of_the_scope(
    client: Client,
) -> None:
    ussr, russia = make_state("Soviet Union"), make_state("Russia")
    tenure = make_tenure(office=make_office("Foreign Minister", state=ussr))
    publish_whole(tenure, russia)
    start = Change.objects.count()
    Office.objects.filter(pk=tenure.office_id).update(state=russia)

    publish(Office.objects.get(pk=tenure.office_id), by=None)

    office, shown = start + 1, start + 2
    assert Change.objects.get(pk=shown).record_id == tenure.pk
    assert Change.objects.get(pk=shown).nature == "reference"
    assert scopes(client, f"state={ussr.slug}&after={start}") == [(office, "left"), (shown, "left")]
    assert scopes(client, f"state={russia.slug}&after={start}") == [(office, "in"), (shown, "in")]


def test_a_scope_takes_in_the_states_before_and_survivors(client: Client) -> None:
    before, after = make_state("Soviet Union"), make_state("Russia", alpha_2="RU")
    after.predecessors.create(predecessor=before, kind="dissolution")
    event = make_event()
    make_participation(event, before)
    publish_whole(event, after)
    call = Change.objects.get(record_id=event.pk).position

    assert call not in positions(client, "state=RU")
    assert call in positions(client, "state=RU&include_predecessors=true")

    twice = make_state("Russian Federation")
    publish_whole(twice)
    merge(twice, after, by=None, reason="The same.")
    assert positions(client, "state=russian-federation") == positions(client, "state=RU")


def test_a_scope_that_names_nothing_is_noted(client: Client) -> None:
    publish(make_topic(), by=None)

    answer = get(client, "changes/?state=atlantis")

    assert (answer["results"], answer["position"]) == ([], 1)
    assert [note["code"] for note in answer["notes"]] == ["unresolved_reference"]


def a_history() -> list[State]:
    """Publish records of several kinds, change them, withdraw, restore and merge some."""
    states = [make_state(f"State {letter}") for letter in "ABC"]
    events = [make_event(f"Event {number}") for number in range(6)]
    for number, event in enumerate(events):
        make_participation(event, states[number % 3])
        make_participation(event, states[(number + 1) % 3])
    publish_whole(*events, make_relation(states[0], states[1]), *states)
    for number, event in enumerate(events):
        event.participations.filter(state=states[number % 3]).delete()
        publish(Event.objects.get(pk=event.pk), by=None)
    withdraw(events[0], events[1], by=None, reason="Not so.")
    restore(events[0], by=None)
    merge(events[2], events[3], by=None, reason="The same.")
    State.objects.filter(pk=states[0].pk).update(name="State A, as it is called now")
    publish(State.objects.get(pk=states[0].pk), by=None)
    return states


def from_editions(kinds: set[str], states: set[str] | None) -> list[tuple[int, str | None]]:
    """What the feed of a scope says, from the editions alone."""
    found: list[tuple[int, str | None]] = []
    for kind in all_kinds():
        if kind.name not in kinds:
            continue
        shown: dict[UUID, set[str]] = {}
        for edition in kind.editions.objects.order_by("position"):
            before = shown.get(edition.record_id, set())
            now = states_in(orjson.loads(edition.document)) if edition.document else set()
            shown[edition.record_id] = now
            if states is None:
                found.append((edition.position, None))
            elif states & now:
                found.append((edition.position, "in"))
            elif states & before:
                found.append((edition.position, "left"))
    return sorted(found)


def test_every_scope_is_what_the_editions_say(client: Client) -> None:
    states = a_history()
    every = {kind.name for kind in all_kinds()}
    some: list[set[str]] = [every, {"event"}, {"event", "state"}, {"relation", "topic", "source"}]
    asked: list[list[State] | None] = [None, [states[0]], states[1:], states]

    for kinds in some:
        for those in asked:
            query = "page_size=200"
            if kinds != every:
                query += f"&object={','.join(sorted(kinds))}"
            if those is not None:
                query += f"&state={','.join(state.slug for state in those)}"
            ids = {str(state.pk) for state in those} if those is not None else None
            expected = from_editions(kinds, ids)
            assert scopes(client, query) == expected, query
    assert {scope for _place, scope in from_editions(every, {str(states[0].pk)})} == {"in", "left"}


@pytest.mark.parametrize("near", [None, (1, 2), (0, 100)])
def test_pages_of_a_scope_are_the_scope(
    near: tuple[int, int] | None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the changes that come next are looked for near the page before, and then further off."""
    if near:
        monkeypatch.setattr(changes, "FEW_LISTS", 0)
        monkeypatch.setattr(changes, "NEAR", near)
    states = a_history()
    query = f"state={states[0].slug},{states[1].slug}&object=event,state,relation"
    whole = scopes(client, f"{query}&page_size=200")

    found: list[tuple[int, str]] = []
    after: int | None = 0
    while after is not None:
        answer = get(client, f"changes/?{query}&page_size=2&after={after}")
        found += [(change["position"], change["scope"]) for change in answer["results"]]
        after = answer["position"] if answer["next"] else None

    assert found == whole
    assert len(whole) > 6


def test_a_full_page_of_a_scope_is_kept_no_longer_than_others(client: Client) -> None:
    states = a_history()

    response = client.get(f"/api/v1/changes/?state={states[0].slug}&page_size=1")

    assert response.json()["next"]
    assert response.headers["Cache-Control"] == "public, max-age=60"


def test_a_page_costs_one_statement_and_one_more_with_a_scope(client: Client) -> None:
    a_history()
    found = {}
    for query in ("page_size=1", "page_size=200", "object=event,state", "state=state-a"):
        with CaptureQueriesContext(connection) as captured:
            get(client, f"changes/?{query}")
        found[query] = len(captured)

    assert found == {
        "page_size=1": 1,
        "page_size=200": 1,
        "object=event,state": 1,
        "state=state-a": 2,
    }


def test_who_has_the_answer_already_is_not_sent_it(client: Client) -> None:
    publish(make_topic(), by=None)
    tag = client.get("/api/v1/changes/").headers["ETag"]

    assert client.get("/api/v1/changes/", headers={"if-none-match": tag}).status_code == 304

    publish(make_topic(), by=None)
    assert client.get("/api/v1/changes/", headers={"if-none-match": tag}).status_code == 200


class Lines(Format):
    """One change per line, all pages, and the number of them at the end."""

    format = "lines"
    media_type = "text/x-lines"
    is_whole = True

    def page(self, documents: Any, envelope: dict[str, Any], shape: Any) -> Any:
        count = 0
        for count, document in enumerate(documents, start=1):  # noqa: B007 - counts
            yield f"{document}\n".encode()
        yield f"{count}\n".encode()


def test_a_format_that_is_whole_has_all_that_follows(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ChangesView, "renderer_classes", [Json, Lines])
    publish(*[make_topic() for _ in range(5)], by=None)

    response = client.get("/api/v1/changes/?format=lines&page_size=2&after=1")

    *lines, count = b"".join(response).splitlines()
    assert [orjson.loads(line)["position"] for line in lines] == [2, 3, 4, 5]
    assert count == b"4"


@pytest.mark.parametrize("name", ["ndjson", "csv"])
def test_a_download_of_the_feed_has_all_that_follows_and_says_how_far_it_goes(
    client: Client, name: str
) -> None:
    publish(*[make_topic() for _ in range(5)], by=None)
    asked = "/api/v1/changes/?after=1&page_size=2"
    shown = get(client, "changes/?after=1")["results"]

    response = client.get(f"{asked}&format={name}")

    assert response.headers["Cache-Control"] == "no-store"
    text = b"".join(response).decode()
    if name == "csv":
        header, *rows = csv.reader(text.splitlines())
        assert header == list(shown[0])
        assert [row[0] for row in rows] == [str(change["position"]) for change in shown]
        return
    *changes, trailer = map(orjson.loads, text.splitlines())
    assert changes == shown
    assert trailer == {
        "object": "trailer",
        "complete": True,
        "count": 4,
        "total": None,
        "position": 5,
        "notes": [],
        "problem": None,
    }


@pytest.mark.parametrize("name", ["ndjson", "csv"])
def test_a_download_of_the_feed_that_is_cut_says_how_far_it_went(
    client: Client, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(*[make_topic() for _ in range(5)], by=None)
    read: list[int] = []
    rows = Asked.rows

    def once(asked: Asked, after: int, most: int) -> Any:
        if read:
            raise OperationalError("no answer")
        read.append(after)
        return rows(asked, after, most)

    monkeypatch.setattr(Asked, "rows", once)

    response = client.get(f"/api/v1/changes/?page_size=2&after=1&format={name}")

    *lines, end = b"".join(response).decode().splitlines()
    if name == "csv":
        assert end.startswith("#error,database_unavailable,Cut after 2 rows.")
        assert len(next(csv.reader([end]))) == len(next(csv.reader(lines))) + 1
        return
    assert [orjson.loads(line)["position"] for line in lines] == [2, 3]
    trailer = orjson.loads(end)
    assert (trailer["complete"], trailer["count"], trailer["position"]) == (False, 2, 3)
    assert trailer["problem"]["code"] == "database_unavailable"


@pytest.mark.parametrize("name", ["ndjson", "csv"])
def test_a_download_of_an_empty_scope_has_its_notes_and_goes_on_at_the_end(
    client: Client, name: str
) -> None:
    publish(make_topic(), make_topic(), by=None)
    notes = get(client, "changes/?state=atlantis")["notes"]

    response = client.get(f"/api/v1/changes/?state=atlantis&format={name}")

    assert [note["code"] for note in notes] == ["unresolved_reference"]
    assert orjson.loads(response.headers["X-Notes"]) == notes
    if name == "ndjson":
        trailer = orjson.loads(b"".join(response))
        assert (trailer["notes"], trailer["position"], trailer["count"]) == (notes, 2, 0)


def test_a_draft_is_not_in_the_feed(client: Client) -> None:
    topic = make_topic()
    publish(topic, by=None)
    Topic.objects.filter(pk=topic.pk).update(label="SECRET")
    make_topic("secret")

    assert positions(client, "") == [1]


def test_a_feed_that_was_cut_says_from_where_it_can_be_read(client: Client) -> None:
    publish(*[make_topic() for _ in range(4)], by=None)
    Change.objects.filter(position__lte=2).update(at=timezone.now() - timedelta(days=31))

    assert prune(30) == 2

    for query in ("", "after=0", "after=1", "after=1&object=event"):
        problem = get(client, f"changes/?{query}", 410)
        assert (problem["code"], problem["oldest_position"]) == ("feed_expired", 2)
    assert positions(client, "after=2") == [3, 4]
    publish(make_topic(), by=None)
    assert positions(client, "after=4") == [5]


def test_the_last_change_is_never_cut(client: Client) -> None:
    state = make_state()
    publish(state, make_topic(), by=None)
    Change.objects.update(at=timezone.now() - timedelta(days=400))

    call_command("prune_changes", "--older-than", "365", verbosity=0)

    assert list(Change.objects.values_list("position", flat=True)) == [2]
    assert ChangeOfState.objects.count() in {0, 1}  # whichever of the two is the last one
    publish(make_topic(), by=None)
    assert positions(client, "after=1") == [2, 3]


def test_nothing_is_cut_unless_somebody_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    publish(make_topic(), make_topic(), by=None)
    Change.objects.update(at=timezone.now() - timedelta(days=4_000))

    call_command("prune_changes")
    with pytest.raises(CommandError, match="last 7 days are always kept"):
        call_command("prune_changes", "--older-than", "6")

    assert capsys.readouterr().out == "All changes are kept.\n"
    assert Change.objects.count() == 2
