"""The body of a request: JSON, of a bounded size, strictly read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from config.api.problems import Problem
from config.faults import Fault

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Bytes of a body at most.
MAX_BODY = 1_000_000
_TYPE = "application/json"


def read_json(http: HttpRequest) -> Any:
    """Return what the body holds. Raises Problem `unsupported_media_type`, `content_too_large` or `invalid_document`."""
    if (
        http.content_type != _TYPE
        or (http.content_params or {}).get("charset", "utf-8").lower() != "utf-8"
    ):
        raise Problem(
            "unsupported_media_type",
            f"The body is {_TYPE}, in UTF-8.",
            headers={"Accept-Post": _TYPE},
        )
    if http.META.get("HTTP_CONTENT_ENCODING", "identity") != "identity":
        raise Problem(
            "unsupported_media_type", "The body is sent as it is, without a Content-Encoding."
        )
    length = http.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > MAX_BODY:
        raise _too_large()
    body = http.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise _too_large()
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        detail = f"The body is not JSON (RFC 8259): line {error.lineno}, column {error.colno}: {error.msg}."
        raise invalid_document([Fault("invalid_json", detail, pointer="")]) from None


def _too_large() -> Problem:
    return Problem("content_too_large", f"The body has more than {MAX_BODY:,} bytes.")


def invalid_document(faults: list[Fault]) -> Problem:
    """The problem of a body that breaks rules."""
    count = "1 thing" if len(faults) == 1 else f"{len(faults)} things"
    verb = "is" if len(faults) == 1 else "are"
    return Problem("invalid_document", f"{count} in the body {verb} not right.", faults=faults)
