"""The benchmark keeps up with the models and the API: what it generates can be published, what it asks is answered."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.test import Client

from agreements.models import Agreement
from benchmarks import candidates, combinations, generate, questions
from benchmarks.copying import continue_counting
from benchmarks.schema import parameters
from events.models import Event, Place, Relation, Statement
from people.models import Office, Organization, Person, Tenure
from records.models import Record, Source, Topic
from records.publishing.batches import publish_in_batches
from records.registry import kind_of

pytestmark = pytest.mark.django_db

EVENTS = 400
FEW: dict[type[models.Model], tuple[int, int]] = {
    Source: (20, 100),
    Topic: (30, 1_000),
    Place: (20, 1_000),
    Organization: (10, 1_000),
    Person: (150, 1_000),
    Office: (120, 1_000),
    Tenure: (160, 1_000),
    Relation: (20, 1_000),
    Agreement: (10, 10),
    Statement: (10, 10),
}
IN_ORDER: list[type[Record]] = [
    Source, Topic, Place, Organization, Person, Office, Tenure, Relation, Event, Agreement, Statement,
]  # fmt: skip


@dataclass
class Asking:
    """Django's test client, with the two verbs of a running server."""

    client: Client = field(default_factory=Client)

    def ask(self, path: str) -> tuple[int, bytes]:
        response = self.client.get(path)
        return response.status_code, response.content

    def get(self, path: str) -> bytes:
        status, body = self.ask(path)
        assert status == 200, body
        return body


@pytest.fixture(scope="module")
def refusals(module_transaction: None) -> Iterator[list[str]]:
    """Generate records and publish them all; gives what was refused."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generate, "NUMBERS", FEW)
        call_command("load_reference", verbosity=0)
        world = generate.World(EVENTS)
        world.everything_before_events()
        world.events(1, EVENTS)
        world.agreements(1, generate.number_of(Agreement, EVENTS))
        world.statements(1, generate.number_of(Statement, EVENTS))
        continue_counting(*generate.WITH_KEY)
        found = []
        for model in IN_ORDER:
            keys = model._default_manager.filter(editorial_state="draft").order_by("pk")
            for batch in publish_in_batches(
                kind_of(model), list(keys.values_list("pk", flat=True)), by=None
            ):
                found += [refusal.detail for refusal in batch.refusals]
        yield found


@pytest.fixture
def api(refusals: list[str]) -> Asking:
    return Asking()


def test_everything_that_is_generated_can_be_published(refusals: list[str], api: Asking) -> None:
    totals = {
        address: json.loads(api.get(f"/api/v1/{address}/?page_size=1"))["total"]["value"]
        for address in (
            "events",
            "agreements",
            "statements",
            "people",
            "offices",
            "tenures",
            "relations",
        )
    }

    assert refusals == []
    assert totals == {
        "events": 400,
        "agreements": 40,
        "statements": 40,
        "people": 150,
        "offices": 120,
        "tenures": Tenure.objects.count(),
        "relations": 20,
    }
    assert Tenure.objects.count() > 80


def test_the_first_events_are_the_same_however_many_follow() -> None:
    one, other = (
        [generate.key(Event, number).hex for number in range(1, last)] for last in (50, 500)
    )

    assert other[:49] == one
    assert other == sorted(set(other))


@pytest.mark.parametrize("resource", combinations.RESOURCES)
def test_every_filter_of_the_schema_is_asked_and_answered(api: Any, resource: str) -> None:
    declared = parameters(api, resource).keys() - candidates.SHAPING

    values, without = combinations._values(api, resource)

    dice = random.Random(1)  # noqa: S311 - reproducible, not secret
    made = combinations._questions(resource, values, dice)
    statuses = [api.ask(path)[0] for path in dice.sample(made, 40)]
    assert without == []
    assert values.keys() == declared
    assert set(statuses) <= {200, 400}
    assert statuses.count(200) > 32


def test_the_bare_views_find_what_the_api_finds(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def query(_database: str, sql: str, values: list[Any]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            rows: list[Any] = cursor.fetchall()
            return rows

    monkeypatch.setattr(questions, "query", query)
    asked = questions.questions("", api, EVENTS, parameters(api, "events"))
    listed = [each for each in asked if each.name not in {"months", "count"}]

    found = {each.name: each.ids(api.get(each.api)) for each in listed}

    bare = {
        each.name: [json.loads(row[0])["id"] for row in query("", *each.bare)] for each in listed
    }
    assert bare == found
    assert all(found.values())
