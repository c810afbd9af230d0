"""Previews are made of what was written, by any account, and of nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event, EventEdition, EventStatus, Participation
from people.models import TenureEdition
from records.models import DuePreview, EditorialState, TopicEdition, preview_of
from records.publishing import previews
from records.publishing.merge import merge
from records.publishing.previews import bring_up_to_date, bring_up_to_date_in_turns
from records.publishing.publish import withdraw
from records.publishing.unmerge import unmerge
from records.roles import ADMINISTRATOR
from tests.factories.events import make_event, make_participation
from tests.factories.people import make_tenure
from tests.factories.records import make_topic, publish_whole
from tests.factories.staff import member_of_staff

if TYPE_CHECKING:
    from records.models import Edition

pytestmark = pytest.mark.django_db


def previewed(editions: type[Edition]) -> set[Any]:
    return set(preview_of(editions)._default_manager.values_list("record_id", flat=True))


def test_nothing_is_looked_at_where_nothing_was_written() -> None:
    make_event("Here")
    assert bring_up_to_date() == 0

    with CaptureQueriesContext(connection) as captured:
        assert bring_up_to_date() == 0

    assert [each["sql"].count("records_duepreview") > 0 for each in captured] == [True]
    assert not DuePreview.objects.exists()


def test_each_way_of_writing_is_seen() -> None:
    draft, changed, of_part, in_bulk, public = (make_event(f"Event {n}") for n in range(5))
    participation = make_participation(of_part)
    publish_whole(changed, of_part, in_bulk, public)
    assert bring_up_to_date() == 0
    assert previewed(EventEdition) == {draft.pk}

    changed.title = "Another"
    changed.save()
    Participation.objects.filter(pk=participation.pk).update(side="North")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_event SET status = 'denied' WHERE id = %s", [in_bulk.pk])
    withdraw(public, by=None, reason="Never happened.")
    assert bring_up_to_date() == 0

    assert previewed(EventEdition) == {draft.pk, changed.pk, of_part.pk, in_bulk.pk, public.pk}
    rows: Any = preview_of(EventEdition)._default_manager
    assert rows.values_list("label", flat=True).get(record_id=changed.pk) == "Another"
    made_of = dict(rows.values_list("record_id", "made_of"))
    assert made_of == dict(Event.objects.values_list("pk", "changed_at"))


def test_what_was_published_or_deleted_meanwhile_is_left() -> None:
    public, gone = make_event("Public"), make_event("Gone")
    publish_whole(public)
    gone.delete()

    assert bring_up_to_date() == 0

    assert previewed(EventEdition) == set()
    assert not DuePreview.objects.exists()


def test_a_draft_that_comes_back_from_a_merge_has_its_preview_again() -> None:
    by: Any = member_of_staff(ADMINISTRATOR, "head")
    survivor, loser = make_event("One", status=EventStatus.OCCURRED), make_event("Other")
    merge(loser, survivor, by=by, reason="The same.")
    bring_up_to_date()
    assert previewed(EventEdition) == {survivor.pk}

    unmerge(Event.objects.get(pk=loser.pk), by=by, reason="Not the same.")
    assert bring_up_to_date() == 0

    loser.refresh_from_db()
    assert loser.editorial_state == EditorialState.DRAFT
    assert previewed(EventEdition) == {survivor.pk, loser.pk}


def test_so_many_are_made_as_may_be_and_the_others_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(previews, "BATCH", 2)
    topics = {make_topic().pk for _each in range(5)}

    left = [bring_up_to_date(at_most=most) for most in (0, 2, 2, 2)]

    assert left == [2, 2, 1, 0]
    assert previewed(TopicEdition) == topics


def test_what_names_others_that_nothing_is_known_of_yet_is_made_behind_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tenure = make_tenure()
    # The one that names the others was written first.
    DuePreview.objects.filter(record_id=tenure.pk).delete()
    DuePreview.objects.create(pk=1, kind="tenure", record_id=tenure.pk)
    monkeypatch.setattr(previews, "BATCH", 1)

    bring_up_to_date_in_turns()

    assert previewed(TenureEdition) == {tenure.pk}
    assert not DuePreview.objects.exists()
