"""Drafts never leak: the public API lives on edition tables alone, and answers the same bytes with and without drafts."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test import Client

from config.db import api_role
from people.models import State, StateCode
from records.models import ApiKey, Part, Record, Usage
from records.registry import kind_named
from tests.contract.addresses import addresses
from tests.factories.every_kind import EVERY_KIND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.conf import LazySettings

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "Sekretdraft"
ROLE = "chancery_test_reader"


def answers() -> dict[str, bytes]:
    client = Client()
    found = {}
    for address in addresses():
        response = client.get(address)
        # The request id is new each time.
        found[address] = f"{response.status_code}\n".encode() + b"".join(response)
    queries = [
        *(
            {"name": name, "on": "2025", "state": "PK"}
            for name in (SECRET, "Ishaq Dar", "Pakistan")
        ),
        *({"ref": ref, "on": "2025", "state": "PK"} for ref in (SECRET.lower(), "ishaq-dar", "PK")),
        {"name": f"{SECRET} name"},
    ]
    response = client.post(
        "/api/v1/resolve/", {"queries": queries}, content_type="application/json"
    )
    found["resolve"] = f"{response.status_code}\n".encode() + response.content
    return found


@contextmanager
def only_editions() -> Iterator[None]:
    """Ask with the rights of the API's role: it may read what is published, and nothing that the desk works on."""
    api_role.set_rights(connection, ROLE)
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {ROLE}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute(f"DROP OWNED BY {ROLE}")
            cursor.execute(f"DROP ROLE {ROLE}")


def test_the_public_api_lives_on_editions_and_answers_the_same_bytes_with_and_without_drafts(
    story: None,
) -> None:
    with only_editions():
        for model in apps.get_models():
            if issubclass(model, Record | Part):
                with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                    model._default_manager.exists()
        before = answers()
    statuses = {address: body[:3] for address, body in before.items()}
    assert {address: status for address, status in statuses.items() if status != b"200"} == {}
    assert len(statuses) > 300

    edit_everything()
    add_drafts()
    after = answers()

    assert SECRET.encode() not in b"".join(after.values())
    assert {address for address in before if before[address] != after.get(address)} == set()
    assert after.keys() == before.keys()


def test_keys_and_rate_limits_need_no_more_than_the_api_may(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    # So few that each is written down.
    settings.RATE_LIMIT_KEYED, settings.RATE_LIMIT_PROCESSES = 20, 1
    _key, token = ApiKey.make(owner="A library", by=None)
    client = Client(headers={"authorization": f"Bearer {token}"})
    with only_editions():
        # More than one unit at a time is written down.
        answers = [client.get("/api/v1/topics/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert [record.message for record in caplog.records] == []
    assert ApiKey.objects.get().last_used_at is not None
    assert Usage.objects.get().units == 2


#: Mistyped references, each with the published name that is suggested for it, and the name of a draft that is nearer.
NEAR = {
    "events/?person=ishaq-darr": ("person", "ishaq-dar", "ishaq-darrr"),
    "people/?id=ishaq-darr": ("person", "ishaq-dar", "ishaq-darrr"),
    "events/?state=pakistann": ("state", "pakistan", "pakistannn"),
    "events/?topic=critical-mineralss": ("topic", "critical-minerals", "critical-mineralsss"),
    "events/?type=calll": ("event_type", "call", "callll"),
    "states/?id=UK": ("state", "", "ukk"),
    "events/?state=UK": ("state", "GB", "ukk"),
    "statements/?about=pakistann": ("state", "pakistan", "pakistannn"),
}


def test_a_draft_is_never_suggested(story: None) -> None:
    """A draft that is called nearly as somebody writes changes no byte of the answer, nor does one that is called just so."""
    client = Client()
    before = {address: client.get(f"/api/v1/{address}").content for address in NEAR}
    for address, (_kind, suggestion, _slug) in NEAR.items():
        said = re.sub(rb'.*"(notes|errors)":', b"", before[address], flags=re.DOTALL)
        assert not suggestion or f'"{suggestion}"'.encode() in said, address

    for kind, name in {(kind, name) for kind, _suggestion, name in NEAR.values()}:
        for slug in (name, name[:-1]):  # what is nearer, and the very word
            fields: dict[str, object] = {"slug": slug}
            if kind in {"topic", "event_type"}:
                fields["code"] = slug
            draft = EVERY_KIND[kind].make(**fields)
            assert draft.editorial_state == "draft"
    StateCode.objects.create(
        state=State.objects.get(slug="ukk"), scheme="iso3166-1-alpha-2", value="UK"
    )

    after = {address: client.get(f"/api/v1/{address}").content for address in NEAR}
    assert {address: _without_id(body) for address, body in after.items()} == {
        address: _without_id(body) for address, body in before.items()
    }


def _without_id(body: bytes) -> bytes:
    return re.sub(rb'"request_id":"[^"]*"', b"", body)


def edit_everything() -> None:
    """Change every text of every working row, and unpublish nothing."""
    edited = 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica"
        )  # published slugs may not change, but suppose they did
        for model in apps.get_models():
            if not issubclass(model, Record | Part) or model._meta.proxy:
                continue
            for field in model._meta.concrete_fields:
                if (
                    isinstance(field, models.CharField | models.TextField)
                    and not field.choices
                    and not field.unique
                ):
                    value = SECRET[: field.max_length or 100]
                    try:
                        with transaction.atomic():
                            cursor.execute(
                                f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %s',  # noqa: S608 - our own names
                                [value],
                            )
                            edited += cursor.rowcount
                    except DatabaseError:
                        continue  # a column with rules of its own: EDTF text, codes
        cursor.execute("SET session_replication_role = origin")
    assert edited > 1_000


def add_drafts() -> None:
    """One new draft of every kind; those that can name a state name a published one."""
    pakistan = State.objects.get(slug="pakistan")
    for kind, maker in EVERY_KIND.items():
        fields: dict[str, object] = {maker.text: SECRET} if maker.text else {}
        if any(field.name == "state" for field in kind_named(kind).model._meta.fields):
            fields["state"] = pakistan
        assert maker.make(**fields).editorial_state == "draft"
