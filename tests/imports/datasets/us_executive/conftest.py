from __future__ import annotations

import pytest

from tests.factories.people import make_state


@pytest.fixture
def country(db):
    return make_state("United States", slug="united-states")


@pytest.fixture
def folder(tmp_path):
    return tmp_path
