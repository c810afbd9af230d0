"""Clients that are logged in, one for each role of the desk."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from records.roles import ADMINISTRATOR, CONTRIBUTOR, PUBLISHER


def logged_in(role: str) -> Client:
    """Return a client of a new member of staff with that role."""
    user = User.objects.create_user(role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def contributor(db: None) -> Client:
    """Somebody who edits."""
    return logged_in(CONTRIBUTOR)


@pytest.fixture
def publisher(db: None) -> Client:
    """Somebody who also publishes."""
    return logged_in(PUBLISHER)


@pytest.fixture
def administrator(db: None) -> Client:
    """Somebody who also looks after accounts."""
    return logged_in(ADMINISTRATOR)
