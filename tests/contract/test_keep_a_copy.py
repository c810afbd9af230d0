"""The example that keeps a copy runs against a server, as a user would run it, is killed, and goes on."""

from __future__ import annotations

import importlib
import json
import random
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from events.models import Event
from people.models import State
from records.models import Change
from records.publishing.merge import merge
from records.publishing.pruning import prune
from records.publishing.publish import publish, restore, withdraw
from tests.factories.copies import Document, current
from tests.factories.events import make_event, make_event_type, make_participation
from tests.factories.people import make_state
from tests.factories.records import make_source, make_topic, publish_whole

pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture
def keep(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script, as a module."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return importlib.import_module("keep_a_copy")


@pytest.fixture(autouse=True)
def snapshots(settings: Any, tmp_path: Path) -> Path:
    settings.SNAPSHOTS_DIR = tmp_path / "snapshots"
    return tmp_path / "snapshots"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "copy.sqlite3"


def _new_event(title: str) -> Event:
    """Return an event with a source and a type of its own, so that there are many records to copy."""
    return make_event(title, type=make_event_type(), source=make_source())


class World:
    """Two states and events between them, which are published, changed, withdrawn, restored and merged."""

    def __init__(self) -> None:
        self.states = [make_state("Pakistan", alpha_2="PK"), make_state("China", alpha_2="CN")]
        self.events = [_new_event(f"Event {number}") for number in range(6)]
        for number, event in enumerate(self.events):
            make_participation(event, self.states[number % 2])
        publish_whole(*self.events, *self.states, make_topic("mining"))
        self._turn = 0

    def turn(self) -> None:
        """Change a few things, others each time."""
        event = self.events[self._turn % 4]
        self._turn += 1
        event = Event.objects.get(pk=event.pk)
        event.title = f"Event as of turn {self._turn}"
        event.save()
        publish(event, by=None)
        new = _new_event(f"Event of turn {self._turn}")
        make_participation(new, self.states[self._turn % 2])
        publish_whole(new)
        if self._turn % 3 == 0:
            withdraw(self.events[5], by=None, reason="Not so.")
        if self._turn % 3 == 1 and self._turn > 1:
            restore(self.events[5], by=None)
        if self._turn == 2:
            merge(self.events[4], new, by=None, reason="The same.")
        if self._turn == 4:
            State.objects.filter(pk=self.states[0].pk).update(name="Islamic Republic")
            publish(State.objects.get(pk=self.states[0].pk), by=None)


def run(server: Any, file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, EXAMPLES / "keep_a_copy.py", server.url, file, *options],
        capture_output=True,
        text=True,
        check=False,
    )


def stored(file: Path) -> dict[str, Document]:
    database = sqlite3.connect(file)
    found = database.execute("SELECT id, object, document FROM documents").fetchall()
    database.close()
    documents = {id_: json.loads(text) for id_, _kind, text in found}
    assert [kind for _id, kind, _text in found] == [each["object"] for each in documents.values()]
    return documents


def compared(said: str) -> dict[str, tuple[int, str]]:
    """What the last lines say: of each kind how many were compared, and how they are."""
    return {
        kind: (int(count), how)
        for line in said.splitlines()[1:]
        for kind, count, _compared, how in [line.replace(":", "").replace(",", "").split()]
    }


def test_a_copy_begins_with_a_snapshot_and_follows_the_feed(live_server: Any, file: Path) -> None:
    world = World()
    call_command("snapshot", verbosity=0)
    world.turn()

    first = run(live_server, file, "--compare")

    public = current()
    assert (first.stderr, first.returncode) == ("", 0)
    assert first.stdout.splitlines()[0] == (
        f"Position {Change.objects.count()}, {len(public)} documents"
    )
    assert stored(file) == public
    # One of six events was retitled since the snapshot; what is new was not in it.
    assert compared(first.stdout)["event"] == (5, "equal")

    for _ in range(4):
        world.turn()
    second = run(live_server, file)
    assert (second.stderr, second.returncode) == ("", 0)
    assert stored(file) == current() != public

    call_command("snapshot", verbosity=0)
    third = run(live_server, file, "--compare")
    assert (third.stderr, third.returncode) == ("", 0)
    found = compared(third.stdout)
    assert {how for _count, how in found.values()} == {"equal"}
    assert sum(count for count, _how in found.values()) == len(current())
    assert {path.name for path in file.parent.iterdir()} == {file.name, "snapshots"}


