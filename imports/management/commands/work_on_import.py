"""`manage.py work_on_import`: one task of an import that was uploaded at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from imports.worker import AlreadyAtWorkError, NotWaitingError, Task, work
from records.bulk import rare_collections

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Do a task of an import, and keep the result with the import."""

    help = (
        "Does one task of an import that was uploaded at the desk. The desk starts it; starting it by hand is safe: "
        "a task is done once, however often it is started."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", type=UUID, help="The id of the import, as in its address.")
        tasks = parser.add_mutually_exclusive_group(required=True)
        for task, text in (
            (Task.DRY_RUN, "Check the file."),
            (Task.IMPORT, "Import as drafts."),
            (Task.PUBLISH, "Import and publish, or publish what was imported."),
            (Task.UNDO, "Undo the import."),
        ):
            tasks.add_argument(
                f"--{task}", dest="task", action="store_const", const=task, help=text
            )
        parser.add_argument("--by", help="The key of the account in whose name it is done.")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        by = None
        if options["by"] is not None:
            accounts = get_user_model()._default_manager
            by = accounts.filter(pk=options["by"], is_active=True).first()
            if by is None:
                raise CommandError(f"There is no active account {options['by']}.")
        try:
            with rare_collections():
                work(options["batch"], options["task"], by)
        except AlreadyAtWorkError as error:
            raise CommandError("Another process works on this import.") from error
        except NotWaitingError as error:
            raise CommandError(str(error)) from error
