"""What status follows from which actions, judged by a slow replay of all days within a short calendar, one after the other."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.effects import CONSENT, ENDING, NARROW, SIGNING, Act
from agreements.models import ActionKind, Laterality
from agreements.status import agreement_history, party_history, status_of
from config.dates.values import UncertainDate

FIRST = date(2000, 1, 1)
DAYS = 8
END = FIRST + timedelta(days=DAYS)
KINDS = [
    "announcement", "initialling", "adoption", "signature", "definitive_signature", "ratification", "accession",
    "provisional_application", "entry_into_force", "entry_into_force", "suspension", "denunciation", "withdrawal",
    "termination", "expiry", "extension", "reservation", "registration",
]  # fmt: skip
ORDER = [
    "entry_into_force",
    "suspension",
    "expiry",
    "denunciation",
    "withdrawal",
    "termination",
]
STAGES = ["unknown", "announced", "negotiated", "signed", "provisionally_applied", "in_force"]


def stage_of(kind: str, *, is_party: bool) -> str:
    if kind in SIGNING:
        return "signed"
    if kind in {"initialling", "adoption"} or kind in CONSENT:
        return "negotiated"
    if kind == "entry_into_force" and is_party:
        return "in_force"
    return {"announcement": "announced", "provisional_application": "provisionally_applied"}.get(
        kind, "unknown"
    )


def replay(days: list[tuple[date, Act]], laterality: str, on: date) -> str:
    """Live through the days up to `on`, remembering only how things stand."""
    stage, decided = "unknown", None
    day = FIRST
    while day <= on:
        today = [each for when, each in days if when == day]
        for each in sorted(
            today, key=lambda one: ORDER.index(one.kind) if one.kind in ORDER else -1
        ):
            reached = stage_of(each.kind, is_party=each.party is not None)
            stage = max(stage, reached, key=STAGES.index)
            if each.party is None or (laterality in NARROW and each.kind != "entry_into_force"):
                if each.kind in ENDING:
                    decided = "terminated"
                elif each.kind in ORDER:
                    decided = {
                        "entry_into_force": "in_force",
                        "suspension": "suspended",
                        "expiry": "expired",
                    }[each.kind]
        day += timedelta(days=1)
    return decided or stage


def exact(offset: int) -> dict[str, str | None] | None:
    return UncertainDate.parse((FIRST + timedelta(days=offset)).isoformat()).as_document()


def between(first: int, last: int) -> dict[str, str | None] | None:
    days = [(FIRST + timedelta(days=offset)).isoformat() for offset in (first, last)]
    return UncertainDate.parse(
        days[0] if first == last else f"[{days[0]}..{days[1]}]"
    ).as_document()


parties = st.sampled_from([None, None, "A", "B"])
exact_acts = st.builds(
    Act,
    st.sampled_from(KINDS),
    parties,
    st.integers(0, DAYS - 1).map(exact),
)
uncertain_acts = st.builds(
    Act,
    st.sampled_from(KINDS),
    parties,
    st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda pair: between(min(pair), max(pair))),
)
lateralities = st.sampled_from(Laterality.values)
moments = st.integers(0, DAYS).map(lambda offset: FIRST + timedelta(days=offset))


@settings(max_examples=400)
@given(st.lists(exact_acts, max_size=6), lateralities, moments)
def test_with_exact_dates_the_status_is_what_a_replay_of_the_days_arrives_at(
    acts: list[Act],
    laterality: str,
    on: date,
) -> None:
    days = [(date.fromisoformat(each.date["earliest"]), each) for each in acts]  # type: ignore[index,arg-type]
    expected = replay(days, laterality, on)
    status = status_of(acts, on=on, laterality=laterality, known_on=END)

    assert status.value == expected
    assert status.until == next(
        (
            day
            for day in (on + timedelta(days=ahead) for ahead in range(1, DAYS + 1))
            if replay(days, laterality, day) != expected
        ),
        None,
    )
    if expected != "unknown":
        begun = on
        while replay(days, laterality, begun - timedelta(days=1)) == expected and begun > FIRST:
            begun -= timedelta(days=1)
        assert status.since is not None
        assert status.since["earliest"] == status.since["latest"] == begun.isoformat()


def place_of(kind: str, *, for_a_party: bool = False) -> int | None:
    """Where such an action stands in the order of things; a party's consent brings the treaty into force for it."""
    if for_a_party and kind in CONSENT:
        return ORDER.index("entry_into_force")
    return ORDER.index(kind) if kind in ORDER else None


def in_order_of_things(
    days: list[tuple[date, Act]],
    bounds: list[tuple[date, date]],
    *,
    for_a_party: bool = False,
) -> bool:
    """Whether each two actions whose dates leave their order open are in the order in which such things happen."""
    for (one, first), own in zip(days, bounds, strict=True):
        for (other, second), others in zip(days, bounds, strict=True):
            is_open = own[0] <= others[1] and others[0] <= own[1]
            places = [place_of(each.kind, for_a_party=for_a_party) for each in (first, second)]
            if is_open and None not in places and places[0] < places[1] and one > other:  # type: ignore[operator]
                return False
    return True


