"""Rows sent as arrays of texts arrive as they were."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection, transaction

from records.bulk import insert
from records.identity import new_id
from records.models import Reference, Source

pytestmark = pytest.mark.django_db

AWKWARD = [
    "",
    "NULL",
    "null",
    '"',
    "\\",
    '\\"',
    "{a,b}",
    "a,b",
    " c ",
    "line\nline",
    "%s %%",
    "it's",
    "Ünïcode \u2028 \U0001f600",
]


#: What stands between texts, or for one that is not there, while they are quoted.
MARKS = ["\x01", "a\x01b"]


def rows(texts: list[str]) -> list[dict[str, object]]:
    return [
        {
            "id": new_id(),
            "kind": "topic",
            "standing": "published",
            "slug": f"slug-{number}",
            "code": text,
            "keys": texts[:number],
            "code_terms": {text: [["2001-02-03", None]]} if number % 2 else None,
            "body": {"label": text, "nothing": None, "list": texts},
            "broader_id": new_id() if number % 2 else None,
            "state_ids": [new_id()] * (number % 3),
            "facts": {},
            "merged_into": None,
            "was_withdrawn": bool(number % 2),
            "since": datetime(2026, 5, 1, 9, 30, tzinfo=UTC),
        }
        for number, text in enumerate(texts)
    ]


@pytest.mark.parametrize("texts", [AWKWARD, AWKWARD + MARKS, ["same", "same"]])
def test_awkward_texts_and_nulls(texts: list[str]) -> None:
    expected = rows(texts)

    insert(Reference, expected)

    assert list(Reference.objects.order_by("id").values()) == expected


def test_numbers_and_days_and_truth() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_date")
        (today,) = cursor.fetchone()
    row = {
        "id": new_id(),
        "slug": "one",
        "editorial_state": "draft",
        "contested": True,
        "locked_fields": [],
        "curators_note": "",
        "kind": "news",
        "title": "One",
        "publisher": "",
        "authors": ["A, B", "C"],
        "retrieved_on": today,
    }

    insert(Source, [{**full_row(), **row}])

    assert Source.objects.values(*row).get() == row


def full_row() -> dict[str, object]:
    """Every column of a source that the database does not fill by itself."""
    source = Source()
    return {
        field.attname: getattr(source, field.attname)
        for field in Source._meta.concrete_fields
        if not field.has_db_default() and getattr(source, field.attname) is not None
    }


def test_what_is_too_long_is_refused() -> None:
    (row, *_others) = rows(AWKWARD)

    with pytest.raises(DataError, match="too long"), transaction.atomic():
        insert(Reference, [{**row, "slug": "x" * 121}])

    assert not Reference.objects.exists()
