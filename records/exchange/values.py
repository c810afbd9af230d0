"""How each field of a model reads from a line of an exchange file, and how it is written there.

A field's treatment follows from the model: choices, length and validators come from the Django field, a foreign key
is a reference, an uncertain date is EDTF text or a document. Declarations name fields and add what cannot be seen there.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from django.core.exceptions import ValidationError
from django.db.models import NOT_PROVIDED

from config.dates.fields import TEXT_MAX_LENGTH, UncertainDateField
from config.dates.values import EdtfError, UncertainDate
from config.faults import Fault, choose_from, member, nearest
from config.text import validate_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from django.db import models

    from records.exchange.report import Faults

#: The columns of a row, by name.
Row: TypeAlias = "Mapping[str, Any]"
#: What records are called, by kind and key.
Slugs: TypeAlias = "Mapping[tuple[str, UUID], str]"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_SUFFIXES = ("edtf", "text", "precision", "earliest", "latest")
#: Texts that a field remembers as right, and the length from which it does not.
_REMEMBERED, _SHORT = 1_000, 100


class FaultError(Exception):
    """A value that cannot be read, without its place."""

    def __init__(self, code: str, detail: str, suggestion: str | None = None) -> None:
        self.code = code
        self.detail = detail
        self.suggestion = suggestion
        super().__init__(detail)

    def at(self, pointer: str, value: Any = None) -> Fault:
        return Fault(
            self.code, self.detail, pointer=pointer, value=value, suggestion=self.suggestion
        )


class Treatment(ABC):
    """How one field is read and written."""

    #: Whether a new row needs it.
    is_required = False

    def __init__(self, name: str, columns: tuple[str, ...]) -> None:
        self.name = name
        self.columns = columns

    def read(self, given: Any, at: str, row: dict[str, Any], faults: Faults) -> None:
        """Put the columns for a value of the line into `row`; what is wrong is added to `faults`."""
        try:
            row.update(zip(self.columns, self.values(given), strict=True))
        except FaultError as wrong:
            faults.append(wrong.at(member(at, self.name), given))

    @abstractmethod
    def values(self, given: Any) -> tuple[Any, ...]:
        """Return a value for each column. Raises FaultError."""

    def defaults(self) -> tuple[Any, ...]:
        """Return a value for each column of a new row that leaves the field out."""
        return self.values(None)

    @abstractmethod
    def write(self, row: Row, slugs: Slugs) -> Any:
        """Return the value in a line for the columns of a row."""

    def names(self, row: Row) -> Iterator[tuple[str, UUID]]:
        del row
        yield from ()


class Column(Treatment):
    """A field with one column."""

    type: ClassVar[type | tuple[type, ...]]
    expected: ClassVar[str]  #: what it takes, for the message

    def __init__(self, name: str, field: models.Field[Any, Any]) -> None:
        super().__init__(name, (field.attname,))
        self.field = field
        self.empty: Any = None if field.null else ""
        has_default = field.default is not NOT_PROVIDED or field.db_default is not NOT_PROVIDED
        self.is_required = not (field.null or field.blank or has_default)
        self._accepted: dict[str, tuple[Any, ...]] = {}

    def values(self, given: Any) -> tuple[Any, ...]:
        """Return the column's value; the first texts that were right, words of lists among them, are not checked again."""
        if type(given) is not str:
            return self._checked(given)
        values = self._accepted.get(given)
        if values is None:
            values = self._checked(given)
            if len(self._accepted) < _REMEMBERED and len(given) < _SHORT:
                self._accepted[given] = values
        return values

    def _checked(self, given: Any) -> tuple[Any, ...]:
        if given is None or (given == "" and self.empty == ""):
            return (self.when_empty(),)
        if not isinstance(given, self.type) or (isinstance(given, bool) and self.type is not bool):
            raise FaultError("wrong_type", f"{type_of(given)} where {self.expected} is expected.")
        if isinstance(given, str) and "\0" in given:
            raise FaultError("nul", "Text holds no NUL characters.")
        value = self.convert(given)
        if self.field.choices is not None:
            known = self._known
            if value not in known:
                reason = f"“{given}” is not in the list of {self.name.replace('_', ' ')}: {choose_from(known)}."
                raise FaultError("unknown_value", reason, nearest(str(given), known))
            return (value,)
        try:
            self.field.run_validators(value)
        except ValidationError as error:
            raise FaultError("invalid", " ".join(error.messages)) from error
        return (value,)

    @cached_property
    def _known(self) -> tuple[str, ...]:
        return tuple(str(choice) for choice, _label in self.field.flatchoices)

    def when_empty(self) -> Any:
        """Return what the column holds for null. Raises FaultError where something is needed."""
        if self.field.null or self.field.blank:
            return self.empty
        raise FaultError("required", f"{self.name.replace('_', ' ').capitalize()} cannot be empty.")

    def defaults(self) -> tuple[Any, ...]:
        if self.field.has_default():
            return (self.field.get_default(),)
        return (self.empty,)

    def convert(self, given: Any) -> Any:
        return given

    def write(self, row: Row, slugs: Slugs) -> Any:
        del slugs
        value = row[self.columns[0]]
        return None if value == "" else value


