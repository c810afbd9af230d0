"""Whether two names can be one person's, and how much speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA, JaroWinkler

from people.names.folding import block, spelling
from people.names.parsing import PersonName, parse
from people.names.short_forms import one_may_be_short_for_the_other

if TYPE_CHECKING:
    from collections.abc import Iterator

#: From here on two names are the same. Measured (docs/names.md).
SAME = 0.88
#: From here on they may be: for the review list.
NEAR = 0.66

# What each difference leaves of a score of 1.
ORDER = 0.97  #: family name first in the one, last in the other
SPELLING = 0.98  #: a usual other transliteration
SHORT_FORM = 0.97  #: Bill for William
INITIAL = 0.98  #: G. for Gooderham
MIDDLE_LEFT_OUT = 0.98
SUFFIX_LEFT_OUT = 0.97
SECOND_FAMILY_LEFT_OUT = 0.86  #: Salinas for Salinas de Gortari
FIRST_FAMILY_LEFT_OUT = 0.87
LATER_GIVEN = 0.85  #: Dean Rusk for David Dean Rusk
FIRST_INITIAL_LEFT_OUT = 0.93  #: Brady Anderson for J. Brady Anderson
TRUNCATED = 0.85  #: a given name that begins another, and is no known short form of it
SLIP = 0.87  #: a letter or two differ in a long word
ONLY_INITIALS = 0.82  #: no given name in common is written out
ONE_NAME = 0.85  #: both have one name only, and are no monarchs
FAMILY_ONLY = 0.75  #: one has nothing but a family name
NUMBER_LEFT_OUT = 0.8  #: Hassan for Hassan II
CONTAINED = 0.78  #: every name of the one is among the other's
MIDDLE_SKIPPED = 0.77  #: George Walker for George Herbert Walker

#: A slip of the pen is looked for in words of this many letters; two in words of so many.
SLIP_LENGTH = 6
TWO_SLIPS_LENGTH = 9
#: And only where the words begin alike (Jaro-Winkler): this keeps Hansen from Jansen.
SLIP_LIKENESS = 0.9


class Level(StrEnum):
    """What a comparison comes to."""

    SAME = "same"  #: written for the same person, as far as names show it: no proof that it is
    NEAR = "near"  #: they may be one person's
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two names compare."""

    score: float  #: 0 to 1
    reasons: tuple[str, ...] = ()  #: what differs, or why they cannot be one person's, in words
    #: whether nothing in one name speaks against the other: each word of the shorter one stands for one of the longer.
    #: Together with an office and a day that is proof; a misspelt name is not.
    is_compatible: bool = False

    @property
    def level(self) -> Level:
        if self.score >= SAME:
            return Level.SAME
        return Level.NEAR if self.score >= NEAR else Level.DIFFERENT


@dataclass(frozen=True, slots=True)
class _PartMatch:
    """What a comparison of two parts left of the score."""

    score: float = 1.0
    reasons: tuple[str, ...] = ()
    is_compatible: bool = True
    full: int = 0  #: how many words are written out on both sides

    def and_then(self, other: _PartMatch) -> _PartMatch:
        return _PartMatch(
            self.score * other.score,
            (*self.reasons, *other.reasons),
            self.is_compatible and other.is_compatible,
            self.full + other.full,
        )


_ONE_NAME = _PartMatch(ONE_NAME, ("one name only",))


def compare(one: str | PersonName, other: str | PersonName) -> Comparison:
    """Compare two names: `compare("Dean G. Acheson", "Acheson, Dean Gooderham").level` is `same`.

    Titles, accents, case, order and particles make no difference; initials, short forms and usual other spellings little.
    A given name, a middle name, a generation (`Jr.`, `III`) or a number (`Elizabeth II`) that contradicts the other
    makes two names different, however alike the rest is.
    """
    a = parse(one) if isinstance(one, str) else one
    b = parse(other) if isinstance(other, str) else other
    if not (a.words and b.words):
        return Comparison(0.0, ("no name to compare",))
    number = _numbers(a, b)
    if number is None:
        return Comparison(0.0, ("generations or numbers differ",))
    found = max(_readings(a, b), key=lambda each: each.score, default=None)
    if found is None:
        return Comparison(0.0, ("names differ",))
    found = found.and_then(number)
    is_compatible = found.is_compatible and found.score >= NEAR
    return Comparison(round(found.score, 3), found.reasons, is_compatible)


def blocks(name: str | PersonName) -> frozenset[str]:
    """Return the keys under which a person of that name is looked up. Names with none in common are not compared.

    They are made of the family names; of all names where the family name is a guess.
    """
    name = parse(name) if isinstance(name, str) else name
    words = name.family_words if name.is_ordered and name.family_words else name.words
    joined = ["".join(name.family_words)] if len(name.family_words) > 1 else []
    return frozenset(block(word) for word in (*words, *joined) if len(word) > 1) or frozenset(
        name.words
    )


