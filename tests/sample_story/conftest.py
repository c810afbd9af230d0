"""The sample story, loaded once for all tests of this folder the way a newcomer loads it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="module")
def story(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Client]:
    """A client of the API with the story published; taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_reference", verbosity=0)
        call_command("load_sample_story", verbosity=0)
        yield Client()
        transaction.set_rollback(True)
