"""Each named constraint of the records app, and a write that breaks it and no other. Run by tests/contract/test_constraints.py."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from records.identity import new_id
from records.models import Change, PossibleDuplicate, Reference, Source, Topic
from records.publishing.publish import publish
from records.registry import kind_of
from tests.factories.records import make_source, make_topic

if TYPE_CHECKING:
    from collections.abc import Callable

    from records.models import Record

CASES: dict[str, Callable[[], object]] = {}


def _stored(record: Record) -> Any:
    """Return a queryset of just this row: its `update` passes the model by."""
    return type(record)._default_manager.filter(pk=record.pk)


def _published(record: Record) -> Record:
    publish(record, by=None)
    return record


def _record(name: str, make: Callable[[], Any]) -> None:
    def copy_edition(**changes: Any) -> None:
        record = _published(make())
        edition = kind_of(record).editions._default_manager.get(record_id=record.pk)
        edition.pk = None
        edition.position += 1_000_000
        for field, value in changes.items():
            setattr(edition, field, value)
        edition.save(force_insert=True)

    def change_edition() -> None:
        record = _published(make())
        kind_of(record).editions._default_manager.filter(record_id=record.pk).update(label="Other")

    def identify_two_alike() -> None:
        for _ in range(2):
            make().identifiers.create(scheme="wikidata", value="Q1")

    tomorrow = timezone.now() + timedelta(days=1)
    CASES[f"once_published_{name}_keeps_id_and_slug"] = lambda: _stored(_published(make())).update(
        slug="other"
    )
    CASES[f"merged_{name}_names_its_survivor"] = lambda: _stored(make()).update(
        editorial_state="merged"
    )
    CASES[f"published_{name}_has_a_time"] = lambda: _stored(make()).update(
        editorial_state="published"
    )
    CASES[f"{name}edition_revision_is_unique"] = lambda: copy_edition(superseded_at=tomorrow)
    CASES[f"{name}edition_newest_is_only_one"] = lambda: copy_edition(revision=2)
    CASES[f"{name}edition_is_never_changed"] = change_edition
    CASES[f"{name}identifier_names_one_record"] = identify_two_alike


_record("source", make_source)
_record("topic", make_topic)


def _topics_in_a_circle() -> None:
    top = make_topic()
    bottom = make_topic(broader=make_topic(broader=top))
    Topic.objects.filter(pk=top.pk).update(broader=bottom)


def _source_published_for_ever() -> None:
    source = make_source(published="2001")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_source SET published_latest = 'infinity' WHERE id = %s", [source.pk]
        )


def _source_of(**columns: Any) -> Callable[[], object]:
    return lambda: Source.objects.filter(pk=make_source(published="2001").pk).update(**columns)


def _slug_of_another() -> None:
    first, second = make_topic(), make_topic()
    publish(first, second, by=None)
    Reference.objects.filter(pk=second.pk).update(slug=first.slug)


def _published_and_merged() -> None:
    first, second = make_topic(), make_topic()
    publish(first, second, by=None)
    Reference.objects.filter(pk=first.pk).update(merged_into=second.pk)


def _change(**columns: Any) -> Callable[[], object]:
    def make() -> None:
        topic = _published(make_topic())
        row = {"position": 1_000_000, "record_id": topic.pk, "revision": 2, **columns}
        Change.objects.create(at=timezone.now(), action="updated", kind="topic", **row)

    return make


def _possible_duplicate(**columns: Any) -> Callable[[], object]:
    def make() -> None:
        one, two = new_id(), new_id()
        row = {"record_id": one, "other_id": two, "score": 0.9, "kind": "person", **columns}
        PossibleDuplicate.objects.create(**row)

    return make


def _possible_duplicate_twice() -> None:
    one, two = new_id(), new_id()
    for _ in range(2):
        _possible_duplicate(record_id=one, other_id=two)()


CASES |= {
    "possible_duplicate_is_listed_once": _possible_duplicate_twice,
    "possible_duplicate_pair_is_ordered": _possible_duplicate(other_id=UUID(int=0)),
    "possible_duplicate_verdict_is_in_its_list": _possible_duplicate(verdict="perhaps"),
    "topic_is_not_broader_than_itself": _topics_in_a_circle,
    "source_content_hash_is_sha256": _source_of(content_hash="A" * 64),
    "source_published_earliest_is_not_after_latest": _source_of(
        published_earliest=date(2001, 12, 31),
        published_latest=date(2001, 1, 1),
    ),
    "source_published_bounds_come_from_edtf": _source_of(published_edtf=""),
    "source_published_stays_within_years_1_to_9999": _source_published_for_ever,
    "reference_slug_names_one_record_of_its_kind": _slug_of_another,
    "reference_leads_on_only_when_merged": _published_and_merged,
    "change_is_one_per_revision": _change(revision=1),
    "change_positions_start_at_one": _change(position=0),
}
