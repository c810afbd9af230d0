"""Bodies of requests: how large they may be and how long they may take, by who sends them and where to; received whole before a thread works."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, cast

from django.conf import settings

from config.api.body import MAX_BODY
from config.api.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Bytes of a body that stay in memory; the rest lies in a file without a name, which ends with the request or its process.
IN_MEMORY = 64 * 1024
#: Bytes of all bodies of strangers that one process holds while they arrive.
HELD_AT_MOST = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a body may be."""

    size: int  #: bytes
    seconds: float  #: until all of it has arrived
    is_trusted: bool = False  #: it comes from somebody who has logged in


NOTHING = Allowance(0, 0)
#: A log-in form, and whatever else is sent to the desk by somebody who has not logged in.
FORM_OF_A_STRANGER = Allowance(8 * 1024, 10)
#: An API document that is posted, and what staff upload.
DOCUMENT = Allowance(MAX_BODY, 10)
UPLOAD = Allowance(settings.LARGEST_UPLOAD + 1024**2, 600, is_trusted=True)


class Received:
    """What bodies of strangers that are still arriving hold in this process."""

    def __init__(self) -> None:
        self.held = 0

    async def receive(
        self, protocol: Any, headers: Mapping[str, str], allowance: Allowance
    ) -> tuple[IO[bytes], int]:
        """Return the body and its length. Raises Problem where it is larger or slower than allowed."""
        most = allowance.size
        declared = headers.get("content-length", "")
        if not most or (declared.isdecimal() and int(declared) > most):
            raise too_large(most)
        body = cast("IO[bytes]", SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 - its reader closes it
        size = 0
        try:
            async with asyncio.timeout(allowance.seconds):
                async for piece in protocol:
                    size += len(piece)
                    if size > most:
                        raise too_large(most)
                    if not allowance.is_trusted:
                        self.held += len(piece)
                        if self.held > HELD_AT_MOST:
                            raise Problem("overloaded", "Too many bodies arrive at once.")
                    body.write(piece)
            if declared.isdecimal() and int(declared) != size:
                raise Problem("bad_request", "The body ended early.")
        except TimeoutError:
            body.close()
            detail = f"The body had not arrived after {allowance.seconds:g} seconds."
            raise Problem("request_timeout", detail) from None
        except BaseException:
            body.close()
            raise
        finally:
            if not allowance.is_trusted:
                self.held -= size
        body.seek(0)
        return body, size


def too_large(most: int) -> Problem:
    detail = f"The body has more than {most:,} bytes." if most else "This address takes no body."
    return Problem("content_too_large", detail)


def session_of(cookie: str, name: str) -> str | None:
    """Return the key of the session that a request names, which need not exist."""
    if name not in cookie:
        return None
    try:
        found = SimpleCookie(cookie).get(name)
    except CookieError:
        return None
    return found.value if found is not None else None
