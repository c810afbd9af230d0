"""Relations of the United States with other states, from the periods of representation.

What is written in `notes` stands in a citation's locator, since a period has no place for it. Citations name no file:
the file is called after the day on which it was made, and its next version would be cited beside it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from events.models import Dimension, Direction, Relation, RelationIdentifier
from imports.datasets.kit import LOCATOR_LENGTH, citation, cut, identifiers
from imports.datasets.us_missions.periods import DATASET
from records.identity import SLUG_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from imports.dataset import Document
    from imports.datasets.us_missions.periods import Period
    from imports.datasets.us_missions.rows import Change
    from imports.matching.states import StateMatch

_NOTE_CUT = "note_cut"


def relations(periods: Sequence[Period], home: StateMatch, source: str) -> Iterator[Document]:
    """Yield the relation with each state, and note in the changes where they went."""
    by_state: dict[StateMatch, list[Period]] = defaultdict(list)
    for period in periods:
        by_state[period.state].append(period)
    known = _known(home)
    for state, own in by_state.items():
        # The pair as the database keeps it, so that the direction holds whether or not a line repeats the states.
        pair = sorted((home, state), key=lambda each: each.id)
        is_first = pair[0] == home
        direction = Direction.FIRST_TO_SECOND if is_first else Direction.SECOND_TO_FIRST
        document: Document = {
            "object": "relation",
            "slug": "-".join(sorted((state.slug, home.slug)))[:SLUG_LENGTH].rstrip("-"),
            "states": [each.ref for each in pair],
            "periods": [_document(period, direction) for period in own],
            "identifiers": identifiers((DATASET, state.slug)),
            "citations": list(_citations(own, source)),
        }
        if state.id in known:
            document["id"] = str(known[state.id])
        name = f"{DATASET}:{state.slug}"
        for change in dict.fromkeys(change for period in own for change in period.changes):
            change.becomes.append(("relation", name))
        yield document


def _document(period: Period, direction: Direction) -> Document:
    return {
        "dimension": Dimension.REPRESENTATION_LEVEL.value,
        "direction": direction.value,
        "value": period.level,
        "start": period.start.edtf,
        "end": period.end.edtf if period.end else None,
        "end_status": period.status.value,
    }


def _known(home: StateMatch) -> dict[UUID, UUID]:
    """Return the relations of a state that this data set does not know yet, by the other state."""
    named = RelationIdentifier.objects.filter(scheme=DATASET).values("record_id")
    rows = Relation.objects.order_by().exclude(pk__in=named).filter(merged_into=None)
    return {
        other if one == home.id else one: pk
        for pk, one, other in rows.values_list("pk", "state_a_id", "state_b_id")
        if home.id in (one, other)
    }


def _citations(periods: Sequence[Period], source: str) -> Iterator[Document]:
    """Cite each name of the data set once, and each note."""
    changes = list(dict.fromkeys(change for period in periods for change in period.changes))
    locators = [change.state for change in changes]
    for change in changes:
        note = " ".join(change.content.get("notes", "").split())
        if not note:
            continue
        locator = f"{change.state}, {change.start.edtf}: {note}"
        locators.append(cut(locator))
        if locators[-1] != locator and not _is_warned(change):
            reason = f"A citation's locator has {LOCATOR_LENGTH} characters: the note is cut short."
            change.warn("/notes", note, reason, _NOTE_CUT)
    for locator in dict.fromkeys(locators):
        yield citation(source, locator, field="periods")


def _is_warned(change: Change) -> bool:
    """Whether it has the warning already, from another relation."""
    return any(warning.code == _NOTE_CUT for warning in change.warnings)
