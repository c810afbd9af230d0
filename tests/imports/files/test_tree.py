"""Folders, zips and gzip files, the honest ones and the traps."""

from __future__ import annotations

import gzip
import io
import os
import socket
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from imports.files.tree import (
    DEFAULT_LIMITS,
    File,
    InputError,
    LeftOut,
    Limits,
    open_input,
    open_stream,
    read_text,
)

MIB = 1024 * 1024


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "trips"
    (root / "presidents").mkdir(parents=True)
    (root / "presidents" / "taft.xml").write_text("<trips/>")
    (root / "presidents" / "adams.xml").write_text("<trips><trip/></trips>")
    (root / "LICENSE.md").write_text("CC0")
    return root


@pytest.fixture
def zipped(tmp_path):
    """Write a zip of entries, each a name (or its ZipInfo) and content."""

    def write(*entries, name="trips.zip", method=zipfile.ZIP_DEFLATED):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", method) as archive:
            for entry, content in entries:
                archive.writestr(entry, content)
        return path

    return write


def contents(path, limits=DEFAULT_LIMITS):
    with open_input(path, limits) as tree:
        found = {}
        for file in tree.files:
            with file.open() as stream:
                found[file.path] = stream.read()
        return found


def refusal(path, limits=DEFAULT_LIMITS):
    with pytest.raises(InputError) as caught:
        contents(path, limits)
    return caught.value.code, caught.value.file


def text_refusal(path):
    with pytest.raises(InputError) as caught, open_input(path) as tree:
        read_text(tree.files[0])
    return caught.value


# Folders


def test_folder_lists_its_files_by_path(folder):
    with open_input(folder) as tree:
        assert [(file.path, file.size) for file in tree.files] == [
            ("LICENSE.md", 3),
            ("presidents/adams.xml", 22),
            ("presidents/taft.xml", 8),
        ]
        assert tree.left_out == ()


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("*.xml", ["presidents/adams.xml", "presidents/taft.xml"]),
        ("presidents/t*.xml", ["presidents/taft.xml"]),
        ("trips/presidents/*.xml", []),
        ("*/*.md", []),
        ("residents/*.xml", []),
        ("LICENSE?md", []),
        ("LICENSE.md", ["LICENSE.md"]),
    ],
)
def test_pattern_matches_the_end_of_a_path_part_by_part(folder, pattern, paths):
    with open_input(folder) as tree:
        assert [file.path for file in tree.matching(pattern)] == paths


def test_file_may_be_opened_again_while_it_is_read(folder):
    with open_input(folder) as tree:
        file = tree.files[0]
        with file.open() as first, file.open() as second:
            assert (first.read(1), second.read(), first.read()) == (b"C", b"CC0", b"C0")


def test_hidden_files_and_archives_are_left_out_with_the_reason(folder):
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("")
    (folder / "presidents" / ".taft.xml").write_text("")
    (folder / "old.zip").write_bytes(b"")
    with open_input(folder) as tree:
        assert len(tree.files) == 3
        assert tree.left_out == (
            LeftOut(".git", "Hidden files are not read."),
            LeftOut(
                "old.zip",
                "Archives in a folder are not read: unpack it, or import it by itself.",
            ),
            LeftOut("presidents/.taft.xml", "Hidden files are not read."),
        )


def test_symbolic_links_are_left_out_and_the_reason_says_where_they_lead(folder, tmp_path):
    (tmp_path / "secret.xml").write_text("<secret/>")
    (folder / "a.xml").symlink_to(tmp_path / "secret.xml")
    (folder / "b.xml").symlink_to("presidents/taft.xml")
    (folder / "c").symlink_to(folder)
    (folder / "d.xml").symlink_to("d.xml")
    (folder / "e").symlink_to("/etc")
    stays = "Symbolic links are not followed: the file is read where it stands."
    leads_out = "Symbolic links are not followed: this one leads out of the folder."
    with open_input(folder) as tree:
        assert len(tree.files) == 3
        assert [(item.path, item.reason) for item in tree.left_out if item.path != "d.xml"] == [
            ("a.xml", leads_out),
            ("b.xml", stays),
            ("c", stays),
            ("e", leads_out),
        ]


