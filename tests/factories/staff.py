"""Members of staff, logged in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client


def member_of_staff(role: str, name: str = "") -> User:
    """Return a new member of staff with that role."""
    user = User.objects.create_user(name or role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def client_of(user: User) -> Client:
    """Return a client in which somebody is logged in."""
    client = Client()
    client.force_login(user)
    return client


def logged_in(role: str) -> Client:
    """Return a client of a new member of staff with that role."""
    return client_of(member_of_staff(role))


def session_of(user: User, live_server: Any) -> dict[str, str]:
    """Return the cookie of a new session of somebody, for a browser."""
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client_of(user).cookies[name].value, "url": live_server.url}
