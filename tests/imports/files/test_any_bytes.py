"""Whatever the bytes are, a reader reads them or refuses them with an `InputError`."""

from __future__ import annotations

import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.files.csv_files import read_table
from imports.files.limits import Limits
from imports.files.opening import open_stream
from imports.files.text import open_text, read_utf8
from imports.files.tree import InputError
from imports.files.xml_files import read_xml
from imports.files.yaml_files import read_yaml
from tests.imports.files.files_made import zip_of


def text_of(file):
    with open_text(file) as text:
        return text.read()


READERS = {
    "bytes": lambda file: file.read(),
    "text": read_utf8,
    "open text": text_of,
    "xml": read_xml,
    "table": lambda file: list(read_table(file, ())),
    "table with columns": lambda file: list(read_table(file, ("a", "b"))),
    "yaml": read_yaml,
}
#: Pieces of which the formats are made, so that some inputs get far.
PIECES = [
    *[b"<a>", b"</a>", b"<!DOCTYPE a>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?", b"?>"],
    *[b"&#0;", b"&#xD800;", b"&amp;", b"&x;", b"<?xml version='1.0' encoding='latin-1'?>"],
    *[b"a", b"b", b",", b";", b"\t", b'"', b"'", b"\n", b"\r", b" ", b"\0", b"=1+1"],
    *[b"- ", b": ", b"? ", b"&a ", b"*a", b"!!str ", b"{", b"}", b"[", b"]", b"|", b">", b"---"],
    *[b'"\\ud800"', b'"\\0"', b"%YAML 9.9\n", b"#", b"@", b"<<: ", b"\xef\xbb\xbf", b"\xff\xfe"],
    *["é".encode(), "🕊".encode(), "\u2028".encode(), b"\xe9", b"\xed\xa0\x80", b"PK\x03\x04"],
]


def packed(content: bytes) -> bytes:
    return zip_of(("a.xml", content), ("b/c.csv", content[::-1]))


ZIPPED = packed(b"<a>some text</a>" * 20)
GZIPPED = gzip.compress(b"<a>some text</a>" * 20, mtime=0)


@st.composite
def damaged(draw):
    """An archive with some bytes changed, taken out or put in."""
    data = bytearray(draw(st.sampled_from([ZIPPED, GZIPPED])))
    for _change in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(data)))
        length = draw(st.sampled_from([0, 1, 1, 2, 4]))
        data[place : place + length] = draw(st.binary(max_size=4))
    return bytes(data)


any_bytes = st.one_of(
    st.binary(max_size=400),
    st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join),
    st.lists(st.sampled_from(PIECES), max_size=40).map(
        lambda parts: gzip.compress(b"".join(parts), mtime=0)
    ),
    st.lists(st.sampled_from(PIECES), max_size=40).map(lambda parts: packed(b"".join(parts))),
    damaged(),
)


def is_whole(error: InputError) -> bool:
    """Whether a refusal says what, where and why."""
    return bool(error.code and error.file.isprintable() and error.reason.endswith("."))


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@given(content=any_bytes, name=st.sampled_from(["a.xml", "a.csv.gz", "a.zip"]))
def test_reader_returns_or_refuses(reader, content, name):
    limits = Limits(depth=20, nodes=1000, rows=100, cell_size=1000, file_bytes=1_000_000)
    refusals = []
    try:
        with open_stream(io.BytesIO(content), name, limits) as tree:
            for file in tree.files:
                try:
                    reader(file)
                except InputError as error:
                    refusals.append(error)
    except InputError as error:
        refusals.append(error)
    assert [error for error in refusals if not is_whole(error)] == []


@given(name=st.text(max_size=20))
def test_any_name_is_taken_or_refused(name):
    try:
        with open_stream(io.BytesIO(b"<a/>"), name) as tree:
            paths = [file.path for file in tree.files]
    except InputError as error:
        paths = [error.file]
    assert [path.isprintable() for path in paths] == [True]
