"""Sessions in the database, where a database that cannot be reached is not taken for a log-out."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError


class SessionStore(db.SessionStore):
    """Django's own store, but for what it makes of errors.

    Django calls any error of a save an `UpdateError`: the session was deleted meanwhile, by a log-out elsewhere, which its middleware answers
    with 400. Where the connection was lost, that is not true: then the error of the database is raised, which is answered
    with 503 and `Retry-After` like any other.
    """

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        try:
            super().save(must_create=must_create)
        except UpdateError as error:
            cause = error.__context__
            # An error of the driver's has one of its own behind it; that no row was there to be updated has none.
            if isinstance(cause, DatabaseError) and cause.__cause__ is not None:
                raise cause from cause.__cause__
            raise
