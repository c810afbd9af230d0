"""Deeds: writes of one transaction each, done again when PostgreSQL has ended one of several that waited for each other."""

from __future__ import annotations

import random
import time
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.db import OperationalError, connection

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

#: How often a deed is tried. PostgreSQL needs a second to find a deadlock, and ends one of those in it: the others go on.
TRIES = 6
#: Longest pause before the second try, in seconds; twice that before the next one. Any shorter pause is as likely, so that
#: those who met do not meet again.
PAUSE = 0.05
#: deadlock_detected and serialization_failure.
_AGAIN = frozenset({"40P01", "40001"})


class ContentionError(OperationalError):
    """A deed met others at every try, and nothing of it was done."""

    def __init__(self) -> None:
        super().__init__(
            "Others were writing the same records at every try: nothing was done. Try again."
        )


def deed(action: Callable[P, T]) -> Callable[P, T]:
    """Make a deed of an action that is one transaction: it is done again, from its start, where it was ended for others.

    An action inside a transaction is not, for all of that has ended: the code that began it makes it a deed.

    Raises ContentionError when every try was ended.
    """

    @wraps(action)
    def done(*args: P.args, **kwargs: P.kwargs) -> T:
        if connection.in_atomic_block:
            return action(*args, **kwargs)
        for number in range(TRIES):
            if number:
                time.sleep(random.uniform(0, PAUSE * 2**number))  # noqa: S311 - no secret
            try:
                return action(*args, **kwargs)
            except OperationalError as error:
                if getattr(error.__cause__, "pgcode", None) not in _AGAIN:
                    raise
                ended = error
        raise ContentionError from ended

    return done
