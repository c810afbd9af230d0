"""Write a dump of the database, read it back, and a manifest beside it by which `restore` compares."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.db import embedded
from config.db.dumps import DumpError, beside
from config.db.embedded import EmbeddedError
from records.backups import BESIDE, back_up


class Command(BaseCommand):
    """All that counts, of one instant, while others go on working."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            nargs="?",
            type=Path,
            help="where to write; backups/chancery-TIME.dump in the data folder",
        )

    def handle(self, *_args: Any, file: Path | None = None, **_options: Any) -> None:
        try:
            path, manifest = back_up(file)
        except (DumpError, EmbeddedError) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be written ({error.strerror}).") from None
        said = ", ".join(f"{name} {value:,}" for name, value in manifest["facts"].items())
        self.stdout.write(f"{path}: {manifest['bytes']:,} bytes, read back. {said}.")
        self.stdout.write(f"Keep {beside(path).name} with it: restoring compares with it.")
        for name, purpose in BESIDE.items():
            if (found := embedded.var() / name).exists():
                self.stdout.write(f"Not in it: {found} ({purpose}).")
