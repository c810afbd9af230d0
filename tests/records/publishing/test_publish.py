"""What publishing, withdrawing, restoring and merging do to what the API serves."""

from __future__ import annotations

import orjson
import pytest
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from records.kinds import TOPIC as TOPIC_KIND
from records.models import Change, Reference, Topic, TopicEdition
from records.publishing.batches import publish_in_batches
from records.publishing.merge import merge
from records.publishing.publish import CurationRefused, publish, restore, withdraw
from tests.factories.records import edition_of, make_source, make_topic

pytestmark = pytest.mark.django_db


def current_document(topic: Topic) -> dict[str, object]:
    document: dict[str, object] = orjson.loads(
        TopicEdition.objects.current().get(record_id=topic.pk).document
    )
    return document


def feed() -> list[tuple[int, str, str, int]]:
    rows = Change.objects.values_list("position", "action", "record_id", "revision")
    labels = {reference.pk: reference.slug for reference in Reference.objects.all()}
    return [
        (position, action, labels[record_id], revision)
        for position, action, record_id, revision in rows
    ]


def test_first_publication_stores_the_whole_document() -> None:
    topic = make_topic("mining", alternative_labels=["extraction"])

    publish(topic, by=None)

    edition = edition_of(topic)

    assert current_document(topic) == {
        "id": str(topic.pk),
        "object": "topic",
        "slug": "mining",
        "url": f"/api/v1/topics/{topic.pk}/",
        "label": "Mining",
        "revision": 1,
        "published_at": edition.published_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "known_on": edition.published_at.date().isoformat(),
        "contested": False,
        "code": "mining",
        "broader": None,
        "alternative_labels": ["extraction"],
        "identifiers": [],
        "citations": [],
    }
    assert feed() == [(1, "published", "mining", 1)]
    assert topic.is_published
    assert not topic.has_unpublished_changes


def test_publishing_without_a_change_makes_no_edition() -> None:
    topic = make_topic("mining")
    publish(topic, by=None)
    first = edition_of(topic)

    publish(topic, by=None)
    second = edition_of(topic)

    assert second.pk == first.pk
    assert feed() == [(1, "published", "mining", 1)]


def test_edits_stay_unseen_until_published() -> None:
    topic = make_topic("mining")
    publish(topic, by=None)
    topic.label = "Mining and quarrying"
    topic.save()
    topic.refresh_from_db()

    assert topic.has_unpublished_changes
    assert current_document(topic)["label"] == "Mining"

    publish(topic, by=None)

    assert current_document(topic)["label"] == "Mining and quarrying"
    assert current_document(topic)["revision"] == 2
    topic.refresh_from_db()
    assert not topic.has_unpublished_changes


def test_a_change_of_a_part_marks_the_record_as_changed() -> None:
    topic = make_topic("mining")
    publish(topic, by=None)
    with transaction.atomic():
        topic.identifiers.create(scheme="wikidata", value="Q44497")
    topic.refresh_from_db()

    assert topic.has_unpublished_changes


def test_unpublished_reference_is_refused_with_what_to_publish_first() -> None:
    broader = make_topic("raw-materials")
    topic = make_topic("mining", broader=broader)

    with pytest.raises(CurationRefused) as refused:
        publish(topic, by=None)

    assert [(refusal.code, refusal.publish_first) for refusal in refused.value.refusals] == [
        ("unpublished_reference", (broader,)),
    ]
    assert not TopicEdition.objects.exists()
    assert not Change.objects.exists()
    topic.refresh_from_db()
    assert topic.editorial_state == "draft"


def test_a_withdrawn_record_is_named_in_no_new_document() -> None:
    metals = make_topic("metals")
    publish(metals, by=None)
    withdraw(metals, by=None, reason="Too wide.")
    gold = make_topic("gold", broader=metals)

    with pytest.raises(CurationRefused) as refused:
        publish(gold, by=None)

    assert [(each.code, each.record) for each in refused.value.refusals] == [
        ("unpublished_reference", gold)
    ]
    assert refused.value.publish_first == [metals]
    assert not TopicEdition.objects.filter(record_id=gold.pk).exists()


def test_records_that_name_each_other_are_published_together() -> None:
    broader = make_topic("raw-materials")
    topic = make_topic("mining", broader=broader)

    publish(topic, broader, by=None)

    assert current_document(topic)["broader"] == {
        "id": str(broader.pk),
        "object": "topic",
        "label": "Raw materials",
        "code": "raw-materials",
    }


def test_a_draft_label_does_not_leak_through_a_document_that_names_the_record() -> None:
    broader = make_topic("raw-materials")
    publish(broader, by=None)
    Topic.objects.filter(pk=broader.pk).update(label="SECRET")
    topic = make_topic("mining", broader=broader)

    publish(topic, by=None)

    assert current_document(topic)["broader"]["label"] == "Raw materials"  # type: ignore[index]


