"""Zips and gzip files, the honest ones and the traps."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from imports.files.limits import DEFAULT_LIMITS, Limits
from imports.files.opening import open_input
from imports.files.tree import InputError
from tests.imports.files.files_made import entry_of, refusal, with_directory, zip_of

MIB = 1024 * 1024
ZIP = zip_of(("a.xml", "<a/>"))
GZIP = gzip.compress(b"<trips/>", mtime=0)


@pytest.fixture
def given(tmp_path: Path) -> Callable[..., dict[str, bytes]]:
    """Write an archive, and return what is in it by path."""

    def contents(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> dict[str, bytes]:
        (tmp_path / name).write_bytes(data)
        found = {}
        with open_input(tmp_path / name, limits) as tree:
            for file in tree.files:
                with file.open() as stream:
                    found[file.path] = stream.read()
        return found

    return contents


# Gzip


@pytest.mark.parametrize(
    ("name", "inner"),
    [
        ("trips.xml.gz", "trips.xml"),
        ("trips.XML.GZ", "trips.XML"),
        ("trips.xml", "trips.xml"),
    ],
)
def test_gzip_is_recognised_by_its_first_bytes_and_loses_its_ending(given, name, inner):
    assert given(GZIP, name) == {inner: b"<trips/>"}


def test_gzip_of_several_members_with_padding_is_read_to_its_end(given):
    data = gzip.compress(b"<trips>", mtime=0) + b"\0" * 512 + gzip.compress(b"</trips>") + b"\0"
    assert given(data, "trips.xml.gz") == {"trips.xml": b"<trips></trips>"}


def test_gzip_larger_than_a_chunk_and_than_memory_is_unpacked(given):
    data = os.urandom(300_000) + b"a" * 5 * MIB + b"end"
    assert given(gzip.compress(data, mtime=0), "data.bin.gz") == {"data.bin": data}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        *[(GZIP[:-cut], "damaged") for cut in (1, 4, 8, 9, 12)],
        (GZIP[:-8] + bytes([GZIP[-8] ^ 1]) + GZIP[-7:], "damaged"),  # the checksum
        (GZIP + b"garbage", "damaged"),
        (b"<trips/>", "damaged"),
        (b"", "damaged"),
        (gzip.compress(GZIP, mtime=0), "nested_archive"),
    ],
)
def test_gzip_that_is_damaged_or_holds_an_archive_is_refused(given, data, code):
    error = refusal(given, data, "trips.xml.gz")
    assert (error.code, error.file) == (code, "trips.xml")


def test_gzip_bomb_is_refused_by_its_ratio_and_by_its_size(given):
    data = gzip.compress(b"0" * 8 * MIB, mtime=0)
    small = Limits(ratio=5000, file_bytes=4 * MIB)
    assert refusal(given, data, "zeros.csv.gz").code == "compression_ratio"
    assert refusal(given, data, "zeros.csv.gz", small).code == "file_too_large"
    assert len(given(data, "zeros.csv.gz", Limits(ratio=5000))["zeros.csv"]) == 8 * MIB


# Zip


@pytest.mark.parametrize("name", ["trips.zip", "trips.xml"])
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_zip_lists_its_files_by_path_whatever_it_is_called(given, name, method):
    data = zip_of(("b/2.xml", "<two/>"), ("b/", ""), ("a.xml", "<one/>"), method=method)
    assert list(given(data, name).items()) == [("a.xml", b"<one/>"), ("b/2.xml", b"<two/>")]


def test_zip_written_as_a_stream_is_read(given):
    class Pipe(io.RawIOBase):
        """Cannot seek, so that the sizes follow the data."""

        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("é.xml", "<one/>")
    assert given(pipe.data, "trips.zip") == {"é.xml": b"<one/>"}


def test_files_of_a_zip_may_be_open_at_the_same_time(tmp_path):
    data = os.urandom(200_000)
    (tmp_path / "a.zip").write_bytes(zip_of(("a", data), ("b", data[::-1])))
    with (
        open_input(tmp_path / "a.zip") as tree,
        tree.files[0].open() as first,
        tree.files[1].open() as second,
    ):
        assert first.read(100_000) == data[:100_000]
        assert second.read() == data[::-1]
        first.seek(0)
        assert first.read() == data


@pytest.mark.parametrize(
    "name",
    [
        *["../evil.xml", "a/../../evil.xml", "..", "/etc/evil.xml", "C:/evil.xml", "c:evil.xml"],
        *["a//b.xml", "./a.xml", "a\nb.xml", "a\\..\\b.xml", "good.xml\0.sh"],
    ],
)
def test_zip_with_a_name_that_leads_elsewhere_is_refused(given, name):
    # The library cleans names as it writes.
    placeholder = "x" * len(name)
    data = zip_of(("good.xml", "<a/>"), (placeholder, "<a/>"))
    error = refusal(given, data.replace(placeholder.encode(), name.encode()), "trips.zip")
    assert error.code == "unsafe_name"


def test_hidden_files_links_and_leftovers_of_macos_are_left_out_of_a_zip(tmp_path):
    link = entry_of("link.xml", stat.S_IFLNK | 0o777)
    (tmp_path / "a.zip").write_bytes(
        zip_of(("a.xml", ""), (".git/config", ""), ("__MACOSX/a.xml", ""), (link, "/etc/passwd"))
    )
    with open_input(tmp_path / "a.zip") as tree:
        assert [file.path for file in tree.files] == ["a.xml"]
        assert [item.path for item in tree.left_out] == [
            ".git/config",
            "__MACOSX/a.xml",
            "link.xml",
        ]


TWO = zip_of(("a.xml", "<a/>"), ("b.xml", "<b/>"))


@pytest.mark.parametrize(
    ("data", "code", "file"),
    [
        (TWO.replace(b"b.xml", b"a.xml"), "duplicate_name", "a.xml"),
        (with_directory(TWO, "offset", 0), "overlap", "b.xml"),
        (zip_of((entry_of("zero", stat.S_IFCHR | 0o666), "")), "special_file", "zero"),
        (with_directory(ZIP, "flags", 1), "encrypted", "a.xml"),
        (zip_of(("a.xml", ""), method=zipfile.ZIP_LZMA), "compression_method", "a.xml"),
        (zip_of(("a.zip", "")), "nested_archive", "a.zip"),
        (zip_of(("a.xml", ZIP)), "nested_archive", "a.xml"),
        (zip_of(("[Content_Types].xml", "")), "spreadsheet", "[Content_Types].xml"),
        (with_directory(ZIP, "size", 3), "damaged", "a.xml"),
        (with_directory(ZIP, "size", 5), "damaged", "a.xml"),
        (with_directory(ZIP, "size", 2**31), "compression_ratio", "a.xml"),
        (with_directory(ZIP, "crc", 1), "damaged", "a.xml"),
        (with_directory(ZIP, "packed", 3), "damaged", "a.xml"),
        (with_directory(ZIP, "packed", 2**31), "overlap", "a.xml"),
        (with_directory(ZIP, "offset", 2**31), "overlap", "a.xml"),
        (with_directory(ZIP, "offset", 1), "damaged", "a.xml"),
        (with_directory(TWO, "offset", 1), "overlap", "a.xml"),
        (ZIP.replace(b"a.xml", b"b.xml", 1), "damaged", "a.xml"),  # another name at the file
        *[(ZIP[:keep], "damaged", "trips.zip") for keep in (10, 40, 60, 100)],
        (b"<trips/>", "damaged", "trips.zip"),
        (zip_of(), "empty", "trips.zip"),
        (zip_of((".hidden", "")), "empty", "trips.zip"),
    ],
)
def test_zip_that_is_not_what_it_should_be_is_refused(given, data, code, file):
    error = refusal(given, data, "trips.zip")
    assert (error.code, error.file) == (code, file)


def test_zip_bomb_is_refused_by_its_directory_before_anything_is_unpacked(tmp_path):
    path = tmp_path / "zeros.zip"
    path.write_bytes(zip_of(("a.csv", b"0" * 2 * MIB), ("b.csv", b"1" * 2 * MIB)))

    def opened(limits: Limits) -> None:
        with open_input(path, limits):
            pass

    assert refusal(opened, DEFAULT_LIMITS).code == "compression_ratio"
    assert refusal(opened, Limits(ratio=5000, total_bytes=3 * MIB)).code == "input_too_large"
    with open_input(path, Limits(ratio=5000, file_bytes=MIB)) as tree:
        assert refusal(tree.files[0].open).code == "file_too_large"
    with open_input(path, Limits(ratio=5000)) as tree:
        assert [len(file.read()) for file in tree.files] == [2 * MIB, 2 * MIB]


def test_zip_of_too_many_files_is_refused_before_it_is_listed(given, monkeypatch):
    data = zip_of(*((f"{number}.xml", "") for number in range(20)))
    assert len(given(data, "trips.zip", Limits(files=20))) == 20
    monkeypatch.delattr(zipfile, "ZipFile")
    assert refusal(given, data, "trips.zip", Limits(files=19)).code == "too_many_files"


@pytest.mark.parametrize(
    "start",
    [
        *[b"BZh91AY&SY", b"\xfd7zXZ\x00\x00", b"\x28\xb5\x2f\xfd\x00", b"7z\xbc\xaf\x27\x1c"],
        *[b"Rar!\x1a\x07\x01", b"trips.xml".ljust(257, b"\0") + b"ustar\x0000"],
    ],
)
def test_other_archives_are_refused_by_name(given, start):
    error = refusal(given, start, "trips.xml")
    assert (error.code, error.file) == ("archive", "trips.xml")
    with pytest.raises(InputError, match="pack it as zip"):
        raise error
