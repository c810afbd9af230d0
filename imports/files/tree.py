"""Files to import, opened so that no file can do harm: bounded, without links, decoded strictly.

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
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import IO

from imports.files.archives import (
    CHUNK,
    archive_kind,
    gunzip,
    is_archive_name,
    spool,
    zip_entries,
)
from imports.files.limits import DEFAULT_LIMITS, Allowance, InputError, Limits
from imports.files.text import open_text, read_text


def _not_opened() -> IO[bytes]:
    raise InputError("unreadable", "This file was not opened by `open_input`.")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the input."""

    path: str  #: relative to the input, with slashes
    size: int  #: bytes; of a file in a zip, what the zip claims
    opener: Callable[[], IO[bytes]] = field(default=_not_opened, repr=False, compare=False)
    allowance: Allowance = field(
        default_factory=lambda: Allowance(DEFAULT_LIMITS), repr=False, compare=False
    )

    def open(self) -> IO[bytes]:
        """Open it for reading, as often as needed. It allows seeking."""
        return self.opener()

    def read(self) -> bytes:
        """Return all of it. Raises `InputError` when it is too large to be held in memory."""
        limit = self.allowance.limits.memory_bytes
        with self.open() as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            reason = f"A file that is read as a whole has at most {limit:,} bytes. Split it."
            raise InputError("file_too_large", reason, self.path)
        return data


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file or folder of the input that is not read."""

    path: str
    reason: str


@dataclass(frozen=True)
class Tree:
    """The files of the input, by path."""

    files: tuple[File, ...]
    left_out: tuple[LeftOut, ...] = ()

    def matching(self, pattern: str) -> list[File]:
        """Return the files whose path, or its end, matches a pattern such as `people/*/*.xml`.

        A `*` stands for any characters but a slash.
        """
        fits = _pattern(pattern)
        return [file for file in self.files if fits.search(file.path)]


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    parts = "".join("[^/]*" if sign == "*" else re.escape(sign) for sign in pattern.strip("/"))
    return re.compile(rf"(?:\A|/){parts}\Z")


@contextmanager
def open_input(path: Path, limits: Limits = DEFAULT_LIMITS) -> Iterator[Tree]:
    """Open a folder, a file, a gzip file or a zip, whatever their names.

    Raises `InputError`.
    """
    allowance = Allowance(limits)
    with ExitStack() as stack:
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as error:
            raise _unreadable(error, path.name) from error
        if stat.S_ISDIR(mode):
            tree = _folder(path, allowance)
        else:
            if not stat.S_ISREG(mode):
                raise _special(path.name)
            _check_path(path.name)
            stream = stack.enter_context(_open_file(path, path.name, allowance, follow=True))
            tree = _file(
                stream,
                path.name,
                lambda: _open_file(path, path.name, allowance, follow=True),
                allowance,
                stack,
            )
        yield _not_empty(tree, path.name)


@contextmanager
def open_stream(file: IO[bytes], name: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[Tree]:
    """Open an uploaded file or standard input, as `open_input` would a file of this name.

    Raises `InputError`.
    """
    allowance = Allowance(limits)
    name = re.split(r"[/\\]", name)[-1] or "input"
    _check_path(name)
    with ExitStack() as stack:
        copy = stack.enter_context(spool())
        size = 0
        while True:
            with allowance.timed(name):
                chunk = file.read(CHUNK)
            if not chunk:
                break
            size += len(chunk)
            if size > limits.file_bytes:
                reason = f"A file has at most {limits.file_bytes:,} bytes. Split it."
                raise InputError("file_too_large", reason, name)
            copy.write(chunk)
        tree = _file(copy, name, lambda: _again(copy), allowance, stack)
        yield _not_empty(tree, name)


def _file(
    stream: IO[bytes],
    name: str,
    opener: Callable[[], IO[bytes]],
    allowance: Allowance,
    stack: ExitStack,
) -> Tree:
    """Return what one file holds: itself, or what is packed in it."""
    stream.seek(0)
    kind = archive_kind(stream.read(512))
    stream.seek(0)
    if kind == "zip" or (not kind and name.lower().endswith(".zip")):
        entries, left_out = zip_entries(stream, name, allowance)
        files = sorted(
            (File(entry.path, entry.size, entry.open, allowance) for entry in entries),
            key=lambda file: file.path,
        )
        return Tree(tuple(files), tuple(LeftOut(*pair) for pair in left_out))
    if kind == "gzip" or (not kind and name.lower().endswith(".gz")):
        inner = re.sub(r"(?i)(?<=.)\.gz$", "", name)
        unpacked = stack.enter_context(gunzip(stream, inner, allowance))
        return Tree((File(inner, _size(unpacked), lambda: _again(unpacked), allowance),))
    if kind:
        reason = f"This is a {kind} archive, which is not read. Unpack it, or pack it as zip."
        raise InputError("archive", reason, name)
    return Tree((File(name, _size(stream), opener, allowance),))


def _not_empty(tree: Tree, name: str) -> Tree:
    if not tree.files:
        why = (
            f" Left out: {tree.left_out[0].path}. {tree.left_out[0].reason}"
            if tree.left_out
            else ""
        )
        raise InputError("empty", f"There is no file in it to read.{why}", name)
    return tree


def _size(stream: IO[bytes]) -> int:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    return size


class _View(io.RawIOBase):
    """A reader of a file that others read too: it knows its own place, and closing it closes nothing else."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        if whence == os.SEEK_CUR:
            offset += self._position
        elif whence == os.SEEK_END:
            offset += self._stream.seek(0, os.SEEK_END)
        if offset < 0:
            raise ValueError("A file has no place before its start.")
        self._position = offset
        return offset

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._stream.seek(self._position)
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def _again(stream: IO[bytes]) -> IO[bytes]:
    return io.BufferedReader(_View(stream), CHUNK)


