"""One import of a data set from files to published records, with an invented data set of ministers and their posts."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError

import imports.run
from config.faults import Fault
from imports import dataset as registry
from imports.dataset import Dataset, Document, NearMatch, Row, register
from imports.datasets.kit import SourceRow
from imports.files.opening import open_input
from imports.files.tree import InputError
from imports.models import ImportBatch, ImportedRow, ImportStatus
from imports.report import ImportResult
from imports.undo import undo
from people.models import Person, PersonEdition
from records.exchange.report import FAULTS_OF_A_LINE, MOST_REJECTIONS
from records.models import PossibleDuplicate, Source, preview_of
from records.publishing.dependencies import gather
from records.publishing.previews import bring_up_to_date
from records.publishing.publish import publish, withdraw
from tests.factories.imports import import_files
from tests.factories.people import make_person, make_tenure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.files.tree import Tree

pytestmark = pytest.mark.django_db

HEADER = "id,name,born,like\n"


def translate(tree: Tree, source: str) -> Iterator[Row | Document | NearMatch]:
    for file in tree.matching("*.ministers"):
        with file.open() as stream:
            lines = stream.read().decode().splitlines()
        for number, cells in enumerate(csv.DictReader(lines), start=2):
            name = ("person", f"ministers:{cells['id']}")
            faults: tuple[Fault, ...] = ()
            if not cells["name"]:
                faults = (Fault("no_name", "A minister has a name.", pointer="/name", value=""),)
            skipped = "A heading, not a minister." if cells["name"] == "-" else ""
            is_good = not (faults or skipped)
            yield Row(
                cells["id"],
                file.path,
                f"line {number}",
                dict(cells),
                becomes=(name,) if is_good else (),
                skipped=skipped,
                faults=faults,
            )
            if is_good:
                yield {
                    "object": "person",
                    "slug": cells["name"].lower().replace(" ", "-"),
                    "name": cells["name"],
                    "birth": cells["born"] or None,
                    "identifiers": [{"scheme": "ministers", "value": cells["id"]}],
                    "citations": [{"source": source, "locator": f"minister {cells['id']}"}],
                }
            if cells["like"]:
                yield NearMatch("person", name[1], cells["like"], 0.9, "The names are alike.")


@pytest.fixture(autouse=True)
def ministers(monkeypatch: pytest.MonkeyPatch) -> None:
    registry.datasets()
    monkeypatch.setattr(registry, "_DATASETS", dict(registry._DATASETS))
    register(
        Dataset(
            name="ministers",
            title="Ministers",
            source={"slug": "ministers", "kind": "dataset", "title": "Ministers"},
            recognises=lambda tree: bool(tree.matching("*.ministers")),
            translate=translate,
        )
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def take(folder: Path, lines: str, **options: Any) -> tuple[ImportResult, ImportBatch]:
    (folder / "all.ministers").write_text(HEADER + lines)
    return again(folder, **options)


def again(folder: Path, **options: Any) -> tuple[ImportResult, ImportBatch]:
    with open_input(folder) as tree:
        return import_files(tree, **options)


def rows(result: ImportResult) -> dict[str, int]:
    return {name: number for name, number in result.rows.items() if number}


def test_rows_become_drafts_and_a_second_import_changes_nothing(folder: Path) -> None:
    first, batch = take(folder, "1,Ada Lovat,1815,\n2,-,,\n")
    second, _batch = again(folder)

    assert rows(first) == {"created": 1, "skipped": 1}
    assert rows(second) == {"unchanged": 1, "skipped": 1}
    person = Person.objects.get()
    assert (person.slug, person.editorial_state) == ("ada-lovat", "draft")
    assert (batch.status, batch.rows) == ("done", {"created": 1, "skipped": 1})
    assert batch.records == {"source": {"created": 1}, "person": {"created": 1}}
    assert [(line.outcome, line.row) for line in first.lines] == [("skipped", "line 3")]


def test_an_import_makes_the_previews_of_what_stays_unpublished(folder: Path) -> None:
    dry, _batch = take(folder, "1,Ada Lovat,1815,\n", is_dry_run=True)
    assert not dry.is_done
    assert not preview_of(PersonEdition)._default_manager.exists()

    again(folder)

    assert preview_of(PersonEdition)._default_manager.get().record_id == Person.objects.get().pk
    assert bring_up_to_date(at_most=0) == 0


def test_an_import_is_done_though_its_previews_could_not_be_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OperationalError("The database has no room left.")

    monkeypatch.setattr(imports.run, "bring_up_to_date_in_turns", fail)

    result, batch = take(folder, "1,Ada Lovat,1815,\n")

    assert result.is_done
    assert batch.status == ImportStatus.DONE
    assert bring_up_to_date(at_most=0) == 2  # the source and the person


def test_a_rejected_row_keeps_all_out_unless_the_import_is_partial(folder: Path) -> None:
    lines = "1,Ada Lovat,1815,\n2,,,\n3,Ben Uhl,18-15,\n"

    refused, batch = take(folder, lines)
    assert not Person.objects.exists()
    assert not ImportedRow.objects.exists()
    assert batch.status == ImportStatus.REJECTED
    assert rows(refused) == {"created": 1, "rejected": 2}
    assert [
        (line.file, line.row, line.record, line.fault.pointer, line.fault.value, line.fault.code)
        for line in refused.of("rejected")
    ] == [
        ("all.ministers", "line 3", None, "/name", "", "no_name"),
        ("all.ministers", "line 4", "ministers:3", "/birth", "18-15", "bad_date"),
    ]

    kept, _batch = again(folder, is_partial=True)
    assert rows(kept) == {"created": 1, "rejected": 2}
    assert [person.name for person in Person.objects.all()] == ["Ada Lovat"]
    assert rows(again(folder, is_partial=True)[0]) == {"unchanged": 1, "rejected": 2}


def test_a_slug_that_is_taken_is_only_a_wish(folder: Path) -> None:
    make_person("ada-lovat")

    take(folder, "1,Ada Lovat,1815,\n2,Ada Lovat,1901,\n")

    assert sorted(Person.objects.values_list("slug", flat=True)) == [
        "ada-lovat",
        "ada-lovat-2",
        "ada-lovat-3",
    ]


def test_what_the_desk_changed_stays_until_the_data_set_says_something_else(folder: Path) -> None:
    take(folder, "1,Ada Lovat,1815,\n")
    Person.objects.update(
        name="Ada, Countess Lovat",
        birth_edtf="",
        birth_earliest=None,
        birth_latest=None,
        birth_precision="",
    )

    same, _batch = again(folder)
    changed, _batch = take(folder, "1,Ada Lovat,1816,\n")

    person = Person.objects.get()
    assert rows(same) == {"unchanged": 1}
    assert rows(changed) == {"updated": 1}
    assert (person.name, person.birth.edtf) == ("Ada, Countess Lovat", "1816")


def test_a_locked_field_is_proposed_and_not_overwritten(folder: Path) -> None:
    take(folder, "1,Ada Lovat,1815,\n")
    Person.objects.update(locked_fields=["birth"])

    result, _batch = take(folder, "1,Ada Lovat,1816,\n")

    assert rows(result) == {"unchanged": 1}
    assert [(line.row, line.fault.pointer) for line in result.of("proposed")] == [
        ("line 2", "/birth")
    ]
    assert Person.objects.get().birth.edtf == "1815"


def test_lists_of_a_data_set_add_to_what_others_said(folder: Path) -> None:
    take(folder, "1,Ada Lovat,1815,\n")
    Person.objects.get().identifiers.create(scheme="wikidata", value="Q1")

    take(folder, "1,Ada Lovat,1816,\n")

    assert [str(identifier) for identifier in Person.objects.get().identifiers.all()] == [
        "ministers:1",
        "wikidata:Q1",
    ]


def test_publishing_leaves_to_the_desk_what_the_desk_edits(folder: Path) -> None:
    take(folder, "1,Ada Lovat,1815,\n2,Ben Uhl,1820,\n", publishes=True)
    assert Person.objects.filter(editorial_state="published").count() == 2
    Person.objects.filter(slug="ben-uhl").update(name="Benjamin Uhl")

    result, batch = take(folder, "1,Ada Lovat,1816,\n2,Ben Uhl,1820,\n", publishes=True)

    assert (result.published, batch.status, batch.published) == (1, "done", 1)
    assert Person.objects.get(slug="ben-uhl").has_unpublished_changes
    assert not Person.objects.get(slug="ada-lovat").has_unpublished_changes


def test_an_import_goes_on_publishing_where_another_was_stopped(folder: Path) -> None:
    take(folder, "1,Ada Lovat,1815,\n", publishes=True)
    _result, stopped = take(folder, "1,Ada Lovat,1816,\n")
    ImportBatch.objects.filter(pk=stopped.pk).update(status=ImportStatus.PUBLISHING)

    result, _batch = again(folder, publishes=True)

    assert (rows(result), result.published) == ({"unchanged": 1}, 1)
    stopped.refresh_from_db()
    assert stopped.status == ImportStatus.DONE


def test_rows_that_vanished_are_told_and_withdrawn_only_on_request(folder: Path) -> None:
    take(folder, "1,Ada Lovat,1815,\n2,Ben Uhl,1820,\n", publishes=True)

    result, _batch = take(folder, "1,Ada Lovat,1815,\n")
    assert [(line.row, line.file) for line in result.of("vanished")] == [("2", "all.ministers")]
    assert Person.objects.get(slug="ben-uhl").is_published

    result, _batch = again(folder, withdraws=True)
    assert result.withdrawn == 1
    assert Person.objects.get(slug="ben-uhl").editorial_state == "withdrawn"
    assert again(folder)[0].of("vanished") == []


def test_files_without_any_row_of_the_format_are_refused_and_nothing_vanishes(folder: Path) -> None:
    take(folder, "1,Ada Lovat,1815,\n", publishes=True)
    (folder / "all.ministers").rename(folder / "all.kings")

    with open_input(folder) as tree, pytest.raises(InputError, match="No row of Ministers"):
        import_files(tree, registry.datasets()["ministers"], withdraws=True)

    assert Person.objects.get().is_published
    assert ImportBatch.objects.latest("started_at").status == ImportStatus.FAILED


def test_a_dry_run_says_all_and_writes_nothing(folder: Path) -> None:
    result, batch = take(folder, "1,Ada Lovat,1815,\n", is_dry_run=True, publishes=True)

    assert (rows(result), result.published, batch.status) == ({"created": 1}, 2, "checked")
    assert not Person.objects.exists()
    assert not Source.objects.exists()


def test_near_matches_go_to_the_review_list_once(folder: Path) -> None:
    other = make_person("ada")

    take(folder, f"1,Ada Lovat,1815,{other.pk}\n")
    PossibleDuplicate.objects.update(verdict="different")
    again(folder)

    pair = PossibleDuplicate.objects.get()
    assert {pair.record_id, pair.other_id} == set(Person.objects.values_list("pk", flat=True))
    assert (pair.kind, pair.score, pair.verdict) == ("person", 0.9, "different")


def test_another_source_can_be_cited_if_it_is_there(folder: Path) -> None:
    with pytest.raises(InputError, match="There is no source atlas"):
        take(folder, "1,Ada Lovat,1815,\n", source="atlas")
    assert ImportBatch.objects.get().status == ImportStatus.FAILED

    atlas = Source.objects.create(slug="atlas", title="Atlas", kind="book")
    publish(atlas, by=None)
    take(folder, "1,Ada Lovat,1815,\n", source="atlas")

    assert [c.source.slug for c in Person.objects.get().citations.all()] == ["atlas"]


def test_a_record_that_was_deleted_is_told_in_full_again(folder: Path) -> None:
    take(folder, "1,Ada Lovat,1815,\n")
    Person.objects.get().delete()

    result, _batch = again(folder)

    assert rows(result) == {"created": 1}
    assert Person.objects.get().birth.edtf == "1815"


@pytest.mark.django_db(transaction=True)
def test_undo_puts_back_what_the_import_before_it_said(folder: Path) -> None:
    take(folder, "1,Ada Lovat,1815,\n", publishes=True)
    ada = Person.objects.get()
    ada.birth = "1814"  # a curator's correction
    ada.save()
    _result, batch = take(folder, "1,Ada Lovat,1816,\n2,Ben Uhl,1820,\n")
    assert Person.objects.get(slug="ada-lovat").birth.edtf == "1816"

    undo(batch, by=None)
    assert Person.objects.get(slug="ada-lovat").birth.edtf == "1814"

    # The first import said the same, so that the curator's year stands.
    assert rows(take(folder, "1,Ada Lovat,1815,\n")[0]) == {"unchanged": 1}
    assert Person.objects.get(slug="ada-lovat").birth.edtf == "1814"
    assert rows(take(folder, "1,Ada Lovat,1817,\n")[0]) == {"updated": 1}
    assert Person.objects.get(slug="ada-lovat").birth.edtf == "1817"


@pytest.mark.django_db(transaction=True)
def test_undo_restores_what_the_import_withdrew(folder: Path) -> None:
    both = "1,Ada Lovat,1815,\n2,Ben Uhl,1820,\n"
    take(folder, both, publishes=True)
    _result, batch = take(folder, "1,Ada Lovat,1815,\n", withdraws=True)
    assert Person.objects.get(slug="ben-uhl").editorial_state == "withdrawn"

    undone = undo(batch, by=None)

    assert (undone.deleted, undone.withdrawn, undone.restored) == (0, 0, 1)
    assert Person.objects.get(slug="ben-uhl").is_published
    assert rows(take(folder, both, publishes=True)[0]) == {"unchanged": 2}
    assert [line.row for line in take(folder, "1,Ada Lovat,1815,\n")[0].of("vanished")] == ["2"]


def test_what_is_still_named_is_not_withdrawn_and_the_rest_is(folder: Path) -> None:
    take(folder, "1,Ada Lovat,1815,\n2,Ben Uhl,1820,\n3,Cy Orr,1830,\n", publishes=True)
    tenure = make_tenure(Person.objects.get(slug="ben-uhl"))
    publish(*gather(tenure).together, by=None)

    result, _batch = take(folder, "1,Ada Lovat,1815,\n", withdraws=True)

    assert result.withdrawn == 1
    assert [(line.record, line.fault.code) for line in result.of("not_withdrawn")] == [
        ("ben-uhl", "still_named")
    ]
    assert Person.objects.get(slug="cy-orr").editorial_state == "withdrawn"
    assert Person.objects.get(slug="ben-uhl").is_published
    # What could not be done is reported again the next time, and done once it can be.
    assert [line.row for line in again(folder)[0].of("vanished")] == ["2"]
    withdraw(tenure, by=None, reason="It was never held.")
    assert again(folder, withdraws=True)[0].withdrawn == 1


def test_a_row_of_a_withdrawn_record_says_so_until_it_is_restored(folder: Path) -> None:
    take(folder, "1,Ada Lovat,1815,\n2,Ben Uhl,1820,\n", publishes=True)
    withdraw(Person.objects.get(slug="ben-uhl"), by=None, reason="Another Ben.")

    same, _batch = again(folder, publishes=True)
    other, _batch = take(folder, "1,Ada Lovat,1815,\n2,Ben Uhl,1821,\n", publishes=True)
    for result in (same, other):
        assert (rows(result), result.published) == ({"unchanged": 1, "withdrawn": 1}, 0)
        assert [(line.row, line.record) for line in result.of("withdrawn")] == [
            ("line 3", "ministers:2")
        ]
    assert Person.objects.get(slug="ben-uhl").birth.edtf == "1820"

    result, _batch = again(folder, publishes=True, restores=True)
    assert (rows(result), result.published) == ({"unchanged": 1, "updated": 1}, 1)
    ben = Person.objects.get(slug="ben-uhl")
    assert (ben.is_published, ben.birth.edtf) == (True, "1821")
    assert rows(again(folder, publishes=True)[0]) == {"unchanged": 2}


@pytest.mark.parametrize("partial", [False, True])
def test_what_is_wrong_with_rows_is_reported_up_to_a_bound_and_read_no_further(
    tmp_path: Path, *, partial: bool
) -> None:
    wrong = MOST_REJECTIONS + 1
    rows = "1,Ishaq Dar,,\n" + "".join(f"{number},,,\n" for number in range(2, wrong + 500))
    (tmp_path / "list.ministers").write_text(HEADER + rows)

    with open_input(tmp_path) as tree:
        result, batch = import_files(
            tree, registry.datasets()["ministers"], is_partial=partial, publishes=True
        )

    assert (result.is_done, batch.status) == (False, ImportStatus.REJECTED)
    assert not Person.objects.exists()
    assert dict(result.rows) == {"rejected": wrong}
    rejected = result.of("rejected")
    assert [line.fault.code for line in rejected] == [
        *["no_name"] * MOST_REJECTIONS,
        "too_many_rejections",
    ]
    assert [rejected[0].row, rejected[-2].row] == ["line 3", f"line {MOST_REJECTIONS + 2}"]


def test_of_one_row_some_faults_are_listed_and_the_others_counted() -> None:
    row = SourceRow(id="1", file="list")
    for number in range(FAULTS_OF_A_LINE + 3):
        row.reject(f"/{number}", None, "This is missing.", "required")

    faults = row.row().faults

    assert [fault.code for fault in faults] == [*["required"] * FAULTS_OF_A_LINE, "more_faults"]
    assert faults[-1].detail == "3 more things are wrong with this line."
