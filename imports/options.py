"""The options of an import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from records.models import Nature


@dataclass(frozen=True)
class ImportOptions:
    """The options of an import, as given on the command line or at the desk."""

    source: str = ""  #: the source to cite; "" for the data set's own
    publishes: bool = False  #: publish new and changed records
    is_partial: bool = False  #: keep the good rows when others are rejected
    is_dry_run: bool = False
    withdraws: bool = False  #: withdraw published records whose rows are no longer in the data set
    #: bring back withdrawn records that the files are about, published; else those are left as they are
    restores: bool = False
    reason: str = ""  #: shown to the public with the published revisions
    nature: Nature | None = None  #: why public records change; None leaves it to their days
