"""Choice lists as database constraints: rows also come from imports that no form has seen."""

from __future__ import annotations

from django.db import models


def choice_constraint(
    model: str,
    field: str,
    choices: type[models.TextChoices],
    *,
    blank: bool = False,
) -> models.CheckConstraint:
    """Return the check that `field` holds a value of its list, or nothing where `blank`."""
    values = [*choices.values, ""] if blank else choices.values
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": values}),
        name=f"{model}_{field}_is_in_its_list",
        violation_error_message=f"Choose one of the values listed for {field.replace('_', ' ')}.",
    )
