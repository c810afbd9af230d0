"""What to know of a state that is asked for on days on which it was not there: which others were there instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from django.db import connection

from config.api.notes import Note
from config.dates.values import UncertainDate
from records.models import Reference, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.lookup.reading import Days

#: States that a note names at most.
NAMED = 15

_TABLE = Reference._meta.db_table


class Lives(IntEnum):
    """Whether it matters to a parameter when what it names was there."""

    UNASKED = 0
    MATTERS = 1
    MATTERS_AND_INCLUDES = 2  #: and the address takes `include_predecessors` for it


@dataclass(frozen=True, slots=True)
class Life:
    """A record that is asked for, and what its reference says of its days (`facts` of a state)."""

    id: str
    parameter: str
    text: str
    lives: Lives
    facts: dict[str, Any]

    @property
    def before(self) -> list[str]:
        """The records that it came after."""
        return [*self.facts["came_after"]]

    def note(self, days: Days) -> _Draft | None:
        """What to say where some of the days are before it began, or all of them after it ended."""
        first, last = days
        began, ended = self.facts["began"], self.facts["ended"]
        if ended and first > date.fromisoformat(ended[0]):
            return _Draft(
                self, "did_not_exist", f"“{self.text}” ended {_said(ended)}", is_over=True
            )
        if began:
            start = date.fromisoformat(began[0])
            if last < start:
                return _Draft(self, "did_not_exist", f"“{self.text}” began {_said(began)}")
            if first < start and self.before:
                return _Draft(self, "predecessors", f"“{self.text}” began {_said(began)}")
            return None
        later = {
            key: day
            for key, day in self.facts["came_after"].items()
            if day and last < date.fromisoformat(day[0])
        }
        if not later:
            return None
        first_day = min(later.values())
        return _Draft(self, "predecessors", f"“{self.text}” came after others {_said(first_day)}")


@dataclass(frozen=True, slots=True)
class _Draft:
    """A note that still has to name the states."""

    life: Life
    code: str
    opening: str
    is_over: bool = False

    def name(self, slugs: Sequence[str]) -> Note:
        named = ", ".join(slugs[:NAMED])
        if not slugs:
            what = ""
        elif self.is_over:
            what = f" After it came {named}."
        else:
            what = f" What was before is found with {named}."
            if self.life.lives == Lives.MATTERS_AND_INCLUDES:
                what += " `include_predecessors=true` finds all of it."
        detail = f"By its own record {self.opening}.{what}"
        return Note(self.code, self.life.parameter, self.life.text, detail, list(slugs[:NAMED]))


def notes_of_lives(lives: Sequence[Life], days: Days) -> list[Note]:
    """Say which states were not there on days that are asked for, and which were there instead. One statement, if there are any."""
    drafts = [draft for life in lives if (draft := life.note(days))]
    if not drafts:
        return []
    before = {key for draft in drafts if not draft.is_over for key in draft.life.before}
    over = {draft.life.id for draft in drafts if draft.is_over}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id::text, slug, ARRAY(SELECT jsonb_array_elements_text(facts -> 'predecessors'))"  # noqa: S608 - names of ours
            f" FROM {_TABLE} WHERE standing = %s AND kind = 'state'"
            " AND (id = ANY(%s::uuid[]) OR facts -> 'predecessors' ?| %s) ORDER BY slug",
            [Standing.PUBLISHED, [*before], [*over]],
        )
        rows = cursor.fetchall()
    notes = []
    for draft in drafts:
        life = draft.life
        slugs = [
            slug
            for key, slug, predecessors in rows
            if (life.id in predecessors if draft.is_over else key in life.before)
        ]
        notes.append(draft.name(slugs))
    return notes


def _said(bound: Sequence[str]) -> str:
    """A date in words: “25 December 1991”."""
    return UncertainDate.parse(bound[1]).meaning()
