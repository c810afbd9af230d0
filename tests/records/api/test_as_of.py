"""`as_of`: what was answered at an instant is answered as of it ever after, but for what was withdrawn since."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from itertools import cycle
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements.models import Agreement
from benchmarks.candidates import SHAPING, Sample, candidates_for
from benchmarks.schema import declared
from config.api.as_of import FINAL, Moment, seen
from config.api.caching import CACHE_CONTROL
from config.api.docs import schema
from config.api.pagination import MAX_PAGE_SIZE
from events.models import Event, EventPosting, Relation
from people.models import Office, Person, State, StateCode, Tenure, TenureMilestone
from records.models import Change, Edition, FormerMoment, MomentPosting, Topic
from records.models import Moment as DatedFact
from records.publishing.merge import merge
from records.publishing.publish import CurationRefused, publish, restore, withdraw
from records.registry import all_kinds
from tests.factories.agreements import make_action, make_agreement, make_party
from tests.factories.answers import get, slugs
from tests.factories.events import (
    make_event,
    make_event_type,
    make_participation,
    make_period,
    make_relation,
)
from tests.factories.people import make_office, make_part, make_person, make_state, make_tenure
from tests.factories.records import edition_of, make_topic, publish_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from django.test import Client

    from records.models import Record
    from records.registry import Kind

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)
#: Uncertain and unknown dates, as curators write them.
DAYS = [
    "2024-03-11",
    "2024-03",
    "2024",
    "2023/2025",
    "2023~",
    "202X",
    "../2024-05",
    "2024-02/..",
    None,
]
#: Addresses besides that count, or tell of all kinds.
SUMMED = 20
#: Things that happen before anything is asked, and then while it is.
STEPS = 14
#: Addresses that are asked between two steps, of so many for each list.
ASKED, QUESTIONS = 40, 30


def last_instant() -> datetime:
    return Change.objects.latest("position").at


def written(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def as_of(address: str, instant: datetime) -> str:
    return f"{address}{'&' if '?' in address else '?'}as_of={written(instant)}"


@dataclass
class World:
    """Records of the kinds that have dates, terms, trees and parts, and what may happen to them."""

    chance: random.Random
    is_merged_when_withdrawn: bool = True

    def __post_init__(self) -> None:
        deeds: list[Callable[[], Any]] = [
            self.rename, self.redate, self.redate, self.move, self.add_part, self.add_record, self.merge_two,
            self.withdraw_one, self.rename, self.redate, self.add_part, self.restore_one,
        ]  # fmt: skip
        self.deeds = cycle(deeds)
        root = make_topic("trade")
        self.topics = [root, make_topic("grain", broader=root), make_topic("tin", broader=root)]
        self.states = [make_state(alpha_2=code) for code in ("AA", "BB", "CC")]
        self.offices = [make_office(state=state) for state in self.states[:2]]
        self.persons = [make_person() for _ in range(5)]
        self.tenures = [
            make_tenure(self.chance.choice(self.persons), self.chance.choice(self.offices))
            for _ in range(6)
        ]
        types = [make_event_type("talk"), make_event_type("visit")]
        self.events = [
            make_event(type=self.chance.choice(types), when=self.day(), topics=(self.topic(),))
            for _ in range(9)
        ]
        for event in self.events:
            make_participation(event, self.chance.choice(self.persons), role="host")
            make_participation(event, self.chance.choice(self.states), role="visitor")
        self.relation = make_relation(*self.states[:2])
        self.agreements = [make_agreement() for _ in range(3)]
        for agreement in self.agreements:
            for state in self.chance.sample(self.states, 2):
                make_party(agreement, state)
            make_action(agreement, "signature", self.day())
        publish_whole(
            *self.events,
            *self.tenures,
            *self.persons,
            self.relation,
            *self.agreements,
            *self.topics,
        )

    def day(self) -> str | None:
        return self.chance.choice(DAYS)

    def topic(self) -> Topic:
        return self.chance.choice(self.topics)

    @property
    def all(self) -> list[Record]:
        return [
            *self.topics, *self.states, *self.offices, *self.persons, *self.tenures, *self.events,
            self.relation, *self.agreements,
        ]  # fmt: skip

    def step(self) -> str:
        """Let something happen that changes what is public, each sort of thing in its turn; return what it was."""
        while True:
            before = last_instant()
            deed = next(self.deeds)
            try:
                deed()
            except CurationRefused:
                continue
            if last_instant() != before:
                return deed.__name__

    def live(self, records: list[Any]) -> Any:
        """One of them as it is stored, published and not merged."""
        found = self.chance.choice(records)
        found = type(found)._default_manager.get(pk=found.pk)
        return found if found.is_published else self.live(self.all if len(records) < 2 else records)

    def rename(self) -> None:
        record = self.live(
            [*self.persons, *self.states, *self.topics, *self.events, *self.agreements]
        )
        name = {Person: "name", State: "name", Topic: "label", Event: "title", Agreement: "title"}
        field = name[type(record)]
        setattr(record, field, f"{record._meta.model_name} {self.chance.randint(1, 10**6)}")
        record.save()
        publish(record, by=None)

    def redate(self) -> None:
        record = self.live([*self.events, *self.tenures])
        if isinstance(record, Event):
            record.when = self.day()
        else:
            record.start = self.day()
        record.full_clean()
        record.save()
        publish(record, by=None)

    def move(self) -> None:
        """In a tree, from office to office, a code from state to state."""
        what = self.chance.randint(1, 3)
        if what == 1:
            topic = self.live(self.topics[1:])
            if not isinstance(topic, Topic):
                return
            topic.broader = self.chance.choice([None, self.topics[0]])
            topic.save()
            publish(topic, by=None)
        elif what == 2:
            office = self.live(self.offices)
            if isinstance(office, Office):
                office.state = self.chance.choice(self.states)
                office.save()
                publish_whole(office)
        else:
            one, other = self.chance.sample(self.states, 2)
            codes = StateCode.objects.filter(state=one)
            if one.is_published and other.is_published and codes:
                codes.update(state=other)
                publish(*list(State.objects.filter(pk__in=[one.pk, other.pk])), by=None)

    def add_part(self) -> None:
        record = self.live([*self.tenures, self.relation, *self.agreements])
        if isinstance(record, Tenure):
            make_part(TenureMilestone, tenure=record, kind="appointed", date=self.day())
        elif isinstance(record, Relation):
            make_period(record, start=self.day())
        elif isinstance(record, Agreement):
            make_action(
                record, self.chance.choice(["ratification", "entry_into_force"]), self.day()
            )
        else:
            return
        publish(record, by=None)

    def merge_two(self) -> None:
        records: list[Any] = self.chance.choice([self.persons, self.events, self.agreements])
        one, other = self.chance.sample([*records], 2)
        one, other = (type(each)._default_manager.get(pk=each.pk) for each in (one, other))
        if other.is_published and (one.is_published or self.is_merged_when_withdrawn):
            merge(one, other, by=None, reason="The same.")

    def withdraw_one(self) -> None:
        withdraw(self.live([*self.events, *self.agreements, *self.tenures]), by=None, reason="No.")

    @property
    def withdrawn(self) -> list[Record]:
        return [one for one in self.all if edition_of(one).action == "withdrawn"]

    def restore_one(self) -> None:
        if self.withdrawn:
            restore(self.chance.choice(self.withdrawn), by=None)

    def merge_withdrawn(self) -> None:
        """Withdraw a person, and merge it; and withdraw a person into which another one was merged."""
        first, second, third, fourth = (
            saved_and_published(make_person(f"Nobody {number}")) for number in range(4)
        )
        withdraw(first, by=None, reason="No.")
        merge(first, second, by=None, reason="The same.")
        merge(third, fourth, by=None, reason="The same.")
        withdraw(fourth, by=None, reason="No.")

    def add_record(self) -> None:
        event = make_event(type=self.events[0].type, when=self.day(), topics=(self.topic(),))
        make_participation(event, self.live(self.persons), role="host")
        self.events.append(event)
        publish_whole(event)


def questions(chance: random.Random) -> list[str]:
    """Lists with one to three filters each, with values that documents have or had; and every record by its id."""
    found = []
    for kind in all_kinds():
        known = _candidates(kind.resource, [kind])
        orderings = _declared(kind.resource)["ordering"]["schema"]["enum"]
        for _ in range(QUESTIONS):
            query = _drawn(chance, known, chance.choice([0, 1, 1, 2, 3]))
            if chance.random() < 0.5:
                query["ordering"] = chance.choice(orderings)
            found.append(f"{kind.resource}/?{urlencode(query)}&page_size={MAX_PAGE_SIZE}")
        found += [
            f"{kind.resource}/{ref}/?"
            for ref in kind.editions._default_manager.values_list("record_id", flat=True).distinct()
        ]
        found += [
            f"{kind.resource}/{quote(slug)}/?"
            for slug in kind.editions._default_manager.values_list("slug", flat=True).distinct()
        ]
    return [
        *found,
        "states/AA/?",
        "states/BB/?",
        "states/CC/?",
        "events/?state=AA&",
        "events/?topic=trade&",
    ]


def summaries(chance: random.Random) -> list[str]:
    """Counts of every list, the timeline and its counts, each with up to two filters."""
    known = {
        f"{kind.resource}/counts": _candidates(f"{kind.resource}/counts", [kind])
        for kind in all_kinds()
    }
    stream = [kind for kind in all_kinds() if kind.editions.stream]
    known |= {name: _candidates(name, stream) for name in ("timeline", "timeline/counts")}
    found = []
    for address, candidates in known.items():
        dimensions = candidates.pop("by", [])
        for _ in range(QUESTIONS if "timeline" in address else QUESTIONS // 3):
            query = _drawn(chance, candidates, chance.choice([0, 0, 1, 2]))
            if dimensions:
                query["by"] = ",".join(
                    chance.sample(dimensions, min(len(dimensions), chance.choice([1, 2])))
                )
            if address == "timeline":
                query["ordering"] = chance.choice(["date", "-date"])
            found.append(f"{address}/?{urlencode(query)}")
    return found


def _drawn(chance: random.Random, known: dict[str, list[str]], count: int) -> dict[str, str]:
    names = chance.sample(sorted(known), min(len(known), count))
    return {name: chance.choice(known[name]) for name in names}


def _candidates(resource: str, kinds: list[Kind]) -> dict[str, list[str]]:
    """Values for each parameter of an address that chooses records, as documents of these kinds have or had them."""
    sample = Sample()
    for kind in kinds:
        every = kind.editions._default_manager.exclude(document=None)
        sample.read([json.loads(text) for text in every.values_list("document", flat=True)])
    found = {}
    for name, parameter in _declared(resource).items():
        if name in SHAPING | {"ordering", "published_after"}:
            continue
        one = parameter["schema"].get("items", parameter["schema"])
        found[name] = candidates_for(name, one, sample)
    return {name: values for name, values in found.items() if values}


@cache
def _schema() -> dict[str, Any]:
    return schema()


def _declared(resource: str) -> dict[str, dict[str, Any]]:
    return declared(_schema(), resource)


def answers(
    client: Client, asked: Iterable[str], instant: datetime | None = None
) -> dict[str, Any]:
    """What is answered: the status, where it leads, and the body; a list without what it says of the question."""
    found = {}
    for address in asked:
        full = f"/api/v1/{address}" if instant is None else as_of(f"/api/v1/{address}", instant)
        response = client.get(full)
        body = json.loads(response.content) if response.content else None
        if isinstance(body, dict) and "results" in body:
            body["notes"] = [
                {**note, "suggestions": None} for note in body["notes"] if note["code"] != "as_of"
            ]
        elif response.status_code >= 400:
            body = _without_question(body)
        leads = response.headers.get("Location", "").partition("?")[0]
        found[address] = (response.status_code, leads, body)
    return found


def _without_question(problem: Any) -> Any:
    problem = {name: problem[name] for name in problem if name not in {"request_id", "instance"}}
    for error in problem.get("errors", ()):
        error["suggestion"] = None
    return problem


def saved_and_published(record: Any) -> Any:
    publish_whole(record)
    return type(record)._default_manager.get(pk=record.pk)


def hidden() -> set[str]:
    """The records of which nothing is served: withdrawn, or withdrawn when they were merged, or merged into such a one."""
    fates: dict[str, list[Edition]] = {}
    for kind in all_kinds():
        for edition in kind.editions._default_manager.order_by("revision"):
            fates.setdefault(str(edition.record_id), []).append(edition)

    def is_gone(key: str) -> bool:
        newest = fates[key][-1]
        if newest.action != "merged":
            return newest.action == "withdrawn"
        return fates[key][-2].action == "withdrawn" or is_gone(str(newest.merged_into))

    return {key for key in fates if is_gone(key)}


def every_edition() -> list[Edition]:
    return [one for kind in all_kinds() for one in kind.editions._default_manager.all()]


def address_of(edition: Edition) -> str:
    kind = next(kind for kind in all_kinds() if isinstance(edition, kind.editions))
    return f"{kind.resource}/{edition.record_id}/"


def history(
    client: Client, world: World, *, is_summed: bool = False
) -> tuple[dict[datetime, dict[str, Any]], Counter[str]]:
    """Let things happen, and note in between what is answered; return that by instant, and how often each thing happened."""
    deeds = Counter(world.step() for _ in range(STEPS))
    asked, summed = questions(world.chance), summaries(world.chance) if is_summed else []
    known = {}
    for _ in range(STEPS):
        gone = [address_of(edition_of(one)) + "?" for one in world.withdrawn]
        some = world.chance.sample(asked, ASKED) + world.chance.sample(
            summed, min(len(summed), SUMMED)
        )
        known[last_instant()] = answers(client, [*some, *gone])
        deeds[world.step()] += 1
    return known, deeds


def tells_of_another(address: str) -> bool:
    """Whether the list asks what other records say of its own: of people their tenures, of events the agreements."""
    asked = set(parse_qs(address.partition("?")[2]))
    held = asked - {"id", "identifier", "search", "source", "source__all", "source__not"}
    return (address.startswith("people/") and held > {"page_size"}) or "agreement" in asked


def test_what_was_answered_is_answered_as_of_then(client: Client) -> None:
    """Whatever happened since: edits, merges, and withdrawals that were taken back."""
    world = World(random.Random(1648), is_merged_when_withdrawn=False)  # noqa: S311 - reproducible, not secret
    known, deeds = history(client, world, is_summed=True)
    while world.withdrawn:
        world.restore_one()
    statuses = Counter[int]()

    for instant, before in known.items():
        for address, now in answers(client, before, instant).items():
            assert (address, now) == (address, before[address]), (instant, deeds)
            statuses[now[0]] += 1

    assert {*statuses} >= {200, 308, 410}, statuses
    told = [
        (address.partition("/?")[0], len(answer[2]["results"]))
        for before in known.values()
        for address, answer in before.items()
        if answer[0] == 200 and ("counts/" in address or "timeline/" in address)
    ]
    assert len({address for address, count in told if count}) >= 10, told
    assert len(deeds) == 8, deeds
    later = [one for one in every_edition() if one.revision == 1 and one.published_at > min(known)]
    assert len(later) > 1
    for edition in later:
        get(client, as_of(f"{address_of(edition)}?", min(known)), 404)
        get(client, as_of(f"{address_of(edition)}revisions/?", min(known)), 404)


def test_nothing_is_answered_of_what_is_withdrawn_now(client: Client) -> None:
    """Lists are as they were without it; its address says that it is gone, or leads to one that says so."""
    world = World(random.Random(1815))  # noqa: S311 - reproducible, not secret
    known, deeds = history(client, world)
    for _ in range(3):
        world.withdraw_one()
    world.merge_withdrawn()
    gone = hidden()
    names = gone | {one.slug for one in every_edition() if str(one.record_id) in gone}
    lists = Counter[bool]()

    for instant, before in known.items():
        for address, now in answers(client, before, instant).items():
            status, _leads, body = before[address]
            if names & set(re.split("[/?=,&]|%2C", address)):
                # By its name nobody gets it: neither as it was nor what names it.
                assert (
                    "?page_size" in address or "&page_size" in address or now[0] in {308, 404, 410}
                ), address
            elif status == 200 and "results" in body:
                results = [row for row in body["results"] if row["id"] not in gone]
                value = body["total"]["value"] - len(body["results"]) + len(results)
                left = {**body, "results": results, "total": {**body["total"], "value": value}}
                if tells_of_another(address):
                    assert all(row in results for row in now[2]["results"]), address
                else:
                    assert (address, now[2]) == (address, left), (instant, deeds)
                lists[results == body["results"]] += 1
            else:
                assert (address, now) == (address, before[address]), (instant, deeds)

    assert gone
    assert lists[True] > 100, lists
    assert lists[False] > 20, lists


@dataclass
class Answers:
    """What some addresses answered, as of just before and just after each change, by the full address."""

    client: Client
    asked: Sequence[str]
    known: dict[str, bytes] = field(default_factory=dict)

    def ask(self) -> None:
        """Ask as of the last change and of the microsecond before it."""
        for instant in (last_instant() - MICROSECOND, last_instant()):
            for address in self.asked:
                full = as_of(f"/api/v1/{address}", instant)
                self.known[full] = self.client.get(full).content

    def changed(self) -> set[str]:
        """Return the addresses that answer otherwise now."""
        return {
            address
            for address, body in self.known.items()
            if _without_id(self.client.get(address).content) != _without_id(body)
        }


def _without_id(body: bytes) -> bytes:
    return re.sub(rb'"request_id":"[^"]*"', b"", body)


def test_as_of_just_before_and_just_after_each_change(client: Client) -> None:
    """The bytes of an answer as of an instant stay, through an edit, a merge and a withdrawal of another record."""
    gold, silver, tin = (
        saved_and_published(make_topic(code)) for code in ("gold", "silver", "tin")
    )
    asked = (
        "topics/?",
        "topics/?search=gold",
        "topics/gold/?",
        "topics/silver/?",
        "topics/?code=gold&",
    )
    answers = Answers(client, asked)

    def edit() -> None:
        gold.label = "Golden"
        gold.save()
        publish(gold, by=None)

    answers.ask()
    edit()
    answers.ask()
    merge(silver, gold, by=None, reason="The same.")
    answers.ask()
    assert answers.changed() == set()
    with_tin = {address for address, body in answers.known.items() if b'"slug":"tin"' in body}
    withdraw(tin, by=None, reason="No.")
    assert answers.changed() == with_tin
    restore(tin, by=None)
    assert answers.changed() == set()
    assert with_tin
    assert len(set(answers.known.values())) > 12


def test_counts_and_the_timeline_stay_through_an_edit_a_merge_and_a_withdrawal(
    client: Client,
) -> None:
    """Byte for byte, as of just before and just after each; and as they were without what is withdrawn while it is so."""
    grain, tin = make_topic("grain"), make_topic("tin")
    talks, visit, call = (
        make_event(title, when=when, topics=(topic,), slug=title.lower())
        for title, when, topic in (
            ("Talks", "2024-03", grain),
            ("Visit", "2025", tin),
            ("Call", None, grain),
        )
    )
    for event in (talks, visit, call):
        make_participation(event, make_state(event.title))
    publish_whole(talks, visit, call)
    asked = (
        "events/counts/?",
        "events/counts/?by=year,topic&",
        "events/counts/?by=month,state&topic=grain&date_after=2024&",
        "events/counts/?by=type&search=talks&",
        "topics/counts/?",
        "timeline/?",
        "timeline/?topic=grain&ordering=-date&",
        "timeline/?date_after=2024-02&date_before=2024-06&date_match=certain&",
        "timeline/counts/?by=year,state&",
        "timeline/counts/?by=kind&topic=tin&",
    )
    answers = Answers(client, asked)

    answers.ask()
    for when, topic in (("2024-05-01", tin), ("2025/..", grain)):
        talks.when = when
        talks.save()
        talks.event_topics.update(topic=topic)
        publish(talks, by=None)
        answers.ask()
    grain.refresh_from_db()
    grain.label = "Corn"
    grain.save()
    publish(grain, by=None)
    answers.ask()
    merge(call, talks, by=None, reason="The same.")
    answers.ask()
    assert answers.changed() == set()
    withdraw(visit, by=None, reason="It never was.")
    assert {
        b'"Visit' in answers.known[address]
        for address in answers.changed()
        if "timeline/?" in address
    } == {True}
    assert {address.partition("?")[0] for address in answers.changed()} == {
        f"/api/v1/{name}/" for name in ("events/counts", "timeline", "timeline/counts")
    }
    restore(visit, by=None)
    assert answers.changed() == set()
    # Answers differ from instant to instant.
    assert len(set(answers.known.values())) > 2 * len(asked)


def test_a_record_is_then_what_it_was(client: Client) -> None:
    gold = saved_and_published(make_topic("gold"))
    before = last_instant()
    gold.label = "Golden"
    gold.save()
    publish(gold, by=None)
    after = last_instant()

    labels = [
        (
            get(client, as_of("topics/gold/", instant))["label"],
            slugs(client, as_of("topics/?search=golden", instant)),
        )
        for instant in (before, after - MICROSECOND, after)
    ]
    assert labels == [("Gold", []), ("Gold", []), ("Golden", ["gold"])]
    get(client, as_of("topics/gold/", before - MICROSECOND), 404)
    assert get(client, as_of("topics/", before - MICROSECOND))["results"] == []
    steps = get(client, as_of("topics/gold/revisions/", before))["results"]
    assert [step["revision"] for step in steps] == [1]
    get(client, as_of("topics/gold/revisions/", before - MICROSECOND), 404)


def test_one_that_was_merged_since_is_as_it_was_and_later_leads_to_the_survivor_then(
    client: Client,
) -> None:
    gold, silver = (saved_and_published(make_topic(code)) for code in ("gold", "silver"))
    before = last_instant()
    merge(silver, gold, by=None, reason="The same.")
    after = last_instant()

    assert get(client, as_of("topics/silver/", before))["label"] == "Silver"
    assert slugs(client, as_of("topics/?id=silver", before)) == ["silver"]
    moved = client.get(as_of(f"/api/v1/topics/{silver.pk}/", after))
    assert (moved.status_code, moved.headers["Location"]) == (
        308,
        as_of(f"/api/v1/topics/{gold.pk}/", after),
    )
    assert slugs(client, as_of("topics/?id=silver", after)) == ["gold"]


def test_one_that_was_withdrawn_since_is_gone_from_every_instant(client: Client) -> None:
    gold, tin = (saved_and_published(make_topic(code)) for code in ("gold", "tin"))
    before = last_instant()
    withdraw(tin, by=None, reason="It was never there.")
    during = last_instant()

    for instant in (before, during):
        problem = get(client, as_of("topics/tin/", instant), 410)
        assert (problem["reason"], problem["withdrawn_at"]) == (
            "It was never there.",
            written(during),
        )
        answer = get(client, as_of("topics/", instant))
        assert [row["slug"] for row in answer["results"]] == ["gold"]
        assert answer["total"] == {"value": 1, "relation": "eq"}
        assert [note["code"] for note in answer["notes"]] == ["as_of"]
        assert slugs(client, as_of("topics/?id=tin", instant)) == []
    restore(tin, by=None)
    assert slugs(client, as_of("topics/", before)) == ["gold", "tin"]
    get(client, as_of("topics/tin/", during), 410)
    assert gold.pk


@pytest.mark.parametrize("is_first_withdrawn", [True, False])
def test_nothing_of_one_that_was_withdrawn_comes_back_by_a_merge(
    client: Client,
    is_first_withdrawn: bool,  # noqa: FBT001 - a case
) -> None:
    gold, tin = (saved_and_published(make_topic(code)) for code in ("gold", "tin"))
    before = last_instant()
    if is_first_withdrawn:
        withdraw(tin, by=None, reason="It was never there.")
    merge(tin, gold, by=None, reason="The same.")
    if not is_first_withdrawn:
        withdraw(gold, by=None, reason="It was never there.")

    left = [] if not is_first_withdrawn else ["gold"]
    assert slugs(client, as_of("topics/", before)) == left
    assert client.get(as_of(f"/api/v1/topics/{tin.pk}/", before)).status_code == 308
    problem = get(client, f"topics/{tin.pk}/revisions/1/", 410)
    assert problem["reason"] == "It was never there."
    get(client, "topics/gold/revisions/1/", 200 if is_first_withdrawn else 410)


def test_nothing_of_one_comes_back_when_its_withdrawn_survivor_is_merged(client: Client) -> None:
    gold, tin, lead, iron = (
        saved_and_published(make_topic(code)) for code in ("gold", "tin", "lead", "iron")
    )
    before = last_instant()
    merge(tin, lead, by=None, reason="The same.")
    merge(lead, iron, by=None, reason="The same.")
    withdraw(iron, by=None, reason="It was never there.")
    merge(iron, gold, by=None, reason="The same.")

    assert slugs(client, as_of("topics/", before)) == ["gold"]
    for gone in (tin, lead, iron):
        problem = get(client, f"topics/{gone.pk}/revisions/1/", 410)
        assert problem["reason"] == "It was never there."
        assert client.get(f"/api/v1/topics/{gone.pk}/").status_code == 308
    get(client, "topics/gold/revisions/1/", 200)


FAULTS = {
    "2026-05-01": "invalid_instant",
    "2026-05-01T00:00:00": "invalid_instant",
    "2026-05-01T00:00:00+02:00": "invalid_instant",
    "yesterday": "invalid_instant",
    "2999-05-01T00:00:00Z": "out_of_range",
    "": "empty_value",
}


@pytest.mark.parametrize(("text", "code"), FAULTS.items())
def test_an_instant_has_an_offset_and_lies_in_the_past(
    client: Client, text: str, code: str
) -> None:
    for address in (
        "topics/",
        "topics/counts/",
        "topics/gold/",
        "topics/gold/revisions/",
        "relations/AA/BB/",
        "timeline/",
        "timeline/counts/",
    ):
        problem = get(client, f"{address}?as_of={text}", 400)
        assert [(one["code"], one["parameter"]) for one in problem["errors"]] == [(code, "as_of")]
    get(client, f"topics/gold/revisions/1/?as_of={text}", 400)


def test_what_cannot_change_any_more_may_be_kept(client: Client) -> None:
    gold = saved_and_published(make_topic("gold"))
    first = last_instant()
    gold.label = "Golden"
    gold.save()
    publish(gold, by=None)
    last = last_instant()
    for address in (
        "topics/gold/",
        "topics/",
        "topics/gold/revisions/",
        "topics/counts/",
        "timeline/",
        "timeline/counts/",
    ):
        found = {
            instant: client.get(as_of(f"/api/v1/{address}", instant)) for instant in (first, last)
        }
        assert found[first].headers["Cache-Control"] == FINAL
        # Somebody may be publishing at this very instant.
        assert found[last].headers["Cache-Control"] == CACHE_CONTROL
        again = client.get(
            as_of(f"/api/v1/{address}", first),
            headers={"If-None-Match": found[first].headers["ETag"]},
        )
        assert (again.status_code, again.headers["Cache-Control"]) == (304, FINAL)
    assert client.get("/api/v1/topics/gold/").headers["Cache-Control"] == CACHE_CONTROL


def test_pages_of_an_instant_follow_one_another_whatever_is_published_meanwhile(
    client: Client,
) -> None:
    topics = [saved_and_published(make_topic(f"topic-{number}")) for number in range(5)]
    instant = last_instant()
    address = as_of("/api/v1/topics/?page_size=2", instant)
    found = []
    while address:
        page = client.get(address).json()
        found += [row["label"] for row in page["results"]]
        address = (page["next"] or "").removeprefix("http://testserver")
        for topic in topics:
            topic.label = f"{topic.label}!"
            topic.save()
        publish(*topics, by=None)
        saved_and_published(make_topic(f"a-{len(found)}"))

    assert found == [f"Topic {number}" for number in range(5)]
    other = client.get(as_of("/api/v1/topics/?page_size=2", instant)).json()["next"]
    moved = other.replace(written(instant), written(last_instant()))
    assert (
        get(client, moved.partition("/api/v1/")[2], 400)["errors"][0]["code"] == "cursor_mismatch"
    )


def test_what_states_the_same_facts_keeps_none() -> None:
    talks = make_event("Talks", when="2024-03")
    publish_whole(talks)
    for title, when, kept in (("Long talks", "2024-03", 0), ("Talks", "2025", 1), ("Talks", "", 2)):
        talks.title, talks.when = title, when
        talks.save()
        publish(talks, by=None)
        assert FormerMoment.objects.count() == kept
    withdraw(talks, by=None, reason="No.")
    assert (DatedFact.objects.count(), FormerMoment.objects.count()) == (0, 3)
    ends = FormerMoment.objects.order_by("until").values_list("since", "until")
    changes = Change.objects.filter(kind="event").order_by("position").values_list("at", flat=True)
    first, _renamed, second, third, gone = changes
    assert [*ends] == [(first, second), (second, third), (third, gone)]


def test_downloads_of_an_instant_have_what_its_pages_have(client: Client) -> None:
    talks = make_event("Talks", when="2024-03", slug="talks")
    publish_whole(talks)
    instant = last_instant()
    talks.title, talks.when = "Long talks", "2025"
    talks.save()
    publish(talks, by=None)
    publish_whole(make_event("Visit", when="2024-04"))

    for address in (
        "events/?",
        "events/counts/?by=year",
        "timeline/?kind=event",
        "timeline/counts/?by=year,kind",
    ):
        page = get(client, as_of(address, instant))
        response = client.get(as_of(f"/api/v1/{address}&format=ndjson", instant))
        *lines, trailer = map(json.loads, b"".join(response).splitlines())
        assert lines == page["results"] != get(client, address)["results"]
        assert (trailer["complete"], trailer["count"]) == (True, 1)
        assert json.loads(response.headers["X-Notes"])[0]["code"] == "as_of"


def test_codes_and_trees_are_those_of_then(client: Client) -> None:
    trade, grain = make_topic("trade"), make_topic("grain")
    grain.broader = trade
    grain.save()
    aland, bordur = make_state("Aland", alpha_2="QQ"), make_state("Bordur")
    event = make_event("Talks", topics=(grain,), slug="talks")
    make_participation(event, aland)
    publish_whole(event, trade, bordur)
    before = last_instant()
    grain.refresh_from_db()
    grain.broader = None
    grain.save()
    StateCode.objects.filter(state=aland).update(state=bordur)
    publish(grain, aland, bordur, by=None)

    assert slugs(client, "events/?topic=trade") == slugs(client, "events/?state=QQ") == []
    for asked in ("topic=trade", "state=QQ"):
        assert slugs(client, as_of(f"events/?{asked}", before)) == ["talks"], asked
    assert get(client, as_of("states/QQ/", before))["label"] == "Aland"
    assert get(client, "states/QQ/")["label"] == "Bordur"


def test_an_instant_costs_one_statement_more(client: Client) -> None:
    event = make_event("Talks", slug="talks")
    publish_whole(event)
    instant = last_instant()
    for address in (
        "events/talks/",
        "events/",
        "events/?type=talk&state=AA",
        "events/?search=talks",
        "events/counts/?by=year,type&state=AA",
        "timeline/?state=AA&date_after=2020",
        "timeline/counts/?by=year&kind=event",
    ):
        client.get(f"/api/v1/{address}")  # reads how often values occur, for ten minutes
        with CaptureQueriesContext(connection) as now:
            client.get(f"/api/v1/{address}")
        with CaptureQueriesContext(connection) as then:
            client.get(as_of(f"/api/v1/{address}", instant))
        assert len(then) == len(now) + 1, address


def test_postings_of_then_are_those_that_stood_then() -> None:
    """A reader of the postings need not know of `as_of`."""
    world = World(random.Random(1871))  # noqa: S311 - reproducible, not secret

    def stated() -> set[Any]:
        facts = MomentPosting.objects.values_list("term", "date", "record_id", "place")
        return {*facts, *DatedFact.objects.values_list("kind", "length", "record_id", "place")}

    known = {}
    for _ in range(STEPS):
        known[last_instant()] = (set(EventPosting.objects.values_list()), stated())
        world.step()
    while world.withdrawn:
        world.restore_one()

    for instant, (postings, facts) in known.items():
        with seen(Moment(instant, is_final=True)):
            assert (stated() == facts, set(EventPosting.objects.values_list()) == postings) == (
                True,
                True,
            )
    assert len({frozenset(postings) for postings, _facts in known.values()}) > 3
    assert len({frozenset(facts) for _postings, facts in known.values()}) > 3


def test_nobody_reads_the_future(client: Client) -> None:
    publish_whole(make_event("Talks", slug="talks"))
    soon = timezone.now() + timedelta(hours=1)
    get(client, as_of("events/", soon), 400)
