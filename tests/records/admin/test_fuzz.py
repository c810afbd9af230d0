"""A few of the hostile requests of tests/factories/hostile_desk.py: none ends in a server error."""

from __future__ import annotations

import pytest

from tests.factories.hostile_desk import Attack

#: Requests that the suite sends; more of them, from other seeds, belong to a longer run.
ROUNDS = 40


@pytest.mark.django_db
def test_no_hostile_request_ends_in_a_server_error() -> None:
    assert list(map(str, Attack(seed=1).run(ROUNDS))) == []
