"""`manage.py export`: write records as an exchange file."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from records.exchange.shapes import declared
from records.exchange.writing import export

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Write an exchange file (docs/exchange.md)."""

    help = "Writes the records of the working tables, drafts included, as an exchange file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the kinds and the file."""
        parser.add_argument(
            "file", nargs="?", type=Path, help="The file to write; standard output when left out."
        )
        parser.add_argument(
            "--object",
            nargs="+",
            default=[],
            choices=[exchange.kind for exchange in declared()],
            help="Only records of these kinds.",
        )
        parser.add_argument(
            "--notes", action="store_true", help="With the curators' notes, which are never public."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, and say how much."""
        del args
        path: Path | None = options["file"]
        with nullcontext(sys.stdout.buffer) if path is None else path.open("wb") as file:
            number = export(file, kinds=options["object"], with_notes=options["notes"])
        self.stderr.write(f"{number} records")
