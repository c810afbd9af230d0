"""What `manage.py import`, `export` and `load_sample_story` say and do."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import orjson
import pytest
from django.core.management import CommandError, call_command

from records.models import Topic
from tests.factories.records import make_topic

pytestmark = pytest.mark.django_db

LINE = b'{"object": "topic", "slug": "mining", "code": "mining", "label": "Mining"}\n'


def run(*words: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(*words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "topics.ndjson"
    path.write_bytes(LINE)
    return path


def test_import_says_what_became_of_the_lines(file: Path) -> None:
    first = run("import", str(file), "--publish")
    second = run("import", str(file), "--publish")

    assert first[0] == "1 lines: 1 created, 0 updated, 0 unchanged, 0 rejected; 1 published.\n"
    assert second[0] == "1 lines: 0 created, 0 updated, 1 unchanged, 0 rejected.\n"
    assert Topic.objects.get().is_published


def test_a_dry_run_says_that_it_was_one(file: Path) -> None:
    assert run("import", str(file), "--dry-run") == (
        "Dry run, nothing was written: 1 lines: 1 created, 0 updated, 0 unchanged, 0 rejected.\n",
        "",
    )
    assert not Topic.objects.exists()


def test_rejections_are_shown_and_written_to_the_report(file: Path, tmp_path: Path) -> None:
    file.write_bytes(LINE + b'{"object": "topic", "slug": "x", "code": "x", "lable": "X"}\n')
    report = tmp_path / "rejected.ndjson"
    err = io.StringIO()

    with pytest.raises(CommandError) as refused:
        call_command("import", str(file), "--report", str(report), stderr=err)

    assert str(refused.value) == (
        "Nothing was written: 2 lines: 1 created, 0 updated, 0 unchanged, 1 rejected."
    )
    reason = (
        "There is no field lable here: choose one of object, id, slug, code, label, broader, "
        "alternative_labels, contested, curators_note, identifiers."
    )
    assert err.getvalue().splitlines() == [
        "line 2 topic x /label: label is missing. [required]",
        f"line 2 topic x /lable: {reason} [unknown_field]",
    ]
    assert [orjson.loads(line) for line in report.read_bytes().splitlines()][1] == {
        "outcome": "rejected",
        "file": "topics.ndjson",
        "row": None,
        "line": 2,
        "object": "topic",
        "record": "x",
        "field": "/lable",
        "value": "X",
        "reason": reason,
        "code": "unknown_field",
        "suggestion": "label",
    }


def test_import_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Pipe(LINE)))

    run("import", "-")

    assert Topic.objects.get().slug == "mining"


def test_a_missing_file_is_said_in_one_line() -> None:
    with pytest.raises(CommandError, match=r"there is no file nowhere\.ndjson"):
        run("import", "nowhere.ndjson")


def test_a_report_that_cannot_be_written_is_told_before_anything_is_done(
    file: Path, tmp_path: Path
) -> None:
    report = tmp_path / "nowhere" / "report.ndjson"

    with pytest.raises(CommandError, match=r"report\.ndjson: No such file or directory"):
        call_command("import", str(file), "--report", str(report))
    with pytest.raises(CommandError, match=r"^There is no format pocomm: .* Did you mean pocom\?"):
        call_command("import", str(file), "--format", "pocomm")
    assert not Topic.objects.exists()


def test_export_writes_a_file_that_import_takes(tmp_path: Path) -> None:
    make_topic("mining")
    path = tmp_path / "out.ndjson"

    said = run("export", str(path), "--object", "topic")

    assert said[1] == "1 records\n"
    assert run("import", str(path))[0] == (
        "1 lines: 0 created, 0 updated, 1 unchanged, 0 rejected.\n"
    )


def test_the_sample_story_wants_the_reference_data() -> None:
    with pytest.raises(CommandError, match="The sample story was not loaded"):
        run("load_sample_story")


def test_the_sample_story_loaded_twice_changes_nothing() -> None:
    run("load_reference")

    first, second = run("load_sample_story")[0], run("load_sample_story")[0]

    assert first == (
        "Sample story: 58 lines: 58 created, 0 updated, 0 unchanged, 0 rejected; 58 published.\n"
    )
    assert second == "Sample story: 58 lines: 0 created, 0 updated, 58 unchanged, 0 rejected.\n"
