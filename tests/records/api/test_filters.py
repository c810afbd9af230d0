"""Filters by reference, by choice, by date and by what belongs together."""

from uuid import uuid4

import pytest

from people.models import StateCode
from records.models import Reference, TopicIdentifier
from records.publishing.merge import merge
from records.publishing.publish import publish, withdraw
from tests.factories.events import make_event, make_event_type, make_participation
from tests.factories.people import (
    make_office,
    make_organization,
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
    assert titles(client, "topic__all=critical-minerals,never-there") == []
    assert titles(client, "topic__not=critical-minerals") == ["Gold", "Undated"]
    assert titles(client, "topic__not=never-there") == ["Both", "Earths", "Gold", "Undated"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("date_after=2025-09-20", ["Both", "Earths"]),
        ("date_before=2025-09-01", ["Both", "Earths"]),
        ("date_after=2025-09-13&date_before=2025-09-13", ["Both", "Earths", "Gold"]),
        ("date_after=2025-09&date_before=2025-09&date_match=certain", ["Earths", "Gold"]),
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
    assert found(client, "broader=critical-minerals,never-there") == ["rare-earths"]
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

    nothing = client.get("/api/v1/topics/?broader=never-there").content
    for text in ("secret", str(draft.pk), "gone", str(uuid4()), "wikidata:Q999", "gold"):
        answer = client.get(f"/api/v1/topics/?broader={text}")
        assert (answer.status_code, answer.content) == (200, nothing), text
    assert found(client, "broader=gold,secret") == []


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
