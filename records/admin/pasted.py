"""Rows pasted from a spreadsheet into the form of a record: what each cell means, and where it is not sure.

Nothing is written here. The page shows what was understood; cells that are not are mended in their places, and what is understood
becomes new rows of the form, which is saved as it always is. Names are found by the engine of the boxes, dates are read by
`config.dates`.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError

from config.dates.edtf import EdtfError
from config.dates.values import UncertainDate
from config.dates.written import readings
from config.text import validate_line
from records.admin.boxes import shown_as
from records.admin.picker import Likely, likely_each

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from records.lookup.reading import Days
    from records.models import Record

#: What is read at most: bytes, rows, columns, letters of a cell.
MOST_BYTES, MOST_ROWS, MOST_COLUMNS, LONGEST = 200_000, 500, 30, 500
#: What is offered for one cell at most, and lines among which headings are looked for.
OFFERED, TITLES = 6, 5
#: What stands in a cell that is left blank.
NOTHING = {
    "-",
    "--",
    "\u2013",
    "\u2014",
    "\u2212",
    "...",
    "\u2026",
    "n/a",
    "n.a.",
    "na",
    "none",
    "nil",
}
#: The signs of footnotes behind a name or a date. Figures may belong to a name ("Group of 77").
_NOTE = re.compile(r"(?: ?\[[^\[\]]{1,9}\]| ?[*\u2020\u2021\u00a7])+$")
_NUMBERED_NOTE = re.compile(r" \d{1,2}(?:, ?\d{1,2})*$")
#: What nobody sees and pages put between letters: spaces without width, the mark at the beginning of a file, NUL.
_UNSEEN = re.compile("[\0\u200b\u2060\ufeff]")
#: The choice of a cell that is to stand as the source's words.
WORDS = "words"

#: A field of a form with its value, and the words for it.
Field = tuple[str, str, str]


class Unreadable(ValueError):  # noqa: N818 - what is wrong with a text is no error of ours
    """The text as a whole cannot be read; the message says why."""


@dataclass
class Offer:
    """Something that a cell may mean."""

    text: str  #: what the cell says then
    label: str
    hint: str = ""
    chosen: str = ""  #: what the cell has chosen then; blank where its text is enough
    way: str = ""  #: how a text of several meanings is read; the same in all cells of a column


@dataclass
class Cell:
    """A cell: what it says and what was chosen for it; what it means, or else what is wrong."""

    text: str
    chosen: str = ""
    shown: str = ""
    fields: list[Field] = field(default_factory=list)
    problem: str = ""
    offers: list[Offer] = field(default_factory=list)

    def means(self, shown: str, *fields: Field) -> None:
        self.shown, self.fields = shown, list(fields)

    def is_wrong(self, problem: str, offers: Iterable[Offer] = ()) -> None:
        self.problem, self.offers = problem, list(offers)[:OFFERED]


@dataclass
class Row:
    """A row: its cells by the names of their columns, what to say of it, and the rows of the form that it makes."""

    line: int
    cells: dict[str, Cell]
    texts: list[str] = field(default_factory=list)  #: of all columns, those that are left out too
    note: str = ""
    makes: list[NewRow] = field(default_factory=list)

    @property
    def given(self) -> dict[str, Field]:
        """The first field of each cell that is understood, by its column."""
        return {name: cell.fields[0] for name, cell in self.cells.items() if cell.fields}

    @property
    def is_understood(self) -> bool:
        return not any(cell.problem for cell in self.cells.values())


@dataclass
class NewRow:
    """A new row of the form: of which inline, what its line shows, its fields."""

    member: str
    cells: list[str]
    fields: list[Field]


@dataclass
class Sheet:
    """All rows, and what they are read with."""

    site: Any
    rows: list[Row]
    on: Days | None = None

    def filled(self, name: str) -> list[tuple[Row, Cell]]:
        """Return the cells of a column that say something, with their rows."""
        pairs = [(row, row.cells[name]) for row in self.rows if name in row.cells]
        return [(row, cell) for row, cell in pairs if cell.text or cell.chosen]


@dataclass(frozen=True)
class Column:
    """What a column may hold. Headings are compared without regard to capitals and signs."""

    name: str
    label: str
    headings: tuple[str, ...] = ()

    def has_heading(self, text: str) -> bool:
        return _plain(text) in {_plain(each) for each in (self.name, self.label, *self.headings)}

    def understand(self, sheet: Sheet) -> None:
        """Say of each cell what it means."""
        raise NotImplementedError


@dataclass(frozen=True)
class Text(Column):
    """Words that stand as they are."""

    longest: int = 300

    def understand(self, sheet: Sheet) -> None:
        for _row, cell in sheet.filled(self.name):
            if len(cell.text) > self.longest:
                cell.is_wrong(f"At most {self.longest} letters fit here.")
            else:
                cell.means(cell.text, (self.name, cell.text, cell.text))


@dataclass(frozen=True)
class Choice(Column):
    """One of a list, by its code or its label."""

    choices: tuple[tuple[str, str], ...] = ()

    def understand(self, sheet: Sheet) -> None:
        known = {
            _plain(each): (value, label) for value, label in self.choices for each in (value, label)
        }
        labels = dict(self.choices)
        for _row, cell in sheet.filled(self.name):
            if found := known.get(_plain(cell.text)):
                cell.means(found[1], (self.name, *found))
                continue
            near = get_close_matches(_plain(cell.text), list(known), n=OFFERED)
            values = list(dict.fromkeys(known[each][0] for each in near)) or list(labels)
            offers = [Offer(labels[value], labels[value]) for value in values]
            cell.is_wrong(f"“{cell.text}” is not in the list.", offers)


def likely_of(sheet: Sheet, model: type[Record], texts: Sequence[str]) -> list[Likely]:
    """Return what the boxes of a kind find for texts, among working records."""
    desk = sheet.site.get_model_admin(model)
    return likely_each(
        model,
        texts,
        parts_of=desk.search_fields,
        whole=desk.whole_search_fields,
        on=sheet.on,
        within=False,
    )


@dataclass(frozen=True)
class Named(Column):
    """A record of one of several kinds, by its name, code, former name, slug or `scheme:value`; each has a field of its own."""

    models: Mapping[str, type[Record]] = field(default_factory=dict)
    noun: str = "record"
    words: str = ""  #: the field for words that name no record; blank where there is none

    def understand(self, sheet: Sheet) -> None:
        cells = [cell for _row, cell in sheet.filled(self.name)]
        for cell in cells:
            if not self._is_choice(cell.chosen):
                cell.chosen = ""
        written = list(dict.fromkeys(cell.text for cell in cells if not cell.chosen))
        texts = list(dict.fromkeys([*written, *map(_without_note, written)]))
        exact: dict[str, list[str]] = defaultdict(list)
        near: dict[str, list[str]] = defaultdict(list)
        keys: dict[str, set[str]] = {name: set() for name in self.models}
        for name, model in self.models.items():
            for text, likely in zip(texts, likely_of(sheet, model, texts), strict=True):
                exact[text] += [f"{name}:{key}" for key in likely.exact]
                near[text] += [f"{name}:{key}" for key in likely.others[:OFFERED]]
        for text in written:
            bare = _without_note(text)
            if bare != text and not exact[text]:
                if _NOTE.search(text):
                    exact[text] = exact[bare]
                near[text] = [*exact[bare], *near[text], *near[bare]]
        found = chain.from_iterable([*exact.values(), *near.values()])
        for chosen in chain((cell.chosen for cell in cells), found):
            name, _, key = chosen.partition(":")
            if name in keys:
                keys[name].add(key)
        known = {
            f"{name}:{key}": shown
            for name, model in self.models.items()
            for key, shown in shown_as(sheet.site, model, keys[name], sheet.on).items()
            if keys[name]
        }
        for cell in cells:
            self._settle(cell, exact[cell.text], near[cell.text], known)

    def _is_choice(self, chosen: str) -> bool:
        if chosen == WORDS:
            return bool(self.words)
        name, _, key = chosen.partition(":")
        try:
            return name in self.models and key == str(UUID(key))
        except ValueError:
            return False

    def _settle(
        self,
        cell: Cell,
        exact: Sequence[str],
        near: Sequence[str],
        known: Mapping[str, tuple[str, str]],
    ) -> None:
        if cell.chosen == WORDS:
            cell.means(cell.text, (self.words, cell.text, cell.text))
            return
        if (
            cell.chosen not in known
            and len(found := [each for each in exact if each in known]) == 1
        ):
            cell.chosen = found[0]
        if cell.chosen in known:
            name, _, key = cell.chosen.partition(":")
            label, _hint = known[cell.chosen]
            cell.means(label, (name, key, label))
            return
        cell.chosen = ""
        offers = [
            Offer(label, label, hint, each)
            for each in dict.fromkeys([*exact, *near])
            if each in known
            for label, hint in [known[each]]
        ]
        if self.words:
            offers = [*offers[: OFFERED - 1], Offer(cell.text, "Keep as words", chosen=WORDS)]
        problem = f"No {self.noun} is called “{cell.text}”."
        if exact:
            problem = f"“{cell.text}” may be any of these."
        cell.is_wrong(problem, offers)


def _without_note(text: str) -> str:
    bare = _NOTE.sub("", text) if _NOTE.search(text) else _NUMBERED_NOTE.sub("", text)
    return bare or text


#: Day and month in figures: a stroke between them does not say which is which.
_FIGURES = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")
#: A date whose year has two figures.
_CUT_YEAR = re.compile(r".*\D\d{2}")


@dataclass(frozen=True)
class Day(Column):
    """A date: EDTF, or as people write it."""

    field: str = "date"

    def understand(self, sheet: Sheet) -> None:
        cells = [cell for _row, cell in sheet.filled(self.name)]
        orders = _orders_of(cell.text for cell in cells)
        for cell in cells:
            self.settle(cell, cell.text, orders)

    def settle(self, cell: Cell, text: str, orders: Mapping[str, str]) -> None:
        if cell.chosen == WORDS:
            cell.means(cell.text, (f"{self.field}_text", cell.text, cell.text))
            return
        cell.chosen = ""
        found = _dates_in(text)
        if not found and (bare := _NOTE.sub("", text)) != text:
            found = _dates_in(bare or text)
        figures = _FIGURES.fullmatch(text.strip())
        order = orders.get(_sign(figures), "") if figures else ""
        if len(found) > 1 and figures and order:
            found = [each for each in found if each.endswith(_end(figures, order))]
        if len(found) == 1:
            cell.means(found[0], (f"{self.field}_edtf", found[0], found[0]))
            return
        century = slice(2) if _CUT_YEAR.fullmatch(text.strip()) else slice(0)
        offers = [
            Offer(
                each,
                each,
                UncertainDate.parse(each).meaning(),
                way=f"{_way(figures, each) if figures and not order else ''}{each[century]}",
            )
            for each in found
        ]
        words = Offer(cell.text, "Keep as words", "a date that is not known", WORDS)
        problem = "It may mean more than one day." if found else f"“{cell.text}” is no date."
        cell.is_wrong(problem, [*offers, words, Offer("", "Leave blank")])


def _dates_in(text: str) -> list[str]:
    """Return what a text may mean, in EDTF; itself where it is EDTF."""
    try:
        return [UncertainDate.parse(text).edtf]
    except EdtfError:
        return readings(text)


def _end(figures: re.Match[str], order: str) -> str:
    """Return how an EDTF text ends whose day and month stand in figures, in an order."""
    one, other = figures[1], figures[2]
    day, month = (one, other) if order == "day" else (other, one)
    return f"-{int(month):02}-{int(day):02}"


def _way(figures: re.Match[str], edtf: str) -> str:
    """Return which comes first where figures mean an EDTF text, and the sign between them."""
    ways = (each for each in ("day", "month") if edtf.endswith(_end(figures, each)))
    return next((f"{each}{_sign(figures)}" for each in ways), "")


def _sign(figures: re.Match[str]) -> str:
    """Return the sign between the figures of a date."""
    return figures[0][len(figures[1])]


def _orders_of(texts: Iterable[str]) -> dict[str, str]:
    """Return which comes first in dates of figures, `day` or `month`, by their sign, where a date of the column tells it and none the other way.

    `10.5.2016` has the day first wherever it is written, and so says nothing of `5/10/2016`.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for text in texts:
        match = _FIGURES.fullmatch(text.strip())
        if match and _dates_in(text):
            found[_sign(match)] |= {
                way for way, figure in (("day", match[1]), ("month", match[2])) if int(figure) > 12
            }
    return {sign: ways.pop() for sign, ways in found.items() if len(ways) == 1}


