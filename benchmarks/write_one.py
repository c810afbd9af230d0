"""Create and publish events, and retitle and publish others, one at a time; answers with what each costs, as JSON."""

from __future__ import annotations

import json
import random
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS, EACH = 5, 20
#: What begins and ends a transaction is no statement of ours.
FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def main() -> None:
    django.setup()
    from django.db import connection, transaction  # noqa: PLC0415 - Django must be set up first
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from benchmarks.databases import postmaster_pid  # noqa: PLC0415
    from benchmarks.generate import key  # noqa: PLC0415
    from benchmarks.processes import cpu_seconds  # noqa: PLC0415
    from config.dates.values import UncertainDate  # noqa: PLC0415
    from events.models import (  # noqa: PLC0415
        Event,
        EventCitation,
        EventTopic,
        EventType,
        Participation,
    )
    from people.models import Person, State  # noqa: PLC0415
    from records.models import Source, Topic  # noqa: PLC0415
    from records.publishing.publish import publish  # noqa: PLC0415

    meeting = EventType.objects.get(code="meeting")
    states = list(State.objects.filter(slug__in=["united-states", "pakistan"]))
    people, source, topic = key(Person, 1), key(Source, 1), key(Topic, 1)

    def create(turn: int) -> None:
        with transaction.atomic():
            event = Event(
                type=meeting, title=f"A new meeting {turn}", slug=f"new-{turn}",
                summary="They talked about trade and water.",
            )  # fmt: skip
            event.when = UncertainDate.parse("2026-05-01")
            event.save()
            Participation(event=event, person_id=people, on_behalf_of_state=states[0]).save()
            for state in states:
                Participation(event=event, state=state).save()
            EventCitation(record=event, source_id=source).save()
            EventTopic(event=event, topic_id=topic).save()
            publish(event, by=None)

    def retitle(turn: int) -> None:
        with transaction.atomic():
            event = Event.objects.get(pk=key(Event, 3 * turn + 1))
            event.title = f"Retitled {turn} {random.random()}"  # noqa: S311 - no secret
            event.save(update_fields=["title"])
            publish(event, by=None)

    def cost(work: Callable[[int], None]) -> dict[str, Any]:
        work(0)
        with CaptureQueriesContext(connection) as captured:
            work(1)
        statements = [one["sql"] for one in captured if not one["sql"].startswith(FRAME)]
        postmaster, turn, cpu, wall = postmaster_pid(), 1, [], []
        for _ in range(ROUNDS):
            python, database, started = (
                time.process_time(), cpu_seconds(postmaster), time.monotonic(),
            )  # fmt: skip
            for _ in range(EACH):
                turn += 1
                work(turn)
            used = time.process_time() - python + cpu_seconds(postmaster) - database
            cpu.append(used / EACH * 1000)
            wall.append((time.monotonic() - started) / EACH * 1000)
        return {"cpu": median(cpu), "wall": median(wall), "statements": len(statements)}

    found = {"create + publish": cost(create), "retitle + publish": cost(retitle)}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
