"""How an agreement stood for each party on a day, as of an instant, compared with trying all days, from the revisions alone.

Each action may have been done, and have taken effect, on any day that its dates leave. Every choice of such days is lived through,
from the first day to the last, remembering only how things stand.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from agreements.models import Agreement, AgreementAction
from records.publishing.merge import merge
from records.publishing.publish import CurationRefused, publish, restore, withdraw
from tests.factories.agreements import make_action, make_agreement, make_party
from tests.factories.answers import get
from tests.factories.clocks import database_clock
from tests.factories.days import DAYS, ORIGIN, WORLD, Tried, day, random_edtf
from tests.factories.people import make_organization, make_state
from tests.factories.records import publish_whole
from tests.factories.revisions import Archive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.test import Client

pytestmark = pytest.mark.django_db

PUBLISHED, KNOWN = (1, 3, 5), (2, 4)
NEVER = 99
RANKS = ["certain", "possible", "unknown"]
CONSENT = {"ratification", "accession", "definitive_signature"}
SIGNING = {"signature", "definitive_signature"}
LEAVING = {"withdrawal", "denunciation", "termination"}
ENDINGS = {"suspension": "suspended", "expiry": "expired"}
KINDS = [
    *["signature", "ratification", "accession", "definitive_signature"], *["provisional_application", "suspension"] * 2,
    *["entry_into_force"] * 6, "withdrawal", "denunciation", "expiry", "termination", "reservation",
]  # fmt: skip
STAGES = ["unknown", "signatory", "bound", "provisionally_applied"]


def random_day(chance: random.Random) -> str:
    """A date of something that happens on one day: an interval says nothing more of it."""
    if chance.randrange(2):
        return chance.choice(("", *(f"{day(number)}" for number in DAYS[:3])))
    while "/" in (edtf := random_edtf(chance)):
        pass
    return edtf


def noon(number: int) -> datetime:
    return datetime.combine(ORIGIN + timedelta(days=number), time(12), UTC)


@dataclass
class Treaties:
    """Agreements of whose actions little is known, and what is done about them over some days."""

    chance: random.Random
    agreements: list[Agreement] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.set_clock = database_clock()
        self.states = [make_state(name, alpha_2=name) for name in ("US", "PK", "RU")]
        self.keeper = make_organization("Keeper")

    def add_agreement(self) -> None:
        laterality = self.chance.choice(
            ["multilateral", "multilateral", "plurilateral", "bilateral"]
        )
        agreement = make_agreement(
            f"Treaty {len(self.agreements)}", form="treaty", laterality=laterality
        )
        for state in self.states[: 2 if laterality == "bilateral" else 3]:
            make_party(agreement, state)
        make_party(agreement, self.keeper, role="depositary")
        self.agreements.append(agreement)
        for _ in range(self.chance.choice((2, 3, 4))):
            self._add_action(agreement)

    def _add_action(self, agreement: Agreement) -> None:
        parties = [None, *agreement.parties.filter(organization=None).order_by("state__name")]
        is_planned = self.chance.randrange(4) == 0
        make_action(
            agreement,
            self.chance.choice(KINDS),
            random_day(self.chance),
            effective_date=f"{day(self.chance.choice(DAYS))}" if is_planned else "",
            party=self.chance.choice(parties),
        )

    def public(self) -> Agreement:
        """One of them that is published, as it is stored."""
        while True:
            chosen = self.chance.choice(self.agreements)
            chosen.refresh_from_db()
            if chosen.is_published:
                return chosen

    def attempt(self, act: Any) -> None:
        try:
            with transaction.atomic():
                act()
        except (IntegrityError, ValidationError, CurationRefused, IndexError):
            return
        self.done[act.__name__] += 1

    def add_action(self) -> None:
        agreement = self.public()
        self._add_action(agreement)
        publish(agreement, by=None)

    def redate(self) -> None:
        agreement = self.public()
        action = self.chance.choice(agreement.actions.order_by("pk"))
        action.date = random_day(self.chance)
        action.full_clean()
        action.save()
        publish(agreement, by=None)

    def drop_action(self) -> None:
        agreement = self.public()
        actions = AgreementAction.objects.filter(agreement=agreement)
        self.chance.choice(actions.order_by("pk")).delete()
        publish(agreement, by=None)

    def rename(self) -> None:
        """Of a party, so that every agreement gets an edition that says nothing new."""
        state = self.states[0]
        state.refresh_from_db()
        state.name += "A"
        state.save()
        publish(state, by=None)

    def retract(self) -> None:
        withdraw(self.public(), by=None, reason="There was none.")

    def bring_back(self) -> None:
        gone = Agreement.objects.filter(editorial_state="withdrawn").order_by("slug")
        restore(self.chance.choice(gone), by=None)

    def merge_two(self) -> None:
        one, other = self.public(), self.public()
        merge(one, other, by=None, reason="The same.")

    def live(self) -> None:
        """Let it all happen."""
        for _ in range(18):
            self.add_agreement()
        for number in PUBLISHED:
            self.set_clock(noon(number))
            if number == PUBLISHED[0]:
                publish_whole(*self.agreements[:15])
                continue
            if number == PUBLISHED[1]:
                publish_whole(*self.agreements[15:])
            for deed in (
                self.redate, self.redate, self.redate, self.add_action, self.drop_action, self.rename, self.retract,
                self.bring_back, self.retract, self.merge_two, self.merge_two,
            ):  # fmt: skip
                self.attempt(deed)


@pytest.fixture(scope="module")
def treaties(module_transaction: None) -> Treaties:
    made = Treaties(random.Random(1648))  # noqa: S311 - reproducible data
    made.live()
    return made


def number_of(text: str) -> int:
    return (date.fromisoformat(text) - ORIGIN).days


@dataclass(frozen=True)
class Deed:
    """One action, and the days on which it may have been done and have taken effect, as known on a day."""

    kind: str
    party: str | None
    days: list[tuple[int, int]]

    @classmethod
    def of(cls, action: dict[str, Any], known_on: int, *, is_proven: bool) -> Deed:
        kind, party = action["kind"], action["party"] and action["party"]["id"]
        done, effect = (
            action[name]["edtf"] if action[name] else "" for name in ("date", "effective_date")
        )
        if is_proven and not done and not effect:
            return cls(kind, party, [(known_on, known_on)])
        is_deed = kind in CONSENT | SIGNING
        if done and effect:
            first = _days(done, known_on, is_deed=is_deed, is_proven=is_proven)
            last = _days(effect, known_on, is_deed=False, is_proven=is_proven)
            return cls(kind, party, list(product(first, last)))
        days = _days(done or effect, known_on, is_deed=is_deed, is_proven=is_proven)
        return cls(kind, party, [(number, number) for number in days])


def _days(edtf: str, known_on: int, *, is_deed: bool, is_proven: bool) -> list[int]:
    """The days that one date leaves: what is on record has happened, unless it is dated later or only takes effect some day."""
    tried = Tried.of(edtf)
    days = tried.named if is_proven and edtf.startswith("[..") else tried.days
    if days[0] > known_on:
        return [*days, NEVER] if edtf.endswith("..]") else days
    is_open = not edtf or edtf.endswith("..]")
    return [each for each in days if each <= known_on] if is_open or is_deed else days


class Stand:
    """How things stand for one party, lived through day by day."""

    def __init__(self, party: str, laterality: str, deeds: Iterable[Deed]) -> None:
        self.party = party
        self.is_narrow = laterality == "bilateral"
        self.is_open = laterality == "multilateral"
        own = {deed.kind for deed in deeds if deed.party == party}
        self.has_own_entry = "entry_into_force" in own
        self.has_general_entry = any(
            deed.kind == "entry_into_force" and deed.party is None for deed in deeds
        )
        self.may_consent = bool(own & CONSENT)
        self.returns = [deed for deed in deeds if self._returns(deed, deeds)]
        self.stage = 0
        self.decided: str | None = None
        self.is_treaty_in_force = self.has_consented = self.is_back = False

    def _returns(self, deed: Deed, deeds: Iterable[Deed]) -> bool:
        """Whether by this consent a party comes back that had been in and had left before, for certain."""

        def is_before(other: Deed) -> bool:
            return max(pair[1] for pair in other.days) < min(pair[1] for pair in deed.days)

        own = [each for each in deeds if each.party == self.party]
        return (
            deed in own
            and deed.kind in CONSENT
            and self.has_own_entry
            and all(is_before(each) for each in own if each.kind == "entry_into_force")
            and any(is_before(each) for each in own if each.kind in LEAVING)
        )

    def concerns(self, deed: Deed) -> bool:
        """Whether what ends it for others ends it for this party."""
        return deed.party in {None, self.party} or self.is_narrow

    def place(self, deed: Deed) -> int | None:
        """Where it stands in the order of such things, which holds where dates leave the order open."""
        is_own = deed.party == self.party
        if deed.kind in CONSENT:
            return 0 if is_own and (not self.has_own_entry or deed in self.returns) else None
        if deed.kind == "entry_into_force":
            return 0 if is_own or deed.party is None else None
        if not self.concerns(deed):
            return None
        later = {"suspension": 1, "expiry": 2, **dict.fromkeys(LEAVING, 4 if is_own else 3)}
        return later.get(deed.kind)

    def live(self, done: list[Deed], effective: list[Deed]) -> str:
        """Live through one day on which some deeds are done and some take effect; return the status in the end."""
        own = [deed for deed in effective if deed.party == self.party]
        general = [deed for deed in effective if deed.party is None]
        for deed in done:
            if deed.party == self.party or (deed.party is None and not self.is_open):
                reached = 2 if deed.kind in CONSENT else 1 if deed.kind in SIGNING else 0
                self.stage = max(self.stage, reached)
        if any(
            deed.kind == "provisional_application" and (deed in own or not self.is_open)
            for deed in [*own, *general]
        ):
            self.stage = 3
        if self._enters(own, general):
            self.decided = "in_force"
        others = [deed for deed in effective if deed not in own and self.concerns(deed)]
        others = others if self.decided != "withdrawn" else []
        for kind, value in ENDINGS.items():
            if any(deed.kind == kind for deed in [*own, *others]):
                self.decided = value
        if any(deed.kind in LEAVING for deed in others):
            self.decided = "terminated"
        if any(deed.kind in LEAVING for deed in own):
            self.decided = "withdrawn"
        return self.decided or STAGES[self.stage]

    def _enters(self, own: list[Deed], general: list[Deed]) -> bool:
        consents = any(deed.kind in CONSENT for deed in own)
        enters = any(deed.kind == "entry_into_force" for deed in general)
        self.has_consented |= consents
        self.is_treaty_in_force |= enters
        if self.has_own_entry:
            self.is_back |= any(deed in self.returns for deed in own)
            is_entered = any(deed.kind == "entry_into_force" for deed in own)
            comes_back = any(deed in self.returns for deed in own) or (
                self.is_back and enters and self.decided != "withdrawn"
            )
            is_in_force = self.is_treaty_in_force or not self.has_general_entry
            return is_entered or (comes_back and is_in_force)
        # Who left does not come back because the treaty does.
        may_enter = enters and self.decided != "withdrawn"
        if self.may_consent:
            return self.has_consented and self.is_treaty_in_force and (consents or may_enter)
        return may_enter and not self.is_open


class Worlds:
    """The statuses of one party on each day, in all worlds and in those in which things ran in their order."""

    def __init__(self, document: dict[str, Any], party: str, *, is_proven: bool) -> None:
        known_on = number_of(document["known_on"])
        self.party, self.laterality = party, document["laterality"]
        self.deeds = [
            Deed.of(action, known_on, is_proven=is_proven) for action in document["actions"]
        ]
        self.in_order: dict[int, set[str]] = {number: set() for number in WORLD}
        self.anyhow: dict[int, set[str]] = {number: set() for number in WORLD}
        for days in product(*(deed.days for deed in self.deeds)):
            is_ordered = self._is_ordered(days)
            for number, value in self._lived(days):
                self.anyhow[number].add(value)
                if is_ordered:
                    self.in_order[number].add(value)
        settled = max((pair[1] for deed in self.deeds for pair in deed.days), default=WORLD[0])
        for number in WORLD:
            # Once all has happened for certain there is nothing left to be cautious about.
            if number >= settled and self.in_order[number]:
                self.anyhow[number] = self.in_order[number]

    @property
    def is_circle(self) -> bool:
        """Whether no reading of the dates is in order, so that no status is given."""
        return not self.in_order[WORLD[0]]

    @cached_property
    def _pairs(self) -> list[tuple[int, int]]:
        """The places of each two actions of which the first comes before the second where their dates leave that open."""
        stand = Stand(self.party, self.laterality, self.deeds)
        places = [stand.place(deed) for deed in self.deeds]
        effects = [[pair[1] for pair in deed.days] for deed in self.deeds]
        return [
            (one, other)
            for one, first in enumerate(places)
            for other, second in enumerate(places)
            if first is not None and second is not None and first < second
            if min(effects[one]) <= max(effects[other]) and min(effects[other]) <= max(effects[one])
        ]

    def _is_ordered(self, days: tuple[tuple[int, int], ...]) -> bool:
        return all(days[one][1] <= days[other][1] for one, other in self._pairs)

    def _lived(self, days: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, str]]:
        stand = Stand(self.party, self.laterality, self.deeds)
        for number in WORLD:
            done, effective = (
                [deed for deed, pair in zip(self.deeds, days, strict=True) if pair[side] == number]
                for side in (0, 1)
            )
            yield number, stand.live(done, effective)


def within(statuses: dict[int, set[str]], first: int, last: int) -> set[str]:
    """Every status on one of some days."""
    return set().union(*(statuses[number] for number in range(first, last + 1)))


def check(row: dict[str, Any], dated: Worlds, proven: Worlds, first: int, last: int) -> None:
    """Whether a row claims only what is so in all worlds in order, and no less than what is so in all worlds."""
    said = {each["value"]: each["match"] for each in row["statuses"]}
    days = range(first, last + 1)
    for value, match in said.items():
        assert value in within(dated.anyhow, first, last) | within(proven.anyhow, first, last)
        if match == "certain":
            assert any(dated.in_order[number] == {value} for number in days)
        if match == "possible":
            assert value in within(proven.anyhow, first, last)
    for number in days:
        assert dated.in_order[number] <= said.keys()
        if len(dated.anyhow[number]) == 1:
            assert said[next(iter(dated.anyhow[number]))] == "certain"
        assert all(said[value] != "unknown" for value in proven.in_order[number])
    assert [RANKS.index(match) for match in said.values()] == sorted(
        RANKS.index(match) for match in said.values()
    )
    _check_status(row, dated, proven, first, last)


def _check_status(
    row: dict[str, Any], dated: Worlds, proven: Worlds, first: int, last: int
) -> None:
    value, match = row["status"]["value"], row["match"]
    for worlds, claim in ((dated, "certain"), (proven, "possible")):
        if match == claim:
            assert within(worlds.in_order, first, last) == {value} != {"unknown"}
        elif RANKS.index(match) > RANKS.index(claim):
            wide = within(worlds.anyhow, first, last)
            assert len(wide) > 1 or wide == {"unknown"}
    assert (value == "unknown") == (match == "unknown")


def test_parties_stand_as_trying_all_days_finds(client: Client, treaties: Treaties) -> None:
    archive = Archive.read(client, "agreement")
    found, addresses, circles = Counter[tuple[str, str]](), Counter[int](), 0
    questions = [(str(day(number)), number, number) for number in range(-1, 7)]
    judged: dict[tuple[str, str, str], tuple[Worlds, Worlds]] = {}

    for known in (*KNOWN, None):
        instant = None if known is None else noon(known)
        asked_then = "" if instant is None else f"&as_of={instant:%Y-%m-%dT%H:%M:%SZ}"
        for key in archive.kinds:
            step = archive.at(key, instant)
            if step is None or step.document is None:
                response = client.get(f"/api/v1/agreements/{key}/parties/?on=2025{asked_then}")
                said = {"withdrawn": 410, "merged": 308}[step.action] if step else 404
                assert response.status_code == said
                addresses[said] += 1
                continue
            document = step.document
            for on, first, last in [*questions, ("2025-05", WORLD[0], WORLD[-1])]:
                answer = get(client, f"agreements/{key}/parties/?on={on}{asked_then}")
                assert [row["party"] for row in answer["results"]] == [
                    each["party"] for each in document["parties"]
                ]
                for row in answer["results"]:
                    if row["role"] == "depositary":
                        assert (row["status"], row["match"], row["statuses"]) == (None, None, [])
                        continue
                    party = row["party"]["id"]
                    edition = (key, str(document["revision"]), party)
                    if edition not in judged:
                        judged[edition] = (
                            Worlds(document, party, is_proven=False),
                            Worlds(document, party, is_proven=True),
                        )
                    dated, proven = judged[edition]
                    if dated.is_circle or proven.is_circle:
                        circles += 1
                        continue
                    check(row, dated, proven, first, last)
                    found[row["status"]["value"], row["match"]] += 1
                    numbers = [document["actions"].index(action) for action in row["actions"]]
                    assert numbers == sorted(numbers)
    values = {value for value, _match in found}
    assert values == {*STAGES, "in_force", "suspended", "expired", "terminated", "withdrawn"}, found
    assert {match for _value, match in found} == set(RANKS)
    assert circles * 20 < found.total()
    assert addresses.keys() == {308, 404, 410}, addresses
    assert len(treaties.done) == 7, treaties.done
