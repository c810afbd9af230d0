"""Copies of what is published: as the editions have it, and as somebody keeps it who reads the change feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from django.db import connection, transaction
from django.test import Client

from records.publishing.feed import last_position
from records.registry import all_kinds, kind_named

if TYPE_CHECKING:
    from collections.abc import Callable

Document = dict[str, Any]

#: Records that are loaded at once.
LOADED = 100


def states_in(document: Document) -> set[str]:
    """The states that a document shows, wherever they stand in it, and the state whose document it is."""
    found = {document["id"]} if document["object"] == "state" else set()
    waiting: list[Any] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if node.get("object") == "state" and "id" in node:
                found.add(node["id"])
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return found


def current(state: str | None = None) -> dict[str, Document]:
    """Every public document by its id; with `state`, those that show it."""
    documents = [
        orjson.loads(text)
        for kind in all_kinds()
        for text in kind.editions.objects.current().values_list("document", flat=True)
    ]
    return {
        document["id"]: document
        for document in documents
        if state is None or state in states_in(document)
    }


def snapshot(state: str | None = None) -> tuple[int, dict[str, Document]]:
    """Return the feed's position and all that is public at it. It sees one moment, however many publish meanwhile."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return last_position(), current(state)


class Copy:
    """A copy that follows the feed through the API, a page at a time. What it has is stored with the position, or not at all.

    `ask` returns the body of an address, where it is not that of this process.
    """

    def __init__(
        self,
        position: int = 0,
        documents: dict[str, Document] | None = None,
        *,
        state: str | None = None,
        page_size: int = 50,
        ask: Callable[[str], bytes] | None = None,
    ) -> None:
        self.position = position
        self.documents = dict(documents or {})
        self.seen: list[int] = []  #: every position that was read
        self._scope = f"&state={state}" if state else ""
        self._page_size = page_size
        self._ask = ask or _of_this_process

    def step(self, *, is_killed: bool = False) -> bool:
        """Read a page, and keep what it says unless the reader is killed before; return whether there is more."""
        address = f"changes/?after={self.position}&page_size={self._page_size}{self._scope}"
        page = self._get(address)
        documents = dict(self.documents)
        wanted: dict[str, dict[str, None]] = {}
        for change in page["results"]:
            documents.pop(change["id"], None)
            wanted.setdefault(change["object"], {}).pop(change["id"], None)
            if change["action"] not in {"withdrawn", "merged"} and change["scope"] != "left":
                wanted[change["object"]][change["id"]] = None
        for kind, ids in wanted.items():
            if ids:
                documents |= self._load(kind, list(ids))
        if is_killed:
            return True
        self.documents = documents
        self.position = page["position"]
        self.seen += [change["position"] for change in page["results"]]
        return page["next"] is not None

    def follow(self) -> None:
        while self.step():
            pass

    def _load(self, kind: str, ids: list[str]) -> dict[str, Document]:
        """Load the newest documents; of what has been withdrawn or merged since, a later change says so."""
        found = {}
        for start in range(0, len(ids), LOADED):
            named = ",".join(ids[start : start + LOADED])
            address = f"{kind_named(kind).resource}/?id={named}&page_size={LOADED}"
            for document in self._get(address)["results"]:
                if document["id"] in ids:
                    found[document["id"]] = document
        return found

    def _get(self, address: str) -> Any:
        return orjson.loads(self._ask(f"/api/v1/{address}"))


def _of_this_process(path: str) -> bytes:
    response = Client().get(path)
    assert response.status_code == 200, response.content
    return bytes(response.content)
