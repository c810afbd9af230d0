"""What is logged of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.log import log_response

from config import health

if TYPE_CHECKING:
    import pytest
    from django.test import Client, RequestFactory


def test_a_probe_that_finds_an_obstacle_is_no_line_of_the_log(
    client: Client,
    rf: RequestFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(health, "_obstacles", lambda: ["the database cannot be reached"])

    assert client.get("/readyz").status_code == 503
    log_response("Elsewhere", request=rf.get("/api/v1/"), response=HttpResponse(status=503))

    logged = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert logged == [("INFO", "GET /readyz 503"), ("ERROR", "Elsewhere")]
