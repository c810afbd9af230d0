"""A small client of the API, with Python's own library alone: `python docs/examples/client.py http://127.0.0.1:8000`.

It asks again only for what has changed, follows pages, and shows what a problem says. Copy what you need of it.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from http.client import HTTPResponse


class ProblemError(Exception):
    """What the API refused, and why: `document` is its problem (RFC 9457)."""

    def __init__(self, document: dict[str, Any]) -> None:
        faults = [f"{each.get('parameter')}: {each['detail']}" for each in document["errors"]]
        super().__init__(" ".join([document["detail"], *faults]))
        self.document = document


@dataclass
class Api:
    """The API at one address."""

    base: str  #: scheme, host and port
    #: Answers by address, each with its ETag; None to keep none.
    kept: dict[str, tuple[str, Any]] | None = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)  #: sent with each request

    def get(self, path: str, **parameters: str) -> Any:
        """Return the answer to a path below /api/v1/. Parameters with a dot or `__` in their names go in as `**{...}`."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        return self._get(path + query)

    def records(self, path: str, **parameters: str) -> Iterator[dict[str, Any]]:
        """Yield the records of all pages of a list."""
        page = self.get(path, **parameters)
        while True:
            yield from page["results"]
            if page["next"] is None:
                return
            page = self._get(page["next"])

    def resolve(self, queries: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
        """Say which record each query means, up to 1,000 at once."""
        body = json.dumps({"queries": queries}).encode()
        headers = {"Content-Type": "application/json"}
        with self.open("resolve/", body, headers) as answer:
            results: list[dict[str, Any]] = json.load(answer)["results"]
        return results

    def open(
        self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> HTTPResponse:
        """Return the answer to a path below /api/v1/, or to an address, as it comes in. Raises ProblemError; HTTPError with 304."""
        address = urljoin(urljoin(self.base, "/api/v1/"), path)
        request = Request(address, body, {**self.headers, **(headers or {})})  # noqa: S310 - the caller's server
        try:
            answer: HTTPResponse = urlopen(request, timeout=30)  # noqa: S310 - likewise
        except HTTPError as error:
            with error:
                if error.headers.get_content_type() == "application/problem+json":
                    raise ProblemError(json.load(error)) from None
                raise
        return answer

    def _get(self, address: str) -> Any:
        etag, known = (self.kept or {}).get(address, ("", None))
        try:
            with self.open(address, headers={"If-None-Match": etag} if etag else None) as answer:
                etag, known = answer.headers.get("ETag", ""), json.load(answer)
        except HTTPError as error:
            if error.code != 304:
                raise
        if self.kept is not None:
            self.kept[address] = (etag, known)
        return known


def main() -> None:
    """Ask who telephoned whom, and of what the sources are."""
    api = Api(sys.argv[1])
    print("Licence:", api.get("")["licence"]["name"])
    (found,) = api.resolve([{"name": "Ishaq Dar", "object": "person"}])
    calls = api.records(
        "events/", person=found["record"]["id"], type="call", expand="citations.source"
    )
    for call in calls:
        names = [each["participant"]["label"] for each in call["participations"]]
        print(call["title"], "-", ", ".join(names))
        print("  Source:", call["citations"][0]["source"]["title"])
    try:
        api.get("events/", country="PK")
    except ProblemError as problem:
        print("Refused:", problem)


if __name__ == "__main__":
    main()
