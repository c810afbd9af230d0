"""`manage.py exchange_schema`: print the JSON Schema of the exchange form."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from records.exchange.schema import exchange_schema


class Command(BaseCommand):
    """Print the schema of one line of an exchange file (docs/exchange.schema.json)."""

    help = "Prints the JSON Schema (2020-12) of one line of an exchange file."

    def handle(self, *args: Any, **options: Any) -> None:
        del args, options
        self.stdout.write(json.dumps(exchange_schema(), ensure_ascii=False, indent=1))