def test_file_that_became_a_link_after_the_look_is_not_followed(folder, tmp_path):
    (tmp_path / "secret.xml").write_text("<secret/>")
    with open_input(folder) as tree:
        (folder / "LICENSE.md").unlink()
        (folder / "LICENSE.md").symlink_to(tmp_path / "secret.xml")
        with pytest.raises(InputError) as caught:
            tree.files[0].open()
    assert (caught.value.code, caught.value.file) == ("unreadable", "LICENSE.md")


def test_file_that_became_a_pipe_after_the_look_does_not_block(folder):
    with open_input(folder) as tree:
        (folder / "LICENSE.md").unlink()
        os.mkfifo(folder / "LICENSE.md")
        with pytest.raises(InputError) as caught:
            tree.files[0].open()
    assert caught.value.code == "special_file"


def test_pipe_in_a_folder_is_refused(folder):
    os.mkfifo(folder / "presidents" / "pipe.xml")
    assert refusal(folder) == ("special_file", "presidents/pipe.xml")


def test_pipe_device_and_socket_are_refused_as_input(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.xml")
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.xml")
        assert refusal(tmp_path / "socket.xml") == ("special_file", "socket.xml")
    assert refusal(tmp_path / "pipe.xml") == ("special_file", "pipe.xml")
    assert refusal(Path("/dev/zero")) == ("special_file", "zero")


@pytest.mark.parametrize("name", [b"tr\xe9sor.xml", b"a\nb.xml", b"a\x1b[2Jb.xml"])
def test_file_name_that_cannot_be_shown_is_refused(folder, name):
    (folder / os.fsdecode(name)).write_text("<a/>")
    code, file = refusal(folder)
    assert code == "unsafe_name"
    assert file.isprintable()


def test_missing_and_empty_inputs_are_refused(tmp_path):
    assert refusal(tmp_path / "gone.xml") == ("not_found", "gone.xml")
    assert refusal(tmp_path / "nul\0.xml")[0] == "unreadable"
    (tmp_path / "empty").mkdir()
    assert refusal(tmp_path / "empty") == ("empty", "empty")


def test_folder_of_too_many_files_is_refused(folder):
    assert len(contents(folder, Limits(files=4))) == 3
    assert refusal(folder, Limits(files=2))[0] == "too_many_files"


def test_files_that_are_too_large_are_refused_one_by_one_and_together(folder):
    assert len(contents(folder, Limits(file_bytes=22, total_bytes=33))) == 3
    assert refusal(folder, Limits(file_bytes=21)) == ("file_too_large", "presidents/adams.xml")
    assert refusal(folder, Limits(total_bytes=32)) == ("input_too_large", "trips")


def test_file_that_grows_while_it_is_read_meets_the_limit(folder):
    with open_input(folder, Limits(file_bytes=1000)) as tree:
        (folder / "LICENSE.md").write_bytes(b"x" * 1001)
        with tree.files[0].open() as stream, pytest.raises(InputError) as caught:
            stream.read()
    assert caught.value.code == "file_too_large"


def test_reading_a_file_twice_counts_once(folder):
    with open_input(folder, Limits(total_bytes=33)) as tree:
        for file in (*tree.files, *tree.files):
            file.read()


def test_file_is_read_as_a_whole_only_when_it_fits_into_memory(folder):
    with open_input(folder, Limits(memory_bytes=8)) as tree:
        assert tree.files[2].read() == b"<trips/>"
        with pytest.raises(InputError) as caught:
            tree.files[1].read()
    assert (caught.value.code, caught.value.file) == ("file_too_large", "presidents/adams.xml")


def test_reading_that_takes_too_long_is_refused(folder):
    assert refusal(folder, Limits(seconds=0))[0] == "too_slow"


# Single files


def test_single_file_is_called_by_its_name(folder):
    assert contents(folder / "presidents" / "taft.xml") == {"taft.xml": b"<trips/>"}


def test_hidden_file_and_link_are_read_when_they_are_named_themselves(folder, tmp_path):
    (tmp_path / ".taft.xml").symlink_to(folder / "presidents" / "taft.xml")
    assert contents(tmp_path / ".taft.xml") == {".taft.xml": b"<trips/>"}


@pytest.mark.parametrize(
    "content",
    [
        b"BZh91AY&SY",
        b"\xfd7zXZ\x00\x00",
        b"\x28\xb5\x2f\xfd\x00",
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\x07\x01",
        b"trips.xml".ljust(257, b"\0") + b"ustar\x0000".ljust(255, b"\0"),
    ],
)
def test_other_archives_are_refused_by_name(tmp_path, content):
    (tmp_path / "trips.xml").write_bytes(content)
    assert refusal(tmp_path / "trips.xml") == ("archive", "trips.xml")


# Gzip


def test_gzip_is_known_by_its_first_bytes_and_loses_its_ending(tmp_path):
    for name in ("trips.xml.gz", "trips.XML.GZ", "trips.xml"):
        (tmp_path / name).write_bytes(gzip.compress(b"<trips/>"))
    assert contents(tmp_path / "trips.xml.gz") == {"trips.xml": b"<trips/>"}
    assert contents(tmp_path / "trips.XML.GZ") == {"trips.XML": b"<trips/>"}
    assert contents(tmp_path / "trips.xml") == {"trips.xml": b"<trips/>"}


def test_gzip_of_several_members_with_padding_is_read_to_its_end(tmp_path):
    path = tmp_path / "trips.xml.gz"
    path.write_bytes(gzip.compress(b"<trips>") + b"\0" * 512 + gzip.compress(b"</trips>") + b"\0")
    assert contents(path) == {"trips.xml": b"<trips></trips>"}


def test_gzip_unpacks_what_is_larger_than_a_chunk(tmp_path):
    data = os.urandom(300_000) + b"a" * 700_000 + b"end"
    (tmp_path / "data.bin.gz").write_bytes(gzip.compress(data))
    assert contents(tmp_path / "data.bin.gz") == {"data.bin": data}


@pytest.mark.parametrize("cut", [1, 4, 8, 9, 12])
def test_gzip_that_was_cut_off_is_refused(tmp_path, cut):
    (tmp_path / "trips.xml.gz").write_bytes(gzip.compress(b"<trips/>")[:-cut])
    assert refusal(tmp_path / "trips.xml.gz") == ("truncated", "trips.xml")


def test_gzip_with_a_wrong_checksum_or_garbage_behind_is_refused(tmp_path):
    path = tmp_path / "trips.xml.gz"
    packed = bytearray(gzip.compress(b"<trips/>"))
    packed[-8] ^= 1
    path.write_bytes(packed)
    assert refusal(path) == ("damaged", "trips.xml")
    path.write_bytes(gzip.compress(b"<trips/>") + b"garbage")
    assert refusal(path) == ("damaged", "trips.xml")
    path.write_bytes(b"<trips/>")
    assert refusal(path) == ("damaged", "trips.xml")
    path.write_bytes(b"")
    assert refusal(path) == ("truncated", "trips.xml")


def test_gzip_bomb_is_refused_by_its_ratio_and_by_its_size(tmp_path):
    path = tmp_path / "zeros.csv.gz"
    path.write_bytes(gzip.compress(b"0" * 8 * MIB))
    assert refusal(path) == ("compression_ratio", "zeros.csv")
    assert refusal(path, Limits(ratio=5000, file_bytes=4 * MIB)) == (
        "file_too_large",
        "zeros.csv",
    )
    assert len(contents(path, Limits(ratio=5000))["zeros.csv"]) == 8 * MIB


def test_gzip_of_an_archive_is_refused(tmp_path):
    path = tmp_path / "trips.xml.gz"
    path.write_bytes(gzip.compress(gzip.compress(b"<trips/>")))
    assert refusal(path) == ("nested_archive", "trips.xml")


# Zip


def test_zip_lists_its_files_by_path_whatever_it_is_called(zipped):
    for name in ("trips.zip", "trips.xml"):
        path = zipped(("b/2.xml", "<two/>"), ("b/", ""), ("a.xml", "<one/>"), name=name)
        assert list(contents(path).items()) == [("a.xml", b"<one/>"), ("b/2.xml", b"<two/>")]


def test_stored_and_streamed_zips_are_read(tmp_path, zipped):
    path = zipped(("a.xml", "<one/>"), method=zipfile.ZIP_STORED)
    assert contents(path) == {"a.xml": b"<one/>"}

    class Pipe(io.RawIOBase):
        """Cannot seek, so that the sizes follow the data."""

        def __init__(self):
            self.data = b""

        def writable(self):
            return True

        def write(self, data):
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("é.xml", "<one/>")
    path.write_bytes(pipe.data)
    assert contents(path) == {"é.xml": b"<one/>"}


def test_files_of_a_zip_may_be_open_at_the_same_time(zipped):
    data = os.urandom(200_000)
    with (
        open_input(zipped(("a", data), ("b", data[::-1]))) as tree,
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
        "../evil.xml",
        "a/../../evil.xml",
        "/etc/evil.xml",
        "C:/evil.xml",
        "c:evil.xml",
        "a//b.xml",
        "./a.xml",
        "a\nb.xml",
        "..",
    ],
)
def test_zip_with_a_name_that_leads_elsewhere_is_refused(zipped, name):
    assert refusal(zipped(("good.xml", "<a/>"), (name, "<a/>")))[0] == "unsafe_name"


