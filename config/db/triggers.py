"""The triggers that pgtrigger knows, kept so that one more costs the same however many there are.

Its own registry goes through all of them, twice, for each that is added. With hundreds that was a third of every start, of the service and of
each command.
"""

from __future__ import annotations

from typing import Any

from pgtrigger import registry


class Registry(registry._Registry):  # noqa: SLF001 - there is no other way to it
    """Keeps what its parent looks for: triggers by table and name, and the names of their functions."""

    def __init__(self) -> None:
        self._triggers: dict[tuple[str, str], Any] = {}
        self._functions: set[str] = set()
        super().__init__()

    @property
    def by_db_table(self) -> dict[tuple[str, str], Any]:
        return self._triggers

    @property
    def pg_function_names(self) -> set[str]:
        return self._functions

    def __setitem__(self, key: str, value: tuple[Any, Any]) -> None:
        super().__setitem__(key, value)  # type: ignore[no-untyped-call]
        model, trigger = value
        self._triggers[model._meta.db_table, trigger.name] = trigger
        self._functions.add(trigger.get_pgid(model))

    def __delitem__(self, key: str) -> None:
        model, trigger = self[key]
        super().__delitem__(key)  # type: ignore[no-untyped-call]
        del self._triggers[model._meta.db_table, trigger.name]
        self._functions.discard(trigger.get_pgid(model))


def use() -> None:
    """Put it in place of pgtrigger's own, before the first trigger is registered."""
    if not isinstance(registry._registry, Registry):  # noqa: SLF001 - see above
        registry._registry = Registry()  # noqa: SLF001
