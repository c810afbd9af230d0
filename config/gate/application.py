"""The service as granian runs it (RSGI): an event loop receives, queues and refuses; threads, one per turn, run Django.

The loop never waits for Django: `/healthz` is answered by the loop itself, `/readyz` and `/metrics` have threads of their
own. See docs/decisions/0128.
"""

from __future__ import annotations

import asyncio
import sys
import time
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
from django.conf import settings
from django.db import DatabaseError, connection
from django.urls import get_resolver
from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined] # granian's docs import it so

from config.api.middleware import CROSS_ORIGIN, request_key
from config.api.problems import CONTENT_TYPE, RETRY_AFTER, Problem, document_of
from config.baton import Baton, waiting
from config.gate.bodies import (
    DOCUMENT,
    FORM_OF_A_STRANGER,
    NOTHING,
    UPLOAD,
    Allowance,
    Received,
    session_of,
)
from config.gate.environ import environ_of, headers_of
from config.gate.lanes import PATIENCE_AT_THE_DESK, Lane, Overloaded, Turn
from config.gate.questions import questions_of
from config.health import ALIVE, LATE, unavailable
from config.security import CONTENT_SECURITY_POLICY
from config.sessions import SessionStore
from config.wsgi import application as django

if TYPE_CHECKING:
    from collections.abc import Iterable

    Headers = list[tuple[str, str]]


#: Seconds after which a refused caller may try again.
OVERLOADED_RETRY = 2
#: Beyond what the database itself gives a reader: only where it does not answer at all.
GRACE = 0.25
#: For `/readyz` and `/metrics`, of which the former shall say within 3 seconds that the database does not answer.
MACHINE_SECONDS = 2.5
#: How long who holds Python's lock keeps it while others wait. Each request that arrives needs it once, in turns with all
#: threads: with Python's own 5 ms a crowd is refused far too late (docs/decisions/0128).
SWITCH_SECONDS = 0.00005
#: Bytes of an answer that is sent at once; a larger one that is not in memory is sent in pieces.
AT_ONCE = 1024**2
#: Seconds that a client has to take a piece.
SEND_SECONDS = 30

