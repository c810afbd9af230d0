"""Every constraint that a model declares is in the database, refuses what it should, and nothing else refuses it.

The table of cases of an app is `CASES` in tests/<app>/constraint_cases.py: the constraint's name, and a function that makes
what it needs and then a row that breaks it.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

import psycopg2
import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

if TYPE_CHECKING:
    from collections.abc import Callable

APPS = ("records", "people", "events", "agreements")


def _declared(app: str) -> dict[str, tuple[type[models.Model], models.BaseConstraint]]:
    return {
        constraint.name: (model, constraint)
        for model in apps.get_app_config(app).get_models()
        for constraint in model._meta.constraints
    }


def _cases(app: str) -> dict[str, Callable[[], object]]:
    name = f"tests.{app}.constraint_cases"
    if find_spec(f"tests.{app}") is None or find_spec(name) is None:
        return {}
    cases: dict[str, Callable[[], object]] = import_module(name).CASES
    return cases


ALL_CASES = [pytest.param(app, name, id=name) for app in APPS for name in sorted(_cases(app))]


def _break(app: str, name: str) -> None:
    """Make the forbidden row, and have what is checked at commit checked now."""
    with transaction.atomic():
        _cases(app)[name]()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("app", APPS)
def test_every_constraint_has_a_case(app: str) -> None:
    assert sorted(_cases(app)) == sorted(_declared(app))


@pytest.mark.django_db
@pytest.mark.parametrize(("app", "name"), ALL_CASES)
def test_constraint_refuses_the_row_under_its_own_name(app: str, name: str) -> None:
    with pytest.raises(IntegrityError) as refusal:
        _break(app, name)

    cause = refusal.value.__cause__
    assert isinstance(cause, psycopg2.Error)
    assert cause.diag.constraint_name == name


@pytest.mark.django_db
@pytest.mark.parametrize(("app", "name"), ALL_CASES)
def test_no_other_constraint_refuses_the_row(app: str, name: str) -> None:
    model, constraint = _declared(app)[name]
    with connection.schema_editor(atomic=False) as editor:
        editor.remove_constraint(model, constraint)

    _break(app, name)
