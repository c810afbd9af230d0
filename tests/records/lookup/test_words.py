"""The words in working names, which triggers keep, and what a word with a slip has in common with the right one."""

from __future__ import annotations

import random

import pytest
from django.apps import apps
from django.db import connection
from rapidfuzz.distance import OSA

from people.models import Person, PersonName
from records.lookup.typed import is_slip
from records.models import KeepWords, WorkingWord
from records.models.word import SHORTEST_WORD, kind_of_names
from tests.factories.people import make_part, make_person

pytestmark = pytest.mark.django_db


def words_of_names() -> set[tuple[str, str]]:
    """Return every word of every working name with its kind, read from the names."""
    found = set()
    for model in apps.get_models():
        for trigger in getattr(model._meta, "triggers", ()):
            if isinstance(trigger, KeepWords):
                table = model._meta.db_table
                with connection.cursor() as cursor:
                    cursor.execute(
                        f'SELECT chancery_folded("{trigger.column}") FROM "{table}"'  # noqa: S608 - names of ours
                    )
                    found |= {
                        (kind_of_names(model), word)
                        for (folded,) in cursor.fetchall()
                        for word in folded.split()
                        if len(word) >= SHORTEST_WORD
                    }
    return found


def test_all_words_of_names_are_known_however_they_were_written(story: None) -> None:
    person = make_person("Ishaq Dar")
    make_part(PersonName, record=person, name="إسحاق ڈار")
    Person.objects.bulk_create([Person(name="Bulky Quux", slug="quux")])
    Person.objects.filter(pk=person.pk).update(name="Ishaq Quuxington")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET name = 'Sequel Dar' WHERE slug = 'quux'")

    known = set(WorkingWord.objects.values_list("kind", "word"))

    assert words_of_names() - known == set()
    assert {("person", word) for word in ("quux", "quuxington", "sequel")} <= known
    assert len(known) > 500


def test_a_word_that_is_known_is_not_written_again() -> None:
    make_person("Ishaq Dar")
    make_person("Dar Ishaq Ishaq")

    assert sorted(WorkingWord.objects.filter(kind="person").values_list("word", flat=True)) == [
        "dar",
        "ishaq",
    ]


def test_words_that_differ_by_a_slip_have_something_in_common() -> None:
    """Random words of few letters, so that many differ by one slip: all such pairs are proposed to be compared."""
    dice = random.Random(161)  # noqa: S311 - no secret
    words = sorted({"".join(dice.choices("abc", k=dice.choice([3, 4, 5, 6]))) for _ in range(120)})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT one, other FROM unnest(%s) AS one, unnest(%s) AS other WHERE chancery_slips(one) && chancery_slips(other)",
            [words, words],
        )
        proposed = set(cursor.fetchall())

    slips = {(one, other) for one in words for other in words if OSA.distance(one, other) <= 1}
    assert slips - proposed == set()
    assert len(slips) > 300
    assert len(proposed) < len(words) ** 2 / 4


@pytest.mark.parametrize(
    ("typed", "word", "expected"),
    [
        ("kery", "kerry", True),
        ("krery", "kerry", True),
        ("kerrry", "kerry", True),
        ("kezry", "kerry", True),
        ("erry", "kerry", True),
        ("kerry", "kerry", False),
        ("ker", "kerry", False),
        ("bsh", "bush", True),
        ("nox", "knox", True),
        ("bar", "dar", False),
        ("dra", "dar", True),
        ("adr", "dar", True),
        ("phillipines", "philippines", True),
        ("chrsitophr", "christopher", True),
        ("kiry", "karry", False),
        ("1999", "1998", False),
    ],
)
def test_slips(typed: str, word: str, expected: bool) -> None:  # noqa: FBT001 - a case
    assert is_slip(typed, word) is expected