def test_a_new_label_reaches_documents_without_publishing_their_drafts() -> None:
    broader = make_topic("raw-materials")
    topic = make_topic("mining", broader=broader)
    publish(topic, broader, by=None)
    Topic.objects.filter(pk=topic.pk).update(label="SECRET")
    broader.label = "Primary products"
    broader.save()

    publish(broader, by=None)

    document = current_document(topic)
    assert document["label"] == "Mining"
    assert document["broader"]["label"] == "Primary products"  # type: ignore[index]
    assert document["revision"] == 2
    assert feed()[2:] == [(3, "updated", "raw-materials", 2), (4, "updated", "mining", 2)]
    topic.refresh_from_db()
    assert topic.has_unpublished_changes


def test_republishing_after_a_propagated_label_makes_no_edition() -> None:
    broader = make_topic("raw-materials")
    topic = make_topic("mining", broader=broader)
    publish(topic, broader, by=None)
    broader.label = "Primary products"
    broader.save()
    publish(broader, by=None)

    publish(topic, by=None)

    assert current_document(topic)["revision"] == 2


def test_withdrawing_leaves_a_tombstone_and_restoring_brings_back_what_was_published() -> None:
    topic = make_topic("mining")
    publish(topic, by=None)
    before = current_document(topic)
    Topic.objects.filter(pk=topic.pk).update(label="SECRET")

    withdraw(topic, by=None, reason="Entered twice.")

    tombstone = edition_of(topic)
    assert (tombstone.action, tombstone.reason, tombstone.document) == (
        "withdrawn",
        "Entered twice.",
        None,
    )
    assert Reference.objects.get(pk=topic.pk).standing == "withdrawn"
    assert not TopicEdition.objects.current().exists()

    restore(topic, by=None)

    after = current_document(topic)
    assert after == {**before, "revision": 3, "published_at": after["published_at"]}
    assert edition_of(topic).action == "restored"
    assert feed() == [
        (1, "published", "mining", 1),
        (2, "withdrawn", "mining", 2),
        (3, "restored", "mining", 3),
    ]
    topic.refresh_from_db()
    assert topic.has_unpublished_changes


def test_a_record_that_published_documents_name_is_not_withdrawn() -> None:
    broader = make_topic("raw-materials")
    topic = make_topic("mining", broader=broader)
    publish(topic, broader, by=None)

    with pytest.raises(CurationRefused) as refused:
        withdraw(broader, by=None, reason="Too wide.")

    assert [refusal.code for refusal in refused.value.refusals] == ["still_named"]
    assert "“Mining”" in str(refused.value)

    withdraw(broader, topic, by=None, reason="Both too wide.")

    assert not TopicEdition.objects.current().exists()


def test_withdrawing_without_a_reason_is_refused() -> None:
    topic = make_topic("mining")
    publish(topic, by=None)

    with pytest.raises(ValueError, match="says why"):
        withdraw(topic, by=None, reason=" ")


def test_merging_leads_the_loser_to_the_survivor_and_moves_what_names_it() -> None:
    loser, survivor = make_topic("mines"), make_topic("mining")
    loser.identifiers.create(scheme="wikidata", value="Q44497")
    named = make_topic("gold-mining", broader=loser)
    earlier = make_topic("old-mines")
    publish(loser, survivor, named, earlier, by=None)
    merge(earlier, loser, by=None, reason="Same thing.")

    merge(loser, survivor, by=None, reason="Same thing.")

    assert current_document(named)["broader"]["id"] == str(survivor.pk)  # type: ignore[index]
    named.refresh_from_db()
    assert named.broader == survivor
    merged = {
        reference.slug: (reference.standing, reference.merged_into)
        for reference in Reference.objects.all()
    }
    assert merged == {
        "mines": ("merged", survivor.pk),
        "old-mines": ("merged", survivor.pk),
        "mining": ("published", None),
        "gold-mining": ("published", None),
    }
    assert list(survivor.identifiers.values_list("value", flat=True)) == ["Q44497"]
    assert [action for _position, action, _slug, _revision in feed()[4:]] == [
        "merged",
        "merged",
        "updated",
    ]
    with pytest.raises(CurationRefused) as refused:
        publish(Topic.objects.get(pk=loser.pk), by=None)
    assert [refusal.code for refusal in refused.value.refusals] == ["merged"]


