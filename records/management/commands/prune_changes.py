"""`manage.py prune_changes`: end how far back the change feed goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from records.publishing.pruning import prune

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Remove old changes from the feed. By default all are kept, and nothing else removes any."""

    help = (
        "Removes changes from the feed that are older than some days: who kept a copy and reads on from before is answered 410 and"
        " starts again from a snapshot. Without --older-than all changes are kept. Revisions stay."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than", type=int, metavar="DAYS", help="Days after which changes are removed."
        )

    def handle(self, *, older_than: int | None, **_options: Any) -> None:
        if older_than is None:
            self.stdout.write("All changes are kept.")
            return
        try:
            removed = prune(older_than)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{removed} changes removed from the feed.")
