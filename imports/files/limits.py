"""How much an input may ask of this machine, and what is said when it asks for more, or for something else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic


class InputError(Exception):
    """A file cannot be read; says which, where and why."""

    def __init__(self, code: str, reason: str, file: str = "", line: int | None = None) -> None:
        self.code = code
        self.reason = reason
        self.file = file
        self.line = line
        place = f"{file}{f', line {line}' if line else ''}: " if file else ""
        super().__init__(f"{place}{reason} [{code}]")


@dataclass(frozen=True, slots=True)
class Limits:
    """What an input may ask for; the defaults take a hundred times the largest data set that is imported so far."""

    file_bytes: int = 2 * 1024**3  #: bytes of one file, packed or unpacked
    total_bytes: int = 8 * 1024**3  #: bytes of all files together, unpacked
    memory_bytes: int = 64 * 1024**2  #: bytes of a file that is read as a whole: XML trees, YAML
    ratio: int = 200  #: unpacked bytes for one packed byte; texts reach 5 to 50, bombs 1,000
    files: int = 600_000
    rows: int = 10_000_000  #: rows of a table, or records of an XML file that is read one by one
    nodes: int = 3_000_000  #: elements, lists and values of a file that is read as a whole
    cell_size: int = 100_000  #: characters of a cell, of an element's text, of a value
    depth: int = 64  #: elements or lists inside one another
    #: Seconds that reading and parsing may take together. What is done with the rows in between is not counted.
    seconds: float = 3600


DEFAULT_LIMITS = Limits()


@dataclass
class Allowance:
    """What an input has used up of its limits."""

    limits: Limits
    _seconds: float = 0.0
    _total: int = 0
    _positions: dict[str, int] = field(default_factory=dict)

    def read_up_to(self, position: int, file: str) -> None:
        """Count the bytes of a file up to here. Reading it again is not counted again.

        Raises `InputError` at what is too much for the file, or for all files together.
        """
        before = self._positions.get(file, 0)
        if position <= before:
            return
        self._positions[file] = position
        self._total += position - before
        if position > self.limits.file_bytes:
            raise InputError(
                "file_too_large",
                f"A file has at most {self.limits.file_bytes:,} bytes, unpacked. Split it.",
                file,
            )
        if self._total > self.limits.total_bytes:
            raise InputError(
                "input_too_large",
                f"All files together have at most {self.limits.total_bytes:,} bytes, unpacked. "
                "Import them in several parts.",
                file,
            )

    @contextmanager
    def timed(self, file: str) -> Iterator[None]:
        """Count the time that a step of reading takes. Raises `InputError` after the step that took too long."""
        start = monotonic()
        try:
            yield
        finally:
            self._seconds += monotonic() - start
        self.check_time(file)

    def spend(self, seconds: float, file: str) -> None:
        """Count time that was measured elsewhere."""
        self._seconds += seconds
        self.check_time(file)

    def check_time(self, file: str) -> None:
        """Raise `InputError` when reading has taken too long."""
        if self._seconds > self.limits.seconds:
            raise InputError(
                "too_slow",
                f"Reading the input takes more than {self.limits.seconds:,} seconds. "
                "Import it in several parts.",
                file,
            )
