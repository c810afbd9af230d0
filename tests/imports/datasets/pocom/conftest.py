from __future__ import annotations

import pytest

from tests.factories.people import make_state


@pytest.fixture
def states(db):
    make_state("United States", slug="united-states")
    make_state("Ruritania", slug="ruritania")
