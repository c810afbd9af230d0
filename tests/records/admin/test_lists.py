"""Lists at the desk: what they are asked, what they show, and that they are saved and sent as they are."""

from __future__ import annotations

import csv
import json
from codecs import BOM_UTF8
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.dates.edtf import read
from events.models import Event, EventStatus
from people.models import Person, State
from records.admin.boxes import labels_of
from records.admin.record import RecordAdmin
from records.models import SavedList, Topic
from records.publishing.drafts import draft_of
from records.publishing.publish import publish
from records.registry import all_kinds
from records.roles import ADMINISTRATOR, CONTRIBUTOR
from tests.factories.events import (
    make_event,
    make_event_place,
    make_event_type,
    make_participation,
)
from tests.factories.every_kind import EVERY_KIND
from tests.factories.people import make_office, make_person, make_state, make_tenure
from tests.factories.records import make_topic, publish_whole
from tests.factories.staff import client_of, member_of_staff
from tests.records.admin.filling import address

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def page(client: Client, model: Any, **query: Any) -> Any:
    response = client.get(address(model, "changelist"), query)
    assert response.status_code == 200, response
    return response.context["cl"]


def listed(client: Client, model: Any, **query: Any) -> list[str]:
    return [str(row) for row in page(client, model, **query).result_list]


@pytest.fixture
def pakistan() -> State:
    return make_state("Pakistan", alpha_2="PK", slug="pakistan")


def make_meetings(state: State) -> None:
    """Make a published meeting, a published one that was changed since, a draft, and one without the state."""
    minister = make_tenure(office=make_office("Foreign Minister", state=state))
    same, changed = make_event("As published", when="2024"), make_event("Before", when="2023")
    for event in (same, changed):
        make_participation(event, state)
    publish_whole(same, changed)
    changed.title = "Changed since"
    changed.save()
    # The state is that of the office, which is a draft too.
    make_participation(make_event("Draft", when="2025"), minister.person, tenures=(minister,))
    make_participation(make_event("Of others", when="2022"), make_state())


