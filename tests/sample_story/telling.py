"""How a fact of the sample story is written down: what to ask the API, and what the answer says and cites.

Expected values are written short: a reference is the label of the record that it names, an uncertain date is its EDTF, or
the source's words and the precision. Only the members that are named here are compared, lists with all their items;
`participations[role=host]` picks items. Citations are written `evidence` or `evidence: to whom the source attributes it`,
for the record as a whole ("") or for one of its fields; all must be to the one source.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SOURCE = "News story on a telephone call between the US Secretary of State and Pakistan's deputy prime minister"

MINISTRY = "Ministry of Foreign Affairs of Pakistan"
PM_OFFICE = "Prime Minister's Office of Pakistan"
PACKAGE = (
    "Package of agreements between Pakistan and two companies on critical minerals and logistics"
)
CALL = "Telephone call between Marco Rubio and Ishaq Dar"
MEETING = "Meeting of Shehbaz Sharif with a US delegation on mining deals"
CEASEFIRE = "Ceasefire between India and Pakistan"
LUNCHEON = "Luncheon given by Donald Trump in honour of Asim Munir"
WITHDRAWAL = "Withdrawal of US forces from Afghanistan"
USSM, MOTA = "United States Strategic Metals", "Mota-Engil"
US_PK, INDIA_PK = "Pakistan – United States", "India – Pakistan"  # noqa: RUF001 - as labels are written


@dataclass(frozen=True)
class Fact:
    """One answer of the API that shows one fact, or several that belong together."""

    numbers: tuple[int, ...]
    address: str
    says: Any  #: of a list, its results; else the document
    cites: dict[str, list[str]] = field(default_factory=lambda: {"": ["reported"]})


def fact(numbers: int | tuple[int, ...], address: str, says: Any, **cites: list[str]) -> Fact:
    """Make a row of the table; `whole` cites the record as a whole."""
    found = {"" if name == "whole" else name: value for name, value in cites.items()}
    numbers = numbers if isinstance(numbers, tuple) else (numbers,)
    return Fact(numbers, address, says, found) if found else Fact(numbers, address, says)


def holds(person: str, office: str) -> dict[str, Any]:
    """Return a tenure whose start is not known."""
    return {
        "person": person,
        "office": office,
        "start": None,
        "end": None,
        "end_status": "unknown",
        "kind": "substantive",
    }


def period(dimension: str, value: str, **fields: Any) -> dict[str, Any]:
    """Return a period of a relation of which no more is known than the fields say."""
    unknown: dict[str, Any] = {
        "start": None,
        "end": None,
        "end_status": "unknown",
        "start_event": None,
        "end_event": None,
        "topics": [],
    }
    return {"dimension": dimension, "direction": "mutual", "value": value, **unknown, **fields}