@pytest.mark.parametrize("name", [b"a\\..\\b.xml", b"good.xml\0.sh"])
def test_zip_with_a_backslash_or_nul_in_a_name_is_refused(zipped, name):
    path = zipped(("x" * len(name), "<a/>"))
    path.write_bytes(path.read_bytes().replace(b"x" * len(name), name))
    assert refusal(path)[0] == "unsafe_name"


def test_zip_with_two_files_of_one_name_is_refused(zipped):
    path = zipped(("a.xml", "<a/>"), ("b.xml", "<a/>"))
    path.write_bytes(path.read_bytes().replace(b"b.xml", b"a.xml"))
    assert refusal(path) == ("duplicate_name", "a.xml")


def test_hidden_files_links_and_leftovers_of_macos_are_left_out_of_a_zip(zipped):
    link = zipfile.ZipInfo("link.xml")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = zipped(
        ("a.xml", "<a/>"), (".git/config", ""), ("__MACOSX/a.xml", ""), (link, "/etc/passwd")
    )
    with open_input(path) as tree:
        assert [file.path for file in tree.files] == ["a.xml"]
        assert [item.path for item in tree.left_out] == [
            ".git/config",
            "__MACOSX/a.xml",
            "link.xml",
        ]


def test_device_in_a_zip_is_refused(zipped):
    device = zipfile.ZipInfo("zero.xml")
    device.create_system = 3
    device.external_attr = (stat.S_IFCHR | 0o666) << 16
    assert refusal(zipped((device, ""))) == ("special_file", "zero.xml")