class Text(Column):
    """Text, choices included."""

    type = str
    expected = "text"


class Flag(Column):
    """True or false."""

    type = bool
    expected = "true or false"


class Number(Column):
    """A whole number."""

    type = int
    expected = "a whole number"


class Real(Column):
    """A number."""

    type = (int, float)
    expected = "a number"

    def convert(self, given: Any) -> float:
        return float(given)


class Amount(Column):
    """A decimal number, as text so that nothing is rounded on the way."""

    type = (str, int)
    expected = "a decimal number as text (“1250.50”)"

    def convert(self, given: Any) -> Decimal:
        if isinstance(given, str) and not re.fullmatch(r"-?\d+(\.\d+)?", given, re.ASCII):
            raise FaultError("wrong_type", f"“{given}” is not a decimal number such as “1250.50”.")
        try:
            return Decimal(given)
        except InvalidOperation as error:  # pragma: no cover - the pattern allows none
            raise FaultError("wrong_type", f"“{given}” is not a decimal number.") from error

    def write(self, row: Row, slugs: Slugs) -> Any:
        del slugs
        value = row[self.columns[0]]
        return None if value is None else f"{value:f}"


class Day(Column):
    """A definite day."""

    type = str
    expected = "a day as YYYY-MM-DD"

    def convert(self, given: Any) -> date:
        try:
            if _DAY.fullmatch(given):
                return date.fromisoformat(given)
        except ValueError:
            pass
        raise FaultError("bad_date", f"“{given}” is not a day; write YYYY-MM-DD.")

    def write(self, row: Row, slugs: Slugs) -> Any:
        del slugs
        value = row[self.columns[0]]
        return value.isoformat() if value else None


class TextList(Column):
    """Texts, in their order."""

    type = list
    expected = "a list of texts"

    def __init__(self, name: str, field: models.Field[Any, Any]) -> None:
        super().__init__(name, field)
        self.empty = []

    def when_empty(self) -> Any:
        return []

    def convert(self, given: Any) -> list[str]:
        for item in given:
            if not isinstance(item, str) or "\0" in item:
                raise FaultError("wrong_type", f"{type_of(item)} in a list of texts.")
        return list(given)

    def write(self, row: Row, slugs: Slugs) -> Any:
        del slugs
        return list(row[self.columns[0]])


class UncertainDateValue(Treatment):
    """An uncertain date: EDTF text, or `{"edtf": ..., "text": ..., "precision": ...}`."""

    def __init__(self, name: str, field: UncertainDateField) -> None:
        super().__init__(name, tuple(f"{field.name}_{suffix}" for suffix in _DATE_SUFFIXES))
        self.field = field

    def values(self, given: Any) -> tuple[Any, ...]:
        try:
            value = UncertainDate.coerce(given)
        except EdtfError as error:
            raise FaultError("bad_date", str(error)) from error
        if len(value.text) > TEXT_MAX_LENGTH:
            raise FaultError(
                "invalid", f"The source's words for a date take up to {TEXT_MAX_LENGTH} characters."
            )
        try:
            validate_line(value.text)
        except ValidationError as error:
            raise FaultError("invalid", " ".join(error.messages)) from error
        return tuple(getattr(value, suffix) for suffix in _DATE_SUFFIXES)

    def write(self, row: Row, slugs: Slugs) -> Any:
        """Return EDTF text where that says all; bounds are derived, so they are left out."""
        del slugs
        edtf, text, precision = (row[column] for column in self.columns[:3])
        if not text:
            return edtf or None
        return {"edtf": edtf, "text": text} if edtf else {"text": text, "precision": precision}


def type_of(given: Any) -> str:
    names = {
        bool: "True or false",
        int: "A number",
        float: "A number",
        str: "Text",
        list: "A list",
        dict: "An object",
    }
    return names.get(type(given), "Null")
