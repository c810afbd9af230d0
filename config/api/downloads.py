"""CSV and NDJSON: whole lists, sent while they are read, which end in a line that says so when they are cut.

A line is written from a stored document alone, so that files made elsewhere (snapshots) have the same ones.
"""

from __future__ import annotations

import logging
import re
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import orjson

from config.api.fields import ListShape
from config.api.formats import Format
from config.api.problems import Problem, foreseen
from config.spreadsheets import guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from config.api.fields import Shape

logger = logging.getLogger(__name__)

#: Characters that are sent at once.
PIECE = 262_144
#: Lines that CSV ends in when it is cut begin with this cell.
CUT = "#error"
#: The `object` of the line that ends NDJSON.
TRAILER = "trailer"

#: A column's name at one level, and the columns within it; None where its value fills one cell.
Plan = list[tuple[str, "Plan | None"]]

_FILE_NAME = re.compile(r"[^A-Za-z0-9.~-]+")
_MAX_FILE_NAME = 100


class Lines:
    """The lines of documents after a head, and how many there are so far."""

    def __init__(self, documents: Iterable[str], head: str, line_of: Callable[[str], str]) -> None:
        self._documents = documents
        self._head = head
        self._line_of = line_of
        self.number = 0

    def __iter__(self) -> Iterator[bytes]:
        """Yield them in pieces; what was read before an error is yielded before it is raised."""
        line_of, lines, size = self._line_of, [self._head], len(self._head)
        try:
            for document in self._documents:
                line = line_of(document)
                lines.append(line)
                size += len(line)
                self.number += 1
                if size > PIECE:
                    yield "".join(lines).encode()
                    lines.clear()
                    size = 0
        except Exception:
            yield "".join(lines).encode()
            raise
        yield "".join(lines).encode()


class Download(Format):
    """Base of formats that are lines of text.

    `envelope` of a list has its `total` (null where it is not counted), `notes` and `position` in the feed. It is looked at when
    the documents are written.
    """

    is_whole = True

    @abstractmethod
    def lines_of(self, shape: Shape) -> tuple[str, Callable[[str], str]]:
        """Return what comes before all documents, and what makes the line of one."""

    @abstractmethod
    def end(self, count: int, envelope: dict[str, Any], shape: Shape) -> bytes:
        """What a complete list ends in."""

    @abstractmethod
    def cut(self, count: int, envelope: dict[str, Any], shape: Shape, problem: Problem) -> bytes:
        """What a list ends in that breaks off after so many documents."""

    def lines(self, documents: Iterable[str], shape: Shape) -> Lines:
        """Return all that comes before the end."""
        return Lines(documents, *self.lines_of(shape))

    def page(
        self, documents: Iterable[str], envelope: dict[str, Any], shape: Shape
    ) -> Iterator[bytes]:
        """Write a list. The status is sent by then: an error becomes its last line."""
        lines = self.lines(documents, shape)
        try:
            yield from lines
        except Exception as error:
            problem = foreseen(error)
            if problem is None:
                logger.exception("A download breaks off after %d documents.", lines.number)
                problem = Problem("internal_error")
            yield self.cut(lines.number, envelope, shape, problem)
        else:
            yield self.end(lines.number, envelope, shape)

    def document(self, document: str, shape: Shape) -> bytes:
        return b"".join(self.lines([document], shape))

    def headers(self, path: str) -> dict[str, str]:
        """Name the file after the address: `people-ishaq-dar.csv`."""
        name = _FILE_NAME.sub("_", path.removeprefix("/api/v1/").strip("/").replace("/", "-"))
        return {
            "Content-Disposition": f'attachment; filename="{name[:_MAX_FILE_NAME]}.{self.format}"'
        }


