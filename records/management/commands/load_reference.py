"""Load the reference data that ship with the project: states and whatever else the apps bring."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.base import BaseCommand

from records.reference_data import load_all

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Make and publish what is not there yet. A second run changes nothing; what the desk changed stays."""

    help = "Make and publish the reference data that are not there yet. Safe to repeat: what the desk changed stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the apps whose data are wanted."""
        having = [app for app in apps.get_app_configs() if find_spec(f"{app.name}.reference_data")]
        parser.add_argument(
            "--app",
            nargs="+",
            default=[],
            choices=[app.label for app in having],
            help="Only what these apps bring.",
        )

    def handle(self, **options: Any) -> None:
        """Load, and say what was made."""
        for loaded in load_all(options["app"]):
            self.stdout.write(
                f"{loaded.what}: {loaded.created} created, {loaded.unchanged} there already"
            )
