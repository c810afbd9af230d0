"""What Python says of a check constraint is what the database says."""

from __future__ import annotations

from datetime import date
from itertools import islice, product
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import models

from records.constraints import UNDECIDED, CheckedHere, _truth

#: Combinations of values that are tried of each constraint.
TRIED = 25


def samples(field: Any) -> list[Any]:
    """Return values of a field that rules tell apart."""
    if field.is_relation:
        return [None, UUID(int=1)]
    if field.choices:
        return [field.choices[0][0], "another", ""]
    if isinstance(field, models.BooleanField):
        return [True, False]
    if isinstance(field, models.CharField | models.TextField):
        return ["", "x"]
    if isinstance(field, models.DateField):
        return [None, date(2024, 5, 18), date(1, 1, 1), date(9999, 12, 31), date(2024, 5, 19)]
    return [None, 1, 0]


@pytest.mark.django_db
def test_check_constraints_say_the_same_here_as_in_the_database() -> None:
    decided, differing = 0, []
    for model in apps.get_models():
        if not issubclass(model, CheckedHere):
            continue
        for rule in model._meta.constraints:
            if not isinstance(rule, models.CheckConstraint):
                continue
            names = sorted({name[0] for name in model._get_expr_references(rule.condition)})  # type: ignore[attr-defined]
            fields: list[Any] = [model._meta.get_field(name) for name in names]
            for values in islice(product(*map(samples, fields)), TRIED):
                row: Any = model(
                    **{f.attname: value for f, value in zip(fields, values, strict=True)}
                )
                here = _truth(rule.condition, row, ())
                if here is UNDECIDED:
                    continue
                decided += 1
                against = row._get_field_expression_map(model._meta)
                if models.Q(rule.condition).check(against) is not (here is not False):
                    differing.append((rule.name, values, here))

    assert differing == []
    assert decided > 600


def test_what_is_not_checked_is_not_decided() -> None:
    rule = models.Q(form="treaty") | models.Q(title__startswith="A")
    agreement = apps.get_model("agreements", "Agreement")(form="treaty", title="B")

    assert _truth(rule, agreement, ()) is True
    assert _truth(rule, agreement, {"form"}) is UNDECIDED
    assert _truth(~rule, agreement, ()) is False
    assert _truth(models.Q(form="pact"), agreement, ()) is False
    assert _truth(models.Q(form__lt="zeal"), agreement, ()) is UNDECIDED
    assert _truth(~models.Q(form=None) & models.Q(title__gt=""), agreement, ()) is UNDECIDED
    assert _truth(models.Q(form=models.F("title")), agreement, ()) is False
