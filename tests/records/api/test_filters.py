"""Filters by reference, by choice, by date and by what belongs together."""

from datetime import timedelta, timezone
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import PersonName, StateCode
from records.editions import TopicEdition
from records.models import Reference, TopicIdentifier
from records.publishing.merge import merge
from records.publishing.publish import publish, withdraw
from tests.factories.events import (
    make_event,
    make_event_type,
    make_participation,
    make_place,
)
from tests.factories.people import (
    make_office,
    make_organization,
    make_part,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import make_source, make_topic, publish_whole

pytestmark = pytest.mark.django_db


def found(client, query, resource="topics", field="code"):
    response = client.get(f"/api/v1/{resource}/?{query}")
    assert response.status_code == 200, response.content
    return [record[field] for record in response.json()["results"]]


@pytest.fixture
def minerals():
    """critical-minerals > rare-earths > dysprosium, and gold beside them."""
    top = make_topic("critical-minerals")
    earths = make_topic("rare-earths", broader=top)
    dysprosium = make_topic("dysprosium", broader=earths)
    gold = make_topic("gold")
    TopicIdentifier.objects.create(record=top, scheme="wikidata", value="Q1")
    publish(top, earths, dysprosium, gold, by=None)
    return {"top": top, "earths": earths, "dysprosium": dysprosium, "gold": gold}


@pytest.fixture
def events(minerals):
    kind = make_event_type("announcement")
    made = [
        make_event("Earths", type=kind, topics=(minerals["earths"],), when="2025-09"),
        make_event("Gold", type=kind, topics=(minerals["gold"],), when="2025-09-13"),
        make_event(
            "Both",
            type=kind,
            topics=(minerals["gold"], minerals["dysprosium"]),
            when="2025-05/2025-10",
        ),
        make_event("Undated", type=kind),
    ]
    publish(kind, by=None)
    publish_whole(*made)
    return made


def test_a_reference_may_be_an_id_a_slug_a_code_or_an_identifier(client, minerals):
    top = minerals["top"]

    for text in (str(top.pk), str(top.pk).upper(), top.slug, "critical-minerals", "wikidata:Q1"):
        assert found(client, f"broader={text}") == ["rare-earths"], text


@pytest.mark.parametrize(
    "text", ["PK", "pk", "Pk", "PAK", "pak", "PKXX", "iso3166-1-alpha-2:PK", "pakistan"]
)
def test_a_state_is_also_named_by_its_bare_code_in_any_case(client, text):
    state = make_state("Pakistan", alpha_2="PK")
    StateCode.objects.create(state=state, scheme="iso3166-1-alpha-3", value="PAK")
    StateCode.objects.create(state=state, scheme="iso3166-3", value="PKXX")
    ministry = make_organization("Foreign Office", state=state)
    publish(state, by=None)
    publish_whole(ministry)

    assert found(client, f"state={text}", "organizations", "label") == ["Foreign Office"]
    assert client.get(f"/api/v1/states/{text}/").json()["label"] == "Pakistan"


def titles(client, query):
    return sorted(found(client, query, "events", "title"))


def test_a_topic_includes_all_narrower_ones(client, events):
    assert titles(client, "topic=critical-minerals") == ["Both", "Earths"]
    assert titles(client, "topic=dysprosium") == ["Both"]
    assert titles(client, "topic=critical-minerals,gold") == ["Both", "Earths", "Gold"]
    assert titles(client, "topic__all=critical-minerals,gold") == ["Both"]
    assert titles(client, "topic__all=critical-minerals,local:never-there") == []
    assert titles(client, "topic__not=critical-minerals") == ["Gold", "Undated"]
    assert titles(client, "topic__not=local:never-there") == ["Both", "Earths", "Gold", "Undated"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("date_after=2025-09-20", ["Both", "Earths"]),
        ("date_before=2025-09-01", ["Both", "Earths"]),
        ("date_after=2025-09-13&date_before=2025-09-13", ["Both", "Earths", "Gold"]),
        ("date_after=2025-09&date_before=2025-09&date_match=certain", ["Both", "Earths", "Gold"]),
        ("date_after=2025&date_match=certain", ["Both", "Earths", "Gold"]),
        ("date_after=2026", []),
        ("date_after=2026&date_match=any", ["Undated"]),
        ("date_after=2026&date_match=possible", []),
    ],
)
def test_dates_are_compared_as_well_as_they_are_known(client, events, query, expected):
    assert titles(client, query) == expected


