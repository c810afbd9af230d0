"""A real document of each kind, which the schema shows: `<app>/examples/<object>.json`.

They are those of the sample story, with ids and times that are always the same; `make examples` writes them.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps


def folders() -> list[Path]:
    """Return the folders of apps that have examples."""
    found = [Path(app.path, "examples") for app in apps.get_app_configs()]
    return [folder for folder in found if folder.is_dir()]


@cache
def examples() -> dict[str, dict[str, Any]]:
    """Return the examples by what they are, their `object`."""
    files = [file for folder in folders() for file in sorted(folder.glob("*.json"))]
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}
