"""Two records that an import found alike, at the desk: side by side, merged or marked as different."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people.models import Person
from records.models import EditorialState, PossibleDuplicate, Verdict
from records.publishing.merge import merge
from records.publishing.publish import publish
from tests.factories.events import make_event
from tests.factories.people import make_office, make_person, make_tenure
from tests.factories.records import make_source, make_topic
from tests.records.admin.filling import decided

pytestmark = pytest.mark.django_db

LIST = "/admin/records/possibleduplicate/"


def pair_of(one: Any, other: Any, **fields: Any) -> PossibleDuplicate:
    first, second = sorted((one.pk, other.pk))
    return PossibleDuplicate.objects.create(
        **{
            "kind": one.object_kind,
            "record_id": first,
            "other_id": second,
            "score": 0.875,
            "reason": "Same family name, initials agree.",
            **fields,
        }
    )


def page_of(pair: PossibleDuplicate) -> str:
    return f"{LIST}{pair.pk}/"


def pairs() -> list[tuple[set[Any], str]]:
    return [
        ({pair.record_id, pair.other_id}, pair.verdict)
        for pair in PossibleDuplicate.objects.order_by("pk")
    ]


@pytest.fixture
def persons() -> tuple[Person, Person]:
    return make_person("John Adams", birth="1735"), make_person("J. Adams")


def test_the_list_shows_what_is_open_with_the_likeliest_first(
    contributor: Client, persons: tuple[Person, Person]
) -> None:
    third = make_person("Adams")
    pair_of(*persons)
    pair_of(persons[0], third, score=0.98)
    pair_of(persons[1], third, verdict=Verdict.DIFFERENT)

    page = contributor.get(LIST)
    assert [pair.score for pair in page.context["cl"].result_list] == [0.98, 0.875]
    assert "John Adams" in page.content.decode()
    assert "88%" in page.content.decode()

    everything = contributor.get(LIST, {"verdict": "all"})
    assert everything.context["cl"].result_count == 3
    decided = contributor.get(LIST, {"verdict": "different"})
    assert [pair.verdict for pair in decided.context["cl"].result_list] == ["different"]


def test_the_list_costs_the_same_whatever_it_shows(contributor: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert contributor.get(LIST).status_code == 200
        return len(queries)

    persons = [make_person(f"Ann {n}") for n in range(2)]
    pair_of(*persons)
    before = cost()
    for n in range(20):
        pair_of(persons[0], make_person(f"Ben {n}"))

    assert cost() == before


def test_the_page_shows_both_side_by_side_with_what_names_them(
    contributor: Client, persons: tuple[Person, Person]
) -> None:
    john, initial = persons
    make_tenure(john, make_office("Envoy to Ruritania"), start="1785")
    make_event(title="Audience").participations.create(person=initial, role="visitor")
    pair = pair_of(john, initial)

    page = contributor.get(page_of(pair))

    rows = {row["name"]: (row["values"], row["differs"]) for row in page.context["rows"]}
    order = [john, initial] if john.pk < initial.pk else [initial, john]
    assert rows["name"] == ([[person.name] for person in order], True)
    assert rows["birth"] == ([["1735"] if person == john else [] for person in order], True)
    assert rows["living"] == ([["unknown"], ["unknown"]], False)
    named = {each["name"]: each["named_by"] for each in page.context["records"]}
    assert (len(named["John Adams"]), named["J. Adams"]) == (1, ["Audience"])
    assert "Envoy to Ruritania" in named["John Adams"][0]


def test_two_that_are_told_apart_stay_so_until_the_question_is_opened_again(
    contributor: Client, persons: tuple[Person, Person]
) -> None:
    pair = pair_of(*persons)

    assert contributor.post(page_of(pair), {"verdict": "different"}).status_code == 302
    pair.refresh_from_db()
    assert (pair.verdict, pair.decided_by) == (Verdict.DIFFERENT, User.objects.get())
    assert LogEntry.objects.get().get_change_message() == "Verdict: different."
    assert contributor.get(LIST).context["cl"].result_count == 0

    contributor.post(page_of(pair), {"verdict": "open"})
    pair.refresh_from_db()
    assert (pair.verdict, pair.decided_by) == (Verdict.OPEN, None)


@pytest.mark.parametrize("verdict", ["", "same", "perhaps"])
def test_what_is_no_verdict_decides_nothing(
    contributor: Client, persons: tuple[Person, Person], verdict: str
) -> None:
    pair = pair_of(*persons)

    page = contributor.post(page_of(pair), {"verdict": verdict}, follow=True)

    assert "The verdict was not changed." in page.content.decode()
    assert pairs() == [({person.pk for person in persons}, "open")]


def test_a_publisher_is_led_to_the_merge_with_the_one_that_stays(
    publisher: Client, contributor: Client, persons: tuple[Person, Person]
) -> None:
    john, initial = persons
    pair = pair_of(john, initial)
    assert not any(
        each["merge_address"] for each in contributor.get(page_of(pair)).context["records"]
    )

    page = publisher.get(page_of(pair))
    merges = {each["name"]: each["merge_address"] for each in page.context["records"]}
    assert merges == {
        "John Adams": f"/admin/people/person/{initial.pk}/merge/?survivor={john.pk}",
        "J. Adams": f"/admin/people/person/{john.pk}/merge/?survivor={initial.pk}",
    }
    asked = publisher.get(merges["John Adams"])
    assert f'value="{john.pk}"' in asked.content.decode()
    done = publisher.post(
        merges["John Adams"],
        {"survivor": str(john.pk), "reason": "Same letters.", "_confirm": "1", **decided(asked)},
    )

    assert done.status_code == 302
    initial.refresh_from_db()
    assert (initial.editorial_state, initial.merged_into_id) == (EditorialState.MERGED, john.pk)
    pair.refresh_from_db()
    assert (pair.verdict, pair.decided_by) == (
        Verdict.SAME,
        User.objects.get(groups__name="publisher"),
    )
    again = publisher.post(page_of(pair), {"verdict": "different"}, follow=True)
    assert "The verdict was not changed." in again.content.decode()


def test_what_was_asked_of_a_merged_record_is_asked_of_its_survivor() -> None:
    kept, gone, third, fourth = (make_person(f"Ann {n}") for n in range(4))
    pair_of(kept, gone)
    pair_of(gone, third)
    pair_of(gone, fourth)
    pair_of(kept, fourth, verdict=Verdict.DIFFERENT)

    merge(gone, kept, by=None, reason="The same.")

    assert pairs() == [
        ({kept.pk, gone.pk}, "same"),
        ({kept.pk, third.pk}, "open"),
        ({kept.pk, fourth.pk}, "different"),
    ]


def test_a_pair_of_which_one_was_deleted_is_shown(contributor: Client) -> None:
    one, other = make_topic("gold"), make_topic("golden")
    pair = pair_of(one, other)
    other.delete()

    assert "(deleted)" in contributor.get(LIST).content.decode()
    assert "One of the two no longer exists." in contributor.get(page_of(pair)).content.decode()


def test_who_may_not_look_or_decide_is_refused(persons: tuple[Person, Person]) -> None:
    pair = pair_of(*persons)
    nobody = Client()
    nobody.force_login(User.objects.create_user("nobody", is_staff=True))

    assert nobody.get(LIST).status_code == 403
    assert nobody.get(page_of(pair)).status_code == 403
    assert nobody.post(page_of(pair), {"verdict": "different"}).status_code == 403
    assert Client().get(page_of(pair)).status_code == 302
    assert pairs() == [({person.pk for person in persons}, "open")]


def test_no_pair_is_added_or_deleted_by_hand(
    publisher: Client, persons: tuple[Person, Person]
) -> None:
    pair = pair_of(*persons)

    assert publisher.get(f"{LIST}add/").status_code == 404
    assert publisher.post(f"{page_of(pair)}delete/").status_code == 404
    assert publisher.get(f"{LIST}99999/").status_code == 404


def test_published_records_are_told_by_their_badge(
    contributor: Client, persons: tuple[Person, Person]
) -> None:
    source = make_source(slug="atlas")
    lena, lenna = make_person("Lena", source=source), make_person("Lenna", source=source)
    publish(source, lena, by=None)

    page = contributor.get(page_of(pair_of(lena, lenna)))

    badges = {each["name"]: str(each["badge"]) for each in page.context["records"]}
    assert "Published" in badges["Lena"]
    assert "Draft" in badges["Lenna"]


@pytest.mark.parametrize(
    "query",
    ["?verdict=perhaps", "?kind=nothing", "?verdict=%00", "?o=9", "?p=99", "?q=x", "?batch=x"],
)
def test_any_query_of_the_list_has_an_answer(
    contributor: Client, persons: tuple[Person, Person], query: str
) -> None:
    pair_of(*persons)

    assert contributor.get(f"{LIST}{query}").status_code in {200, 302, 400}
    assert contributor.get(f"{LIST}{10**30}/").status_code == 404


def test_markup_in_names_is_shown_as_text(contributor: Client) -> None:
    pair = pair_of(make_person("<b>Ann</b>"), make_person("Ann"), reason="<i>alike</i>")

    for address in (LIST, page_of(pair)):
        page = contributor.get(address).content.decode()
        assert "<b>Ann" not in page
        assert "&lt;b&gt;Ann" in page
        assert "<i>alike" not in page
