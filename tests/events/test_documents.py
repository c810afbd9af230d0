"""What the API serves of event types, places, events, statements and relations: whole documents."""

from __future__ import annotations

from typing import Any

import pytest

from events.models import (
    EventCitation,
    EventEdition,
    EventType,
    EventTypeEdition,
    PlaceName,
)
from events.terms import participation
from records.publishing.publish import publish
from records.reference_data import load_all, reference_rows
from records.registry import kind_named
from tests.factories.documents import (
    citation,
    document_of,
    month,
    office_reference,
    opening,
    reference,
)
from tests.factories.events import (
    make_event,
    make_event_link,
    make_event_place,
    make_event_type,
    make_participation,
    make_place,
    make_relation,
    make_statement,
)
from tests.factories.people import (
    make_office,
    make_organization,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import make_source, make_topic, publish_whole

pytestmark = pytest.mark.django_db


def test_event_type_lists_the_types_above_it() -> None:
    meeting = make_event_type("meeting", label="Meeting")
    summit = make_event_type("summit", label="Summit", broader=meeting)
    trilateral = make_event_type(
        "trilateral_summit",
        label="Trilateral summit",
        description="A summit of three.",
        broader=summit,
        plover_type="CONSULT",
        plover_mode="visit",
        cameo_code="042",
        goldstein="1.9",
    )

    publish(trilateral, summit, meeting, by=None)

    assert document_of(trilateral) == {
        **opening(trilateral, "Trilateral summit"),
        "code": "trilateral_summit",
        "description": "A summit of three.",
        "parents": ["summit", "meeting"],
        "broader": {**reference(summit, "Summit", code="summit"), "parents": ["meeting"]},
        "plover_type": "CONSULT",
        "plover_mode": "visit",
        "cameo_code": "042",
        "goldstein": 1.9,
        "identifiers": [],
        "citations": [],
    }
    assert document_of(meeting)["parents"] == []
    assert trilateral.slug == "trilateral_summit"


def test_a_type_that_moves_in_the_tree_takes_what_names_it_along() -> None:
    meeting, hospitality = make_event_type("meeting"), make_event_type("hospitality")
    dinner = make_event_type("dinner", broader=meeting)
    banquet = make_event_type("banquet", broader=dinner)
    event = make_event(type=banquet)
    publish(meeting, hospitality, by=None)
    publish_whole(event)

    EventType.objects.filter(pk=dinner.pk).update(broader=hospitality)
    assert document_of(event)["type"]["parents"] == ["dinner", "meeting"]
    publish(dinner, by=None)

    assert document_of(dinner)["parents"] == ["hospitality"]
    assert document_of(banquet)["parents"] == ["dinner", "hospitality"]
    assert document_of(event)["type"]["parents"] == ["dinner", "hospitality"]


def test_place_shows_where_it_lies() -> None:
    us = make_state("United States", alpha_2="US")
    washington = make_place("Washington", state=us)
    house = make_place(
        "White House",
        kind="venue",
        state=us,
        parent=washington,
        latitude="38.897676",
        longitude="-77.036530",
    )
    former = PlaceName(record=house, name="Executive Mansion", kind="former")
    former.end = "1901"
    former.save()

    publish_whole(house)

    assert document_of(house) == {
        **opening(house, "White House"),
        "name": "White House",
        "kind": "venue",
        "state": reference(us, "United States", code="US"),
        "parent": reference(washington, "Washington"),
        "latitude": 38.897676,
        "longitude": -77.03653,
        "names": [
            {
                "name": "Executive Mansion",
                "kind": "former",
                "language": None,
                "script": None,
                "start": None,
                "end": {
                    "edtf": "1901",
                    "earliest": "1901-01-01",
                    "latest": "1901-12-31",
                    "precision": "year",
                    "text": None,
                },
            },
        ],
        "identifiers": [],
        "citations": [],
    }


def test_event_shows_all_that_its_record_says() -> None:
    """The call of the sample story, with a mediator, a place and a link added."""
    us, pk = make_state("United States", alpha_2="US"), make_state("Pakistan", alpha_2="PK")
    qatar = make_state("Qatar", alpha_2="QA")
    ministry = make_organization("Ministry of Foreign Affairs of Pakistan", state=pk)
    company = make_organization("Mota-Engil", classification="company", domicile=us)
    secretary = make_office("Secretary of State", state=us)
    deputy = make_office("Deputy Prime Minister of Pakistan", state=pk)
    rubio, dar = make_person("Marco Rubio"), make_person("Ishaq Dar")
    as_secretary = make_tenure(rubio, secretary)
    as_deputy = make_tenure(dar, deputy)
    trade = make_topic("trade", label="Trade")
    source = make_source(title="S1")
    doha = make_place("Doha", state=qatar)
    earlier = make_event("Earlier call", status="alleged")
    visit = make_event("Visit")
    event = make_event(
        "Rubio calls Dar",
        type=make_event_type("call", label="Call"),
        summary="They spoke by telephone.",
        when={"edtf": "", "text": "Saturday night", "precision": "part_of_day"},
        attendance="remote",
        parent=visit,
        contested=True,
        topics=(trade,),
        source=source,
    )
    EventCitation.objects.filter(record=event).update(
        field="when",
        locator="paragraph 1",
        attributed_to_organization=ministry,
        attribution_text="the ministry",
        evidence="documented",
    )
    make_event_place(event, doha, name_as_given="the Qatari capital", role="venue", order=2)
    make_event_place(event, name_as_given="a third country", role="origin", order=1)
    caller = make_participation(
        event, rubio, role="caller", presence="remote", tenures=(as_secretary,)
    )
    callee = make_participation(
        event,
        dar,
        name_as_given="the deputy premier",
        role="callee",
        side="PK",
        capacity_text="deputy prime minister",
        tenures=(as_deputy,),
    )
    callee.participation_capacities.update(evidence="inferred")
    make_participation(
        event, "several aides", role="accompanying", on_behalf_of_organization=company
    )
    make_participation(event, qatar, role="mediator", on_behalf_of_state=us, contested=True)
    make_event_link(event, earlier, kind="counterpart")
    assert caller.contested is False

    publish_whole(event)

    in_us, in_pk = reference(us, "United States", code="US"), reference(pk, "Pakistan", code="PK")
    in_qatar = reference(qatar, "Qatar", code="QA")
    nothing: dict[str, Any] = {
        "name_as_given": None,
        "side": None,
        "capacities": [],
        "capacity_text": None,
        "on_behalf_of": None,
        "states": None,
        "presence": "unknown",
        "contested": False,
    }
    document = document_of(event)
    assert document == {
        **opening(event, "Rubio calls Dar"),
        "type": {**reference(event.type, "Call", code="call"), "parents": []},
        "title": "Rubio calls Dar",
        "summary": "They spoke by telephone.",
        "when": {
            "edtf": None,
            "earliest": None,
            "latest": None,
            "precision": "part_of_day",
            "text": "Saturday night",
        },
        "end": None,
        "status": "occurred",
        "attendance": "remote",
        "visit_class": None,
        "parent": reference(visit, "Visit"),
        "has_parts": False,
        "topics": [reference(trade, "Trade", code="trade")],
        "places": [
            {"place": None, "state": None, "name_as_given": "a third country", "role": "origin"},
            {
                "place": reference(doha, "Doha"),
                "state": in_qatar,
                "name_as_given": "the Qatari capital",
                "role": "venue",
            },
        ],
        "states": [in_pk, in_qatar, in_us],
        "participations": [
            {
                **nothing,
                "participant": reference(rubio, "Marco Rubio"),
                "role": "caller",
                "capacities": [
                    {
                        "tenure": reference(as_secretary, "Marco Rubio, Secretary of State"),
                        "office": office_reference(secretary, "Secretary of State", in_us),
                        "evidence": "reported",
                    },
                ],
                "presence": "remote",
            },
            {
                **nothing,
                "participant": reference(dar, "Ishaq Dar"),
                "name_as_given": "the deputy premier",
                "role": "callee",
                "side": "PK",
                "capacities": [
                    {
                        "tenure": reference(
                            as_deputy, "Ishaq Dar, Deputy Prime Minister of Pakistan"
                        ),
                        "office": office_reference(
                            deputy, "Deputy Prime Minister of Pakistan", in_pk
                        ),
                        "evidence": "inferred",
                    },
                ],
                "capacity_text": "deputy prime minister",
            },
            {
                **nothing,
                "participant": None,
                "name_as_given": "several aides",
                "role": "accompanying",
                "on_behalf_of": reference(company, "Mota-Engil"),
            },
            {
                **nothing,
                "participant": in_qatar,
                "role": "mediator",
                "on_behalf_of": in_us,
                "contested": True,
            },
        ],
        "links": [{"kind": "counterpart", "event": reference(earlier, "Earlier call")}],
        "identifiers": [],
        "citations": [
            citation(
                source,
                field="when",
                locator="paragraph 1",
                attributed_to=reference(ministry, "Ministry of Foreign Affairs of Pakistan"),
                attribution_text="the ministry",
                evidence="documented",
            ),
        ],
    }
    assert list(document)[9:22] == [
        "type",
        "title",
        "summary",
        "when",
        "end",
        "status",
        "attendance",
        "visit_class",
        "parent",
        "has_parts",
        "topics",
        "places",
        "states",
    ]


def test_event_at_a_place_lay_in_the_state_of_its_time() -> None:
    france, germany = make_state("France"), make_state("Germany")
    strasbourg = make_place("Strasbourg", state=france)
    event = make_event()
    make_event_place(event, strasbourg, state=germany)

    publish_whole(event)

    document = document_of(event)
    assert document["places"][0]["state"] == reference(germany, "Germany", code=None)
    assert document["states"] == [reference(germany, "Germany", code=None)]


def test_states_of_a_participant_are_listed_only_where_nothing_else_shows_them() -> None:
    us, pk = make_state("United States", alpha_2="US"), make_state("Pakistan", alpha_2="PK")
    in_us, in_pk = reference(us, "United States", code="US"), reference(pk, "Pakistan", code="PK")
    ministry = make_organization("Ministry of Foreign Affairs of Pakistan", state=pk)
    secretary, nobodys = (
        make_office("Secretary of State", state=us),
        make_office("Secretary-General"),
    )
    in_office, elsewhere = make_tenure(office=secretary), make_tenure(office=nobodys)
    event = make_event()
    shown: dict[str, list[dict[str, Any]] | None] = {}
    for role, who, fields, expected in (
        ("host", us, {}, None),
        ("visitor", in_office.person, {"tenures": (in_office,)}, None),
        ("caller", elsewhere.person, {"tenures": (elsewhere,)}, None),
        ("callee", make_person(), {"on_behalf_of_state": pk}, None),
        ("observer", make_organization("Mota-Engil"), {}, None),
        ("organizer", ministry, {}, [in_pk]),
        ("mediator", us, {"on_behalf_of_organization": ministry}, [in_us, in_pk]),
        # The organization adds nothing to the state that stands beside it.
        ("chair", ministry, {"on_behalf_of_state": pk}, None),
    ):
        make_participation(event, who, role=role, **fields)
        shown[role] = expected

    publish_whole(event)

    document = document_of(event)
    assert {each["role"]: each["states"] for each in document["participations"]} == shown
    assert document["states"] == [in_pk, in_us]
    edition = EventEdition.objects.current().get(record_id=event.pk)
    stood_for = {
        role: {
            state.name
            for state in (us, pk)
            if participation(role=role, state=str(state.pk)) in edition.terms
        }
        for role in shown
    }
    assert stood_for == {
        "host": {us.name},
        "visitor": {us.name},
        "caller": set(),
        "callee": {pk.name},
        "observer": set(),
        "organizer": {pk.name},
        "mediator": {us.name, pk.name},
        "chair": {pk.name},
    }


def test_statement_shows_who_said_what_about_what() -> None:
    us, pk = make_state("United States", alpha_2="US"), make_state("Pakistan", alpha_2="PK")
    office = make_office("Chargé d'affaires in Islamabad", state=us)
    baker = make_person("Natalie Baker")
    tenure = make_tenure(baker, office)
    relation = make_relation(us, pk)
    event = make_event("Signing")
    release = make_statement("The embassy's release.")
    minerals = make_topic("critical-minerals", label="Critical minerals")
    source = make_source(title="S1")
    statement = make_statement(
        "She called such deals a priority because of what critical minerals mean for security and for prosperity.",
        kind="quote",
        speaker_person=baker,
        speaker_as_given="the US envoy",
        date="2025-09",
        event=event,
        part_of=release,
        language="en",
        text="A priority.",
        about=(relation, event, minerals),
        tenures=(tenure,),
        topics=(minerals,),
        source=source,
    )

    publish_whole(statement)

    topic = reference(minerals, "Critical minerals", code="critical-minerals")
    label = "She called such deals a priority because of what critical minerals mean for sec…"
    assert len(label) == 80
    assert document_of(statement) == {
        **opening(statement, label),
        "kind": "quote",
        "speaker": reference(baker, "Natalie Baker"),
        "speaker_as_given": "the US envoy",
        "capacities": [
            {
                "tenure": reference(tenure, "Natalie Baker, Chargé d'affaires in Islamabad"),
                "office": office_reference(
                    office,
                    "Chargé d'affaires in Islamabad",
                    reference(us, "United States", code="US"),
                ),
                "evidence": "reported",
            },
        ],
        "date": month("2025-09", 30),
        "event": reference(event, "Signing"),
        "about": [
            reference(relation, "Pakistan \N{EN DASH} United States"),
            reference(event, "Signing"),
            topic,
        ],
        "part_of": reference(release, "The embassy's release."),
        "language": "en",
        "text": "A priority.",
        "summary": "She called such deals a priority because of what critical minerals mean for security and for prosperity.",
        "topics": [topic],
        "identifiers": [],
        "citations": [citation(source)],
    }


def test_every_type_that_ships_is_published_with_its_tree() -> None:
    first, second = load_all(["events"]), load_all(["events"])

    assert [(loaded.created, loaded.unchanged) for loaded in (*first, *second)] == [
        (32, 0),
        (0, 32),
    ]
    shown = {
        edition.code: document_of(EventType.objects.get(code=edition.code))
        for edition in EventTypeEdition.objects.all()
    }
    assert {
        code: (
            each["cameo_code"],
            each["plover_type"],
            each["plover_mode"],
            each["goldstein"],
            each["parents"],
        )
        for code, each in shown.items()
    } == {
        row["code"]: (
            row["cameo_code"],
            row.get("plover_type"),
            row.get("plover_mode"),
            float(row["goldstein"]),
            [row["broader"]] if "broader" in row else [],
        )
        for row in reference_rows(EventType)
    }
    assert shown["call"]["cameo_code"] == "041"
    assert shown["luncheon"]["parents"] == ["hospitality"]


def test_types_with_the_same_cameo_code_are_coded_alike() -> None:
    codings = {
        tuple(row.get(name) for name in ("cameo_code", "plover_type", "plover_mode", "goldstein"))
        for row in reference_rows(EventType)
    }

    assert len(codings) == len({cameo for cameo, *_others in codings})


def test_reference_data_leave_alone_what_the_desk_changed() -> None:
    load_all(["events"])
    call = EventType.objects.get(code="call")
    EventType.objects.filter(pk=call.pk).update(label="Telephone call", goldstein=None)
    EventType.objects.filter(code="threat").update(description="")
    load_all(["events"])

    call.refresh_from_db()
    assert (call.label, call.goldstein) == ("Telephone call", None)
    assert EventType.objects.get(code="threat").description == ""
    assert kind_named("event_type").editions.objects.filter(revision__gt=1).count() == 0
