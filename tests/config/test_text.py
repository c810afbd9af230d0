"""Characters that no text has: the same ones for forms, files and the database."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from config.text import UNSEEN_IN_LINES, UNSEEN_IN_TEXTS, validate_line, validate_text


@pytest.mark.parametrize(
    "name",
    [
        "می‌خواهم",  # Persian, with a non-joiner
        "क्‍ष",  # Hindi, with a joiner
        "Marco\u200f Rubio\u200e",  # marks that turn nothing
        "עמנואל מקרון",
        "Đặng Thị Ngọc Thịnh",
        "𠮷田",
        "O\u2019Brien\u00a0Jr.",
        "",
    ],
)
def test_names_of_any_script_are_right(name: str) -> None:
    validate_line(name)
    validate_text(name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Marco \u202eoibuR",
            "Character 7 is U+202E (right-to-left override), a character that turns the direction of writing. Remove it.",
        ),
        ("A\u0007", "Character 2 is U+0007, a control character. Remove it."),
        (
            "\ufeffA",
            "Character 1 is U+FEFF (zero width no-break space), a byte order mark. Remove it.",
        ),
        ("A\ud800", "Character 2 is U+D800, half a surrogate pair. Remove it."),
        ("A\U0010ffff", "Character 2 is U+10FFFF, no character in Unicode. Remove it."),
        (
            "A\u2028B",
            "Character 2 is U+2028 (line separator), a separator of lines or paragraphs. Remove it.",
        ),
    ],
)
def test_what_is_not_seen_is_named(text: str, message: str) -> None:
    for validate in (validate_line, validate_text):
        with pytest.raises(ValidationError) as error:
            validate(text)
        assert error.value.messages == [message]


@pytest.mark.parametrize("sign", "\n\r\t")
def test_only_long_texts_have_several_lines(sign: str) -> None:
    validate_text(f"One{sign}two")
    with pytest.raises(ValidationError) as error:
        validate_line(f"One{sign}two")
    assert error.value.messages == [
        f"Character 4 is U+{ord(sign):04X}, a line end or tab. Remove it."
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("validate", "pattern"), [(validate_line, UNSEEN_IN_LINES), (validate_text, UNSEEN_IN_TEXTS)]
)
def test_the_database_refuses_the_same_characters(validate: object, pattern: str) -> None:
    ends_of_planes = [
        plane + last
        for plane in range(0x10000, 0x110000, 0x10000)
        for last in range(0xFFFC, 0x10000)
    ]
    points = [*range(1, 0xD800), *range(0xE000, 0x10001), *ends_of_planes]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT point FROM unnest(%s::int[]) AS point WHERE chr(point) ~ %s ORDER BY point",
            ["{" + ",".join(map(str, points)) + "}", pattern],
        )
        refused = [point for (point,) in cursor.fetchall()]

    assert refused == [point for point in points if _is_refused(validate, chr(point))]


def _is_refused(validate: object, text: str) -> bool:
    try:
        validate(text)  # type: ignore[operator] # one of the two validators
    except ValidationError:
        return True
    return False
