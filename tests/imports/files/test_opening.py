"""Folders, single files and uploads."""

from __future__ import annotations

import gzip
import io
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from imports.files.limits import DEFAULT_LIMITS, Limits
from imports.files.opening import open_input, open_stream
from tests.imports.files.files_made import refusal, zip_of

MIB = 1024 * 1024


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "trips"
    (root / "presidents").mkdir(parents=True)
    (root / "presidents" / "taft.xml").write_text("<trips/>")
    (root / "presidents" / "adams.xml").write_text("<trips><trip/></trips>")
    (root / "LICENSE.md").write_text("CC0")
    return root


def contents(path: Path, limits: Limits = DEFAULT_LIMITS) -> dict[str, bytes]:
    with open_input(path, limits) as tree:
        return {file.path: file.read() for file in tree.files}


def uploaded(source: Any, name: str, limits: Limits = DEFAULT_LIMITS) -> dict[str, bytes]:
    with open_stream(source, name, limits) as tree:
        return {file.path: file.read() for file in tree.files}


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


def test_hidden_files_archives_and_links_are_left_out_with_the_reason(folder, tmp_path):
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("")
    (folder / "presidents" / ".taft.xml").write_text("")
    (folder / "old.zip").write_bytes(b"")
    (tmp_path / "secret.xml").write_text("<secret/>")
    (folder / "a.xml").symlink_to(tmp_path / "secret.xml")
    (folder / "b").symlink_to(folder)
    (folder / "c.xml").symlink_to("c.xml")
    (folder / "d").symlink_to("/etc")
    with open_input(folder) as tree:
        assert len(tree.files) == 3
        assert [(item.path, item.reason.partition(" are ")[0]) for item in tree.left_out] == [
            (".git", "Hidden files"),
            ("a.xml", "Symbolic links"),
            ("b", "Symbolic links"),
            ("c.xml", "Symbolic links"),
            ("d", "Symbolic links"),
            ("old.zip", "Archives in a folder"),
            ("presidents/.taft.xml", "Hidden files"),
        ]


def test_pipe_device_and_socket_are_refused(folder, tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.xml")
    os.mkfifo(folder / "presidents" / "pipe.xml")
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.xml")
        for path, name in (
            (folder, "presidents/pipe.xml"),
            (tmp_path / "pipe.xml", "pipe.xml"),
            (tmp_path / "socket.xml", "socket.xml"),
            (Path("/dev/zero"), "zero"),
        ):
            error = refusal(contents, path)
            assert (error.code, error.file) == ("special_file", name)


@pytest.mark.parametrize("name", [b"tr\xe9sor.xml", b"a\nb.xml", b"a\x1b[2Jb.xml"])
def test_file_name_that_cannot_be_shown_is_refused(folder, name):
    (folder / os.fsdecode(name)).write_text("<a/>")
    assert refusal(contents, folder).code == "unsafe_name"


def test_missing_and_empty_inputs_are_refused(folder, tmp_path):
    error = refusal(contents, tmp_path / "gone.xml")
    assert (error.code, error.file) == ("not_found", "gone.xml")
    assert refusal(contents, tmp_path / "nul\0.xml").code == "unsafe_name"
    (tmp_path / "empty").mkdir()
    assert refusal(contents, tmp_path / "empty").code == "empty"
    with open_input(folder) as tree:
        (folder / "LICENSE.md").unlink()
        assert refusal(tree.files[0].open).file == "LICENSE.md"


def test_number_and_sizes_of_files_are_limited(folder):
    assert len(contents(folder, Limits(files=4, file_bytes=22, total_bytes=33))) == 3
    assert refusal(contents, folder, Limits(files=2)).code == "too_many_files"
    assert refusal(contents, folder, Limits(total_bytes=32)).code == "input_too_large"
    for limits in (Limits(file_bytes=21), Limits(memory_bytes=21)):
        error = refusal(contents, folder, limits)
        assert (error.code, error.file) == ("file_too_large", "presidents/adams.xml")


# Single files and uploads


def test_file_is_called_by_its_name_even_if_hidden_or_a_link(folder, tmp_path):
    assert contents(folder / "presidents" / "taft.xml") == {"taft.xml": b"<trips/>"}
    (tmp_path / ".taft.xml").symlink_to(folder / "presidents" / "taft.xml")
    assert contents(tmp_path / ".taft.xml") == {".taft.xml": b"<trips/>"}


class Forwards:
    """What an upload or standard input allows: reading once, forwards."""

    def __init__(self, data: bytes) -> None:
        self.read = io.BytesIO(data).read


@pytest.mark.parametrize("name", ["trips.xml", "C:\\Users\\me\\trips.xml", "../../trips.xml"])
def test_upload_is_called_by_the_last_part_of_its_name(name):
    assert uploaded(Forwards(b"<trips/>"), name) == {"trips.xml": b"<trips/>"}


def test_uploaded_archives_are_unpacked():
    gzipped, zipped = gzip.compress(b"<trips/>", mtime=0), zip_of(("a/b.xml", "<b/>"))
    assert uploaded(Forwards(gzipped), "trips.xml.gz") == {"trips.xml": b"<trips/>"}
    assert uploaded(Forwards(zipped), "upload") == {"a/b.xml": b"<b/>"}


@pytest.mark.parametrize("data", [b"<trips/>", gzip.compress(b"<trips/>", mtime=0)])
def test_upload_may_be_opened_again_while_it_is_read(data):
    upload: Any = Forwards(data)
    with (
        open_stream(upload, "trips.xml") as tree,
        tree.files[0].open() as first,
        tree.files[0].open() as second,
    ):
        assert (first.read(2), second.read(), first.read()) == (b"<t", b"<trips/>", b"rips/>")
        assert (first.seek(-2, os.SEEK_END), first.tell(), first.read()) == (6, 6, b"/>")


def test_upload_that_is_too_large_is_not_read_to_its_end():
    class Endless:
        given = 0

        def read(self, size: int) -> bytes:
            self.given += size
            return b"x" * size

    upload = Endless()
    assert refusal(uploaded, upload, "x.csv", Limits(file_bytes=MIB)).code == "file_too_large"
    assert upload.given <= 2 * MIB


@pytest.mark.parametrize("name", ["a\0.xml", "a\n.xml", "a\udcff.xml", ".."])
def test_upload_whose_name_cannot_be_shown_is_refused(name):
    assert refusal(uploaded, Forwards(b""), name).code == "unsafe_name"
