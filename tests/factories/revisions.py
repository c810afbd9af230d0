"""Everything that was published, read from the lists of revisions as a client reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from records.registry import all_kinds
from tests.factories.answers import get

if TYPE_CHECKING:
    from django.test import Client


@dataclass
class PublishedStep:
    """One step in what was published of a record."""

    at: datetime
    action: str
    document: dict[str, Any] | None  #: none of a tombstone, nor of what is not shown any more
    merged_into: str | None


@dataclass
class Archive:
    """All steps of all records, in order, by their ids."""

    steps: dict[str, list[PublishedStep]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, client: Client, *objects: str) -> Archive:
        """Read the records of some kinds that the change feed names."""
        resources = {kind.name: kind.resource for kind in all_kinds()}
        archive = cls()
        address: str | None = f"changes/?object={','.join(objects)}&page_size=200"
        while address:
            page = get(client, address)
            archive.kinds |= {change["id"]: change["object"] for change in page["results"]}
            address = page["next"] and page["next"].partition("/api/v1/")[2]
        for key, name in archive.kinds.items():
            listed = get(client, f"{resources[name]}/{key}/revisions/?page_size=200")["results"]
            archive.steps[key] = [_step(client, each) for each in reversed(listed)]
        return archive

    def at(self, key: str, instant: datetime | None) -> PublishedStep | None:
        """The last step of a record by then; None before the first one. Of one of which nothing is shown, the last of all."""
        steps = self.steps[key]
        found = [step for step in steps if instant is None or step.at <= instant]
        is_shown = any(step.document for step in steps)
        return (found if is_shown else steps)[-1] if found else None

    def public(self, name: str, instant: datetime | None) -> list[dict[str, Any]]:
        """The documents of one kind that were public then, and are not withdrawn now."""
        found = (self.at(key, instant) for key, kind in self.kinds.items() if kind == name)
        return [step.document for step in found if step and step.document]


def _step(client: Client, step: dict[str, Any]) -> PublishedStep:
    response = client.get(step["url"])
    document = json.loads(response.content) if response.status_code == 200 else None
    return PublishedStep(
        datetime.fromisoformat(step["published_at"]), step["action"], document, step["merged_into"]
    )
