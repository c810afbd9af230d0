"""What goes out comes in again as the same."""

from __future__ import annotations

import io

import orjson
import pytest

from records.exchange.export import export
from records.exchange.load import load
from records.exchange.report import Report
from records.exchange.shapes import declared
from records.registry import all_kinds
from tests.factories.every_kind import empty_all_kinds
from tests.factories.records import make_source, make_topic

pytestmark = pytest.mark.django_db


def written(**options: object) -> bytes:
    file = io.BytesIO()
    export(file, **options)  # type: ignore[arg-type]
    return file.getvalue()


def take_in(data: bytes) -> Report:
    return load(io.BytesIO(data), by=None)


def test_every_kind_of_record_can_be_exchanged() -> None:
    assert {exchange.kind for exchange in declared()} == {kind.name for kind in all_kinds()}


def test_a_line_holds_every_field_under_the_name_of_the_document() -> None:
    broader = make_topic("economy")
    topic = make_topic("mining", broader=broader, alternative_labels=["digging"])
    topic.identifiers.create(scheme="eurovoc", value="1")

    last = orjson.loads(written(kinds=["topic"]).splitlines()[-1])

    assert last == {
        "object": "topic",
        "id": str(topic.pk),
        "slug": "mining",
        "code": "mining",
        "label": "Mining",
        "broader": "economy",
        "alternative_labels": ["digging"],
        "contested": False,
        "identifiers": [{"scheme": "eurovoc", "value": "1"}],
    }


def test_curators_notes_stay_at_home_unless_asked_for() -> None:
    make_source(curators_note="Ask the embassy.")

    assert b"embassy" not in written()
    assert b"embassy" in written(with_notes=True)


def test_an_export_changes_nothing_where_it_came_from(story: None) -> None:
    data = written(with_notes=True)

    report = take_in(data)

    assert report.rejections == []
    assert (report.count("unchanged"), report.lines) == (report.lines, len(data.splitlines()))
    assert written(with_notes=True) == data


def test_an_export_into_an_empty_database_exports_the_same_bytes(story: None) -> None:
    data = written()
    empty_all_kinds()

    report = take_in(data)

    assert report.rejections == []
    assert report.count("created") == report.lines > 300
    assert written() == data
