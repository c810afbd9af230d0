"""Tables: records of one kind as CSV (RFC 4180, UTF-8), for spreadsheets and for whatever else reads columns.

A table is another form of the lines of an exchange file: every row becomes the line that says the same, and is then taken
in as such. So all that is checked of lines is checked of rows, and said in the same words.
"""

from __future__ import annotations

import codecs
import csv
import io
from typing import IO, TYPE_CHECKING, Any

from config.faults import Fault, choose_from, member, nearest
from config.spreadsheets import guarded, unguarded
from records.exchange.cells import Switch, layout
from records.exchange.export import DESK_ONLY, documents_of
from records.exchange.shapes import DERIVED, declared, exchange_of
from records.exchange.values import FaultError
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from records.exchange.shapes import Exchange

#: The column that says the kind, and what it is called in a table whose cells are guarded.
OBJECT, GUARDED_OBJECT = "object", "'object"


def export_table(
    file: IO[bytes],
    exchange: Exchange,
    *,
    with_notes: bool = False,
    for_spreadsheets: bool = False,
) -> int:
    """Write the records of a kind as a table, in the order of `export`, and return their number.

    Cells hold exactly what the records hold. `for_spreadsheets` makes a table that is safe to open there: it begins with
    the byte order mark without which Excel does not read UTF-8, and what a spreadsheet would take for a formula gets an
    apostrophe in front, which reading takes off again; the first column is then called `'object`.
    """
    members = layout(exchange)
    if not with_notes:
        members.pop(DESK_ONLY, None)
    columns = [column for member in members.values() for column in member.columns]
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    if for_spreadsheets:
        file.write(codecs.BOM_UTF8)
        columns[columns.index(OBJECT)] = GUARDED_OBJECT
    writer.writerow(columns)
    number = 0
    for document in documents_of(exchange, with_notes=with_notes):
        cells = [cell for name, member in members.items() for cell in member.write(document[name])]
        writer.writerow(map(guarded, cells) if for_spreadsheets else cells)
        number += 1
    text.detach()  # the file is the caller's to close
    return number


def kind_of_name(path: str) -> Exchange | None:
    """Return the kind after which a file is called: `person.csv` and `people.csv` hold persons."""
    stem = path.rpartition("/")[2].partition(".")[0].lower().replace("-", "_")
    for exchange in declared():
        if stem in (exchange.kind, kind_named(exchange.kind).resource.replace("-", "_")):
            return exchange
    return None


class Table:
    """Reads the rows of one table into lines."""

    def __init__(self, exchange: Exchange, columns: Collection[str]) -> None:
        self.exchange = exchange
        self._is_guarded = GUARDED_OBJECT in columns
        self._members = {
            name: member
            for name, member in layout(exchange).items()
            if name != OBJECT and member.columns[0] in columns
        }

    def line(self, cells: Mapping[str, str]) -> tuple[dict[str, Any], list[Fault]]:
        """Return the line that says what a row says, and what is wrong with cells: their members are left out of it.

        A column that is not there leaves its member out, and so does an empty cell where only true or false may stand; any
        other empty cell is null.
        """
        document: dict[str, Any] = {OBJECT: self.exchange.kind}
        faults = list(self._other_kind(cells))
        for name, columns in self._members.items():
            given = [cells.get(column, "") for column in columns.columns]
            if isinstance(columns, Switch) and not given[0]:
                continue
            if self._is_guarded:
                given = [unguarded(cell) for cell in given]
            try:
                document[name] = columns.read(given)
            except FaultError as wrong:
                value = next(filter(None, given))
                fault = wrong.at(member("", name), value)
                faults.append(fault)
        return document, faults

    def _other_kind(self, cells: Mapping[str, str]) -> Iterator[Fault]:
        kind = cells.get(OBJECT) or cells.get(GUARDED_OBJECT)
        if kind and kind != self.exchange.kind:
            reason = f"This is a table of the kind {self.exchange.kind}: other kinds have tables of their own."
            yield Fault("unknown_object", reason, pointer=member("", OBJECT), value=kind)


def kind_of_table(path: str, first: Mapping[str, str]) -> Exchange | Fault:
    """Return the kind of a table's records: what the column `object` says in the first row, or what the file is called."""
    said = first.get(OBJECT) or first.get(GUARDED_OBJECT)
    kinds = [exchange.kind for exchange in declared()]
    if said:
        reason = f"“{said}” is no kind of record: {choose_from(kinds)}."
        wrong = Fault(
            "unknown_object",
            reason,
            pointer=member("", OBJECT),
            value=said,
            suggestion=nearest(said, kinds),
        )
        return exchange_of(said) or wrong
    reason = (
        "Say what kind of record the table holds, by a column “object” or by the file's name "
        f"(person.csv): {choose_from(kinds)}."
    )
    return kind_of_name(path) or Fault("required", reason, pointer=member("", OBJECT))


def wrong_columns(exchange: Exchange, columns: Collection[str]) -> Iterator[Fault]:
    """Report which columns no table of this kind has, and which lack the one that they belong to."""
    members = layout(exchange)
    first = {column: cells.columns[0] for cells in members.values() for column in cells.columns}
    for column in columns:
        at = member("", column)
        if column == GUARDED_OBJECT:
            continue
        if column in DERIVED and column not in first:
            reason = f"{column} follows from other fields: leave the column out."
            yield Fault("derived_field", reason, pointer=at, value=column)
        elif column not in first:
            near = nearest(column, first)
            hint = f"did you mean “{near}”?" if near else choose_from(first)
            reason = f"There is no column “{column}” in a table of the kind {exchange.kind}: {hint}"
            yield Fault("unknown_field", reason, pointer=at, value=column, suggestion=near)
        elif first[column] not in columns:
            reason = f"The column “{first[column]}” is missing, to which “{column}” belongs."
            yield Fault("required", reason, pointer=at, value=column)
