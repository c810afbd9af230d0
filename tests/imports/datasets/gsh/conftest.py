from __future__ import annotations

import pytest


@pytest.fixture
def folder(tmp_path, db):
    (tmp_path / "territories").mkdir()
    return tmp_path
