"""Statements that PostgreSQL plans once for each connection, and not each time.

To plan a statement of several tables with many indexes takes longer than to read what it asks for.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from django.db import connection, models

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.db.backends.utils import CursorWrapper
    from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

    #: What an execute wrapper of Django calls.
    Execute = Callable[[str, Any, bool, dict[str, Any]], Any]

#: Plans that a connection keeps. Each takes some 100 kB of its server process.
KEPT = 48
#: The plan must not depend on the values. PostgreSQL would plan anew wherever it thinks that it is worth it.
_ONCE = "SET LOCAL plan_cache_mode = force_generic_plan; "
#: A plan may be made while tables are empty, and be there when they are full.
_BY_INDEX = "SET LOCAL enable_seqscan = off; "
_SETTINGS = "SELECT current_setting('plan_cache_mode'), current_setting('enable_seqscan')"
_AS_BEFORE = "SET LOCAL plan_cache_mode = %s; SET LOCAL enable_seqscan = %s"
#: What the history puts before the statements of a request that may write: these are two statements, and are planned as they come.
_IN_HISTORY = "SELECT set_config('pghistory."
_PLACE = re.compile(r"%(.)")

#: The names of the plans of each connection, by their statements, the one used last at the end. Plans go with their connection.
_plans: WeakKeyDictionary[Connection, OrderedDict[str, str]] = WeakKeyDictionary()
_numbers = count(1)


@contextmanager
def planned_once() -> Iterator[None]:
    """Execute each statement by the plan that the connection has of it. For texts of which there are few, since each is kept.

    The types of the values follow from where they stand, or are written (`%s::text[]`). The planner does not see the values: to a
    comparison by LIKE no B-tree is any use, so write what begins with a text as a range, and a list of keys as `pk__any_of`.
    """
    with connection.execute_wrapper(_execute):
        yield


def execute_planned(cursor: CursorWrapper, statement: str, values: Sequence[Any] = ()) -> None:
    """Execute one statement so: see `planned_once`."""
    with planned_once():
        cursor.execute(statement, [*values])


@models.Field.register_lookup
class AnyOf(models.Lookup):
    """Whether a column has one of some values, which travel as one: the statement is the same however many there are."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, values = self.process_lhs(compiler, connection)
        keys = [self.lhs.output_field.to_python(value) for value in self.rhs]
        return f"{column} = ANY(%s)", (*values, keys)


def _execute(execute: Execute, statement: str, values: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
    if many or not values or statement.startswith(_IN_HISTORY):
        return execute(statement, values, many, context)
    cursor: CursorWrapper = context["cursor"]
    to: Connection = cursor.connection
    plans = _plans.setdefault(to, OrderedDict())
    name = plans.pop(statement, None)
    sent = _ONCE
    if len(plans) >= KEPT:
        _statement, oldest = plans.popitem(last=False)
        sent = f"DEALLOCATE {oldest}; {sent}"
    if name is None:
        name = f"chancery_{next(_numbers)}"
        sent += f"{_BY_INDEX}PREPARE {name} AS {_numbered(statement)}; "
    sent += f"EXECUTE {name}({', '.join(['%s'] * len(values))})"
    with _settings_kept(context):
        # What fails is not kept: nobody knows whether it was planned.
        done = execute(sent, values, many, context)
        plans[statement] = name
    return done


@contextmanager
def _settings_kept(context: Any) -> Iterator[None]:
    """Leave the settings of a transaction as they were. Outside of one, they end with the statement."""
    if not context["connection"].in_atomic_block:
        yield
        return
    with context["cursor"].connection.cursor() as own:
        own.execute(_SETTINGS)
        before = own.fetchone()
        yield
        own.execute(_AS_BEFORE, before)


def _numbered(statement: str) -> str:
    """Write the places of values as PREPARE does; what else is written with % stays, for it is read once more."""
    numbers = count(1)
    return _PLACE.sub(lambda found: f"${next(numbers)}" if found[1] == "s" else found[0], statement)
