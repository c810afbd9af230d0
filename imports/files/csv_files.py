"""Reading tables: CSV with a header, and commas, semicolons or tabs between the cells (RFC 4180)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from config.faults import Fault, choose_from, nearest
from imports.files.limits import COLUMN_LIMIT, ROW_LIMIT
from imports.files.text import open_text
from imports.files.tree import InputError

if TYPE_CHECKING:
    from imports.files.tree import File

#: What may stand between cells, the likeliest first.
_DELIMITERS = (",", ";", "\t")
# Python's own bound on cells holds for the whole process: ours on rows, and the caller's on cells, come before it.
csv.field_size_limit(ROW_LIMIT + 1)
#: Cells of a ragged row that its fault repeats.
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table."""

    number: int  #: the line of the file on which it starts, counted from 1; the header is a row too
    cells: dict[str, str]  #: by column, as they stand in the file: a formula is text like any other
    faults: tuple[Fault, ...] = ()  #: why the row cannot be taken as it is; columns it lacks are ""


def read_table(
    file: File, required: Sequence[str], *, cell_size: int | None = None
) -> Iterator[Line]:
    """Yield the rows of a table that has at least these columns, in the order of the file.

    The delimiter is the one with which the header names all required columns. A row with too many or too few cells, or
    with one that is too long, has faults; what makes the rows after it uncertain raises `InputError`. Blank lines are no
    rows.
    """
    with open_text(file) as stream:
        delimiter = _delimiter(stream, required, file.path)
        rows = _rows(stream, delimiter, file.path)
        number, names = _header(rows, file.path)
        _check_header(names, required, file.path, number)
        for count, (start, cells) in enumerate(rows, 1):
            if count > file.limits.rows:
                reason = f"A table has at most {file.limits.rows:,} rows. Split it."
                raise InputError("too_many_rows", reason, file.path, start)
            yield _line(start, names, cells, cell_size or file.limits.cell_size)


def _rows(stream: IO[str], delimiter: str, path: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows from the start of the file that are not blank, each with the line on which it starts."""
    start, size = 1, 0

    def lines() -> Iterator[str]:
        nonlocal size
        while text := stream.readline(ROW_LIMIT + 1):
            size += len(text)
            if size > ROW_LIMIT:
                reason = f"A row has at most {ROW_LIMIT:,} characters. Perhaps a quote that opens there is not closed."
                raise InputError("row_too_long", reason, path, start)
            yield text

    stream.seek(0)
    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if cells:
                yield start, cells
            start, size = reader.line_num + 1, 0
    except csv.Error as error:
        reason = (
            f"The quotes of this row are wrong ({error}). A cell with a quote in it stands in quotes, "
            "and the quote in it twice."
        )
        raise InputError("quotes", reason, path, start) from error


def _header(rows: Iterator[tuple[int, list[str]]], path: str) -> tuple[int, list[str]]:
    """Return the line of the header, and the names of the columns."""
    for number, cells in rows:
        names = [" ".join(cell.split()) for cell in cells]
        if any(names):
            return number, names
    raise InputError("empty", "The table is empty: not even a header.", path)


def _delimiter(stream: IO[str], required: Sequence[str], path: str) -> str:
    """Return the delimiter that leaves the fewest columns missing, then the one that makes the most columns."""
    readings = []
    wrong: InputError | None = None
    for delimiter in _DELIMITERS:
        try:
            _number, names = _header(_rows(stream, delimiter, path), path)
        except InputError as error:  # with another delimiter the quotes may stand right
            wrong = wrong or error
            continue
        readings.append((len(set(required) - set(names)), -len(names), delimiter))
    missing, width, delimiter = min(readings, key=lambda reading: reading[:2], default=(1, 0, ""))
    if wrong and (missing or width == -1):
        raise wrong
    return delimiter


def _check_header(names: Sequence[str], required: Sequence[str], path: str, number: int) -> None:
    if len(names) > COLUMN_LIMIT:
        reason = f"A table has at most {COLUMN_LIMIT:,} columns."
        raise InputError("too_many_columns", reason, path, number)
    if missing := [name for name in required if name not in names]:
        close = nearest(missing[0], names)
        found = f"did you mean “{close}”" if close else choose_from(names)
        reason = f"There is no column “{'”, “'.join(missing)}” in the header ({found})."
        raise InputError("missing_column", reason, path, number)
    for place, name in enumerate(names):
        if not name:
            reason = f"Column {place + 1} has no name. Give it one."
            raise InputError("unnamed_column", reason, path, number)
        if name in names[:place]:
            reason = f"Two columns are called “{name}”. Rename one."
            raise InputError("duplicate_column", reason, path, number)


def _line(number: int, names: Sequence[str], cells: list[str], cell_size: int) -> Line:
    faults = []
    if len(cells) != len(names):
        reason = (
            f"The row has {len(cells)} cells, and the header {len(names)}. "
            "A cell with a delimiter or a line end in it stands in quotes."
        )
        faults.append(Fault("ragged_row", reason, pointer="", value=cells[:_SHOWN]))
    named = dict.fromkeys(names, "") | dict(zip(names, cells, strict=False))
    for name, cell in named.items():
        if len(cell) > cell_size:
            reason = f"A cell has at most {cell_size:,} characters."
            faults.append(Fault("cell_too_long", reason, pointer=f"/{name}", value=cell))
    return Line(number, named, tuple(faults))
