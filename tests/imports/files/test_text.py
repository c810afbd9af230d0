"""Text in UTF-8, and what is said of all other text."""

from __future__ import annotations

import pytest

from imports.files.text import open_text, read_utf8
from imports.files.tree import File
from tests.imports.files.files_made import file_of, refusal

MIB = 1024 * 1024


def text_of(file: File) -> str:
    with open_text(file) as text:
        return text.read()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_utf8_is_read_with_and_without_its_mark(mark):
    file = file_of(mark + "Perú 🕊\r\n".encode())
    assert read_utf8(file).decode() == text_of(file) == "Perú 🕊\r\n"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16 without a mark"),
        ("utf-16-be", "UTF-16 without a mark"),
        ("utf-32", "UTF-32"),
        ("utf-32-le", "UTF-32 without a mark"),
        ("utf-32-be", "UTF-32 without a mark"),
        ("utf-7", "UTF-7"),
    ],
)
def test_other_encodings_are_refused_by_name(encoding, name):
    mark = b"+/v8" if encoding == "utf-7" else b""
    error = refusal(text_of, file_of(mark + "name,start\nPerú,1860\n".encode(encoding)))
    assert (error.code, error.line) == ("encoding", 1)
    assert error.reason.startswith(f"It is {name}, not UTF-8")


def test_latin_1_is_refused_with_its_place_and_the_likely_encoding():
    error = refusal(read_utf8, file_of("name\nLima\nPerú\n".encode("latin-1")))
    assert (error.code, error.file, error.line) == ("encoding", "trips.txt", 3)
    assert error.reason == (
        "Byte 13 (0xFA) is not UTF-8. It is probably Latin-1 or Windows-1252, not UTF-8, "
        "the one encoding that is read. Save it as UTF-8."
    )


@pytest.mark.parametrize(
    ("data", "code", "line", "start"),
    [
        (b"one\ntwo\0\n", "nul", 2, "There is a NUL character at byte 7"),
        (b"one\n\xed\xa0\x80", "encoding", 2, "Byte 4 starts half a surrogate pair"),
        # A character that two chunks share, and one that the end cuts.
        (
            b"\n" * (MIB - 1) + "é\n".encode() + b"\xff",
            "encoding",
            MIB + 1,
            f"Byte {MIB + 2:,} (0xFF)",
        ),
        (b"\n" * (MIB - 1) + b"\xc3", "encoding", MIB, f"Byte {MIB - 1:,} (0xC3)"),
    ],
)
def test_what_is_no_text_is_refused_at_its_place(data, code, line, start):
    error = refusal(text_of, file_of(data))
    assert (error.code, error.line) == (code, line)
    assert error.reason.startswith(start)
