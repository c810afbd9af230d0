"""Writers that work side by side, each on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import IntegrityError, connection, transaction


def refusals(*actions: Callable[[], object]) -> list[str]:
    """Run the actions side by side, each done before any is committed; return the rules that refused some."""
    done = Barrier(len(actions), timeout=1)

    def run(action: Callable[[], object]) -> str | None:
        try:
            with transaction.atomic():
                action()
                try:
                    done.wait()
                except Exception:  # noqa: BLE001 - the other one waits in the database for this one's end
                    done.abort()
        except IntegrityError as error:
            name = error.__cause__.diag.constraint_name  # type: ignore[union-attr] # psycopg2's own error
            assert isinstance(name, str)
            return name
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(actions)) as pool:
        return [name for name in pool.map(run, actions) if name]


def at_once(*actions: Callable[[], object]) -> list[object]:
    """Run each action on a connection of its own, all starting together; return results or the exceptions."""
    start = Barrier(len(actions))

    def run(action: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            start.wait()
            return action()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))
