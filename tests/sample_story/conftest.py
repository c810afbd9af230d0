"""The sample story, loaded once for all tests of this folder the way a newcomer loads it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories.story import load_story


@pytest.fixture(scope="module")
def story(module_transaction: None) -> Client:
    """A client of the API with the story published."""
    load_story()
    return Client()
