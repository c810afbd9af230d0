"""Snapshots: files of one position of the feed, made whole or not at all, and served by any part."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from records.models import Change, TopicEdition
from records.publishing.publish import publish, withdraw
from records.registry import all_kinds
from records.snapshots import making
from records.snapshots.folder import snapshots
from records.snapshots.making import make
from tests.factories.records import make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.SNAPSHOTS_DIR = tmp_path / "snapshots"
    return tmp_path / "snapshots"


@pytest.fixture
def metals() -> list[Any]:
    topics = [make_topic(code) for code in ("antimony", "gold", "silver")]
    publish(*topics, by=None)
    return topics


def documents(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def listed(resource: str) -> list[dict[str, Any]]:
    """All public documents of a resource, as the API has them."""
    *found, trailer = Client().get(f"/api/v1/{resource}/?format=ndjson").getvalue().splitlines()
    assert json.loads(trailer)["complete"]
    return [json.loads(line) for line in found]


def by_id(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda document: str(document["id"]))


# What is in them


@pytest.mark.usefixtures("story")
def test_a_snapshot_holds_all_that_is_public(root: Path) -> None:
    call_command("snapshot", verbosity=0)

    (made,) = snapshots()
    manifest = made.manifest
    assert manifest["name"] == made.name
    assert manifest["position"] == Change.objects.latest("position").position
    assert manifest["schema_version"] == "1.0.0"
    assert manifest["licence"] == {"name": "As stated by each source, in `licence`", "url": None}
    for kind in all_kinds():
        public = listed(kind.resource)
        assert by_id(documents(made.path / f"{kind.resource}.ndjson.gz")) == by_id(public)
        assert manifest["counts"][kind.name] == len(public)
        as_csv = Client().get(f"/api/v1/{kind.resource}/?format=csv").getvalue()
        table = (made.path / f"{kind.resource}.csv").read_bytes()
        assert sorted(table.splitlines()) == sorted(as_csv.splitlines())
        assert table.splitlines()[0] == as_csv.splitlines()[0]
    assert sum(each["count"] for each in manifest["sources"]) == manifest["counts"]["source"]
    files = {path.name for path in made.path.iterdir()}
    assert files == {each["name"] for each in manifest["files"]} | {"manifest.json"}
    for each in manifest["files"]:
        content = (made.path / each["name"]).read_bytes()
        assert (each["bytes"], each["sha256"]) == (
            len(content),
            hashlib.sha256(content).hexdigest(),
        )
    assert (root / "latest").resolve() == made.path.resolve()
    assert {path.name for path in root.iterdir()} == {made.name, "latest", ".lock"}


@pytest.mark.usefixtures("story")
def test_duckdb_reads_the_files_as_their_readme_says(root: Path) -> None:
    made = make(root)
    database = duckdb.connect()
    database.execute(f"SET file_search_path = '{made.path}'")
    text = (made.path / "README.md").read_text()
    queries = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)[0].split(";")

    answers = [database.execute(query).fetchall() for query in queries if query.strip()]

    events = [
        (each["label"], each["when"] and each["when"]["earliest"], each["status"])
        for each in listed("events")
    ]
    days = [str(day) for _label, day, _status in answers[0] if day]
    assert days == sorted(days, reverse=True)
    assert days
    assert sorted(
        ((label, str(day) if day else None, status) for label, day, status in answers[0]), key=str
    ) == sorted(events, key=str)
    assert sorted(((label, day or None) for label, day in answers[1]), key=str) == sorted(
        ((label, day) for label, day, _status in events), key=str
    )
    for kind in all_kinds():
        counts = [
            database.execute(f"SELECT count(*) FROM {read}").fetchall()[0][0]  # noqa: S608 - names of ours
            for read in (
                f"read_json('{kind.resource}.ndjson.gz', format = 'newline_delimited', columns = {{id: 'VARCHAR'}})",
                f"read_csv('{kind.resource}.csv', header = true, all_varchar = true)",
            )
        ]
        wanted = made.manifest["counts"][kind.name]
        if wanted:
            assert counts == [wanted, wanted], kind.resource


# How they are made


def interrupted_after(root: Path, name: str) -> None:
    """Begin a snapshot, and be killed when a file is finished."""

    def die(text: str) -> None:
        if text.startswith(name):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(root, say=die)


@pytest.mark.parametrize("name", ["sources.ndjson.gz", "topics.ndjson.gz", "agreements.csv"])
def test_a_run_that_was_killed_goes_on_as_if_nothing_had_changed(
    root: Path, tmp_path: Path, metals: list[Any], name: str
) -> None:
    metals[0].label = "Sb"
    metals[0].save()
    publish(metals[0], by=None)
    whole = make(tmp_path / "other")
    interrupted_after(root, name)
    assert snapshots() == []

    metals[0].label = "Stibium"
    metals[0].save()
    publish(metals[0], make_topic("lead"), by=None)
    withdraw(metals[1], by=None, reason="A mistake.")
    resumed = make(root)

    def hashes(manifest: dict[str, Any]) -> dict[str, str]:
        return {each["name"]: each["sha256"] for each in manifest["files"]}

    assert resumed.manifest["position"] == whole.manifest["position"]
    assert hashes(resumed.manifest) == hashes(whole.manifest)
    labels = [each["label"] for each in documents(resumed.path / "topics.ndjson.gz")]
    assert labels == ["Gold", "Silver", "Sb"]
    assert make(root).manifest["position"] > resumed.manifest["position"]


def test_what_was_begun_long_ago_is_begun_anew(
    root: Path, metals: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_after(root, "topics.csv")
    publish(make_topic("lead"), by=None)
    monkeypatch.setattr(making, "STALE", -making.STALE)

    assert make(root).manifest["counts"]["topic"] == 4


def test_a_snapshot_with_the_changes_after_it_is_what_is_public(
    root: Path, metals: list[Any]
) -> None:
    made = make(root)
    metals[0].label = "Sb"
    metals[0].save()
    publish(metals[0], make_topic("lead"), by=None)
    withdraw(metals[1], by=None, reason="A mistake.")

    copy = {each["id"]: each for each in documents(made.path / "topics.ndjson.gz")}
    for change in Change.objects.filter(position__gt=made.manifest["position"]):
        copy.pop(str(change.record_id), None)
        if change.action != "withdrawn":
            record = f"/api/v1/topics/{change.record_id}/"
            copy[str(change.record_id)] = Client().get(record).json()

    assert by_id(list(copy.values())) == by_id(listed("topics"))


def test_documents_are_read_in_pieces_without_loss(
    root: Path, metals: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(*[make_topic(f"metal-{number}") for number in range(7)], by=None)
    monkeypatch.setattr(making, "READ", 2)

    made = make(root)

    assert by_id(documents(made.path / "topics.ndjson.gz")) == by_id(listed("topics"))


def test_snapshots_of_one_day_are_numbered(root: Path, metals: list[Any]) -> None:
    made = [make(root).name for _ in range(11)]

    assert made == [made[0], *(f"{made[0]}-{number}" for number in range(2, 12))]
    assert [each.name for each in snapshots()] == made[::-1]
    assert (root / "latest").resolve().name == made[-1]


# When they are refused


def withdrawn(topics: list[Any]) -> None:
    withdraw(*topics, by=None, reason="A mistake.")


def test_a_snapshot_is_refused_when_more_than_a_tenth_is_gone(root: Path) -> None:
    topics = [make_topic(f"metal-{number:02}") for number in range(20)]
    publish(*topics, by=None)
    first = make(root)
    withdrawn(topics[:2])
    second = make(root)  # a tenth is not more than a tenth
    withdrawn(topics[2:4])

    with pytest.raises(CommandError, match=rf"gone since {second.name}: topic from 18 to 16"):
        call_command("snapshot")

    assert [each.name for each in snapshots()] == [second.name, first.name]
    assert (root / "latest").resolve().name == second.name
    assert not (root / ".making").exists()
    call_command("snapshot", "--accept-fewer", verbosity=0)
    assert snapshots()[0].manifest["counts"]["topic"] == 16


def test_a_snapshot_is_refused_when_a_document_is_not_what_the_schema_says(
    root: Path, metals: list[Any]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            f'UPDATE "{TopicEdition._meta.db_table}" SET document = replace(document, %s, %s) WHERE slug = %s',  # noqa: S608 - our own name
            ['"revision":1', '"revision":"1"', "gold"],
        )

    with pytest.raises(
        CommandError, match=f"{metals[1].pk}/ is not what the schema says: /revision"
    ):
        call_command("snapshot")

    assert list(root.iterdir()) == [root / ".lock"]


def test_two_snapshots_are_not_made_at_once(root: Path, metals: list[Any]) -> None:
    root.mkdir()
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="Another snapshot is being made"):
            call_command("snapshot")

    call_command("snapshot", verbosity=0)


# How they are served


def test_snapshots_are_listed_the_latest_first(client: Client, root: Path, metals: Any) -> None:
    assert client.get("/api/v1/snapshots/").json()["results"] == []
    assert client.get("/api/v1/snapshots/latest/").status_code == 404
    made = [make(root), make(root)]

    listed = client.get("/api/v1/snapshots/").json()

    assert listed == {
        "results": [
            {
                "name": each.name,
                "url": f"/api/v1/snapshots/{each.name}/",
                "made_at": each.manifest["made_at"],
                "position": 3,
                "bytes": sum(file["bytes"] for file in each.manifest["files"]),
            }
            for each in reversed(made)
        ],
        "next": None,
        "previous": None,
        "total": {"value": 2, "relation": "eq"},
        "notes": [],
    }


def test_manifests_are_served_as_they_are(client: Client, root: Path, metals: list[Any]) -> None:
    first, second = make(root), make(root)

    one = client.get(f"/api/v1/snapshots/{first.name}")
    latest = client.get("/api/v1/snapshots/latest/")

    assert one.content == (first.path / "manifest.json").read_bytes()
    assert one.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not one.headers["ETag"].startswith("W/")
    assert latest.content == (second.path / "manifest.json").read_bytes()
    assert latest.headers["Content-Location"] == f"/api/v1/snapshots/{second.name}/"
    assert latest.headers["Cache-Control"] == "public, max-age=60"
    assert client.get("/api/v1/snapshots/2020-01-01/").status_code == 404
    assert client.get("/api/v1/snapshots/latest/?page_size=3").status_code == 400


@pytest.mark.parametrize("coding", ["", "gzip", "zstd"])
def test_files_are_served_as_they_are(
    client: Client, root: Path, metals: list[Any], coding: str
) -> None:
    made = make(root)
    for entry in made.manifest["files"]:
        address = f"/api/v1/snapshots/{made.name}/{entry['name']}"
        headers = {"accept-encoding": coding, "accept": "text/html"}
        response = client.get(address, headers=headers)
        head = client.head(address, headers=headers)

        content = (made.path / entry["name"]).read_bytes()
        assert (response.status_code, response.getvalue()) == (200, content)
        assert (head.status_code, head.getvalue()) == (200, b"")
        for each in (response, head):
            assert each.headers["ETag"] == f'"{entry["sha256"]}"'
            assert each.headers["Content-Length"] == str(len(content))
            assert each.headers["Accept-Ranges"] == "bytes"
            assert each.headers["Content-Type"] == "application/octet-stream"
            assert each.headers["Content-Disposition"] == f'attachment; filename="{entry["name"]}"'
            assert "Content-Encoding" not in each.headers
            assert "immutable" in each.headers["Cache-Control"]
        again = client.get(address, headers={"if-none-match": response.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", (0, 9)),
        ("bytes=5-5", (5, 5)),
        ("bytes=10-", (10, -1)),
        ("bytes=-7", (-7, -1)),
        ("bytes=0-99999999", (0, -1)),
        ("bytes=-99999999", (0, -1)),
    ],
)
def test_any_part_of_a_file_can_be_asked_for(
    client: Client, root: Path, metals: list[Any], asked: str, part: tuple[int, int]
) -> None:
    made = make(root)
    content = (made.path / "topics.csv").read_bytes()
    size = len(content)
    start, end = (place % size for place in part)
    address = f"/api/v1/snapshots/{made.name}/topics.csv"
    etag = client.head(address).headers["ETag"]

    for conditions in ({}, {"if-range": etag}):
        response = client.get(
            address, headers={"range": asked, "accept-encoding": "gzip", **conditions}
        )

        assert (response.status_code, response.getvalue()) == (206, content[start : end + 1])
        assert response.headers["Content-Range"] == f"bytes {start}-{end}/{size}"
        assert response.headers["Content-Length"] == str(end + 1 - start)
    changed = client.get(address, headers={"range": asked, "if-range": '"another"'})
    assert (changed.status_code, changed.getvalue()) == (200, content)


@pytest.mark.parametrize(
    "asked", ["bytes=9-3", "bytes=-", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes=٣-٤", ""]
)
def test_ranges_that_are_not_understood_are_answered_with_the_file(
    client: Client, root: Path, metals: list[Any], asked: str
) -> None:
    made = make(root)
    response = client.get(
        f"/api/v1/snapshots/{made.name}/topics.csv",
        headers={"range": asked.encode().decode("latin-1")},
    )

    assert response.status_code == 200
    assert response.getvalue() == (made.path / "topics.csv").read_bytes()


def test_a_range_beyond_the_end_is_a_problem(client: Client, root: Path, metals: Any) -> None:
    made = make(root)
    size = (made.path / "topics.csv").stat().st_size
    for asked in (f"bytes={size}-", "bytes=-0"):
        response = client.get(f"/api/v1/snapshots/{made.name}/topics.csv", headers={"range": asked})

        assert response.status_code == 416
        assert response.headers["Content-Range"] == f"bytes */{size}"
        assert response.json()["code"] == "range_not_satisfiable"


@pytest.mark.parametrize(
    "address",
    [
        "{name}/nothing.csv",
        "{name}/..%2f.lock",
        "{name}/..",
        ".making/topics.csv",
        ".lock/",
        "..%2fsecret/x",
        "latest/state.json",
        "{name}-2/topics.csv",
    ],
)
def test_nothing_but_files_of_finished_snapshots_is_served(
    client: Client, root: Path, metals: list[Any], address: str
) -> None:
    made = make(root)
    interrupted_after(root, "topics.csv")
    (root.parent / "secret").mkdir()
    (root.parent / "secret" / "x").write_text("secret")

    response = client.get(f"/api/v1/snapshots/{address.format(name=made.name)}")

    assert response.status_code == 404
