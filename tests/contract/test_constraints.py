"""Every constraint that a model declares is in the database, refuses what it should, and nothing else refuses it.

The table of cases of an app is `CASES` in tests/<app>/constraint_cases.py: the constraint's name, and a function that makes
what it needs and then a row that breaks it. What every record has is in constraint_rules.py.
"""

from __future__ import annotations

from importlib import import_module

import psycopg2
import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from records.registry import all_kinds
from tests.contract.constraint_rules import Cases, of_every_record
from tests.factories.every_kind import EVERY_KIND

APPS = ("records", "people", "events", "agreements", "imports")


def _declared(app: str) -> dict[str, tuple[type[models.Model], models.BaseConstraint]]:
    return {
        constraint.name: (model, constraint)
        for model in apps.get_app_config(app).get_models()
        for constraint in model._meta.constraints
    }


def _cases(app: str) -> Cases:
    """Return the cases that the app's kinds have as all records have them, and those of its own."""
    cases: Cases = {}
    for kind in all_kinds():
        # A kind without a row is named by tests/contract/test_kinds.py.
        if kind.model._meta.app_label == app and kind.name in EVERY_KIND:
            cases |= of_every_record(kind)
    cases |= import_module(f"tests.{app}.constraint_cases").CASES
    return cases


CASES = {app: _cases(app) for app in APPS}
ALL_CASES = [pytest.param(app, name, id=name) for app in APPS for name in sorted(CASES[app])]


def _break(app: str, name: str) -> None:
    """Make the forbidden row, and have what is checked at commit checked now."""
    with transaction.atomic():
        CASES[app][name]()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("app", APPS)
def test_every_constraint_has_a_case(app: str) -> None:
    assert sorted(CASES[app]) == sorted(_declared(app))


@pytest.mark.django_db
@pytest.mark.parametrize(("app", "name"), ALL_CASES)
def test_constraint_refuses_the_row_under_its_own_name_and_no_other_does(
    app: str, name: str
) -> None:
    with pytest.raises(IntegrityError) as refusal:
        _break(app, name)

    cause = refusal.value.__cause__
    assert isinstance(cause, psycopg2.Error)
    assert cause.diag.constraint_name == name

    model, constraint = _declared(app)[name]
    with connection.schema_editor(atomic=False) as editor:
        editor.remove_constraint(model, constraint)
    _break(app, name)
