"""The boxes in which records are chosen: drafts too, the exact name or code first, and a hint below each result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.db import connection
from django.urls import reverse

from people.models import Person, PersonName, State, StateCode
from records.admin.picker import ranked, tables_of
from records.publishing.merge import merge
from records.registry import kind_named
from tests.factories.events import make_event, make_event_type
from tests.factories.people import make_office, make_part, make_person, make_state, make_tenure
from tests.factories.records import make_source

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def box(client: Client, model: str, field: str, typed: str) -> list[dict[str, Any]]:
    app, name = model.split(".")
    asked = {"app_label": app, "model_name": name, "field_name": field, "term": typed}
    response = client.get(reverse("admin:autocomplete"), asked)
    assert response.status_code == 200
    results: list[dict[str, Any]] = response.json()["results"]
    return results


def people(client: Client, typed: str) -> list[str]:
    return [
        result["text"].partition(" · ")[0]
        for result in box(client, "people.tenure", "person", typed)
    ]


def test_every_state_is_first_by_its_exact_name_and_by_its_exact_code(story: None) -> None:
    desk: Any = admin.site.get_model_admin(State)
    states = list(State.objects.all())
    codes = StateCode.objects.filter(scheme="iso3166-1-alpha-2", end_edtf="")
    asked = [
        *((state.name, state.pk) for state in states),
        *((code.value, code.state_id) for code in codes),
    ]

    wrong = [
        (typed, str(first))
        for typed, key in asked
        if (first := desk.picked(State.objects.all(), typed).first()) is None or first.pk != key
    ]

    assert (len(states) > 190, len(codes) > 190) == (True, True)
    assert wrong == []


def test_the_likeliest_person_is_first_and_slips_are_forgiven(publisher: Client) -> None:
    for name in (
        "Asif Ali Zardari",
        "Ishaq Dar",
        "Darius Milhaud",
        "John Kerry",
        "Muammar Gaddafi",
    ):
        make_person(name)
    make_part(PersonName, record=Person.objects.get(name="Muammar Gaddafi"), name="معمر القذافي")

    assert people(publisher, "Dar") == ["Ishaq Dar", "Darius Milhaud"]
    assert people(publisher, "dar ishaq") == ["Ishaq Dar"]
    assert people(publisher, "Kery") == ["John Kerry"]
    assert people(publisher, "Gadafi") == ["Muammar Gaddafi"]
    assert people(publisher, "القذ") == ["Muammar Gaddafi"]
    assert people(publisher, "ardari") == ["Asif Ali Zardari"]
    assert people(publisher, "john-kerry") == ["John Kerry"]
    assert people(publisher, str(Person.objects.get(name="Ishaq Dar").pk)) == ["Ishaq Dar"]
    assert people(publisher, "xyzzy") == []
    assert people(publisher, "&") == []


def test_each_result_has_a_hint_below_its_label(publisher: Client) -> None:
    pakistan = make_state("Pakistan", start="1947-08-14")
    dar = make_person("Ishaq Dar")
    make_tenure(dar, make_office("Finance Minister", state=pakistan), start="2013", end="2017")
    make_tenure(dar, make_office("Foreign Minister", state=pakistan), start="2024-03-11")
    make_event("Call about trade", when="2025-05-10", type=make_event_type("call"))
    make_person("Nobody Known")

    def hints(model: str, field: str, typed: str) -> list[tuple[str, str | None]]:
        return [(each["text"], each.get("hint")) for each in box(publisher, model, field, typed)]

    assert hints("people.tenure", "person", "dar") == [
        ("Ishaq Dar · draft", "Foreign Minister, Pakistan (since 2024)")
    ]
    assert hints("people.tenure", "person", "nobody") == [("Nobody Known · draft", None)]
    assert hints("people.office", "state", "paki") == [("Pakistan · draft", "since 1947")]
    assert hints("events.event", "parent", "call") == [
        ("Call about trade (2025-05-10) · draft", "Call")
    ]


def test_a_former_code_comes_after_the_one_in_force(publisher: Client) -> None:
    old, new = make_state("Old", end="1990"), make_state("New", start="1990")
    make_part(StateCode, state=old, scheme="iso3166-1-alpha-2", value="YE", end="1990")
    make_part(StateCode, state=new, scheme="iso3166-1-alpha-2", value="YE", start="1991")

    found = box(publisher, "people.office", "state", "ye")

    assert [each["id"] for each in found] == [str(new.pk), str(old.pk)]


def test_of_merged_records_the_survivor_is_found(publisher: Client) -> None:
    source = make_source(title="Nothing")
    kept, gone = (
        make_person("Kept Person", source=source),
        make_person("Gone Person", source=source),
    )
    merge(gone, kept, by=None, reason="The same.")

    assert "Gone Person" not in people(publisher, "gone person")
    assert people(publisher, "gone-person") == ["Kept Person"]


@pytest.mark.parametrize(
    "kind", ["person", "organization", "office", "place", "agreement", "event"]
)
def test_names_are_found_through_indexes(db: None, kind: str) -> None:
    """Without sequential scans there is an index for every column with names, whatever the way to look."""
    model = kind_named(kind).model
    fields = {"person": "name", "organization": "name", "place": "name"}.get(kind, "title")
    (table,) = tables_of(kind_named(kind), [fields])

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for condition in ("= ' a b '", "LIKE ' jo%%'", "LIKE '%% jo%%'", "%%> 'john'"):
            cursor.execute(
                f"EXPLAIN SELECT FROM {table.table} WHERE {table.folded} {condition}", []
            )
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert f"{model._meta.model_name}_folded" in plan, plan


def test_nothing_that_is_typed_is_an_error(publisher: Client) -> None:
    for typed in ("%", "_", "\\", "'", "a" * 500, "(", "a:b", "scheme:", "…", "ß", "''", "\\%_"):
        ranked(Person.objects.all(), typed, parts_of=["name"], whole=["slug"]).count()
        box(publisher, "people.tenure", "person", typed)
