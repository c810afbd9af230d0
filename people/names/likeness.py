"""How like somebody is to a person of the database: names and dates of birth and death, and a list of who comes near."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Self
from uuid import UUID

from config.dates.values import UncertainDate
from people.names import Comparison, Level, PersonName, compare, of_parts, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Dates of birth or death that are further apart than this are two persons'. Sources often differ by a year or two.
YEARS_APART = 2
#: Who is certainly younger than this many years holds no office, meets nobody in one, and says nothing in public.
YEARS_OF_AGE = 15
#: What dates leave of a score, or of what it lacks to 1.
DATES_AGREE = 0.5
DATES_DIFFER_A_LITTLE = 0.9
#: No list is longer.
MAX_NEAR = 10
#: Among all persons a family name alone (0.75) names too many: what scores less than this is not listed. Dates of birth or
#: death that agree lift it above.
LISTED = 0.76

Bounds = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class Near:
    """A person who may be meant."""

    id: UUID
    score: float  #: 0 to 1
    reason: str  #: what speaks for it and what is missing, in a sentence


@dataclass(frozen=True, slots=True)
class Match:
    """Who is meant."""

    certain: UUID | None = None  #: only where it is proved
    near: tuple[Near, ...] = ()  #: the likeliest first; without the certain one


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What the database knows of a person that can be compared."""

    id: UUID
    names: tuple[PersonName, ...]  #: the distinctive ones (`distinctive`)
    born: Bounds = (None, None)
    died: Bounds = (None, None)

    @classmethod
    def of(
        cls,
        key: UUID,
        name: str,
        given: str,
        family: str,
        others: Iterable[str],
        *,
        born: Bounds,
        died: Bounds,
    ) -> Self:
        """Return what can be compared of a record: its usual name, as parts where it has them, and its other names."""
        names = [parse(name)]
        if given and family:
            names.append(of_parts(given, family, suffix=names[0].suffix))
        names += map(parse, others)
        return cls(key, distinctive(names), born, died)

    def likeness(self, name: PersonName) -> Comparison:
        """Compare a name with the one of its names that is most like it."""
        return max((compare(name, each) for each in self.names), key=lambda each: each.score)

    def may_act(self, on: date) -> bool:
        """Return whether somebody may have been alive and grown up that day. What is not known excludes nothing."""
        born, died = self.born[0], self.died[1]
        is_grown_up = born is None or (on.year - born.year, on.month, on.day) >= (
            YEARS_OF_AGE,
            born.month,
            born.day,
        )
        return is_grown_up and (died is None or on <= died)

    def excludes(self, born: Bounds, died: Bounds) -> bool:
        """Return whether dates of birth and death are those of somebody else."""
        apart = (_years_apart(born, self.born), _years_apart(died, self.died))
        return any(years is not None and years > YEARS_APART for years in apart)

    @property
    def life(self) -> str:
        """What is known of birth and death, in words: "born in 1915, died in 1991"; empty where nothing is."""
        known = (("born", self.born), ("died", self.died))
        return ", ".join(
            f"{verb} {_years_of(bounds)}" for verb, bounds in known if bounds != (None, None)
        )

    def near(self, comparison: Comparison, born: Bounds, died: Bounds) -> Near | None:
        """Return it as somebody who may be meant; None where names or dates exclude it."""
        if comparison.level == Level.DIFFERENT or self.excludes(born, died):
            return None
        score = comparison.score
        reasons = list(comparison.reasons) or ["the names are the same"]
        for word, mine, others in (("birth", born, self.born), ("death", died, self.died)):
            apart = _years_apart(mine, others)
            if apart is None:
                continue
            if apart:
                score *= DATES_DIFFER_A_LITTLE
                reasons.append(f"the dates of {word} differ a little")
            else:
                score += (1 - score) * DATES_AGREE
                reasons.append(f"the dates of {word} agree")
        words = "; ".join(reasons)
        return Near(self.id, round(score, 3), f"{words[:1].upper()}{words[1:]}.")


def distinctive(names: Iterable[PersonName]) -> tuple[PersonName, ...]:
    """Return the names of one person without those that a fuller one of them makes idle.

    `George Bush` beside `George Herbert Walker Bush` would let `George Walker Bush` pass, whom the fuller name contradicts.
    """
    unique = list(dict.fromkeys(names))
    return tuple(
        name
        for name in unique
        if not any(
            len("".join(other.words)) > len("".join(name.words))
            and (found := compare(name, other)).is_compatible
            and found.level == Level.SAME
            for other in unique
        )
    )


def bounds(when: UncertainDate | str | None) -> Bounds:
    """Return the first and the last day of an EDTF date."""
    known = UncertainDate.coerce(when)
    return (known.earliest, known.latest)


def ranked(found: Iterable[Near], limit: int = MAX_NEAR) -> tuple[Near, ...]:
    """Return each person once, with the best score, the likeliest first."""
    best: dict[UUID, Near] = {}
    for near in found:
        if near.id not in best or near.score >= best[near.id].score:
            best[near.id] = near
    listed = sorted(best.values(), key=lambda near: (-near.score, str(near.id)))
    return tuple(listed[:limit])


def _years_of(when: Bounds) -> str:
    first, last = when
    if first and last:
        return f"in {first.year}" if first.year == last.year else f"in {first.year} to {last.year}"
    return f"after {first.year}" if first else f"before {last.year}" if last else ""


def _years_apart(one: Bounds, other: Bounds) -> int | None:
    """Return how many years lie between two dates: 0 where they may be one, None where one says nothing."""
    if one == (None, None) or other == (None, None):
        return None
    (early, late), (first, last) = one, other
    if late and first and late < first:
        return max(1, first.year - late.year)
    if last and early and last < early:
        return max(1, early.year - last.year)
    return 0
