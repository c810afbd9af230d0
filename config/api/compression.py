"""Answers in fewer bytes, for callers who take them: zstd or gzip (RFC 9110, section 12.5.3).

Levels are those after which time grows faster than bytes shrink, as measured in docs/decisions/0092-compression.md.
Only the API is compressed. The desk's pages hold tokens beside what a request wrote: their compressed length would reveal
letters of the tokens (BREACH). Answers of the API hold no secret.
"""

from __future__ import annotations

import sys
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from config.api.formats import weight

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

CODINGS = ("zstd", "gzip")
ZSTD_LEVEL = 1
GZIP_LEVEL = 3  #: the last of zlib's fast ones
#: Bodies below travel in one packet, headers included, however small they become.
WORTHWHILE = 1_000
#: Characters of Accept-Encoding that are read.
MAX_LENGTH = 200


def coding_for(request: HttpRequest) -> str | None:
    """The coding in which the caller wants the answer; None for the plain one."""
    return _read(_accepted(request))[0]


def refuses_plain(request: HttpRequest) -> bool:
    """Whether a body must be compressed, be it small."""
    return _read(_accepted(request))[1]


def _accepted(request: HttpRequest) -> str:
    # What clients send is much shorter; the rest would only fill the cache.
    return str(request.META.get("HTTP_ACCEPT_ENCODING", ""))[:MAX_LENGTH]


@lru_cache(maxsize=256)
def _read(accepted: str) -> tuple[str | None, bool]:
    if not accepted:
        return None, False
    # Who takes anything has not said to understand zstd; gzip is understood everywhere.
    weights = {
        "zstd": weight(accepted, ("zstd",)) or 0.0,
        "gzip": weight(accepted, ("*", "x-gzip", "gzip")) or 0.0,
    }
    best = max(CODINGS, key=weights.__getitem__)
    plain = weight(accepted, ("identity",)) or 0.0
    is_wanted = weights[best] > 0 and weights[best] >= plain
    return best if is_wanted else None, weight(accepted, ("*", "identity")) == 0


def tag_of(etag: str, coding: str | None) -> str:
    """The ETag of a representation in that coding. A strong one stands for bytes, so that each coding has its own."""
    if coding is None or etag.startswith("W/"):
        return etag
    return f'{etag[:-1]}.{coding}"'


def compress(request: HttpRequest, response: HttpResponseBase) -> None:
    """Compress the body of an answer if the caller takes that and it pays. Streams are compressed while they are sent."""
    coding = coding_for(request)
    headers = response.headers
    if coding is None or "Content-Encoding" in headers:
        return
    if "no-transform" in headers.get(
        "Cache-Control", ""
    ):  # a file, of which the bytes are promised
        return
    body: Any = response
    if response.streaming:
        body.streaming_content = _pieces(coding, body.streaming_content)
        del response.headers["Content-Length"]
    else:
        least = 1 if refuses_plain(request) else WORTHWHILE
        if len(body.content) < least:
            return
        body.content = _whole(coding, body.content)
        response.headers["Content-Length"] = str(len(body.content))
    response.headers["Content-Encoding"] = coding


def _whole(coding: str, body: bytes) -> bytes:
    if coding == "zstd":
        return zstd.compress(body, ZSTD_LEVEL)
    return zlib.compress(body, GZIP_LEVEL, _GZIP)


def _pieces(coding: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a stream, compressed as one. A stream that breaks off lacks its end, which unpacking reports."""
    compressor: Any = (
        zstd.ZstdCompressor(ZSTD_LEVEL)
        if coding == "zstd"
        else zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, _GZIP)
    )
    for piece in pieces:
        if ready := compressor.compress(piece):
            yield ready
    yield compressor.flush()


#: zlib's name of the gzip format; its header then has no time in it, so that equal bodies stay equal.
_GZIP = 31
