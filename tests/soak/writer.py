"""A publisher's process, to be killed at any moment: `python -m tests.soak.writer NAME FIRST_ROUND`.

It edits, publishes, withdraws and restores events of its own, and renames the topic that they show, by the functions that the
desk calls. After each commit it says so in a line: what was done, the record's id, the number of the round. Each round writes
its number into three places of an event: two columns, and a row of another table.
"""

from __future__ import annotations

import os
import random
import sys
import time
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from events.models import Event
    from records.models import Topic

EVENTS = 12
PAUSE_SECONDS = 0.3


def say(deed: str, key: object, number: int) -> None:
    print(deed, key, number, flush=True)


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    name, first = sys.argv[1], int(sys.argv[2])
    django.setup()

    from django.db import Error, connection  # noqa: PLC0415 - Django must be set up

    number = first
    writer = None
    while True:
        number += 1
        try:
            writer = writer or Writer(name)
            writer.write(number)
        except Error as error:  # the server was killed; Django's own, and those of a deed
            print("failed", type(error).__name__, number, flush=True)
            connection.close()
            time.sleep(PAUSE_SECONDS)


class Writer:
    """What one process does, round after round."""

    def __init__(self, name: str) -> None:
        from django.contrib.auth.models import User  # noqa: PLC0415 - Django must be set up

        self.name = name
        self.by: User = User.objects.get(username="soak-publisher")
        self.chance = random.Random()  # noqa: S311 - no secret

    def write(self, number: int) -> None:
        """Save and publish an event; sometimes withdraw it and bring it back, or rename the topic."""
        from records.models import EditorialState, Nature  # noqa: PLC0415 - Django must be set up
        from records.publishing.publish import publish, restore, withdraw  # noqa: PLC0415

        if number % 15 == 0:
            topic = self.topic()
            self.save_topic(topic, number)
            say("saved", topic.pk, number)
            publish(topic, by=self.by, nature=Nature.CORRECTION)
            say("published", topic.pk, number)
            return
        event = self.event(self.chance.randrange(EVENTS), number)
        say("saved", event.pk, number)
        if event.editorial_state == EditorialState.WITHDRAWN:
            restore(event, by=self.by, reason=f"Round {number}")
            say("restored", event.pk, number)
        publish(event, by=self.by, nature=Nature.CORRECTION)
        say("published", event.pk, number)
        if self.chance.random() < 0.15:
            withdraw(event, by=self.by, reason=f"Round {number}")
            say("withdrawn", event.pk, number)

    def topic(self) -> Topic:
        from records.models import Topic  # noqa: PLC0415 - Django must be set up

        slug = f"soak-{self.name}"
        topic, _is_new = Topic.objects.get_or_create(
            slug=slug, defaults={"code": slug, "label": "Round 0"}
        )
        return topic

    def save_topic(self, topic: Topic, number: int) -> None:
        from records.publishing.locks import hold  # noqa: PLC0415 - Django must be set up
        from records.publishing.publish import recorded  # noqa: PLC0415

        with recorded("change", self.by, ""):
            hold({"topic": [topic.pk]})
            topic.label = f"Round {number}"
            topic.save(update_fields=["label"])

    def event(self, which: int, number: int) -> Event:
        """Write the round's number into an event, which is made if it is not there."""
        from events.models import (  # noqa: PLC0415 - Django must be set up
            Event,
            EventCitation,
            EventTopic,
            EventType,
            Participation,
        )
        from records.models import Source  # noqa: PLC0415
        from records.publishing.locks import hold  # noqa: PLC0415
        from records.publishing.publish import publish, recorded  # noqa: PLC0415

        slug, mark = f"soak-{self.name}-{which}", f"Round {number}"
        topic = self.topic()
        publish(topic, by=self.by)
        with recorded("change", self.by, ""):
            event = Event.objects.filter(slug=slug).first()
            if event is None:
                event = Event.objects.create(
                    slug=slug, title=mark, summary=mark, type=EventType.objects.get(code="meeting"),
                    **Event.when.columns(f"19{which + 10}-0{self.chance.randint(1, 9)}"),
                )  # fmt: skip
                Participation.objects.create(event=event, name_as_given=mark)
                EventTopic.objects.create(event=event, topic=topic)
                EventCitation.objects.create(
                    record=event, source=Source.objects.get(slug="soak-source")
                )
            else:
                hold({"event": [event.pk]})
                event.refresh_from_db()
                event.title = event.summary = mark
                event.save(update_fields=["title", "summary"])
                Participation.objects.filter(event=event).update(name_as_given=mark)
        return event


if __name__ == "__main__":
    main()
