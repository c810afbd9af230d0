"""Keys of the API at the desk: made, shown once, revoked, for administrators alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from records.models import ApiKey
from tests.records.admin.filling import address

ADD = "add"


def make(desk: Client, owner: str = "Wire", **fields: str) -> str:
    """Make a key from the form and return what the page shows."""
    data = {"owner": owner, "label": "", "expires_at_0": "", "expires_at_1": "", **fields}
    return desk.post(address(ApiKey, ADD), data).content.decode()


def shown(page: str) -> list[str]:
    return re.findall(r"chancery_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", page)


def test_a_key_is_shown_once_and_works(administrator: Client) -> None:
    response = administrator.post(
        address(ApiKey, ADD), {"owner": "Wire", "label": "", "expires_at_0": "", "expires_at_1": ""}
    )
    page = response.content.decode()

    (token,) = shown(page)
    key = ApiKey.objects.get()
    assert "no-store" in response.headers["Cache-Control"]
    assert (key.owner, key.prefix) == ("Wire", token[9:17])
    assert str(key.made_by) == "administrator"
    headers = {"authorization": f"Bearer {token}"}
    assert Client().get("/api/v1/", headers=headers).status_code == 200
    later = [
        administrator.get(address(ApiKey, "changelist")),
        administrator.get(address(key)),
        administrator.get(address(key, "history")),
        administrator.get("/admin/"),
    ]
    for each in later:
        assert each.status_code == 200
        assert token[18:] not in each.content.decode()
    assert token[18:] not in str(list(LogEntry.objects.values()))


def test_a_third_live_key_and_one_that_has_expired_are_refused_in_the_form(
    administrator: Client,
) -> None:
    yesterday = (timezone.now() - timedelta(days=1)).date().isoformat()
    page = make(administrator, expires_at_0=yesterday, expires_at_1="00:00:00")
    assert "The key must expire in the future." in page

    assert len(shown(make(administrator)) + shown(make(administrator, "wire "))) == 2
    page = make(administrator)

    assert "This owner has two live keys already." in page
    assert (shown(page), ApiKey.objects.count()) == ([], 2)


def test_two_who_make_the_same_key_at_once(
    administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        ApiKey.make(owner="Wire", by=None)
    monkeypatch.setattr("records.admin.api_keys.PLACES", (1, 2, 3))  # as if the form had seen one

    response = administrator.post(
        address(ApiKey, ADD),
        {"owner": "Wire", "label": "", "expires_at_0": "", "expires_at_1": ""},
        follow=True,
    )

    assert "This owner has two live keys already." in response.content.decode()
    assert ApiKey.objects.count() == 2


def test_a_key_is_revoked_and_stays_known(administrator: Client) -> None:
    (token,) = shown(make(administrator))
    key = ApiKey.objects.get()

    page = administrator.post(address(key), {"_revoke": "Revoke"}, follow=True).content.decode()

    key.refresh_from_db()
    assert (key.place, key.revoked_at is None, key.revoked_by) == (None, False, key.made_by)
    assert "revoked" in page
    headers = {"authorization": f"Bearer {token}"}
    assert Client().get("/api/v1/", headers=headers).status_code == 401
    revoked_at = key.revoked_at
    administrator.post(address(key), {"_revoke": "Revoke"})
    key.refresh_from_db()
    assert key.revoked_at == revoked_at
    assert 'name="_revoke"' not in administrator.get(address(key)).content.decode()
    assert administrator.post(address(key, "delete"), {"post": "yes"}).status_code == 403


def test_nothing_of_a_key_changes(administrator: Client) -> None:
    make(administrator)
    key = ApiKey.objects.get()

    administrator.post(address(key), {"owner": "Other", "_save": "Save"})

    assert ApiKey.objects.get().owner == "Wire"


def test_others_see_and_make_none(publisher: Client, administrator: Client) -> None:
    make(administrator)
    key = ApiKey.objects.get()

    assert publisher.get(address(ApiKey, "changelist")).status_code == 403
    assert publisher.get(address(key)).status_code == 403
    assert publisher.post(address(key), {"_revoke": "Revoke"}).status_code == 403
    assert publisher.get(address(ApiKey, ADD)).status_code == 403
    assert ApiKey.objects.get().revoked_at is None
