"""Publish the statuses of agreements that changed by the passing of a day. Meant to run daily."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from agreements.kinds import publish_due_statuses

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


def _today() -> date:
    return datetime.now(UTC).date()


def _past_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        msg = f"“{text}” is not a day; write YYYY-MM-DD."
        raise ArgumentTypeError(msg) from None
    if day > _today():
        msg = f"{day} is still to come: a status is published when its day is there."
        raise ArgumentTypeError(msg)
    return day


class Command(BaseCommand):
    """`manage.py publish_due_statuses`, once a day after midnight UTC."""

    help = (
        "Publishes agreements whose status, or a party's, has changed since they were published because the day of an"
        " action has come. Running it late, or twice, does no harm."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--on",
            type=_past_day,
            help="The day for which to derive the statuses, YYYY-MM-DD; today in UTC unless given.",
        )

    def handle(self, *, on: date | None = None, **_options: Any) -> None:
        day = on or _today()
        done = publish_due_statuses(on=day)
        self.stdout.write(
            f"{done} agreement{'' if done == 1 else 's'} published with the status of {day}."
        )
