"""What status follows from which actions: real histories as a table."""

from __future__ import annotations

from datetime import date

import pytest

from agreements.effects import Act
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
        # Known to the year only: within that year more than one status is possible, so none is given.
        (YEAR_ONLY, "1961-02-02", "bilateral", None, ("unknown", None, "1961-12-31")),
        (YEAR_ONLY, "1961-06-01", "bilateral", None, ("unknown", None, "1961-12-31")),
        (YEAR_ONLY, "1962-01-01", "bilateral", None, ("in_force", "1961", None)),
        # Reported without a date: done by the day it was on record, and nobody says when.
        (UNDATED, "2026-11-23", "undetermined", None, ("signed", "last Monday", None)),
        (UNDATED, "1950-01-01", "undetermined", None, ("unknown", None, "2026-11-23")),
        (UNDATED, "2026-11-23", "undetermined", "PK", ("signatory", "last Monday", None)),
        (UNDATED, "2026-11-23", "multilateral", "PK", ("unknown", None, None)),
        # Signed this month, day not known, on record before the month is over: signed. Expected this year: not yet given.
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
