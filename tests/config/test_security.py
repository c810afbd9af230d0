"""What browsers may do, and who is asked for a session."""

from ipaddress import ip_network

import pytest
from axes.models import AccessAttempt
from django.test import Client

from config.security import CONTENT_SECURITY_POLICY, client_of, network_of


def test_every_answer_forbids_inline_script_and_foreign_sources(db, client):
    for path in ("/admin/login/", "/no-such-page", "/api/v1/no-such-resource/"):
        policy = client.get(path).headers["Content-Security-Policy"]

        assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy, path
        assert "unsafe" not in policy
        assert "http" not in policy


def test_a_session_cookie_means_nothing_to_the_api(admin_client):
    page = admin_client.get("/admin/").wsgi_request
    call = admin_client.get("/api/v1/").wsgi_request

    assert page.user.username == "admin"
    assert not hasattr(call, "session")
    assert getattr(call, "user", None) is None


def test_answers_of_the_api_do_not_depend_on_cookies(db, client):
    answer = client.get("/api/v1/")

    assert "Cookie" not in answer.headers.get("Vary", "")
    assert not answer.cookies


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_need_neither_a_known_host_nor_https(db, settings, path):
    settings.SECURE_SSL_REDIRECT = True

    answer = Client().get(path, headers={"host": "10.0.0.7:8000"})

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"
    # They are answered before the middleware that says so elsewhere.
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_other_pages_need_a_known_host(client):
    assert client.get("/api/v1/", headers={"host": "evil.example"}).status_code == 400


PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.1,10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),  # a client of our own network
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "2001:DB8::1", "2001:db8::1"),
        ("fd00::1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("", "203.0.113.9", ""),  # a socket without an address
    ],
)
def test_the_client_is_the_last_address_that_no_proxy_of_ours_has(peer, forwarded, client):
    assert client_of(peer, forwarded, PROXIES) == client


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_clients_of_ipv6_are_counted_by_their_network(client, counted):
    assert network_of(client) == counted


def test_only_a_trusted_proxy_says_who_asks_and_whether_by_https(db, settings):
    settings.TRUSTED_PROXIES = PROXIES
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    said = {"x-forwarded-for": "198.51.100.1", "x-forwarded-proto": "https"}

    through = Client().get("/admin/login/", headers=said, REMOTE_ADDR="10.0.0.1").wsgi_request
    forged = Client().get("/admin/login/", headers=said, REMOTE_ADDR="203.0.113.9").wsgi_request

    assert (through.META["REMOTE_ADDR"], through.scheme) == ("198.51.100.1", "https")
    assert (forged.META["REMOTE_ADDR"], forged.scheme) == ("203.0.113.9", "http")


def test_failed_logins_are_counted_by_the_client_behind_the_proxy(db, settings):
    settings.TRUSTED_PROXIES = PROXIES

    Client().post(
        "/admin/login/",
        {"username": "admin", "password": "wrong"},
        headers={"x-forwarded-for": "203.0.113.9, 198.51.100.1"},
        REMOTE_ADDR="10.0.0.1",
    )

    assert AccessAttempt.objects.get().ip_address == "198.51.100.1"