def test_what_is_asked_of_a_participant_must_hold_of_the_same_one(client):
    host, mediator = make_person("Host"), make_person("Mediator")
    kind = make_event_type("meeting")
    event = make_event("Talks", type=kind)
    make_participation(event, host, role="host")
    make_participation(event, mediator, role="mediator")
    publish(kind, by=None)
    publish_whole(host, mediator)
    publish_whole(event)

    assert titles(client, "person=host&role=mediator") == ["Talks"]
    assert titles(client, "participant.person=host&participant.role=mediator") == []
    assert titles(client, "participant.person=mediator&participant.role=mediator") == ["Talks"]
    assert titles(client, "participant.person=host,mediator&participant.role=mediator,chair") == [
        "Talks"
    ]
    assert titles(client, "participant.person=never-there&participant.role=mediator") == []
    assert titles(client, "participant.role=mediator") == ["Talks"]


def test_values_divided_by_commas_are_any_of_them(client, minerals):
    assert found(client, "broader=critical-minerals,rare-earths&ordering=code") == [
        "dysprosium",
        "rare-earths",
    ]
    assert found(client, "broader=critical-minerals,local:never-there") == ["rare-earths"]
    assert found(client, "code=gold,rare-earths,gold") == ["gold", "rare-earths"]


def test_isnull_asks_for_what_is_unknown(client, minerals):
    assert found(client, "broader__isnull=true") == ["critical-minerals", "gold"]
    assert found(client, "broader__isnull=false") == ["dysprosium", "rare-earths"]


def test_not_leaves_out_and_keeps_what_is_unknown(client):
    publish(make_source(kind="news", title="A"), make_source(kind="book", title="B"), by=None)

    assert found(client, "kind__not=news", "sources", "title") == ["B"]
    assert found(client, "kind__not=news,book", "sources", "title") == []


def test_a_merged_reference_leads_to_its_survivor(client, minerals):
    extra = make_topic("extra", broader=minerals["gold"])
    twin = make_topic("aurum")
    publish(extra, twin, by=None)
    merge(twin, minerals["gold"], by=None, reason="The same metal.")

    assert found(client, "broader=aurum") == ["extra"]
    assert found(client, f"broader={twin.pk}") == ["extra"]


def test_a_code_that_names_two_records_is_refused_with_both(client):
    for topic in (make_topic("one"), make_topic("two")):
        TopicIdentifier.objects.bulk_create(
            [TopicIdentifier(record=topic, scheme="local", value=f"x-{topic.code}")]
        )
        publish(topic, by=None)
    Reference.objects.update(keys=["local:same"])

    response = client.get("/api/v1/topics/?broader=local:same&page_size=0")

    assert [(fault["code"], fault.get("suggestion")) for fault in response.json()["errors"]] == [
        ("out_of_range", None),
        ("ambiguous_reference", "one"),
    ]
    detail = client.get("/api/v1/topics/local:same/")
    assert (detail.status_code, detail.json()["code"]) == (400, "ambiguous_reference")


