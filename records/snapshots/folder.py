"""Where snapshots are: one folder each, named by its day, which is never changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

MANIFEST, README, SCHEMA = "manifest.json", "README.md", "openapi.json"
#: Names the last snapshot, for those who look at the folder and in addresses.
LATEST = "latest"

#: The day, and from the second one of a day on its number.
_NAME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:-([1-9][0-9]{0,3}))?", re.ASCII)


@dataclass(frozen=True)
class Snapshot:
    """A finished snapshot."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def age(self) -> tuple[str, int]:
        """By which snapshots are ordered, the oldest first."""
        return _age(self.name)

    @cached_property
    def manifest_json(self) -> bytes:
        return (self.path / MANIFEST).read_bytes()

    @cached_property
    def manifest(self) -> dict[str, Any]:
        content: dict[str, Any] = orjson.loads(self.manifest_json)
        return content


def snapshots(root: Path | None = None) -> list[Snapshot]:
    """Return all finished snapshots, the latest first."""
    root = root or Path(settings.SNAPSHOTS_DIR)
    found = [Snapshot(path) for path in _folders(root)]
    return sorted(found, key=lambda each: each.age, reverse=True)


def find(name: str) -> Snapshot | None:
    """Return the snapshot of that name, or the latest one for `latest`."""
    if name == LATEST:
        return next(iter(snapshots()), None)
    return next((each for each in snapshots() if each.name == name), None)


def free_name(root: Path, day: date) -> str:
    """Return the day, or the day and the next number where it has a snapshot already."""
    numbers = [_age(path.name)[1] for path in _folders(root) if path.name[:10] == day.isoformat()]
    return f"{day.isoformat()}-{max(numbers) + 1}" if numbers else day.isoformat()


def _folders(root: Path) -> Iterator[Path]:
    if root.is_dir():
        for path in root.iterdir():
            if _NAME.fullmatch(path.name) and (path / MANIFEST).is_file():
                yield path


def _age(name: str) -> tuple[str, int]:
    day, _, number = (name[:10], name[10:11], name[11:])
    return day, int(number or 1)
