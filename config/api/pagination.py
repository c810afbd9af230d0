"""Keyset pages: a cursor names the row to go on from, so that page 10,000 costs what page 1 costs.

Rows are compared whole, `(key, record_id) < (x, y)`, which an index on both serves; see `config.dates.ordering` for keys that
may be unknown.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson
from django.conf import settings
from django.utils.encoding import force_bytes

from config.api.query import Parameter
from config.api.sql import EVERYTHING, NOTHING, Clause, all_of, column, joined, select, table_of
from config.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import Model

    from config.api.query import Query

    #: Key, id as text, count, and the columns asked for.
    Row = Sequence[Any]

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
#: Totals are counted up to here, which stays cheap at any size.
COUNTED = 1_000

MAX_CURSOR_LENGTH = 8_192

CURSOR = Parameter(
    "cursor",
    "Where to go on: taken from `next` or `previous` as it is.",
    {"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "maxLength": MAX_CURSOR_LENGTH},
)
PAGE_SIZE = Parameter(
    "page_size",
    "Records per page. CSV and NDJSON have all records, whatever it says.",
    {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": DEFAULT_PAGE_SIZE},
)
COUNT = Parameter(
    "count",
    f"How `total` is counted: by default up to {COUNTED:,}; `exact` counts all, within a time limit; `none` leaves it null.",
    {"type": "string", "enum": ["exact", "none"]},
    cost=9,
    costly=("exact",),
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
    rank: Clause | None = None  #: instead of a column: how well a row matches a search

    def key(self, model: type[Model]) -> Clause:
        """What is compared and sorted by, never NULL: as SQL, exactly as in the index that serves it."""
        if self.rank is not None:
            return self.rank
        name, _kind = column(model, self.column)
        if self.is_nullable:
            return Clause(f"COALESCE({name}, '{self.unknown}'::date)")
        return Clause(name)

    def shown(self, model: type[Model]) -> Clause:
        """What a cursor remembers of a row: the key, or NULL where it is unknown."""
        return self.rank or Clause(column(model, self.column)[0])

    def place(self, model: type[Model], value: Any) -> Clause:
        """A remembered key, as the database compares it."""
        if self.rank is not None:
            return Clause("%s::float8", (value,))
        if value is None:
            return Clause(f"'{self.unknown}'::date")
        return Clause(f"%s::{column(model, self.column)[1]}", (value,))

    def hidden(self, key: str) -> str:
        """The same value of a column for sorting, which no index has in order."""
        return f"{key} + 0" if self.is_nullable else f"({key}, 0)"

    @property
    def unknown(self) -> str:
        """Where unknown dates stand, beyond all known ones (see `config.dates.ordering`)."""
        return "-infinity" if self.descending else "infinity"


def orderings_of(columns: dict[str, str], nullable: Iterable[str] = ()) -> dict[str, Ordering]:
    """Every ordering of a resource by its public name, both directions: `label`, `-label`."""
    unknown_last = set(nullable)
    return {
        f"{sign}{name}": Ordering(column, sign == "-", name in unknown_last)
        for name, column in columns.items()
        for sign in ("", "-")
    }


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

    def condition(
        self, model: type[Model], ordering: Ordering, key: Clause, unique: str, kind: str
    ) -> Clause:
        """The rows on its side, by comparing rows whole."""
        operator = self._operator(ordering)
        place = ordering.place(model, self.key)
        return Clause(
            f"({key.sql}, {unique}) {operator} ({place.sql}, %s::{kind})",
            (*key.values, *place.values, self.id),
        )

    def among_unknown(self, ordering: Ordering, unique: str, kind: str) -> Clause:
        """The rows on its side of those whose key is unknown, which come last either way: only their ids differ."""
        if self.key is not None:
            return NOTHING if self.is_backward else EVERYTHING
        return Clause(f"{unique} {self._operator(ordering)} %s::{kind}", (self.id,))

    def _operator(self, ordering: Ordering) -> str:
        return self.direction.translate(_TURNED) if ordering.descending else self.direction


_TURNED = str.maketrans("<>", "><")


@dataclass(frozen=True, slots=True)
class Page:
    """What a request asks for, beside its filters."""

    size: int
    cursor: Cursor | None
    count: str | None
    print: bytes  #: of the query that its cursors belong to
    #: A statement for how many rows there are, where that is known without counting; `count` is then no matter of the page's.
    known_total: Clause | None = None

    @classmethod
    def read(cls, query: Query, resource: str, ordering: str) -> Page:
        """Read size, cursor and count; faults are left in `query`."""
        size = query.integer(
            "page_size", default=DEFAULT_PAGE_SIZE, at_least=1, at_most=MAX_PAGE_SIZE
        )
        count = query.choice("count", ("exact", "none"))
        fingerprint = _fingerprint(query, resource, ordering)
        text = query.text("cursor", at_most=MAX_CURSOR_LENGTH)
        cursor = None
        if text is not None:
            found = _read(text)
            if found is None:
                query.faults.append(
                    Fault(
                        "invalid_cursor",
                        "The cursor was not made by this service, or was altered. Leave it out to begin with the first page.",
                        "cursor",
                    )
                )
            elif found[0] != fingerprint:
                detail = "The cursor belongs to another query: other filters, another ordering or another resource."
                query.faults.append(Fault("cursor_mismatch", detail, "cursor"))
            else:
                cursor = found[1]
        return cls(size, cursor, count, fingerprint)

    def select(
        self,
        model: type[Model],
        columns: Sequence[str | Clause],
        where: Clause,
        ordering: Ordering,
        *,
        unique: str = "record_id",
    ) -> Clause:
        """The statement for the page and one row more, which shows whether there is another page.

        Its rows have the key, the id as text, how many rows there are in all, and then the columns. Counting goes along
        as a subquery that is made once, which saves a second statement.
        """
        name, kind = column(model, unique)
        table = table_of(model)
        key, shown = ordering.key(model), ordering.shown(model)
        total = self.total_of(Clause("NULL") if self.count is not None else counted(table, where))
        within = where
        if self.cursor is not None:
            within = all_of([where, self.cursor.condition(model, ordering, key, name, kind)])
        way = self.way(ordering)
        chosen = selected(model, columns)
        named = [shown.sql, f"{name}::text", total.sql, *([chosen.sql] if columns else [])]
        rows_of = select(", ".join(named), table, within)
        return Clause(
            f"{rows_of.sql} ORDER BY {key.sql} {way}, {name} {way} LIMIT {self.size + 1}",
            (*shown.values, *total.values, *chosen.values, *within.values, *key.values),
        )

    def total_of(self, counted: Clause) -> Clause:
        """How many rows there are as a value: what is known, else what is `counted`."""
        if self.known_total is None:
            return counted
        return Clause(f"({self.known_total.sql})", self.known_total.values)

    def way(self, ordering: Ordering) -> str:
        """Whether rows are read downwards."""
        return "DESC" if ordering.descending != self._is_turned else "ASC"

    @property
    def _is_turned(self) -> bool:
        return self.cursor is not None and self.cursor.is_backward

    def total(
        self, rows: Sequence[Sequence[Any]], count: Callable[[], int]
    ) -> dict[str, Any] | None:
        """The `total` of the envelope. `count` is called where the rows do not have it."""
        if self.count == "none":
            return None
        if self.count == "exact":
            return {"value": count(), "relation": "eq"}
        # Without rows nothing says how many there are: none, or all on the other side of the cursor.
        otherwise = 0 if self.cursor is None or rows else count()
        value = rows[0][2] if rows else otherwise
        return {"value": min(value, COUNTED), "relation": "gte" if value > COUNTED else "eq"}

    def arrange(self, rows: list[Row]) -> tuple[list[Row], str | None, str | None]:
        """From what `select` found: the page in its order, and the cursors of the next and the previous page."""
        cursor = self.cursor
        has_more = len(rows) > self.size
        rows = rows[: self.size]
        if cursor is None:
            return rows, self._after(rows[-1]) if has_more else None, None
        if (
            not rows
        ):  # all that was on this side is gone; the way back starts with the row that led here
            back = Cursor(">=" if cursor.is_backward else "<=", cursor.key, cursor.id)
            text = _write(self.print, back)
            return (rows, text, None) if cursor.is_backward else (rows, None, text)
        if cursor.is_backward:
            rows.reverse()
            return rows, self._after(rows[-1]), self._before(rows[0]) if has_more else None
        return rows, self._after(rows[-1]) if has_more else None, self._before(rows[0])

    def _after(self, row: Row) -> str:
        return _write(self.print, Cursor(">", row[0], row[1]))

    def _before(self, row: Row) -> str:
        return _write(self.print, Cursor("<", row[0], row[1]))


#: Asks whether there is a row at all.
ANY_ROW = Page(size=1, cursor=None, count="none", print=b"")


def selected(model: type[Model], columns: Iterable[str | Clause]) -> Clause:
    """Columns by their names, or what is computed, as a statement selects them."""
    chosen = [Clause(column(model, each)[0]) if isinstance(each, str) else each for each in columns]
    return joined(", ", chosen)


def counted(table: str, where: Clause, reading: str = "") -> Clause:
    """How many rows there are, counted up to one more than `COUNTED`. Which of them are counted makes no difference.

    A column that is read of each, and is in no index, keeps PostgreSQL from walking one where it expects to meet as many soon.
    """
    rows = select(f"{table}.{reading}" if reading else "", table, where)
    some = f"({rows.sql} LIMIT {COUNTED + 1}) AS counted"
    total = select(f"count({reading or '*'})", some, EVERYTHING)
    return Clause(f"({total.sql})", rows.values)


def _fingerprint(query: Query, resource: str, ordering: str) -> bytes:
    # Generated clients send defaults: they are the same query.
    free = {"ordering", *_FREE, *query.without_effect}
    bound = sorted(item for item in query.values.items() if item[0] not in free)
    return blake2b(orjson.dumps([resource, ordering, bound]), digest_size=_PRINT_LENGTH).digest()


@lru_cache(maxsize=8)
def _signing_key(secret: str | bytes) -> bytes:
    return blake2b(force_bytes(secret), digest_size=32, person=b"list cursors").digest()


def _sign(data: bytes, secret: str | bytes) -> bytes:
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
