"""The service under faults, overload and strangers' bodies, from outside. Each test leaves it as it found it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from config.db import embedded
from config.gate.bodies import FORM_OF_A_STRANGER
from config.health import NO_ROLE
from config.security import CONTENT_SECURITY_POLICY
from tests.factories.servers import children_of, copied, data_folder, free_port, locked, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.factories.servers import Service

# A first start, a second one, and a service that is frozen, overloaded and fed slowly.
pytestmark = pytest.mark.long

CHEAP, OTHER = "/api/v1/events/", "/api/v1/states/"
#: Counted from the events: of persons there are no sums.
COSTLY = "/api/v1/events/counts/?by=person"
LOGIN, UPLOAD = "/admin/login/", "/admin/imports/importbatch/add/"
#: So few that a test can have them all: two for public pages, one each for costly questions, the desk and log-ins.
THREADS = 5
#: Seconds in which even a machine at work does what takes it milliseconds; a hang takes longer.
SOON = 20


@dataclass
class Running:
    """The service, and the password that it said."""

    service: Service
    password: str
    database: embedded.Server


@pytest.fixture(scope="module")
def running(prepared: Path) -> Iterator[Running]:
    with data_folder() as folder, pytest.MonkeyPatch.context() as patch:
        copied(prepared, folder)
        patch.setenv("CHANCERY_VAR", str(folder))
        patch.delenv("DATABASE_URL", raising=False)
        with serving(free_port(), WORKERS="1", THREADS=str(THREADS), METRICS="on") as service:
            service.wait_until_ready()
            said = re.search(
                r"Staff account for /admin/:  admin  (\S+)", (folder / "said").read_text()
            )
            assert said
            yield Running(service, said[1], embedded.main_server())


@pytest.fixture
def service(running: Running) -> Service:
    return running.service


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["code"])


def ask(service: Service, path: str) -> Answer:
    began = time.monotonic()
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)) as connection:
        connection.request("GET", path)
        return read(connection.getresponse(), began)


def read(response: http.client.HTTPResponse, began: float) -> Answer:
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read(), time.monotonic() - began)


def in_the_background(work: Callable[[], Answer]) -> Callable[[], Answer]:
    """Do it in a thread, and return what waits for its result."""
    found: list[Answer] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()

    def result() -> Answer:
        thread.join(60)
        return found[0]

    return result


@contextmanager
def sent(service: Service, *pieces: bytes) -> Iterator[socket.socket]:
    """Open a connection and send bytes as they are."""
    with closing(socket.create_connection(("127.0.0.1", service.port), timeout=60)) as connection:
        for piece in pieces:
            connection.sendall(piece)
        yield connection


def answer_of(connection: socket.socket, method: str = "GET") -> Answer:
    response = http.client.HTTPResponse(connection, method=method)
    began = time.monotonic()
    response.begin()
    return read(response, began)


def head(method: str, path: str, *headers: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()


@contextmanager
def frozen(running: Running) -> Iterator[None]:
    """Stop all processes of the database without a word to anybody."""
    postmaster = int((running.database.data / "postmaster.pid").read_text().split()[0])
    processes = [postmaster, *children_of(postmaster)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


# The database


def test_public_questions_are_asked_as_a_role_that_reads_what_is_public_alone(
    running: Running,
) -> None:
    service = running.service
    # The last one counts imports, and is asked as the owner.
    for path in (CHEAP, COSTLY, "/", "/timeline/", "/readyz", "/metrics"):
        assert ask(service, path).status == 200

    with owner(running.database) as cursor:
        cursor.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = 'chancery' AND pid <> pg_backend_pid()"
            " ORDER BY usename"
        )
        assert cursor.fetchall() == [("chancery",), ("chancery_api",)]
        # The very table that a question needs.
        cursor.execute("REVOKE SELECT ON events_eventedition FROM chancery_api")
        try:
            assert ask(service, CHEAP).status == 500
            unready = ask(service, "/readyz")
            assert (unready.status, json.loads(unready.body)["reasons"]) == (503, [NO_ROLE])
        finally:
            cursor.execute("GRANT SELECT ON events_eventedition TO chancery_api")
    assert ask(service, CHEAP).status == 200
    assert ask(service, "/readyz").status == 200


@contextmanager
def owner(server: embedded.Server) -> Iterator[Any]:
    """A cursor of the role that owns all tables."""
    at = server.django_settings()
    with closing(psycopg2.connect(dbname=at["NAME"], user=at["USER"], host=at["HOST"])) as found:
        found.autocommit = True
        yield found.cursor()


def test_a_frozen_database_holds_nobody_up_and_all_is_well_after_it(running: Running) -> None:
    service = running.service
    assert ask(service, CHEAP).status == 200

    with frozen(running):
        answers = [in_the_background(lambda: ask(service, CHEAP)) for _ in range(4 * THREADS)]
        ready = in_the_background(lambda: ask(service, "/readyz"))
        assert ask(service, "/healthz").status == 200
        found = [answer() for answer in answers]
        assert (ready().status, json.loads(ready().body)) == (
            503,
            {"status": "unavailable", "reasons": ["the database does not answer in time"]},
        )

    assert {answer.status for answer in found} == {503}
    # Who had a turn waited for the database; who had none was not even to wait for one.
    assert {answer.code for answer in found} == {"database_timeout", "overloaded"}
    assert all("retry-after" in answer.headers for answer in found)
    assert max(answer.seconds for answer in [*found, ready()]) < SOON
    assert service.wait_for("/readyz") < SOON
    assert service.wait_for(CHEAP) < SOON


def test_a_long_lock_is_given_up_by_readers_and_told_by_ready(running: Running) -> None:
    service = running.service

    with locked(running.database, "events_eventedition"):
        late = ask(service, CHEAP)
        ready = ask(service, "/readyz")
        other = ask(service, OTHER)

    assert (late.status, late.code, late.headers["retry-after"]) == (503, "database_timeout", "5")
    assert 2 < late.seconds < SOON
    assert (ready.status, ready.seconds < SOON) == (503, True)
    assert other.status == 200
    assert service.wait_for("/readyz") < SOON
    assert ask(service, CHEAP).status == 200


# Overload


def test_costly_questions_wait_apart_and_what_is_too_much_is_refused_at_once(
    running: Running,
) -> None:
    service = running.service
    with locked(running.database, "events_eventedition"):
        # One has its turn, and one may wait for it.
        first = [in_the_background(lambda: ask(service, COSTLY)) for _ in range(2)]
        time.sleep(0.1)
        refused = [in_the_background(lambda: ask(service, COSTLY)) for _ in range(20)]
        cheap = [ask(service, OTHER) for _ in range(5)]
        page = ask(service, LOGIN)
        found = [each() for each in refused]
        assert {answer().status for answer in first} == {503}

    assert {answer.status for answer in cheap} == {200}
    assert page.status == 200
    assert {(answer.status, answer.code) for answer in found} == {(503, "overloaded")}
    assert {answer.headers["retry-after"] for answer in found} == {"2"}
    assert {answer.headers["access-control-allow-origin"] for answer in found} == {"*"}
    # As long as a turn takes: three seconds.
    assert sorted(answer.seconds for answer in found)[10] < 2
    assert service.wait_for(COSTLY) < SOON
    counted = re.search(
        rb'chancery_refusals_total\{code="overloaded"\} (\d+)', ask(service, "/metrics").body
    )
    assert counted
    assert int(counted[1]) >= len(found)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/static/admin/css/base.css"])
def test_what_django_does_not_answer_forbids_as_much(service: Service, path: str) -> None:
    headers = ask(service, path).headers

    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"


# Bodies


def test_unfinished_bodies_hold_nobody_up(service: Service) -> None:
    unfinished = head("POST", LOGIN, "Content-Length: 100") + b"username="
    with ExitStack() as held:
        connections = [held.enter_context(sent(service, unfinished)) for _ in range(50)]
        document = head(
            "POST", "/api/v1/resolve/", "Content-Type: application/json", "Content-Length: 100"
        )
        connections += [held.enter_context(sent(service, document, b"{")) for _ in range(50)]

        for path in ("/healthz", "/readyz", CHEAP, LOGIN):
            assert ask(service, path).status == 200
        assert ask(service, COSTLY).seconds < SOON

        assert {answer_of(connection).status for connection in connections} == {408}


TOO_LONG = FORM_OF_A_STRANGER.size + 1


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        # Answered at the head: nothing of the body is sent.
        ((head("GET", CHEAP, "Content-Length: 5"),), 413),
        ((head("GET", "/", "Transfer-Encoding: chunked"),), 413),
        ((head("POST", LOGIN, f"Content-Length: {TOO_LONG}"),), 413),
        ((head("POST", UPLOAD, "Content-Length: 10000000"),), 413),
        ((head("POST", UPLOAD, "Content-Length: 10000000", "Cookie: sessionid=forged"),), 413),
        ((head("POST", "/api/v1/resolve/", "Content-Length: 2000000"),), 413),
        ((head("POST", CHEAP, "Content-Length: 300000000"),), 405),
        ((head("POST", "/nowhere/", "Content-Length: 300000000"),), 404),
        # Without a length beforehand.
        (
            (
                head("POST", LOGIN, "Transfer-Encoding: chunked"),
                f"{TOO_LONG:x}\r\n".encode() + b"x" * TOO_LONG + b"\r\n",
            ),
            413,
        ),
        # What is taken: Django sees it, and misses the token of the form.
        ((head("POST", LOGIN, "Content-Length: 9"), b"username="), 403),
        ((head("POST", LOGIN, "Transfer-Encoding: chunked"), b"3\r\na=b\r\n0\r\n\r\n"), 403),
        (
            (
                head(
                    "POST", "/api/v1/resolve/", "Content-Type: application/json",
                    "Content-Length: 2",
                ),
                b"{}",
            ),
            400,
        ),
    ],
)  # fmt: skip
def test_who_may_send_how_much(service: Service, pieces: tuple[bytes, ...], status: int) -> None:
    with sent(service, *pieces) as connection:
        answer = answer_of(connection)

        assert answer.status == status
        if status == 413 and answer.headers["content-type"] == "application/problem+json":
            assert answer.code == "content_too_large"
    assert ask(service, "/healthz").status == 200


def test_staff_send_files(running: Running) -> None:
    """Larger than a stranger's, and no larger than the desk takes."""
    service = running.service
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)) as connection:
        cookies: dict[str, str] = {}

        def send(method: str, path: str, body: bytes = b"", content_type: str = "") -> Answer:
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
            if content_type:
                headers["Content-Type"] = content_type
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            for name, value in response.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    cookies[key] = rest.partition(";")[0]
            return read(response, time.monotonic())

        send("GET", LOGIN)
        form = (
            f"csrfmiddlewaretoken={cookies['csrftoken']}&username=admin&password={running.password}"
        )
        assert send("POST", LOGIN, form.encode(), "application/x-www-form-urlencoded").status == 302
        part = "--x\r\nContent-Disposition: form-data; name="
        upload = (
            f'{part}"csrfmiddlewaretoken"\r\n\r\n{cookies["csrftoken"]}\r\n'
            f'{part}"file"; filename="a.ndjson"\r\n\r\n'
        ).encode() + b"x" * 3_000_000 + b"\r\n--x--\r\n"  # fmt: skip
        taken = send("POST", UPLOAD, upload, "multipart/form-data; boundary=x")

        assert taken.status != 413
        assert b"csrfmiddlewaretoken" in taken.body or taken.status == 302
        with sent(
            service,
            head(
                "POST", UPLOAD, "Content-Length: 300000000",
                f"Cookie: sessionid={cookies['sessionid']}",
            ),
        ) as large:  # fmt: skip
            assert answer_of(large).status == 413
