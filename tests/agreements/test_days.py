"""When agreements bind whom: answers of the API compared with trying all days, from the documents alone."""

from __future__ import annotations

import random
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from records.publishing.merge import merge
from records.publishing.publish import publish, withdraw
from tests.factories.agreements import make_action, make_agreement, make_party
from tests.factories.answers import get, slugs
from tests.factories.days import MATCHES, WORLD, Tried, TriedInterval, day, random_edtf
from tests.factories.people import make_organization, make_state
from tests.factories.records import publish_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

pytestmark = pytest.mark.django_db

ASKED = range(-1, 7)
#: When all of it was published: after all days that are tried.
PUBLISHED = 9
RANKS = ["certain", "possible", "unknown"]


@pytest.fixture(scope="module")
def treaties(module_transaction: None) -> None:
    """Treaties that anybody may join, of whose dates little is known; some were published with other dates before."""
    chance = random.Random(1883)  # noqa: S311 - reproducible data
    states = [make_state(name, alpha_2=name) for name in ("US", "PK", "RU")]
    published: list[Any] = []
    corrections: list[tuple[Any, Any]] = []
    while len(published) < 24:
        joined = chance.sample(states, chance.choice((2, 3)))
        dates = {
            "entry": random_day(chance),
            "left": random_day(chance) if chance.randrange(2) else None,
            **{state.name: random_day(chance) for state in joined},
        }
        leaver = joined[0]
        if not any(
            True
            for _ in worlds(list(dates.values()), leaves=2 if dates["left"] is not None else None)
        ):
            continue
        treaty = make_agreement(
            f"Treaty {len(published)}", form="treaty", laterality="multilateral"
        )
        acts: list[tuple[str, Any, Any]] = [("entry_into_force", dates["entry"], None)]
        for state in joined:
            party = make_party(treaty, state)
            acts.append((chance.choice(("ratification", "accession")), dates[state.name], party))
            if state is leaver and dates["left"] is not None:
                acts.append(("withdrawal", dates["left"], party))
        is_corrected = len(published) % 3 == 0
        for kind, date, own in acts:
            first = random_day(chance) if is_corrected else date
            action = make_action(treaty, kind, first, party=own)
            if is_corrected:
                corrections.append((action, date))
        published.append(treaty)
    wrong, same = (make_agreement(title, form="treaty") for title in ("Wrong", "Same"))
    publish_whole(*published, wrong, same)
    for action, date in corrections:
        action.date = date
        action.save()
    publish(*{action.agreement for action, _date in corrections}, by=None)
    withdraw(wrong, by=None, reason="There was none.")
    merge(same, published[0], by=None, reason="The same.")


def random_day(chance: random.Random) -> str:
    """A date of something that happens on one day: an interval says nothing more of it."""
    while "/" in (edtf := random_edtf(chance)):
        pass
    return edtf


def choices(edtf: str, match: str) -> list[int]:
    """The days on which something may have taken effect, as far as the question takes them for possible."""
    tried = Tried.of(edtf)
    if not edtf:
        # It had been done when it was published.
        return [PUBLISHED] if match == "possible" else [*WORLD, PUBLISHED]
    return tried.named if match == "possible" and edtf.startswith("[..") else tried.days


def worlds(
    dates: list[Any], leaves: int | None = None, match: str = "any"
) -> Iterator[tuple[int, int, float]]:
    """Every day of entry, of consent and of leaving: nobody leaves before being in."""
    entry, left, consent = dates[:3]
    for begun, joined in product(choices(entry, match), choices(consent, match)):
        if left is None or leaves is None:
            yield begun, joined, float("inf")
            continue
        for gone in choices(left, match):
            if gone >= max(begun, joined):
                yield begun, joined, gone


def in_force(document: dict[str, Any], state: str, match: str) -> set[int]:
    """The days on which the treaty was in force for that state: in all worlds if certain, else in one of them."""
    of_state = [
        each for each in document["actions"] if each["party"] and each["party"]["code"] == state
    ]
    if not of_state:
        return set()
    entry = next(each for each in document["actions"] if each["kind"] == "entry_into_force")
    consent = next(each for each in of_state if each["kind"] != "withdrawal")
    left = [each for each in of_state if each["kind"] == "withdrawal"]
    dates = [written(entry), written(left[0]) if left else None, written(consent)]
    each_world = [
        {number for number in ASKED if max(begun, joined) <= number < gone}
        for begun, joined, gone in worlds(dates, 1 if left else None, match)
    ]
    join = set.intersection if match == "certain" else set.union
    return join(*each_world) if each_world else set()


def written(action: dict[str, Any]) -> str:
    return str(action["date"]["edtf"]) if action["date"] else ""


