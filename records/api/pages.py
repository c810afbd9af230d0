"""Reading editions: what the world can read now, how many there are, and the answers made of them."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.encoding import escape_uri_path

from config.api.caching import answer
from config.api.pagination import counted
from config.api.problems import Problem
from config.api.query import Parameter
from config.api.sql import NOTHING, Clause, column, compiled, select
from records.bulk import CONFIGURATION
from records.models.edition import CURRENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http import HttpRequest, HttpResponse

    from config.api.query import Query
    from records.models import Edition

MAX_SEARCH_WORDS = 16
MAX_SEARCH_LENGTH = 200

SEARCH = Parameter(
    "search",
    f"Full text over labels, names and aliases, unaccented; all of up to {MAX_SEARCH_WORDS} words must be there."
    " The best matches come first unless `ordering` is given.",
    {"type": "string", "maxLength": MAX_SEARCH_LENGTH},
)

_SAFE = "%&=+,:;@!$'()*/?-._~"
_QUERY = f"plainto_tsquery('{CONFIGURATION}', %s)"


def read_search(query: Query) -> str | None:
    """Read the words of `search`; faults are left in `query`."""
    text = query.text("search", at_most=MAX_SEARCH_LENGTH)
    if text is None:
        return None
    words = text.split()
    if len(words) > MAX_SEARCH_WORDS:
        query.fault(
            "too_many_values",
            f"There are {len(words)} words; at most {MAX_SEARCH_WORDS} are searched.",
            "search",
        )
        return None
    return " ".join(words)


def matches(editions: type[Edition], words: str) -> Clause:
    """Editions that hold all of the words."""
    name, _kind = column(editions, "search")
    return Clause(f"{name} @@ {_QUERY}", (words,))


def rank(editions: type[Edition], words: str) -> Clause:
    """How well an edition matches the words: its label counts most, then other names."""
    name, _kind = column(editions, "search")
    # As float8, which a cursor can carry without loss.
    return Clause(f"ts_rank({name}, {_QUERY})::float8", (words,))


@cache
def readable(editions: type[Edition]) -> Clause:
    """What the world can read now, compiled once."""
    return compiled(editions, CURRENT)


def fetch(statement: Clause) -> list[Any]:
    """All rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.values)
        rows: list[Any] = cursor.fetchall()
        return rows


def count(editions: type[Edition], where: Clause, how: str | None) -> int:
    """Count rows: up to a thousand and one, or exactly if that does not take too long."""
    table = f'"{editions._meta.db_table}"'
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


def serve_page(
    http: HttpRequest,
    query: Query,
    documents: Iterable[str],
    *,
    versions: Sequence[int],
    links: Sequence[str | None],
    total: dict[str, Any] | None,
) -> HttpResponse:
    """Answer with the envelope around documents that are sent as they are.

    `versions` are the editions' positions in the feed, from which the ETag follows: the documents are not looked at.
    `links` are the cursors of the next and the previous page.
    """
    base = f"{http.scheme}://{http.get_host()}{escape_uri_path(http.path)}?"
    rest = query.raw_without("cursor")
    if rest:  # as it came, but for what may not stand in an address as it is
        base += f"{quote(rest.encode('latin-1'), safe=_SAFE)}&"
    following, previous = (cursor and f"{base}cursor={cursor}" for cursor in links)
    tail = orjson.dumps({"next": following, "previous": previous, "total": total})[1:]
    tag = blake2b(b"%b%a%a" % (tail, versions, rest), digest_size=12).hexdigest()
    body = "".join(('{"results":[', ",".join(documents), "],", tail.decode()))
    response = answer(http, body.encode(), f'W/"{tag}"')
    relations = [
        f'<{link}>; rel="{name}"'
        for name, link in (("next", following), ("prev", previous))
        if link
    ]
    if relations:
        response.headers["Link"] = ", ".join(relations)
    return response