class _Counted(io.FileIO):
    """A file on disk whose bytes and time are counted as they are read: it may grow meanwhile."""

    def __init__(self, descriptor: int, path: str, allowance: Allowance) -> None:
        super().__init__(descriptor, "rb")
        self._path = path
        self._allowance = allowance
        self._position = 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        start = monotonic()
        try:
            count = super().readinto(buffer) or 0
        except OSError as error:
            raise _unreadable(error, self._path) from error
        self._position += count
        self._allowance.spend(monotonic() - start, self._path)
        self._allowance.read_up_to(self._position, self._path)
        return count

    def readall(self) -> bytes:
        parts = []
        buffer = bytearray(16 * CHUNK)
        while count := self.readinto(memoryview(buffer)):
            parts.append(bytes(buffer[:count]))
        return b"".join(parts)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self._position = super().seek(offset, whence)
        return self._position


def _open_file(
    path: Path | str, name: str, allowance: Allowance, *, follow: bool = False
) -> IO[bytes]:
    # Between the look at a folder and the opening, a file may have been exchanged for a link or a pipe.
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise _unreadable(error, name) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise _special(name)
    return io.BufferedReader(_Counted(descriptor, name, allowance), CHUNK)


def _unreadable(error: OSError | ValueError, name: str) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError("not_found", "There is no such file or folder.", name)
    why = getattr(error, "strerror", None) or str(error)
    return InputError("unreadable", f"It cannot be opened ({why}). Check who may read it.", name)


def _special(name: str) -> InputError:
    return InputError(
        "special_file",
        "This is a device, pipe or socket, not a file. Copy what comes from it into a file, "
        "or give it on standard input.",
        name,
    )


def _check_path(path: str) -> None:
    if not path.isprintable():  # lone surrogates stand for bytes that are no UTF-8
        raise InputError(
            "unsafe_name",
            "The name is not UTF-8, or has a character that cannot be shown. Rename the file.",
            ascii(path)[1:-1],
        )


def _folder(root: Path, allowance: Allowance) -> Tree:
    files: list[File] = []
    left_out: list[LeftOut] = []
    inside = root.resolve()
    total = 0
    folders = [(root, "")]
    while folders:
        folder, prefix = folders.pop()
        try:
            with os.scandir(folder) as listing:
                # One more than is allowed is enough to see that there are too many.
                some = islice(listing, allowance.limits.files + 1)
                found = sorted(some, key=lambda item: item.name)
        except OSError as error:
            raise _unreadable(error, prefix.rstrip("/") or root.name) from error
        for item in found:
            path = prefix + item.name
            _check_path(path)
            if reason := _reason_to_leave_out(item, inside):
                left_out.append(LeftOut(path, reason))
            elif item.is_dir(follow_symlinks=False):
                folders.append((Path(item.path), path + "/"))
            elif not item.is_file(follow_symlinks=False):
                raise _special(path)
            else:
                size = item.stat(follow_symlinks=False).st_size
                total += size
                files.append(
                    File(path, size, partial(_open_file, item.path, path, allowance), allowance)
                )
            if len(files) + len(left_out) + len(folders) > allowance.limits.files:
                reason = (
                    f"A folder has at most {allowance.limits.files:,} files. Import it in parts."
                )
                raise InputError("too_many_files", reason, path)
    if total > allowance.limits.total_bytes:
        reason = f"All files together have at most {allowance.limits.total_bytes:,} bytes. Import them in several parts."
        raise InputError("input_too_large", reason, root.name)
    return Tree(
        tuple(sorted(files, key=lambda file: file.path)),
        tuple(sorted(left_out, key=lambda item: item.path)),
    )


def _reason_to_leave_out(item: os.DirEntry[str], inside: Path) -> str:
    if item.name.startswith("."):
        return "Hidden files are not read."
    if item.is_symlink():
        try:
            stays = Path(item.path).resolve().is_relative_to(inside)
        except (OSError, RuntimeError):
            stays = False
        if stays:
            return "Symbolic links are not followed: the file is read where it stands."
        return "Symbolic links are not followed: this one leads out of the folder."
    if item.is_file(follow_symlinks=False) and is_archive_name(item.name):
        return "Archives in a folder are not read: unpack it, or import it by itself."
    return ""


__all__ = [
    "DEFAULT_LIMITS",
    "File",
    "InputError",
    "LeftOut",
    "Limits",
    "Tree",
    "open_input",
    "open_stream",
    "open_text",
    "read_text",
]
