"""The facts of a record's own row: its editable fields, where an uncertain date is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.dates.fields import UncertainDateField

if TYPE_CHECKING:
    from django.db.models import Model

_SUFFIXES = ("_edtf", "_text", "_precision")
_BOUNDS = ("_earliest", "_latest")


def facts_of(model: type[Model]) -> list[str]:
    """Return the names of a model's editable fields; an uncertain date is one."""
    names: list[str] = []
    for field in model._meta.fields:
        name = field.name
        for suffix in _SUFFIXES:
            if isinstance(getattr(model, name.removesuffix(suffix), None), UncertainDateField):
                name = name.removesuffix(suffix)
        if field.editable and name not in names:
            names.append(name)
    return names


def columns_of_fact(model: type[Model], name: str) -> tuple[str, ...]:
    """Return the columns that hold a fact."""
    if isinstance(getattr(model, name, None), UncertainDateField):
        return tuple(f"{name}{suffix}" for suffix in (*_SUFFIXES, *_BOUNDS))
    field = model._meta.get_field(name)
    return (str(getattr(field, "attname", name)),)
