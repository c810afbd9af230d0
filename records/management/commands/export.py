"""`manage.py export`: write records as exchange files."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from records.exchange.export import export
from records.exchange.shapes import declared
from records.exchange.tables import export_table
from records.registry import kind_named

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Write exchange files (docs/exchange.md)."""

    help = "Writes the records of the working tables, drafts included, as exchange files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path",
            nargs="?",
            type=Path,
            help="The file to write, or for csv the folder; standard output when left out.",
        )
        parser.add_argument(
            "--format",
            choices=["ndjson", "csv"],
            default="ndjson",
            help="One file of JSON lines (the default), or a table per kind.",
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
        parser.add_argument(
            "--spreadsheets",
            action="store_true",
            help="Tables that are safe to open in a spreadsheet: nothing in them is taken for a formula.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        path: Path | None = options["path"]
        if options["format"] == "csv":
            number = _export_tables(path, options)
        elif options["spreadsheets"]:
            msg = "--spreadsheets is about tables: add --format csv"
            raise CommandError(msg)
        else:
            with nullcontext(sys.stdout.buffer) if path is None else path.open("wb") as file:
                number = export(file, kinds=options["object"], with_notes=options["notes"])
        self.stderr.write(f"{number} records")


def _export_tables(folder: Path | None, options: dict[str, Any]) -> int:
    kinds = options["object"]
    if folder is None and len(kinds) != 1:
        msg = "name a folder for the tables, or one kind (--object) for standard output"
        raise CommandError(msg)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    number = 0
    for exchange in declared():
        if kinds and exchange.kind not in kinds:
            continue
        name = f"{kind_named(exchange.kind).resource}.csv"
        with (
            nullcontext(sys.stdout.buffer) if folder is None else (folder / name).open("wb") as file
        ):
            number += export_table(
                file,
                exchange,
                with_notes=options["notes"],
                for_spreadsheets=options["spreadsheets"],
            )
    return number
