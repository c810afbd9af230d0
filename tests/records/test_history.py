"""The history of working rows, and the mark of a change on their records: the same whether one row is written or many."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from pghistory.models import Context, Event

from events.models import ParticipationCapacity
from people.models import PersonIdentifier
from records.models import Topic
from records.publishing.publish import recorded
from tests.factories.events import make_event, make_participation
from tests.factories.every_kind import EVERY_KIND
from tests.factories.people import make_person, make_tenure
from tests.factories.records import make_topic, publish_whole

# Changes are distinguished by the time of their transaction.
pytestmark = pytest.mark.django_db(transaction=True)

HISTORIES: list[Any] = [model for model in apps.get_models() if issubclass(model, Event)]


def columns_of(history: Any) -> list[str]:
    names = {field.name for field in history.pgh_tracked_model._meta.fields}
    return [field.attname for field in history._meta.concrete_fields if field.name in names]


def rows_of(model: type[models.Model], columns: list[str]) -> dict[Any, dict[str, Any]]:
    return {row["pk"]: row for row in model._default_manager.values("pk", *columns)}


def last_versions(history: Any, columns: list[str]) -> dict[Any, dict[str, Any]]:
    """The newest version of every row that was not deleted since."""
    found: dict[Any, dict[str, Any]] = {}
    for row in history._default_manager.order_by("pgh_id").values(
        "pgh_obj_id", "pgh_label", *columns
    ):
        key, label = row.pop("pgh_obj_id"), row.pop("pgh_label")
        found.pop(key, None)
        if label != "delete":
            found[key] = {"pk": key, **row}
    return found


def test_the_last_version_of_every_row_is_the_row() -> None:
    publish_whole(*(maker.with_parts(3) for maker in EVERY_KIND.values()))

    for history in HISTORIES:
        columns = columns_of(history)
        versions = last_versions(history, columns)
        assert versions == rows_of(history.pgh_tracked_model, columns), history.__name__
        assert versions, history.__name__


def test_a_statement_that_changes_no_value_makes_no_version() -> None:
    for maker in EVERY_KIND.values():
        maker.with_parts(2)

    for history in HISTORIES:
        before = history._default_manager.count()
        table, key = history.pgh_tracked_model._meta.db_table, history.pgh_tracked_model._meta.pk
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{table}" SET "{key.column}" = "{key.column}"')  # noqa: S608 - our own names
            assert cursor.rowcount == history.pgh_tracked_model._default_manager.count() > 0
        assert history._default_manager.count() == before


def test_one_statement_over_many_rows_keeps_each_that_it_changed() -> None:
    curator = User.objects.create_user("curator")
    one, two, three = (make_topic(code, label=code) for code in ("one", "two", "three"))
    history = apps.get_model("records", "TopicHistory")
    history_before = set(history._default_manager.values_list("pgh_id", flat=True))

    with recorded("import", curator, "A reason."):
        Topic.objects.update(
            label=models.Case(
                models.When(pk=two.pk, then=F("label")), default=Concat(F("label"), Value("!"))
            )
        )
        Topic.objects.filter(pk__in=[one.pk, three.pk]).delete()

    kept = history._default_manager.exclude(pgh_id__in=history_before)
    versions = kept.values_list("pgh_label", "pgh_obj_id", "label", "code")
    assert sorted(versions) == sorted(
        [
            ("update", one.pk, "one!", "one"),
            ("update", three.pk, "three!", "three"),
            ("delete", one.pk, "one!", "one"),
            ("delete", three.pk, "three!", "three"),
        ]
    )
    (context,) = Context.objects.filter(pk__in=kept.values("pgh_context"))
    assert kept.filter(pgh_context=None).count() == 0
    assert context.metadata == {"user": curator.pk, "action": "import", "reason": "A reason."}


def test_a_new_time_of_change_alone_makes_no_version_and_no_context() -> None:
    make_topic("one")
    history = apps.get_model("records", "TopicHistory")
    before = history._default_manager.count(), Context.objects.count()

    with recorded("import", None, ""):
        assert Topic.objects.update(changed_at=F("changed_at") + "1 hour") == 1

    assert (history._default_manager.count(), Context.objects.count()) == before


def test_parts_of_many_records_mark_each_of_them_once() -> None:
    people = [make_person(f"Envoy {number}") for number in range(4)]
    publish_whole(people[0])
    before = times(people)

    with transaction.atomic():
        PersonIdentifier.objects.bulk_create(
            PersonIdentifier(record=person, scheme=scheme, value=f"{person.pk}")
            for person in people[:3]
            for scheme in ("a", "b")
        )
        first = times(people)
        PersonIdentifier.objects.filter(scheme="b").update(scheme="c")
        assert times(people) == first  # a transaction marks a record once

    assert [later > earlier for later, earlier in zip(first, before, strict=True)] == [
        True,
        True,
        True,
        False,
    ]
    people[0].refresh_from_db()
    assert people[0].has_unpublished_changes


def test_a_transaction_marks_what_it_wrote_itself_once_whatever_its_savepoints() -> None:
    with transaction.atomic():
        with transaction.atomic():
            person = make_person("Marco Rubio")
        first = times([person])
        with transaction.atomic():
            person.names.create(name="Little Marco")
        person.names.create(name="Marco")
        assert times([person]) == first


def test_a_part_that_moves_marks_both_records() -> None:
    people = [make_person(f"Envoy {number}") for number in range(3)]
    people[0].identifiers.create(scheme="a", value="1")
    before = times(people)

    PersonIdentifier.objects.update(record=people[1])

    assert [later > earlier for later, earlier in zip(times(people), before, strict=True)] == [
        True,
        True,
        False,
    ]


def test_parts_that_go_mark_their_records() -> None:
    people = [make_person(f"Envoy {number}") for number in range(3)]
    for person in people[:2]:
        person.identifiers.create(scheme="a", value=str(person.pk))
    before = times(people)

    PersonIdentifier.objects.all().delete()

    assert [later > earlier for later, earlier in zip(times(people), before, strict=True)] == [
        True,
        True,
        False,
    ]


def test_a_part_of_a_part_marks_the_record() -> None:
    events = [make_event("A visit"), make_event("A call")]
    held = make_tenure()
    guests = [make_participation(event, held.person, role="visitor") for event in events]
    before = times(events)

    ParticipationCapacity.objects.bulk_create(
        [ParticipationCapacity(participation=guests[0], tenure=held)]
    )

    assert [later > earlier for later, earlier in zip(times(events), before, strict=True)] == [
        True,
        False,
    ]


def times(records: list[Any]) -> list[Any]:
    for record in records:
        record.refresh_from_db(fields=["changed_at"])
    return [record.changed_at for record in records]