@pytest.mark.usefixtures("treaties")
@pytest.mark.parametrize("match", MATCHES)
@pytest.mark.parametrize(
    ("asked", "groups"),
    [
        ("party=US", [["US"]]),
        ("party=US,PK", [["US", "PK"]]),
        ("party__all=US,PK", [["US"], ["PK"]]),
        ("between=PK,US", [["US"], ["PK"]]),
        ("party=RU&party__all=PK", [["RU"], ["PK"]]),
    ],
)
def test_a_treaty_is_in_force_for_those_who_are_asked_for(
    client: Client, asked: str, groups: list[list[str]], match: str
) -> None:
    treaties = get(client, "agreements/?page_size=200")["results"]
    known = {
        (each["slug"], state, one): in_force(each, state, one)
        for each, state, one in product(treaties, ("US", "PK", "RU"), MATCHES)
    }

    for number in ASKED:
        rows = get(
            client,
            f"agreements/?in_force_on={day(number)}&{asked}&date_match={match}&page_size=200",
        )["results"]
        expected = []
        for each in treaties:
            ranks = [
                min(
                    (
                        rank
                        for state, (rank, one) in product(group, enumerate(MATCHES))
                        if number in known[each["slug"], state, one]
                    ),
                    default=9,
                )
                for group in groups
            ]
            if max(ranks) <= MATCHES.index(match):
                expected.append((each["slug"], RANKS[max(ranks)]))

        assert sorted((row["slug"], row["match"]) for row in rows) == sorted(expected), number


@pytest.mark.usefixtures("treaties")
@pytest.mark.parametrize("match", MATCHES)
def test_one_action_has_the_kind_the_party_and_the_day(client: Client, match: str) -> None:
    treaties = get(client, "agreements/?page_size=200")["results"]
    windows = [(0, 2), (3, None), (None, 1), (4, 4)]

    for kind, state, (after, before) in product((None, "accession"), (None, "PK"), windows):
        given = {
            "action.kind": kind,
            "action.party": state,
            "action.date_after": day(after),
            "action.date_before": day(before),
        }
        asked = "&".join(f"{name}={value}" for name, value in given.items() if value)
        found = slugs(client, f"agreements/?{asked}&date_match={match}&page_size=200")

        assert sorted(found) == sorted(
            each["slug"]
            for each in treaties
            if any(
                kind in {None, action["kind"]}
                and (state is None or (action["party"] and action["party"]["code"] == state))
                and TriedInterval.at(Tried.of(action["date"])).has_day(match, after, before)
                for action in each["actions"]
            )
        )


def test_a_convention_in_force_since_1886_binds_neither_party_before_it_joined(
    client: Client,
) -> None:
    us, pk = make_state("United States"), make_state("Pakistan")
    berne = make_agreement("Berne Convention", form="convention", laterality="multilateral")
    make_action(berne, "entry_into_force", "1887-12-05")
    for state, joined in ((us, "1989-03-01"), (pk, "1948-07-05")):
        party = make_party(berne, state)
        make_action(berne, "accession", joined, party=party)
        make_action(berne, "entry_into_force", joined, party=party)
    publish_whole(berne)

    def found(asked: str) -> list[str]:
        return slugs(client, f"agreements/?{asked}")

    both = "party__all=united-states,pakistan"
    assert found(f"{both}&in_force_on=1950-01-01") == []
    assert found("between=pakistan,united-states&in_force_on=1950-01-01") == []
    assert found("party=pakistan&in_force_on=1950-01-01") == ["berne-convention"]
    assert found("party=united-states&in_force_on=1950-01-01") == []
    assert found(f"{both}&in_force_on=1990-01-01") == ["berne-convention"]
    assert found("search=berne&in_force_on=1950-01-01") == ["berne-convention"]
    assert found(both) == ["berne-convention"]


def test_what_a_company_signs_for_a_state_and_all_do_together_is_done_by_each(
    client: Client,
) -> None:
    company, state, other = (
        make_organization("Mota-Engil"),
        make_state("Angola"),
        make_state("Chad"),
    )
    contract = make_agreement("Rail contract", form="contract", laterality="bilateral")
    party = make_party(contract, company, on_behalf_of_state=state)
    make_party(contract, other)
    make_action(contract, "signature", "2024-02-01")
    make_action(contract, "ratification", "2024-05", party=party)
    make_action(contract, "entry_into_force", "2024-06-01")
    pact = make_agreement("Rail pact", form="treaty", laterality="multilateral")
    make_party(pact, state)
    make_action(pact, "signature", "2024-02-01")
    publish_whole(contract, pact)

    def found(asked: str) -> list[str]:
        return slugs(client, f"agreements/?{asked}")

    assert found("action.kind=ratification&action.party=angola&action.date_after=2024") == [
        "rail-contract"
    ]
    assert found("action.kind=ratification&action.party=chad") == []
    assert found("action.kind=signature&action.party=chad&action.date_before=2024") == [
        "rail-contract"
    ]
    assert found("action.kind=signature&action.party=angola") == ["rail-contract"]
    assert found("party=angola&in_force_on=2024-06-01&date_match=certain") == ["rail-contract"]
    assert found("between=chad,angola&in_force_on=2024-06-01") == ["rail-contract"]
    assert found("between=chad,angola&in_force_on=2024-05-31") == []
