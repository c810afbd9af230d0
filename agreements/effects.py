"""What each action does to the status of an agreement, or of one party."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from agreements.models.action import ActionKind
from agreements.models.agreement import Laterality
from agreements.statuses import AgreementStatus, PartyStatus
from config.dates import reach as dates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

#: An uncertain date as documents show it; None when nothing is known.
When = dict[str, str | None] | None

SIGNING = frozenset({ActionKind.SIGNATURE, ActionKind.DEFINITIVE_SIGNATURE})
#: Acts by which a party is bound: VCLT 1969, arts. 11 to 15; VCLT-IO 1986, art. 14; Vienna Convention of 1978, art. 17.
CONSENT = frozenset(
    {
        ActionKind.DEFINITIVE_SIGNATURE,
        ActionKind.RATIFICATION,
        ActionKind.ACCEPTANCE,
        ActionKind.APPROVAL,
        ActionKind.ACCESSION,
        ActionKind.SUCCESSION,
        ActionKind.FORMAL_CONFIRMATION,
        ActionKind.CONSENT_TO_BE_BOUND,
    },
)
SETTLING = frozenset({ActionKind.INITIALLING, ActionKind.ADOPTION}) | CONSENT
#: Acts by which a party leaves, or by which the whole ends otherwise than by its own term.
ENDING = frozenset({ActionKind.DENUNCIATION, ActionKind.WITHDRAWAL, ActionKind.TERMINATION})
#: Agreements that apply to nobody once one party leaves or suspends them: VCLT arts. 54, 60(1).
NARROW = frozenset({Laterality.UNILATERAL, Laterality.BILATERAL})

# Ranks: of two effects whose dates leave the order open, the one of higher rank is the later one. Below IN_FORCE the dates do
# not matter: a signature after the entry into force changes nothing.
_ANNOUNCED, _NEGOTIATED, _SIGNED, _BOUND, _PROVISIONAL, _IN_FORCE_FOR_ONE = range(1, 7)
_IN_FORCE, _SUSPENDED, _EXPIRED, _TERMINATED, _WITHDRAWN = range(7, 12)


@dataclass(frozen=True, slots=True)
class Act:
    """What the status depends on in an action: kind, party (None: all), the day it was done, the day of its effect."""

    kind: str
    party: str | None = None
    date: When = None
    effective_date: When = None
    #: Its place among the actions of the document that it comes from.
    number: int | None = None

    @property
    def done(self) -> When:
        """When it was done, or its effect where only that is known."""
        return self.date or self.effective_date

    @property
    def effect(self) -> When:
        """When it takes effect, or when it was done where no other day is given."""
        return self.effective_date or self.date

    def as_proven(self, day: dt.date) -> Act:
        """Return the act no earlier than is known: on the days that a date without a first one names (`[..1984]`).

        If neither it nor its effect has any date, it is known that it was done by the day on which it was on record.
        """
        bounds = Bounds.of(self.date), Bounds.of(self.effective_date)
        if not any(each.earliest or each.latest for each in bounds):
            text = day.isoformat()
            return replace(self, date={"earliest": text, "latest": text}, effective_date=None)
        return replace(
            self, date=_as_proven(self.date), effective_date=_as_proven(self.effective_date)
        )


def _as_proven(when: When) -> When:
    named = dates.Bounds.of(when).named
    if not when or when["earliest"] or not named:
        return when
    return {**when, "earliest": named[0].isoformat()}


def acts_of(document: Mapping[str, Any]) -> list[Act]:
    """Return the acts of an agreement's document, which name parties by the ids of states and organizations."""
    return [
        Act(
            action["kind"],
            action["party"]["id"] if action["party"] else None,
            action["date"],
            action["effective_date"],
            number,
        )
        for number, action in enumerate(document["actions"])
    ]


