"""How an agreement stands for each party on a day, from its document alone (docs/agreement-status.md has the rules)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from agreements.effects import acts_of
from agreements.models.party import NOT_BOUND
from agreements.status import UNKNOWN, Status, agreement_history, party_history
from config.dates.reach import Match
from records.models.edition import known_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreements.effects import Act
    from agreements.status import History


#: What is merely not excluded, because a date is unknown.
NOT_EXCLUDED = "unknown"


@dataclass(frozen=True, slots=True)
class Acts:
    """What was done about an agreement: as its dates are, and with unknown dates on the days that are proven only."""

    laterality: str
    known_on: dt.date
    dated: Sequence[Act]
    proven: Sequence[Act]

    @classmethod
    def of(cls, document: dict[str, Any]) -> Acts:
        known = known_on(document)
        acts = acts_of(document)
        proven = [act.as_proven(known) for act in acts]
        return cls(document["laterality"], known, acts, proven)

    def histories(self, party: str | None = None) -> tuple[History, History]:
        """The statuses of one party, or of the whole: with unknown dates anywhere, and with proven days only."""
        history = partial(party_history, party=party) if party else agreement_history
        dated, proven = (
            history(acts, laterality=self.laterality, known_on=self.known_on)
            for acts in (self.dated, self.proven)
        )
        return dated, proven


def party_on(
    document: dict[str, Any], acts: Acts, party: dict[str, Any], first: dt.date, last: dt.date
) -> dict[str, Any]:
    """One party as the document has it, with its status from `first` to `last` and the actions that decide it."""
    if party["role"] in NOT_BOUND:
        return {**party, "match": None, "statuses": [], "actions": []}
    dated, proven = acts.histories(party["party"]["id"])
    status, match = _status(dated, proven, first, last)
    numbers = {act.number for act in dated.acts(first, last)}
    return {
        **party,
        "status": status.as_document(),
        "match": match,
        "statuses": _statuses(dated, proven, first, last),
        "actions": [
            action for number, action in enumerate(document["actions"]) if number in numbers
        ],
    }


def _status(dated: History, proven: History, first: dt.date, last: dt.date) -> tuple[Status, str]:
    """The one status of all days, and how sure that is; `unknown` where there may have been several."""
    for history, match in ((dated, Match.CERTAIN), (proven, Match.POSSIBLE)):
        values = {value for span in history.within(first, last) for value in span.possible}
        if len(values) == 1 and values != {UNKNOWN}:
            return history.on(last), match.value
    return Status(UNKNOWN, None, dated.on(last).until), NOT_EXCLUDED


def _statuses(
    dated: History, proven: History, first: dt.date, last: dt.date
) -> list[dict[str, str]]:
    """Every status that it may have had on one of the days, the surest first."""
    found: dict[str, str] = {}
    spans = dated.within(first, last)
    for span in spans:
        if len(span.possible) == 1:
            found |= dict.fromkeys(span.possible, Match.CERTAIN.value)
    for history, match in ((proven, Match.POSSIBLE.value), (dated, NOT_EXCLUDED)):
        for span in history.within(first, last):
            for value in sorted(span.possible):
                found.setdefault(value, match)
    return [{"value": value, "match": match} for value, match in found.items()]