def test_a_draft_cannot_be_told_from_what_was_never_there(client, minerals):
    draft = make_topic("secret", broader=minerals["gold"])
    withdrawn = make_topic("gone")
    publish(withdrawn, by=None)
    withdraw(withdrawn, by=None, reason="Made in error.")
    child = make_topic("child", broader=draft)
    assert child.broader_id

    absent = client.get("/api/v1/topics/?broader=never-there")
    assert absent.json()["errors"] == [
        {
            "code": "invalid_choice",
            "detail": "“never-there” is the code of no topic: /api/v1/topics/ has them all.",
            "parameter": "broader",
        }
    ]
    for text in ("secret", "gone"):
        answer = client.get(f"/api/v1/topics/?broader={text}")
        assert answer.status_code == 400
        assert answer.json()["errors"] == [
            {
                "code": "invalid_choice",
                "detail": f"“{text}” is the code of no topic: /api/v1/topics/ has them all.",
                "parameter": "broader",
            }
        ]
    for text in (str(draft.pk), str(withdrawn.pk), str(uuid4()), "wikidata:Q999"):
        answer = client.get(f"/api/v1/topics/?broader={text}").json()
        assert answer == {
            "results": [],
            "next": None,
            "previous": None,
            "total": {"value": 0, "relation": "eq"},
            "notes": [unresolved("broader", text)],
        }
    assert client.get("/api/v1/topics/?broader=gold").json()["notes"] == []


def unresolved(parameter, text, *suggestions):
    return {
        "code": "unresolved_reference",
        "parameter": parameter,
        "value": text,
        "detail": f"“{text}” names no published record.",
        "suggestions": list(suggestions),
    }


def notes(client, query, resource="events"):
    response = client.get(f"/api/v1/{resource}/?{query}")
    assert response.status_code == 200, response.content
    return response.json()["notes"]


def test_a_reference_that_names_nothing_is_noted_with_the_published_names_that_are_like_it(client):
    moscow, city = make_place("Moscow, Russia"), make_place("Moscow, Idaho")
    dar, other = make_person("Ishaq Dar"), make_person("Wang Yi")
    body = make_organization("Ministry of Foreign Affairs")
    gone, twin = make_place("Moscow Two"), make_place("Moscow Three")
    publish_whole(moscow, city, dar, other, body, gone, twin)
    withdraw(gone, by=None, reason="Made in error.")
    merge(twin, moscow, by=None, reason="The same city.")
    make_place("Moscow")
    make_person("Isaq Dar")

    assert notes(client, "place=moscow") == [
        unresolved("place", "moscow", "moscow-idaho", "moscow-russia")
    ]
    assert notes(client, "person=Isaq-Dar,wang-yi") == [
        unresolved("person", "Isaq-Dar", "ishaq-dar")
    ]
    assert notes(client, "person=dar&place__not=moskow-rusia") == [
        unresolved("person", "dar", "ishaq-dar"),
        unresolved("place__not", "moskow-rusia", "moscow-russia"),
    ]
    assert notes(client, "participant.person=wang-yee&participant.role=host") == [
        unresolved("participant.person", "wang-yee", "wang-yi")
    ]
    assert notes(client, "state=atlantis") == [unresolved("state", "atlantis")]
    assert notes(client, "person=wikidata:Q1") == [unresolved("person", "wikidata:Q1")]
    assert notes(client, "place=moscow-two") == [
        unresolved("place", "moscow-two", "moscow-idaho", "moscow-russia")
    ]
    assert notes(client, "place=moscow-three") == []
    assert notes(client, "about=isak-dar", "statements") == [
        unresolved("about", "isak-dar", "ishaq-dar")
    ]
    # "pk" is no word of any name.
    assert notes(client, "organization=pk-ministry-of-affairs") == [
        unresolved("organization", "pk-ministry-of-affairs", "ministry-of-foreign-affairs")
    ]


def test_two_capitals_can_only_be_the_code_of_a_state_whatever_else_a_parameter_takes(client):
    pakistan, council = make_state("Pakistan", alpha_2="PK"), make_organization("EU", slug="eu")
    publish_whole(pakistan, council)
    make_state("Draft", alpha_2="ZD")

    for resource, name in (("agreements", "party"), ("statements", "about")):
        everywhere = ": /api/v1/states/ has them all"
        for text, where, suggestion in (
            ("KP", "", {"suggestion": "PK"}),
            ("ZD", everywhere, {}),
            ("ZZ", everywhere, {}),
        ):
            response = client.get(f"/api/v1/{resource}/?{name}={text}")
            assert response.status_code == 400
            assert response.json()["errors"] == [
                {
                    "code": "invalid_choice",
                    "detail": f"“{text}” is the code of no state{where}.",
                    "parameter": name,
                    **suggestion,
                }
            ]
        # These may be slugs, or short for an organization.
        for text in ("zz", "ZZZ"):
            assert notes(client, f"{name}={text}", resource) == [unresolved(name, text)]
        # Both are understood; of neither anything is loaded.
        understood = notes(client, f"{name}=EU,PK", resource)
        assert {note["code"] for note in understood} <= {"coverage"}


