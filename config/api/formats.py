"""Output formats: how each writes a list and one document, and which one an answer has.

The setting `REST_FRAMEWORK["DEFAULT_RENDERER_CLASSES"]` lists them, the default first. A new format is a subclass of `Format`
in a file of its own and an entry in that list: negotiation, views and schema read them from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import orjson
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer

from config.api.problems import Problem
from config.api.query import Parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.api.fields import Shape
    from config.api.query import Query

#: The body of an answer: whole, or in pieces that are sent as they are made.
Body = bytes | Iterable[bytes]

#: The schema adds the names of the formats that an address has.
FORMAT = Parameter("format", "The answer's format, instead of the Accept header.")


#: What a list of all pages costs more than one page, in units of the rate limit.
WHOLE_COST = 19


class Format(BaseRenderer):
    """Base of all formats. `documents` are JSON text, as stored or as `fields` and `omit` leave them; `shape` has the names in them."""

    format: str  #: its name in `format=`
    media_type: str
    #: Whether a list in it has the documents of all pages from the one asked for on; they are read while they are sent.
    is_whole = False

    @property
    def tag(self) -> str:
        """What an ETag adds to the one of the same answer in JSON."""
        return f".{self.format}"

    @property
    def content_type(self) -> str:
        """The media type with its parameters."""
        return self.media_type

    @property
    def cost(self) -> int:
        """Units of the rate limit that a list in it costs more than in JSON."""
        return WHOLE_COST if self.is_whole else 0

    def headers(self, path: str) -> dict[str, str]:  # noqa: ARG002 - for formats that have some
        """Headers of answers in it, beside those of all answers."""
        return {}

    def page(self, documents: Iterable[str], envelope: dict[str, Any], shape: Shape) -> Body:
        """Write a list. `envelope` has its `next`, `previous`, `total` and `notes`.

        Of a list that is sent whole, `next` and `previous` are null, and `position` is one that the feed had before the list
        was read.
        """
        raise NotImplementedError

    def document(self, document: str, shape: Shape) -> Body:
        raise NotImplementedError

    def schema(self, content: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - for formats that have a schema
        """The schema of an answer, from that of the same answer in JSON."""
        return {"type": "string"}


class Json(Format):
    """JSON: documents are sent as they are stored."""

    format = "json"
    media_type = "application/json"
    tag = ""

    def page(self, documents: Iterable[str], envelope: dict[str, Any], shape: Shape) -> bytes:  # noqa: ARG002 - one signature
        tail = orjson.dumps(envelope)[1:].decode()
        return "".join(('{"results":[', ",".join(documents), "],", tail)).encode()

    def document(self, document: str, shape: Shape) -> bytes:  # noqa: ARG002 - one signature
        return document.encode()

    def schema(self, content: dict[str, Any]) -> dict[str, Any]:
        return content


class Html(Format):
    """A page for people who open an address in a browser; of small documents that are not stored, whose view names its template."""

    format = "html"
    media_type = "text/html"


class StrictNegotiation(DefaultContentNegotiation):
    """Chooses by the Accept header, and never guesses: what is not available is a 406 that lists what is."""

    def select_renderer(
        self,
        request: Any,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002 - DRF's signature
    ) -> tuple[BaseRenderer, str]:
        """Return the format that the caller likes best, the first of equals. Raises Problem `not_acceptable`."""
        formats = list(renderers)
        accept = request.META.get("HTTP_ACCEPT", "")
        best = max(formats, key=lambda one: quality(accept, one.media_type))
        # A format in the query string decides alone: links are opened by browsers, which ask for HTML.
        if not quality(accept, best.media_type):
            if "format=" not in request.META["QUERY_STRING"]:
                raise not_acceptable(formats)
            best = formats[0]
        return best, best.media_type


def quality(accept: str, media_type: str) -> float:
    """How much an Accept header likes the media type, 0 to 1 (RFC 9110, section 12.5.1): the most particular range decides."""
    if accept in {"", "*/*", media_type}:
        return 1
    family = media_type.partition("/")[0]
    return weight(accept, ("*/*", f"{family}/*", media_type)) or 0.0


def weight(header: str, names: Sequence[str]) -> float | None:
    """The weight (`q=`, else 1) that a header gives the last of `names` that it lists; None when it lists none."""
    best, found = -1, None
    for item in header.split(","):
        name, *options = (part.strip().lower() for part in item.split(";"))
        if name in names and names.index(name) > best:
            best = names.index(name)
            found = min(
                (_number(option[2:]) for option in options if option.startswith("q=")), default=1.0
            )
    return found


def _number(text: str) -> float:
    if not text.strip("0."):
        return 0
    return float(text) if text.replace(".", "", 1).isdecimal() else 1


def not_acceptable(formats: Iterable[BaseRenderer]) -> Problem:
    return Problem(
        "not_acceptable",
        available=[{"format": one.format, "media_type": one.media_type} for one in formats],
    )


def chosen_format(query: Query, formats: Sequence[BaseRenderer]) -> BaseRenderer | None:
    """The format that `format=` names, None without it. Raises Problem `not_acceptable`."""
    name = query.text("format")
    if name is None:
        return None
    for one in formats:
        if one.format == name:
            return one
    raise not_acceptable(formats)
