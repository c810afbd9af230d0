"""The registry of triggers knows what pgtrigger's own would find, without looking for it."""

from __future__ import annotations

from typing import Any

import pgtrigger
import pytest
from pgtrigger import registry

from config.db.triggers import Registry
from records.models import Source, Topic

#: pgtrigger says that it takes a row where it takes a model.
TOPIC: Any = Topic
SOURCE: Any = Source


def test_it_keeps_what_pgtrigger_looks_for() -> None:
    known = registry._registry
    theirs: Any = vars(registry._Registry)
    assert isinstance(known, Registry)
    assert len(known) > 100

    assert known.pg_function_names == theirs["pg_function_names"].fget(known)
    assert known.by_db_table == theirs["by_db_table"].fget(known)


def trigger() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="made_by_a_test", when=pgtrigger.Before, operation=pgtrigger.Delete, func="RETURN OLD;"
    )


def test_one_more_costs_the_same_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = pgtrigger.Trigger.get_pgid

    def get_pgid(self: pgtrigger.Trigger, model: Any) -> str:
        asked.append(model)
        return real(self, model)

    monkeypatch.setattr(pgtrigger.Trigger, "get_pgid", get_pgid)
    before = dict(registry._registry.by_db_table), set(registry._registry.pg_function_names)
    with trigger().register(TOPIC):
        assert ("records_topic", "made_by_a_test") in registry._registry.by_db_table
        assert len(asked) < 5

    assert before == (registry._registry.by_db_table, registry._registry.pg_function_names)


def test_a_name_that_is_taken_is_refused() -> None:
    with trigger().register(TOPIC, SOURCE):
        other = trigger()
        other.func = "RETURN NULL;"
        with pytest.raises(KeyError, match="already used"):
            registry.set("records.Topic:made_by_a_test", model=TOPIC, trigger=other)
