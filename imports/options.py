"""How an import is to be done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    """How an import is to be done."""

    source: str = ""  #: the source to cite; "" for the data set's own
    publishes: bool = False
    is_partial: bool = False  #: keep the good rows when others are rejected
    is_dry_run: bool = False
    withdraws: bool = False  #: withdraw what is no longer in the data set
    reason: str = ""  #: as told to the public
