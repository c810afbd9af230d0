"""`manage.py import`: take in records from a file."""  # noqa: N999 - a command is called as its file is

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from records.exchange.loading import load
from records.exchange.outcome import summary

if TYPE_CHECKING:
    from argparse import ArgumentParser

#: Rejections that are shown on screen; the report file has them all.
SHOWN = 50


class Command(BaseCommand):
    """Take in an exchange file (docs/exchange.md)."""

    help = "Takes in records from an exchange file, all of it or nothing, and says what became of each line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and what to do with it."""
        parser.add_argument("file", type=_file, help="The file; - reads standard input.")
        parser.add_argument(
            "--format",
            choices=("auto", "chancery"),
            default="auto",
            help="chancery is the exchange form; auto finds out.",
        )
        parser.add_argument(
            "--publish", action="store_true", help="Publish what the file is about."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Do all the work, then take it back."
        )
        parser.add_argument(
            "--report", type=Path, help="Write every rejection to this file (NDJSON)."
        )
        parser.add_argument(
            "--reason",
            default="",
            help="Why, as told to the public in the revisions that are published.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and fail with a summary when anything was rejected."""
        del args
        path: Path | None = options["file"]
        with nullcontext(sys.stdin.buffer) if path is None else path.open("rb") as file:
            report = load(
                file,
                by=None,
                publish=options["publish"],
                dry_run=options["dry_run"],
                reason=options["reason"],
            )
        if options["report"]:
            lines = (orjson.dumps(rejection.as_document()) for rejection in report.rejections)
            options["report"].write_bytes(b"".join(line + b"\n" for line in lines))
        for proposal in report.proposals:
            self.stdout.write(
                f"line {proposal.line} {proposal.object} {proposal.record} /{proposal.field}: locked, left as it is",
            )
        for rejection in report.rejections[:SHOWN]:
            self.stderr.write(str(rejection))
        if len(report.rejections) > SHOWN:
            self.stderr.write(
                f"... and {len(report.rejections) - SHOWN} more; --report FILE writes them all"
            )
        if report.rejections:
            msg = f"Nothing was written: {summary(report)}."
            raise CommandError(msg)
        self.stdout.write(
            f"{'Dry run, nothing was written: ' if options['dry_run'] else ''}{summary(report)}."
        )


def _file(name: str) -> Path | None:
    if name == "-":
        return None
    path = Path(name)
    if not path.is_file():
        msg = f"there is no file {name}"
        raise ArgumentTypeError(msg)
    return path