def test_encrypted_zip_is_refused(zipped):
    path = zipped(("a.xml", "<a/>"))
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the flags of the file
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and of its entry in the directory
    path.write_bytes(data)
    assert refusal(path) == ("encrypted", "a.xml")


def test_zip_packed_by_an_unusual_method_is_refused(zipped):
    path = zipped(("a.xml", "<a/>"), method=zipfile.ZIP_LZMA)
    assert refusal(path) == ("compression_method", "a.xml")


def test_archive_in_a_zip_is_refused_by_its_name_and_by_its_bytes(zipped):
    assert refusal(zipped(("a.zip", ""))) == ("nested_archive", "a.zip")
    inner = zipped(("a.xml", "<a/>")).read_bytes()
    assert refusal(zipped(("a.xml", inner))) == ("nested_archive", "a.xml")


def test_office_document_is_refused_and_told_to_be_a_table(zipped):
    path = zipped(("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<workbook/>"))
    with pytest.raises(InputError) as caught:
        contents(path)
    assert caught.value.code == "spreadsheet"
    assert "CSV" in caught.value.reason


def directory_entry(data, field):
    """Return where a field of the first entry of a zip's directory stands."""
    return data.index(b"PK\x01\x02") + {"crc": 16, "packed": 20, "size": 24, "offset": 42}[field]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("size", 3, "damaged"),  # the rest would go unseen
        ("size", 2**31, "damaged"),
        ("crc", 1, "damaged"),
        ("packed", 5, "truncated"),
        ("packed", 2**31, "damaged"),
        ("offset", 2**31, "damaged"),
        ("offset", 1, "damaged"),
    ],
)
def test_zip_whose_directory_lies_is_refused(zipped, field, value, code):
    path = zipped(("a.xml", "<trips></trips>"))
    data = bytearray(path.read_bytes())
    place = directory_entry(data, field)
    data[place : place + 4] = struct.pack("<L", value)
    path.write_bytes(data)
    assert refusal(path)[0] == code