class Paste:
    """What may be pasted into one inline. Subclasses say what a row of it makes."""

    columns: ClassVar[Sequence[Column]] = ()
    #: The columns of a text without headings, in their order.
    order: ClassVar[Sequence[str]] = ()
    #: The column without which there is no row.
    needed: ClassVar[str] = ""
    #: What the box says of what to paste.
    example: ClassVar[str] = ""

    def make(self, sheet: Sheet, record: Any, new: Sequence[str]) -> None:
        """Give each row what it makes in the form (`makes`), and what to say of it. `new` names who is in new rows of the form."""
        raise NotImplementedError


def read(paste: Paste, text: str) -> tuple[list[str], list[str], list[Row], int]:
    """Return the names of the columns (blank: left out), their headings, the rows, and how many lines stand above the headings.

    Raises Unreadable.
    """
    lines = _lines(text)
    if not lines:
        msg = "There is nothing to read."
        raise Unreadable(msg)
    width = max(len(cells) for _number, cells in lines)
    if width > MOST_COLUMNS:
        msg = f"There are {width} columns; at most {MOST_COLUMNS} are read."
        raise Unreadable(msg)
    above, names = _headings(paste, [cells for _number, cells in lines[:TITLES]])
    headings = [""] * width
    if names:
        headings = [*lines[above][1], *headings][:width]
        lines = lines[above + 1 :]
    names = [*(names or paste.order), *[""] * width][:width]
    names = [name if name not in names[:place] else "" for place, name in enumerate(names)]
    if len(lines) > MOST_ROWS:
        msg = f"There are {len(lines)} rows; at most {MOST_ROWS} are read at once."
        raise Unreadable(msg)
    rows = [
        Row(
            number,
            {name: Cell(each) for name, each in zip(names, cells, strict=False) if name},
            [each[:LONGEST] for each in cells],
        )
        for number, cells in lines
    ]
    return names, headings, rows, above