def _numbers(a: PersonName, b: PersonName) -> _PartMatch | None:
    mine, others = a.regnal or a.suffix, b.regnal or b.suffix
    if mine and others:
        return _PartMatch() if mine == others else None
    if not (mine or others):
        return _PartMatch()
    if a.regnal or b.regnal:
        return _PartMatch(NUMBER_LEFT_OUT, (f"only one has the number {mine or others}",))
    return _PartMatch(SUFFIX_LEFT_OUT, (f"only one has {mine or others}",))


def _readings(a: PersonName, b: PersonName) -> Iterator[_PartMatch]:
    """Compare in every way in which the two can be read."""
    for one, other in product(a.readings, b.readings):
        by_parts = _by_parts(one, other)
        if by_parts:
            yield by_parts
            if by_parts.score == 1:
                return
    if not (a.is_ordered and b.is_ordered):
        same_words = _same_words(a, b)
        if same_words:
            yield same_words
        # Where the family names agree it is plain what the other words are, and what they say stands.
        if not (a.family_words and b.family_words and _families(a, b)):
            contained = _contained(a, b)
            if contained:
                yield contained


def _by_parts(a: PersonName, b: PersonName) -> _PartMatch | None:
    if not (a.family_words and b.family_words):
        return None
    family = _families(a, b)
    if family is None:
        return None
    given = _givens(a, b)
    return family.and_then(given) if given else None


def _families(a: PersonName, b: PersonName) -> _PartMatch | None:
    short, long = sorted((a.family_words, b.family_words), key=len)
    if len(short) == len(long):
        found = _sequence(short, long)
        if found:
            return found
    for one, other in product(_whole(a), _whole(b)):
        if spelling(one) == spelling(other):
            return _PartMatch(1.0 if one == other else SPELLING, full=1)
    if len(short) < len(long):
        found = _sequence(short, long[: len(short)])
        if found:
            return found.and_then(
                _PartMatch(SECOND_FAMILY_LEFT_OUT, ("a second family name in one",))
            )
        found = _sequence(short, long[-len(short) :])
        if found:
            return found.and_then(
                _PartMatch(FIRST_FAMILY_LEFT_OUT, ("a first family name in one",))
            )
    return None


def _whole(name: PersonName) -> set[str]:
    family = "".join(name.family_words)
    return {family, "".join(_particles(name)) + family}


def _particles(name: PersonName) -> tuple[str, ...]:
    return tuple(name.particles.lower().replace("-", " ").replace("'", " ").split())


def _sequence(one: tuple[str, ...], other: tuple[str, ...]) -> _PartMatch | None:
    found = _PartMatch()
    for mine, others in zip(one, other, strict=True):
        word = _word(mine, others)
        if word is None or not word.full:
            return None
        found = found.and_then(word)
    return found


def _givens(a: PersonName, b: PersonName) -> _PartMatch | None:
    mine, others = a.given_words, b.given_words
    if not (mine or others):
        return _PartMatch() if a.is_monarch and b.is_monarch else _ONE_NAME
    if not (mine and others):
        return _PartMatch(FAMILY_ONLY, ("one has a family name only",))
    joined = _joined(mine, others)
    if joined:
        return joined
    readings = [_aligned(*sorted((mine, others), key=len))]
    for nickname, name in ((a.nickname_words, others), (b.nickname_words, mine)):
        if nickname:
            readings.append(_aligned(*sorted((nickname, name), key=len)))
    found = max((each for each in readings if each), key=lambda each: each.score, default=None)
    if found and not found.full:
        return found.and_then(_PartMatch(ONLY_INITIALS, ("no given name is written out in both",)))
    return found


def _joined(one: tuple[str, ...], other: tuple[str, ...]) -> _PartMatch | None:
    """Compare words that are written as one or apart: `moo hyun` and `moohyun`."""
    if any(len(word) == 1 for word in (*one, *other)):
        return None
    mine, others = "".join(one), "".join(other)
    if spelling(mine) != spelling(others):
        return None
    return _PartMatch(1.0 if mine == others else SPELLING, full=1)


def _aligned(short: tuple[str, ...], long: tuple[str, ...]) -> _PartMatch | None:
    """Compare given names: the first with the first, later ones in their order."""
    first = _word(short[0], long[0], given=True)
    if first:
        rest = _middles(short[1:], long[1:])
        return first.and_then(rest) if rest else None
    for skipped in range(1, len(long) - len(short) + 1):
        first = _word(short[0], long[skipped], given=True)
        if first and first.full:
            rest = _middles(short[1:], long[skipped + 1 :])
            if rest:
                reason = f"{long[0].title()} is left out in one"
                is_initial = all(len(word) == 1 for word in long[:skipped])
                cost = FIRST_INITIAL_LEFT_OUT if is_initial else LATER_GIVEN
                return first.and_then(rest).and_then(_PartMatch(cost, (reason,)))
    return None


