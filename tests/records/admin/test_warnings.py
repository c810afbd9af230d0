"""Five wrong facts that the database lets pass: each gives a warning beside its field, and is listed once it is saved all the same."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event, Participation
from people.models import Person
from records.exchange.load import load
from records.models import PossibleDuplicate, RecordWarning
from records.publishing.merge import merge
from records.publishing.warnings import renew
from tests.factories.events import (
    make_event,
    make_event_link,
    make_event_type,
    make_participation,
    make_statement,
)
from tests.factories.people import (
    make_office,
    make_organization,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import warnings_of
from tests.records.admin.filling import add_row, address, errors_of, filled, prefix_of

pytestmark = pytest.mark.django_db

NOT_SAVED = "Nothing is saved yet. Read the warnings: correct what is wrong, or save again to keep all as it is."


def add_event(client: Client, *participants: dict[str, Any], **fields: Any) -> tuple[Any, Any]:
    """Fill in and send the form of a new event; return what was sent, and the answer."""
    page = client.get(address(Event, "add"))
    data = filled(page) | {"title": "Summit", "when_edtf": "2024-06-13", **fields}
    for participant in participants:
        blank = {"role": "participant", "presence": "unknown", "order": "0"}
        add_row(data, prefix_of(page, Participation), **blank | participant)
    return data, client.post(address(Event, "add"), data)


def listed() -> list[tuple[str, str, str]]:
    return [
        (row.code, row.place.rpartition(".")[2], row.detail)
        for row in RecordWarning.objects.order_by("code", "pk")
    ]


def shown(response: Any) -> list[tuple[str, str]]:
    """Return what a form warns of, and the fields that it says it beside."""
    return [(each["detail"], each["field"]) for each in response.context["warnings"]]


def beside(response: Any, field: str) -> str:
    """Return the help text below a field of a form or of one of its parts."""
    forms = [
        response.context["adminform"].form,
        *(
            form
            for inline in response.context["inline_admin_formsets"]
            for form in inline.formset.forms
        ),
    ]
    (found,) = [
        str(bound.help_text) for form in forms for bound in form if bound.id_for_label == field
    ]
    return found


def saved_again(client: Client, response: Any) -> list[tuple[str, str, str]]:
    """Save a form once more as it came back; return the warnings that are listed then."""
    assert response.status_code == 200
    assert (errors_of(response), response.context["not_saved"]) == ([], NOT_SAVED)
    assert NOT_SAVED in response.content.decode()
    assert not RecordWarning.objects.exists()
    again = client.post(response.request["PATH_INFO"], filled(response))
    assert again.status_code == 302, errors_of(again)
    return listed()


def vice_president() -> Any:
    office = make_office("Vice President of the United States", state=make_state("United States"))
    return make_tenure(
        make_person("Joe Biden"), office, start="2009-01-20", end="2017-01-20", end_status="ended"
    )


def test_a_capacity_that_nobody_held_on_the_day(contributor: Client) -> None:
    tenure = vice_president()
    participant = {"person": tenure.person_id, "offices": [tenure.pk]}

    _data, response = add_event(contributor, participant, type=make_event_type("summit").pk)

    detail = (
        "Joe Biden was not Vice President of the United States then: the tenure was from 2009-01-20 to 2017-01-20, "
        "the event was on 2024-06-13. Choose another capacity, or correct the dates."
    )
    field = "id_participations-0-offices"
    assert shown(response) == [(detail, field)]
    assert detail in beside(response, field)
    assert not Event.objects.exists()
    assert saved_again(contributor, response) == [("capacity_not_on_day", "capacities", detail)]
    (row,) = RecordWarning.objects.all()
    assert str(row.saved_by) == "contributor"
    assert (row.record_id, row.other_id) == (Event.objects.get().pk, tenure.pk)


def test_on_behalf_of_another_state_than_the_capacity_says(contributor: Client) -> None:
    office = make_office("Prime Minister of India", state=make_state("India"))
    tenure = make_tenure(make_person("Narendra Modi"), office, start="2014-05-26")
    territory = make_state("British Indian Ocean Territory")
    participant = {
        "person": tenure.person_id,
        "offices": [tenure.pk],
        "on_behalf_of_state": territory.pk,
    }

    _data, response = add_event(contributor, participant, type=make_event_type("summit").pk)

    detail = (
        "Narendra Modi acts on behalf of British Indian Ocean Territory, in a capacity of another state: "
        "Prime Minister of India (India). Choose the state of the capacity, or another capacity."
    )
    field = "id_participations-0-on_behalf_of_state"
    assert shown(response) == [(detail, field)]
    assert detail in beside(response, field)
    assert saved_again(contributor, response) == [
        ("on_behalf_of_other_state", "on_behalf_of_state", detail)
    ]


def test_on_behalf_of_another_state_than_everywhere_else(contributor: Client) -> None:
    """As sources without capacities have it: what else is known of the person speaks."""
    person, india = make_person("Narendra Modi"), make_state("India")
    make_participation(make_event(), person, on_behalf_of_state=india)
    official = make_tenure(make_person("Ajit Doval"), make_office(state=india)).person
    first = make_person("Somebody new")
    territory = make_state("British Indian Ocean Territory")
    participants = [
        {"person": each.pk, "on_behalf_of_state": territory.pk}
        for each in (person, official, first)
    ]

    _data, response = add_event(contributor, *participants, type=make_event_type("summit").pk)

    details = [
        f"{each} acts on behalf of British Indian Ocean Territory here, and everywhere else of India. "
        "Choose the state that was meant, or add the capacity in which the person acted."
        for each in (person, official)
    ]
    assert shown(response) == [
        (detail, f"id_participations-{number}-on_behalf_of_state")
        for number, detail in enumerate(details)
    ]
    assert saved_again(contributor, response) == [
        ("on_behalf_of_other_state", "on_behalf_of_state", detail) for detail in details
    ]
    renew({"event": [make_event().pk]})
    assert len(listed()) == 2


def test_persons_and_organizations_that_were_not_there_on_the_day(contributor: Client) -> None:
    dead = make_person("Francis Preston Blair", birth="1821", death="1875", living="dead")
    unborn = make_person("Tony Blair the younger", birth="2030-01")
    league = make_organization("League of Nations", start="1920-01-10", end="1946-04-18")

    _data, response = add_event(
        contributor,
        {"person": dead.pk},
        {"person": unborn.pk, "on_behalf_of_organization": league.pk},
        {"organization": league.pk},
        {"person": make_person("Marie Curie", death="1934", living="dead").pk, "role": "honoree"},
        {
            "person": make_person("Chaim Weizmann", death="1952", living="dead").pk,
            "presence": "represented",
        },
        type=make_event_type("summit").pk,
    )

    gone = (
        "League of Nations did not exist then: it existed from 1920-01-10 to 1946-04-18, the event was on 2024-06-13. "
        "Choose the organization of that time, or correct the date."
    )
    choose = "Choose the person who was meant, or correct the dates."
    assert sorted(shown(response)) == [
        (
            f"Francis Preston Blair was not alive then: died 1875, the event was on 2024-06-13. {choose}",
            "id_participations-0-person",
        ),
        (gone, "id_participations-1-on_behalf_of_organization"),
        (gone, "id_participations-2-organization"),
        (
            f"Tony Blair the younger was not alive then: born 2030-01, the event was on 2024-06-13. {choose}",
            "id_participations-1-person",
        ),
    ]
    assert sorted(code for code, _place, _detail in saved_again(contributor, response)) == [
        "organization_not_on_day", "organization_not_on_day", "person_not_alive", "person_not_alive",
    ]  # fmt: skip


def test_a_state_that_did_not_exist_on_the_day(contributor: Client) -> None:
    union = make_state("Soviet Union", start="1922-12-30", end="1991-12-26")

    _data, response = add_event(contributor, {"state": union.pk}, type=make_event_type("summit").pk)

    detail = (
        "Soviet Union did not exist then: it existed from 1922-12-30 to 1991-12-26, the event was on 2024-06-13. "
        "Choose the state of that time, or correct the date."
    )
    field = "id_participations-0-state"
    assert shown(response) == [(detail, field)]
    assert detail in beside(response, field)
    assert saved_again(contributor, response) == [("state_not_on_day", "state", detail)]


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("2024-06", "in 2024-06"),
        ("2024/2026", "from 2024 to 2026"),
        (
            "2024-21",
            "at a time given as 2024-21 (some day in spring (hemisphere not said) of 2024)",
        ),
        ("2025-05/..", "at a time given as 2025-05/.. (from May 2025, open end)"),
    ],
)
def test_when_an_event_was_is_said_in_words(contributor: Client, when: str, words: str) -> None:
    union = make_state("Soviet Union", start="1922-12-30", end="1991-12-26")

    _data, response = add_event(
        contributor, {"state": union.pk}, type=make_event_type("summit").pk, when_edtf=when
    )

    ((detail, _field),) = shown(response)
    assert f", the event was {words}. Choose" in detail


def test_an_event_like_another_one(contributor: Client) -> None:
    there = make_event(
        "G7 at Borgo Egnazia", type=make_event_type("summit"), when="2024-06-13/2024-06-15"
    )
    person, state = make_person("Giorgia Meloni"), make_state("Italy")
    for participant in (person, state):
        make_participation(there, participant)

    _data, response = add_event(
        contributor, {"state": state.pk}, {"person": person.pk}, type=there.type_id
    )

    detail = (
        "“G7 at Borgo Egnazia” (2024-06-13/2024-06-15) is like this event: of the same type, with the same "
        "participants, and perhaps on the same day. If they are one event, keep one; else link the two, or save again."
    )
    assert shown(response) == [(detail, "")]
    assert response.context["warnings"][0]["address"] == address(there)
    assert saved_again(contributor, response) == [("like_another_event", "", detail)]


def test_a_person_like_another_one(contributor: Client) -> None:
    there = make_person("Antony John Blinken", birth="1962-04-16")
    data = filled(contributor.get(address(Person, "add"))) | {"name": "Antony J. Blinken"}

    response = contributor.post(address(Person, "add"), data)

    detail = (
        "“Antony John Blinken” (1962-04-16–) may be the same person. An initial. "  # noqa: RUF001
        "If so, edit that record instead, or merge the two; else save again."
    )
    assert shown(response) == [(detail, "id_name")]
    assert detail in beside(response, "id_name")
    assert response.context["warnings"][0]["address"] == address(there)
    assert saved_again(contributor, response) == [("like_another_person", "name", detail)]


def test_another_warning_is_shown_anew(contributor: Client) -> None:
    tenure = vice_president()
    participant = {"person": tenure.person_id, "offices": [tenure.pk]}
    _data, response = add_event(contributor, participant, type=make_event_type("summit").pk)
    data = filled(response)
    assert len(shown(response)) == 1
    data["participations-0-on_behalf_of_state"] = make_state("Canada").pk

    response = contributor.post(address(Event, "add"), data)

    assert (errors_of(response), response.context["not_saved"]) == ([], NOT_SAVED)
    assert len(shown(response)) == 2
    assert contributor.post(address(Event, "add"), filled(response)).status_code == 302
    assert RecordWarning.objects.count() == 2


def test_what_was_kept_is_shown_on_the_form_and_does_not_stop_other_changes(
    contributor: Client,
) -> None:
    tenure = vice_president()
    event = make_event(when="2024-06-13")
    make_participation(event, tenure.person, tenures=(tenure,))
    renew({"event": [event.pk]})
    page = contributor.get(address(event))
    assert [field for _detail, field in shown(page)] == ["id_participations-0-offices"]

    response = contributor.post(address(event), filled(page) | {"title": "Another title"})

    assert response.status_code == 302
    history = contributor.get(address(event, "history")).content.decode()
    assert "Saved with warnings: Joe Biden was not Vice President" in history


def test_a_publisher_sees_warnings(publisher: Client) -> None:
    tenure = vice_president()
    event = make_event("Summit", when="2024-06-13")
    make_participation(event, tenure.person, tenures=(tenure,))
    renew({"event": [event.pk]})

    page = publisher.get(address(event, "publish"))

    (detail,) = warnings_of(event)
    assert page.context["warned"] == [(event, [detail])]
    assert detail in page.content.decode()


def test_a_reviewer_sees_warnings(publisher: Client) -> None:
    tenure = vice_president()
    event = make_event("Summit", when="2024-06-13")
    make_participation(event, tenure.person, tenures=(tenure,))
    renew({"event": [event.pk]})

    page = publisher.get(address(event, "review"))

    assert page.context["warned"] == warnings_of(event)
    assert warnings_of(event)[0] in page.content.decode()


def test_warnings_of_what_would_be_published_too_are_shown(publisher: Client) -> None:
    make_person("Jane Doe")
    twin = make_person("Jane Doe")
    renew({"person": [twin.pk]})
    event = make_event("Summit")
    make_participation(event, twin)

    for page in ("publish", "review"):
        also = publisher.get(address(event, page)).context["dependencies"]["also"]
        assert [each["warnings"] for each in also if each["key"] == twin.pk] == [warnings_of(twin)]


def test_the_list_of_warnings(contributor: Client) -> None:
    tenure = vice_president()
    event = make_event("Summit", when="2024-06-13")
    make_participation(event, tenure.person, tenures=(tenure,))
    one, other = make_person("Jane Doe"), make_person("Jane Doe")
    renew({"event": [event.pk], "person": [one.pk, other.pk]})
    page = reverse("admin:records_recordwarning_changelist")

    def names(query: str) -> list[str]:
        found = contributor.get(f"{page}?{query}").context["cl"].result_list
        return [row.name for row in found]

    assert names("") == ["Summit", "Jane Doe", "Jane Doe"]
    assert names("code=capacity_not_on_day") == ["Summit"]
    assert names("kind=person") == ["Jane Doe", "Jane Doe"]
    assert names("seen=yes") == []
    content = contributor.get(f"{page}?kind=person").content.decode()
    assert content.count("Open the other") == 2
    assert f'<a href="{address(one)}">Open the other</a>' in content


@pytest.mark.parametrize(
    ("when", "end", "count"),
    [
        ("2016", "", 0),
        ("2017-01-20", "2017-02", 0),
        ("2017-02", "", 1),
        ("", "", 0),
        ("2008", "2009-02", 0),
    ],
)
def test_what_is_possible_is_no_warning(when: str, end: str, count: int) -> None:
    tenure = vice_president()
    event = make_event(when=when, end=end)
    make_participation(event, tenure.person, tenures=(tenure,))

    assert len(warnings_of(event)) == count


def test_offices_without_a_state_and_those_of_several_states_may_speak_for_any() -> None:
    india, ministry = make_state("India"), make_organization()
    person = make_person()
    tenures = (
        make_tenure(person, make_office(organization=ministry)),
        make_tenure(person, make_office(state=make_state("Bhutan"))),
        make_tenure(person, make_office(state=india)),
    )
    event = make_event()
    make_participation(event, person, tenures=tenures, on_behalf_of_state=india)

    assert warnings_of(event) == []


def test_events_that_are_not_alike() -> None:
    kind, state = make_event_type("call"), make_state()
    event = make_event(type=kind, when="2024-06-13")
    make_participation(event, state)
    linked = make_event(type=kind, when="2024-06-13")
    make_event_link(event, linked)
    different = make_event(type=kind, when="2024-06-13")
    PossibleDuplicate.objects.create(
        kind="event",
        record_id=min(event.pk, different.pk),
        other_id=max(event.pk, different.pk),
        score=1,
        verdict="different",
    )
    for other in (
        linked,
        different,
        make_event(type=kind, when="2024-06-14"),
        make_event(when="2024-06-13"),
        make_event(type=kind),
        make_event(type=kind, when="2024-06-13", parent=event),
    ):
        make_participation(other, state)
    more = make_event(type=kind, when="2024-06-13")
    make_participation(more, state)
    make_participation(more, "several ministers")

    assert warnings_of(event) == []


def test_correcting_the_other_record_ends_the_warning(contributor: Client) -> None:
    tenure = vice_president()
    event = make_event(when="2024-06-13")
    make_participation(event, tenure.person, tenures=(tenure,))
    renew({"event": [event.pk]})
    data = filled(contributor.get(address(tenure))) | {"end_edtf": "2025-01-20"}

    assert contributor.post(address(tenure), data).status_code == 302

    assert listed() == []


def test_a_tenure_of_somebody_who_was_not_alive(contributor: Client) -> None:
    person = make_person("William Preston", birth="1861")
    tenure = make_tenure(person, start="1859-03-12")
    late = make_tenure(person, start="1890")
    renew({"tenure": [tenure.pk, late.pk]})
    born = "William Preston was not alive then: born 1861, the tenure began on 1859-03-12. Choose the person who was meant, or correct the dates."
    assert listed() == [("person_not_alive", "person", born)]

    data = filled(contributor.get(address(person))) | {"birth_edtf": "1816", "death_edtf": "1887"}
    assert contributor.post(address(person), data | {"living": "dead"}).status_code == 302

    died = "William Preston was not alive then: died 1887, the tenure began on 1890. Choose the person who was meant, or correct the dates."
    assert listed() == [("person_not_alive", "person", died)]


def test_a_record_that_turns_wrong_warns_of_what_names_it(contributor: Client) -> None:
    """A tenure, a state, a person that is corrected speaks against events that nobody saves."""
    tenure = vice_president()
    state, person = make_state("Yugoslavia"), make_person("Josip Tito")
    event = make_event(when="2015-06-13")
    make_participation(event, tenure.person, tenures=(tenure,))
    make_participation(event, person, on_behalf_of_state=state)
    statement = make_statement(speaker_person=tenure.person, date="2015-06-13", tenures=(tenure,))
    assert listed() == []

    for record, field, value, count in (
        (tenure, "end_edtf", "2013-01-20", 2), (state, "end_edtf", "1992", 1), (person, "death_edtf", "1980", 1),
    ):  # fmt: skip
        data = filled(contributor.get(address(record))) | {field: value, "living": "dead"}
        response = contributor.post(address(record), data, follow=True)
        said = [str(message) for message in response.context["messages"]]
        rows = RecordWarning.objects.filter(other_id=record.pk)
        assert len(rows) == count
        for row in rows:
            named = event if row.kind == "event" else statement
            assert f'{row.detail} <a href="{address(named)}">Open it</a>' in said

    assert [
        (row.kind, row.code, row.other_id) for row in RecordWarning.objects.order_by("kind", "code")
    ] == [
        ("event", "capacity_not_on_day", tenure.pk),
        ("event", "person_not_alive", person.pk),
        ("event", "state_not_on_day", state.pk),
        ("statement", "capacity_not_on_day", tenure.pk),
    ]


def test_what_a_merge_gives_rise_to_is_said_at_once(publisher: Client) -> None:
    dead = make_person("Francis Blair", death="1875", living="dead")
    gone = make_person("Tony Blair")
    event = make_event("Summit", when="2003")
    make_participation(event, gone)
    page = publisher.post(address(gone, "merge"), {"survivor": str(dead.pk), "_preview": "1"})
    shown = " ".join(each["seen"] for each in page.context["mergers"])
    data = {
        "survivor": str(dead.pk),
        "reason": "One.",
        "_decided": "1",
        "_shown": shown,
        "_confirm": "1",
    }

    response = publisher.post(address(gone, "merge"), data, follow=True)

    (detail,) = warnings_of(event)
    assert detail.startswith("Francis Blair was not alive then: died 1875")
    said = [str(message) for message in response.context["messages"]]
    assert f'{detail} <a href="{address(event)}">Open it</a>' in said


def test_a_merge_ends_the_warning() -> None:
    one, other = make_person("Jane Doe"), make_person("Jane Doe")
    renew({"person": [one.pk, other.pk]})
    assert RecordWarning.objects.count() == 2

    merge(other, one, by=None, reason="The same.")

    assert listed() == []


def test_marking_the_two_as_different_ends_the_warning(contributor: Client) -> None:
    one, other = make_person("Jane Doe"), make_person("Jane Doe")
    renew({"person": [one.pk, other.pk]})
    pair = PossibleDuplicate.objects.create(
        kind="person", record_id=min(one.pk, other.pk), other_id=max(one.pk, other.pk), score=1
    )

    page = reverse("admin:records_possibleduplicate_change", args=[pair.pk])
    assert contributor.post(page, {"verdict": "different"}).status_code == 302

    assert listed() == []


def test_what_an_import_writes_is_listed_as_seen_by_nobody() -> None:
    there = make_person("Jane Doe")
    line = b'{"object": "person", "slug": "jane-doe-of-the-file", "name": "Jane Doe"}'

    assert load(BytesIO(line), by=None).is_done

    (row,) = RecordWarning.objects.all()
    assert (row.code, row.other_id, row.saved_by) == ("like_another_person", there.pk, None)


def test_a_deleted_draft_has_no_warnings(contributor: Client) -> None:
    one, other = make_person("Jane Doe"), make_person("Jane Doe")
    renew({"person": [one.pk, other.pk]})

    assert contributor.post(address(other, "delete"), {"post": "yes"}).status_code == 302

    assert listed() == []


def test_saving_an_event_asks_a_fixed_number_of_questions_for_its_warnings() -> None:
    tenure = vice_president()
    few, many = make_event(when="2010-05-01"), make_event(when="2024-06-13")
    make_participation(few, tenure.person, tenures=(tenure,))
    for number in range(8):
        made = make_tenure(make_person(f"Delegate {number}"), start="2001", end="2002")
        make_participation(
            many, made.person, tenures=(made,), on_behalf_of_state=make_state(end="1990")
        )

    def asked(event: Event) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            renew({"event": [event.pk]})
        return len(queries)

    # Those that they may be the other of, what is kept, and the five checks; of the states that are no more two questions
    # more, and one that keeps what was found.
    assert (asked(few), asked(many)) == (7, 10)
