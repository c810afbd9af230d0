"""The register of triggers remembers what pgtrigger's own would make anew each time, and refuses what that refuses."""

from __future__ import annotations

from typing import Any

import pgtrigger
import pytest
from pgtrigger import registry

from config.db.triggers import Registry, remember_triggers
from records.models import Source, Topic


def of_table(registered: Any) -> dict[tuple[str, str], Any]:
    return {(model._meta.db_table, trigger.name): trigger for model, trigger in registered.values()}


def functions(registered: Any) -> set[str]:
    return {trigger.get_pgid(model) for model, trigger in registered.values()}


def test_all_triggers_of_all_models_are_remembered() -> None:
    register = registry._registry

    assert type(register) is Registry
    assert len(register) > 400
    assert register.by_db_table == of_table(register)
    assert register.pg_function_names == functions(register)


def test_it_cannot_be_changed_for_another_once_there_are_models() -> None:
    with pytest.raises(AssertionError):
        remember_triggers()


def test_a_name_is_given_once_on_a_table_and_free_again_when_it_is_taken_back() -> None:
    register = registry._registry
    before = dict(register)
    # Declared to take rows, and takes models.
    topics: Any = Topic
    sources: Any = Source
    first, second = (
        pgtrigger.Trigger(
            name="of_a_test",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            func=f"RETURN {row};",
        )
        for row in ("NEW", "NULL")
    )

    first.register(topics)
    try:
        assert register.by_db_table["records_topic", "of_a_test"] is first
        assert register.pg_function_names == functions(register)
        first.register(topics)  # the same one again is no fault
        with pytest.raises(KeyError, match="already used for model"):
            second.register(topics)
        second.register(sources)
        second.unregister(sources)
    finally:
        first.unregister(topics)

    assert dict(register) == before
    assert register.by_db_table == of_table(register)
    assert register.pg_function_names == functions(register)
