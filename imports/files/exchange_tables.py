"""Tables of the exchange form among the files of an import: each row becomes a line of an exchange file."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import orjson

from config.faults import Fault
from imports.files.csv_files import read_table
from imports.files.limits import ROW_LIMIT
from imports.files.tree import InputError
from records.exchange.report import LineFault
from records.exchange.tables import (
    GUARDED_OBJECT,
    OBJECT,
    Table,
    kind_of_name,
    kind_of_table,
    wrong_columns,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.files.csv_files import Line
    from imports.files.tree import File

#: Bytes in which a header says that it is one of ours.
_HEAD = 64


def is_csv(file: File) -> bool:
    return file.path.lower().endswith(".csv")


def is_table(file: File) -> bool:
    """Return whether a file is a table that is called after a kind, or has `object` as its first column."""
    if not is_csv(file):
        return False
    if kind_of_name(file.path):
        return True
    with file.open() as stream:
        head = stream.read(_HEAD).decode(errors="replace").removeprefix("\ufeff")
    return head.replace('"', "").startswith((OBJECT, GUARDED_OBJECT))


def lines_of(file: File, before: int) -> Iterator[tuple[int, bytes, list[LineFault]]]:
    """Yield of each row the line of the table in which it begins, the line that says the same, and what is wrong with it.

    `before` is the number of lines that come before the first: rejections count on from there. Rows of empty cells are
    passed over. Raises InputError where the header is wrong, or where it is unclear where a row ends.
    """
    # A treaty's parties are one cell.
    rows = read_table(file, (), cell_size=ROW_LIMIT)
    first = next(rows, None)
    if first is None:
        return
    columns = list(first.cells)
    exchange = kind_of_table(file.path, first.cells)
    wrong = [exchange] if isinstance(exchange, Fault) else list(wrong_columns(exchange, columns))
    if isinstance(exchange, Fault) or wrong:
        reason = " ".join(fault.detail for fault in wrong)
        raise InputError(wrong[0].code, reason, file.path, first.number - 1)
    table = Table(exchange, columns)
    number = before
    for row in chain([first], rows):
        if row.faults or any(row.cells.values()):
            number += 1
            yield row.number, *_line(table, row, number)


def _line(table: Table, row: Line, number: int) -> tuple[bytes, list[LineFault]]:
    document, faults = table.line(row.cells)
    faults = [*row.faults, *faults]
    if faults:
        # The row is rejected, and so are those that name its record: nothing else of it is read.
        document = {name: document.get(name) for name in (OBJECT, "id", "slug")}
    name = document.get("slug") or document.get("id")
    rejections = [LineFault(fault, number, table.exchange.kind, name) for fault in faults]
    return orjson.dumps(document) if name or not faults else b"", rejections
