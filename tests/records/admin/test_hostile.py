"""Whatever is typed or sent: an answer, never an error page; and text stays text."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from people.models import Person
from tests.factories.events import make_event
from tests.factories.people import make_office, make_person, make_state, make_tenure
from tests.records.admin.filling import add_row, address, agreed, errors_of, filled, prefix_of

SCRIPT = '<script>alert("x")</script>'
ESCAPED = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;"


def test_markup_in_labels_is_shown_as_text_everywhere(publisher: Client) -> None:
    state = make_state(SCRIPT)
    held = make_tenure(make_person(SCRIPT, given_name=SCRIPT), make_office(SCRIPT, state=state))
    record = make_event(SCRIPT)
    record.participations.create(
        person=held.person, name_as_given=SCRIPT
    ).participation_capacities.create(tenure=held)

    pages = [
        address(Person, "changelist"),
        address(held),
        address(held.person),
        address(record),
        "/admin/",
    ]
    pages += [
        address(held.person, page)
        for page in ("history", "compare", "publish", "withdraw", "merge", "delete")
    ]
    pages += [
        f"{address(Person, 'changelist')}?q={SCRIPT}",
        f"{address(type(held), 'changelist')}?person__id__exact={held.person.pk}",
    ]
    for page in pages:
        text = publisher.get(page).content.decode()
        assert SCRIPT not in text, page
    response = publisher.post(
        address(held), filled(publisher.get(address(held))) | {"_publish": "1"}
    )
    assert SCRIPT not in response.content.decode()
    assert ESCAPED in response.content.decode()


def test_markup_in_messages_is_shown_as_text(publisher: Client) -> None:
    person = make_person("Nobody")
    data = filled(publisher.get(address(person))) | {"name": SCRIPT, "_publish": "1"}
    data |= agreed(publisher.post(address(person), data))

    text = publisher.post(address(person), data, follow=True).content.decode()

    assert "is published as" in text
    assert SCRIPT not in text


def test_searches_answer_as_json_only(publisher: Client) -> None:
    make_state(SCRIPT)
    asked = {"app_label": "people", "model_name": "office", "field_name": "state", "term": "script"}

    response = publisher.get(reverse("admin:autocomplete"), asked)

    assert response["Content-Type"] == "application/json"
    assert response.json()["results"][0]["text"] == f"{SCRIPT} · draft"


@pytest.mark.parametrize(
    "typed", ["\x00", "%", "_", "'", '"', "\\", "x" * 100_000, "\u202e", "🙂", "a " * 5000]
)
def test_any_text_can_be_searched_for(contributor: Client, typed: str) -> None:
    make_person("Marco Rubio")
    asked = {"app_label": "people", "model_name": "tenure", "field_name": "person", "term": typed}

    assert contributor.get(reverse("admin:autocomplete"), asked, follow=True).status_code == 200
    assert contributor.get(address(Person, "changelist"), {"q": typed}).status_code in {200, 302}


@pytest.mark.parametrize(
    "query",
    [
        "state__id__exact=nonsense",
        "state__id__exact=%00",
        "publication=nonsense",
        "classification__exact=%00",
        "p=99999999999999999999",
        "p=-1",
        "o=999.-1.x",
        "all=1",
        "nosuch=1",
        "contested__exact=7",
        "e=1",
    ],
)
def test_any_query_of_a_list_has_an_answer(contributor: Client, query: str) -> None:
    make_office()
    assert contributor.get(f"/admin/people/office/?{query}").status_code in {200, 302}


@pytest.mark.parametrize(
    "query",
    [
        "birth_earliest__year=99999",
        "birth_earliest__year=0",
        "birth_earliest__month=13",
        "birth_earliest__year=x",
    ],
)
def test_any_date_of_a_list_has_an_answer(contributor: Client, query: str) -> None:
    make_person(birth="1950")
    assert contributor.get(f"/admin/people/person/?{query}").status_code in {200, 302, 400}


@pytest.mark.parametrize(
    "query",
    [
        "slug__regex=[",
        "slug__iregex=(",
        "names__name__regex=*",
        "slug__range=1",
        "slug__contains=a",
        "locked_fields__contains=x",
        "locked_fields__0=x",
        "created_at__week_day=x",
    ],
)
def test_lookups_that_the_desk_does_not_make_are_refused(contributor: Client, query: str) -> None:
    assert contributor.get(f"/admin/people/person/?{query}").status_code == 400


def test_lists_of_other_apps_refuse_them_too(administrator: Client) -> None:
    assert administrator.get("/admin/axes/accessattempt/?username__regex=[").status_code == 400


@pytest.mark.parametrize(
    "query", ["changed_at__year=0", "changed_at__gte=x", "id__exact=x", "slug__in=a,b", "pk__in=x"]
)
def test_impossible_values_of_lookups_have_an_answer(contributor: Client, query: str) -> None:
    assert contributor.get(f"/admin/people/person/?{query}").status_code in {200, 302}


def test_no_way_leads_to_a_page_that_records_do_not_have(publisher: Client) -> None:
    kind = ContentType.objects.get_for_model(Person).pk
    for tail in (f"{kind}/nonsense/", f"{kind}/{make_person().pk}/", "x/y/"):
        assert publisher.get(f"/admin/r/{tail}").status_code in {302, 404}


def test_a_copy_is_not_saved(contributor: Client) -> None:
    person = make_person("Marco Rubio")
    data = filled(contributor.get(address(person))) | {"_saveasnew": "1"}

    assert contributor.post(address(person), data).status_code == 400
    assert contributor.post(address(Person, "add"), data).status_code == 400
    assert Person.objects.get() == person


@pytest.mark.parametrize(
    "key", ["nonsense", "%00", "1", "_3D", "../../x", "00000000-0000-0000-0000-000000000000"]
)
@pytest.mark.parametrize(
    "page",
    ["change", "history", "delete", "publish", "merge", "unmerge", "compare", "preview", "revert"],
)
def test_any_address_has_an_answer(publisher: Client, key: str, page: str) -> None:
    assert publisher.get(f"/admin/people/person/{key}/{page}/").status_code in {302, 404}
    assert publisher.post(f"/admin/people/person/{key}/{page}/", {"_confirm": "1"}).status_code in {
        302,
        403,
        404,
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("participations-TOTAL_FORMS", "x"),
        ("citations-TOTAL_FORMS", "99999999"),
        ("participations-0-id", "99999999999999999999999"),
        ("participations-0-id", "x"),
        ("participations-0-person", "x\x00"),
        ("participations-0-order", "99999999"),
        ("participations-0-offices", ["nonsense", "\x00"]),
        ("participations-0-role", "king"),
        ("type", "nonsense"),
        ("when_edtf", "1" * 100_000),
        ("when_precision", "aeon"),
        ("summary", "\x00"),
    ],
)
def test_any_value_of_a_form_has_an_answer(contributor: Client, field: str, value: Any) -> None:
    record = make_event()
    record.participations.create(person=make_person(), role="caller")
    data = filled(contributor.get(address(record))) | {field: value}

    response = contributor.post(address(record), data)

    assert response.status_code == 200, field
    assert errors_of(response)


def test_a_long_row_of_parts_is_saved(contributor: Client) -> None:
    record = make_event()
    page = contributor.get(address(record))
    data = filled(page)
    prefix = prefix_of(page, record.participations.model)
    for number in range(80):
        add_row(
            data,
            prefix,
            name_as_given=f"Minister {number}",
            role="visitor",
            presence="unknown",
            order="0",
            **dict.fromkeys(
                (
                    "person",
                    "organization",
                    "state",
                    "side",
                    "capacity_text",
                    "on_behalf_of_state",
                    "id",
                    "event",
                ),
                "",
            ),
        )

    assert contributor.post(address(record), data).status_code == 302
    assert record.participations.count() == 80


def test_meaning_of_a_date_is_told_while_it_is_typed(contributor: Client) -> None:
    assert "error" not in contributor.get("/admin/edtf-meaning/", {"edtf": "1961?"}).json()
    assert "error" in contributor.get("/admin/edtf-meaning/", {"edtf": "1961-13"}).json()


def test_too_many_wrong_passwords_lead_to_a_page_that_says_so(db: None, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    client = Client()
    for _ in range(10):
        response = client.post("/admin/login/", {"username": "marco", "password": "wrong"})

    assert response.status_code == 429
    text = response.content.decode()
    assert "Too many wrong passwords" in text
    assert "10 wrong passwords" in text


def test_pages_allow_nothing_from_outside(publisher: Client) -> None:
    response = publisher.get(address(make_event()))

    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    text = response.content.decode()
    assert "<style" not in text
    assert " style=" not in text
    assert " onclick=" not in text
    assert text.count("<script") == text.count("<script src=") + text.count("<script id=")
