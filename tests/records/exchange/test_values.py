"""How fields of each sort are read from a line, and what is said when they are wrong."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import orjson
import pytest

from agreements.models import Agreement, AgreementAction, AgreementParty, Currency
from events.models import Event, EventType, Relation, Statement
from people.models import Organization, State
from records.exchange.export import export
from records.exchange.load import load
from records.exchange.report import Report
from records.models import Source
from tests.factories.records import make_topic

pytestmark = pytest.mark.django_db

STORY = {"object": "source", "slug": "story", "kind": "news", "title": "A story"}
PACT = {
    "object": "agreement",
    "slug": "pact",
    "title": "Pact",
    "form": "treaty",
    "parties": [
        {"party": {"object": "state", "ref": "france"}},
        {"party": {"object": "organization", "ref": "acme"}},
    ],
    "actions": [
        {"kind": "signature", "party": {"object": "organization", "ref": "acme"}, "date": "1999"},
    ],
    "values": [{"amount": "12.50", "currency": "EUR"}],
}


@pytest.fixture(autouse=True)
def records() -> None:
    for name in ("France", "Spain"):
        State(name=name, slug=name.lower()).save()
    Organization(name="Acme", slug="acme", classification="company").save()
    EventType(code="visit", slug="visit", label="Visit").save()
    Currency(code="EUR", name="Euro", minor_units=2).save()
    make_topic("mining")


def take_in(*documents: dict[str, Any], **options: Any) -> Report:
    data = b"".join(orjson.dumps(document) + b"\n" for document in documents)
    return load(io.BytesIO(data), by=None, **options)


def event(slug: str, **fields: Any) -> dict[str, Any]:
    return {"object": "event", "slug": slug, "type": "visit", "title": slug, **fields}


def written(kind: str) -> list[dict[str, Any]]:
    file = io.BytesIO()
    export(file, kinds=[kind])
    return [orjson.loads(line) for line in file.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("document", "field", "code"),
    [
        ({**STORY, "title": 5}, "/title", "wrong_type"),
        ({**STORY, "title": None}, "/title", "required"),
        ({**STORY, "title": "a\0b"}, "/title", "nul"),
        ({**STORY, "title": "x" * 501}, "/title", "invalid"),
        ({**STORY, "kind": "News"}, "/kind", "unknown_value"),
        ({**STORY, "web_address": "not an address"}, "/web_address", "invalid"),
        ({**STORY, "contested": "yes"}, "/contested", "wrong_type"),
        ({**STORY, "retrieved_on": "2025-02-30"}, "/retrieved_on", "bad_date"),
        ({**STORY, "retrieved_on": "20250201"}, "/retrieved_on", "bad_date"),
        ({**STORY, "published": {"edtf": "2025", "when": "x"}}, "/published", "bad_date"),
        ({**STORY, "published": {"text": "x" * 201}}, "/published", "invalid"),
        ({**STORY, "authors": "one"}, "/authors", "wrong_type"),
        ({**STORY, "slug": "No Slug"}, "/slug", "invalid"),
        ({**STORY, "id": "7"}, "/id", "wrong_type"),
        (event("a", type="vist"), "/type", "unknown_reference"),
        (event("a", type=["visit"]), "/type", "wrong_type"),
        (event("a", topics=["mining", "minign"]), "/topics/1", "unknown_reference"),
        (event("a", topics="mining"), "/topics", "wrong_type"),
        (
            event("a", participations=[{"participant": "france"}]),
            "/participations/0/participant",
            "wrong_type",
        ),
        (
            event("a", participations=[{"participant": {"object": "place", "ref": "x"}}]),
            "/participations/0/participant",
            "unknown_object",
        ),
        (
            {**PACT, "values": [{"amount": 1.5, "currency": "EUR"}]},
            "/values/0/amount",
            "wrong_type",
        ),
        (
            {**PACT, "values": [{"amount": "1e3", "currency": "EUR"}]},
            "/values/0/amount",
            "wrong_type",
        ),
        ({**PACT, "values": [{"amount": "-1", "currency": "EUR"}]}, "/values/0/amount", "invalid"),
        (
            {**PACT, "values": [{"amount": "1", "currency": "EUX"}]},
            "/values/0/currency",
            "unknown_reference",
        ),
        (
            {
                **PACT,
                "actions": [{"kind": "signature", "party": {"object": "state", "ref": "spain"}}],
            },
            "/actions/0/party",
            "unknown_reference",
        ),
        ({**PACT, "item_count": 1.5}, "/item_count", "wrong_type"),
        ({"object": "relation", "slug": "x", "states": ["france"]}, "/states", "wrong_type"),
        (
            {
                "object": "statement",
                "slug": "x",
                "kind": "claim",
                "about": [{"object": "source", "ref": "x"}],
            },
            "/about/0",
            "unknown_object",
        ),
    ],
)
def test_a_wrong_value_is_rejected_where_it_stands(
    document: dict[str, Any], field: str, code: str
) -> None:
    report = take_in(document)

    assert [(rejection.fault.pointer, rejection.fault.code) for rejection in report.rejections] == [
        (field, code)
    ]
    assert not Source.objects.exists()


def test_a_line_that_is_too_long_or_too_deep_is_rejected_and_the_next_one_read() -> None:
    deep: Any = {"object": "source"}
    for _step in range(20):
        deep = {"x": deep}
    data = (
        b'{"x": "' + b"y" * 5_000_000 + b'"}\n' + orjson.dumps(deep) + b"\n" + orjson.dumps(STORY)
    )

    report = load(io.BytesIO(data), by=None)

    assert [(r.line, r.fault.code) for r in report.rejections] == [
        (1, "line_too_long"),
        (2, "too_deep"),
    ]
    assert (report.lines, report.count("created"), report.count("rejected")) == (3, 1, 2)


def test_events_may_be_each_others_counterparts() -> None:
    report = take_in(
        event("a", links=[{"kind": "counterpart", "event": "b"}]),
        event("b", links=[{"kind": "counterpart", "event": "a"}]),
    )

    assert report.rejections == []
    links = Event.objects.order_by("slug").values_list("slug", "links__linked_event__slug")
    assert list(links) == [("a", "b"), ("b", "a")]


def test_an_action_names_a_party_of_the_same_agreement() -> None:
    assert take_in(PACT).rejections == []

    action = AgreementAction.objects.get()
    assert (str(action.party.organization), action.date.edtf) == ("Acme", "1999")  # type: ignore[union-attr]
    assert take_in(PACT).count("unchanged") == 1
    assert written("agreement")[0]["actions"][0]["party"] == {
        "object": "organization",
        "ref": "acme",
    }


def test_a_party_that_goes_takes_its_place_in_the_actions_with_it() -> None:
    take_in(PACT)
    party = AgreementParty.objects.get(state__slug="france")

    report = take_in(
        {
            "object": "agreement",
            "slug": "pact",
            "parties": [{"party": {"object": "state", "ref": "france"}, "side": "buyer"}],
            "actions": [{"kind": "signature", "party": {"object": "state", "ref": "france"}}],
        },
    )

    assert report.rejections == []
    kept = AgreementParty.objects.get()
    assert (kept.pk, kept.side) == (party.pk, "buyer")
    assert AgreementAction.objects.get().party == kept


def test_a_party_that_actions_still_name_cannot_go() -> None:
    take_in(PACT)

    report = take_in({"object": "agreement", "slug": "pact", "parties": []})

    assert (report.is_done, len(report.rejections)) == (False, 1)
    assert AgreementParty.objects.count() == 2


def test_amounts_are_exact() -> None:
    take_in(PACT)

    agreement = Agreement.objects.get()
    assert agreement.values.get().amount == Decimal("12.5")
    assert Decimal(written("agreement")[0]["values"][0]["amount"]) == Decimal("12.5")


@pytest.mark.parametrize("states", [["france", "spain"], ["spain", "france"]])
def test_the_direction_of_a_period_follows_the_order_of_the_line(states: list[str]) -> None:
    line = {
        "object": "relation",
        "slug": "x",
        "states": states,
        "periods": [
            {"dimension": "recognition", "value": "recognised", "direction": "first_to_second"},
        ],
    }

    take_in(line)

    relation = Relation.objects.get()
    first = (
        relation.state_a
        if relation.periods.get().direction == "first_to_second"
        else relation.state_b
    )
    assert first.slug == states[0]
    assert take_in(line).count("unchanged") == 1


def test_what_a_statement_is_about_is_one_list_over_several_apps() -> None:
    about = [
        {"object": "state", "ref": "france"},
        {"object": "agreement", "ref": "pact"},
        {"object": "topic", "ref": "mining"},
    ]
    line = {"object": "statement", "slug": "x", "kind": "claim", "text": "So.", "about": about}

    assert take_in(PACT, line).rejections == []

    statement = Statement.objects.get()
    assert (statement.subjects.count(), str(Agreement.objects.get().statement_subjects.get())) == (
        2,
        "Pact",
    )
    assert take_in(line).count("unchanged") == 1
    assert written("statement")[0]["about"] == [about[0], about[2], about[1]]
    take_in({"object": "statement", "slug": "x", "about": about[:1]})
    assert written("statement")[0]["about"] == about[:1]


def test_parts_of_parts_are_compared_too() -> None:
    lines = [
        {"object": "person", "slug": "p", "name": "P"},
        *(
            {"object": "office", "slug": slug, "title": slug, "classification": "other"}
            for slug in ("o1", "o2")
        ),
        *(
            {"object": "tenure", "slug": slug, "person": "p", "office": office}
            for slug, office in (("t1", "o1"), ("t2", "o2"))
        ),
    ]
    who = {"participant": {"object": "person", "ref": "p"}}
    take_in(*lines, event("a", participations=[{**who, "capacities": [{"tenure": "t1"}]}]))
    before = Event.objects.get().participations.get()

    report = take_in(
        event("a", participations=[{**who, "capacities": [{"tenure": "t1"}, {"tenure": "t2"}]}]),
    )

    assert report.count("updated") == 1
    after = Event.objects.get().participations.get()
    assert after.pk == before.pk
    capacities = after.participation_capacities.values_list("tenure__slug", flat=True)
    assert list(capacities) == ["t1", "t2"]


def test_a_name_given_twice_in_one_object_is_rejected_at_any_depth() -> None:
    lines = (
        '{"object": "topic", "code": "mining", "label": "Mining", "label": "Mines"}\n'
        '{"object": "topic", "code": "trade", "label": "Trade", "identifiers": [{"scheme": "a", "scheme": "b", "value": "1"}]}\n'
        # What hides the second one: white space before a colon, an object that goes with its name, text that looks like a name.
        '{"object": "topic", "code" : "a", "code"\t:"b", "label": "\\":"}\n'
        '{"object": "topic", "code": "c", "label": {"a": 1, "b": 2}, "label": "C"}\n'
        '{"object": "topic", "slug": "good", "code": "good", "label": "\\": \\"label\\": {}"}\n'
    )

    report = load(io.BytesIO(lines.encode()), by=None)

    assert [(r.line, r.fault.value, r.fault.code) for r in report.rejections] == [
        (1, "label", "repeated_name"),
        (2, "scheme", "repeated_name"),
        (3, "code", "repeated_name"),
        (4, "label", "repeated_name"),
    ]


@pytest.mark.parametrize(
    ("document", "pointer", "place"),
    [
        (STORY | {"title": "A \u202estory"}, "/title", "Character 3 is U+202E"),
        (STORY | {"authors": ["Jane", "J\x07oe"]}, "/authors", "Character 2 is U+0007"),
        (STORY | {"published": {"text": "May\n10"}}, "/published", "Character 4 is U+000A"),
        (
            STORY | {"identifiers": [{"scheme": "doi", "value": "10\u2028"}]},
            "/identifiers/0/value",
            "Character 3 is U+2028",
        ),
        (STORY | {"curators_note": "Read\x85twice"}, "/curators_note", "Character 5 is U+0085"),
    ],
)
def test_characters_that_are_not_seen_are_rejected_with_their_place(
    document: dict[str, Any], pointer: str, place: str
) -> None:
    (rejection,) = take_in(document).rejections

    assert (rejection.fault.code, rejection.fault.pointer) == ("invalid", pointer)
    assert place in rejection.fault.detail
    assert not Source.objects.exists()


def test_long_texts_keep_their_lines() -> None:
    assert not take_in(STORY | {"curators_note": "Read\n\ttwice"}).rejections
    assert Source.objects.get().curators_note == "Read\n\ttwice"