def _middles(short: tuple[str, ...], long: tuple[str, ...]) -> _PartMatch | None:
    if len(short) > len(long):
        short, long = long, short
    if not short:
        return _PartMatch(MIDDLE_LEFT_OUT, ("a middle name in one only",)) if long else _PartMatch()
    joined = _joined(short, long)
    if joined:
        return joined
    found = _PartMatch()
    at = 0
    for word in short:
        match = _word(word, long[at], given=True)
        skipped = 0
        while match is None or (skipped and not match.full):
            at += 1
            skipped += 1
            if at >= len(long):
                return None
            match = _word(word, long[at], given=True)
        found = found.and_then(match)
        if skipped:
            found = found.and_then(
                _PartMatch(MIDDLE_SKIPPED, ("middle names are skipped",), is_compatible=False)
            )
        at += 1
        if at >= len(long) and word is not short[-1]:
            return None
    if at < len(long):
        found = found.and_then(_PartMatch(MIDDLE_LEFT_OUT, ("a middle name in one only",)))
    return found


def _same_words(a: PersonName, b: PersonName) -> _PartMatch | None:
    """Compare two names with the same words in another order, one of which says which is the family name or neither."""
    if len(a.words) != len(b.words):
        return None
    left = list(b.words)
    found = _PartMatch()
    for word in a.words:
        matches = [(match.score, other, match) for other in left if (match := _word(word, other))]
        full = [each for each in matches if each[2].full]
        if not full:
            return None
        _score, other, match = max(full, key=lambda each: each[0])
        left.remove(other)
        found = found.and_then(match)
    if len(a.words) == 1:
        return found if a.is_monarch and b.is_monarch else found.and_then(_ONE_NAME)
    in_order = all(_word(mine, others) for mine, others in zip(a.words, b.words, strict=True))
    return found if in_order else found.and_then(_PartMatch(ORDER, ("another order",)))


def _contained(a: PersonName, b: PersonName) -> _PartMatch | None:
    """Compare names whose parts are uncertain: every word of the shorter one is in the longer one, in order."""
    shorter, longer = sorted((a, b), key=lambda name: len(name.words))
    short, long = shorter.words, longer.words
    if len(short) == len(long) or (len(short) == 1 and not _one_word_may_do(shorter, longer)):
        return None
    if longer.is_ordered and set(short).isdisjoint(longer.family_words):
        return None  # named after him: George Washington Buckner
    found = _PartMatch()
    at = 0
    for word in short:
        while at < len(long):
            match = _word(word, long[at])
            at += 1
            if match and match.full:
                found = found.and_then(match)
                break
        else:
            return None
    if a.regnal and a.regnal == b.regnal and found.full:
        return found.and_then(_PartMatch(MIDDLE_LEFT_OUT, ("further names in one",)))
    return found.and_then(_PartMatch(CONTAINED, ("one has further names",)))


def _one_word_may_do(shorter: PersonName, longer: PersonName) -> bool:
    """Whether one word can stand for a longer name: a monarch's first name, or a family name that is not the last word."""
    is_first = _word(shorter.words[0], longer.words[0]) is not None
    if shorter.is_monarch:
        return is_first and (longer.is_monarch or not longer.title)
    return bool(shorter.title) and not is_first


def _word(one: str, other: str, *, given: bool = False) -> _PartMatch | None:
    """Compare two words; None when one cannot stand for the other."""
    if one == other:
        return _PartMatch(full=int(len(one) > 1))
    if len(one) == 1 or len(other) == 1:
        return _PartMatch(INITIAL, ("an initial",)) if one[0] == other[0] and given else None
    if spelling(one) == spelling(other):
        return _PartMatch(SPELLING, (f"{one.title()} is a spelling of {other.title()}",), full=1)
    if given and one_may_be_short_for_the_other(one, other):
        return _PartMatch(
            SHORT_FORM, (f"{one.title()} and {other.title()} may be one name",), full=1
        )
    short, long = sorted((one, other), key=len)
    if len(short) >= SLIP_LENGTH and _is_slip(short, long):
        reason = f"{one.title()} and {other.title()} differ by a letter or two"
        return _PartMatch(SLIP, (reason,), is_compatible=False, full=1)
    if given and len(short) >= 3 and len(long) >= len(short) + 2 and long.startswith(short):
        reason = f"{short.title()} may be short for {long.title()}"
        return _PartMatch(TRUNCATED, (reason,), is_compatible=False, full=1)
    return None


def _is_slip(short: str, long: str) -> bool:
    allowed = 2 if len(short) >= TWO_SLIPS_LENGTH else 1
    return (
        OSA.distance(short, long, score_cutoff=allowed) <= allowed
        and JaroWinkler.similarity(short, long) >= SLIP_LIKENESS
    )
