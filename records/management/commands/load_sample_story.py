"""`manage.py load_sample_story`: a real case to look at, published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from records.exchange.load import load
from records.exchange.report import summary

FILE = Path(__file__).resolve().parents[2] / "data" / "sample-story.ndjson"


class Command(BaseCommand):
    """Load and publish the sample story, as any exchange file (docs/exchange.md)."""

    help = "Load and publish the records of the sample story. Needs the reference data: run load_reference first."

    def handle(self, *args: Any, **options: Any) -> None:
        del args, options
        with FILE.open("rb") as file:
            report = load(file, by=None, publish=True, reason="Sample story")
        for rejection in report.rejections:
            self.stderr.write(str(rejection))
        if report.rejections:
            msg = f"The sample story was not loaded: {summary(report)}."
            raise CommandError(msg)
        self.stdout.write(f"Sample story: {summary(report)}.")