def test_a_copy_needs_no_snapshot(live_server: Any, file: Path) -> None:
    World().turn()

    ran = run(live_server, file)

    assert (ran.stderr, ran.returncode) == ("", 0)
    assert stored(file) == current()
    assert run(live_server, file, "--compare").returncode == 1  # there is nothing to compare with


def test_a_copy_of_some_states_has_what_shows_them(live_server: Any, file: Path) -> None:
    world = World()
    call_command("snapshot", verbosity=0)
    world.turn()
    moved = Event.objects.get(pk=world.events[2].pk)
    moved.participations.update(state=world.states[1])
    publish(moved, by=None)

    began = run(live_server, file, "--state", "PK")
    pakistan = str(world.states[0].pk)
    assert (began.stderr, began.returncode) == ("", 0)
    assert stored(file) == current(pakistan)
    assert 0 < len(stored(file)) < len(current())

    world.turn()
    withdraw(world.events[0], by=None, reason="Not so.")
    call_command("snapshot", verbosity=0)
    went_on = run(live_server, file, "--state", "PK", "--compare")
    assert (went_on.stderr, went_on.returncode) == ("", 0)
    assert stored(file) == current(pakistan)
    found = compared(went_on.stdout)
    assert {how for _count, how in found.values()} == {"equal"}
    assert sum(count for count, _how in found.values()) == len(current(pakistan))

    other = run(live_server, file, "--state", "CN")
    assert (other.stderr, other.returncode) == ("The file holds a copy of other states.\n", 1)


def test_a_copy_killed_at_any_request_goes_on(
    live_server: Any, file: Path, keep: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep, "READ", 4)
    monkeypatch.setattr(keep, "LOADED", 1)
    world = World()
    call_command("snapshot", verbosity=0)

    class KilledError(BaseException):
        pass

    class Dying(keep.Api):  # type: ignore[misc]  # a class of the script
        left = 0

        def open(self, *args: Any, **kwargs: Any) -> Any:
            if not self.left:
                raise KilledError
            self.left -= 1
            return super().open(*args, **kwargs)

    for left in (0, 4, 12, 1, 2, 3, 4, 5, 6):
        api = Dying(live_server.url, kept=None)
        api.left = left
        copy = keep.Copy(api, file)
        with pytest.raises(KilledError):
            copy.bring_up_to_date()
        copy.database.close()
        world.turn()
    copy = keep.Copy(keep.Api(live_server.url, kept=None), file)
    copy.bring_up_to_date()
    copy.database.close()

    assert stored(file) == current()


@pytest.mark.long
def test_a_copy_killed_at_any_moment_goes_on(live_server: Any, file: Path) -> None:
    world, chance = World(), random.Random(1)  # noqa: S311 - no secret
    call_command("snapshot", verbosity=0)

    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, EXAMPLES / "keep_a_copy.py", live_server.url, file, "--every", "0"],
            stdout=subprocess.DEVNULL,
        )
        time.sleep(0.2)
        until = time.monotonic() + chance.uniform(0, 0.6)
        while time.monotonic() < until:
            world.turn()
        process.kill()
        process.wait()

    call_command("snapshot", verbosity=0)
    assert run(live_server, file, "--compare").returncode == 0
    assert stored(file) == current()


