"""Writers that work side by side, each on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import IntegrityError, connection, transaction


def refusals(*deeds: Callable[[], object]) -> list[str]:
    """Run the deeds side by side, each done before any is committed; return the rules that refused some."""
    done = Barrier(len(deeds), timeout=1)

    def run(deed: Callable[[], object]) -> str | None:
        try:
            with transaction.atomic():
                deed()
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

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [name for name in pool.map(run, deeds) if name]


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Run each deed on a connection of its own, all starting together; return results or the exceptions."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            start.wait()
            return deed()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))