def test_merging_refuses_what_a_rule_forbids_and_changes_nothing() -> None:
    survivor = make_topic("mining")
    loser = make_topic("mines", broader=survivor)
    middle = make_topic("middle", broader=loser)
    survivor_above = make_topic("above")
    Topic.objects.filter(pk=survivor.pk).update(broader=survivor_above)
    publish(loser, survivor, middle, survivor_above, by=None)
    Topic.objects.filter(pk=survivor_above.pk).update(label="Above all")

    with pytest.raises(CurationRefused) as refused:
        merge(survivor, middle, by=None, reason="Same thing.")

    assert {refusal.code for refusal in refused.value.refusals} == {"collision"}
    loser.refresh_from_db()
    assert loser.broader == survivor
    assert Change.objects.count() == 4


def test_a_contributor_cannot_publish() -> None:
    topic = make_topic("mining")
    contributor = User.objects.create_user("contributor")
    contributor.user_permissions.add(Permission.objects.get(codename="change_topic"))

    with pytest.raises(PermissionDenied, match="not publish"):
        publish(topic, by=contributor)
    with pytest.raises(PermissionDenied):
        list(publish_in_batches(TOPIC_KIND, [topic.pk], by=contributor))
    assert not Change.objects.exists()


def test_a_contributor_cannot_withdraw_restore_or_merge() -> None:
    mining, gold = make_topic("mining"), make_topic("gold")
    publish(mining, gold, by=None)
    withdraw(gold, by=None, reason="Twice.")
    contributor = User.objects.create_user("contributor")
    contributor.user_permissions.add(Permission.objects.get(codename="change_topic"))

    with pytest.raises(PermissionDenied):
        withdraw(mining, by=contributor, reason="Wrong.")
    with pytest.raises(PermissionDenied):
        restore(gold, by=contributor)
    with pytest.raises(PermissionDenied):
        merge(gold, mining, by=contributor, reason="The same.")

    mining.refresh_from_db()
    gold.refresh_from_db()
    assert (mining.editorial_state, gold.editorial_state) == ("published", "withdrawn")
    assert Change.objects.count() == 3


def test_the_action_is_kept_in_the_history() -> None:
    topic = make_topic("mining")
    publisher = User.objects.create_user("publisher")
    publisher.user_permissions.add(Permission.objects.get(codename="publish_topic"))

    publish(topic, by=publisher, reason="Checked.")

    history = apps.get_model("records", "TopicHistory")
    last = history._default_manager.filter(pgh_obj=topic).order_by("-pgh_id")[0]
    assert last.editorial_state == "published"
    assert last.pgh_context.metadata == {
        "user": publisher.pk,
        "action": "publish",
        "reason": "Checked.",
    }


def test_batches_publish_what_they_can_and_report_the_rest() -> None:
    hidden = make_topic("hidden")
    bad = make_topic("bad", broader=hidden)
    good = [make_topic(f"good-{number}") for number in range(5)]

    batches = list(
        publish_in_batches(TOPIC_KIND, [*(topic.pk for topic in good), bad.pk], by=None, size=4)
    )

    assert [
        (len(batch.published), [refusal.code for refusal in batch.refusals]) for batch in batches
    ] == [
        (4, []),
        (1, ["unpublished_reference"]),
    ]
    assert TopicEdition.objects.current().count() == 5


@pytest.mark.parametrize("size", [1, 40])
def test_publishing_costs_a_fixed_number_of_queries(
    size: int, django_assert_num_queries: object
) -> None:
    broader = make_topic("broader")
    publish(broader, by=None)
    topics = [make_topic(broader=broader) for _ in range(size)]

    with django_assert_num_queries(PUBLISH_QUERIES):  # type: ignore[operator]
        publish(*topics, by=None)


PUBLISH_QUERIES = 6
#: Savepoint, lock and parts, references and editions, feed, all writes, release.


def test_an_edition_is_never_changed_or_deleted() -> None:
    publish(make_topic("mining"), by=None)

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        TopicEdition.objects.update(label="Other")
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        TopicEdition.objects.all().delete()


def test_what_was_published_keeps_its_slug_and_is_not_deleted() -> None:
    topic = make_topic("mining")
    publish(topic, by=None)

    with pytest.raises(IntegrityError, match="withdraw it instead"), transaction.atomic():
        Topic.objects.filter(pk=topic.pk).update(slug="other")
    with pytest.raises(IntegrityError, match="withdraw it instead"), transaction.atomic():
        topic.delete()


def test_a_source_with_nothing_but_a_title_is_published_with_nulls() -> None:
    source = make_source(title="S1")

    publish(source, by=None)

    document = orjson.loads(edition_of(source).document or "")
    assert {
        key: document[key]
        for key in ("publisher", "web_address", "published", "retrieved_on", "authors")
    } == {
        "publisher": None,
        "web_address": None,
        "published": None,
        "retrieved_on": None,
        "authors": [],
    }
