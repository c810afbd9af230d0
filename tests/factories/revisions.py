"""What was public when, as a reader of the API finds it in the revisions of all records, and in nothing else."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from records.registry import kind_named
from tests.factories.answers import get

if TYPE_CHECKING:
    from django.test import Client

Document = dict[str, Any]


@dataclass
class Revisions:
    """Every revision of every record of which anything is served: since when it was public, and its document, None of a tombstone."""

    records: dict[str, list[tuple[datetime, Document | None]]] = field(default_factory=dict)

    @classmethod
    def read(cls, client: Client) -> Revisions:
        """Find the records in the feed, and ask for each revision."""
        found = cls()
        for key, kind in _records(client).items():
            address = f"{kind_named(kind).resource}/{key}/revisions/"
            steps = get(client, f"{address}?page_size=200")["results"]
            read = [(step, client.get(step["url"])) for step in reversed(steps)]
            tombstones = [step["action"] in {"withdrawn", "merged"} for step, _answer in read]
            if any(
                answer.status_code == 410
                for (_step, answer), is_one in zip(read, tombstones, strict=True)
                if not is_one
            ):
                continue
            found.records[key] = [
                (
                    datetime.fromisoformat(step["published_at"]),
                    None if is_one else json.loads(answer.content),
                )
                for (step, answer), is_one in zip(read, tombstones, strict=True)
            ]
        return found

    @property
    def instants(self) -> list[datetime]:
        """When anything changed, in order."""
        return sorted({at for steps in self.records.values() for at, _document in steps})

    def at(self, instant: datetime) -> list[Document]:
        """The documents that were public at an instant."""
        newest = [
            [document for at, document in steps if at <= instant] for steps in self.records.values()
        ]
        return [documents[-1] for documents in newest if documents and documents[-1] is not None]


def _records(client: Client) -> dict[str, str]:
    """Every record that was ever public, with its kind."""
    found: dict[str, str] = {}
    page: list[Document] = [{}]
    after = 0
    while page:
        page = get(client, f"changes/?after={after}")["results"]
        for change in page:
            found[change["id"]] = change["object"]
            after = change["position"]
    return found


def by_kind(documents: list[Document]) -> dict[str, list[Document]]:
    found = defaultdict(list)
    for document in documents:
        found[document["object"]].append(document)
    return found
