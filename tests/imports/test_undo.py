"""Undoing an import leaves records and parts as they were before it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied

from imports.files.opening import open_stream
from imports.models import ImportBatch, ImportStatus
from imports.undo import UndoRefused, undo
from people.models import Person
from records.exchange.export import export
from records.models import Change
from records.publishing.publish import publish
from records.roles import CONTRIBUTOR
from tests.factories.imports import import_files, ndjson, person
from tests.factories.records import make_source

if TYPE_CHECKING:
    from records.models import Source

# Every import is a transaction of its own, as its times of change are.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def atlas() -> Source:
    source = make_source(slug="atlas")
    publish(source, by=None)
    return source


def take(*documents: dict[str, Any], **options: Any) -> ImportBatch:
    with open_stream(io.BytesIO(ndjson(*documents)), "people.ndjson") as tree:
        result, batch = import_files(tree, **options)
    assert result.is_done, result.lines
    return batch


def everything() -> bytes:
    file = io.BytesIO()
    export(file, with_notes=True)
    return file.getvalue()


def test_drafts_that_were_made_are_deleted_and_changed_records_are_as_they_were(
    atlas: Source,
) -> None:
    take(
        person(
            "ada",
            names=[{"name": "Ada L"}, {"name": "Countess", "kind": "rank"}],
            birth="1815",
        ),
        {
            "object": "place",
            "slug": "rome",
            "name": "Rome",
            "kind": "city",
            "latitude": "41.9",
            "longitude": "12.5",
        },
    )
    before = everything()
    batch = take(
        person("ada", name="Augusta", birth="1816", names=[{"name": "Ada L", "language": "en"}]),
        person("ben", names=[{"name": "B"}]),
        {"object": "place", "slug": "rome", "latitude": "41.8", "longitude": "12.4"},
    )
    assert everything() != before

    undone = undo(batch, by=None)

    assert everything() == before
    assert (undone.deleted, undone.withdrawn, undone.restored) == (1, 0, 2)
    batch.refresh_from_db()
    assert batch.status == ImportStatus.UNDONE
    with pytest.raises(UndoRefused):
        undo(batch, by=None)


def test_what_was_published_is_withdrawn_or_published_again_as_it_was(atlas: Source) -> None:
    take(person("ada", birth="1815"), publishes=True)
    batch = take(person("ada", birth="1816"), person("ben"), publishes=True)

    undo(batch, by=None)

    ada, ben = Person.objects.get(slug="ada"), Person.objects.get(slug="ben")
    assert (ada.birth.edtf, ada.is_published, ada.has_unpublished_changes) == ("1815", True, False)
    assert ben.editorial_state == "withdrawn"
    assert list(Change.objects.filter(kind="person").values_list("action", flat=True)) == [
        "published",
        "updated",
        "published",
        "updated",
        "withdrawn",
    ]


def test_what_nobody_published_is_not_published_by_undoing(atlas: Source) -> None:
    take(person("ada", birth="1815"), person("ben", birth="1815"), publishes=True)
    ada, ben = Person.objects.get(slug="ada"), Person.objects.get(slug="ben")
    Person.objects.filter(pk=ada.pk).update(name="Ada Lovelace")
    contributor = User.objects.create_user("contributor", is_staff=True)
    contributor.groups.add(Group.objects.get(name=CONTRIBUTOR))
    changes = Change.objects.count()
    batch = take(person("ada", birth="1816"), person("ben", birth="1816"))

    undo(batch, by=contributor)

    ada.refresh_from_db()
    ben.refresh_from_db()
    assert Change.objects.count() == changes
    assert (ada.birth.edtf, ada.name, ada.has_unpublished_changes) == ("1815", "Ada Lovelace", True)
    assert (ben.birth.edtf, ben.has_unpublished_changes, ben.writers) == ("1815", False, [])


def test_who_may_not_publish_undoes_nothing_that_is_public(atlas: Source) -> None:
    batch = take(person("ada"), publishes=True)
    before = everything()
    contributor = User.objects.create_user("contributor", is_staff=True)
    contributor.groups.add(Group.objects.get(name=CONTRIBUTOR))

    with pytest.raises(PermissionDenied):
        undo(batch, by=contributor)

    assert everything() == before
    batch.refresh_from_db()
    assert batch.status == ImportStatus.DONE
    assert Person.objects.get().is_published


def test_what_was_edited_since_is_not_taken_back(atlas: Source) -> None:
    batch = take(person("ada"), person("ben"))
    Person.objects.filter(slug="ada").update(name="Ada Lovat")
    Person.objects.get(slug="ben").names.create(name="Benny")

    with pytest.raises(UndoRefused) as refused:
        undo(batch, by=None)

    assert refused.value.reasons == [
        "The person “Ada Lovat” was edited after the import.",
        "The person “ben” was edited after the import.",
    ]
    assert Person.objects.count() == 2


def test_what_others_name_since_is_not_taken_back(atlas: Source) -> None:
    batch = take({"object": "source", "slug": "story", "kind": "news", "title": "Story"})
    take(person("ada", citations=[{"source": "story"}]))

    with pytest.raises(UndoRefused, match="Other records refer to"):
        undo(batch, by=None)


def test_what_was_undone_is_told_and_comes_back_on_request(atlas: Source) -> None:
    documents = (person("ada", birth="1815"), person("ben"))
    undo(take(*documents, publishes=True), by=None)

    with open_stream(io.BytesIO(ndjson(*documents)), "people.ndjson") as tree:
        result, batch = import_files(tree, publishes=True)
        assert (result.rows, result.published) == ({"withdrawn": 2}, 0)
        assert [(line.outcome, line.line) for line in result.lines] == [
            ("withdrawn", 1),
            ("withdrawn", 2),
        ]
        assert batch.status == ImportStatus.DONE
        assert not Person.objects.exclude(editorial_state="withdrawn").exists()

        result, _batch = import_files(tree, publishes=True, restores=True)
    assert (result.rows, result.published) == ({"unchanged": 2}, 2)
    assert [each.is_published for each in Person.objects.all()] == [True, True]
    actions = Change.objects.filter(kind="person").order_by("position")
    assert list(actions.values_list("action", flat=True)) == [
        *["published"] * 2,
        *["withdrawn"] * 2,
        *["restored"] * 2,
    ]
