"""`manage.py load_reference`: the reference data that ship with the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from records.reference_data import load_all, reference_models

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Create and publish the reference data that are missing."""

    help = "Create and publish the reference data that are missing. Safe to repeat: what exists stays as the desk has it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--app",
            nargs="+",
            default=[],
            choices=sorted({model._meta.app_label for model in reference_models()}),
            help="Only the reference data of these apps.",
        )

    def handle(self, **options: Any) -> None:
        for loaded in load_all(options["app"]):
            self.stdout.write(
                f"{loaded.what}: {loaded.created} created, {loaded.unchanged} there already"
            )