def _headings(paste: Paste, lines: Sequence[Sequence[str]]) -> tuple[int, list[str]]:
    """Return the place of the line of headings, and what they name; no names where there is none. Titles may stand above it."""
    for place, cells in enumerate(lines):
        names = [
            next((column.name for column in paste.columns if column.has_heading(each)), "")
            for each in cells
        ]
        is_sure = paste.needed in names and len({*filter(None, names)}) > 1
        if (is_sure if place else any(names)) and not any(re.search(r"\d", each) for each in cells):
            return place, names
    return 0, []


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Split what a spreadsheet copies (tabs), or CSV, into lines that say something, numbered as its rows are. Raises Unreadable."""
    if size_of(text) > MOST_BYTES:
        msg = f"It is longer than {MOST_BYTES // 1000} kB."
        raise Unreadable(msg)
    text = _UNSEEN.sub("", text)
    head = text.strip("\r\n").split("\n", 1)[0]
    # A list of names without a sign in its first line is one column: "Korea, Republic of" may follow.
    sign = "\t" if "\t" in text or not re.search("[,;]", head) else max(",;", key=head.count)
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=sign, strict=True))
    except csv.Error:
        rows = _unquoted(text, sign)
    lines = [
        (number, [" ".join(cell.split()) for cell in cells])
        for number, cells in enumerate(rows, start=1)
    ]
    return [(number, cells) for number, cells in lines if any(cells)]


def _unquoted(text: str, sign: str) -> list[list[str]]:
    """Split a text whose quotation marks enclose no cells: one that begins a cell and ends nowhere would take all that follows."""
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=sign, quoting=csv.QUOTE_NONE))
    except csv.Error as error:
        msg = f"It cannot be read as a table: {error}."
        raise Unreadable(msg) from error
    return [[cell.strip('" ') for cell in cells] for cells in rows]


def understand(paste: Paste, sheet: Sheet, record: Any, new: Sequence[str]) -> None:
    """Say of all cells what they mean, and of all rows what they make."""
    above: list[Offer] = []
    for row in sheet.rows:
        who = row.cells.get(paste.needed, Cell(""))
        if paste.needed and not who.text:
            # One cell that is merged over several rows is copied as blank cells below it.
            row.cells.setdefault(paste.needed, who).is_wrong("Say who it is.", above)
        elif paste.needed:
            above = [Offer(who.text, who.text, f"as in line {row.line}", who.chosen)]
        for name, cell in row.cells.items():
            if name != paste.needed and not cell.chosen and cell.text.casefold() in NOTHING:
                cell.shown = "nothing"
            _look_at(cell)
    good = Sheet(
        sheet.site,
        [
            Row(
                row.line,
                {
                    name: each
                    for name, each in row.cells.items()
                    if not each.problem and not each.shown
                },
            )
            for row in sheet.rows
        ],
        sheet.on,
    )
    for column in paste.columns:
        column.understand(good)
    paste.make(sheet, record, new)


def size_of(text: str) -> int:
    """Return the bytes of a text, which may have halves of surrogate pairs: the cell that has one says so."""
    return len(text.encode(errors="surrogatepass"))


def _look_at(cell: Cell) -> None:
    if len(cell.text) > LONGEST:
        cell.text = cell.text[:LONGEST]
        cell.is_wrong(f"It is longer than {LONGEST} letters.")
        return
    try:
        validate_line(cell.text)
    except ValidationError as error:
        cell.is_wrong(" ".join(error.messages))


def _plain(text: str) -> str:
    """Return a heading or a code as it compares."""
    return re.sub(r"[\W_]+", " ", text).strip().casefold()
