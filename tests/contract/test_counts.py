"""Counts of every list, by every dimension and any two of them, equal what is counted from the documents of the list alone."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, islice, product
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.api.docs import schema
from config.api.problems import Problem
from events import dimensions as of_events
from events.models import Event, EventSum
from records.api import counts
from records.api.dimensions import PART
from records.api.sums import STEP, FromSums
from records.models import Grain
from records.publishing.documents import sort_label
from records.registry import all_kinds
from records.ways import frequencies
from tests.factories.agreements import make_action, make_agreement, make_party, make_value
from tests.factories.answers import get
from tests.factories.counted import (
    UNCERTAIN,
    Document,
    counted_rows,
    dimensions,
    expected_counts,
    is_refused,
)
from tests.factories.events import (
    make_event,
    make_event_place,
    make_event_type,
    make_participation,
    make_place,
    make_statement,
)
from tests.factories.every_kind import EVERY_KIND
from tests.factories.people import (
    make_office,
    make_organization,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import make_topic, publish_whole
from tests.factories.story import load_story
from tests.factories.thorough import one_in, times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from records.models import Record

pytestmark = pytest.mark.django_db

#: Questions of each list that are drawn at random.
QUESTIONS = times(35)


@pytest.fixture(scope="module")
def world(module_transaction: None) -> dict[str, list[Document]]:
    """Published records of every kind, many of them with uncertain and unknown dates: the documents of each list."""
    load_story()
    chance = random.Random(1648)  # noqa: S311 - reproducible, not secret
    records: list[Record] = [maker.with_parts(2) for maker in EVERY_KIND.values()]
    states = [make_state(name) for name in ("Åland", "Borduria", "Carpania", "Drusia")]
    persons = [make_person(f"Person {number}") for number in range(3)]
    bodies = [make_organization(f"Body {number}") for number in range(2)]
    offices = [make_office(f"Office {one}", state=one) for one in states[:2]]
    tenures = [
        make_tenure(chance.choice(persons), chance.choice(offices), start=_when(chance))
        for _ in range(20)
    ]
    topics = [make_topic(code) for code in ("barter", "grain")]
    places = [
        make_place(name, state=state) for name, state in zip(("Ys", "Xanadu"), states, strict=False)
    ]
    types = [make_event_type(code) for code in ("feast", "duel", "siege")]
    for number in range(60):
        when = _when(chance)
        is_day = len(when) == len("2001-05-10") and when[0].isdigit()
        event = make_event(
            f"Event {number:03}",
            type=chance.choice(types),
            when=when,
            end=chance.choice(["", "2003", "2004-02-03"]) if is_day else "",
            status=chance.choice(["occurred", "planned", "denied"]),
            attendance=chance.choice(["in_person", "remote", ""]),
            topics=tuple(chance.sample(topics, chance.randint(0, 2))),
        )
        for role in chance.sample(["host", "visitor", "mediator"], chance.randint(0, 3)):
            who: Any = chance.choice([*states, *persons, *bodies])
            behalf = None if who in states else chance.choice([None, *states])
            held = (
                tuple(one for one in tenures if one.person == who)[:1]
                if chance.random() < 0.5
                else ()
            )
            make_participation(event, who, role=role, on_behalf_of_state=behalf, tenures=held)
        if chance.random() < 0.4:
            make_event_place(event, chance.choice(places))
        records.append(event)
    for number in range(25):
        agreement = make_agreement(
            f"Agreement {number:02}",
            form=chance.choice(["treaty", "agreement"]),
            topics=tuple(chance.sample(topics, chance.randint(0, 2))),
        )
        parties: list[Any] = [*states, *bodies]
        for party in chance.sample(parties, chance.randint(0, 3)):
            make_party(agreement, party, represented_by=tuple(chance.sample(persons, 1)))
        for _ in range(chance.randint(0, 2)):
            make_action(agreement, chance.choice(["signature", "ratification"]), _when(chance))
        for _ in range(chance.choice([0, 1, 1, 3])):
            _add_value(agreement, chance)
        records.append(agreement)
    records += [
        make_statement(date=_when(chance), about=tuple(chance.sample(states, 2))) for _ in range(20)
    ]
    publish_whole(*records, *tenures, *Event.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE events_eventedition, events_eventposting")
    frequencies._KNOWN.clear()
    return {kind.name: _crawl(f"{kind.resource}/") for kind in all_kinds()}


def _when(chance: random.Random) -> str:
    day = date(1998, 1, 1) + timedelta(days=chance.randint(0, 1_500))
    later = day + timedelta(days=chance.choice([1, 3, 20, 200, 900]))
    return chance.choice(
        [
            *[f"{day}"] * 3,
            f"{day:%Y-%m}",
            f"{day:%Y}",
            f"{day}/{later}",
            f"{day}/..",
            f"../{day}",
            f"[{day}..{later}]",
            f"[..{day}]",
            "199X",
            "",
        ]
    )


def _add_value(agreement: Any, chance: random.Random) -> None:
    qualifier = chance.choice(["exact", "approx", "at_least", "up_to", "range"])
    make_value(
        agreement,
        chance.choice(["1", "2.50", "1000000"]),
        chance.choice(["USD", "EUR"]),
        qualifier=qualifier,
        scope=chance.choice(["item", "package"]),
        kind=chance.choice(["loan", "grant", ""]),
        amount_max="2000000" if qualifier == "range" else None,
    )


def _crawl(address: str) -> list[Document]:
    """All documents of a list."""
    client, found = Client(), []
    following: str | None = f"/api/v1/{address}{'&' if '?' in address else '?'}page_size=200"
    while following:
        answer = client.get(following.removeprefix("http://testserver")).json()
        found += answer["results"]
        following = answer["next"]
    return found


@pytest.mark.parametrize("kind", [kind.name for kind in all_kinds()])
def test_every_list_is_counted_by_all_that_it_says(
    client: Client, world: dict[str, list[Document]], kind: str
) -> None:
    resource = next(each.resource for each in all_kinds() if each.name == kind)
    names = dimensions()[kind]
    for by in [*combinations(names, 1), *combinations(names, 2)]:
        address = f"{resource}/counts/?by={','.join(by)}"
        if is_refused(kind, by):
            refused = get(client, address, 400)
            assert [fault["code"] for fault in refused["errors"]] == ["invalid_combination"]
            continue

        answer = get(client, address)

        assert counted_rows(answer["results"]) == expected_counts(
            kind, [*by], world[kind], world
        ), address
        assert answer["total"] == {"value": len(world[kind]), "relation": "eq"}
        assert (answer["next"], answer["previous"], answer["notes"]) == (None, None, [])
        _check_order(resource, answer["results"], by)


def _check_order(resource: str, rows: list[Document], by: tuple[str, ...]) -> None:
    """Rows fit the schema; they come by dates upwards, words as listed, labels; then what is uncertain, then null."""
    operation = schema()["paths"][f"/api/v1/{resource}/counts/"]["get"]["responses"]["200"]
    content = operation["content"]["application/json"]["schema"]
    envelope = schema()["components"]["schemas"][content["$ref"].rpartition("/")[2]]
    one = envelope["properties"]["results"]["items"]
    whole = {"type": "array", "items": one, "components": schema()["components"]}
    jsonschema.Draft202012Validator(whole).validate(rows)

    def place(row: Document, name: str) -> tuple[Any, ...]:
        value, described = row[name], one["properties"][name]
        if value is None:
            return (2,)
        if isinstance(value, dict):
            return (0, sort_label(value["label"]), value["id"])
        words = described.get("enum", [])
        return (1,) if value == UNCERTAIN else (0, words.index(value) if value in words else value)

    places = [[place(row, name) for name in by] for row in rows]
    assert places == sorted(places)
    assert all(list(row) == [*by, "count"] for row in rows)


FILTERS = [
    "state=borduria",
    "state__all=borduria,carpania",
    "between=borduria,carpania",
    "type=feast",
    "type=feast,duel",
    "type__not=duel",
    "role=host",
    "participant.role=host&participant.state=borduria",
    "status=planned",
    "attendance__not=remote",
    "topic=barter",
    "person=person-1",
    "has_parts=true",
    "parent__isnull=false",
    "parent__isnull=true",
    "date_after=1999&date_before=2000-06",
    "date_after=1999-03&date_match=certain",
    "date_before=2001&date_match=any",
    "date_after=2000-02-01&date_before=2000-02-20",
    "search=event",
    "search=feast+event",
    "published_after=2000-01-01",
    "agreement=nothing-of-that-name",
]


def test_events_are_counted_with_whatever_filters_by_whatever_way(
    client: Client, world: dict[str, list[Document]], monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(1555)  # noqa: S311 - reproducible, not secret
    names = dimensions()["event"]
    pairs = [by for by in combinations(names, 2) if not is_refused("event", by)]
    found = 0
    for _ in range(QUESTIONS):
        some = chance.sample(FILTERS, chance.choice([1, 1, 2, 2, 3]))
        parameters = [name for one in some for name in _names(one)]
        if len(set(parameters)) < len(parameters):
            continue
        by = [*chance.choice([*pairs, *combinations(names, 1), ("year", "type")])]
        query = "&".join(some)
        # Whatever statistics say, and whichever way is taken for it: the counts are the same.
        is_led = chance.choice([True, False, None])
        with monkeypatch.context() as patch:
            if chance.random() < 0.7:
                patch.setattr(FromSums, "of", lambda *_question: None)
            if is_led is not None:
                patch.setattr(counts.Counting, "_is_led_best", lambda _self, _one, it=is_led: it)
                patch.setattr(counts.Counting, "_is_found_by_lists", is_led)
            answer = get(client, f"events/counts/?by={','.join(by)}&{query}")
        documents = _crawl(f"events/?{query}")
        assert counted_rows(answer["results"]) == expected_counts("event", by, documents, world), (
            by,
            query,
        )
        assert answer["total"]["value"] == len(documents), query
        found += bool(documents)
    assert found > QUESTIONS / 4


#: What sums answer together with any dimension that they have, or with all but those of another term.
WITH_SUMS = [
    "",
    "type=feast,duel",
    "type__not=duel",
    "date_after=1999&date_before=2001",
    "date_after=1999-03&date_before=2000-06",
    "date_after=2000&date_match=any",
    "date_before=2000-02&date_match=any",
    "date_before=2001&type=feast",
]
OF_A_TERM = [
    "state=borduria",
    "between=borduria,carpania",
    "role=host",
    "status=planned",
    "attendance__not=remote",
]
OWN = ("year", "month", "decade", "type")
TERMS = ("state", "role", "status", "attendance", "visit_class")


#: Of each term beside each of the others one in two is asked, with `make thorough` all.
EVERY = one_in(2)


def crossed() -> Iterator[tuple[str, str]]:
    """Each condition on a term beside each of the others, beginning with another of them each time."""
    for number, one in enumerate(OF_A_TERM):
        for place in range(len(WITH_SUMS)):
            yield one, WITH_SUMS[(place + number) % len(WITH_SUMS)]


def test_plain_counts_are_read_off_the_sums(
    client: Client, world: dict[str, list[Document]]
) -> None:
    of_two = [("year", "type"), ("month", "type"), ("decade", "year")]
    plain = [(), *((name,) for name in OWN), *of_two]
    asked = [
        *product(
            [*WITH_SUMS],
            [*plain, *((name,) for name in TERMS), ("state", "decade"), ("year", "status")],
        ),
        *product(
            [f"{one}&{rest}".rstrip("&") for one, rest in islice(crossed(), 0, None, EVERY)], plain
        ),
    ]
    documents = {query: _crawl(f"events/?{query}".rstrip("?")) for query, _by in asked}
    from_sums = Counter[str]()
    for query, by in asked:
        listed = f"by={','.join(by)}" if by else ""
        address = f"events/counts/?{'&'.join(filter(None, (listed, query)))}".rstrip("?")
        with CaptureQueriesContext(connection) as statements:
            answer = get(client, address)
        if by:
            assert counted_rows(answer["results"]) == expected_counts(
                "event", [*by], documents[query], world
            ), address
        else:
            assert answer["results"] == [{"count": len(documents[query])}], address
        assert answer["total"]["value"] == len(documents[query]), address
        sql = statements.captured_queries[-1]["sql"]
        previous = statements.captured_queries[-2]["sql"] if len(statements) > 1 else ""
        from_sums[query] += "events_eventsum" in sql + previous
    for query in documents:
        if "between" in query and "type" not in query:
            assert from_sums[query] >= len(plain) - 3, query  # all but types
        elif (
            not any(name in query for name in ("role", "status", "attendance", "between"))
            and "-0" not in query
        ):
            # All of it but the months of the types of a state.
            assert from_sums[query] >= len(plain) - 2 * ("state" in query), query


def test_totals_of_plain_lists_are_read_off_the_sums(
    client: Client, world: dict[str, list[Document]]
) -> None:
    asked = [f"{one}&{rest}".strip("&") for one, rest in product(["", *OF_A_TERM], WITH_SUMS)]
    for query in asked:
        expected = len(_crawl(f"events/?{query}".rstrip("?")))
        # All but what cuts a month, and finer than what is kept of a term.
        is_fine = "-0" in query or any(name in query for name in ("status", "attendance"))
        is_fine |= "type" in query and ("between" in query or "role" in query)
        for how in ("", "&count=exact"):
            with CaptureQueriesContext(connection) as statements:
                answer = get(client, f"events/?page_size=1{how}&{query}".rstrip("&"))
            assert answer["total"] == {"value": expected, "relation": "eq"}, query
            is_summed = any("events_eventsum" in one["sql"] for one in statements)
            assert is_summed or is_fine, query


def _names(query: str) -> list[str]:
    return [piece.partition("=")[0].partition("__")[0] for piece in query.split("&")]


def test_values_are_summed_up_by_currency_scope_and_kind_and_rivals_count_once(
    client: Client, world: dict[str, list[Document]]
) -> None:
    names = [*dimensions()["agreement"]]
    for by in [(), *combinations(names, 1), ("year", "party"), ("form", "topic")]:
        answer = get(client, f"agreements/counts/?sum=value&by={','.join(by)}".removesuffix("&by="))

        expected: dict[str, list[Any]] = defaultdict(lambda: [0, Decimal(0), Decimal(0)])
        for document in world["agreement"]:
            sorts: dict[tuple[Any, ...], list[Document]] = defaultdict(list)
            for value in document["values"]:
                sorts[value["currency"], value["scope"], value["kind"]].append(value)
            for (currency, scope, kind), values in (sorts or {(None, None, None): []}).items():
                for combination in expected_counts("agreement", [*by], [document], world):
                    row = {
                        **json.loads(combination),
                        "currency": currency,
                        "scope": scope,
                        "kind": kind,
                    }
                    total = expected[json.dumps(row, sort_keys=True)]
                    total[0] += 1
                    total[1] += min((_least(value) for value in values), default=Decimal(0))
                    total[2] += max((_greatest(value) for value in values), default=Decimal("inf"))
        found = {}
        for row in answer["results"]:
            figures = [row.pop(name) for name in ("count", "sum", "sum_max")]
            if row["currency"] is None:
                assert figures[1:] == [None, None]
            found[json.dumps(row, sort_keys=True)] = [
                figures[0],
                Decimal(figures[1] or 0),
                Decimal(figures[2] or "inf"),
            ]
        assert found == expected, by


def _least(value: Document) -> Decimal:
    return Decimal(0) if value["qualifier"] == "up_to" else Decimal(value["amount"])


def _greatest(value: Document) -> Decimal:
    if value["qualifier"] == "at_least":
        return Decimal("inf")
    return Decimal(value["amount_max"] or value["amount"])


def test_without_dimensions_there_is_one_row(
    client: Client, world: dict[str, list[Document]]
) -> None:
    answer = get(client, "events/counts/")
    assert answer["results"] == [{"count": len(world["event"])}]

    nothing = get(client, "events/counts/?state=nowhere-at-all")
    assert nothing["results"] == [{"count": 0}]
    assert [note["code"] for note in nothing["notes"]] == ["unresolved_reference"]
    assert get(client, "events/counts/?by=year,type&state=nowhere-at-all")["results"] == []


def test_too_many_rows_and_too_many_records_are_refused(
    client: Client, world: dict[str, list[Document]], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    states = get(client, "events/counts/?by=year&state=borduria")["total"]["value"]
    rows = len(get(client, "events/counts/?by=month,type")["results"])
    for most, status in ((rows, 200), (rows - 1, 400)):
        monkeypatch.setattr(counts, "MOST_ROWS", most)
        answer = get(client, "events/counts/?by=month,type", status)
        assert answer.get("code", "too_many_groups") == "too_many_groups"
    with monkeypatch.context() as patched:
        patched.setattr(of_events, "_MOST_NAMED", 1)
        answer = get(client, "events/counts/?by=person", 400)
        assert [(fault["code"], fault["parameter"]) for fault in answer["errors"]] == [
            ("too_many_groups", "by")
        ]
        # It names a way to what was wanted, and that way is open.
        assert "`events/?format=ndjson&fields=participations`" in answer["detail"]
        assert client.get("/api/v1/events/?format=ndjson&fields=participations").status_code == 200
    monkeypatch.setattr(counts, "MOST_ROWS", 1_000)

    monkeypatch.setattr(counts.Counting, "_is_led_best", lambda _self, _one: True)
    sums = EventSum.objects.filter(term=EventSum.every)
    # Months are walked: each in which something began is as dear as some sums.
    began = sums.filter(grain=Grain.MONTH).exclude(date__lt="0001-01-01").values("date").distinct()
    for by, price in (
        ("year", sums.filter(grain=Grain.YEAR).count()),
        ("month", began.count() * STEP),
    ):
        for read, status in ((price + 0.5, 200), (price - 0.5, 400)):
            settings.COUNTS_MILLISECONDS = read * counts.ADDED / 1_000
            answer = get(client, f"events/counts/?by={by}", status)
            assert answer.get("code", "too_many_records") == "too_many_records"

    monkeypatch.setattr(FromSums, "of", lambda *_question: None)
    # So many are read as take no more than the time that is set, at the price of the way.
    everything = len(world["event"])
    for by, query, prices, count in (
        ("year", "state=borduria", counts.READ, states),
        ("status", "state=borduria", counts.FOLLOWED, states),
        ("year", "", counts.PASSED, everything),
        ("role", "", counts.PASSED + PART, everything),
        ("type,person", "", counts.PASSED + 3 * PART, everything),
        ("topic,person", "", counts.PASSED + 4 * PART, everything),
    ):
        for read, status in ((count + 0.5, 200), (count - 0.5, 400)):
            settings.COUNTS_MILLISECONDS = read * prices / 1_000
            answer = get(client, f"events/counts/?by={by}&{query}".rstrip("&"), status)
            assert answer.get("code", "too_many_records") == "too_many_records"


@pytest.mark.parametrize(
    ("query", "code", "suggestion"),
    [
        ("by=yaer", "invalid_choice", "year"),
        ("by=year,type,state", "too_many_values", None),
        ("by=person,state", "invalid_combination", None),
        ("by=year&page_size=3", "unknown_parameter", None),
        ("by=year&ordering=-date", "unknown_parameter", None),
        ("by=", "empty_value", None),
        ("sum=value", "unknown_parameter", None),
    ],
)
def test_what_is_not_understood_is_refused(
    client: Client, query: str, code: str, suggestion: str | None
) -> None:
    answer = get(client, f"events/counts/?{query}", 400)

    assert answer["code"] == "invalid_parameters"
    first = answer["errors"][0]
    assert (first["code"], first.get("suggestion")) == (
        code,
        suggestion or first.get("suggestion"),
    )


def test_an_answer_that_did_not_change_is_not_sent_again(client: Client) -> None:
    publish_whole(make_event("One", when="2001"))
    address = "/api/v1/events/counts/?by=year"
    etag = client.get(address).headers["ETag"]

    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    publish_whole(make_event("Two", when="2001"))
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("query", "statements"),
    [
        ("by=year", 1),
        ("by=year,type&state=elbonia", 3),
        ("by=year,state", 3),
        ("by=person,role", 3),
        ("by=topic,place", 2),
    ],
)
def test_the_number_of_statements_is_fixed(client: Client, query: str, statements: int) -> None:
    shown = []
    elbonia = make_state("Elbonia", slug="elbonia")
    for _ in range(3):
        event = make_event(when="2001", topics=(make_topic(),))
        make_participation(event, make_person(), role="host", on_behalf_of_state=elbonia)
        publish_whole(event)
        with CaptureQueriesContext(connection) as captured:
            get(client, f"events/counts/?{query}")
        shown.append(
            sum(not one["sql"].startswith(("SAVEPOINT", "RELEASE", "SET")) for one in captured)
        )

    assert shown == [statements] * 3


def test_counts_come_as_ndjson(client: Client, world: dict[str, list[Document]]) -> None:
    answer = get(client, "events/counts/?by=year")

    response = client.get("/api/v1/events/counts/?by=year&format=ndjson")
    *rows, trailer = [json.loads(line) for line in b"".join(response).splitlines()]
    assert rows == answer["results"]
    assert (trailer["complete"], trailer["count"], trailer["total"]) == (
        True,
        len(rows),
        len(world["event"]),
    )


def test_what_is_cut_off_as_of_an_instant_is_refused_for_that(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Now it may be answered another time; of then it would not."""
    publish_whole(make_event("One", when="2001"))
    by = "person"  # of which there are no sums

    def late(_statement: Any) -> Any:
        raise Problem("count_timeout")

    monkeypatch.setattr(counts, "fetch_in_time", late)
    assert get(client, f"events/counts/?by={by}", 503)["code"] == "count_timeout"
    refused = get(client, f"events/counts/?by={by}&as_of=2026-05-01T00:00:00Z", 400)
    assert (refused["code"], [fault["parameter"] for fault in refused["errors"]]) == (
        "too_many_records",
        ["as_of"],
    )