def test_size_and_checksum_that_lie_together_are_seen(zipped):
    path = zipped(("a.xml", "<a/><b/>"))
    data = bytearray(path.read_bytes())
    for field, value in (("size", 4), ("crc", zlib.crc32(b"<a/>"))):
        place = directory_entry(data, field)
        data[place : place + 4] = struct.pack("<L", value)
    path.write_bytes(data)
    with zipfile.ZipFile(path) as archive:
        assert archive.read("a.xml") == b"<a/>"  # what the standard library would have shown
    assert refusal(path) == ("damaged", "a.xml")


def test_name_that_differs_between_file_and_directory_is_refused(zipped):
    path = zipped(("a.xml", "<a/>"))
    data = path.read_bytes()
    path.write_bytes(data.replace(b"a.xml", b"b.xml", 1))
    assert refusal(path) == ("damaged", "a.xml")


def test_files_of_a_zip_that_share_their_bytes_are_refused(zipped):
    path = zipped(("a.xml", "<a/>"), ("b.xml", "<a/>"))
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02") + 42
    data[second : second + 4] = struct.pack("<L", 0)
    path.write_bytes(data)
    assert refusal(path)[0] == "overlap"


@pytest.mark.parametrize("keep", [10, 40, 60, 100])
def test_zip_that_was_cut_off_is_refused(zipped, keep):
    path = zipped(("a.xml", "<a/>"))
    path.write_bytes(path.read_bytes()[:keep])
    assert refusal(path)[0] == "damaged"


def test_file_that_is_only_called_zip_is_refused(tmp_path):
    (tmp_path / "trips.zip").write_text("<trips/>")
    assert refusal(tmp_path / "trips.zip") == ("damaged", "trips.zip")


def test_zip_without_files_is_refused(zipped):
    assert refusal(zipped()) == ("empty", "trips.zip")
    assert refusal(zipped((".hidden", ""))) == ("empty", "trips.zip")


def test_zip_bomb_is_refused_by_its_ratio_its_size_and_the_size_of_all(zipped):
    path = zipped(("a.csv", b"0" * 2 * MIB), ("b.csv", b"1" * 2 * MIB))
    assert refusal(path) == ("compression_ratio", "a.csv")
    assert refusal(path, Limits(ratio=5000, file_bytes=MIB)) == ("file_too_large", "a.csv")
    assert refusal(path, Limits(ratio=5000, total_bytes=3 * MIB)) == ("input_too_large", "b.csv")
    assert len(contents(path, Limits(ratio=5000))) == 2


def test_zip_of_too_many_files_is_refused_before_it_is_listed(zipped, monkeypatch):
    path = zipped(*((f"{number}.xml", "") for number in range(20)))
    assert len(contents(path, Limits(files=20))) == 20
    monkeypatch.delattr(zipfile, "ZipFile")
    assert refusal(path, Limits(files=19)) == ("too_many_files", "trips.zip")


# Streams


class Forwards:
    """What an upload or standard input allows: reading once, forwards."""

    def __init__(self, data):
        self.read = io.BytesIO(data).read


def upload_of(data) -> Any:
    return Forwards(data)


