"""Loading reference data, whatever they are about."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from people.models import State, StateCode
from records.models import Topic
from records.publishing.publish import publish, withdraw
from records.reference_data import Loaded, load_all, reference_models
from tests.factories.people import make_state
from tests.factories.records import make_topic

pytestmark = pytest.mark.django_db


def test_every_file_belongs_to_a_model() -> None:
    files = list(Path(settings.BASE_DIR).glob("*/reference_data/*.ndjson"))

    assert len(files) == len(reference_models()) == 4


def test_what_is_withdrawn_stays_so_and_what_is_below_it_stays_a_draft() -> None:
    security = make_topic("security")
    publish(security, by=None)
    withdraw(security, by=None, reason="Too broad.")

    first, second = load_all(["records"]), load_all(["records"])

    assert (first, second) == (
        [Loaded("topics", created=62, unchanged=1)],
        [Loaded("topics", created=0, unchanged=63)],
    )
    states = dict(Topic.objects.values_list("code", "editorial_state"))
    assert (
        states["security"],
        states["armed-conflict"],
        states["ceasefires"],
        states["trade"],
    ) == (
        "withdrawn",
        "draft",
        "draft",
        "published",
    )


def test_a_record_of_the_desk_is_known_by_its_slug_and_by_its_code() -> None:
    make_topic("security", slug="safety")
    make_topic("surety", slug="trade")

    load_all(["records"])

    assert Topic.objects.get(code="armed-conflict").broader.slug == "safety"  # type: ignore[union-attr]
    assert not Topic.objects.filter(code="trade").exists()


def test_nothing_is_loaded_where_the_desk_gave_a_code_to_another_state() -> None:
    make_state("Ruritania", alpha_2="TR")

    with pytest.raises(ValidationError, match="states"):
        load_all(["people"])

    assert list(State.objects.values_list("name", flat=True)) == ["Ruritania"]
    assert StateCode.objects.count() == 1
