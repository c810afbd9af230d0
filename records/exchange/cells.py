"""The members of an exchange line as cells of a table: one column each, three for an uncertain date.

A cell holds what a person can read and sort: plain text, `true`, EDTF, a slug, `person ishaq-dar`, several of these
divided by semicolons. Only lists of objects are JSON. An empty cell is null.
"""

from __future__ import annotations

import json
import math
import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import orjson

from records.exchange import values
from records.exchange.references import OneOf, Pair
from records.exchange.values import FaultError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.exchange.shapes import Exchange, PartShape
    from records.exchange.values import Treatment

# Longer ones fit no column, and Python refuses to read some of them.
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})", re.ASCII)
_REAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


class Cells(ABC):
    """The columns of one member."""

    columns: tuple[str, ...]

    @abstractmethod
    def write(self, value: Any) -> tuple[str, ...]:
        """Return a cell per column for the value in a line."""

    @abstractmethod
    def read(self, cells: Sequence[str]) -> Any:
        """Return the value in a line. Raises FaultError.

        A cell that is not of the field's type is returned as text, so that reading the line reports what type it needs.
        """


class Plain(Cells):
    """Text as it is: words, days, amounts, choices, references."""

    def __init__(self, name: str) -> None:
        self.columns = (name,)

    def write(self, value: Any) -> tuple[str, ...]:
        return ("" if value is None else value,)

    def read(self, cells: Sequence[str]) -> Any:
        return cells[0] or None


class Scalar(Plain):
    """`true`, `false` and numbers, in capitals too since spreadsheets write them so."""

    def write(self, value: Any) -> tuple[str, ...]:
        return ("" if value is None else orjson.dumps(value).decode(),)

    def read(self, cells: Sequence[str]) -> Any:
        (cell,) = cells
        if cell.lower() in ("true", "false"):
            return cell.lower() == "true"
        if _WHOLE.fullmatch(cell):
            return int(cell)
        if _REAL.fullmatch(cell) and math.isfinite(float(cell)):
            return float(cell)
        return cell or None


class Switch(Scalar):
    """`true` or `false`. There is no third: an empty cell says nothing."""


class Dates(Cells):
    """An uncertain date: its EDTF, the source's words, and their precision."""

    def __init__(self, name: str) -> None:
        self.columns = (name, f"{name}.text", f"{name}.precision")

    def write(self, value: Any) -> tuple[str, ...]:
        """Return EDTF, words and precision; the precision only where there is no EDTF to derive it from."""
        parts = {"edtf": value} if isinstance(value, str) else value or {}
        return tuple(parts.get(key) or "" for key in ("edtf", "text", "precision"))

    def read(self, cells: Sequence[str]) -> Any:
        """Return EDTF, or an object where there is more to say."""
        given = dict(zip(("edtf", "text", "precision"), cells, strict=True))
        parts = {key: cell for key, cell in given.items() if cell}
        return parts["edtf"] if set(parts) == {"edtf"} else parts or None


class Named(Cells):
    """A reference that may be of several kinds: `person ishaq-dar`."""

    def __init__(self, name: str, kinds: Sequence[str]) -> None:
        self.columns = (name,)
        self.kinds = tuple(kinds)

    def write(self, value: Any) -> tuple[str, ...]:
        return ("" if value is None else f"{value['object']} {value['ref']}",)

    def read(self, cells: Sequence[str]) -> Any:
        (cell,) = cells
        if not cell or cell.startswith("{"):
            return _json(cell) if cell else None
        kind, _, ref = cell.partition(" ")
        if not ref.strip():
            reason = f"Name the kind and the record, as in “{self.kinds[0]} its-slug”."
            raise FaultError("wrong_type", reason)
        return {"object": kind, "ref": ref.strip()}


class Divided(Cells):
    """Texts or references, divided by semicolons; a JSON list where that would not be clear."""

    def __init__(self, name: str, item: Plain | Named) -> None:
        self.columns = (name,)
        self.item = item

    def write(self, value: Any) -> tuple[str, ...]:
        items = [self.item.write(item)[0] for item in value or ()]
        is_clear = all(item and item == item.strip() and ";" not in item for item in items)
        if is_clear and not (items and items[0].startswith("[")):
            return ("; ".join(items),)
        return (orjson.dumps(value).decode(),)

    def read(self, cells: Sequence[str]) -> Any:
        (cell,) = cells
        if not cell or cell.startswith("["):
            return _json(cell) if cell else None
        items = [item.strip() for item in cell.split(";")]
        if not all(items):
            raise FaultError("wrong_type", "There is nothing between two semicolons, or after one.")
        return [self.item.read([item]) for item in items]


class Objects(Cells):
    """A list of parts, as JSON."""

    def __init__(self, name: str) -> None:
        self.columns = (name,)

    def write(self, value: Any) -> tuple[str, ...]:
        return (orjson.dumps(value).decode() if value else "",)

    def read(self, cells: Sequence[str]) -> Any:
        return _json(cells[0]) if cells[0] else None


def layout(exchange: Exchange) -> dict[str, Cells]:
    """Return the cells of every member of a kind, in the order of its columns."""
    cells: dict[str, Cells] = {name: Plain(name) for name in exchange.opening}
    for name, treatment in exchange.fields.items():
        cells[name] = _of_field(name, treatment)
    for name, parts in exchange.lists.items():
        cells[name] = _of_list(name, parts)
    return cells


def _of_field(name: str, treatment: Treatment) -> Cells:
    if isinstance(treatment, values.UncertainDateValue):
        return Dates(name)
    if isinstance(treatment, OneOf):
        return Named(name, treatment.kinds)
    if isinstance(treatment, Pair | values.TextList):
        return Divided(name, Plain(name))
    if isinstance(treatment, values.Flag):
        return Switch(name)
    if isinstance(treatment, values.Number | values.Real):
        return Scalar(name)
    return Plain(name)


def _of_list(name: str, parts: Sequence[PartShape]) -> Cells:
    if not parts[0].is_bare:
        return Objects(name)
    treatments = [treatment for part in parts for treatment in part.fields.values()]
    kinds = [
        kind for treatment in treatments if isinstance(treatment, OneOf) for kind in treatment.kinds
    ]
    return Divided(name, Named(name, kinds) if kinds else Plain(name))


def _json(cell: str) -> Any:
    """Read JSON, strictly. Raises FaultError."""
    repeated: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _value in pairs]
            repeated.extend(name for name in found if names.count(name) > 1)
        return found

    try:
        value = orjson.loads(cell)
        json.loads(cell, object_pairs_hook=unique)
    except orjson.JSONDecodeError as error:
        raise FaultError("json", f"This is not JSON: {error}.") from error
    except RecursionError as error:
        raise FaultError("too_deep", "Lists and objects lie too deep in one another.") from error
    if repeated:
        reason = f"“{repeated[0]}” stands twice in one object, and only one of the two values would count."
        raise FaultError("repeated_name", reason)
    return value