def test_a_code_that_is_in_no_published_document_is_refused_with_the_nearest(client, minerals):
    make_topic("silver")

    response = client.get("/api/v1/topics/?code=gold,silver,rare-earth")

    assert response.status_code == 400
    assert response.json()["errors"] == [
        {
            "code": "invalid_choice",
            "detail": "“silver” is the code of no topic: /api/v1/topics/ has them all.",
            "parameter": "code",
        },
        {
            "code": "invalid_choice",
            "detail": "“rare-earth” is the code of no topic.",
            "parameter": "code",
            "suggestion": "rare-earths",
        },
    ]


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("United States", "united-states"),
        ("united_states of america!", "united-states"),
        ("Соединённые", None),
        ("(", None),
    ],
)
def test_a_name_that_is_no_reference_is_refused_with_the_slug_of_what_is_called_so(
    client, text, suggestion
):
    publish(make_state("United States"), by=None)
    make_state("United States of America")

    response = client.get("/api/v1/events/", {"state": text})

    assert response.status_code == 400
    assert [(fault["code"], fault.get("suggestion")) for fault in response.json()["errors"]] == [
        ("invalid_reference", suggestion)
    ]


def test_notes_find_by_other_names_words_and_slips_what_autocomplete_finds(client):
    gaddafi = make_person("Muammar Gaddafi", slug="gaddafi-muammar-1942")
    make_part(PersonName, record=gaddafi, name="Moamer Kadhafi")
    publish_whole(gaddafi, make_person("Moammar Quux"))
    make_part(PersonName, record=gaddafi, name="Wolfram Zyqwx")

    for text in ("kadhafi", "kadhaf", "kadhaffi", "muammar-gadafi", "gaddafi-muammar"):
        assert notes(client, f"person={text}") == [
            unresolved("person", text, "gaddafi-muammar-1942")
        ], text
    assert notes(client, "person=zyqwx") == [unresolved("person", "zyqwx")]


def test_what_a_note_costs_is_bounded(client):
    """However many references name nothing: the same statements, and suggestions for the first ten."""
    publish_whole(make_person("Ishaq Dar"))
    with CaptureQueriesContext(connection) as queries:
        found = notes(client, f"person={','.join(f'ishaq-dar-x{n}' for n in range(100))}")

    assert len(queries) == 6
    assert [note["suggestions"] for note in found] == [["ishaq-dar"]] * 10 + [[]] * 90


def test_the_same_question_has_another_version_when_its_notes_change(client):
    query = "person=ishaq"
    first = client.get(f"/api/v1/events/?{query}")
    publish_whole(make_person("Ishaq Dar"))

    second = client.get(f"/api/v1/events/?{query}", headers={"if-none-match": first["ETag"]})

    assert (first.json()["notes"], second.status_code) == ([unresolved("person", "ishaq")], 200)
    assert second.json()["notes"] == [unresolved("person", "ishaq", "ishaq-dar")]


def test_a_slug_is_read_in_any_capitals(client):
    person, office = make_person("Ishaq Dar"), make_office("Foreign Minister")
    tenure = make_tenure(person, office)
    publish_whole(person, office)
    publish_whole(tenure)

    assert client.get("/api/v1/people/ISHAQ-Dar/").json()["slug"] == "ishaq-dar"
    assert client.get("/api/v1/people/Ishaq-Dar/revisions/").json()["total"]["value"] == 1
    assert found(client, "person=Ishaq-DAR", "tenures", "id") == [str(tenure.pk)]


