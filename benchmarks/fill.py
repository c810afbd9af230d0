"""Fill the databases: generate, publish a fifth, copy the database, publish the rest. What is there is not made again."""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.core.management import call_command
from django.db import connection

from benchmarks.databases import FIFTH, MAIN, ROOT, copy, exists, postmaster_pid
from benchmarks.processes import cpu_seconds
from benchmarks.progress import say
from config.db import embedded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from records.models import Record


def remembered() -> Path:
    """Return the file that says how publishing went, for later runs with the same data."""
    return embedded.var() / "publishing.json"


def fill(events: int) -> dict[str, Any]:
    """Make what is missing; return how fast publishing was, and in how much memory."""
    django.setup()
    _refuse_other_tables()
    call_command("migrate", verbosity=0)
    with open("/dev/null", "w") as nowhere:  # noqa: PTH123 - a name, not a path
        call_command("load_reference", verbosity=0, stdout=nowhere)
    make_records(events)
    _publish(events)
    found: dict[str, Any] = json.loads(remembered().read_text())
    return found


def _refuse_other_tables() -> None:
    """Stop where the tables were made by other migrations, which nobody would notice: until the release they change in place."""
    migrations = sorted(ROOT.glob("*/migrations/*.py"))
    now = hashlib.sha256(b"".join(path.read_bytes() for path in migrations)).hexdigest()
    then = embedded.var() / "migrations.sha256"
    if then.exists() and then.read_text() != now:
        sys.exit(f"The migrations changed since {embedded.var()} was filled: remove that folder.")
    then.write_text(now)


def make_records(events: int) -> None:
    """Generate so many events, and the records beside them, as drafts; nothing where they are there."""
    from agreements.models import Agreement  # noqa: PLC0415 - Django must be set up first
    from benchmarks.generate import generate, number_of  # noqa: PLC0415
    from events.models import Event, Statement  # noqa: PLC0415

    there = {model: model._default_manager.count() for model in (Event, Agreement, Statement)}
    if all(there[model] == number_of(model, events) for model in there):
        return
    if any(there.values()):
        sys.exit(
            f"{embedded.var()} holds other data than EVENTS={events}: remove that folder, or set CHANCERY_VAR."
        )
    for done in generate(events):
        say(f"generated {done:,} of {events:,} events", passing=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _publish(events: int) -> None:
    """Publish all, with a copy of the database in between."""
    from events.models import EventEdition  # noqa: PLC0415 - Django must be set up first

    fifth = events // 5
    for part in publish_records(fifth, events):
        if part == fifth and EventEdition.objects.current().count() <= fifth:
            _vacuum()
            connection.close()
            say(f"copying the database with {fifth:,} published events")
            copy(MAIN, FIFTH)
    if not exists(FIFTH):
        sys.exit(
            f"{embedded.var()} was filled without a copy of the first fifth: remove that folder."
        )
    if EventEdition.objects.current().count() != events:
        sys.exit(
            f"{EventEdition.objects.current().count():,} events are published, not {events:,}."
        )
    if not (embedded.var() / "vacuumed").exists():
        say("vacuum")
        _vacuum()
        (embedded.var() / "vacuumed").touch()


def publish_records(*parts: int) -> Iterator[int]:
    """Publish in the order of what names what: first what events name, then so many events, and what names them; yield each number."""
    from agreements.models import Agreement  # noqa: PLC0415 - Django must be set up first
    from benchmarks.generate import key, number_of  # noqa: PLC0415
    from events.models import Event, Place, Relation, Statement  # noqa: PLC0415
    from people.models import Office, Organization, Person, Tenure  # noqa: PLC0415
    from records.models import Source, Topic  # noqa: PLC0415

    before: list[type[Record]] = [
        Source, Topic, Place, Organization, Person, Office, Tenure, Relation,
    ]  # fmt: skip
    for model in before:
        _publish_drafts(model)
    beside: list[type[Record]] = [Event, Agreement, Statement]
    for part in parts:
        for model in beside:
            last = key(model, number_of(model, part))
            # A whole is published before its parts: side by side they could be in two batches.
            wholes = (
                {"part_of": None}
                if model is Statement
                else {"parent": None}
                if model is Event
                else {}
            )
            _publish_drafts(model, pk__lte=last, **wholes)
            _publish_drafts(model, pk__lte=last)
        yield part


def _publish_drafts(model: type[Record], **chosen: Any) -> None:
    from records.models import EditorialState  # noqa: PLC0415 - Django must be set up first
    from records.publishing.batches import publish_in_batches  # noqa: PLC0415
    from records.registry import kind_of  # noqa: PLC0415

    drafts = model._default_manager.filter(editorial_state=EditorialState.DRAFT, **chosen)
    keys: Sequence[UUID] = list(drafts.order_by("pk").values_list("pk", flat=True))
    if not keys:
        return
    postmaster, name = postmaster_pid(), str(model._meta.verbose_name_plural)
    started, python, database, done = time.monotonic(), _python(), cpu_seconds(postmaster), 0
    for batch in publish_in_batches(kind_of(model), keys, by=None, processes=2):
        done += len(batch.published)
        if batch.refusals:
            sys.exit(f"refused: {batch.refusals[0].detail}")
        say(f"published {done:,} of {len(keys):,} {name}", passing=True)
    took = time.monotonic() - started
    known = json.loads(remembered().read_text()) if remembered().exists() else {}
    goes = known.setdefault(name, [])
    goes.append(
        {
            "records": done,
            "seconds": took,
            "cpu_python": _python() - python,
            "cpu_postgresql": cpu_seconds(postmaster) - database,
            "mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        }
    )
    remembered().write_text(json.dumps(known, indent=1))
    say(f"published {done:,} {name}: {done / took:,.0f} a second")


def _python() -> float:
    """Return the CPU time of this process and of the children that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
