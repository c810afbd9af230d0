"""Where pgtrigger keeps the triggers of all models.

Its own register compares each with all before it, whose names it makes anew each time: with 447 of them 0.35 s of the 1.3 that Django
takes to start.
"""

from typing import Any

from pgtrigger import registry


class Registry(registry._Registry):  # noqa: SLF001 - the class has no other name
    """A register that remembers what it compares with."""

    def __init__(self) -> None:
        super().__init__()
        self._of_tables: dict[tuple[str, str], Any] = {}
        self._functions: set[str] = set()

    @property
    def by_db_table(self) -> dict[tuple[str, str], Any]:
        """The triggers, by table and name."""
        return self._of_tables

    @property
    def pg_function_names(self) -> set[str]:
        """The names of their functions in the database."""
        return self._functions

    def __setitem__(self, uri: str, value: tuple[Any, Any]) -> None:
        super().__setitem__(uri, value)  # type: ignore[no-untyped-call]
        model, trigger = value
        self._of_tables[model._meta.db_table, trigger.name] = trigger
        self._functions.add(trigger.get_pgid(model))

    def __delitem__(self, uri: str) -> None:
        model, trigger = self[uri]
        super().__delitem__(uri)  # type: ignore[no-untyped-call]
        del self._of_tables[model._meta.db_table, trigger.name]
        self._functions.discard(trigger.get_pgid(model))


def remember_triggers() -> None:
    """Let pgtrigger use such a register; call it before there are models."""
    assert not registry._registry  # noqa: SLF001, S101
    registry._registry = Registry()  # noqa: SLF001
