"""Whatever is typed or sent: an answer, never an error page; and text stays text."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event
from people.models import Person, Tenure
from records.admin import conflict, lines
from records.models import Review, SavedList
from tests.factories.events import make_event, make_participation
from tests.factories.people import make_office, make_person, make_state, make_tenure
from tests.factories.records import make_topic
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
    asked |= {"model_name": "tenuremilestone", "field_name": "tenure", "on": typed, "person": typed}
    assert contributor.get(reverse("admin:autocomplete"), asked, follow=True).status_code == 200
    asked = {"typed": typed[:1000], "on": typed[:1000], "person": typed[:1000], "office": "?"}
    assert contributor.get(address(Tenure, "add"), asked, follow=True).status_code == 200
    assert contributor.get(address(Person, "changelist"), {"q": typed}).status_code in {200, 302}


@pytest.mark.parametrize("field", ["names", "merged_from", "tenures", "slug", "nosuch", ""])
def test_only_fields_that_name_a_record_can_be_searched_for(
    contributor: Client, field: str
) -> None:
    asked = {"app_label": "people", "model_name": "person", "field_name": field, "term": "x"}

    assert contributor.get(reverse("admin:autocomplete"), asked).status_code == 403


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
        "merged_from__among=x",  # back to persons
        "merged_into__regex=[",
        "created_at__week_day=x",
    ],
)
def test_lookups_that_the_desk_does_not_make_are_refused(contributor: Client, query: str) -> None:
    assert contributor.get(f"/admin/people/person/?{query}").status_code == 400


def test_a_refusal_says_what_was_wrong_in_the_frame_of_the_desk(contributor: Client) -> None:
    response = contributor.get("/admin/people/person/?slug__regex=[")

    text = response.content.decode()
    assert response.status_code == 400
    assert response.context["reason"] == "Filtering by slug__regex not allowed"
    assert '<a href="/admin/people/person/">To the list</a>' in text
    assert '<div class="breadcrumbs">' in text
    assert (
        "To the desk" in contributor.get("/admin/people/person/add/?_to_field=x").content.decode()
    )
    assert (
        "Log in"
        in Client().get("/admin/people/person/?slug__regex=[", follow=True).content.decode()
    )


def test_a_form_that_cannot_be_read_is_answered_by_a_page_with_a_way_back(
    contributor: Client,
) -> None:
    # Parts without what divides them.
    response = contributor.generic("POST", "/admin/people/person/add/", b"a", "multipart/form-data")

    assert response.status_code == 400
    assert '<a href="/admin/">To the desk</a>' in response.content.decode()


@pytest.mark.parametrize("key", ["\u202e", "\x00", "x", "00000000-0000-0000-0000-000000000000"])
@pytest.mark.parametrize("action", ["publish_selected", "merge_selected", "delete_selected"])
def test_actions_on_what_is_not_there_do_nothing(publisher: Client, action: str, key: str) -> None:
    data = {
        "action": action,
        "_selected_action": key,
        "_confirm": "1",
        "reason": "x",
        "post": "yes",
    }

    response = publisher.post("/admin/people/person/", data)

    assert (response.status_code, response["Location"]) == (302, "/admin/people/person/")


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


@pytest.mark.parametrize("claimed", ["1000", "99999999", "9" * 5000])
def test_rows_that_are_claimed_and_not_sent_are_none(contributor: Client, claimed: str) -> None:
    record = make_event()
    make_participation(record, "A delegate")
    data = filled(contributor.get(address(record)))
    many = data | {name: claimed for name in data if name.endswith("-TOTAL_FORMS")}

    wrong = contributor.post(address(record), many | {"when_edtf": "soon"})
    plain = contributor.post(address(record), data | {"when_edtf": "soon"})
    answer = contributor.post(address(record), many)

    assert wrong.status_code == 200
    assert len(wrong.content) < len(plain.content) + 20_000
    if len(claimed) < 9:
        assert errors_of(wrong) == errors_of(plain)
        assert answer.status_code == 302, errors_of(answer)
    assert (record.participations.count(), record.citations.count()) == (1, 1)


def test_rows_are_those_that_were_sent_whatever_their_numbers(contributor: Client) -> None:
    record = make_event()
    there = make_participation(record, "A delegate")
    data = filled(contributor.get(address(record)))
    for number in (1500, 7, 99_999_999):
        data[f"participations-{number}-name_as_given"] = f"Delegate {number}"
        data |= {
            f"participations-{number}-{name}": data[f"participations-0-{name}"]
            for name in ("role", "presence", "order")
        }

    answer = contributor.post(address(record), data | {"participations-TOTAL_FORMS": "1501"})

    assert answer.status_code == 302, errors_of(answer)
    assert [row.name_as_given for row in record.participations.order_by("pk")] == [
        there.name_as_given,
        "Delegate 7",
        "Delegate 1500",
        "Delegate 99999999",
    ]


def test_more_rows_than_a_form_takes_are_refused_before_any_is_looked_at(
    contributor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conflict, "MOST_ROWS", 3)
    record = make_event()
    data = filled(contributor.get(address(record)))
    rows = {
        f"participations-{number}-{name}": value
        for number in range(4)
        for name, value in {
            "name_as_given": f"Delegate {number}",
            "role": "participant",
            "presence": "unknown",
            "order": "0",
        }.items()
    }
    fitting = {name: value for name, value in rows.items() if "-3-" not in name}

    with CaptureQueriesContext(connection) as asked:
        refused = contributor.post(address(record), data | rows)
    added = contributor.post(address(Event, "add"), data | rows)

    for answer in (refused, added):
        assert answer.status_code == 400
        (words,) = re.findall(r'<p class="errornote">(.*?)</p>', answer.content.decode())
        assert words == (
            "A form takes at most 3 rows of a kind, and 4 participations were sent. Nothing is saved, and nothing is lost: go back, "
            "and what you typed is there. Take away the new rows that are too many, save, and add them then; or bring all of them "
            "in a file, as an import."
        )
    assert not [each for each in asked if "events_" in each["sql"]]
    assert not record.participations.exists()
    saved = contributor.post(address(record), data | fitting | {"participations-TOTAL_FORMS": "3"})
    assert saved.status_code == 302, errors_of(saved)
    assert record.participations.count() == 3


def test_of_many_wrong_rows_the_first_come_back_as_forms_and_the_rest_as_lines(
    contributor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MOST_FORMS", 2)
    record = make_event()
    people = [make_person(f"Jane {number}") for number in range(5)]
    data = filled(contributor.get(address(record)))
    roles = ("participant", "king", "king", "king", "host")
    for number, role in enumerate(roles):
        fields = {"name_as_given": f"<Delegate {number}>", "role": role, "order": "0"}
        add_row(data, "participations", **fields, presence="unknown", person=str(people[number].pk))

    page: Any = contributor.post(address(record), data)

    (inline,) = [
        each
        for each in page.context["inline_admin_formsets"]
        if each.formset.prefix == "participations"
    ]
    assert [form.form.prefix for form in inline.table.forms] == [
        "participations-1",
        "participations-2",
    ]
    html = "".join(inline.table.packed)
    shown = [
        (unescape(name), unescape(wrong))
        for name, wrong in re.findall(
            r'<th scope="row">(.*?)</th>.*?(?:<li>(.*?)</li>.*?)?</tr>', html
        )
    ]
    wrong = "Select a valid choice. king is not one of the available choices."
    assert shown == [
        ("Jane 0 · draft; <Delegate 0>", ""),
        ("Jane 3 · draft; <Delegate 3>; king", f"Role: {wrong}"),
        ("Jane 4 · draft; <Delegate 4>; Host", ""),
    ]
    sent = {
        unescape(name): unescape(value)
        for name, value in re.findall(r'type="hidden" name="(.*?)" value="(.*?)"', html)
    }
    assert {name: value for name, value in sent.items() if not name.endswith("_packed")} == {
        name: value for name, value in data.items() if re.match(r"participations-[034]-", name)
    }
    links = [each for each in page.context["error_links"] if each[0] == "participations-3"]
    assert links == [("participations-3", "Role", wrong)]
    again = {name: value for name, value in (data | sent).items() if name != "_warned"}
    again |= {name: "observer" for name, value in again.items() if value == "king"}
    again |= {"_warned": page.context["warned"]}
    answer = contributor.post(address(record), again)
    if answer.status_code == 200:  # warnings, which are saved all the same
        answer = contributor.post(address(record), again | {"_warned": answer.context["warned"]})
    assert answer.status_code == 302, errors_of(answer)
    assert [row.role for row in record.participations.order_by("pk")] == [
        "participant", "observer", "observer", "observer", "host",
    ]  # fmt: skip


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


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "javascript:x"])
def test_a_log_in_leads_to_no_other_site(db: None, settings: Any, elsewhere: str) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    User.objects.create_user("marco", password="right", is_staff=True)
    given = {"username": "marco", "password": "right", "next": elsewhere}

    response = Client().post(f"/admin/login/?next={elsewhere}", given)

    assert (response.status_code, response["Location"]) == (302, "/admin/")


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


def test_characters_that_are_not_seen_are_refused_with_their_place(contributor: Client) -> None:
    record = make_event("Visit of 1961")
    record.participations.create(name_as_given="Marco Rubio", role="caller")
    data = filled(contributor.get(address(record))) | {
        "title": "Visit \u202eof 1961",
        "summary": "Two lines.\r\nOf \x07text.",
        "participations-0-name_as_given": "Marco\u2028Rubio",
    }

    response = contributor.post(address(record), data)

    assert errors_of(response) == [
        "Character 7 is U+202E (right-to-left override), a character that turns the direction of writing. Remove it.",
        "Character 16 is U+0007, a control character. Remove it.",
        "Character 6 is U+2028 (line separator), a separator of lines or paragraphs. Remove it.",
    ]
    record.refresh_from_db()
    assert record.title == "Visit of 1961"


def test_half_a_letter_in_what_is_pasted_is_said_in_its_cell(contributor: Client) -> None:
    """As browsers send it: JSON writes half a pair by its number."""
    there = reverse("admin:agreements_agreement_paste", args=["parties"])

    answer = contributor.post(there, {"data": r'{"text": "State\tDate\nFra\ud800nce\t2025"}'})

    cells = [row["cells"]["party"] for row in answer.json()["rows"]]
    assert [cell["problem"] for cell in cells] == [
        "Character 4 is U+D800, half a surrogate pair. Remove it."
    ]


@pytest.mark.parametrize(
    "said", ["[" * 100_000, r'{"title": ["\ud800"]}', "{", "1", '{"a": 1e999}']
)
def test_what_a_form_says_that_it_showed_may_be_anything(contributor: Client, said: str) -> None:
    record = make_event("Talks")
    data = filled(contributor.get(address(record))) | {"_seen": "x", "_was": said}

    response = contributor.post(address(record), data | {"title": "Long talks"})

    assert response.status_code == 200
    assert "Somebody else wrote here" in response.content.decode()


def test_what_a_pasted_line_shows_may_be_anything(contributor: Client) -> None:
    record = make_event("Talks")
    page = contributor.get(address(record))
    data = filled(page) | {"title": ""}
    prefix = prefix_of(page, record.participations.model)
    for said in ("[" * 100_000, r'{"cells": ["\ud800"], "labels": {}}', '{"cells": ["<b>"]}'):
        add_row(
            data,
            prefix,
            name_as_given="He",
            role="visitor",
            presence="unknown",
            order="0",
            _packed=said,
        )

    response = contributor.post(address(record), data)

    text = response.content.decode()
    assert (response.status_code, text.count('<tr class="packed')) == (200, 3)
    assert '<th scope="row">&lt;b&gt;</th>' in text


@pytest.mark.parametrize("reason", ["a\x00b", "a\u202eb", "x" * 501])
def test_a_reason_that_cannot_be_kept_is_said_and_the_name_is_not_resolved(
    contributor: Client, reason: str
) -> None:
    record = make_event("Talks")
    record.participations.create(name_as_given="President Assad", role="visitor")
    there = f"{reverse('admin:events_event_unresolved_name')}?name=president+assad"

    response = contributor.post(there, {"person": str(make_person().pk), "reason": reason})

    (refusal,) = response.context["refusals"]
    assert refusal.startswith("Reason: ")
    assert record.participations.get().person is None


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"name": "\u202eMine"}, "Character 1 is U+202E"),
        ({"name": "Mine", "query": "q=" + "\u0451" * 1000}, "6,002 letters; at most 4,000"),
        ({"name": " \t"}, "This field is required."),
    ],
)
def test_a_list_that_cannot_be_saved_says_why(
    contributor: Client, asked: dict[str, str], refusal: str
) -> None:
    response = contributor.post(reverse("admin:people_person_save_list"), asked, follow=True)

    assert "The list is not saved: " in response.content.decode()
    assert refusal in response.content.decode()
    assert not SavedList.objects.exists()


def test_a_comment_has_no_characters_that_are_not_seen(contributor: Client) -> None:
    topic = make_topic("mining")
    there = address(topic, "review")

    page = contributor.post(there, {"_submit": "1", "text": "Not\u202e safe", "field": "a\nb"})

    assert [*page.context["form"].errors] == ["text", "field"]
    assert not Review.objects.exists()
