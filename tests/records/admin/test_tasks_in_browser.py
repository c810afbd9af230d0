"""The tasks of a desk officer, done as by hand: what each takes stands in the guide (`WRITE_CLICKS=on` writes it anew)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from events.models import Event, Participation
from people.models import Person
from records.models import BulkEdit, Change, Source
from records.publishing.publish import publish
from records.publishing.warnings import renew
from records.roles import CONTRIBUTOR, PUBLISHER
from tests.factories.clicks import Count, at_home, choose, demand_row, tab_to
from tests.factories.events import make_event, make_event_type, make_participation
from tests.factories.people import make_office, make_person, make_tenure
from tests.factories.records import make_source, publish_whole
from tests.factories.staff import member_of_staff, session_of
from tests.records.admin.filling import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LEADERS = ("Salman", "Trump", "Sisi", "Abdullah", "Macron", "Scholz", "Tamim", "Erdogan")


@pytest.fixture
def ada() -> User:
    """Somebody who publishes."""
    return member_of_staff(PUBLISHER, "ada")


def says(page: Any, text: str) -> None:
    """Wait for a message of success."""
    page.wait_for_selector(f".messagelist .success:has-text('{text}')")


def search(page: Any, text: str) -> None:
    """Search for a record from the home page, where the search has the focus, and open it with the mouse."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.click(f".work a:has-text('{text}')")
    page.wait_for_selector("#record-form", state="attached")


@pytest.mark.parametrize("hands", ["mouse", "keyboard"])
def test_a_summit_of_eight_is_recorded_and_published(
    live_server: Any, ada: User, hands: str
) -> None:
    publish(make_event_type("summit", label="Summit"), by=None)
    office = make_office("President")
    publish_whole(
        *[make_tenure(make_person(f"Leader {name}"), office, start="2020") for name in LEADERS]
    )
    sources = [make_source(title=f"{name} communiqué") for name in ("Gulf", "Joint")]

    def go(page: Any, selector: str, *, back: bool = False) -> None:
        if hands == "mouse":
            page.click(selector)
        else:
            tab_to(page, selector, back=back)

    def press(page: Any, selector: str, *, back: bool = False) -> None:
        go(page, selector, back=back)
        if hands == "keyboard":
            page.keyboard.press("Enter")

    with at_home(live_server.url, session_of(ada, live_server)) as [(page, count)]:
        press(page, ".model-event a.addlink")
        page.wait_for_selector("#id_title:focus")
        page.keyboard.type("Summit in Riyadh")
        go(page, "#id_type_box")
        choose(page, "summit")
        go(page, "#id_when_edtf")
        page.keyboard.type("2025-05-13")
        for number, name in enumerate(LEADERS):
            press(page, "#participations-group .add-row a")
            page.wait_for_selector(f"#id_participations-{number}-person_box:focus")
            choose(page, f"Leader {name}")
            go(page, f"#id_participations-{number}-offices_box")
            if hands == "keyboard":  # a click has opened the list
                page.keyboard.press("ArrowDown")
            page.wait_for_selector("#record-options [role=option]")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
        for number, source in enumerate(sources):
            press(page, "#citations-group .add-row a")
            page.wait_for_selector(f"#id_citations-{number}-source_box:focus")
            choose(page, str(source))
        press(page, "[name=_publish]")
        page.wait_for_selector(".dependencies")
        page.wait_for_selector("#id_title:focus")
        press(page, ".dependencies input[type=submit]", back=True)
        says(page, "is published as revision 1")

    event = Event.objects.get()
    assert event.is_published
    people = event.participations.order_by("pk").values_list("person__name", "capacities__office")
    assert sorted(people) == sorted((f"Leader {name}", office.pk) for name in LEADERS)
    assert set(event.citations.values_list("source", flat=True)) == {each.pk for each in sources}
    assert not Source.objects.exclude(editorial_state="published").exists()
    demand_row(1 if hands == "mouse" else 2, count, at_most=35 if hands == "mouse" else 0)


def test_a_date_is_corrected_by_keyboard_alone(live_server: Any, ada: User) -> None:
    event = make_event("Talks in Doha", when="2025-05-18")
    publish_whole(event)

    with at_home(live_server.url, session_of(ada, live_server)) as [(page, count)]:
        page.keyboard.type("Talks in Doha")
        page.keyboard.press("Enter")
        page.wait_for_selector(".work a")
        tab_to(page, ".work a")
        page.keyboard.press("Enter")
        page.wait_for_selector("#id_title:focus")
        tab_to(page, "#id_when_edtf")
        page.keyboard.press("Control+a")
        page.keyboard.type("2025-05-19")
        tab_to(page, "[name=_nature]", back=True)
        page.keyboard.press("c")
        tab_to(page, "[name=_publish]")
        page.keyboard.press("Enter")
        says(page, "is published as revision 2")

    event.refresh_from_db()
    assert event.when.edtf == "2025-05-19"
    change = Change.objects.latest("position")
    assert (change.record_id, change.nature) == (event.pk, "correction")
    demand_row(4, count, at_most=0)


