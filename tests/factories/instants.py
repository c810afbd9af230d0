"""Instants at which something was public, and addresses as of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from records.models import Change

if TYPE_CHECKING:
    from datetime import datetime

MICROSECOND = timedelta(microseconds=1)


def last_instant() -> datetime:
    return Change.objects.latest("position").at


def written(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def as_of(address: str, instant: datetime) -> str:
    return f"{address}{'&' if '?' in address else '?'}as_of={written(instant)}"
