"""Members of staff, logged in."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.test import Client


def logged_in(role: str) -> Client:
    """Return a client of a new member of staff with that role."""
    user = User.objects.create_user(role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client
