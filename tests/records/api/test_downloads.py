"""CSV and NDJSON: whole lists as they were at one moment, which show it when they are cut."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
import tracemalloc
from contextlib import suppress
from itertools import count, repeat
from typing import Any

import orjson
import pytest
from django.db import DataError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from config.api.downloads import Csv, Ndjson
from config.api.fields import ListShape
from config.api.sql import Clause
from config.spreadsheets import unguarded
from records.api import whole
from records.models import Change
from records.publishing.publish import publish, withdraw
from records.registry import all_kinds
from tests.factories.every_kind import EVERY_KIND
from tests.factories.records import make_topic, publish_whole

pytestmark = pytest.mark.django_db

#: As long as a test may take.
SECONDS = 30


def body(response: Any) -> str:
    assert response.status_code == 200
    return b"".join(response).decode()


def table(text: str) -> list[list[str]]:
    """Rows of cells, read strictly; each line ends as RFC 4180 has it."""
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def lines(text: str) -> list[Any]:
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def at(document: Any, column: str) -> Any:
    """The value under a dotted name; None where something above it is null or has no such member."""
    for name in column.split("."):
        document = (document or {}).get(name)
    return document


def written(value: Any) -> str:
    """A value as its cell has it, before formulas are made harmless."""
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


# What is in them


def test_downloads_of_each_kind_have_what_its_pages_have(client: Client, story: None) -> None:
    publish_whole(*(maker.with_parts(2) for maker in EVERY_KIND.values() for _ in range(2)))
    position = Change.objects.latest("position").position
    for kind in all_kinds():
        _compare_with_pages(client, kind.resource, position)


def _compare_with_pages(client: Client, resource: str, position: int) -> None:
    documents = []
    address: str | None = f"/api/v1/{resource}/?page_size=200"
    while address:
        page = client.get(address).json()
        documents += page["results"]
        address = page["next"]

    *records, trailer = lines(body(client.get(f"/api/v1/{resource}/?format=ndjson")))
    header, *rows = table(body(client.get(f"/api/v1/{resource}/?format=csv")))

    assert records == documents, resource
    assert trailer == {
        "object": "trailer",
        "complete": True,
        "count": len(documents),
        "total": len(documents),
        "position": position,
        "notes": [],
        "problem": None,
    }, resource
    assert [[unguarded(cell) for cell in row] for row in rows] == [
        [written(at(document, column)) for column in header] for document in documents
    ], resource
    # Nothing of a document is left out: each of its members fills a column, or several.
    assert {column.partition(".")[0] for column in header} == set(documents[0]), resource


def test_columns_are_dotted_names_and_lists_are_json(client: Client) -> None:
    shape = {
        "id": {},
        "when": {"edtf": {}, "text": {}},
        "type": {"code": {}, "parents": ListShape(code={})},
        "topics": ListShape(id={}),
        "aliases": {},
    }
    documents = [
        (
            '{"id":"a","when":{"edtf":"2025","text":null},"type":{"code":"x","parents":[]},'
            '"topics":[{"id":"t"}],"aliases":["é","b"]}'
        ),
        '{"id":"b, \\"c\\"\\nd","when":null,"type":null,"topics":[],"aliases":null}',
    ]

    text = b"".join(Csv().lines(documents, shape)).decode()

    assert text == (
        "id,when.edtf,when.text,type.code,type.parents,topics,aliases\r\n"
        'a,2025,,x,[],"[{""id"":""t""}]","[""é"",""b""]"\r\n'
        '"b, ""c""\nd",,,,,[],\r\n'
    )


def test_numbers_and_switches_are_written_as_json_has_them() -> None:
    documents = ['{"a":true,"b":false,"c":12,"d":-1.5,"e":null}']

    text = b"".join(Csv().lines(documents, {name: {} for name in "abcde"})).decode()

    assert text == "a,b,c,d,e\r\ntrue,false,12,-1.5,\r\n"


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1-2", "'-1-2"),
        ("@sum", "'@sum"),
        ("\ttab", "'\ttab"),
        ("\rreturn", "'\rreturn"),
        ("＝1", "'＝1"),  # noqa: RUF001 - the full-width sign is the case
        ("'=1", "''=1"),
        ("-12.5", "-12.5"),
        ("'twas", "'twas"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(cell: str, safe: str) -> None:
    text = b"".join(Csv().lines([json.dumps({"x": cell, "y": "z"})], {"x": {}, "y": {}})).decode()

    assert table(text) == [["x", "y"], [safe, "z"]]
    assert unguarded(safe) == cell


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_any_text_comes_back_out_of_a_table(texts: list[str]) -> None:
    documents = [orjson.dumps({"x": text, "y": "end"}).decode() for text in texts]

    rows = table(b"".join(Csv().lines(documents, {"x": {}, "y": {}})).decode())

    assert [unguarded(row[0]) for row in rows[1:]] == texts


@pytest.fixture
def metals() -> list[Any]:
    topics = [make_topic(label) for label in ("antimony", "gold", "silver")]
    publish(*topics, by=None)
    return topics


def test_downloads_honour_filters_fields_and_ordering(client: Client, metals: list[Any]) -> None:
    _antimony, gold, silver = metals
    asked = "/api/v1/topics/?ordering=-code&id=gold,silver&fields=code,label&format="

    assert table(body(client.get(f"{asked}csv"))) == [
        ["id", "object", "label", "code"],
        [str(silver.pk), "topic", "Silver", "silver"],
        [str(gold.pk), "topic", "Gold", "gold"],
    ]
    assert lines(body(client.get(f"{asked}ndjson")))[:-1] == [
        {"id": str(silver.pk), "object": "topic", "label": "Silver", "code": "silver"},
        {"id": str(gold.pk), "object": "topic", "label": "Gold", "code": "gold"},
    ]


def test_rows_of_a_question_about_a_day_say_how_well_they_match(
    client: Client, story: None
) -> None:
    asked = "/api/v1/states/?existed_on=1975&omit=citations&page_size=200"
    documents = client.get(asked).json()["results"]
    assert len(documents) < 200

    *records, _trailer = lines(body(client.get(f"{asked}&format=ndjson")))
    header, *rows = table(body(client.get(f"{asked}&format=csv")))

    assert records == documents
    assert {document["match"] for document in documents} >= {"certain"}
    assert [row[header.index("match")] for row in rows] == [each["match"] for each in documents]


def test_downloads_start_with_the_page_of_a_cursor(client: Client, metals: list[Any]) -> None:
    first = client.get("/api/v1/topics/?fields=code&page_size=1").json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()

    for address, codes in (
        (first["next"], ["gold", "silver"]),
        (third["previous"], ["gold", "silver"]),
        (second["previous"], ["antimony", "gold", "silver"]),
    ):
        _header, *rows = table(body(client.get(f"{address}&format=csv")))
        assert [row[-1] for row in rows] == codes


def test_a_list_without_rows_has_its_header_and_its_notes(
    client: Client, metals: list[Any]
) -> None:
    asked = "/api/v1/topics/?broader=gold&id=00000000-0000-4000-8000-000000000000&fields=code"
    notes = client.get(asked).json()["notes"]

    as_csv = client.get(f"{asked}&format=csv")
    (trailer,) = lines(body(client.get(f"{asked}&format=ndjson")))

    assert body(as_csv) == "id,object,code\r\n"
    assert [note["code"] for note in notes] == ["unresolved_reference"]
    assert json.loads(as_csv.headers["X-Notes"]) == trailer["notes"] == notes
    assert (trailer["count"], trailer["complete"]) == (0, True)


def test_a_detail_is_one_row_or_one_line(client: Client, metals: list[Any]) -> None:
    document = client.get("/api/v1/topics/gold/").json()

    header, row = table(body(client.get("/api/v1/topics/gold/?format=csv")))

    assert dict(zip(header, row, strict=True))["code"] == "gold"
    assert lines(body(client.get("/api/v1/topics/gold/?format=ndjson"))) == [document]


def test_a_sublist_is_sent_whole(client: Client, metals: list[Any]) -> None:
    metals[1].label = "Au"
    metals[1].save()
    publish(metals[1], by=None)

    header, *rows = table(body(client.get("/api/v1/topics/gold/revisions/?format=csv")))

    assert [dict(zip(header, row, strict=True))["revision"] for row in rows] == ["2", "1"]
    assert client.get("/api/v1/topics/lead/revisions/?format=csv").status_code == 404


# How they are sent


@pytest.mark.parametrize(
    ("name", "accept", "content_type"),
    [
        ("csv", "text/csv", "text/csv; charset=utf-8; header=present"),
        ("ndjson", "application/x-ndjson", "application/x-ndjson"),
    ],
)
def test_headers_of_downloads(
    client: Client, metals: list[Any], name: str, accept: str, content_type: str
) -> None:
    address = "/api/v1/topics/gold/revisions/"
    response = client.get(address, headers={"accept": accept, "if-none-match": "*"})
    head = client.head(address, headers={"accept": accept})

    assert response.streaming
    assert body(response)
    assert response.headers["Content-Type"] == content_type
    assert (
        response.headers["Content-Disposition"]
        == f'attachment; filename="topics-gold-revisions.{name}"'
    )
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    assert b"".join(head) == b""
    ours = {"X-Request-ID"}
    assert {key: value for key, value in head.headers.items() if key not in ours} == {
        key: value for key, value in response.headers.items() if key not in ours
    }


def test_file_names_hold_no_sign_that_a_header_or_a_folder_could_misread(client: Client) -> None:
    publish(make_topic("gold"), by=None)
    for path, name in (
        ('/api/v1/a/b"; x=/', "a-b_x_.csv"),
        ("/api/v1/a/é:../", "a-_...csv"),
        ("/api/v1/" + "a" * 300 + "/", "a" * 100 + ".csv"),
    ):
        assert Csv().headers(path)["Content-Disposition"] == f'attachment; filename="{name}"'


def test_long_lists_are_read_in_pieces_that_follow_from_the_size_of_documents(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(*[make_topic(f"metal-{number:03}") for number in range(60)], by=None)
    monkeypatch.setattr(whole, "FIRST", 4)
    monkeypatch.setattr(whole, "MOST", 25)

    with CaptureQueriesContext(connection) as captured:
        found = table(body(client.get("/api/v1/topics/?format=csv&fields=code&ordering=code")))

    asked = [each["sql"] for each in captured if "position = ANY" in each["sql"]]
    assert [row[-1] for row in found[1:]] == [f"metal-{number:03}" for number in range(60)]
    assert [sql.count(",", sql.index("ARRAY[")) + 1 for sql in asked] == [4, 25, 25, 6]

    monkeypatch.setattr(whole, "READ", 10)
    monkeypatch.setattr(whole, "LEAST", 1)
    with CaptureQueriesContext(connection) as captured:
        body(client.get("/api/v1/topics/?format=csv&fields=code&ordering=code"))
    asked = [each["sql"] for each in captured if "position = ANY" in each["sql"]]
    assert len(asked) == 1 + 56


# As they were


def test_what_is_published_meanwhile_changes_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics = [make_topic(f"metal-{number}") for number in range(6)]
    publish(*topics, by=None)
    monkeypatch.setattr(whole, "FIRST", 2)
    monkeypatch.setattr(whole, "MOST", 2)
    monkeypatch.setattr("config.api.downloads.PIECE", 1)
    for ordering in ("published_at", "-published_at", "label", "-label"):
        asked = f"/api/v1/topics/?ordering={ordering}"
        before = client.get(asked).json()["results"]
        stream = iter(client.get(f"{asked}&format=ndjson"))
        pieces = [next(stream)]

        # Every row moves, and one comes to the front, one to the end.
        for number, topic in enumerate(reversed(topics)):
            topic.label = f"{'az'[number % 2]} {topic.label}"[:60]
            topic.save()
            publish(topic, by=None)
        publish(make_topic(f"a-{ordering}"), make_topic(f"z-{ordering}"), by=None)
        pieces += stream

        *records, trailer = lines(b"".join(pieces).decode())
        assert records == before
        assert trailer["count"] == len(before)


def test_no_transaction_stays_open_between_pieces(
    client: Client, metals: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.api.downloads.PIECE", 1)
    depth = len(connection.savepoint_ids)
    stream = iter(client.get("/api/v1/topics/?format=csv"))
    next(stream)

    assert len(connection.savepoint_ids) == depth


def test_the_changes_after_the_position_of_the_trailer_bring_a_copy_up_to_date(
    client: Client, metals: list[Any]
) -> None:
    *records, trailer = lines(body(client.get("/api/v1/topics/?format=ndjson")))
    metals[0].label = "Sb"
    metals[0].save()
    publish(metals[0], by=None)
    withdraw(metals[1], by=None, reason="A mistake.")

    copy = {document["id"]: document for document in records}
    for change in Change.objects.filter(position__gt=trailer["position"]):
        key = str(change.record_id)
        copy.pop(key)
        if change.action != "withdrawn":
            copy[key] = client.get(f"/api/v1/topics/{key}/").json()

    now = client.get("/api/v1/topics/").json()["results"]
    assert sorted(copy.values(), key=lambda each: each["id"]) == sorted(
        now, key=lambda each: each["id"]
    )


# When they are cut


@pytest.mark.parametrize(
    ("error", "code"),
    [(OperationalError("gone"), "database_unavailable"), (ValueError("a bug"), "internal_error")],
)
def test_a_download_that_is_cut_ends_in_a_line_that_says_so(error: Exception, code: str) -> None:
    def documents() -> Any:
        yield '{"a":"1","b":"2"}'
        raise error

    envelope = {"total": {"value": 9, "relation": "eq"}, "notes": [], "position": 5}
    shape: dict[str, Any] = {"a": {}, "b": {}, "c": {}, "d": {}}
    as_csv = table(b"".join(Csv().page(documents(), envelope, shape)).decode())
    document, trailer = lines(b"".join(Ndjson().page(documents(), envelope, shape)).decode())

    assert as_csv[:2] == [["a", "b", "c", "d"], ["1", "2", "", ""]]
    (cut,) = as_csv[2:]
    assert cut[:2] == ["#error", code]
    assert cut[2].startswith("Cut after 1 of 9 rows. ")
    assert len(cut) == 5  # a cell more than the header has
    assert document == {"a": "1", "b": "2"}
    assert (trailer["object"], trailer["complete"]) == ("trailer", False)
    assert (trailer["count"], trailer["total"]) == (1, 9)
    assert trailer["problem"]["code"] == code


def test_a_database_that_fails_while_a_list_is_sent_shows(
    client: Client, metals: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "FIRST", 1)
    monkeypatch.setattr(whole, "MOST", 1)
    numbers = count()

    def fail(execute: Any, sql: str, *others: Any) -> Any:
        if "position = ANY" in sql and next(numbers) == 1:
            with suppress(DataError):
                execute("SELECT 1 / 0", *others)  # in this transaction no statement works any more
        return execute(sql, *others)

    with connection.execute_wrapper(fail):
        *rows, cut = table(body(client.get("/api/v1/topics/?format=csv&fields=code")))

    assert rows == [["id", "object", "code"], [str(metals[0].pk), "topic", "antimony"]]
    assert cut[:2] == ["#error", "database_unavailable"]
    assert cut[2].startswith("Cut after 1 of 3 rows.")


@pytest.mark.parametrize("name", ["csv", "ndjson"])
def test_one_part_of_a_list_is_read_ahead_and_none_when_the_client_has_gone(
    client: Client, metals: list[Any], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(whole, "FIRST", 1)
    monkeypatch.setattr(whole, "LEAST", 1)
    monkeypatch.setattr(whole, "MOST", 1)
    monkeypatch.setattr("config.api.downloads.PIECE", 1)
    readers: list[threading.Thread] = []

    def watch(execute: Any, sql: str, *others: Any) -> Any:
        if "position = ANY" in sql:
            readers.append(threading.current_thread())
        return execute(sql, *others)

    with connection.execute_wrapper(watch):
        response: Any = client.get(f"/api/v1/topics/?format={name}")
        stream = iter(response)
        assert readers == []
        next(stream)  # the first of three
        while len(readers) < 2:
            time.sleep(0.001)
        readers[1].join(SECONDS)
        assert len(readers) == 2
        next(stream)
        response.close()

    assert len(readers) == 3
    assert not any(reader.is_alive() for reader in readers)


# What they cost


def peak_of(use: Any) -> int:
    """Bytes that Python had at once while a function ran."""
    tracemalloc.start()
    try:
        use()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_finding_rows_costs_eight_bytes_each() -> None:
    def look() -> None:
        statement = Clause("SELECT generate_series(1, 300000)")
        assert len(whole.find(statement, is_computed=False).positions) == 300_000

    # Beside them, as many as are fetched at once, which a list of all would exceed many times.
    assert peak_of(look) < 300_000 * 8 * 2 + whole.FETCHED * 120


@pytest.mark.parametrize("output", [Csv(), Ndjson()])
def test_writing_ten_times_as_many_rows_takes_no_more_memory(output: Csv | Ndjson) -> None:
    document = orjson.dumps({"id": "x" * 36, "text": "y" * 2_000, "list": ["z"] * 100}).decode()
    shape: dict[str, Any] = {"id": {}, "text": {}, "list": {}}
    envelope = {"total": {"value": 0, "relation": "eq"}, "notes": [], "position": 1}

    def write(count: int) -> None:
        for _piece in output.page(repeat(document, count), envelope, shape):
            pass

    write(10)
    small, large = (peak_of(lambda count=count: write(count)) for count in (500, 5_000))
    assert large < small + 50_000


def test_a_list_as_a_whole_has_the_time_of_those_who_write(settings: Any) -> None:
    """Finding all rows takes as long as the list is: readers of pages give up sooner."""
    settings.STATEMENT_TIMEOUT = 17
    of_now = "SELECT extract(epoch FROM current_setting('statement_timeout')::interval)::bigint"

    found = whole.find(Clause(of_now), is_computed=False)

    assert found.positions.tolist() == [17]
