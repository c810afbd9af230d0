"""Keyset pages: a cursor names the row to go on from, so that page 10,000 costs what page 1 costs.

Rows are compared whole, `(key, record_id) < (x, y)`, which an index on both serves; see `config.db.ordering` for keys that
may be unknown.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson
from django.conf import settings
from django.db.models import BooleanField, Expression, F, Func, UUIDField, Value

from config.api.parameters import Parameter
from config.api.problems import Fault
from config.db.ordering import BeginningOfTime, EndOfTime, undated_last

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import Model, QuerySet

    from config.api.parameters import Query

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
#: Totals are counted up to here, which stays cheap at any size.
COUNTED = 1_000

CURSOR = Parameter("cursor", "Where to go on: taken from `next` or `previous` as it is.")
PAGE_SIZE = Parameter(
    "page_size",
    "Records per page.",
    {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": DEFAULT_PAGE_SIZE},
)
COUNT = Parameter(
    "count",
    f"How `total` is counted: by default up to {COUNTED:,}; `exact` counts all, within a time limit; `none` leaves it null.",
    {"type": "string", "enum": ["exact", "none"]},
)

#: Parameters that may change from page to page.
_FREE = frozenset({"cursor", "page_size", "count", "fields", "omit", "format"})
_MAC_LENGTH = 12
_PRINT_LENGTH = 8


@dataclass(frozen=True)
class Ordering:
    """One way to sort a resource. A column that may be NULL must be a date: its unknowns come last either way."""

    column: str
    descending: bool = False
    is_nullable: bool = False
    expression: Expression | F | None = None  #: instead of a column: the rank of a search

    @cached_property
    def key(self) -> Expression | F:
        """What is compared and sorted by; never NULL."""
        if self.expression is not None:
            return self.expression
        return undated_last(self.column, descending=self.descending) if self.is_nullable else F(self.column)

    def value(self, model: type[Model], text: Any) -> Expression:
        """A key out of a cursor, as the database takes it."""
        if self.expression is not None:
            return Value(text, output_field=self.expression.output_field)  # type: ignore[union-attr]
        if text is None:
            return BeginningOfTime() if self.descending else EndOfTime()
        field = model._meta.get_field(self.column)
        return Value(field.to_python(text), output_field=field)  # type: ignore[union-attr]


def orderings_of(columns: dict[str, str], nullable: Iterable[str] = ()) -> dict[str, Ordering]:
    """Every ordering of a resource by its public name, both directions: `label`, `-label`."""
    unknown_last = set(nullable)
    return {
        f"{sign}{name}": Ordering(column, sign == "-", name in unknown_last)
        for name, column in columns.items()
        for sign in ("", "-")
    }


class Row(Func):
    """Several expressions as one row value."""

    template = "(%(expressions)s)"
    output_field = BooleanField()  # never read; Django wants one


class RowComparison(Func):
    """Two rows compared, first column first."""

    arity = 2
    output_field = BooleanField()
    conditional = True

    def __init__(self, left: Row, operator: str, right: Row) -> None:
        super().__init__(left, right, arg_joiner=f" {operator} ", template="%(expressions)s")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows and a direction: rows after (`>`), or before (`<`), the row with this key.

    With `=` behind, that row itself belongs to the page: it is where a page was found empty.
    """

    direction: str
    key: Any
    id: str

    @property
    def is_backward(self) -> bool:
        """Whether it leads to the page before."""
        return self.direction[0] == "<"

    def condition(self, model: type[Model], ordering: Ordering, unique: str) -> RowComparison:
        """The rows on its side."""
        operator = self.direction
        if ordering.descending:
            operator = operator.translate(_TURNED)
        unique_field = model._meta.get_field(unique)
        last = Value(unique_field.to_python(self.id), output_field=UUIDField())  # type: ignore[union-attr]
        return RowComparison(Row(ordering.key, F(unique)), operator, Row(ordering.value(model, self.key), last))


_TURNED = str.maketrans("<>", "><")


