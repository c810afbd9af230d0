"""Members of staff, logged in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, User
from django.test import Client

from config.sessions import SessionStore


def member_of_staff(role: str, name: str = "") -> User:
    """Return a new member of staff with that role."""
    user = User.objects.create_user(name or role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def client_of(user: User) -> Client:
    """Return a client with a session of somebody. It is only written: what happens at a log-in costs four times as much."""
    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: f"{ModelBackend.__module__}.{ModelBackend.__name__}",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
    )
    session.save()
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    return client


def logged_in(role: str) -> Client:
    """Return a client of a new member of staff with that role."""
    return client_of(member_of_staff(role))


def session_of(user: User, live_server: Any) -> dict[str, str]:
    """Return the cookie of a new session of somebody, for a browser."""
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client_of(user).cookies[name].value, "url": live_server.url}
