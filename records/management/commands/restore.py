"""Read a dump that `backup` wrote into an empty database, and compare what is there then with its manifest."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.db.dumps import DumpError
from config.db.embedded import EmbeddedError
from records.backups import restore


class Command(BaseCommand):
    """All or nothing; a database that holds anything is refused."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the dump; its manifest lies beside it")

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        try:
            manifest = restore(file)
        except (DumpError, EmbeddedError) as error:
            raise CommandError(str(error)) from None
        said = ", ".join(f"{name} {value:,}" for name, value in manifest["facts"].items())
        self.stdout.write(
            f"Restored the dump of {manifest['made_at']}, and every table is as it was. {said}."
        )
