"""Drafts never leak: the public API lives on edition tables alone, and answers the same bytes with and without drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.test import Client

from events.models import EventStatePair
from records.models import Change, Edition, Part, Record, Reference
from records.registry import all_kinds
from tests.contract.addresses import addresses
from tests.factories.agreements import make_agreement
from tests.factories.events import make_event, make_place, make_relation, make_statement
from tests.factories.people import (
    make_office,
    make_organization,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import make_source, make_topic

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "Sekretdraft"
ROLE = "chancery_test_reader"


@pytest.fixture
def story() -> None:
    """Load what a newcomer sees."""
    call_command("load_reference", verbosity=0)
    call_command("load_sample_story", verbosity=0)


def answers() -> dict[str, bytes]:
    client = Client()
    found = {}
    for address in addresses():
        response = client.get(address)
        # The request id is new each time.
        found[address] = f"{response.status_code}\n".encode() + b"".join(response)
    return found


@pytest.fixture
def only_editions() -> Iterator[None]:
    """Run as a role that may read what is published, and nothing that the desk works on."""
    editions: list[type[models.Model]] = [
        model for model in apps.get_models() if issubclass(model, Edition)
    ]
    editions += [EventStatePair, Reference, Change]
    tables = [model._meta.db_table for model in editions]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
        cursor.execute(f"GRANT SELECT ON {', '.join(tables)} TO {ROLE}")
        cursor.execute(f"SET ROLE {ROLE}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute(f"DROP OWNED BY {ROLE}")
            cursor.execute(f"DROP ROLE {ROLE}")


def test_the_whole_public_api_lives_on_editions(story: None, only_editions: None) -> None:
    for model in apps.get_models():
        if issubclass(model, Record | Part):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                model._default_manager.exists()

    statuses = {address: body[:3] for address, body in answers().items()}

    assert {address: status for address, status in statuses.items() if status != b"200"} == {}
    assert len(statuses) > 300


def test_public_answers_are_the_same_bytes_with_and_without_drafts(story: None) -> None:
    before = answers()
    edit_everything()
    add_drafts()

    after = answers()

    assert SECRET.encode() not in b"".join(after.values())
    assert {address for address in before if before[address] != after.get(address)} == set()
    assert after.keys() == before.keys()


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
    """One new draft of every kind, most of which name published records."""
    pakistan = apps.get_model("people", "State").objects.get(slug="pakistan")
    person = make_person(name=SECRET)
    organization = make_organization(name=SECRET, state=pakistan)
    office = make_office(title=SECRET, state=pakistan)
    drafts = [
        make_source(title=SECRET),
        make_topic(f"topic-{uuid4()}", label=SECRET),
        make_state(name=SECRET),
        person,
        organization,
        office,
        make_tenure(person=person, office=office),
        make_place(name=SECRET, state=pakistan),
        make_event(title=SECRET),
        make_statement(summary=SECRET),
        make_relation(),
        make_agreement(title=SECRET),
    ]
    assert {draft.editorial_state for draft in drafts} == {"draft"}
    known = {kind.name for kind in all_kinds()} - {"event_type"}
    assert {draft.object_kind for draft in drafts} == known
