"""Imports at the desk, without processes."""

from __future__ import annotations

import pytest

from imports import worker
from tests.factories.imports import Capture, Desk, work_here


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Capture) -> Desk:
    monkeypatch.setattr(worker, "start", work_here)
    return Desk(django_capture_on_commit_callbacks)