LOGIN = "/admin/login/"
MACHINES = frozenset({"/readyz", "/metrics"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Gate:
    """The RSGI application of one process."""

    def __init__(self, threads: int) -> None:
        quarter = max(1, threads // 4)
        # Public pages have what the others leave.
        self._public = Lane("public", max(1, threads - 2 * quarter - 1), baton=Baton())
        self._costly = Lane("costly", quarter, baton=Baton())
        # Somebody at the desk opens ten records at once, or saves an hour's work: that waits rather than being refused.
        self._desk = Lane("desk", quarter, patience=PATIENCE_AT_THE_DESK)
        # A hash of a password takes 100 MB and a tenth of a second of a processor.
        self._logins = Lane("log-ins", 1, seconds=0.1)
        self._machines = Lane("machines", 2)
        self._received = Received()
        self._questions = questions_of(get_resolver().url_patterns)
        #: How long who has a turn in which lane is left without an answer; at the desk the database decides.
        self._seconds = {self._machines.name: MACHINE_SECONDS}
        if settings.READ_TIMEOUT:
            reading = settings.READ_TIMEOUT + GRACE
            self._seconds |= {self._public.name: reading, self._costly.name: reading}
        #: The same for a list as a whole, until it begins to be sent.
        self._seconds_of_whole = settings.STATEMENT_TIMEOUT + GRACE

    def __rsgi_init__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Start the threads: before the fork they would be lost."""
        # The loop must not wait long for threads that compute, nor they for a loop that refuses thousands.
        sys.setswitchinterval(SWITCH_SECONDS)
        for lane in (self._public, self._costly, self._desk, self._logins, self._machines):
            lane.start()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Serve one request."""
        if scope.path == "/healthz":
            send(protocol, *ALIVE)
            return
        lane = self._lane(scope)
        try:
            if lane.is_overloaded():  # before anything else is done: it must cost next to nothing
                raise Overloaded(lane.name)
            headers = headers_of(scope)
            body, size = await self._receive(scope, protocol, headers)
            turn = Turn(Request(protocol, environ_of(scope, headers, body, size)).serve)
            lane.put(turn)
        except Overloaded:
            refuse(scope, protocol, OVERLOADED)
            return
        except Problem as problem:
            refuse(scope, protocol, Refusal(problem))
            return
        allowed = self._allowed(lane, scope)
        timer = turn.loop.call_later(lane.longest_wait, self._look, turn, allowed, scope, protocol)
        try:
            await turn.done
        finally:
            timer.cancel()

    def _allowed(self, lane: Lane, scope: Any) -> float | None:
        """How many seconds a request may be left without an answer; None where nothing but the database decides."""
        seconds = self._seconds.get(lane.name)
        if seconds and lane is self._costly:
            accept = scope.headers.get("accept", "")
            if self._questions.is_whole(scope.query_string, accept):
                return self._seconds_of_whole if settings.STATEMENT_TIMEOUT else None
        return seconds

    def _look(self, turn: Turn, allowed: float | None, scope: Any, protocol: Any) -> None:
        """Refuse what still waits for its turn, or has had it for too long; the thread keeps at it until it ends."""
        if turn.done.done():
            return
        if turn.begun_at and allowed is None:
            return
        left = (
            turn.begun_at + (allowed or 0) - time.monotonic()
        )  # far below 0 where it has not begun
        if left > 0:
            turn.loop.call_later(left, self._look, turn, allowed, scope, protocol)
        elif turn.claim():
            refuse(scope, protocol, TOO_LATE if turn.begun_at else OVERLOADED)
            turn.finish(None)

    def _lane(self, scope: Any) -> Lane:
        path = scope.path
        if path.startswith("/api/"):
            accept = scope.headers.get("accept", "")
            is_costly = self._questions.is_costly(path, scope.query_string, accept)
            return self._costly if is_costly else self._public
        if path in MACHINES:
            return self._machines
        if path.startswith("/admin/"):
            return self._logins if path == LOGIN and scope.method == "POST" else self._desk
        return self._public

    async def _receive(
        self, scope: Any, protocol: Any, headers: dict[str, str]
    ) -> tuple[IO[bytes], int]:
        """Receive the body, if there is one and the address takes it. Raises Problem or Overloaded."""
        is_safe = scope.method in SAFE
        length = headers.get("content-length", "")
        if length == "0" or (is_safe and not length and "transfer-encoding" not in headers):
            return BytesIO(), 0
        allowance = NOTHING
        if not is_safe and scope.path.startswith("/admin/"):
            allowance = await self._allowance_at_the_desk(scope.path, length, headers)
        elif scope.method == "POST" and self._questions.takes_body(scope.path):
            allowance = DOCUMENT
        elif not is_safe:
            # Django says why not (404, 405), without its body.
            return BytesIO(), 0
        return await self._received.receive(protocol, headers, allowance)

    async def _allowance_at_the_desk(
        self, path: str, length: str, headers: dict[str, str]
    ) -> Allowance:
        """Allow more to those who have logged in, which is looked up only for what is larger than a stranger may send."""
        if path == LOGIN or (length.isdecimal() and int(length) <= FORM_OF_A_STRANGER.size):
            return FORM_OF_A_STRANGER
        key = session_of(headers.get("cookie", ""), settings.SESSION_COOKIE_NAME)
        if not key:
            return FORM_OF_A_STRANGER
        turn = Turn(lambda _turn: _has_logged_in(key))
        self._desk.put(turn)
        return UPLOAD if await turn.done else FORM_OF_A_STRANGER


class Request:
    """A request for Django, run by a thread."""

    __slots__ = ("_environ", "_headers", "_protocol", "_status")

    def __init__(self, protocol: Any, environ: dict[str, Any]) -> None:
        self._protocol = protocol
        self._environ = environ
        self._status = 500
        self._headers: Headers = []

    def serve(self, turn: Turn) -> None:
        """Answer, unless somebody else has."""
        result: Any = django(self._environ, self._start)
        try:
            if not self._is_streamed(result):
                body = b"".join(result)
                if turn.claim():
                    self._protocol.response_bytes(self._status, self._headers, body)
            elif turn.claim():
                self._stream(result, turn.loop)
        finally:
            self._environ["wsgi.input"].close()
            if (close := getattr(result, "close", None)) is not None:
                close()

    def _start(self, status: str, headers: Headers, _error: Any = None) -> Any:
        self._status, self._headers = int(status[:3]), headers

    def _is_streamed(self, result: Any) -> bool:
        """Whether the answer is too large to be sent at once, or has no end that is known."""
        if getattr(result, "streaming", None) is False or isinstance(result, list):
            return False
        lengths = [value for name, value in self._headers if name.lower() == "content-length"]
        return not lengths or int(lengths[0]) > AT_ONCE

    def _stream(self, pieces: Iterable[bytes], loop: asyncio.AbstractEventLoop) -> None:
        transport = self._protocol.response_stream(self._status, self._headers)

        async def send_piece(piece: bytes) -> None:
            await transport.send_bytes(piece)

        for piece in pieces:
            if piece:
                sent = asyncio.run_coroutine_threadsafe(send_piece(piece), loop)
                try:
                    with waiting:
                        sent.result(SEND_SECONDS)
                except (ProtocolClosed, TimeoutError):  # the client has gone, or does not read
                    sent.cancel()
                    return


def _has_logged_in(key: str) -> bool:
    try:
        return "_auth_user_id" in SessionStore(key)
    except DatabaseError:
        return False
    finally:
        connection.close()


def refuse(scope: Any, protocol: Any, refusal: Refusal) -> None:
    """Answer from the loop; `/readyz` in its own words."""
    if scope.path == "/readyz":
        send(protocol, *unavailable([LATE]))
    else:
        refusal.send(scope, protocol)


def send(protocol: Any, status: int, headers: dict[str, str], body: bytes) -> None:
    """Answer from the loop."""
    protocol.response_bytes(status, [*headers.items()], body)


class Refusal:
    """An answer to requests that Django does not see: a problem under /api/, else a line of text."""

    def __init__(self, problem: Problem, retry_after: int | None = None) -> None:
        self._status = problem.type.status or 500
        self._code = problem.type.code
        always = [
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if retry_after is not None:
            always.append(("Retry-After", str(retry_after)))
        self._page = f"{problem.type.title}. {problem.detail}\n".encode()
        self._page_headers = [*always, ("Content-Type", "text/plain; charset=utf-8")]
        self._headers = [*always, *CROSS_ORIGIN.items(), ("Content-Type", CONTENT_TYPE)]
        # What differs between requests is put in between: this is all that refusing costs.
        document = document_of(problem, "INSTANCE", "REQUEST")
        self._first, rest = document.split(b'"INSTANCE"')
        self._second, self._third = rest.split(b"REQUEST")

    def send(self, scope: Any, protocol: Any) -> None:
        if settings.METRICS:
            from config.metrics import REFUSALS  # noqa: PLC0415 - costs memory where nobody counts

            REFUSALS.labels(self._code).inc()
        request_id = request_key(scope.headers.get("x-request-id", ""))
        key = ("X-Request-ID", request_id)
        if not scope.path.startswith("/api/"):
            protocol.response_bytes(self._status, [*self._page_headers, key], self._page)
            return
        query = f"?{scope.query_string}" if scope.query_string else ""
        instance = orjson.dumps(quote(scope.path) + query)
        body = b"".join((self._first, instance, self._second, request_id.encode(), self._third))
        protocol.response_bytes(self._status, [*self._headers, key], body)


OVERLOADED = Refusal(Problem("overloaded"), OVERLOADED_RETRY)
TOO_LATE = Refusal(Problem("database_timeout"), RETRY_AFTER)
