"""Readers of what is public have connections of their own: as a role that can read nothing else, and for less time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import cast

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

#: Whether connections that are opened now are a reader's.
is_reading: ContextVar[bool] = ContextVar("is_reading", default=False)


@contextmanager
def as_reader(*, so: bool = True) -> Iterator[None]:
    """Open connections as a reader's meanwhile, or not as a reader's."""
    before = is_reading.set(so)
    try:
        yield
    finally:
        is_reading.reset(before)


def readers_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Serve everything but the desk as a reader's question."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith("/admin/"):
            return get_response(request)
        with as_reader():
            response = get_response(request)
        if isinstance(response, StreamingHttpResponse):
            # What is read while it is sent is a reader's too.
            response.streaming_content = _sent(cast("Iterable[bytes]", response.streaming_content))
        return response

    return middleware


def _sent(pieces: Iterable[bytes]) -> Iterator[bytes]:
    each = iter(pieces)
    while True:
        with as_reader():
            piece = next(each, None)
        if piece is None:
            return
        yield piece
