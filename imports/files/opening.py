"""Opening the files to import, so that none can do harm: bounded, without links.

    with open_input(path) as tree:
        for file in tree.matching("people/*/*.xml"):
            root = read_xml(file)

Nothing here looks beyond the input that was named, and nothing is fetched.
"""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from imports.files.archives import CHUNK, archive_kind, gunzip, spool, zip_files
from imports.files.limits import DEFAULT_LIMITS, Limits
from imports.files.paths import check_path, is_archive_name, reason_to_leave_out
from imports.files.tree import File, InputError, LeftOut, Tree


@contextmanager
def open_input(path: Path, limits: Limits = DEFAULT_LIMITS) -> Iterator[Tree]:
    """Open a folder, a file, a gzip file or a zip, whatever their names.

    Raises `InputError`.
    """
    with ExitStack() as stack:
        with _refusing(path.name):
            is_folder = path.is_dir()
        if is_folder:
            tree = _folder(path, limits)
        else:
            file = _on_disk(path, path.name, limits)
            tree = _unpacked(stack.enter_context(file.open()), file, stack)
        yield _not_empty(tree, path.name)


@contextmanager
def open_stream(source: IO[bytes], name: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[Tree]:
    """Open an uploaded file or standard input, as `open_input` would a file of this name.

    Raises `InputError`.
    """
    name = check_path(re.split(r"[/\\]", name)[-1] or "input")
    with spool() as copy, ExitStack() as stack:
        size = 0
        while chunk := source.read(CHUNK):
            size += len(chunk)
            limits.check_file(size, name)
            copy.write(chunk)
        file = File(name, size, partial(_reopened, copy), limits)
        yield _not_empty(_unpacked(copy, file, stack), name)


def _unpacked(stream: IO[bytes], file: File, stack: ExitStack) -> Tree:
    """Return what one file holds: itself, or what is packed in it."""
    stream.seek(0)
    kind = archive_kind(stream.read(512))
    stream.seek(0)
    name = file.path.lower()
    if kind == "zip" or (not kind and name.endswith(".zip")):
        return zip_files(stream, file, stack)
    if kind == "gzip" or (not kind and name.endswith(".gz")):
        inner = re.sub(r"(?i)(?<=.)\.gz$", "", file.path)
        unpacked = stack.enter_context(gunzip(stream, inner, file))
        size = unpacked.seek(0, os.SEEK_END)
        return Tree((File(inner, size, partial(_reopened, unpacked), file.limits),))
    if kind:
        reason = f"This is a {kind} archive, which is not read. Unpack it, or pack it as zip."
        raise InputError("archive", reason, file.path)
    return Tree((file,))


def _not_empty(tree: Tree, name: str) -> Tree:
    if not tree.files:
        first = tree.left_out[:1]
        why = "".join(f" Left out: {item.path}. {item.reason}" for item in first)
        raise InputError("empty", f"There is no file in it to read.{why}", name)
    return tree


class _Reopened(io.RawIOBase):
    """Reads a temporary file from a place of its own; closing it leaves the file open."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        starts = {os.SEEK_SET: 0, os.SEEK_CUR: self._place}
        start = starts[whence] if whence in starts else self._file.seek(0, os.SEEK_END)
        self._place = start + offset
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._file.seek(self._place)
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


def _reopened(file: IO[bytes]) -> IO[bytes]:
    return io.BufferedReader(_Reopened(file), CHUNK)


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise InputError("not_found", "There is no such file or folder.", name) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        reason = f"It cannot be opened ({why}). Check who may read it."
        raise InputError("unreadable", reason, name) from error


def _open(path: Path, name: str) -> IO[bytes]:
    with _refusing(name):
        return path.open("rb")


def _on_disk(path: Path, name: str, limits: Limits) -> File:
    """Return an ordinary file of the disk. Raises `InputError` for all others."""
    check_path(name)
    with _refusing(name):
        status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        reason = "This is a device, pipe or socket, not a file. Copy what comes from it into a file, or give it on standard input."
        raise InputError("special_file", reason, name)
    return File(name, status.st_size, partial(_open, path, name), limits)


def _folder(root: Path, limits: Limits) -> Tree:
    files: list[File] = []
    left_out: list[LeftOut] = []
    folders = [(root, "")]
    while folders:
        folder, prefix = folders.pop()
        with _refusing(prefix.rstrip("/") or root.name):
            items = sorted(folder.iterdir())
        for item in items:
            path = check_path(prefix + item.name)
            if reason := _reason_to_leave_out(item, path):
                left_out.append(LeftOut(path, reason))
            elif item.is_dir():
                folders.append((item, path + "/"))
            else:
                files.append(_on_disk(item, path, limits))
            if len(files) + len(left_out) + len(folders) > limits.files:
                reason = f"A folder has at most {limits.files:,} files. Import it in parts."
                raise InputError("too_many_files", reason, path)
    limits.check_total(sum(file.size for file in files), root.name)
    return Tree(
        tuple(sorted(files, key=lambda file: file.path)),
        tuple(sorted(left_out, key=lambda item: item.path)),
    )


def _reason_to_leave_out(item: Path, path: str) -> str:
    if reason := reason_to_leave_out(path, is_link=item.is_symlink()):
        return reason
    if is_archive_name(path) and item.is_file():
        return "Archives in a folder are not read: unpack it, or import it by itself."
    return ""
