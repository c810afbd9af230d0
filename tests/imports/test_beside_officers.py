"""Imports beside people who save the same records: what somebody saved stays, in either order."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from imports.files.opening import open_stream
from imports.undo import UndoRefused, undo
from people.models import Person
from tests.factories.imports import import_files, ndjson
from tests.factories.people import make_person
from tests.factories.races import at_once, overtaken

if TYPE_CHECKING:
    from imports.models import ImportBatch
    from imports.report import ImportResult

pytestmark = pytest.mark.django_db(transaction=True)


def take(*documents: dict[str, Any]) -> ImportBatch:
    with open_stream(io.BytesIO(ndjson(*documents)), "people.ndjson") as tree:
        result, batch = import_files(tree)
    assert result.is_done, result.lines
    return batch


def line_of(person: Person, **members: Any) -> dict[str, Any]:
    return {"object": "person", "id": str(person.pk)} | members


def test_an_import_keeps_what_was_saved_after_it_had_read_the_record() -> None:
    person = make_person("Marco Rubio")

    def save() -> None:
        Person.objects.filter(pk=person.pk).update(family_name="Rubio", curators_note="Checked.")

    # The import reads the record as it was before, and waits for this transaction to write it.
    overtaken(save, lambda: take(line_of(person, given_name="Marco")))

    person.refresh_from_db()
    assert (person.given_name, person.family_name, person.curators_note) == (
        "Marco",
        "Rubio",
        "Checked.",
    )


def test_a_field_that_somebody_protects_meanwhile_is_not_overwritten() -> None:
    person = make_person("Marco Rubio")

    def protect() -> None:
        Person.objects.filter(pk=person.pk).update(given_name="M.", locked_fields=["given_name"])

    overtaken(protect, lambda: take(line_of(person, given_name="Marco", family_name="Rubio")))

    person.refresh_from_db()
    assert (person.given_name, person.family_name) == ("M.", "Rubio")


def test_a_row_that_somebody_adds_meanwhile_is_compared_too() -> None:
    person = make_person("Marco Rubio")
    names = [{"name": "Little Marco", "kind": "alias"}]

    # Both say the same name of the person, and the import another thing as well.
    overtaken(
        lambda: person.names.create(name="Little Marco", kind="alias"),
        lambda: take(line_of(person, given_name="Marco", names=names)),
    )

    person.refresh_from_db()
    assert person.given_name == "Marco"
    assert [name.name for name in person.names.all()] == ["Little Marco"]


def test_a_draft_that_somebody_deletes_meanwhile_is_said_to_be_gone() -> None:
    person, other = make_person("Marco Rubio"), make_person("Ishaq Dar")
    lines = ndjson(line_of(person, given_name="Marco"), line_of(other, given_name="Ishaq"))

    def load() -> tuple[ImportResult, ImportBatch]:
        with open_stream(io.BytesIO(lines), "people.ndjson") as tree:
            return import_files(tree, is_partial=True)

    result, _batch = overtaken(person.delete, load)

    assert [(each.line, each.fault.code) for each in result.of("rejected")] == [(1, "gone")]
    other.refresh_from_db()
    assert other.given_name == "Ishaq"


def test_an_import_is_not_undone_over_a_part_that_an_older_transaction_saved() -> None:
    person = make_person("Marco Rubio")
    batches: list[ImportBatch] = []

    with transaction.atomic():
        # The transaction begins before the import, and writes once the import is done.
        assert Person.objects.filter(pk=person.pk).exists()
        (result,) = at_once(lambda: batches.append(take(line_of(person, given_name="Marco"))))
        assert result is None
        person.names.create(name="Little Marco")

    with pytest.raises(UndoRefused, match="was edited after the import"):
        undo(batches[0], by=None)
