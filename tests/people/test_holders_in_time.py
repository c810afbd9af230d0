"""Who held an office on a day, as of an instant: every answer is compared with trying all days, from the revisions alone."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, product
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from people.models import Office, OfficePeriod, Person, Tenure, TenureMilestone
from records.publishing.merge import merge
from records.publishing.publish import CurationRefused, publish, restore, withdraw
from tests.factories.answers import get
from tests.factories.clocks import database_clock
from tests.factories.days import (
    DAYS,
    MATCHES,
    ORIGIN,
    WORLD,
    Tried,
    TriedInterval,
    day,
    random_edtf,
)
from tests.factories.people import make_office, make_part, make_person, make_tenure
from tests.factories.records import make_source, publish_whole
from tests.factories.revisions import Archive

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

ASKED = range(-1, 7)
#: Days, counted from the origin, on which something is published, and on which it is asked what was known.
PUBLISHED, KNOWN = (1, 3, 5), (2, 4)
RANKS = ["certain", "possible", "unknown"]
IN_OFFICE = {"substantive", "acting", "ad_interim"}
IN_POST = {"appointed", "sworn_in", "credentials_presented", "left_post"}
KINDS = ["substantive"] * 6 + ["acting", "ad_interim", "designate", "did_not_serve"]
PERIODS = ["vacant", "vacant", "complete", "complete"]


def noon(number: int) -> datetime:
    return datetime.combine(ORIGIN + timedelta(days=number), time(12), UTC)


def number_of(text: str) -> int:
    return (date.fromisoformat(text) - ORIGIN).days


@dataclass
class Registry:
    """Offices of whose holders little is known, and what is done about them over some days."""

    chance: random.Random
    offices: list[Office] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)
    tenures: list[Tenure] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.set_clock, self.source, self.numbers = database_clock(), make_source(), count(1)

    def dates(self) -> dict[str, Any]:
        is_ongoing = self.chance.randrange(3) == 0
        known = (f"{day(number)}" for number in sorted(self.chance.choices(DAYS, k=2)))
        start, end = (
            exactly if self.chance.randrange(3) else random_edtf(self.chance) for exactly in known
        )
        return {
            "start": start,
            "end": "" if is_ongoing else end,
            "end_status": "ongoing" if is_ongoing else "unknown",
        }

    def add_office(self) -> None:
        office = make_office(
            f"Office {next(self.numbers)}",
            source=self.source,
            seats=self.chance.choice((1, 1, 2, None)),
        )
        office.citations.create(source=self.source, field="periods")
        self.offices.append(office)

    def add_period(self, office: Office) -> None:
        make_part(OfficePeriod, office=office, kind=self.chance.choice(PERIODS), **self.dates())

    def add_tenure(self, office: Office) -> None:
        tenure = make_tenure(
            self.chance.choice(self.persons),
            office,
            slug=f"tenure-{next(self.numbers)}",
            kind=self.chance.choice(KINDS),
            contested=self.chance.randrange(7) == 0,
            source=self.source,
            **self.dates(),
        )
        self.tenures.append(tenure)
        if self.chance.randrange(3) == 0:
            make_part(
                TenureMilestone,
                tenure=tenure,
                kind=self.chance.choice([*sorted(IN_POST), "nominated", "declined"]),
                date=random_edtf(self.chance),
            )

    def attempt(self, act: Any, *args: Any) -> None:
        """Do something unless a rule forbids it: what would end before it starts, a name that is still in use."""
        try:
            with transaction.atomic():
                act(*args)
        except (IntegrityError, ValidationError, CurationRefused):
            return
        self.done[act.__name__] += 1

    def public(self, records: list[Any]) -> Any:
        """One of them that is published, as it is stored."""
        while True:
            chosen = self.chance.choice(records)
            chosen.refresh_from_db()
            if chosen.is_published:
                return chosen

    def correct(self) -> None:
        tenure = self.public(self.tenures)
        for name, value in self.dates().items():
            setattr(tenure, name, value)
        tenure.full_clean()
        tenure.save()
        publish(tenure, by=None)

    def move(self) -> None:
        tenure, office = self.public(self.tenures), self.public(self.offices)
        tenure.office = office
        tenure.full_clean()
        tenure.save()
        publish(tenure, by=None)

    def say_more(self) -> None:
        office = self.public(self.offices)
        office.periods.all().delete()
        self.add_period(office)
        office.refresh_from_db()
        publish(office, by=None)

    def rename(self) -> None:
        """Of what tenures show: they get a new edition that says nothing new."""
        office, person = self.public(self.offices), self.public(self.persons)
        office.title, person.name = (f"Renamed {next(self.numbers)}" for _ in range(2))
        office.save()
        person.save()
        publish(office, person, by=None)

    def retract(self) -> None:
        withdraw(self.public(self.tenures), by=None, reason="Nobody knows.")

    def bring_back(self) -> None:
        gone = Tenure.objects.filter(editorial_state="withdrawn").order_by("slug")
        restore(self.chance.choice(gone), by=None)

    def merge_tenures(self) -> None:
        self._merge(self.tenures)

    def merge_persons(self) -> None:
        self._merge(self.persons)

    def merge_offices(self) -> None:
        self._merge(self.offices)

    def retract_office(self) -> None:
        office = self.public(self.offices)
        withdraw(office, *Tenure.objects.filter(office=office), by=None, reason="None.")

    def _merge(self, records: list[Any]) -> None:
        gone = self.public(records)
        kept = self.public([record for record in records if record != gone])
        merge(gone, kept, by=None, reason="The same.")

    def live(self) -> None:
        """Let it all happen."""
        for _ in range(12):
            self.add_office()
        self.persons += [make_person(f"Person {number}", source=self.source) for number in range(7)]
        for office in self.offices:
            for _ in range(self.chance.choice((1, 2, 3, 4))):
                self.attempt(self.add_tenure, office)
            for _ in range(self.chance.choice((0, 1, 1, 2))):
                self.attempt(self.add_period, office)
        deeds = [self.correct, self.correct, self.correct, self.move, self.say_more, self.say_more, self.rename,
                 self.retract, self.retract, self.bring_back, self.merge_tenures]  # fmt: skip
        for number in PUBLISHED:
            self.set_clock(noon(number))
            if number == PUBLISHED[0]:
                known = self.offices[:10]
                tenures = [each for each in self.tenures[::2] if each.office in known]
                publish_whole(*known, *self.persons, *tenures)
                continue
            if number == PUBLISHED[1]:
                publish_whole(*self.offices[10:], *self.tenures)
            for deed in (
                *deeds,
                self.merge_offices,
                self.retract_office,
                *[self.merge_persons] * 3,
            ):
                self.attempt(deed)


@pytest.fixture(scope="module")
def registry(module_transaction: None) -> Registry:
    made = Registry(random.Random(1961))  # noqa: S311 - reproducible data
    made.live()
    return made


@dataclass(frozen=True)
class Days:
    """The days that are asked for, and the one on which that is done."""

    first: int
    last: int
    today: int

    def of(self, part: dict[str, Any], known_on: str) -> TriedInterval:
        """The days of a tenure or a period."""
        goes_on = (number_of(known_on), self.today)
        return TriedInterval.of(
            Tried.of(part["start"]),
            Tried.of(part["end"]),
            [
                Tried.of(each["date"])
                for each in part.get("milestones", ())
                if each["kind"] in IN_POST
            ],
            goes_on if part["end_status"] == "ongoing" else None,
        )

    def match(self, days: TriedInterval) -> str | None:
        """How well something has one of the days; None if it has none."""
        is_found = days.has_day("any", self.first, self.last)
        return days.match(self.first, self.last) if is_found else None

    def are_filled_by(self, days: TriedInterval) -> bool:
        return all(days.has_day("certain", each, each) for each in range(self.first, self.last + 1))


def holds(days: TriedInterval, number: int, half: str) -> bool:
    """Whether it is certain for the morning or the evening of a day: it ends in the one and begins in the other."""
    if half == "morning":
        return all(first < number <= last for first, last in days.truths)
    return all(first <= number < last for first, last in days.truths)


def nearest(periods: list[tuple[Any, TriedInterval]], asked: Days) -> dict[str, Any] | None:
    """What is on record of a vacancy, or of a complete list: the period that says most."""
    found = []
    for period, days in periods:
        match = asked.match(days)
        if match == "certain" and not asked.are_filled_by(days):
            match = "possible"
        if match:
            found.append({**period, "match": match})
    return min(found, key=lambda each: RANKS.index(each["match"]), default=None)


def status_of(
    office: dict[str, Any],
    found: list[tuple[Any, TriedInterval, str]],
    periods: dict[str, list[tuple[Any, TriedInterval]]],
    asked: Days,
) -> str:
    """Live through the mornings and evenings of the days."""
    certain = [(tenure, days) for tenure, days, match in found if match == "certain"]
    halves = list(product(range(asked.first, asked.last + 1), ("morning", "evening")))
    for half in halves:
        seated = {
            tenure["person"]["id"]
            for tenure, days in certain
            if tenure["kind"] != "ad_interim" and holds(days, *half)
        }
        in_full_right = any(
            tenure["kind"] == "substantive" and holds(days, *half) for tenure, days in certain
        )
        is_empty = any(holds(days, *half) for _period, days in periods["vacant"])
        if (office["seats"] and len(seated) > office["seats"]) or (in_full_right and is_empty):
            return "disputed"
    if certain:
        return "disputed" if any(tenure["contested"] for tenure, _days in certain) else "held"
    if any(match == "possible" for _tenure, _days, match in found):
        return "unknown"
    if any(asked.are_filled_by(days) for _period, days in periods["vacant"]):
        return "vacant"
    is_listed = any(asked.are_filled_by(days) for _period, days in periods["complete"])
    return "vacant" if is_listed and not found else "unknown"


def expected(
    office: dict[str, Any], tenures: list[dict[str, Any]], asked: Days, match: str
) -> dict[str, Any]:
    """The answer, but for the days and the notes."""
    periods = {
        kind: [
            (period, asked.of(period, office["known_on"]))
            for period in office["periods"]
            if period["kind"] == kind
        ]
        for kind in ("vacant", "complete")
    }
    is_empty = any(asked.are_filled_by(days) for _period, days in periods["vacant"])
    found = []
    for tenure in tenures:
        days = asked.of(tenure, tenure["known_on"])
        said = asked.match(days) if tenure["kind"] in IN_OFFICE else None
        if said and not (is_empty and tenure["kind"] == "substantive" and said != "certain"):
            found.append((tenure, days, said))
    holders = [
        {
            "tenure": {name: tenure[name] for name in ("id", "object", "label")},
            "match": said,
            **{
                name: tenure[name]
                for name in ("person", "kind", "start", "end", "end_status", "contested")
            },
        }
        for tenure, _days, said in found
        if RANKS.index(said) <= MATCHES.index(match)
    ]
    named = ("id", "object", "label", "classification", "state")
    return {
        "office": {name: office[name] for name in named},
        "status": status_of(office, found, periods, asked),
        "holders": sorted(holders, key=_place),
        "vacancy": nearest(periods["vacant"], asked),
        "coverage": nearest(periods["complete"], asked),
    }


def _place(holder: dict[str, Any]) -> tuple[int, str, str]:
    start = holder["start"] or {}
    day = start.get("earliest") or start.get("latest") or "9"
    return RANKS.index(holder["match"]), day, holder["tenure"]["id"]


def test_holders_are_those_whom_trying_all_days_finds(client: Client, registry: Registry) -> None:
    archive = Archive.read(client, "office", "tenure")
    statuses, addresses = Counter[str](), Counter[int]()
    questions = [
        *((str(day(number)), number, number) for number in ASKED),
        ("2025-05", WORLD[0], WORLD[-1]),
    ]

    for known in (*KNOWN, None):
        instant = None if known is None else noon(known)
        tenures = archive.public("tenure", instant)
        for key in (key for key, name in archive.kinds.items() if name == "office"):
            step = archive.at(key, instant)
            asked_then = "" if instant is None else f"&as_of={noon(known or 0):%Y-%m-%dT%H:%M:%SZ}"
            if step is None or step.document is None:
                response = client.get(f"/api/v1/offices/{key}/holders/?on=2025{asked_then}")
                said = {"withdrawn": 410, "merged": 308}[step.action] if step else 404
                assert response.status_code == said
                addresses[said] += 1
                continue
            own = [each for each in tenures if each["office"]["id"] == key]
            for on, first, last in questions:
                asked = Days(first, last, WORLD[-1] if known is None else known)
                match = registry.chance.choice(MATCHES)

                answer = get(
                    client, f"offices/{key}/holders/?on={on}&date_match={match}{asked_then}"
                )

                notes = [each["code"] for each in answer.pop("notes")]
                assert notes == ([] if known is None else ["as_of"])
                assert answer.pop("on") == on
                assert answer == expected(step.document, own, asked, match), (on, known)
                statuses[answer["status"]] += 1
    assert statuses.keys() == {"held", "vacant", "unknown", "disputed"}, statuses
    assert all(number > 9 for number in statuses.values()), statuses
    assert addresses.keys() == {308, 404, 410}, addresses
    assert len(registry.done) == 12, registry.done
