"""Finish what a stopped process left: bring documents up to date that show an old label."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from records.publishing.labels import drain


class Command(BaseCommand):
    """Patch the documents that still show an old label. Safe to run at any time, also twice at once."""

    help = "Bring published documents up to date that still show an old label (left by a process that was stopped)."

    def handle(self, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        self.stdout.write(f"{drain()} documents brought up to date.")
