"""What every answer has: a request id; and under /api/, errors as problems, open access for browsers, compression when asked."""

from __future__ import annotations

import logging
import re
from os import urandom
from typing import TYPE_CHECKING

from django.utils.cache import patch_vary_headers

from config.api.compression import CODINGS, coding_for, compress, refuses_plain
from config.api.problem_types import BY_STATUS
from config.api.problems import CONTENT_TYPE, Problem, foreseen, is_api, respond
from config.logging import request_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

log = logging.getLogger("config.refused")

#: Characters of an address that the log repeats.
LOGGED = 500
_SANE = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}", re.ASCII)

#: Pages of any origin may read: the headers that they see of answers, and may send.
CROSS_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, Content-Disposition, Content-Location, Content-Range, ETag, Last-Modified, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Notes,"
        " X-Request-ID"
    ),
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-Modified-Since, If-None-Match, X-Request-ID",
    "Access-Control-Max-Age": "86400",
}
#: What an answer depends on, beside its address: caches keep one for each.
VARY = ("Accept", "Accept-Encoding", "Authorization")
#: Statuses whose answers have no body.
_WITHOUT_BODY = frozenset({204, 304})
#: Headers of an error that stay when it becomes a problem.
_KEPT = ("Allow", "Retry-After", "WWW-Authenticate")


def request_key(given: str) -> str:
    """Return the id of a request: the caller's own if it is sane, else a new one."""
    return given if _SANE.fullmatch(given) else urandom(16).hex()


class ApiMiddleware:
    """First of all middleware, so that nothing escapes it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve one request under an id, the caller's own if it is sane."""
        key = request_key(request.META.get("HTTP_X_REQUEST_ID", ""))
        request.id = key  # type: ignore[attr-defined]
        # Not reset afterwards: Django writes its line about an error when all middleware is done.
        request_id.set(key)
        if not is_api(request):
            response = self.get_response(request)
        elif refuses_plain(request) and not coding_for(request):
            response = self._conform(request, respond(request, _no_coding()))
        else:
            response = self._conform(request, self.get_response(request))
        response.headers["X-Request-ID"] = key
        if response.status_code >= 400:
            # So that a refusal is found by its id. Addresses are in the proxy's log, with the same id.
            path = request.get_full_path()[:LOGGED]
            log.info("%s %s %d", request.method, path, response.status_code)
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Answer errors of plain views that are no bugs; Django logs those first."""
        if not is_api(request):
            return None
        problem = foreseen(exception)
        return respond(request, problem) if problem else None

    def _conform(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        status = response.status_code
        if status >= 400 and response.headers.get("Content-Type") != CONTENT_TYPE:
            # Made by Django or by middleware: a page for people, with DEBUG one full of secrets.
            code = BY_STATUS.get(status, "bad_request" if status < 500 else "internal_error")
            kept = {name: response.headers[name] for name in _KEPT if name in response.headers}
            response = respond(request, Problem(code, headers=kept))
        headers = response.headers
        if status in _WITHOUT_BODY:
            # An empty body is not HTML, and its length is not that of the document (RFC 9110, sections 8.6 and 15.4.5).
            del headers["Content-Type"], headers["Content-Length"]
        else:
            compress(request, response)
        patch_vary_headers(response, VARY)
        for name, value in CROSS_ORIGIN.items():
            headers[name] = value
        if request.method == "OPTIONS":
            for name, value in _PREFLIGHT.items():
                headers.setdefault(name, value)
        return response


def _no_coding() -> Problem:
    return Problem(
        "not_acceptable",
        "Accept-Encoding takes neither the plain answer nor one in a coding that there is; `available` lists those.",
        available=[{"content_coding": coding} for coding in CODINGS],
    )
