"""Reading editions: those that are current, how many there are, and the lists made of them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.encoding import escape_uri_path

from config.api.caching import answer, has_version
from config.api.pagination import COUNTED, Cursor, counted, selected
from config.api.problems import Problem
from config.api.sql import NOTHING, Clause, all_of, compiled, select, table_of
from records.api.sums import FromSums
from records.api.whole import Found, find, read
from records.models.edition import CURRENT
from records.publishing.feed import last_position
from records.ways.statement import Wanted, statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from config.api.fields import Shape
    from config.api.formats import Body
    from config.api.notes import Note
    from config.api.pagination import Ordering, Page, Row
    from config.api.query import Query
    from config.api.views import ReadView
    from records.api.expand import Expansion
    from records.models import Edition

#: Characters of notes in a header.
MAX_NOTES = 4_000
_SAFE = "%&=+,:;@!$'()*/?-._~"


@cache
def readable(editions: type[Edition]) -> Clause:
    """The editions that are current, as a condition: compiled once."""
    return compiled(editions, CURRENT)


def fetch(statement: Clause) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.values)
        rows: list[Any] = cursor.fetchall()
        return rows


def count(editions: type[Edition], where: Clause, how: str | None) -> int:
    """Count rows: up to a thousand and one, or exactly if that does not take too long."""
    table = table_of(editions)
    if where == NOTHING:
        return 0
    if how != "exact":
        subquery = counted(table, where)
        return int(fetch(Clause(f"SELECT {subquery.sql}", subquery.values))[0][0])
    return int(fetch_in_time(select("count(*)", table, where))[0][0])


def fetch_in_time(statement: Clause) -> list[Any]:
    """Fetch what may take long. Raises Problem `count_timeout` when it takes too long."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [settings.EXACT_COUNT_MILLISECONDS])
            cursor.execute(statement.sql, statement.values)
            rows: list[Any] = cursor.fetchall()
            return rows
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) == "57014":
            raise Problem("count_timeout", headers={"Retry-After": "60"}) from error
        raise


