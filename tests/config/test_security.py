"""What browsers may do, and who is asked for a session."""

import pytest
from django.test import Client


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


def test_other_pages_need_a_known_host(client):
    assert client.get("/api/v1/", headers={"host": "evil.example"}).status_code == 400
