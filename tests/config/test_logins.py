"""Who guesses passwords is refused, and keeps nobody else out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from config.logins import OF_AN_ACCOUNT, OF_AN_ADDRESS

pytestmark = pytest.mark.django_db

HOME, AWAY = "198.51.100.1", "203.0.113.9"
WRONG, REFUSED, LET_IN = 200, 429, 302


class CountedHasher(MD5PasswordHasher):
    """Quick, and knows how often it was asked."""

    algorithm = "counted"
    asked = 0

    def encode(self, password: str, salt: str) -> str:
        CountedHasher.asked += 1
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def hasher(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["tests.config.test_logins.CountedHasher"]


@pytest.fixture
def marco() -> User:
    return User.objects.create_user("marco", password="right", is_staff=True)


def log_in(name: str = "marco", password: str = "wrong", at: str = HOME) -> Any:
    return Client().post("/admin/login/", {"username": name, "password": password}, REMOTE_ADDR=at)


def status(*args: str, **options: str) -> int:
    return int(log_in(*args, **options).status_code)


def test_one_account_is_guessed_ten_times_from_one_address(marco: User) -> None:
    assert [status() for _ in range(10)] == [*[WRONG] * 9, REFUSED]
    assert status(password="right") == REFUSED
    assert status(password="right", at=AWAY) == LET_IN
    assert status("ishaq") == WRONG


def test_one_password_is_not_tried_on_many_accounts_from_one_address(marco: User) -> None:
    tries = [status(f"name-{number}") for number in range(OF_AN_ADDRESS)]

    assert tries == [*[WRONG] * (OF_AN_ADDRESS - 1), REFUSED]
    assert status(password="right") == REFUSED
    assert status(password="right", at=AWAY) == LET_IN


def test_one_network_of_ipv6_is_one_address(marco: User) -> None:
    tries = [status(at=f"2001:db8:1:2::{number}") for number in range(10)]

    assert tries == [*[WRONG] * 9, REFUSED]
    assert status(password="right", at="2001:db8:1:2:ffff::1") == REFUSED
    assert status(password="right", at="2001:db8:1:3::1") == LET_IN


def test_one_account_is_not_guessed_from_many_addresses_and_its_owner_is_let_in(
    marco: User,
) -> None:
    assert status(password="right") == LET_IN

    tries = [status(at=f"203.0.113.{number}") for number in range(OF_AN_ACCOUNT)]

    assert tries == [*[WRONG] * (OF_AN_ACCOUNT - 1), REFUSED]
    assert status(password="right", at="203.0.113.200") == REFUSED
    assert status(password="right") == LET_IN
    assert status("ishaq", at="203.0.113.200") == WRONG


def test_a_refusal_ends_though_somebody_goes_on_trying(marco: User) -> None:
    for _ in range(10):
        status()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    assert status() == REFUSED

    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert status(password="right") == LET_IN


def test_nothing_tells_whether_an_account_exists(marco: User) -> None:
    User.objects.create_user("gone", password="right", is_staff=True, is_active=False)
    User.objects.create_user("reader", password="right")
    told = set()
    for name in ("marco", "ishaq", "gone", "reader"):
        before = CountedHasher.asked
        form = log_in(name).context["form"]
        told.add((CountedHasher.asked - before, str(form.errors)))
    assert len(told) == 1
