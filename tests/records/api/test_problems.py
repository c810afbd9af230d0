"""Every error of the API is a problem document, wherever it comes from."""

import logging
import re

import psycopg2
import psycopg2.errors
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client, override_settings
from django.urls import include, path

from config.api.problems import Problem, database_problem
from config.logging import RequestIdFilter
from config.urls import *  # noqa: F403 - the project's addresses, and some that fail
from config.urls import urlpatterns as project
from records.publishing.publish import publish
from tests.factories.records import make_topic

pytestmark = pytest.mark.django_db


def fail(request):
    raise RuntimeError("the secret of the house")


def refuse(request):
    raise Problem("too_many_requests", headers={"Retry-After": "7"})


def database_fails(request):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)")


urlpatterns = [
    path(
        "api/v1/",
        include(
            [path("fail/", fail), path("refuse/", refuse), path("database-fails/", database_fails)]
        ),
    ),
    path("fail/", fail),
    *project,
]


@pytest.fixture
def lenient():
    """A client that gets answers instead of exceptions."""
    return Client(raise_request_exception=False)


def check(response, status, code):
    problem = response.json()
    assert (response.status_code, response.headers["Content-Type"]) == (
        status,
        "application/problem+json",
    )
    assert list(problem)[:8] == [
        "type",
        "title",
        "status",
        "detail",
        "instance",
        "code",
        "request_id",
        "errors",
    ]
    assert (problem["status"], problem["code"], problem["type"]) == (
        status,
        code,
        f"/api/v1/problems/{code}/",
    )
    assert problem["request_id"] == response.headers["X-Request-ID"]
    assert response.headers["Cache-Control"] == "no-store"
    return problem


@pytest.mark.parametrize(
    "address",
    [
        "/api",
        "/api/",
        "/api/v2/",
        "/api/v1/nothing/",
        "/api/v1/topics/gold/nothing/",
        "/api/v1/problems/nothing/",
        "/api/v1/%00",
        "/api/v1/%FF/",
        "/api/v1/topics//",
    ],
)
@pytest.mark.parametrize("debug", [True, False])
def test_an_address_that_leads_nowhere(client, settings, address, debug):
    settings.DEBUG = debug

    problem = check(client.get(address), 404, "not_found")
    assert problem["instance"].startswith("/api")
    # With DEBUG the page is Django's, of which nothing but the status is kept. Problems have addresses, of which this is none.
    says_where = not debug and not address.startswith("/api/v1/problems/")
    assert ("/api/v1/ lists all resources" in problem["detail"]) is says_where


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_a_method_that_is_not_taken(method):
    client = Client(enforce_csrf_checks=True)
    for address in (
        "/api/v1/",
        "/api/v1/topics/",
        "/api/v1/topics/gold/",
        "/api/v1/topics/gold/revisions/",
        "/api/v1/openapi.json",
    ):
        response = getattr(client, method)(address)

        check(response, 405, "method_not_allowed")
        assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("*/*", 200),
        ("application/*", 200),
        ("text/html,application/xhtml+xml,*/*;q=0.8", 200),
        ("APPLICATION/JSON; q=0.5", 200),
        ("text/html", 406),
        ("application/json;q=0", 406),
        ("application/json;q=0.0,*/*", 200),
        ("text/csv, text/*", 200),
        ("nonsense", 406),
    ],
)
def test_what_the_caller_accepts(client, accept, status):
    response = client.get("/api/v1/topics/", headers={"accept": accept})

    assert response.status_code == status
    if status == 406:
        problem = check(response, 406, "not_acceptable")
        assert problem["available"] == [
            {"format": "json", "media_type": "application/json"},
            {"format": "csv", "media_type": "text/csv"},
            {"format": "ndjson", "media_type": "application/x-ndjson"},
        ]


def test_a_format_in_the_query_decides_alone(client):
    assert (
        client.get("/api/v1/topics/?format=json", headers={"accept": "text/html"}).status_code
        == 200
    )
    check(client.get("/api/v1/topics/?format=xml"), 406, "not_acceptable")


@override_settings(ROOT_URLCONF="tests.records.api.test_problems")
@pytest.mark.parametrize("debug", [True, False])
def test_a_bug_tells_nothing_but_its_number(lenient, settings, debug, caplog):
    settings.DEBUG = debug

    response = lenient.get("/api/v1/fail/")

    problem = check(response, 500, "internal_error")
    assert b"secret" not in response.content
    assert problem["errors"] == []
    assert "the secret of the house" in caplog.text


@override_settings(ROOT_URLCONF="tests.records.api.test_problems")
def test_pages_for_people_stay_pages_for_people(lenient):
    assert "html" in lenient.get("/fail/").headers["Content-Type"]
    assert "html" in lenient.get("/nothing/").headers["Content-Type"]


@override_settings(ROOT_URLCONF="tests.records.api.test_problems")
def test_a_problem_raised_in_a_plain_view_keeps_its_headers(client):
    response = client.get("/api/v1/refuse/")

    check(response, 429, "too_many_requests")
    assert response.headers["Retry-After"] == "7"


@override_settings(ROOT_URLCONF="tests.records.api.test_problems")
def test_a_statement_that_takes_too_long(client):
    response = client.get("/api/v1/database-fails/")

    check(response, 503, "database_timeout")
    assert response.headers["Retry-After"] == "5"


def test_a_host_that_is_not_ours(client):
    response = client.get("/api/v1/topics/", headers={"host": "evil.example"})

    check(response, 400, "bad_request")


