"""Reading tables: CSV with a header, and commas, semicolons or tabs between the cells (RFC 4180)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import IO, TYPE_CHECKING

from config.faults import Fault, choose_from, nearest
from imports.files.limits import InputError
from imports.files.text import open_text

if TYPE_CHECKING:
    from imports.files.tree import File

#: What may stand between cells, the likeliest first.
_DELIMITERS = (",", ";", "\t")
#: Characters of all lines of one row; an unclosed quote makes one row of all that follows.
ROW_LIMIT = 1024 * 1024
# Python's own bound on cells holds for the whole process: that on rows, and on cells by the reader's caller, stand before it.
csv.field_size_limit(ROW_LIMIT + 1)
_COLUMN_LIMIT = 2000
#: Cells of a ragged row that its fault repeats.
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table."""

    number: int  #: the line of the file on which it starts, counted from 1; the header is a row too
    cells: dict[str, str]  #: by column, as they stand in the file: a formula is text like any other
    faults: tuple[Fault, ...] = ()  #: why the row cannot be taken as it is; columns it lacks are ""


class _Lines:
    """The lines of a file, none without an end."""

    def __init__(self, stream: IO[str], path: str) -> None:
        self._stream = stream
        self.path = path
        self._size = 0
        self.start = 1  #: the line on which the row starts
        self.number = 0  #: the line that was read last

    def __iter__(self) -> Iterator[str]:
        while text := self._stream.readline(ROW_LIMIT + 1):
            self.number += 1
            self._size += len(text)
            if self._size > ROW_LIMIT:
                raise _too_long(f"A row has at most {ROW_LIMIT:,} characters", self)
            yield text

    def next_row(self) -> None:
        self.start = self.number + 1
        self._size = 0

    def refuse(self, code: str, reason: str) -> InputError:
        return InputError(code, reason, self.path, self.start)


def _too_long(what: str, lines: _Lines) -> InputError:
    return lines.refuse("row_too_long", f"{what}. Perhaps a quote that opens there is not closed.")


def read_table(
    file: File, required: Sequence[str], *, cell_size: int | None = None
) -> Iterator[Line]:
    """Yield the rows of a table that has at least these columns, in the order of the file.

    The delimiter is the one with which the header names all required columns. A row with too many or too few cells, or
    with one that is too long, has faults; what makes the rows after it uncertain raises `InputError`. Blank lines are no
    rows.
    """
    with open_text(file) as stream:
        lines = _Lines(stream, file.path)
        header, delimiter = _header(lines, required)
        limits = file.allowance.limits
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        count = 0
        while True:
            lines.next_row()
            before = monotonic()
            cells = _next(reader, lines)
            file.allowance.spend(monotonic() - before, file.path)
            if cells is None:
                return
            if not cells:
                continue
            count += 1
            if count > limits.rows:
                raise lines.refuse(
                    "too_many_rows", f"A table has at most {limits.rows:,} rows. Split it."
                )
            yield _line(lines.start, header, cells, cell_size or limits.cell_size)


def _next(reader: Iterator[list[str]], lines: _Lines) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        if "field limit" in str(error):
            raise _too_long(
                f"A cell has at most {csv.field_size_limit():,} characters", lines
            ) from error
        reason = (
            f"The quotes of this row are wrong ({error}). A cell with a quote in it stands in quotes, "
            "and the quote in it twice."
        )
        raise lines.refuse("quotes", reason) from error


def _line(number: int, header: Sequence[str], cells: list[str], cell_size: int) -> Line:
    faults = []
    if len(cells) != len(header):
        reason = (
            f"The row has {len(cells)} cells, and the header {len(header)}. "
            "A cell with a delimiter or a line end in it stands in quotes."
        )
        faults.append(Fault("ragged_row", reason, pointer="", value=cells[:_SHOWN]))
    named = dict.fromkeys(header, "") | dict(zip(header, cells, strict=False))
    for name, cell in named.items():
        if len(cell) > cell_size:
            reason = f"A cell has at most {cell_size:,} characters."
            faults.append(Fault("cell_too_long", reason, pointer=f"/{name}", value=cell))
    return Line(number, named, tuple(faults))


def _header(lines: _Lines, required: Sequence[str]) -> tuple[list[str], str]:
    """Return the names of the columns and what stands between them."""
    text: list[str] = []
    quotes = 0
    for part in lines:
        if not text and not part.strip():
            lines.next_row()
            continue
        text.append(part)
        quotes += part.count('"')
        if quotes % 2 == 0:  # a name may stand in quotes and have a line end in it
            break
    if not text:
        raise InputError("empty", "The table is empty: not even a header.", lines.path)
    readings = []
    wrong: InputError | None = None
    for delimiter in _DELIMITERS:
        try:
            cells = _header_cells(text, delimiter, lines)
        except InputError as error:  # with another delimiter the quotes may stand right
            wrong = wrong or error
            continue
        names = [" ".join(cell.split()) for cell in cells]
        missing = [name for name in required if name not in names]
        readings.append((len(missing), -len(names), delimiter, names, missing))
    if wrong and not readings:
        raise wrong
    # The fewest columns missing, then the most columns, then the likeliest delimiter.
    _count, _width, delimiter, names, missing = min(readings, key=lambda reading: reading[:2])
    if len(names) > _COLUMN_LIMIT:
        reason = f"A table has at most {_COLUMN_LIMIT:,} columns."
        raise lines.refuse("too_many_columns", reason)
    if missing:
        close = nearest(missing[0], names)
        found = f"did you mean “{close}”" if close else choose_from(names)
        reason = f"There is no column “{'”, “'.join(missing)}” in the header ({found})."
        raise lines.refuse("missing_column", reason)
    for number, name in enumerate(names):
        if not name:
            raise lines.refuse("unnamed_column", f"Column {number + 1} has no name. Give it one.")
        if name in names[:number]:
            raise lines.refuse("duplicate_column", f"Two columns are called “{name}”. Rename one.")
    return names, delimiter


def _header_cells(text: Sequence[str], delimiter: str, lines: _Lines) -> list[str]:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    cells = _next(reader, lines) or []
    if reader.line_num != len(text):  # a lone quote in an unquoted name made more of it than is
        raise lines.refuse("quotes", "A column's name with a quote in it stands in quotes.")
    return cells


__all__ = ["Line", "read_table"]