class Ndjson(Download):
    """NDJSON: each line is a document as it is stored. The last line has their number (`object` is `trailer`)."""

    format = "ndjson"
    media_type = "application/x-ndjson"

    def lines_of(self, shape: Shape) -> tuple[str, Callable[[str], str]]:  # noqa: ARG002 - one signature
        return "", "{}\n".format

    def end(self, count: int, envelope: dict[str, Any], shape: Shape) -> bytes:  # noqa: ARG002 - one signature
        return self._trailer(count, envelope, None)

    def cut(self, count: int, envelope: dict[str, Any], shape: Shape, problem: Problem) -> bytes:  # noqa: ARG002 - one signature
        return self._trailer(count, envelope, problem)

    @staticmethod
    def _trailer(count: int, envelope: dict[str, Any], problem: Problem | None) -> bytes:
        trailer = {
            "object": TRAILER,
            "complete": problem is None,
            "count": count,
            "total": envelope["total"] and envelope["total"]["value"],
            "position": envelope["position"],
            "notes": envelope["notes"],
            "problem": problem and {"code": problem.type.code, "detail": problem.detail},
        }
        return orjson.dumps(trailer, option=orjson.OPT_APPEND_NEWLINE)

    def schema(self, content: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - one signature
        return {
            "type": "string",
            "description": "A document per line, of all pages. A list ends in a line of its own: `object` is `trailer`, `complete`"
            " says whether all `total` documents (null where they are not counted) are there, `count` how many are, `position` up to which change of the feed"
            " they were read at least, `notes` what the envelope of the list has as such, `problem` what cut it, else null.",
        }


class Csv(Download):
    """CSV (RFC 4180): a header of dotted names, and a row per document."""

    format = "csv"
    media_type = "text/csv"

    @property
    def content_type(self) -> str:
        """Say the encoding too, for text without it is read as Latin-1 by some."""
        return f"{self.media_type}; charset=utf-8; header=present"

    def lines_of(self, shape: Shape) -> tuple[str, Callable[[str], str]]:
        plan = plan_of(shape)

        def line_of(document: str) -> str:
            cells: list[str] = []
            _fill(cells, orjson.loads(document), plan)
            return _row(cells)

        return _row(columns_of(plan)), line_of

    def end(self, count: int, envelope: dict[str, Any], shape: Shape) -> bytes:  # noqa: ARG002 - one signature
        return b""

    def cut(self, count: int, envelope: dict[str, Any], shape: Shape, problem: Problem) -> bytes:
        """One row that has a cell too many, so that no reader takes it for a document."""
        of_all = f" of {envelope['total']['value']}" if envelope["total"] else ""
        said = f"Cut after {count}{of_all} rows. {problem.detail}"
        cells = [CUT, problem.type.code, _quoted(said)]
        width = len(columns_of(plan_of(shape)))
        return _row(cells + [""] * (width + 1 - len(cells))).encode()

    def schema(self, content: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - one signature
        return {
            "type": "string",
            "description": "RFC 4180 in UTF-8, with all rows of all pages. The header has dotted names (`when.earliest`); a cell has"
            " text as it is, `true` or `false`, numbers, nothing for null, and lists as JSON. Text that a spreadsheet would take"
            " for a formula (it begins with =, +, -, @, a tab or a line break, and is no number) has an apostrophe before it; so"
            " has text of apostrophes and then such. A list that is cut ends in a row that begins with `#error` and has a cell"
            " too many.",
        }


def plan_of(shape: Shape) -> Plan:
    """Say how documents fill rows: objects are spread over columns, lists fill one cell."""
    return [
        (name, plan_of(inner) if inner and not isinstance(inner, ListShape) else None)
        for name, inner in shape.items()
    ]


def columns_of(plan: Plan, above: str = "") -> list[str]:
    """Return the dotted names of all columns."""
    return [
        column
        for name, inner in plan
        for column in (
            [f"{above}{name}"] if inner is None else columns_of(inner, f"{above}{name}.")
        )
    ]


def _fill(cells: list[str], content: dict[str, Any], plan: Plan) -> None:
    """Append the cells of an object. A member that it lacks is empty, as null is."""
    get = content.get
    for name, inner in plan:
        value = get(name)
        if inner is not None:
            _fill(cells, value or {}, inner)
        elif isinstance(value, str):
            cells.append(_quoted(guarded(value)))
        elif value is None:
            cells.append("")
        else:
            cells.append(_quoted(orjson.dumps(value).decode()))


# Python's csv module looks at each character by itself, which took longer than all the rest.


def _quoted(cell: str) -> str:
    if '"' in cell:
        return f'"{cell.replace(chr(34), chr(34) * 2)}"'
    return f'"{cell}"' if "," in cell or "\n" in cell or "\r" in cell else cell


def _row(cells: list[str]) -> str:
    """The line of quoted cells. One that is empty and alone is quoted, for an empty line is no row."""
    return f"{','.join(cells)}\r\n" if cells != [""] else '""\r\n'