@dataclass(frozen=True, slots=True)
class Bounds:
    """First and last day that something may have happened; None where there is no such limit."""

    earliest: dt.date | None
    latest: dt.date | None

    @classmethod
    def of(cls, when: When) -> Bounds:
        """Read an uncertain date."""
        if when is None:
            return cls(None, None)
        return cls(_day(when["earliest"]), _day(when["latest"]))

    @classmethod
    def known(cls, when: When, known_on: dt.date, *, is_done: bool = False) -> Bounds:
        """Read the date of an act as it was known on a day.

        What is on record has happened by then, unless it is dated later. Of what takes effect on one of several days, the day may
        still be to come; what somebody did is past once it is recorded.
        """
        found = cls.of(when)
        if found.earliest is not None and found.earliest > known_on:
            return found
        if found.latest is None or (is_done and found.latest > known_on):
            return cls(found.earliest, known_on)
        return found

    def is_before(self, other: Bounds) -> bool:
        """Whether it is certainly before the other."""
        return (
            self.latest is not None and other.earliest is not None and self.latest < other.earliest
        )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action does to the status, from some day on."""

    value: str
    rank: int
    bounds: Bounds
    when: When  #: that day as the action says it
    own: Bounds | None = (
        None  #: the party's own act behind it; None for what happens to the agreement as a whole
    )
    acts: tuple[Act, ...] = field(default=(), compare=False)  #: what brought it about
    #: The day from which the last of these acts alone brings it about, whenever that was done; None if it never does.
    follows_from: dt.date | None = None

    @property
    def earliest(self) -> dt.date | None:
        """First day on which it may happen."""
        return self.bounds.earliest

    @property
    def latest(self) -> dt.date | None:
        """Last day on which it may happen: from it on it certainly has. None when that never comes."""
        return self.bounds.latest

    def may_have_happened(self, day: dt.date) -> bool:
        return self.earliest is None or self.earliest <= day

    def has_happened(self, day: dt.date) -> bool:
        return self.latest is not None and self.latest <= day

    def comes_with(self, other: Effect, day: dt.date) -> bool:
        """Whether it has happened if the other one has: who consents to a treaty that is in force is in it."""
        is_due = self.follows_from is not None and self.follows_from <= day
        return is_due and self.acts[-1] == other.acts[0]

    @property
    def decides_by_date(self) -> bool:
        """Whether it matters when it happens, beside others of its kind; not so before entry into force."""
        return self.rank >= _IN_FORCE

    @property
    def is_departure(self) -> bool:
        """Whether the party left by it."""
        return self.rank == _WITHDRAWN

    def takes_over_from(self, other: Effect) -> bool:
        """Whether this effect decides the status once both have happened."""
        if not (self.decides_by_date and other.decides_by_date):
            return self.rank > other.rank
        mine, theirs = self.bounds, other.bounds
        if self.is_departure or other.is_departure:
            # What happens to the others does not concern a party that left; only an act of its own brings it back.
            if self.own is None or other.own is None:
                return self.own is not None
            mine, theirs = self.own, other.own
        if mine.is_before(theirs):
            return False
        return theirs.is_before(mine) or self.rank > other.rank


def agreement_effects(acts: Iterable[Act], laterality: str, known_on: dt.date) -> list[Effect]:
    """Return what the acts do to the status of the agreement, as they were known on a day."""
    effects = (_of_agreement(act, laterality, known_on) for act in acts)
    return [effect for effect in effects if effect is not None]


def _of_agreement(act: Act, laterality: str, known_on: dt.date) -> Effect | None:
    kind, status = act.kind, AgreementStatus
    if kind == ActionKind.ANNOUNCEMENT:
        return _done(status.ANNOUNCED, _ANNOUNCED, act, known_on)
    if kind in SIGNING:
        return _done(status.SIGNED, _SIGNED, act, known_on)
    if kind in SETTLING:  # consent, too, is given to a text that is settled
        return _done(status.NEGOTIATED, _NEGOTIATED, act, known_on)
    if kind == ActionKind.PROVISIONAL_APPLICATION:
        return _effect(status.PROVISIONALLY_APPLIED, _PROVISIONAL, act, known_on)
    if kind == ActionKind.ENTRY_INTO_FORCE:
        # In force for one party, it is in force; but another party's coming in later ends no suspension.
        return _effect(
            status.IN_FORCE, _IN_FORCE if act.party is None else _IN_FORCE_FOR_ONE, act, known_on
        )
    if act.party is not None and laterality not in NARROW:
        return None
    return _end(act, known_on)


def _end(act: Act, known_on: dt.date) -> Effect | None:
    """Return the effect of an act that ends or suspends the agreement as a whole."""
    if act.kind == ActionKind.SUSPENSION:
        return _effect(AgreementStatus.SUSPENDED, _SUSPENDED, act, known_on)
    if act.kind == ActionKind.EXPIRY:
        return _effect(AgreementStatus.EXPIRED, _EXPIRED, act, known_on)
    if act.kind in ENDING:
        return _effect(AgreementStatus.TERMINATED, _TERMINATED, act, known_on)
    return None


def party_effects(
    acts: Iterable[Act], party: str, laterality: str, known_on: dt.date
) -> list[Effect]:
    """Return what the acts do to the status of one party, as they were known on a day."""
    acts = list(acts)
    own = [act for act in acts if act.party == party]
    effects = [effect for act in own if (effect := _of_own(act, known_on)) is not None]
    others = (
        act for act in acts if act.party is None or (act.party != party and laterality in NARROW)
    )
    effects += [end for act in others if (end := _end(act, known_on)) is not None]
    if laterality != Laterality.MULTILATERAL:
        # An act of all together is an act of each.
        of_all = (_of_all(act, known_on) for act in acts if act.party is None)
        effects += [effect for effect in of_all if effect is not None]
    entries = [act for act in acts if act.kind == ActionKind.ENTRY_INTO_FORCE]
    general = [act for act in entries if act.party is None]
    entered = [act for act in entries if act.party == party]
    if not entered:
        effects += _general_entry(own, general, laterality, known_on)
    for consent in _consents_to_return(own, entered, known_on):
        # That it was in force for the party before shows that the treaty is in force.
        effects += [_later_of(entry, consent, known_on) for entry in general or entered]
    return effects


def _consents_to_return(
    own: Sequence[Act], entered: Sequence[Act], known_on: dt.date
) -> Iterator[Act]:
    """Yield the consents of a party that had left after its recorded entries into force: no entry belongs to them."""
    left = [act for act in own if act.kind in ENDING]
    for act in own if entered else ():
        if act.kind not in CONSENT:
            continue
        back = _consented(act, known_on)
        has_left = any(Bounds.known(each.effect, known_on).is_before(back) for each in left)
        if has_left and all(
            Bounds.known(each.effect, known_on).is_before(back) for each in entered
        ):
            yield act


def _consented(act: Act, known_on: dt.date) -> Bounds:
    """When a consent takes effect: when it was given, where no other day is recorded."""
    return Bounds.known(act.effect, known_on, is_done=act.effective_date is None)


def _of_own(act: Act, known_on: dt.date) -> Effect | None:
    """Return the effect of a party's own act on its status."""
    kind, status = act.kind, PartyStatus
    if kind in CONSENT:
        return _done(status.BOUND, _BOUND, act, known_on)
    if kind in SIGNING:
        return _done(status.SIGNATORY, _SIGNED, act, known_on)
    if kind == ActionKind.PROVISIONAL_APPLICATION:
        return _effect(status.PROVISIONALLY_APPLIED, _PROVISIONAL, act, known_on)
    own = Bounds.known(act.effect, known_on)
    if kind == ActionKind.ENTRY_INTO_FORCE:
        return _effect(status.IN_FORCE, _IN_FORCE, act, known_on, own)
    if kind == ActionKind.SUSPENSION:
        return _effect(status.SUSPENDED, _SUSPENDED, act, known_on, own)
    if kind == ActionKind.EXPIRY:
        return _effect(status.EXPIRED, _EXPIRED, act, known_on, own)
    if kind in ENDING:
        return _effect(status.WITHDRAWN, _WITHDRAWN, act, known_on, own)
    return None


