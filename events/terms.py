"""What an event can be asked by, each as one number (records.terms)."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from records.terms import pair, term

#: Distinguishes a pair of states for which participants stood from the pair that is involved in any way.
STOOD_FOR = term("stood_for")
#: Somebody took part whose name is unresolved.
UNRESOLVED = term("unresolved")

if TYPE_CHECKING:
    from collections.abc import Iterator


def participation(**members: str) -> int:
    """Return the number of a participation that has all of these: person or organization, state, role."""
    if len(members) == 1:
        ((name, value),) = members.items()
        return term("stood_for" if name == "state" else name, value)
    return term("participation", *(word for item in sorted(members.items()) for word in item))


def participations_of(document: dict[str, Any]) -> Iterator[int]:
    """Every combination of who took part, for which state and in which role, participation by participation."""
    for part in document["participations"]:
        members = [("role", part["role"])]
        if part["participant"] and part["participant"]["object"] != "state":
            members.append((part["participant"]["object"], part["participant"]["id"]))
        states = [[("state", state["id"])] for state in states_stood_for(part)]
        for state in states or [[]]:
            all_of = [*members, *state]
            for size in range(1, len(all_of) + 1):
                for some in combinations(all_of, size):
                    yield participation(**dict(some))


def states_stood_for(part: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the states that a participant stood for, as a reader of the document finds them: listed, or in what it names.

    The record itself where it is a state, the state for which it acted, then the states of the offices.
    """
    if part["states"] is not None:
        return list(part["states"])
    named = (part["participant"], part["on_behalf_of"])
    found = [each for each in named if each and each["object"] == "state"]
    offices = [capacity["office"] for capacity in part["capacities"]]
    found += [office["state"] for office in offices if office and office["state"]]
    return list({state["id"]: state for state in found}.values())


def states_of(document: dict[str, Any]) -> tuple[list[int], list[int]]:
    """The states involved and every pair of them; and those of all these that participants stood for."""
    involved = [state["id"] for state in document["states"]]
    stood = {state["id"] for part in document["participations"] for state in states_stood_for(part)}
    terms = {term("state", one): one in stood for one in involved}
    terms |= {
        pair(one, other): one in stood and other in stood
        for one, other in combinations(involved, 2)
    }
    return list(terms), [number for number, is_stood_for in terms.items() if is_stood_for]


def stood_for(one: str, other: str) -> int:
    """Return the number of two states for each of which participants stood, in either order, where events of such a pair are summed up."""
    return pair(one, other) ^ STOOD_FOR
