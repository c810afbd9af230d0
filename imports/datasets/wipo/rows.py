"""Rows of wipo: lines that say what one party did about one treaty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imports.datasets.kit import SourceRow

if TYPE_CHECKING:
    from agreements.models import ActionKind
    from imports.datasets.wipo.treaties import Treaty
    from imports.matching.states import OrganizationMatch


@dataclass(kw_only=True, eq=False)
class Membership(SourceRow):
    """What one party did about one treaty."""

    party: str
    treaty: Treaty
    instrument: str
    act: ActionKind | None  #: the act by which the party is bound: what the instrument is
    signed: str = ""
    bound: str = ""
    in_force: str = ""
    ref: tuple[str, str] = ("", "")  #: kind and reference of the party
    organization: OrganizationMatch | None = None
