"""`as_of`: a whole answer from what was published at an instant (docs/decisions/0114).

A query of a published table reads it as it was then: within `seen`, each statement gets a definition of the
table's name before it, which shows the rows of that instant. Code that reads need not know of it.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: What is kept of an answer that nothing published later can change. Caches that serve many ask each minute whether it still
#: holds, so that what is withdrawn is gone from them as soon as from all others (docs/decisions/0114).
FINAL = "public, max-age=31536000, s-maxage=60, immutable"


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant as of which a question is answered."""

    instant: dt.datetime
    is_final: bool  #: whether nothing can be published any more as of this instant
    is_every: bool = (
        False  #: whether all editions up to it are read, and not only those that were current
    )

    @property
    def literal(self) -> str:
        """The instant in SQL: made of a date and time that were read, never of text as it was sent."""
        return f"'{self.instant.astimezone(dt.UTC).isoformat()}'::timestamptz"


_MOMENT: ContextVar[Moment | None] = ContextVar("moment", default=None)
#: A statement that gives the instant before which nothing can be published any more.
_FINAL_BEFORE: list[str] = []
_ROOMS: list[Callable[[], Mapping[str, Callable[[Moment], str]]]] = []


def settles(statement: str) -> None:
    """Make known the statement that gives the instant before which nothing can be published any more."""
    _FINAL_BEFORE[:] = [statement]


def moment_of(instant: dt.datetime) -> Moment:
    """The moment at an instant. To be asked before anything is read: what is final then stays so."""
    with connection.cursor() as cursor:
        cursor.execute(_FINAL_BEFORE[0])
        (before,) = cursor.fetchone()
    return Moment(instant, is_final=instant < before)


def shows(tables: Callable[[], Mapping[str, Callable[[Moment], str]]]) -> None:
    """Make known which rows some tables had at a moment: a query for each, by the table's name.

    Of several tables a later one may not be read by the query of one before it; nor one of a room above.
    """
    _ROOMS.append(tables)


@cache
def _shadows() -> tuple[dict[str, Callable[[Moment], str]], re.Pattern[str]]:
    """Every table by its name, in the order in which they are defined, and what finds the names in SQL."""
    found = {name: shadow for room in reversed(_ROOMS) for name, shadow in room().items()}
    return found, re.compile(rf"\b({'|'.join(found)})\b")


def moment() -> Moment | None:
    """The moment as of which the current request is answered; None for now."""
    return _MOMENT.get()


def today() -> dt.date:
    """The day on which a question is asked: what is recorded to go on may do so until then."""
    asked = _MOMENT.get()
    return (asked.instant if asked else dt.datetime.now(dt.UTC)).astimezone(dt.UTC).date()


def cache_control(usual: str) -> str:
    """What caches may do with an answer."""
    asked = _MOMENT.get()
    return FINAL if asked is not None and asked.is_final else usual


@contextmanager
def seen(asked: Moment) -> Iterator[None]:
    """Read what is published as it was at a moment."""

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        is_asked = _MOMENT.get() is asked
        return run(defined(sql, asked) if is_asked else sql, params, many, context)

    token = _MOMENT.set(asked)
    try:
        with connection.execute_wrapper(execute):
            yield
    finally:
        _MOMENT.reset(token)


@contextmanager
def every_edition() -> Iterator[None]:
    """Read all that was published up to the moment, and not only what was current."""
    asked = _MOMENT.get()
    if asked is None:
        yield
        return
    with seen(replace(asked, is_every=True)):
        yield


@contextmanager
def as_it_is() -> Iterator[None]:
    """Read the tables as they are: for what chooses the way to an answer, never for the answer."""
    token = _MOMENT.set(None)
    try:
        yield
    finally:
        _MOMENT.reset(token)


def defined(sql: str, asked: Moment) -> str:
    """A statement with the tables that it names as they were."""
    shadows, names = _shadows()
    named = set(names.findall(sql))
    return with_tables(sql, {name: shadows[name](asked) for name in shadows if name in named})


def with_tables(sql: str, tables: Mapping[str, str]) -> str:
    """A statement in which some names of tables mean the rows of these queries, each of which may name those that follow."""
    if not tables:
        return sql
    # Not RECURSIVE, so that within each definition the name still means the table.
    definitions = ", ".join(
        f'"{name}" AS NOT MATERIALIZED ({query})' for name, query in tables.items()
    )
    # A statement has one WITH: where it may have one already it goes into brackets, where its rows keep their order.
    whole = sql if sql.startswith("SELECT") else f"SELECT * FROM ({sql}) AS answer"  # noqa: S608 - a statement of ours
    return f"WITH {definitions} {whole}"
