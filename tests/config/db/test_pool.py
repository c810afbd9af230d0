"""Connections that outlive requests, on a server that is stopped and killed under them."""

import os
import signal
import threading
from collections.abc import Callable, Iterator

import psycopg2
import pytest
from django.db import OperationalError
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from config.db import embedded
from config.db.pool import base
from config.db.pool.readers import as_reader, readers_middleware


@pytest.fixture
def connect(server: embedded.Server, db: None) -> Iterator[Callable[..., base.DatabaseWrapper]]:
    """Make connections to a server of the test's own, with a pool of two."""
    server.start()
    made = []

    def make(**options: str) -> base.DatabaseWrapper:
        made.append(
            base.DatabaseWrapper(
                {
                    **server.django_settings(),
                    "OPTIONS": options, "TIME_ZONE": None, "AUTOCOMMIT": True, "ATOMIC_REQUESTS": False,
                    "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False, "TEST": {},
                },
                alias="default",  # Django looks up the alias of every new connection
            )
        )  # fmt: skip
        made[-1].inc_thread_sharing()
        return made[-1]

    base.open_pool(size=2)
    yield make
    for wrapper in made:
        wrapper.close()
    base.open_pool(size=0)
    for idle in base._idle.values():
        while idle:
            idle.pop()[1].close()


def backend(wrapper: base.DatabaseWrapper) -> int:
    """Ask which server process answers: the same one means the same connection."""
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def request(wrapper: base.DatabaseWrapper) -> int:
    pid = backend(wrapper)
    wrapper.close()
    return pid


def test_a_closed_connection_serves_the_next_request(connect):
    assert request(connect()) == request(connect())


def test_a_thread_that_ends_leaves_its_connection_to_the_others(connect):
    seen = []

    for _ in range(5):
        thread = threading.Thread(target=lambda: seen.append(request(connect())))
        thread.start()
        thread.join()

    assert len(set(seen)) == 1


def who(wrapper: base.DatabaseWrapper) -> tuple[str, str]:
    """Ask as which role the connection has logged in, and when its statements are given up."""
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT session_user, current_setting('statement_timeout')")
        role, seconds = cursor.fetchone()
    wrapper.close()
    return role, seconds


@pytest.fixture
def reader(connect: Callable[..., base.DatabaseWrapper]) -> tuple[str, str]:
    """What a reader's connection is."""
    with connect().cursor() as cursor:
        cursor.execute(f"CREATE ROLE {embedded.API_USER} LOGIN")
    return embedded.API_USER, "3s"


def test_readers_have_connections_of_their_own_as_another_role_with_less_time(connect, reader):
    found = []

    def view(request):
        found.append(who(connect(options="-c statement_timeout=15s")))
        return HttpResponse()

    serve = readers_middleware(view)
    for path in ("/api/v1/events/", "/admin/", "/", "/admin/events/", "/timeline/"):
        serve(RequestFactory().get(path))

    desk = (embedded.NAME, "15s")
    assert found == [reader, desk, reader, desk, reader]
    assert [len(base._idle[is_reading]) for is_reading in (True, False)] == [1, 1]


def test_being_a_reader_costs_no_statement(connect, reader):
    counted = []
    for so in (False, True):
        with as_reader(so=so):
            for _again in range(2):
                wrapper = connect()
                wrapper.force_debug_cursor = True
                request(wrapper)
                counted.append([query["sql"] for query in wrapper.queries_log])

    assert counted == [["SELECT pg_backend_pid()"]] * 4


def test_at_the_end_of_a_request_no_other_connection_is_opened(connect, reader, monkeypatch):
    opened = []
    real = base.DatabaseWrapper.get_new_connection

    def get_new_connection(self, parameters):
        opened.append(parameters["user"])
        return real(self, parameters)

    monkeypatch.setattr(base.DatabaseWrapper, "get_new_connection", get_new_connection)
    for so in (True, False):
        wrapper = connect()
        with as_reader(so=so):
            backend(wrapper)
        wrapper.close_if_unusable_or_obsolete()  # as Django does when the answer has been sent
        assert wrapper.connection is None

    assert opened == [embedded.API_USER, embedded.NAME]


def test_what_is_read_while_an_answer_is_sent_is_read_as_a_reader(connect, reader):
    def pieces():
        for _ in range(2):
            yield str(who(connect()))

    serve = readers_middleware(lambda request: StreamingHttpResponse(pieces()))
    response = serve(RequestFactory().get("/api/v1/events/"))

    assert isinstance(response, StreamingHttpResponse)
    assert [piece.decode() for piece in response] == [str(reader)] * 2
    assert who(connect())[0] == embedded.NAME


def test_two_at_once_never_share_a_connection(connect):
    first, second = connect(), connect()

    assert backend(first) != backend(second)


def test_no_more_are_kept_than_the_size_says(connect):
    wrappers = [connect() for _ in range(3)]
    pids = [backend(wrapper) for wrapper in wrappers]
    for wrapper in wrappers:
        wrapper.close()

    again = [backend(wrapper) for wrapper in wrappers]

    assert len(set(again) & set(pids)) == 2


def test_what_a_request_left_undone_is_rolled_back(connect):
    wrapper = connect()
    wrapper.set_autocommit(False)
    with wrapper.cursor() as cursor:
        cursor.execute("CREATE TABLE half_done ()")
    wrapper.close()

    other = connect()
    with other.cursor() as cursor:
        cursor.execute("SELECT to_regclass('half_done')")
        assert cursor.fetchone() == (None,)
    assert other.get_autocommit() is True


def test_a_connection_for_other_options_is_not_handed_out(connect):
    request(connect())

    with connect(application_name="other").cursor() as cursor:
        cursor.execute("SHOW application_name")
        assert cursor.fetchone() == ("other",)


def test_no_request_fails_when_the_server_restarted_between_two(connect, server):
    first, second = connect(), connect()
    before = {backend(first), backend(second)}
    first.close()
    second.close()

    server.stop()
    server.start()

    assert not before & {request(connect()), request(connect())}


def test_no_request_fails_after_connections_were_killed(connect, server):
    pid = request(connect())
    settings = server.django_settings()
    admin = psycopg2.connect(dbname=settings["NAME"], user=settings["USER"], host=settings["HOST"])
    admin.cursor().execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    admin.close()

    assert request(connect()) != pid


def test_a_request_that_lost_its_server_fails_alone(connect, server):
    wrapper = connect()
    backend(wrapper)
    os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    server.start()

    with pytest.raises(OperationalError):
        backend(wrapper)
    wrapper.close()

    assert request(connect())


def test_a_connection_of_the_parent_is_not_used_by_a_forked_child(connect):
    pid = request(connect())
    reading, writing = os.pipe()

    child = os.fork()
    if child == 0:
        os.write(writing, str(request(connect())).encode())
        os._exit(0)
    os.waitpid(child, 0)

    assert int(os.read(reading, 20)) != pid
    os.close(reading)
    os.close(writing)
    assert request(connect()) == pid