@dataclass(frozen=True, slots=True)
class Page:
    """What a request asks for, beside its filters."""

    size: int
    cursor: Cursor | None
    count: str | None
    print: bytes  #: of the query that its cursors belong to

    @classmethod
    def read(cls, query: Query, resource: str, ordering: str) -> Page:
        """Read size, cursor and count; faults are left in `query`."""
        size = query.integer("page_size", default=DEFAULT_PAGE_SIZE, at_least=1, at_most=MAX_PAGE_SIZE)
        count = query.choice("count", ("exact", "none"))
        fingerprint = _fingerprint(query, resource, ordering)
        text = query.text("cursor", at_most=8_192)
        cursor = None
        if text is not None:
            found = _read(text)
            if found is None:
                query.faults.append(Fault("invalid_cursor", "The cursor was not made by this service, or was altered.", "cursor"))
            elif found[0] != fingerprint:
                detail = "The cursor belongs to another query: other filters, another ordering or another resource."
                query.faults.append(Fault("cursor_mismatch", detail, "cursor"))
            else:
                cursor = found[1]
        return cls(size, cursor, count, fingerprint)

    def cut(self, queryset: QuerySet[Any], ordering: Ordering, unique: str) -> QuerySet[Any]:
        """The rows of the page and one more, which tells whether there is another page."""
        turned = self.cursor is not None and self.cursor.is_backward
        if self.cursor is not None:
            queryset = queryset.filter(self.cursor.condition(queryset.model, ordering, unique))
        if ordering.descending != turned:
            ordered = queryset.order_by(ordering.key.desc(), F(unique).desc())
        else:
            ordered = queryset.order_by(ordering.key.asc(), F(unique).asc())
        return ordered[: self.size + 1]

    def arrange(self, rows: list[Any], key: int, unique: int) -> tuple[list[Any], str | None, str | None]:
        """From what `cut` found: the page in its order, and the cursors of the next and the previous page.

        `key` and `unique` say where a row has its sort key and its id.
        """
        cursor = self.cursor
        has_more = len(rows) > self.size
        rows = rows[: self.size]
        if cursor is None:
            return rows, self._after(rows[-1], key, unique) if has_more else None, None
        if not rows:  # all that was on this side is gone; the way back starts with the row that led here
            back = Cursor(">=" if cursor.is_backward else "<=", cursor.key, cursor.id)
            text = _write(self.print, back)
            return (rows, text, None) if cursor.is_backward else (rows, None, text)
        if cursor.is_backward:
            rows.reverse()
            return rows, self._after(rows[-1], key, unique), self._before(rows[0], key, unique) if has_more else None
        return rows, self._after(rows[-1], key, unique) if has_more else None, self._before(rows[0], key, unique)

    def _after(self, row: Sequence[Any], key: int, unique: int) -> str:
        return _write(self.print, Cursor(">", row[key], row[unique]))

    def _before(self, row: Sequence[Any], key: int, unique: int) -> str:
        return _write(self.print, Cursor("<", row[key], row[unique]))


def _fingerprint(query: Query, resource: str, ordering: str) -> bytes:
    bound = sorted(item for item in query.values.items() if item[0] not in _FREE and item[0] != "ordering")
    return blake2b(orjson.dumps([resource, ordering, bound]), digest_size=_PRINT_LENGTH).digest()


@lru_cache(maxsize=8)
def _signing_key(secret: str) -> bytes:
    return blake2b(secret.encode(), digest_size=32, person=b"list cursors").digest()


def _sign(data: bytes, secret: str) -> bytes:
    return hmac.digest(_signing_key(secret), data, "sha256")[:_MAC_LENGTH]


def _write(fingerprint: bytes, cursor: Cursor) -> str:
    data = fingerprint + orjson.dumps([cursor.direction, cursor.key, cursor.id])
    return urlsafe_b64encode(_sign(data, settings.SECRET_KEY) + data).rstrip(b"=").decode()


def _read(text: str) -> tuple[bytes, Cursor] | None:
    """Fingerprint and cursor; None when the text was not written by `_write` under a key still in use."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        return None
    mac, data = raw[:_MAC_LENGTH], raw[_MAC_LENGTH:]
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(hmac.compare_digest(mac, _sign(data, secret)) for secret in secrets):
        return None
    # b64decode skips characters outside its alphabet: only the one true spelling counts.
    if urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        return None
    direction, key, last = orjson.loads(data[_PRINT_LENGTH:])
    return data[:_PRINT_LENGTH], Cursor(direction, key, last)
