"""Searches of lists: the same rows as a plain search finds, however frequent their words are taken to be."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, models

from events.models import Event
from people.models import Person
from records import desk_search
from records.desk_search import narrowed, search
from tests.factories.events import make_event
from tests.factories.people import make_person

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

PERSON_FIELDS: dict[str, Any] = {
    "parts_of": ("name", "names__name"),
    "whole": ("slug", "identifiers__value"),
}


@pytest.mark.parametrize(
    ("frequent", "sample", "many"),
    [(500, 4_000, 100), (0, 4_000, 100), (1, 4_000, 100), (500, 4_000, 4_000), (1, 2, 2)],
    ids=["rare", "frequent", "some rare", "frequent at the beginning", "of few rows"],
)
def test_a_search_of_a_list_finds_what_a_plain_search_finds(
    frequent: int, sample: int, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("FREQUENT", frequent), ("SAMPLE", sample), ("MANY", many)):
        monkeypatch.setattr(desk_search, name, value)
    kerry = make_person("John Kerry", slug="kerry")
    kerry.names.create(name="Jean-François K.", kind="alias")
    kerry.identifiers.create(scheme="wikidata", value="Q22316")
    people = [
        kerry,
        make_person("Johnny Cash", slug="john"),
        make_person("Ólafur Johannesson"),
        make_person("Aino Malm"),
    ]
    typed = [
        "john", "olafur", "JOHN kerry", "jean francois", "q22316", "Q22316", "kerry", "cash john", "nobody", "",
        str(people[3].pk), f"malm {people[3].pk}",
    ]  # fmt: skip

    def found(by: Callable[..., models.QuerySet[Any]]) -> dict[str, list[str]]:
        every = Person.objects.all()
        return {text: [row.name for row in by(every, text, **PERSON_FIELDS)] for text in typed}

    assert found(narrowed) == found(search)
    assert found(narrowed)["john"] == ["John Kerry", "Johnny Cash"]


@pytest.mark.parametrize(
    ("model", "field"), [(Event, "title"), (Person, "name")], ids=["events", "people"]
)
def test_a_frequent_word_is_looked_for_in_the_index_of_the_list_alone(
    model: type[models.Model], field: str
) -> None:
    rows = model._default_manager.filter(**{f"{field}__often_has_part": "visit"})

    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
        )
    plan = rows.values_list("pk")[:101].explain()

    assert f"Index Only Scan using {model.__name__.lower()}_in_order" in plan
    assert "Sort" not in plan


def test_no_title_is_too_long_for_the_index_of_the_list() -> None:
    chance = random.Random(1)  # noqa: S311 - the same titles each time
    longer = [chr(code) for code in range(0x3380, 0x33E0)]  # three bytes each, folded to up to five
    rare = [chr(code) for code in range(0x20000, 0x2A000)]  # four bytes each, folded to themselves

    for letters in (longer, rare):
        title = "".join(chance.choices(letters, k=300))
        assert make_event(title).title == title
        assert make_person(title).name == title