def test_a_filter_of_the_api_finds_drafts_and_what_was_changed_since(
    publisher: Client, pakistan: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_meetings(pakistan)

    assert listed(publisher, Event, state="PK") == ["Draft", "As published", "Changed since"]
    assert listed(publisher, Event, state="PK", date_after="2024") == ["Draft", "As published"]
    assert listed(publisher, Event, state="PK", publication="changed") == ["Changed since"]
    assert listed(publisher, Event, state="PK", q="draft") == ["Draft"]
    by_change = Event.objects.exclude(title="Of others").order_by("changed_at")
    assert listed(publisher, Event, state="PK", o="7") == [str(each) for each in by_change]
    # Both sorts of rows are on the pages in one order, each once.
    monkeypatch.setattr(RecordAdmin, "list_per_page", 2)
    pages = [listed(publisher, Event, state="PK", p=number) for number in (1, 2)]
    assert pages == [["Draft", "As published"], ["Changed since"]]
    assert page(publisher, Event, state="PK").result_count == 3


def test_an_action_on_all_rows_of_a_list_has_just_those_rows(
    publisher: Client, pakistan: State
) -> None:
    make_meetings(pakistan)
    whole = f"{address(Event, 'changelist')}?state=PK&publication=draft"
    chosen = [str(Event.objects.get(title=title).pk) for title in ("Draft", "Of others")]
    data = {"action": "delete_selected", "select_across": "1", "_selected_action": chosen}

    asked = publisher.post(whole, data)

    assert [str(each) for each in asked.context["queryset"]] == ["Draft"]


def test_what_is_not_understood_is_said_with_suggestions(
    publisher: Client, pakistan: State
) -> None:
    make_meetings(pakistan)

    def remarks(**query: str) -> list[tuple[str, list[tuple[str, str]]]]:
        found = page(publisher, Event, **query)
        assert list(found.result_list) == []
        return [(remark.text, list(remark.suggestions)) for remark in found.remarks]

    name = labels_of(admin.site, State, [str(pakistan.pk)])[str(pakistan.pk)]
    assert remarks(state="pakistann") == [
        ("state: “pakistann” names no record at the desk.", [(name, f"?state={pakistan.pk}")])
    ]
    words = ", ".join(EventStatus.values)
    assert remarks(status="ocurred") == [
        (f"status: “ocurred” is not one of {words}.", [("occurred", "?status=occurred")])
    ]
    assert remarks(country="PK") == [
        ("“country” is no filter of this list.", [("state", "?state=PK")])
    ]
    # What only the desk is asked: a word that is not offered is never left out of account.
    badges = "draft, in_review, changed, published, withdrawn, merged"
    assert remarks(publication="drafts") == [
        (f"publication: “drafts” is not one of {badges}.", [("draft", "?publication=draft")])
    ]
    assert remarks(without="xyz", contested="maybe") == [
        ("without: “xyz” is not one of participants, places, citations.", []),
        ("contested: “maybe” is not one of yes, no.", []),
    ]
    assert remarks(changed_by="nobody") == [
        ("unpublished work of: “nobody” is the name of no account.", [])
    ]
    write = "write YYYY-MM-DD, YYYY-MM or YYYY."
    assert remarks(changed_since="10.5.2025") == [
        (
            f"changed since: “10.5.2025” is not understood: {write}",
            [("2025-05-10", "?changed_since=2025-05-10")],
        )
    ]
    assert remarks(date_after="05/06/2025") == [
        (
            f"date from: “05/06/2025” is not understood: {write}",
            [
                ("2025-06-05", "?date_after=2025-06-05"),
                ("2025-05-06", "?date_after=2025-05-06"),
            ],
        )
    ]
    assert remarks(date_before="soon") == [(f"date until: “soon” is not understood: {write}", [])]


@pytest.mark.parametrize(
    "query",
    [
        "title__regex=(a%2B)%2B%24",
        "participations__person__slug__iregex=.",
        "state__regex=x",
        "writers__contains=1",
    ],
)
def test_other_lookups_are_refused(publisher: Client, query: str) -> None:
    make_event("A call")
    response = publisher.get(f"{address(Event, 'changelist')}?{query}")

    if response.status_code == 200:
        assert list(response.context["cl"].result_list) == []
        assert response.context["cl"].remarks
    else:
        assert response.status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "date_after=0000",
        "date_after=2025&date_before=2024",
        "date_match=certain",
        "between=PK",
        "between=PK,PK",
        "has_parts=maybe",
        "state=" + "x" * 500,
        "state=%F0%9F%98%80",
        "state=,,,",
        "p=99",
        "all=",
        "&".join(f"x{number}=1" for number in range(40)),
        "published_after=9999-99-99",
        "changed_since=9999-99-99",
        "changed_since=x",
        "changed_by=nobody",
        "warnings=x",
        "without=x",
        "contested=x",
        "unresolved=x",
        "publication=x",
        "participant.role=x",
        "id=" + ",".join(["x"] * 150),
    ],
)
def test_no_query_is_a_server_error(publisher: Client, pakistan: State, query: str) -> None:
    assert publisher.get(f"{address(Event, 'changelist')}?{query}").status_code in {200, 302}


def test_only_the_desk_is_asked_for_what_is_missing_odd_or_ones_own(
    publisher: Client,
) -> None:
    make_person("No Office")
    make_tenure(make_person("Some Body"))
    empty, words = make_event("Empty"), make_event("In words")
    make_participation(words, "President Assad")
    twin = make_topic("twin", contested=True)
    assert listed(publisher, Person, without="offices") == ["No Office"]
    assert listed(publisher, Event, without="participants") == [str(empty)]
    assert listed(publisher, Event, unresolved="yes") == [str(words)]
    assert listed(publisher, Topic, contested="yes") == [str(twin)]
    assert listed(publisher, Person, changed_since="2999-01-01") == []
    assert sorted(listed(publisher, Person, changed_since="1999-01-01")) == [
        "No Office",
        "Some Body",
    ]
    user: Any = page(publisher, Topic).request.user
    Topic.objects.filter(pk=twin.pk).update(writers=[user.pk])
    User.objects.create_user("adam")
    assert listed(publisher, Topic, changed_by="me") == [str(twin)]
    assert listed(publisher, Topic, changed_by=user.username) == [str(twin)]
    assert listed(publisher, Topic, changed_by="adam") == []
    assert listed(publisher, Topic, changed_since="2020") == [str(twin)]


