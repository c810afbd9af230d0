"""Which format an answer has: `format=` or the Accept header. What is not available is a 406 that lists what is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.negotiation import DefaultContentNegotiation

from config.api.problems import Problem
from config.api.query import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rest_framework.renderers import BaseRenderer

    from config.api.query import Query

FORMATS = {"json": "application/json"}

FORMAT = Parameter(
    "format",
    "The answer's format, instead of the Accept header.",
    {"type": "string", "enum": list(FORMATS)},
)


class StrictNegotiation(DefaultContentNegotiation):
    """Answers in JSON to whoever takes JSON; never guesses."""

    def select_renderer(
        self,
        request: Any,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002 - DRF's signature
    ) -> tuple[BaseRenderer, str]:
        """Pick the one renderer there is, or raise Problem `not_acceptable`."""
        accept = request.META.get("HTTP_ACCEPT", "")
        # A format in the query string decides alone: links are opened by browsers, which ask for HTML.
        if not is_accepted(accept) and "format=" not in request.META["QUERY_STRING"]:
            raise not_acceptable()
        return next(iter(renderers)), "application/json"


def is_accepted(accept: str, media_type: str = "application/json") -> bool:
    """Whether an Accept header takes the media type (RFC 9110, section 12.5.1): the most particular range decides."""
    if accept in {"", "*/*", media_type}:
        return True
    family = media_type.partition("/")[0]
    rank = {"*/*": 1, f"{family}/*": 2, media_type: 3}
    best, is_taken = 0, False
    for item in accept.split(","):
        name, *options = (part.strip().lower() for part in item.split(";"))
        if rank.get(name, 0) > best:
            best = rank[name]
            is_taken = not any(
                option.startswith("q=") and _is_zero(option[2:]) for option in options
            )
    return is_taken


def _is_zero(quality: str) -> bool:
    return not quality.strip("0.")


def not_acceptable() -> Problem:
    """The refusal, with what there is."""
    return Problem(
        "not_acceptable",
        available=[{"format": name, "media_type": kind} for name, kind in FORMATS.items()],
    )


def check_format(query: Query) -> None:
    """Refuse a `format=` that is not available."""
    chosen = query.text("format")
    if chosen is not None and chosen not in FORMATS:
        raise not_acceptable()
