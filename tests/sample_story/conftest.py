"""The sample story, loaded once for all tests of this folder the way a newcomer loads it."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client


@pytest.fixture(scope="module")
def story(module_transaction: None) -> Client:
    """A client of the API with the story published."""
    call_command("load_reference", verbosity=0)
    call_command("load_sample_story", verbosity=0)
    return Client()
