"""Rename a topic or source that about so many documents show, while another process publishes; answers as JSON.

python -m benchmarks.rename 100000
python -m benchmarks.rename --publish FILE     # the other publisher, until that file is there
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

PAUSE = 0.05  #: between two acts of the other publisher
ALONE = 5  #: seconds in which it is alone
LONGEST = 900


def main() -> None:
    django.setup()
    if sys.argv[1] == "--publish":
        json.dump(publish_until(Path(sys.argv[2])), sys.stdout)
        return
    with tempfile.TemporaryDirectory() as folder:
        stop = Path(folder) / "stop"
        other = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.rename", "--publish", str(stop)],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            while not ready(stop).exists() and other.poll() is None:
                time.sleep(0.1)
            time.sleep(ALONE)
            found = rename(int(sys.argv[1]))
        finally:
            stop.touch()
            acts = json.loads(other.communicate()[0])
    began, ended = found.pop("began"), found.pop("ended")
    found["before"] = spread([took for start, took in acts if start + took < began])
    found["meanwhile"] = spread(
        [took for start, took in acts if start < ended and start + took > began]
    )
    json.dump(found, sys.stdout)


def rename(wanted: int) -> dict[str, Any]:
    """Rename, and follow how many events were published anew."""
    from django.db import connection  # noqa: PLC0415 - Django must be set up first
    from django.db.models import Max  # noqa: PLC0415

    from events.models import EventEdition  # noqa: PLC0415
    from records.models import PendingLabel  # noqa: PLC0415
    from records.publishing.publish import publish  # noqa: PLC0415

    def log() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_lsn() - '0/0'")
            return int(cursor.fetchone()[0])

    def position() -> int:
        last: int = EventEdition.objects.aggregate(last=Max("position"))["last"]
        return last

    record, field, expected = nearest(wanted)
    name, start = str(record), position()
    logged, began = log(), time.time()
    setattr(record, field, f"{name}, renamed")
    record.save(update_fields=[field])
    publish(record, by=None)
    seen = [(0.0, 0)]
    while True:
        waits = PendingLabel.objects.exists()
        # With what the other publisher did meanwhile: counting apart would cost what is to be measured.
        count = position() - start
        seen.append((time.time() - began, count))
        if not waits:
            break
        if time.time() - began > LONGEST:
            sys.exit(f"After {LONGEST} seconds {count:,} of {expected:,} documents were reached.")
        time.sleep(0.5)
    ended = time.time()
    total = seen[-1][1]
    reached = EventEdition.objects.filter(position__gt=start).exclude(label__startswith=MARK)
    return {
        "name": name,
        "documents": reached.count(),
        "seconds": seen[-1][0],
        "first": speed(seen, 0, total / 10),
        "last": speed(seen, total * 9 / 10, total),
        "wal_mib": (log() - logged) / 2**20,
        "began": began,
        "ended": ended,
    }


def nearest(wanted: int) -> tuple[Any, str, int]:
    """Return the topic or source that is named by about so many events, the field that names it, and how many that are."""
    from django.db.models import Count  # noqa: PLC0415 - Django must be set up first

    from events.models import EventCitation, EventTopic  # noqa: PLC0415
    from records.models import Source, Topic  # noqa: PLC0415

    found = []
    for model, field, part, link in (
        (Topic, "label", EventTopic, "topic"),
        (Source, "title", EventCitation, "source"),
    ):
        counts = part._default_manager.values_list(link).annotate(count=Count("*"))
        found += [(abs(count - wanted), model, field, pk, count) for pk, count in counts]
    _, model, field, pk, count = min(found, key=lambda each: each[0])
    return model._default_manager.get(pk=pk), field, count


def speed(seen: list[tuple[float, int]], first: float, last: float) -> float | None:
    """Return documents a second between two counts, where more than one look was taken."""
    if len(seen) < 3:
        return None
    return (last - first) / max(moment(seen, last) - moment(seen, first), 1e-3)


def moment(seen: list[tuple[float, int]], count: float) -> float:
    """Return when so many were done, between the looks that were taken."""
    for (earlier, before), (later, after) in itertools.pairwise(seen):
        if before <= count <= after and after > before:
            return earlier + (later - earlier) * (count - before) / (after - before)
    return seen[-1][0]


def ready(stop: Path) -> Path:
    """Return the file that says that the other publisher has begun."""
    return stop.with_name("ready")


MARK = "Meanwhile "


def publish_until(stop: Path) -> list[tuple[float, float]]:
    """Retitle and publish one event after the other; return when each act began and how long it took."""
    from django.db import transaction  # noqa: PLC0415 - Django must be set up first

    from events.models import Event  # noqa: PLC0415
    from records.publishing.publish import publish  # noqa: PLC0415

    acts: list[tuple[float, float]] = []
    keys = Event.objects.order_by("pk").values_list("pk", flat=True)
    for turn, key in enumerate(keys.iterator()):
        if stop.exists():
            break
        start = time.time()
        with transaction.atomic():
            event = Event.objects.get(pk=key)
            event.title = f"{MARK}{turn}"
            event.save(update_fields=["title"])
            publish(event, by=None)
        acts.append((start, time.time() - start))
        ready(stop).touch()
        time.sleep(PAUSE)
    return acts


def spread(times: list[float]) -> list[float]:
    """Return p50, p99 and the worst in milliseconds."""
    times = sorted(times)
    if not times:
        return []
    return [times[min(len(times) - 1, int(len(times) * share))] * 1000 for share in (0.5, 0.99, 1)]


if __name__ == "__main__":
    main()