def _of_all(act: Act, known_on: dt.date) -> Effect | None:
    if act.kind in CONSENT:
        return _done(PartyStatus.BOUND, _BOUND, act, known_on)
    if act.kind in SIGNING:
        return _done(PartyStatus.SIGNATORY, _SIGNED, act, known_on)
    if act.kind == ActionKind.PROVISIONAL_APPLICATION:
        return _effect(PartyStatus.PROVISIONALLY_APPLIED, _PROVISIONAL, act, known_on)
    return None


def _general_entry(
    own: Iterable[Act], entries: Iterable[Act], laterality: str, known_on: dt.date
) -> Iterator[Effect]:
    """Yield the entry into force for a party that has no entry of its own on record.

    For a party whose consent is on record, from the later of the two days on (VCLT art. 24(2) and (3)). Otherwise only where
    few agreed and no one else can join: such a treaty enters into force for all of them at once (art. 24(2)).
    """
    consents = [act for act in own if act.kind in CONSENT]
    for entry in entries:
        for consent in consents:
            yield _later_of(entry, consent, known_on)
        if not consents and laterality != Laterality.MULTILATERAL:
            yield _effect(PartyStatus.IN_FORCE, _IN_FORCE, entry, known_on)


def _later_of(entry: Act, consent: Act, known_on: dt.date) -> Effect:
    """Return entry into force from the later of the two days on."""
    one = Bounds.known(entry.effect, known_on)
    other = _consented(consent, known_on)
    later = Bounds(
        max(filter(None, (one.earliest, other.earliest)), default=None),
        max(one.latest, other.latest) if one.latest and other.latest else None,
    )
    when = next(
        (w for w, bounds in ((entry.effect, one), (consent.effect, other)) if bounds == later), None
    )
    return Effect(
        PartyStatus.IN_FORCE.value,
        _IN_FORCE,
        later,
        when,
        own=other,
        acts=(entry, consent),
        follows_from=one.latest if consent.effective_date is None else None,
    )


def _done(status: AgreementStatus | PartyStatus, rank: int, act: Act, known_on: dt.date) -> Effect:
    when = act.done
    bounds = Bounds.known(when, known_on, is_done=True)
    return Effect(status.value, rank, bounds, when, acts=(act,))


def _effect(
    status: AgreementStatus | PartyStatus,
    rank: int,
    act: Act,
    known_on: dt.date,
    own: Bounds | None = None,
) -> Effect:
    when = act.effect
    return Effect(status.value, rank, Bounds.known(when, known_on), when, own=own, acts=(act,))
