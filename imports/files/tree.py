"""The files of an input, as the readers get them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from imports.files.limits import Limits


class InputError(Exception):
    """A file cannot be read: which, where and why."""

    def __init__(self, code: str, reason: str, file: str = "", line: int | None = None) -> None:
        self.code = code
        self.reason = reason
        self.file = file
        self.line = line
        place = f"{file}{f', line {line}' if line else ''}: " if file else ""
        super().__init__(f"{place}{reason} [{code}]")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the input."""

    path: str  #: relative to the input, with slashes
    size: int  #: bytes; of a file in a zip, what the zip's directory says
    opener: Callable[[], IO[bytes]] = field(repr=False, compare=False)
    limits: Limits = field(repr=False, compare=False)

    def open(self) -> IO[bytes]:
        """Open it for reading, as often as needed. It allows seeking."""
        self.limits.check_file(self.size, self.path)
        return self.opener()

    def read(self) -> bytes:
        """Return all of it. Raises `InputError` when it is too large to be held in memory."""
        limit = self.limits.memory_bytes
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
