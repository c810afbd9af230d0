"""`manage.py snapshot`: write all that is public as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from records.snapshots.making import Refused, make

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Make a snapshot (docs/snapshots.md)."""

    help = (
        "Writes all that is public, at one position of the change feed, into a folder named by the day. A run that was"
        " killed is gone on with; nothing is visible before all checks are passed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--accept-fewer",
            action="store_true",
            help="Also when a kind has lost more than a tenth of its records since the last snapshot.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        root = Path(settings.SNAPSHOTS_DIR)
        say = self.stdout.write if options["verbosity"] > 1 else lambda _text: None
        try:
            made = make(root, accept_fewer=options["accept_fewer"], say=say)
        except Refused as refused:
            raise CommandError(str(refused)) from None
        manifest = made.manifest
        total = sum(manifest["counts"].values())
        self.stdout.write(f"{made.path}: {total:,} records at position {manifest['position']:,}")
