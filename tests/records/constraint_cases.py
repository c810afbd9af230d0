"""Each named constraint of the records app, and a write that breaks it and no other. Run by tests/contract/test_constraints.py."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import User
from django.utils import timezone

from records.identity import new_id
from records.models import (
    ApiKey,
    Change,
    PendingLabel,
    PossibleDuplicate,
    RecordWarning,
    Reference,
    Review,
    ReviewStep,
    SavedList,
    Source,
    Topic,
)
from records.publishing.publish import publish
from tests.contract.constraint_rules import Cases, uncertain_date
from tests.factories.records import make_source, make_topic

if TYPE_CHECKING:
    from collections.abc import Callable


def _topics_in_a_circle() -> None:
    top = make_topic()
    bottom = make_topic(broader=make_topic(broader=top))
    Topic.objects.filter(pk=top.pk).update(broader=bottom)


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
        topic = make_topic()
        publish(topic, by=None)
        row = {
            "position": 1_000_000,
            "record_id": topic.pk,
            "revision": 2,
            "nature": "correction",
            **columns,
        }
        Change.objects.create(at=timezone.now(), action="updated", kind="topic", **row)

    return make


def _half_a_place() -> None:
    PendingLabel.objects.create(record_id=new_id(), since=timezone.now(), done_kind="topic")


def _key(*, beside: bool = False, **columns: Any) -> Callable[[], object]:
    """A key, perhaps beside another one of the same owner."""

    def make() -> None:
        now = timezone.now()
        row = {"owner": "Desk", "prefix": "0" * 8, "digest": b"0" * 32, "place": 1, "made_at": now}
        if beside:
            ApiKey.objects.create(**row)
            row |= {"owner": "Wire", "prefix": "1" * 8, "digest": b"1" * 32}
        ApiKey.objects.create(**row | columns)

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


def _warning_twice() -> None:
    row = {
        "kind": "person",
        "record_id": new_id(),
        "code": "like_another_person",
        "detail": "Like.",
    }
    for _ in range(2):
        RecordWarning.objects.create(**row)


def _saved_list(*names: str) -> Callable[[], object]:
    def save() -> None:
        owner = User.objects.create_user("owner")
        for name in names:
            SavedList.objects.create(name=name, kind="topic", owner=owner)

    return save


def _review(**columns: Any) -> Callable[[], object]:
    return lambda: Review.objects.create(**{"kind": "topic", "record_id": new_id(), **columns})


def _review_twice() -> None:
    key = new_id()
    _review(record_id=key, state="sent_back")()
    _review(record_id=key)()


def _review_step(**columns: Any) -> Callable[[], object]:
    def make() -> None:
        review = Review.objects.create(kind="topic", record_id=new_id())
        ReviewStep.objects.create(**{"review": review, "deed": "taken", **columns})

    return make


CASES: Cases = {
    **uncertain_date("source", "published", make_source),
    "pending_label_has_a_whole_place_or_none": _half_a_place,
    "possible_duplicate_is_listed_once": _possible_duplicate_twice,
    "warning_is_kept_once": _warning_twice,
    "possible_duplicate_pair_is_ordered": _possible_duplicate(other_id=UUID(int=0)),
    "possible_duplicate_verdict_is_in_its_list": _possible_duplicate(verdict="perhaps"),
    "review_approves_some_content": _review(state="approved"),
    "review_is_open_once": _review_twice,
    "review_state_is_in_its_list": _review(state="asleep"),
    "review_step_deed_is_in_its_list": _review_step(deed="slept"),
    "review_step_says_why": _review_step(deed="sent_back"),
    "saved_list_has_a_name": _saved_list(" "),
    "saved_list_has_a_name_of_its_own": _saved_list("Drafts", "Drafts"),
    "topic_is_not_broader_than_itself": _topics_in_a_circle,
    "source_content_hash_is_sha256": _source_of(content_hash="A" * 64),
    "reference_slug_names_one_record_of_its_kind": _slug_of_another,
    "reference_leads_on_only_when_merged": _published_and_merged,
    "change_positions_start_at_one": _change(position=0),
    "change_has_a_nature_if_updated": _change(nature=""),
    "apikey_text_is_plain": _key(owner="Desk\u202e"),
    "api_key_prefix_is_its_own": _key(beside=True, prefix="0" * 8),
    "api_key_digest_is_its_own": _key(beside=True, digest=b"0" * 32),
    "api_key_place_is_one_of_two": _key(place=3),
    "api_key_owner_has_at_most_two_live": _key(beside=True, owner="DESK"),
    "api_key_has_a_place_until_it_is_revoked": _key(place=None),
    "api_key_expires_after_it_is_made": _key(expires_at=datetime(2020, 1, 1, tzinfo=UTC)),
}
