"""Reading editions: those that are current, how many there are, and the lists made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.encoding import escape_uri_path

from config.api.caching import answer, has_version
from config.api.pagination import counted, selected
from config.api.problems import Problem
from config.api.sql import NOTHING, Clause, all_of, compiled, select, table_of
from records.api.ways import statement
from records.models.edition import CURRENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.http.response import HttpResponseBase

    from config.api.fields import Shape
    from config.api.formats import Body
    from config.api.notes import Note
    from config.api.pagination import Ordering, Page, Row
    from config.api.query import Query
    from config.api.views import ReadView
    from records.api.expand import Expansion
    from records.models import Edition

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
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [settings.EXACT_COUNT_MILLISECONDS])
            statement = select("count(*)", table, where)
            cursor.execute(statement.sql, statement.values)
            return int(cursor.fetchone()[0])
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) == "57014":
            raise Problem("count_timeout", headers={"Retry-After": "60"}) from error
        raise


@dataclass(frozen=True, slots=True)
class Listing:
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
        asked = statement(
            page,
            editions=self.editions,
            columns=columns,
            readable=self.readable,
            asked=self.asked,
            ordering=self.ordering,
        )
        return fetch(asked)

    def completed(self, rows: Sequence[Row]) -> list[Row]:
        """Bare rows with their `columns`, read by position. Editions never change, so they are those that were found."""
        chosen = selected(self.editions, ("position", *self.columns))
        where = Clause("position = ANY(%s)", ([row[3] for row in rows],))
        wanted = select(chosen.sql, table_of(self.editions), where)
        wanted = Clause(wanted.sql, chosen.values + wanted.values)
        found = {position: rest for position, *rest in fetch(wanted)}
        return [(*row, *found[row[3]]) for row in rows]

    def notes(self, found: Sequence[Row]) -> list[Note]:  # noqa: ARG002 - for lists that have some
        """What a reader must know to read the list rightly."""
        return []

    def count(self, how: str | None) -> int:
        return count(self.editions, self.where, how)

    def rows_on(self, page: Page, found: list[Row]) -> Iterator[Row]:
        """The rows of a page and of all that follow it, read while they are used."""
        while True:
            rows, following, _previous = page.arrange(found)
            yield from rows
            if following is None:
                return
            page = page.behind(rows[-1])
            found = self.rows(page)


def serve_page(
    view: ReadView,
    query: Query,
    listing: Listing,
    page: Page,
    *,
    notes: Sequence[Note] = (),
    is_never_empty: bool = False,
) -> HttpResponseBase:
    """Answer with a page of a list.

    The ETag follows from the positions of the editions in the feed. A caller who has a version already costs no document
    unless there is a newer one: documents are then read by a second statement. What a page expands is part of its version,
    and read before it. Raises Problem `not_found` when a list that is never empty is.
    """
    http, output = view.http, view.format
    expansion = listing.expansion
    are_bare = has_version(http) and not output.is_whole and expansion is None
    found = listing.rows(page, are_bare=are_bare)
    if is_never_empty and not found and page.cursor is None:
        raise Problem("not_found")
    total = page.total(found, lambda: listing.count(page.count))
    shown = [*notes, *listing.notes(found)]
    if output.is_whole:
        documents = map(listing.document, listing.rows_on(page, found))
        whole = {"next": None, "previous": None, "total": total, "notes": shown}
        return answer(
            http,
            lambda: output.page(documents, whole, listing.shape),
            etag=None,
            media_type=output.media_type,
        )
    rows, *cursors = page.arrange(found)
    base = f"{http.scheme}://{http.get_host()}{escape_uri_path(http.path)}?"
    others = query.raw_without("cursor")
    if others:  # as it came, but for what may not stand in an address as it is
        base += f"{quote(others.encode('latin-1'), safe=_SAFE)}&"
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
        media_type=output.media_type,
    )
    links = [
        f'<{link}>; rel="{name}"'
        for name, link in (("next", following), ("prev", previous))
        if link
    ]
    if links:
        response.headers["Link"] = ", ".join(links)
    return response