def test_a_copy_begins_again_when_the_feed_does_not_reach_back_to_it(
    live_server: Any, file: Path
) -> None:
    world = World()
    run(live_server, file)
    before = stored(file)
    world.turn()
    Change.objects.update(at=timezone.now() - timedelta(days=31))
    prune(30)

    refused = run(live_server, file)

    assert refused.stderr == "The feed does not reach back to a snapshot. One must be made.\n"
    assert refused.returncode == 1
    assert stored(file) == before

    call_command("snapshot", verbosity=0)
    world.turn()
    began = run(live_server, file)
    assert (began.stderr, began.returncode) == ("", 0)
    assert stored(file) == current() != before


def test_a_copy_of_a_feed_that_went_back_begins_again(live_server: Any, file: Path) -> None:
    World()
    run(live_server, file)
    with sqlite3.connect(file) as database:
        database.execute("UPDATE progress SET position = 10000")
        database.execute("UPDATE documents SET document = 'null'")
    database.close()

    assert run(live_server, file).returncode == 0
    assert stored(file) == current()


def test_comparing_finds_what_is_not_right(live_server: Any, file: Path) -> None:
    world = World()
    call_command("snapshot", verbosity=0)
    run(live_server, file)
    with sqlite3.connect(file) as database:
        database.execute("DELETE FROM documents WHERE id = ?", (str(world.events[0].pk),))
        database.execute(
            "UPDATE documents SET document = replace(document, 'China', 'Chine') WHERE object = 'state'"
        )
    database.close()

    ran = run(live_server, file, "--compare")

    assert ran.returncode == 1
    found = compared(ran.stdout)
    assert {kind for kind, (_count, how) in found.items() if how == "DIFFERENT"} == {
        "event",
        "state",
    }


def test_a_download_that_was_cut_goes_on_where_it_was_and_a_damaged_one_begins_again(
    live_server: Any, file: Path, snapshots: Path, keep: Any
) -> None:
    World()
    call_command("snapshot", verbosity=0)
    manifest = json.loads((snapshots / "latest" / "manifest.json").read_text())
    events = next(each for each in manifest["files"] if each["name"] == "events.ndjson.gz")
    content = (snapshots / "latest" / "events.ndjson.gz").read_bytes()
    parts = file.with_name(f"{file.name}.parts")
    parts.mkdir()
    part = parts / events["sha256"]
    part.write_bytes(content[:100])
    asked = []

    class Watched(keep.Api):  # type: ignore[misc]  # a class of the script
        def open(self, path: str, *args: Any, **kwargs: Any) -> Any:
            asked.append((path, kwargs["headers"]))
            return super().open(path, *args, **kwargs)

    copy = keep.Copy(Watched(live_server.url, kept=None), file)
    copy.bring_up_to_date()

    address = f"snapshots/{manifest['name']}/events.ndjson.gz"
    assert dict(asked)[address] == {"Range": "bytes=100-"}
    assert stored(file) == current()

    parts.mkdir()
    part.write_bytes(b"x" * len(content))
    with pytest.raises(ConnectionError, match=r"^events.ndjson.gz was cut or damaged on the way.$"):
        list(copy.compare())
    assert {how for _kind, how, _count in copy.compare()} == {True}
    copy.database.close()


def test_two_processes_do_not_keep_one_copy(live_server: Any, file: Path, keep: Any) -> None:
    world = World()
    run(live_server, file)
    before = stored(file)
    world.turn()

    class Overtaken(keep.Api):  # type: ignore[misc]  # a class of the script
        def open(self, path: str, *args: Any, **kwargs: Any) -> Any:
            if path.startswith("events/"):
                with sqlite3.connect(file) as database:
                    database.execute("UPDATE progress SET position = position + 1")
                database.close()
            return super().open(path, *args, **kwargs)

    copy = keep.Copy(Overtaken(live_server.url, kept=None), file)
    with pytest.raises(keep.OutOfStepError, match="Another process keeps this copy"):
        copy.bring_up_to_date()
    copy.database.close()

    assert stored(file) == before
