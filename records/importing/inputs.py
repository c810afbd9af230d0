"""Files to import, opened so that no file can do harm: bounded, without links, decoded strictly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO


class InputError(Exception):
    """A file cannot be read; says which, where and why."""

    def __init__(self, code: str, reason: str, file: str = "", line: int | None = None) -> None:
        self.code = code
        self.reason = reason
        self.file = file
        self.line = line
        super().__init__(f"{file}{f', line {line}' if line else ''}: {reason} [{code}]")


@dataclass(frozen=True)
class File:
    """A file of the input."""

    path: str  #: relative to the input, with slashes
    size: int

    def open(self) -> IO[bytes]:
        """Open it for reading."""
        raise NotImplementedError


@dataclass(frozen=True)
class Tree:
    """The files of the input, by path."""

    files: tuple[File, ...]

    def matching(self, pattern: str) -> list[File]:
        """Return the files whose path, or its end, matches a pattern such as `people/*/*.xml`."""
        raise NotImplementedError