@settings(max_examples=300)
@given(
    st.lists(uncertain_acts, max_size=4),
    lateralities,
    st.integers(0, 4).map(lambda n: FIRST + timedelta(days=n)),
)
def test_with_uncertain_dates_possible_is_what_some_replay_arrives_at(
    acts: list[Act],
    laterality: str,
    on: date,
) -> None:
    bounds: list[tuple[date, date]] = [
        (date.fromisoformat(each.date["earliest"]), date.fromisoformat(each.date["latest"]))  # type: ignore[index,arg-type]
        for each in acts
    ]
    choices = [
        [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        for first, last in bounds
    ]
    lives = [list(zip(chosen, acts, strict=True)) for chosen in product(*choices)]
    in_order = [days for days in lives if in_order_of_things(days, bounds)]

    history = agreement_history(acts, laterality=laterality, known_on=END)
    possible = next(span.possible for span in history.spans if span.holds(on))

    assert possible >= {replay(days, laterality, on) for days in in_order}
    # Where things ran in a circle, no status is given.
    assert possible <= {replay(days, laterality, on) for days in lives} or (
        not in_order and possible == {"unknown"}
    )
    if in_order and all(last <= on for _first, last in bounds):
        assert possible == {replay(days, laterality, on) for days in in_order}


class PartyReplay:
    """How things stand for one party of an open treaty, lived through day by day."""

    def __init__(self, party: str, acts: list[Act]) -> None:
        self.party = party
        self.has_own_entry = any(
            each.party == party and each.kind == "entry_into_force" for each in acts
        )
        self.stage = 0
        self.decided: str | None = None
        self.is_treaty_in_force = self.has_consented = False

    def live(self, today: list[Act]) -> None:
        own = [each for each in today if each.party == self.party]
        general = [each for each in today if each.party is None]
        for each in own:
            reached = 2 if each.kind in CONSENT else 1 if each.kind in SIGNING else 0
            self.stage = max(
                self.stage, 3 if each.kind == ActionKind.PROVISIONAL_APPLICATION else reached
            )
        consents = any(each.kind in CONSENT for each in own)
        enters = any(each.kind == "entry_into_force" for each in general)
        self.has_consented |= consents
        self.is_treaty_in_force |= enters
        entered = any(each.kind == "entry_into_force" for each in own)
        if (
            not self.has_own_entry
            and self.has_consented
            and self.is_treaty_in_force
            and (consents or enters)
        ):
            # Who left does not come back because the treaty does.
            entered |= consents or self.decided != "withdrawn"
        if entered:
            self.decided = "in_force"
        for kind, value in (("suspension", "suspended"), ("expiry", "expired")):
            self._end(kind, value, own, general)
        if any(each.kind in ENDING for each in general) and self.decided != "withdrawn":
            self.decided = "terminated"
        if any(each.kind in ENDING for each in own):
            self.decided = "withdrawn"

    def _end(self, kind: str, value: str, own: list[Act], general: list[Act]) -> None:
        by_itself = any(each.kind == kind for each in own)
        by_all = any(each.kind == kind for each in general) and self.decided != "withdrawn"
        if by_itself or by_all:
            self.decided = value

    @property
    def status(self) -> str:
        return (
            self.decided or ["unknown", "signatory", "bound", "provisionally_applied"][self.stage]
        )


@settings(max_examples=400)
@given(st.lists(exact_acts, max_size=6), moments)
def test_with_exact_dates_a_partys_status_is_what_a_replay_arrives_at(
    acts: list[Act], on: date
) -> None:
    party = PartyReplay("A", acts)
    day = FIRST
    while day <= on:
        today: list[Any] = [
            each for each in acts if each.date and each.date["earliest"] == day.isoformat()
        ]
        party.live(today)
        day += timedelta(days=1)

    history = party_history(acts, "A", laterality="multilateral", known_on=END)

    assert history.on(on).value == party.status


@settings(max_examples=200)
@given(
    st.lists(uncertain_acts, max_size=4),
    st.integers(0, 4).map(lambda n: FIRST + timedelta(days=n)),
)
def test_with_uncertain_dates_possible_for_a_party_is_what_some_replay_arrives_at(
    acts: list[Act],
    on: date,
) -> None:
    bounds = [
        (date.fromisoformat(each.date["earliest"]), date.fromisoformat(each.date["latest"]))  # type: ignore[index,arg-type]
        for each in acts
    ]
    choices = [
        [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        for first, last in bounds
    ]
    in_order = set()
    for chosen in product(*choices):
        party = PartyReplay("A", acts)
        for ahead in range((on - FIRST).days + 1):
            today = FIRST + timedelta(days=ahead)
            party.live([each for when, each in zip(chosen, acts, strict=True) if when == today])
        if in_order_of_things(list(zip(chosen, acts, strict=True)), bounds, for_a_party=True):
            in_order.add(party.status)

    history = party_history(acts, "A", laterality="multilateral", known_on=END)
    possible = next(span.possible for span in history.spans if span.holds(on))

    assert possible >= in_order
    if in_order and all(last <= on for _first, last in bounds):
        assert possible == in_order
