"""Reference data that ship with the project. An app that has some has a module or package `reference` with `load()`.

`load() -> list[Loaded]` makes and publishes what is not there yet. It runs on every start, so a second run changes nothing,
and what the desk has changed stays as the desk wants it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps


@dataclass(frozen=True)
class Loaded:
    """What became of one sort of reference data."""

    what: str  #: plural, as in "states"
    created: int
    unchanged: int


def load_all() -> list[Loaded]:
    """Load the reference data of every app, the most general app first."""
    # Settings list an app before those that it builds on.
    names = [f"{app.name}.reference" for app in reversed(list(apps.get_app_configs()))]
    modules = [import_module(name) for name in names if find_spec(name) is not None]
    return [loaded for module in modules if hasattr(module, "load") for loaded in module.load()]