@pytest.mark.parametrize("name", ["trips.xml", "C:\\Users\\me\\trips.xml", "../../trips.xml"])
def test_upload_is_called_by_the_last_part_of_its_name(name):
    with open_stream(upload_of(b"<trips/>"), name) as tree:
        assert [(file.path, file.size) for file in tree.files] == [("trips.xml", 8)]
        assert [tree.files[0].read(), tree.files[0].read()] == [b"<trips/>"] * 2


def test_uploaded_archives_are_unpacked(zipped):
    with open_stream(upload_of(gzip.compress(b"<trips/>")), "trips.xml.gz") as tree:
        assert [(file.path, file.read()) for file in tree.files] == [("trips.xml", b"<trips/>")]
    with open_stream(upload_of(zipped(("a/b.xml", "<b/>")).read_bytes()), "upload") as tree:
        assert [(file.path, file.read()) for file in tree.files] == [("a/b.xml", b"<b/>")]


def test_upload_that_is_too_large_is_not_read_to_its_end():
    class Endless:
        given = 0

        def read(self, size):
            self.given += size
            return b"x" * size

    upload: Any = Endless()
    with (
        pytest.raises(InputError) as caught,
        open_stream(upload, "x.csv", Limits(file_bytes=MIB)),
    ):
        pass
    assert caught.value.code == "file_too_large"
    assert upload.given <= 2 * MIB


@pytest.mark.parametrize("name", ["a\0.xml", "a\n.xml", "a\udcff.xml"])
def test_upload_whose_name_cannot_be_shown_is_refused(name):
    with pytest.raises(InputError) as caught, open_stream(upload_of(b""), name):
        pass
    assert caught.value.code == "unsafe_name"


# Text


def test_utf8_is_read_with_and_without_its_mark(tmp_path):
    path = tmp_path / "a.txt"
    for mark in (b"", b"\xef\xbb\xbf"):
        path.write_bytes(mark + "Perú 🕊\r\n".encode())
        with open_input(path) as tree:
            assert read_text(tree.files[0]) == "Perú 🕊\r\n"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16 without a mark"),
        ("utf-16-be", "UTF-16 without a mark"),
        ("utf-32", "UTF-32"),
        ("utf-32-le", "UTF-32 without a mark"),
        ("utf-32-be", "UTF-32 without a mark"),
    ],
)
def test_wider_encodings_are_refused_by_name(tmp_path, encoding, name):
    path = tmp_path / "a.csv"
    path.write_bytes("name,start\nPerú,1860\n".encode(encoding))
    error = text_refusal(path)
    assert error.code == "encoding"
    assert error.reason.startswith(f"It is {name}, not UTF-8")


def test_latin_1_is_refused_with_its_place_and_the_likely_encoding(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("name\nLima\nPerú\n".encode("latin-1"))
    error = text_refusal(path)
    assert (error.code, error.file, error.line) == ("encoding", "a.csv", 3)
    assert error.reason == (
        "Byte 13 (0xFA) is not UTF-8. It is probably Latin-1 or Windows-1252, not UTF-8, "
        "the one encoding that is read. Save it as UTF-8."
    )


def test_place_of_a_bad_byte_is_right_behind_a_character_that_two_chunks_share(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\n" * (MIB - 1) + "é\n".encode() + b"\xff")
    error = text_refusal(path)
    assert error.line == MIB + 1
    assert error.reason.startswith(f"Byte {MIB + 2:,} (0xFF)")
    path.write_bytes(b"\n" * (MIB - 1) + b"\xc3")
    error = text_refusal(path)
    assert error.line == MIB
    assert error.reason.startswith(f"Byte {MIB - 1:,} (0xC3)")


def test_nul_and_half_surrogates_are_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\ntwo\0\n")
    error = text_refusal(path)
    assert (error.code, error.line) == ("nul", 2)
    path.write_bytes(b"one\n\xed\xa0\x80")
    error = text_refusal(path)
    assert (error.code, error.line) == ("encoding", 2)
    assert error.reason.startswith("Byte 4 starts half a surrogate pair")


def test_file_that_nobody_opened_says_so():
    with pytest.raises(InputError):
        File("a.xml", 3).open()