def test_every_word_for_what_is_missing_finds_just_that(publisher: Client) -> None:
    for kind in all_kinds():
        EVERY_KIND[kind.name].with_parts(2)
    publish_whole(make_event("Public without any"))
    draft, changed = make_event("Draft"), make_event("Has one since")
    make_participation(draft, "President Assad")
    publish_whole(changed)
    make_event_place(changed)

    asked = set()
    for kind in all_kinds():
        desk: Any = admin.site.get_model_admin(kind.model)
        relations = {name: IN_EDITIONS[name] for name in kind.editions.lacking} | desk.lacking
        if kind.is_cited:
            relations["citations"] = "citations"
        for word, relation in relations.items():
            link: Any = kind.model._meta.get_field(relation)
            rows = link.related_model._default_manager
            expected = {
                row.pk
                for row in kind.model._default_manager.all()
                if not rows.filter(**{link.field.name: row}).exists()
            }
            found = page(publisher, kind.model, without=word).result_list
            assert (word, {row.pk for row in found}) == (word, expected)
            asked.add(word)
    assert {"participants", "places", "offices", "citations", "parties"} <= asked
    assert listed(publisher, Event, without="places", q="without") == ["Public without any"]


#: The relations that are empty where editions say that something is lacking.
IN_EDITIONS = {"participants": "participations", "places": "event_places", "subjects": "subjects"}


def test_a_list_sorted_by_a_column_has_the_order_of_the_column(publisher: Client) -> None:
    meeting, call = make_event_type("meeting"), make_event_type("call")
    for place, status in enumerate(["occurred", "denied", "planned", "occurred", "alleged"]):
        when = ["2019", "", "2020-01-05", "2020-01-05", "2018"][place]
        make_event(f"Event {place}", type=[meeting, call][place % 2], status=status, **dated(when))
    for place, birth in enumerate(["1950", "", "1940", "1950", ""]):
        living = ["living", "unknown", "unknown", "living", "dead"][place]
        make_person(f"Person {5 - place}", birth_edtf=birth, living=living)
    publish_whole(*Event.objects.order_by("title")[:3], *Person.objects.order_by("name")[:2])
    Event.objects.filter(title="Event 0").update(summary="Changed since")

    for model in (Event, Person):
        for column in range(1, 8):
            for sign in ("", "-"):
                found = page(publisher, model, o=f"{sign}{column}")
                names = [str(row) for row in found.result_list]
                assert (column, sign, names) == (column, sign, [str(row) for row in found.queryset])
                assert found.result_count == len(names) == 5


def dated(text: str) -> dict[str, Any]:
    day = read(text) if text else None
    return {
        "when_edtf": text,
        "when_earliest": day and day.earliest,
        "when_latest": day and day.latest,
    }


def test_filters_cost_the_same_whatever_they_find(publisher: Client, pakistan: State) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(page(publisher, Event, state="PK", status="occurred").result_list) > 1
        return len(captured)

    make_meetings(pakistan)
    cost()  # previews are made
    first = cost()
    make_meetings(pakistan)
    cost()

    assert cost() == first


def test_a_file_has_the_rows_of_the_list_in_its_order(publisher: Client, pakistan: State) -> None:
    make_meetings(pakistan)
    draft = Event.objects.get(title="Draft")
    draft.summary = "=HYPERLINK(1)"
    draft.save()
    place = f"{address(Event, 'changelist')}export/?state=PK&format="

    lines = b"".join(publisher.get(f"{place}ndjson")).decode().splitlines()
    *documents, trailer = map(json.loads, lines)
    table = b"".join(publisher.get(f"{place}csv"))
    assert table.startswith(BOM_UTF8)
    rows = list(csv.DictReader(table.decode("utf-8-sig").splitlines()))

    names = ["Draft", "As published", "Changed since"]
    assert [each["label"] for each in documents] == names
    assert [each["publication"] for each in documents] == ["draft", "published", "changed"]
    assert (trailer["complete"], trailer["count"]) == (True, 3)
    assert [(row["label"], row["publication"]) for row in rows] == [
        ("Draft", "draft"), ("As published", "published"), ("Changed since", "changed"),
    ]  # fmt: skip
    assert rows[0]["summary"] == "'=HYPERLINK(1)"
    # As publishing it with all that it names would make it.
    public = json.loads(draft_of(draft).text)
    said = documents[0]
    assert said.pop("publication") == "draft"
    assert {**said, "published_at": public["published_at"]} == public
    served = publisher.get(f"/api/v1/events/{documents[1]['id']}/").content.decode()
    assert lines[1] == f'{{"publication":"published",{served[1:]}'


