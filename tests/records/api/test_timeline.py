"""The timeline says what the documents say: compared with a reading of documents alone, over random records and questions."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from config.api import pagination
from records.api.moments import counts, finding, listing
from records.models import Moment, MomentPosting
from records.publishing.publish import publish, withdraw
from tests.factories.answers import get
from tests.factories.days import DAYS, MATCHES, day
from tests.factories.events import (
    make_event,
    make_participation,
)
from tests.factories.histories import World
from tests.factories.moments import Happening, days_asked, happened, happenings, published_documents
from tests.factories.people import (
    make_office,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import make_topic, publish_whole
from tests.factories.thorough import times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from records.models import Record

pytestmark = pytest.mark.django_db

NAMES = ("between", "person", "organization", "office", "kind", "topic", "state", "object")


def crawl(client: Client, query: dict[str, str], size: int) -> list[dict[str, Any]]:
    """Every entry of a list, page by page; going back gives the same pages."""
    entries: list[dict[str, Any]] = []
    pages = [get(client, f"timeline/?{urlencode({**query, 'page_size': str(size)})}")]
    while pages[-1]["next"]:
        assert len(pages) < 200
        pages.append(client.get(pages[-1]["next"]).json())
    for before, after in pairwise(pages):
        assert client.get(after["previous"]).json()["results"] == before["results"]
    for page in pages:
        entries += page["results"]
        assert page["total"] == pages[0]["total"]
    assert pages[0]["total"] == {"value": len(entries), "relation": "eq"}
    exact = get(client, f"timeline/?{urlencode({**query, 'count': 'exact'})}")
    assert exact["total"] == {"value": len(entries), "relation": "eq"}
    return entries


def said(entry: dict[str, Any]) -> tuple[Any, ...]:
    assert entry["url"].endswith(f"/{entry['record']['id']}/")
    assert entry["record"]["object"] == entry["object"]
    return (
        entry["record"]["id"],
        entry["object"],
        entry["kind"],
        entry["date"],
        entry["end"],
        sorted(state["id"] for state in entry["states"]),
        sorted(person["id"] for person in entry["persons"]),
    )


def questions(world: World, count: int) -> Iterator[dict[str, str]]:
    chance = world.chance
    public = {document["id"] for document in published_documents()}

    def ids(records: Sequence[Record], most: int = 2) -> str:
        known = [str(one.pk) for one in records if str(one.pk) in public]
        return ",".join(chance.sample(known, chance.randint(1, min(most, len(known)))))

    makers: dict[str, Callable[[], str]] = {
        "between": lambda: ",".join(str(one.pk) for one in chance.sample(world.states, 2)),
        "person": lambda: ids(world.persons),
        "organization": lambda: ids(world.organizations),
        "office": lambda: ids(world.offices),
        "kind": lambda: ",".join(
            chance.sample(["event", "signed", "took_office", "relation_began", "appointed"], 2)
        ),
        "topic": lambda: ids(world.topics, 1),
        "state": lambda: ids(world.states),
        "object": lambda: chance.choice(["event", "tenure,agreement", "state", "relation,event"]),
    }
    yield {}
    yield {"ordering": "-date"}
    for number in range(count):
        names = chance.sample(NAMES, chance.choice([0, 1, 1, 1, 2]))
        names = [NAMES[number]] if number < len(NAMES) else names
        query = {name: makers[name]() for name in names}
        low, high = sorted(chance.choices(DAYS, k=2))
        if chance.random() < 0.6:
            query["date_after"] = str(day(low))
        if chance.random() < 0.4:
            query["date_before"] = str(day(high))
        if query.keys() & {"date_after", "date_before"}:
            query["date_match"] = chance.choice(MATCHES)
        if chance.random() < 0.5:
            query["ordering"] = "-date"
        yield query


#: Of each way the numbers that make it the one that is taken: read off in order, found at once by the postings or by the lists of
#: terms, and any of these.
WAYS: list[dict[str, float]] = [
    {"FEW": 0, "TOGETHER": 0, "OFTEN_MET": 2.0, "OFTEN": 2.0},
    {"FEW": 0, "TOGETHER": 5, "OFTEN_MET": 2.0, "OFTEN": 0.0},
    {"FEW": 0, "TOGETHER": 0, "OFTEN_MET": 0.0},
    {"FEW": 8, "TOGETHER": 5_000},
    {"FEW": 2_000, "TOGETHER": 0},
]


@pytest.mark.parametrize("seed", range(times(1)))
def test_timeline_is_what_the_documents_say(
    seed: int, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever way is taken: the world, which takes longest, is made once for all of them."""
    world = World(seed)
    world.change()
    documents = list(published_documents())
    for way in WAYS:
        with monkeypatch.context() as patch:
            for name, number in way.items():
                patch.setattr(finding, name, number)
            for query in questions(world, times(12)):
                wanted = happened(query, documents)
                size = world.chance.choice([max(3, len(wanted) // 11), 200])
                entries = crawl(client, query, size)
                shown = [one.shown() for one in wanted]
                assert [said(entry) for entry in entries] == shown, (way, query)
                matches = [one.match(*days_asked(query)) for one in wanted]
                assert [entry["match"] for entry in entries] == matches, (way, query)
                compare_counts(client, world, query, wanted)


def compare_counts(
    client: Client, world: World, query: dict[str, str], wanted: list[Happening]
) -> None:
    """By random dimensions, against what the documents say."""
    by = world.chance.sample(["year", "month", "decade", "kind", "object", "state"], 2)
    filters = {name: value for name, value in query.items() if name != "ordering"}

    answer = get(client, f"timeline/counts/?{urlencode({**filters, 'by': ','.join(by)})}")

    assert answer["total"] == {"value": len(wanted), "relation": "eq"}
    found = {tuple(_plain(row[name]) for name in by): row["count"] for row in answer["results"]}
    counted: Counter[tuple[Any, ...]] = Counter()
    for one in wanted:
        counted.update(product(*(one.values(name) for name in by)))
    assert found == counted, (query, by)
    assert len(answer["results"]) == len(found)


def _plain(value: Any) -> Any:
    return value["id"] if isinstance(value, dict) else value


def test_counts_tell_what_may_lie_in_several_spans_and_what_has_no_day(client: Client) -> None:
    for when in ("2024", "2025-05", "2025-06-01", "[2024..2025]", "[..1989]", ""):
        publish_whole(make_event(when=when))
    publish_whole(make_event(when="2024-12-30", end="2025-01-02"))

    def rows(by: str) -> list[list[Any]]:
        answer = get(client, f"timeline/counts/?by={by}&kind=event")
        assert answer["total"] == {"value": 7, "relation": "eq"}
        return [list(row.values()) for row in answer["results"]]

    assert rows("year") == [["2024", 1], ["2025", 2], ["uncertain", 3], [None, 1]]
    assert rows("month") == [["2025-05", 1], ["2025-06", 1], ["uncertain", 4], [None, 1]]
    assert rows("decade") == [["202X", 5], ["uncertain", 1], [None, 1]]
    assert rows("object,decade") == [
        ["event", "202X", 5],
        ["event", "uncertain", 1],
        ["event", None, 1],
    ]
    assert get(client, "timeline/counts/?kind=event")["results"] == [{"count": 7}]


def test_too_many_counts_are_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for year in (2023, 2024, 2025):
        publish_whole(make_event(when=str(year)))
    monkeypatch.setattr(counts, "MOST_ROWS", 2)
    assert get(client, "timeline/counts/?by=year", 400)["code"] == "too_many_groups"
    assert get(client, "timeline/counts/?by=object")["results"] == [{"object": "event", "count": 3}]

    monkeypatch.setattr(counts, "MOST_READ", 2)
    assert get(client, "timeline/counts/?by=object", 400)["code"] == "too_many_records"
    assert get(client, "timeline/counts/?by=year,month,kind", 400)["errors"][0]["code"] == (
        "too_many_values"
    )


@pytest.mark.parametrize("often", [0.0, 2.0])
def test_two_frequent_conditions_are_counted_no_further_than_is_shown(
    often: float, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what both have postings of, or by the lists of terms; and refused by the first where too many are to be counted apart."""
    topic = make_topic("grain")
    states = [make_state(name) for name in ("A", "B")]
    for number in range(6):
        event = make_event(f"Event {number}", when="2025-05-10", topics=(topic,) if number else ())
        for state in states if number < 5 else states[:1]:
            make_participation(event, state)
        publish_whole(event)
    for name, value in {"FEW": 0, "TOGETHER": 0, "OFTEN_MET": often}.items():
        monkeypatch.setattr(finding, name, value)
    monkeypatch.setattr(listing, "COUNTED", 3)
    monkeypatch.setattr(pagination, "COUNTED", 3)

    for query, count in (
        (f"topic=grain&state={states[0].slug}", 5),
        (f"topic=grain&state={states[1].slug}", 4),
        (f"topic=grain&state={states[1].slug}&between={states[0].slug},{states[1].slug}", 4),
        (f"topic=grain&state={states[1].slug}&object=statement", 0),
        (f"topic=grain&state={states[1].slug}&date_after=2025", 4),
    ):
        shown = {"value": 3, "relation": "gte"} if count else {"value": 0, "relation": "eq"}
        assert get(client, f"timeline/?{query}&page_size=1")["total"] == shown, query
        for most, status in ((count, 200), (count - 1, 400)):
            if most < 0:
                continue
            monkeypatch.setattr(counts, "MOST_LOOKED_AT", most)
            answer = get(client, f"timeline/counts/?by=year&{query}", status)
            assert answer.get("code", "too_many_records") == "too_many_records", query


def test_postings_are_the_terms_of_moments() -> None:
    world = World(7)
    world.change()

    posted = set(MomentPosting.objects.values_list("term", "record_id", "place"))

    assert posted == {
        (term, record_id, place)
        for record_id, place, terms in Moment.objects.values_list("record_id", "place", "terms")
        for term in terms
    }
    assert Moment.objects.count() == len(happenings(published_documents())) > 50


def test_withdrawn_drafts_and_merged_records_are_in_no_timeline(client: Client) -> None:
    event = make_event("Gone", when="2025-05-10")
    make_participation(event, person := make_person("Somebody"))
    publish_whole(event)
    make_event("A draft", when="2025-05-10")
    assert [entry["label"] for entry in get(client, "timeline/")["results"]] == ["Gone"]

    event.title = "Changed, and not published"
    event.save()
    assert [entry["label"] for entry in get(client, "timeline/")["results"]] == ["Gone"]
    withdraw(event, by=None, reason="Wrong.")

    assert get(client, "timeline/")["results"] == []
    assert get(client, f"timeline/?person={person.pk}")["results"] == []
    assert (Moment.objects.count(), MomentPosting.objects.count()) == (0, 0)


def test_an_entry_says_what_happened_and_where_it_is_stated(client: Client) -> None:
    pakistan = make_state("Pakistan", alpha_2="PK")
    office = make_office("Foreign Minister", state=pakistan)
    tenure = make_tenure(make_person("Ishaq Dar"), office, start="2024-03-11")
    publish_whole(tenure)

    (entry,) = get(client, "timeline/?state=PK&date_after=2024-03&date_before=2024")["results"]

    named = {"id": str(pakistan.pk), "object": "state", "label": "Pakistan", "code": "PK"}
    assert entry == {
        "date": {
            "edtf": "2024-03-11",
            "earliest": "2024-03-11",
            "latest": "2024-03-11",
            "precision": "day",
            "text": None,
        },
        "end": None,
        "kind": "took_office",
        "match": "certain",
        "object": "tenure",
        "record": {
            "id": str(tenure.pk),
            "object": "tenure",
            "label": "Ishaq Dar, Foreign Minister",
        },
        "states": [named],
        "persons": [{"id": str(tenure.person_id), "object": "person", "label": "Ishaq Dar"}],
        "label": "Took office: Ishaq Dar, Foreign Minister",
        "url": f"/api/v1/tenures/{tenure.pk}/",
    }


def test_a_state_stands_for_those_before_it_when_asked(client: Client) -> None:
    before, after = make_state("Soviet Union"), make_state("Russia")
    after.predecessors.create(predecessor=before, kind="continuation")
    event = make_event("A summit", when="1985-11-19")
    make_participation(event, before)
    publish_whole(before, after, event)

    found = [
        len(get(client, f"timeline/?state={after.slug}{more}")["results"])
        for more in ("", "&include_predecessors=true")
    ]

    assert found == [0, 1]


def test_a_list_that_did_not_change_is_not_sent_again(client: Client) -> None:
    event = make_event("A call", when="2025-05-10")
    publish_whole(event)
    first = client.get("/api/v1/timeline/?kind=event")

    again = client.get("/api/v1/timeline/?kind=event", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    event.title = "A long call"
    event.save()
    publish(event, by=None)
    changed = client.get("/api/v1/timeline/?kind=event", headers={"If-None-Match": first["ETag"]})
    assert [entry["label"] for entry in changed.json()["results"]] == ["A long call"]


@pytest.mark.parametrize(
    ("query", "code", "parameter", "suggestion"),
    [
        ("kind=ratify", "invalid_choice", "kind", "ratified"),
        ("object=events", "invalid_choice", "object", "event"),
        ("from=2020", "unknown_parameter", "from", "date_after"),
        ("date_match=certain", "missing_parameter", "date_match", None),
        ("ordering=label", "invalid_choice", "ordering", None),
        ("between=PK", "invalid_pair", "between", None),
        ("date_after=2021&date_before=2020", "reversed_range", "date_after", None),
    ],
)
def test_what_is_not_understood_is_refused(
    client: Client, query: str, code: str, parameter: str, suggestion: str | None
) -> None:
    problem = get(client, f"timeline/?{query}", 400)

    fault = {"code": code, "parameter": parameter}
    fault |= {"suggestion": suggestion} if suggestion else {}
    assert [
        {name: one[name] for name in ("code", "parameter", "suggestion") if name in one}
        for one in problem["errors"]
    ] == [fault]


def test_a_reference_that_names_nothing_is_noted(client: Client) -> None:
    publish_whole(make_event("A call", when="2025-05-10"))

    answer = get(client, "timeline/?person=nobody-known")

    assert answer["results"] == []
    assert [note["code"] for note in answer["notes"]] == ["unresolved_reference"]


@pytest.mark.parametrize("count", [1, 3])
def test_statements_do_not_grow_with_the_list(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    state = make_state("Pakistan", alpha_2="PK")
    for number in range(count):
        make_participation(event := make_event(when=f"2025-05-1{number}"), state)
        publish_whole(event)

    with django_assert_num_queries(3):  # references, offices of envoys, page
        assert len(get(client, "timeline/?state=PK")["results"]) == count


def test_csv_and_ndjson_have_all_that_the_pages_have(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(11)
    monkeypatch.setattr(listing, "READ_AT_ONCE", 7)
    state, other = world.states[:2]
    narrow = f"state={state.pk}&date_after=1990&date_match=any&fields=date,match,label"
    questions = (
        "",
        "ordering=-date",
        "kind=event",
        f"between={state.pk},{other.pk}&ordering=-date",
        narrow,
    )
    sizes = []
    for few, question in product((0, 2_000), questions):
        monkeypatch.setattr(finding, "FEW", few)
        address = f"/api/v1/timeline/?page_size=3&{question}"
        pages = [client.get(address).json()]
        while pages[-1]["next"]:
            pages.append(client.get(pages[-1]["next"]).json())
        entries = [entry for page in pages for entry in page["results"]]
        sizes.append(len(pages))

        *lines, trailer = downloaded(client, f"{address}&format=ndjson")
        assert lines == entries, question
        assert (trailer["complete"], trailer["count"], trailer["total"]) == (
            True,
            len(entries),
            len(entries),
        )
        for place in range(1, len(pages)):
            *lines, _trailer = downloaded(client, f"{pages[place - 1]['next']}&format=ndjson")
            assert lines == entries[3 * place :], question
        if len(pages) > 2:
            *lines, _trailer = downloaded(client, f"{pages[-1]['previous']}&format=ndjson")
            assert lines == entries[-(len(pages[-1]["results"]) + 3) :], question

        text = b"".join(client.get(f"{address}&format=csv")).decode()
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        assert [row["label"] for row in rows] == [entry["label"] for entry in entries]
    assert max(sizes) > 3


def test_counts_come_as_csv_and_ndjson(client: Client) -> None:
    publish_whole(make_event(when="2024-05"), make_event(when="2025"))

    rows = get(client, "timeline/counts/?by=year&kind=event")["results"]
    *lines, trailer = downloaded(
        client, "/api/v1/timeline/counts/?by=year&kind=event&format=ndjson"
    )
    assert lines == rows
    assert (trailer["complete"], trailer["count"], trailer["total"]) == (True, 2, 2)
    response = client.get("/api/v1/timeline/counts/?by=year&kind=event&format=csv")
    assert b"".join(response) == b"year,count\r\n2024,1\r\n2025,1\r\n"


def downloaded(client: Client, address: str) -> list[Any]:
    """The lines of an answer in NDJSON."""
    response = client.get(address)
    assert response.status_code == 200
    return [json.loads(line) for line in b"".join(response).splitlines()]
