"""YAML as data, without what makes objects of it."""

from __future__ import annotations

from typing import Any

import pytest

from imports.files.limits import DEFAULT_LIMITS, Limits
from imports.files.yaml_files import read_yaml
from tests.imports.files.files_made import file_of, refusal


def given(content: str | bytes, limits: Limits = DEFAULT_LIMITS) -> Any:
    return read_yaml(file_of(content, limits))


def refused(content: str | bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[str, int | None]:
    """Return the code and the line with which a file is refused."""
    error = refusal(given, content, limits)
    return error.code, error.line


def test_lists_mappings_and_values_are_read():
    content = """
# presidents
- id: {bioguide: W000178, govtrack: 411351}
  name:
    first: George
    nickname:
  terms: [{start: 1789-04-30, end: "1793-03-04", how: 'election'}]
  note: >
    Took the oath
    in New York.
"""
    assert given(content) == [
        {
            "id": {"bioguide": "W000178", "govtrack": "411351"},
            "name": {"first": "George", "nickname": None},
            "terms": [{"start": "1789-04-30", "end": "1793-03-04", "how": "election"}],
            "note": "Took the oath in New York.\n",
        }
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1789-04-30", "1789-04-30"),
        ("2001-01-20T12:00:00Z", "2001-01-20T12:00:00Z"),
        ("No", "No"),
        ("on", "on"),
        ("true", "true"),
        ("12", "12"),
        ("007", "007"),
        ("1.5", "1.5"),
        ("=1+1", "=1+1"),
        ("9" * 5000, "9" * 5000),
        ('""', ""),
        ("'null'", "null"),
        ("~", None),
        ("null", None),
        ("", None),
    ],
)
def test_value_is_text_as_it_is_written_or_none(written, value):
    assert given(f"a: {written}\n") == {"a": value}


def test_keys_are_text():
    content = "1: a\nnull: b\n2001-01-20: c\n? d\n: e\n"
    assert given(content) == {"1": "a", "null": "b", "2001-01-20": "c", "d": "e"}


def test_mark_directive_and_document_ends_are_read():
    assert given(b"\xef\xbb\xbfa: 1\n") == {"a": "1"}
    assert given("%YAML 1.1\n---\na: 1\n...\n") == {"a": "1"}


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ("a: &x [1]\nb: *x\n", "alias", 1),
        ("a: 1\nb: *x\n", "alias", 2),
        ("&x a: 1\n", "alias", 1),
        ("a: {b: 1}\n<<: {c: 1}\n", "alias", 2),
        ("- !!python/object/apply:os.system ['true']\n", "tag", 1),
        ("- !!str 12\n", "tag", 1),
        ("- !local 12\n", "tag", 1),
        ("- ! 12\n", "tag", 1),
        ("a: 1\nb: 2\na: 3\n", "duplicate_key", 3),
        ("{a: 1, 'a': 3}\n", "duplicate_key", 1),
        ("? [a]\n: 1\n", "key", 1),
        ("a: 1\n---\nb: 1\n", "documents", 2),
        ("", "empty", None),
        ("# nothing\n", "empty", None),
        ("a: [1\n", "yaml", 2),
        ("a: b: c\n", "yaml", 1),
        ("a: 1\n\tb: 2\n", "yaml", 2),
        ("a: @b\n", "yaml", 1),
        ('a: "\\0"\n', "character", 1),
        ('a: 1\nb: "\\ud800"\n', "yaml", 2),
        ("a: 1\nb: \0\n", "nul", 2),
        (b"a: \xed\xa0\x80\n", "encoding", 1),
        ("a: b\n".encode("utf-16"), "encoding", 1),
    ],
)
def test_what_is_not_read_is_refused_at_its_line(content, code, line):
    assert refused(content) == (code, line)


def test_depth_is_limited():
    assert given("[" * 64 + "]" * 64)
    assert refused("[" * 65 + "]" * 65) == ("too_deep", 1)
    assert refused("[" * 100_000)[0] == "too_deep"
    assert refused("- " * 3000 + "x")[0] == "too_deep"
    assert refused("a:\n b:\n  c: 1\n", Limits(depth=2)) == ("too_deep", 3)


def test_number_and_length_of_values_and_size_are_limited():
    assert given("[1, 2, 3]", Limits(nodes=4)) == ["1", "2", "3"]
    assert refused("[1, 2, 3, 4]", Limits(nodes=4)) == ("too_many_values", 1)
    assert given("[123]", Limits(cell_size=3)) == ["123"]
    assert refused("[1234]", Limits(cell_size=3)) == ("cell_too_long", 1)
    assert refused("[1234]", Limits(memory_bytes=5)) == ("file_too_large", None)
