"""Readers of what is public have connections of their own, whose statements the database gives up sooner."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

#: Whether connections that are opened now are a reader's.
is_reading: ContextVar[bool] = ContextVar("is_reading", default=False)


def readers_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Serve everything but the desk as a reader's question."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        before = is_reading.set(not request.path_info.startswith("/admin/"))
        try:
            return get_response(request)
        finally:
            is_reading.reset(before)

    return middleware
