"""Where somebody else has to publish: an import is written by the account that starts it."""

from __future__ import annotations

import io
from typing import Any

import pytest

from imports.admin.actions import may_publish, may_publish_at_once
from imports.files.opening import open_stream
from imports.models import ImportBatch
from imports.run import publish_later
from imports.undo import undo
from people.models import Person
from records.publishing.publish import CurationRefused, publish
from records.roles import PUBLISHER
from tests.factories.imports import import_files, ndjson, person
from tests.factories.records import edition_of, make_source
from tests.factories.staff import member_of_staff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def atlas(settings: Any) -> None:
    settings.SECOND_PERSON = True
    publish(make_source(slug="atlas"), by=None)


def take(*documents: dict[str, Any], **options: Any) -> tuple[Any, ImportBatch]:
    with open_stream(io.BytesIO(ndjson(*documents)), "people.ndjson") as tree:
        return import_files(tree, publishes=True, **options)


def public_name() -> str:
    edition = edition_of(Person.objects.get())
    return str(edition.document)


def test_what_one_imports_another_one_publishes() -> None:
    ama, bo = member_of_staff(PUBLISHER, "ama"), member_of_staff(PUBLISHER, "bo")
    assert (may_publish(ama), may_publish_at_once(ama)) == (True, False)

    result, batch = take(person("ada"), by=ama)

    ada = Person.objects.get()
    assert (result.published, ada.editorial_state, ada.writers) == (0, "draft", [ama.pk])
    (line,) = result.of("not_published")
    assert "somebody else publishes it. Ask bo." in str(line)
    publish_later(batch, by=ama, progress=lambda *_: None)
    ada.refresh_from_db()
    assert ada.editorial_state == "draft"
    publish_later(batch, by=bo, progress=lambda *_: None)
    ada.refresh_from_db()
    assert (ada.editorial_state, ada.writers) == ("published", [])


def test_what_one_changes_back_another_one_publishes() -> None:
    ama, bo = member_of_staff(PUBLISHER, "ama"), member_of_staff(PUBLISHER, "bo")
    take(person("ada", name="Ada"))
    _result, batch = take(person("ada", name="Augusta"))
    assert "Augusta" in public_name()

    undo(batch, by=ama)

    ada = Person.objects.get()
    assert (ada.name, ada.has_unpublished_changes, ada.writers) == ("Ada", True, [ama.pk])
    assert "Augusta" in public_name()
    with pytest.raises(CurationRefused):
        publish(ada, by=ama)
    publish(ada, by=bo)
    assert "Augusta" not in public_name()


def test_who_uploaded_the_file_is_a_writer_of_what_another_one_imports() -> None:
    ama, bo, cy = (member_of_staff(PUBLISHER, name) for name in ("ama", "bo", "cy"))

    _result, batch = take(person("ada"), by=bo, uploader=ama)

    ada = Person.objects.get()
    assert sorted(ada.writers) == [ama.pk, bo.pk]
    for writer in (ama, bo):
        publish_later(batch, by=writer, progress=lambda *_: None)
        with pytest.raises(CurationRefused):
            publish(ada, by=writer)
    publish(ada, by=cy)
