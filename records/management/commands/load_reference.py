"""Load the reference data that ship with the project: states and whatever else the apps bring."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from records.reference import load_all


class Command(BaseCommand):
    """Make and publish what is not there yet. A second run changes nothing; what the desk changed stays."""

    help = "Make and publish the reference data that are not there yet. Safe to repeat: what the desk changed stays."

    def handle(self, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Load, and say what was made."""
        for loaded in load_all():
            self.stdout.write(
                f"{loaded.what}: {loaded.created} created, {loaded.unchanged} there already"
            )
