"""What callers and proxies may keep, and when they need not load it again."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from config.api.as_of import cache_control
from config.api.compression import coding_for, tag_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from config.api.formats import Body

#: Anonymous answers may be kept a minute by anybody; what a key sees is nobody else's.
CACHE_CONTROL = "public, max-age=60"


def has_version(request: HttpRequest) -> bool:
    """Whether the caller names versions that it has. All that counts where answers have no Last-Modified, as lists have none."""
    return "HTTP_IF_NONE_MATCH" in request.META


def is_conditional(request: HttpRequest) -> bool:
    """Whether the caller has a version already. If-Match and If-Unmodified-Since are for writing; alone they count for nothing."""
    return has_version(request) or "HTTP_IF_MODIFIED_SINCE" in request.META


def tagged(body: bytes) -> tuple[bytes, str]:
    """Return a body and its ETag."""
    return body, f'"{blake2b(body, digest_size=12).hexdigest()}"'


def answer(
    request: HttpRequest,
    body: Body | Callable[[], Body],
    etag: str | None,
    modified_at: datetime | None = None,
    media_type: str = "application/json",
) -> HttpResponseBase:
    """Answer with the body, or 304 when the caller has this version; a callable is then not called."""
    response = HttpResponse(
        content_type=media_type, headers={"Cache-Control": cache_control(CACHE_CONTROL)}
    )
    if etag is not None:
        etag = tag_of(etag, coding_for(request))
        response.headers["ETag"] = etag
    modified = None
    if modified_at is not None:
        modified = int(modified_at.timestamp())
        response.headers["Last-Modified"] = http_date(modified)
    if is_conditional(request):
        short = get_conditional_response(request, etag, modified, response)
        if short is not None and short is not response:
            return short
    content = body() if callable(body) else body
    if not isinstance(content, bytes):
        return StreamingHttpResponse(content, headers=response.headers)
    response.content = content
    return response
