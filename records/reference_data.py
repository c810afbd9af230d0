"""Reference data that ship with the project. An app that has some has a module or package `reference_data` with `load()`.

`load() -> list[Loaded]` makes and publishes what is not there yet. It runs on every start, so a second run changes nothing,
and what the desk has changed stays as the desk wants it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import transaction

from records.kinds import TOPIC
from records.models import Topic
from records.publishing.batches import publish_in_batches

if TYPE_CHECKING:
    from collections.abc import Collection

#: A small tree of what relations between states are about; labels and structure are the project's own.
TOPICS = Path(__file__).parent / "data" / "topics.ndjson"


@dataclass(frozen=True)
class Loaded:
    """What became of one sort of reference data."""

    what: str  #: plural, as in "states"
    created: int
    unchanged: int


def load_all(labels: Collection[str] = ()) -> list[Loaded]:
    """Load the reference data of the apps with these labels, or of every app; the most general app first."""
    # Settings list an app after those that it builds on.
    configs = [app for app in apps.get_app_configs() if not labels or app.label in labels]
    names = [f"{app.name}.reference_data" for app in configs]
    modules = [import_module(name) for name in names if find_spec(name) is not None]
    return [loaded for module in modules if hasattr(module, "load") for loaded in module.load()]


@transaction.atomic
def load() -> list[Loaded]:
    """Make and publish the topics that are not there; those that are stay as the desk has them."""
    known = {topic.code: topic for topic in Topic.objects.all()}
    made = []
    for line in TOPICS.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["code"] in known:
            continue
        broader = known.get(
            entry.pop("broader", "")
        )  # a broader topic stands before its narrower ones
        topic = Topic(slug=entry["code"], broader=broader, **entry)
        topic.full_clean()
        topic.save()
        known[topic.code] = topic
        made.append(topic)
    for _batch in publish_in_batches(TOPIC, [topic.pk for topic in made], by=None):
        pass  # one below a topic that the desk withdrew is refused, and stays a draft
    return [Loaded("topics", len(made), len(known) - len(made))]
