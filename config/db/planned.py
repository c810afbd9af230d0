"""Statements that PostgreSQL plans once for each connection, and not each time.

To plan a statement of several tables with many indexes takes longer than to read what it asks for.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.utils import CursorWrapper
    from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

#: Plans that a connection keeps. Each takes some 100 kB of its server process.
KEPT = 48
#: The plan must not depend on the values. PostgreSQL would plan anew wherever it thinks that it is worth it.
_ONCE = "SET LOCAL plan_cache_mode = force_generic_plan; "
_AS_BEFORE = "SET LOCAL plan_cache_mode = auto"
_PLACE = re.compile(r"%(.)")

#: The names of the plans of each connection, by their statements, the one used last at the end. Plans go with their connection.
_plans: WeakKeyDictionary[Connection, OrderedDict[str, str]] = WeakKeyDictionary()
_numbers = count(1)


def execute_planned(cursor: CursorWrapper, statement: str, values: Sequence[Any] = ()) -> None:
    """Execute a statement by the plan that the connection has of it; it is one statement to those who count.

    For texts of which there are few, since each is kept. The types of the values follow from where they stand, or are written
    (`%s::text[]`). The planner does not see them: a comparison by LIKE reads no B-tree, so write what begins with a text as a range.
    """
    connection: Connection = cursor.connection
    plans = _plans.setdefault(connection, OrderedDict())
    name = plans.pop(statement, None)
    sent = _ONCE
    if name is None:
        name = f"chancery_{next(_numbers)}"
        sent += f"PREPARE {name} AS {_numbered(statement)}; "
    sent += f"EXECUTE {name}"
    if values:
        sent += f"({', '.join(['%s'] * len(values))})"
    if len(plans) >= KEPT:
        _statement, oldest = plans.popitem(last=False)
        sent = f"DEALLOCATE {oldest}; {sent}"
    # What fails is not kept: nobody knows whether it was planned.
    cursor.execute(sent, [*values])
    plans[statement] = name
    if cursor.db.in_atomic_block:  # outside, the setting has ended with the statement
        with connection.cursor() as own:
            own.execute(_AS_BEFORE)


def _numbered(statement: str) -> str:
    """Write the places of values as PREPARE does; what else is written with % stays, for it is read once more."""
    numbers = count(1)
    return _PLACE.sub(lambda found: f"${next(numbers)}" if found[1] == "s" else found[0], statement)
