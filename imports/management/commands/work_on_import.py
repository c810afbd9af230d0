"""`manage.py work_on_import`: one step of an import that was uploaded at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from imports.pulse import AlreadyAtWorkError
from imports.starting import Step
from imports.worker import NotWaitingError, work

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Do a step of an import, and say in the import what came of it."""

    help = (
        "Does one step of an import that was uploaded at the desk. The desk starts it by itself; by hand it does no harm: "
        "a step is done once, however often it is started."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the import and the step."""
        parser.add_argument("batch", type=UUID, help="The id of the import, as in its address.")
        steps = parser.add_mutually_exclusive_group(required=True)
        for step, words in (
            (Step.DRY_RUN, "Find out what would be imported."),
            (Step.IMPORT, "Import as drafts."),
            (Step.PUBLISH, "Import and publish, or publish what was imported."),
            (Step.UNDO, "Take the import back."),
        ):
            steps.add_argument(
                f"--{step}", dest="step", action="store_const", const=step, help=words
            )
        parser.add_argument("--by", help="The key of the account in whose name it is done.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; fail only where there is nothing to do."""
        del args
        accounts = get_user_model()._default_manager
        by = None
        if options["by"] is not None:
            by = accounts.filter(pk=options["by"], is_active=True).first()
            if by is None:
                raise CommandError(f"There is no active account {options['by']}.")
        try:
            work(options["batch"], options["step"], by)
        except AlreadyAtWorkError as error:
            raise CommandError("Another process works on this import.") from error
        except NotWaitingError as error:
            raise CommandError(str(error)) from error