def test_two_persons_are_merged_field_by_field(live_server: Any, ada: User) -> None:
    kept = make_person("Ishaq Dar", birth="1950", given_name="Ishaq")
    gone = make_person("Mohammad Ishaq", birth="1951", given_name="Mohammad")

    with at_home(live_server.url, session_of(ada, live_server)) as [(page, count)]:
        search(page, "Mohammad Ishaq")
        page.click("text=Merge…")
        page.click("#id_survivor_box")
        choose(page, "Ishaq Dar")
        page.click("[name=_preview]")
        page.click(".choices tr:has-text('Birth') input[value=yes]")
        page.click("#id_reason")
        page.keyboard.type("The same man.")
        page.click("[name=_confirm]")
        says(page, "merged into")

    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.birth.edtf, kept.given_name) == ("1951", "Ishaq")
    assert gone.merged_into == kept
    demand_row(5, count)


def test_a_name_in_33_events_is_resolved_and_undone(live_server: Any, ada: User) -> None:
    assad = make_person("Bashar al-Assad", family_name="Assad")
    kind, source = make_event_type(), make_source()
    for number in range(33):
        event = make_event(f"Talks {number}", type=kind, source=source)
        make_participation(event, "President Assad")

    with at_home(live_server.url, session_of(ada, live_server)) as [(page, count)]:
        page.click("text=have unresolved names")
        page.click("text=President Assad")
        page.wait_for_selector("button[data-key='1']")
        page.keyboard.press("1")
        says(page, "33")
        demand_row(6, count)
        page.click("text=Undo")
        page.wait_for_selector("th:has-text('President Assad')")

    assert not Participation.objects.filter(person=assad).exists()
    assert BulkEdit.objects.get().count == 33


def test_a_change_is_compared_and_reverted(live_server: Any, ada: User) -> None:
    person = make_person("Marco Rubio", birth="1971")
    publish_whole(person)
    Person.objects.filter(pk=person.pk).update(family_name="Rubbio")

    with at_home(live_server.url, session_of(ada, live_server)) as [(page, count)]:
        search(page, "Marco Rubio")
        page.click(".object-tools >> text=Compare")
        page.click("text=Make this the working record…")
        page.click("#id_reason")
        page.keyboard.type("A slip.")
        page.click("input[value='Make this the working record']")
        page.wait_for_selector(".messagelist .success")

    person.refresh_from_db()
    assert person.family_name == ""
    demand_row(7, count)


def test_a_draft_is_sent_back_corrected_approved_and_published(live_server: Any, ada: User) -> None:
    cy = member_of_staff(CONTRIBUTOR, "cy")
    person = make_person("Marco Rubio")

    with at_home(live_server.url, session_of(cy, live_server), session_of(ada, live_server)) as [
        (author, one),
        (publisher, other),
    ]:
        search(author, "Marco Rubio")
        author.click("[name=_submit] >> nth=0")
        author.click("#id_text")
        author.keyboard.type("Please look.")
        author.click("[name=_submit]")
        says(author, "is submitted")

        publisher.reload()
        publisher.click(".work a[href='/admin/reviews/'] >> nth=0")
        publisher.click(".turns a:has-text('Marco Rubio')")
        publisher.click("#id_text")
        publisher.keyboard.type("The family name is missing.")
        publisher.click("[name=_send_back]")
        says(publisher, "is sent back")

        author.click("text=The record as it stands")
        author.click("#id_family_name")
        author.keyboard.type("Rubio")
        author.click("[name=_submit] >> nth=0")
        author.wait_for_selector("#id_text")  # of the next page, whose button has the same name
        author.click("[name=_submit]")
        says(author, "is submitted")

        publisher.reload()
        publisher.click("[name=_approve_and_publish]")
        says(publisher, "is approved and published")
        both = Count(one.clicks + other.clicks, one.keys + other.keys, one.loads + other.loads)

    person.refresh_from_db()
    assert (person.is_published, person.family_name) == (True, "Rubio")
    demand_row(8, both)


def test_two_officers_change_the_same_field(live_server: Any, ada: User) -> None:
    bo = member_of_staff(CONTRIBUTOR, "bo")
    person = make_person("Marco Rubio")

    with at_home(live_server.url, session_of(ada, live_server), session_of(bo, live_server)) as [
        (mine, count),
        (theirs, _other),
    ]:
        search(mine, "Marco Rubio")
        theirs.goto(live_server.url + address(person))
        theirs.fill("#id_given_name", "Marcus")
        theirs.click("[name=_save] >> nth=0")
        says(theirs, "was changed")

        mine.click("#id_given_name")
        mine.keyboard.type("Marco")
        mine.click("[name=_save] >> nth=0")
        mine.wait_for_selector("q.theirs:has-text('Marcus')")
        mine.click("input[name='_take-given_name'][value=mine]")
        mine.click("[name=_save] >> nth=0")
        says(mine, "was changed")

    person.refresh_from_db()
    assert person.given_name == "Marco"
    demand_row(10, count)


def test_a_record_is_found_and_withdrawn(live_server: Any, ada: User) -> None:
    event = make_event("Talks that never were")
    publish_whole(event)
    renew({"event": [event.pk]})

    with at_home(live_server.url, session_of(ada, live_server)) as [(page, count)]:
        search(page, "Talks that never were")
        page.click("text=Withdraw…")
        page.click("#id_reason")
        page.keyboard.type("It did not take place.")
        page.click("[name=_confirm]")
        says(page, "withdrawn")

    event.refresh_from_db()
    assert event.editorial_state == "withdrawn"
    demand_row(11, count)