def test_a_host_that_is_not_ours_costs_the_log_one_line(client, caplog):
    client.get("/api/v1/topics/", headers={"host": "evil.example"})

    (record,) = (one for one in caplog.records if one.name == "django.security.DisallowedHost")
    assert record.exc_info is None
    assert "evil.example" in record.getMessage()


def _caused(error_class, cause):
    error = error_class(str(cause))
    error.__cause__ = cause
    return error


def _sqlstate(code):
    cause = psycopg2.errors.lookup(code)("made for the test")
    # psycopg2 sets it from the server's answer only.
    return type("Fault", (type(cause),), {"pgcode": code})("made for the test")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (
            _caused(OperationalError, psycopg2.OperationalError("could not connect")),
            "database_unavailable",
        ),
        (InterfaceError("connection already closed"), "database_unavailable"),
        (_caused(OperationalError, _sqlstate("57P01")), "database_unavailable"),
        (_caused(OperationalError, _sqlstate("53300")), "database_unavailable"),
        (_caused(OperationalError, _sqlstate("40P01")), "database_unavailable"),
        (_caused(OperationalError, _sqlstate("57014")), "database_timeout"),
        (_caused(OperationalError, _sqlstate("55P03")), "database_timeout"),
        (_caused(OperationalError, _sqlstate("25006")), "database_read_only"),
        (_caused(OperationalError, _sqlstate("53100")), "database_full"),
        (_caused(OperationalError, _sqlstate("42703")), None),
        (_caused(OperationalError, _sqlstate("22P02")), None),
    ],
)
def test_what_a_fault_of_the_database_means(error, code):
    problem = database_problem(error)

    assert (problem and problem.type.code) == code
    if problem:
        assert (problem.type.status, problem.headers) == (503, {"Retry-After": "5"})


@pytest.mark.django_db(transaction=True)
def test_a_database_that_cannot_be_reached(client, monkeypatch):
    """A real connection is refused; the next request finds the database again."""
    publish(make_topic("gold"), by=None)
    good = dict(connection.settings_dict)
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    try:
        for address in ("/api/v1/topics/", "/api/v1/topics/gold/", "/api/v1/topics/?broader=gold"):
            check(client.get(address), 503, "database_unavailable")
    finally:
        connection.settings_dict.update(good)
        connection.close()

    assert client.get("/api/v1/topics/gold/").status_code == 200


# What every answer has


def test_a_request_id_is_made_or_taken_over(client):
    made = [client.get("/api/v1/").headers["X-Request-ID"] for _ in range(2)]
    assert all(re.fullmatch("[0-9a-f]{32}", key) for key in made)
    assert made[0] != made[1]

    assert (
        client.get("/api/v1/", headers={"x-request-id": "caller-1:a"}).headers["X-Request-ID"]
        == "caller-1:a"
    )
    for bad in ("x" * 129, "a b", "<script>", "é", "a\tb"):
        assert re.fullmatch(
            "[0-9a-f]{32}",
            client.get("/api/v1/", headers={"x-request-id": bad}).headers["X-Request-ID"],
        ), bad


def test_every_refusal_is_found_in_the_log_by_its_id(client, db, caplog):
    caplog.set_level(logging.INFO, "config.refused")
    caplog.handler.addFilter(seeing := RequestIdFilter())
    paths = [
        "/api/v1/topics/no-such/",
        "/api/v1/topics/?country=%0APK",
        "/no-such/" + "x" * 600,
        "/api/v1/",
    ]

    answers = [client.get(path) for path in paths]
    caplog.handler.removeFilter(seeing)

    assert [(r.request_id, r.getMessage()) for r in caplog.records] == [
        (answer.headers["X-Request-ID"], f"GET {path[:500]} {status}")
        for answer, path, status in zip(answers, paths, (404, 400, 404), strict=False)
    ]


@override_settings(ROOT_URLCONF="tests.records.api.test_problems")
def test_log_records_of_a_request_carry_its_id(lenient):
    seen: list[str] = []

    class Seeing(logging.Handler):
        def emit(self, record):
            seen.append(record.__dict__["request_id"])

    handler = Seeing()
    handler.addFilter(RequestIdFilter())
    logging.getLogger("django.request").addHandler(handler)
    try:
        lenient.get("/api/v1/fail/", headers={"x-request-id": "caller-2"})
    finally:
        logging.getLogger("django.request").removeHandler(handler)

    assert seen
    assert set(seen) == {"caller-2"}


@pytest.mark.parametrize(
    "address",
    ["/api/v1/topics/", "/api/v1/nothing/", "/api/v1/topics/?x=1", "/api/v1/openapi.json"],
)
def test_any_page_may_read_any_answer(client, address):
    headers = client.get(address, headers={"origin": "https://example.org"}).headers

    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in headers
    assert {"ETag", "Link", "X-Request-ID", "Retry-After"} <= set(
        headers["Access-Control-Expose-Headers"].split(", ")
    )


def test_the_index_names_every_resource(client):
    index = client.get("/api/v1/").json()

    assert index["resources"]["topics"] == "/api/v1/topics/"
    posted = index["resources"].pop("resolve")
    assert client.get(posted).status_code == 405
    for address in [
        *index["resources"].values(),
        index["openapi"],
        index["docs"],
        index["problems"],
    ]:
        assert client.get(address).status_code == 200, address
    assert client.get("/api/v1").content == client.get("/api/v1/").content