def test_a_file_is_for_those_who_may_see_the_list(publisher: Client) -> None:
    place = f"{address(Topic, 'changelist')}export/"
    stranger = client_of(User.objects.create_user("stranger", is_staff=True))

    assert stranger.get(f"{place}?format=csv").status_code == 403
    assert publisher.get(f"{place}?format=xlsx").status_code == 400
    refused = publisher.get(f"{place}?format=csv&kod=x")
    assert (refused.status_code, refused.headers["Location"]) == (302, "../?kod=x")
    refused = publisher.get(f"{place}?format=csv&publication=drafts")
    assert (refused.status_code, refused.headers["Location"]) == (302, "../?publication=drafts")


def test_lists_are_saved_shared_and_deleted(publisher: Client) -> None:
    save = reverse("admin:records_topic_save_list")
    given = {"name": "Drafts", "query": "?publication=draft&p=3"}
    assert publisher.post(save, given).headers["Location"].endswith("?publication=draft")
    owner = SavedList.objects.get().owner
    other = client_of(member_of_staff(CONTRIBUTOR, "other"))
    administrator = client_of(member_of_staff(ADMINISTRATOR, "head"))
    stranger = client_of(User.objects.create_user("stranger", is_staff=True))

    def seen(client: Client) -> list[tuple[str, str, bool]]:
        found = page(client, Topic).saved_lists
        return [(saved.name, whose, may) for saved, whose, may in found]

    def at_home(client: Client) -> bool:
        return "?publication=draft" in client.get(reverse("admin:index")).content.decode()

    assert (seen(publisher), at_home(publisher)) == ([("Drafts", "", True)], True)
    assert (seen(other), at_home(other)) == ([], False)
    assert page(publisher, Person).saved_lists == []

    publisher.post(save, {**given, "is_shared": "on"})
    assert SavedList.objects.count() == 1
    assert (seen(other), at_home(other)) == ([("Drafts", owner.username, False)], True)
    assert not at_home(stranger)

    delete = reverse("admin:records_topic_delete_list", args=[SavedList.objects.get().pk])
    elsewhere = delete.replace("records/topic", "people/person")
    assert publisher.post(elsewhere).status_code == 404
    assert stranger.post(delete).status_code == 403
    assert stranger.post(save, given).status_code == 403
    assert other.post(delete).status_code == 403
    assert SavedList.objects.count() == 1
    assert administrator.post(delete).status_code == 302
    assert SavedList.objects.count() == 0
    mine = {"name": "Mine", "query": "?changed_by=me", "is_shared": "on"}
    *_before, said = publisher.post(save, mine, follow=True).context["messages"]
    assert str(said) == (
        "“Mine” is saved for everybody at the desk who may see these records."
        " “Unpublished work of me” is the work of the person who opens the list."
    )
    SavedList.objects.all().delete()
    assert publisher.post(save, {"name": " ", "query": "x"}).status_code == 302
    assert publisher.post(save, {"name": "x" * 200, "query": ""}).status_code == 302
    assert SavedList.objects.count() == 0


def test_what_is_published_says_nothing_of_previews(
    client: Client, publisher: Client, pakistan: State
) -> None:
    topic = make_topic("here")
    publish(topic, by=None)
    make_meetings(pakistan)
    before = client.get("/api/v1/events/?state=PK").content
    listed(publisher, Event, state="PK")

    assert client.get("/api/v1/events/?state=PK").content == before
    assert [each["label"] for each in json.loads(before)["results"]] == ["As published", "Before"]
