"""What status follows from which actions: real histories as a table, and a slow replay, day by day, as the judge."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.effects import CONSENT, ENDING, NARROW, SIGNING, Act
from agreements.models import ActionKind, Laterality
from agreements.status import agreement_history, party_history, status_of
from config.dates.values import UncertainDate

TODAY = date(2026, 11, 23)


def act(
    kind: str, done: str = "", *, party: str | None = None, effective: str = "", text: str = ""
) -> Act:
    return Act(
        kind,
        party,
        UncertainDate.parse(done, text).as_document(),
        UncertainDate.parse(effective).as_document(),
    )


def told(
    acts: list[Act], on: str, laterality: str = "bilateral", party: str | None = None
) -> tuple[str, str | None, str | None]:
    """The status on a day, its beginning in EDTF or words, and the day of the next change."""
    asked = {"laterality": laterality, "known_on": TODAY}
    history = party_history(acts, party, **asked) if party else agreement_history(acts, **asked)  # type: ignore[arg-type]
    status = history.on(date.fromisoformat(on))
    since = (status.since["edtf"] or status.since["text"]) if status.since else None
    return status.value, since, status.until.isoformat() if status.until else None


CAMP_DAVID = [
    act("signature", "1979-03-26", party="EG"),
    act("signature", "1979-03-26", party="IL"),
    act("ratification", "1979-04-25"),
    act("entry_into_force", "1979-04-25"),
]
INF = [
    act("signature", "1987-12-08"),
    act("entry_into_force", "1988-06-01"),
    act("suspension", "2019-02-02", party="US"),
    act("withdrawal", "2019-02-01", party="US", effective="2019-08-02"),
]
NEW_START = [
    act("signature", "2010-04-08"),
    act("entry_into_force", "2011-02-05"),
    act("extension", "2021-02-03"),
    act("expiry", "", effective="2026-02-05"),
]
PARIS = [
    act("adoption", "2015-12-12"),
    act("signature", "2016-04-22", party="US"),
    act("acceptance", "2016-09-03", party="US"),
    act("entry_into_force", "2016-11-04"),
    act("withdrawal", "2019-11-04", party="US", effective="2020-11-04"),
    act("acceptance", "2021-01-20", party="US", effective="2021-02-19"),
    act("accession", "2023-01-10", party="VA", effective="2023-02-09"),
    act("withdrawal", "2026-01-27", party="US", effective="2027-01-27"),
]
BERNE = [
    act("signature", "1886-09-09"),
    act("entry_into_force", "1887-12-05"),
    act("accession", "1988-11-16", party="US"),
    act("entry_into_force", "1989-03-01", party="US"),
    act("accession", "1948-07-05", party="PK"),
]
YEAR_ONLY = [act("signature", "1961-02-03"), act("entry_into_force", "1961")]
UNDATED = [act("signature", text="last Monday")]
ENERGY_CHARTER_FOR_RUSSIA = [
    act("signature", "1994-12-17", party="RU"),
    act("provisional_application", "1994-12-17", party="RU"),
    act("entry_into_force", "1998-04-16"),
]
PRAGUE = [
    act("signature", "1968-10-16"),
    act("entry_into_force", "1968-10-18"),
    act("expiry", "[1990..1991]"),
]
STOCKHOLM = [
    act("signature", "1967-07-14"),
    act("entry_into_force", "1966"),
    act("termination", "1966"),
]
RESUMED = [
    act("entry_into_force", "1950"),
    act("suspension", "1967-06-05"),
    act("entry_into_force", "1970-01-01"),
    act("termination", "1990-10-03"),
]


@pytest.mark.parametrize(
    ("acts", "on", "laterality", "party", "expected"),
    [
        ([], "2000-01-01", "bilateral", None, ("unknown", None, None)),
        (CAMP_DAVID, "1979-03-25", "bilateral", None, ("unknown", None, "1979-03-26")),
        (CAMP_DAVID, "1979-03-26", "bilateral", None, ("signed", "1979-03-26", "1979-04-25")),
        (CAMP_DAVID, "2000-01-01", "bilateral", None, ("in_force", "1979-04-25", None)),
        (CAMP_DAVID, "1979-04-01", "bilateral", "EG", ("signatory", "1979-03-26", "1979-04-25")),
        (CAMP_DAVID, "2000-01-01", "bilateral", "EG", ("in_force", "1979-04-25", None)),
        # One party leaves: the other has nobody left to owe anything to.
        (INF, "2019-02-01", "bilateral", None, ("in_force", "1988-06-01", "2019-02-02")),
        (INF, "2019-02-02", "bilateral", None, ("suspended", "2019-02-02", "2019-08-02")),
        (INF, "2019-08-02", "bilateral", None, ("terminated", "2019-08-02", None)),
        (INF, "2020-01-01", "bilateral", "US", ("withdrawn", "2019-08-02", None)),
        (INF, "2020-01-01", "bilateral", "RU", ("terminated", "2019-08-02", None)),
        (INF, "2020-01-01", "multilateral", None, ("in_force", "1988-06-01", None)),
        # An extension moves the expiry, which is on record as it stands now.
        (NEW_START, "2021-02-06", "bilateral", None, ("in_force", "2011-02-05", "2026-02-05")),
        (NEW_START, "2026-02-05", "bilateral", None, ("expired", "2026-02-05", None)),
        (NEW_START, "2026-02-05", "bilateral", "US", ("expired", "2026-02-05", None)),
        # Out, in again, and about to leave: dates of notice change nothing, dates of effect do.
        (PARIS, "2016-05-01", "multilateral", None, ("signed", "2016-04-22", "2016-11-04")),
        (PARIS, "2016-10-01", "multilateral", "US", ("bound", "2016-09-03", "2016-11-04")),
        (PARIS, "2020-01-01", "multilateral", "US", ("in_force", "2016-11-04", "2020-11-04")),
        (PARIS, "2021-02-01", "multilateral", "US", ("withdrawn", "2020-11-04", "2021-02-19")),
        (PARIS, "2026-11-23", "multilateral", "US", ("in_force", "2021-02-19", "2027-01-27")),
        (PARIS, "2027-01-27", "multilateral", "US", ("withdrawn", "2027-01-27", None)),
        (PARIS, "2023-02-01", "multilateral", "VA", ("bound", "2023-01-10", "2023-02-09")),
        (PARIS, "2023-02-09", "multilateral", "VA", ("in_force", "2023-02-09", None)),
        (PARIS, "2026-11-23", "multilateral", None, ("in_force", "2016-11-04", None)),
        # Its own day of entry into force comes before the rule of VCLT art. 24(3), which fills in where none is on record.
        (BERNE, "1989-01-01", "multilateral", "US", ("bound", "1988-11-16", "1989-03-01")),
        (BERNE, "1948-07-05", "multilateral", "PK", ("in_force", "1948-07-05", None)),
        (BERNE, "1900-01-01", "multilateral", "US", ("unknown", None, "1988-11-16")),
        # Known to the year only: within that year more than one status is possible, so none is told.
        (YEAR_ONLY, "1961-02-02", "bilateral", None, ("unknown", None, "1961-12-31")),
        (YEAR_ONLY, "1961-06-01", "bilateral", None, ("unknown", None, "1961-12-31")),
        (YEAR_ONLY, "1962-01-01", "bilateral", None, ("in_force", "1961", None)),
        # Reported without a date: done by the day it was on record, and nobody says when.
        (UNDATED, "2026-11-23", "undetermined", None, ("signed", "last Monday", None)),
        (UNDATED, "1950-01-01", "undetermined", None, ("unknown", None, "2026-11-23")),
        (UNDATED, "2026-11-23", "undetermined", "PK", ("signatory", "last Monday", None)),
        (UNDATED, "2026-11-23", "multilateral", "PK", ("unknown", None, None)),
        # Signed this month, day not known, on record before the month is over: signed. Expected this year: not yet told.
        ([act("signature", "2026-11")], "2026-11-23", "bilateral", None, ("signed", "2026-11", None)),
        ([act("entry_into_force", "2026")], "2026-11-23", "bilateral", None, ("unknown", None, "2026-12-31")),
        ([act("signature", "2027-03")], "2026-11-23", "bilateral", None, ("unknown", None, "2027-03-31")),
        (ENERGY_CHARTER_FOR_RUSSIA, "1995-01-01", "multilateral", "RU", ("provisionally_applied", "1994-12-17", None)),
        (ENERGY_CHARTER_FOR_RUSSIA, "1995-01-01", "multilateral", None, ("provisionally_applied", "1994-12-17", "1998-04-16")),
        # The order that dates leave open is the order of things: what ends comes after what begins.
        (STOCKHOLM, "1970-01-01", "bilateral", None, ("terminated", "1966", None)),
        (PRAGUE, "1990-06-01", "bilateral", None, ("unknown", None, "1991-12-31")),
        (PRAGUE, "1992-01-01", "bilateral", None, ("expired", "[1990..1991]", None)),
        (RESUMED, "1969-01-01", "bilateral", None, ("suspended", "1967-06-05", "1970-01-01")),
        (RESUMED, "1980-01-01", "bilateral", None, ("in_force", "1970-01-01", "1990-10-03")),
        (RESUMED, "1990-10-03", "bilateral", None, ("terminated", "1990-10-03", None)),
        # A contract that was signed is signed: nobody has said that it is in force.
        ([act("announcement", "2025-09-08"), act("signature", "2025-09-08")], "2025-12-01", "undetermined", None, ("signed", "2025-09-08", None)),
        ([act("initialling", "1990-05")], "2000-01-01", "bilateral", None, ("negotiated", "1990-05", None)),
        ([act("accession", "1990-05-01", party="PK")], "2000-01-01", "multilateral", None, ("negotiated", "1990-05-01", None)),
        # Entry into force before signature is odd but real; the signature takes nothing back.
        ([act("entry_into_force", "1990-01-01"), act("signature", "1990-06-01")], "1991-01-01", "bilateral", None, ("in_force", "1990-01-01", None)),
        ([act("definitive_signature", "1990-01-01", party="PK")], "1991-01-01", "bilateral", None, ("signed", "1990-01-01", None)),
        ([act("definitive_signature", "1990-01-01", party="PK")], "1991-01-01", "bilateral", "PK", ("bound", "1990-01-01", None)),
        ([act("reservation", "1990-01-01", party="PK"), act("registration", "1991")], "2000-01-01", "multilateral", None, ("unknown", None, None)),
    ],
)  # fmt: skip
def test_status_follows_from_the_actions(
    acts: list[Act],
    on: str,
    laterality: str,
    party: str | None,
    expected: tuple[str, str | None, str | None],
) -> None:
    assert told(acts, on, laterality, party) == expected


def test_the_whole_history_is_told_with_what_is_possible() -> None:
    history = agreement_history(
        [*YEAR_ONLY, act("expiry", "1971-02-03")], laterality="bilateral", known_on=TODAY
    )

    assert [(span.start, span.end, sorted(span.possible)) for span in history.spans] == [
        (None, date(1961, 1, 1), ["unknown"]),
        (date(1961, 1, 1), date(1961, 2, 3), ["in_force", "unknown"]),
        (date(1961, 2, 3), date(1961, 12, 31), ["in_force", "signed"]),
        (date(1961, 12, 31), date(1971, 2, 3), ["in_force"]),
        (date(1971, 2, 3), None, ["expired"]),
    ]


def test_a_beginning_between_two_dates_is_told_as_that() -> None:
    acts = [act("signature", "[1990-03..1990-09]"), act("signature", "[1990-01..1990-05]")]

    since = status_of(acts, on=TODAY, laterality="multilateral").since

    assert since == UncertainDate.parse("[1990-01..1990-05]").as_document()


# The judge: all days within a short calendar, one after the other

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
    # Where things ran in a circle, nothing is told.
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