class Pages:
    """Base of lists that are served page by page. A row has its key, id, count and position, and what the list needs of it."""

    __slots__ = ()

    #: JSON text of a row.
    document: Callable[[Row], str]
    shape: Shape

    @property
    def expansion(self) -> Expansion | None:
        """References to replace by documents; none in lists whose rows are no documents."""
        return None

    def rows(self, page: Page, *, are_bare: bool = False) -> list[Row]:
        """The rows of a page, and one more when there is another; bare ones lack what only documents need."""
        raise NotImplementedError

    def completed(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Bare rows with all that documents need."""
        raise NotImplementedError

    def count(self, how: str | None) -> int:
        """How many rows there are on all pages."""
        raise NotImplementedError

    def notes(self, found: Sequence[Row]) -> list[Note]:  # noqa: ARG002 - for lists that have some
        """What a reader must know to read the list rightly."""
        return []

    def find_all(self, page: Page) -> Found:
        """The rows of a page and of all that follow it, as they are now."""
        raise NotImplementedError

    def read(self, found: Found) -> Iterator[Row]:
        """Rows that were found, read while they are used."""
        raise NotImplementedError

    def _first_of(self, page: Page) -> Cursor | None:
        """Where the rows of a page begin: of one that was reached backwards, with its first row."""
        if page.cursor is None or not page.cursor.is_backward:
            return page.cursor
        rows, _following, _previous = page.arrange(self.rows(page, are_bare=True))
        return Cursor(">=", rows[0][0], rows[0][1]) if rows else None


@dataclass(frozen=True, slots=True)
class Listing(Pages):
    """A list of editions: which rows, in which order, and the document that each becomes."""

    editions: type[Edition]
    columns: Sequence[str | Clause]
    readable: Clause
    asked: Sequence[Clause]
    ordering: Ordering
    #: JSON text of a row: its key, id, count and position, then `columns`.
    document: Callable[[Row], str]
    shape: Shape
    #: References to replace by documents; the first of `columns` is then the document.
    expansion: Expansion | None = field(default=None, kw_only=True)

    @property
    def where(self) -> Clause:
        """All that the rows must meet."""
        return all_of([self.readable, *self.asked])

    def rows(self, page: Page, *, are_bare: bool = False) -> list[Row]:
        """The rows of a page, and one more when there is another; bare ones lack `columns`."""
        if NOTHING in self.asked:
            return []
        columns = ("position",) if are_bare else ("position", *self.columns)
        wanted = Wanted(self.editions, columns, self.readable, self.asked, self.ordering)
        if page.count is None and (sums := self._sums) is not None:
            page = replace(page, count="none", known_total=sums.total(COUNTED + 1))
        return fetch(statement(page, wanted))

    def completed(self, rows: Sequence[Row]) -> list[Row]:
        """Bare rows with their `columns`, read by position. Editions never change, so they are those that were found."""
        chosen = selected(self.editions, ("position", *self.columns))
        where = Clause("position = ANY(%s)", ([row[3] for row in rows],))
        wanted = select(chosen.sql, table_of(self.editions), where)
        wanted = Clause(wanted.sql, chosen.values + wanted.values)
        found = {position: rest for position, *rest in fetch(wanted)}
        return [(*row, *found[row[3]]) for row in rows]

    def count(self, how: str | None) -> int:
        if (sums := self._sums) is not None:
            return int(fetch(sums.total())[0][0])
        return count(self.editions, self.where, how)

    @property
    def _sums(self) -> FromSums | None:
        """The sums that say how many rows there are, if there are such: of records as they are public now."""
        return FromSums.of(self.editions, self.asked)

    @property
    def computed(self) -> list[Clause]:
        """The columns that are not stored: they are true of the moment at which a row is found."""
        return [each for each in self.columns if not isinstance(each, str)]

    def find_all(self, page: Page) -> Found:
        """The rows of a page and of all that follow it, as they are now."""
        if NOTHING in self.asked:
            return Found()
        table, order = table_of(self.editions), self.ordering
        key, unique = order.key(self.editions), f"{table}.record_id"
        cursor = self._first_of(page)
        beyond = cursor and cursor.condition(self.editions, order, key, unique, "uuid")
        where = all_of([self.where, *([beyond] if beyond else [])])
        chosen = selected(self.editions, ("position", *self.computed))
        rows = select(chosen.sql, table, where)
        way = "DESC" if order.descending else "ASC"
        statement = Clause(
            f"{rows.sql} ORDER BY {key.sql} {way}, {unique} {way}",
            chosen.values + rows.values + key.values,
        )
        return find(statement, is_computed=bool(self.computed))

    def read(self, found: Found) -> Iterator[Row]:
        """Rows that were found, read while they are used."""
        return read(found, self.editions, self.columns)


def address_with(http: HttpRequest, others: str) -> str:
    """The absolute address of a question with some of its parameters, as it came, to which others are added."""
    base = f"{http.scheme}://{http.get_host()}{escape_uri_path(http.path)}?"
    # What may not stand in an address as it is, is encoded.
    return f"{base}{quote(others.encode('latin-1'), safe=_SAFE)}&" if others else base


def serve_page(
    view: ReadView,
    query: Query,
    listing: Pages,
    page: Page,
    *,
    notes: Sequence[Note] = (),
    when_empty: Callable[[], Sequence[Note]] = tuple,
    is_never_empty: bool = False,
) -> HttpResponseBase:
    """Answer with a page of a list. `when_empty` makes the notes on a list that has no rows at all.

    The ETag follows from the positions of the editions in the feed. A caller who has a version already costs no document
    unless there is a newer one: documents are then read by a second statement. What a page expands is part of its version,
    and read before it. Raises Problem `not_found` when a list that is never empty is.
    """
    http, output = view.http, view.format
    expansion = listing.expansion
    if output.is_whole:
        return serve_whole(
            view, listing, page, notes=notes, when_empty=when_empty, is_never_empty=is_never_empty
        )
    are_bare = has_version(http) and expansion is None
    found = listing.rows(page, are_bare=are_bare)
    if is_never_empty and not found and page.cursor is None:
        raise Problem("not_found")
    total = page.total(found, lambda: listing.count(page.count))
    shown = [*notes, *listing.notes(found)]
    if not found and page.cursor is None:
        shown += when_empty()
    rows, *cursors = page.arrange(found)
    others = query.raw_without("cursor")
    base = address_with(http, others)
    following, previous = (cursor and f"{base}cursor={cursor}" for cursor in cursors)
    envelope: dict[str, Any] = {
        "next": following,
        "previous": previous,
        "total": total,
        "notes": shown,
    }
    loaded = expansion.load(row[4] for row in rows) if expansion else None
    versions = [row[3] for row in rows]
    version = b"%b%a%a%b%b" % (
        orjson.dumps(envelope)[1:],
        versions,
        others,
        output.tag.encode(),
        loaded.version if loaded else b"",
    )

    def body() -> Body:
        whole_rows = listing.completed(rows) if are_bare and rows else rows
        if loaded is not None:
            whole_rows = [
                (*row[:4], text, *row[5:]) for row, text in zip(rows, loaded.texts(), strict=True)
            ]
        return output.page(map(listing.document, whole_rows), envelope, listing.shape)

    response = answer(
        http,
        body,
        f'W/"{blake2b(version, digest_size=12).hexdigest()}"',
        media_type=output.content_type,
    )
    links = [
        f'<{link}>; rel="{name}"'
        for name, link in (("next", following), ("prev", previous))
        if link
    ]
    if links:
        response.headers["Link"] = ", ".join(links)
    return response


def serve_whole(
    view: ReadView,
    listing: Pages,
    page: Page,
    *,
    notes: Sequence[Note] = (),
    when_empty: Callable[[], Sequence[Note]] = tuple,
    is_never_empty: bool = False,
) -> HttpResponseBase:
    """Answer with a list from a page on, in a format that has all of it.

    It has no ETag, and nobody keeps it: only its last line says whether it is complete. `page_size` and `count` make no
    difference. Raises Problem `not_found` when a list that is never empty is.
    """
    # Before the rows are found: what is published meanwhile may be there already, and is in the changes after it.
    position = last_position()
    found = listing.find_all(page)
    if is_never_empty and not found.positions and page.cursor is None:
        raise Problem("not_found")
    is_empty = not found.positions and page.cursor is None
    envelope = {
        "next": None,
        "previous": None,
        "total": {"value": len(found.positions), "relation": "eq"},
        "notes": [*notes, *(when_empty() if is_empty else ())],
        "position": position,
    }
    documents = map(listing.document, listing.read(found))
    return send_whole(view, documents, envelope, listing.shape)


def send_whole(
    view: ReadView, documents: Iterable[str], envelope: dict[str, Any], shape: Shape
) -> HttpResponseBase:
    """Answer with documents in a format that has all of them, read while they are sent."""
    http, output = view.http, view.format
    body: Body = ()
    if http.method != "HEAD":
        body = output.page(documents, envelope, shape)
    response = answer(http, body, etag=None, media_type=output.content_type)
    response.headers["Cache-Control"] = "no-store"
    for name, value in output.headers(http.path).items():
        response.headers[name] = value
    if envelope["notes"]:
        response.headers["X-Notes"] = _header_of(envelope["notes"])
    return response


def _header_of(notes: Sequence[Note]) -> str:
    """Notes as JSON in a header, for formats that have no place for them: as many as fit."""
    shown = [asdict(note) for note in notes]
    while len(text := json.dumps(shown)) > MAX_NOTES and len(shown) > 1:
        shown.pop()
    return text
