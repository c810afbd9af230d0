"""What callers and proxies may keep, and when they need not be sent it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.http import http_date, parse_etags, parse_http_date_safe

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

#: Anonymous answers may be kept a minute by anybody; what a key sees is nobody else's.
CACHE_CONTROL = "public, max-age=60"
VARY = "Accept, Authorization"


def is_conditional(request: HttpRequest) -> bool:
    """Whether the caller has a version already."""
    return "HTTP_IF_NONE_MATCH" in request.META or "HTTP_IF_MODIFIED_SINCE" in request.META


def is_fresh(request: HttpRequest, etag: str, modified_at: datetime | None = None) -> bool:
    """Whether the caller's version is this one (RFC 9110, section 13.2.2)."""
    match = request.META.get("HTTP_IF_NONE_MATCH")
    if match is not None:
        if match.strip() == "*":
            return True
        own = etag.removeprefix("W/")
        return any(other.removeprefix("W/") == own for other in parse_etags(match))
    since = request.META.get("HTTP_IF_MODIFIED_SINCE")
    if since is None or modified_at is None:
        return False
    moment = parse_http_date_safe(since)
    return moment is not None and int(modified_at.timestamp()) <= moment


def answer(
    request: HttpRequest,
    body: bytes,
    etag: str,
    modified_at: datetime | None = None,
    media_type: str = "application/json",
) -> HttpResponse:
    """Answer with the body, or 304 when the caller has it."""
    if is_conditional(request) and is_fresh(request, etag, modified_at):
        return mark(HttpResponse(status=304), etag, modified_at)
    return mark(HttpResponse(body, content_type=media_type), etag, modified_at)


def mark(response: HttpResponse, etag: str, modified_at: datetime | None = None) -> HttpResponse:
    """Set the headers of a cacheable answer."""
    headers = response.headers
    headers["ETag"] = etag
    if modified_at is not None:
        headers["Last-Modified"] = http_date(modified_at.timestamp())
    headers["Cache-Control"] = CACHE_CONTROL
    headers["Vary"] = VARY
    if response.status_code == 304:
        del headers["Content-Type"]
    return response