@pytest.mark.parametrize(
    ("repeated", "divided"),
    [
        ("topic=gold&topic=rare-earths", "topic=gold,rare-earths"),
        ("topic=gold&topic=gold", "topic=gold"),
        ("topic=gold,rare-earths&topic=dysprosium", "topic=gold,rare-earths,dysprosium"),
        ("topic__all=gold&topic__all=dysprosium", "topic__all=gold,dysprosium"),
        ("topic=gold&date_after=2025&topic=rare-earths", "topic=gold,rare-earths&date_after=2025"),
        ("fields=title&fields=slug", "fields=title,slug"),
    ],
)
def test_a_repeated_parameter_is_the_same_as_commas(client, events, repeated, divided):
    answers = [client.get(f"/api/v1/events/?{query}") for query in (repeated, divided)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content


def test_a_cursor_goes_on_a_query_with_repeats_and_its_like_with_commas(client, events):
    page = client.get("/api/v1/events/?topic=gold&topic=rare-earths&page_size=1").json()
    link = page["next"]
    assert link.startswith(
        "http://testserver/api/v1/events/?topic=gold&topic=rare-earths&page_size=1&cursor="
    )
    cursor = link.partition("&cursor=")[2]

    repeated = client.get(link).json()
    divided = client.get(
        f"/api/v1/events/?topic=gold,rare-earths&page_size=1&cursor={cursor}"
    ).json()

    assert [len(each["results"]) for each in (repeated, divided)] == [1, 1]
    assert repeated["results"] == divided["results"]


def test_defaults_that_are_said_change_nothing(client, events):
    """Generated clients send them with every request, whether there is a date or a state or not."""
    said = client.get("/api/v1/events/?date_match=possible&include_predecessors=false&page_size=1")
    unsaid = client.get("/api/v1/events/?page_size=1").json()
    assert said.status_code == 200
    assert said.json()["results"] == unsaid["results"]
    cursor = said.json()["next"].partition("&cursor=")[2]

    assert cursor == unsaid["next"].partition("&cursor=")[2]
    other = client.get(f"/api/v1/events/?date_match=any&date_after=2000&cursor={cursor}").json()
    assert other["errors"][0]["code"] == "cursor_mismatch"


def listed(client, query, resource="topics"):
    answer = client.get(f"/api/v1/{resource}/?{query}").json()
    return [record["slug"] for record in answer["results"]], answer["notes"]


def test_records_are_listed_by_their_names_in_the_order_asked(client, minerals):
    top, gold = minerals["top"], minerals["gold"]
    asked = f"rare-earths,{gold.pk},wikidata:Q1,DYSPROSIUM"
    expected = ["rare-earths", "gold", "critical-minerals", "dysprosium"]

    assert listed(client, f"id={asked}") == (expected, [])
    assert listed(client, f"id={asked.replace(',', '&id=')}") == (expected, [])
    assert listed(client, f"id={asked}&ordering=-code") == (sorted(expected, reverse=True), [])
    assert listed(client, f"id={asked}&broader=critical-minerals") == (["rare-earths"], [])
    assert listed(client, f"id=gold,{gold.pk},{top.pk}") == (["gold", "critical-minerals"], [])
    pages = []
    address = f"/api/v1/topics/?id=never,{asked}&page_size=1"
    while address:
        page = client.get(address).json()
        pages.append([record["slug"] for record in page["results"]])
        assert page["total"] == {"value": 4, "relation": "eq"}
        address = page["next"]
    assert pages == [[slug] for slug in expected]


def test_what_became_of_records_asked_by_name_is_noted(client, minerals):
    twin, gone, draft = make_topic("aurum"), make_topic("gone"), make_topic("goldd")
    publish(twin, gone, by=None)
    merge(twin, minerals["gold"], by=None, reason="The same metal.")
    withdraw(gone, by=None, reason="Made in error.")

    slugs, said = listed(client, f"id=rare-earths,aurum,gone,goldd,{draft.pk},{twin.pk}")

    assert slugs == ["rare-earths", "gold"]
    merged = {
        "code": "merged",
        "parameter": "id",
        "detail": "“aurum” was merged into another record, which is listed instead.",
        "suggestions": ["gold"],
    }
    assert said == [
        {**merged, "value": "aurum"},
        {
            "code": "withdrawn",
            "parameter": "id",
            "value": "gone",
            "detail": "“gone” was withdrawn; its address says why.",
            "suggestions": [],
        },
        {
            **merged,
            "value": str(twin.pk),
            "detail": f"“{twin.pk}” was merged into another record, which is listed instead.",
        },
        unresolved("id", "goldd", "gold"),
        unresolved("id", str(draft.pk)),
    ]


def test_records_are_found_by_what_they_are_called_elsewhere(client, minerals):
    TopicIdentifier.objects.create(record=minerals["gold"], scheme="wikidata", value="Q897")
    TopicIdentifier.objects.create(record=minerals["earths"], scheme="eurovoc", value="2")
    publish(minerals["gold"], by=None)

    assert listed(client, "identifier=wikidata:Q1,wikidata:Q897") == (
        ["critical-minerals", "gold"],
        [],
    )
    assert listed(client, "identifier=wikidata:Q897,eurovoc:2") == (
        ["gold"],
        [unresolved("identifier", "eurovoc:2")],
    )
    assert listed(client, "identifier=wikidata:Q1&broader__isnull=false") == ([], [])


def test_records_published_later_than_an_instant_are_found(client, minerals):
    gold = minerals["gold"]
    gold.label = "Gold (Au)"
    gold.save()
    publish(gold, by=None)
    earlier, later = sorted(
        TopicEdition.objects.current().values_list("published_at", flat=True).distinct()
    )
    instant = earlier.isoformat().replace("+", "%2B")
    between = (earlier + (later - earlier) / 2).isoformat().replace("+", "%2B")
    abroad = earlier.astimezone(timezone(timedelta(hours=-5))).isoformat()

    assert listed(client, f"published_after={instant}") == (["gold"], [])
    assert listed(client, f"published_after={between}") == (["gold"], [])
    assert listed(client, f"published_after={abroad}") == (["gold"], [])
    assert listed(client, f"published_after={later.isoformat().replace('+', '%2B')}") == ([], [])
    assert len(listed(client, f"published_after={earlier.date()}")[0]) == 4
    tomorrow = later.date() + timedelta(days=1)
    assert listed(client, f"published_after={tomorrow}") == ([], [])


def test_a_new_name_of_a_published_record_is_not_known_before_it_is_published(client, minerals):
    TopicIdentifier.objects.create(record=minerals["top"], scheme="eurovoc", value="1")

    assert found(client, "broader=eurovoc:1") == []
    publish(minerals["top"], by=None)
    assert found(client, "broader=eurovoc:1") == ["rare-earths"]


def test_a_filter_reads_through_the_editions_of_another_kind(client):
    minister, envoy = (
        make_office("Minister", classification="foreign_minister"),
        make_office("Envoy", classification="special_envoy"),
    )
    person = make_person("Ishaq Dar")
    held = make_tenure(person, minister, start="2024-03")
    other = make_tenure(person, envoy, start="2020")
    publish_whole(minister, envoy, person)
    publish_whole(held, other)

    assert found(client, "classification=foreign_minister", "tenures", "id") == [str(held.pk)]
    assert found(client, "classification=foreign_minister", "people", "label") == ["Ishaq Dar"]
    assert found(client, f"person={person.slug}&ordering=start", "tenures", "id") == [
        str(other.pk),
        str(held.pk),
    ]
    # Both hold of some tenure of the person, but not of the same one.
    assert found(client, "classification=special_envoy&office=minister", "people", "label") == []


def test_nothing_of_a_working_table_changes_an_answer(client, minerals):
    before = [
        client.get(f"/api/v1/topics/?{query}").content
        for query in ("", "broader__isnull=true", "search=gold")
    ]

    gold = minerals["gold"]
    gold.label, gold.broader = "Gold and silver", minerals["top"]
    gold.save()
    make_topic("gold-draft", label="Gold draft")

    assert [
        client.get(f"/api/v1/topics/?{query}").content
        for query in ("", "broader__isnull=true", "search=gold")
    ] == before
