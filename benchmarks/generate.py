"""Synthetic records, skewed as real ones are: a few states take part in most events, a few persons in many.

Each chunk of events has a seed of its own, so the first events are the same however many follow, and chunks are made side
by side. Ids follow from kind and number, as those that are given in time do; so a row can name another one that is elsewhere.
"""

from __future__ import annotations

import random
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from itertools import accumulate
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from agreements.models import (
    Agreement,
    AgreementAction,
    AgreementCitation,
    AgreementParty,
    AgreementRepresentative,
    AgreementTopic,
    MonetaryValue,
)
from benchmarks.copying import Tables, chunks, continue_counting, when
from events.models import (
    Event,
    EventCitation,
    EventIdentifier,
    EventLink,
    EventPlace,
    EventTopic,
    EventType,
    Participation,
    ParticipationCapacity,
    Place,
    Relation,
    RelationCitation,
    RelationPeriod,
    Statement,
    StatementAbout,
    StatementCitation,
    StatementTopic,
)
from people.models import (
    Office,
    OfficeAccreditation,
    OfficeCitation,
    Organization,
    OrganizationCitation,
    Person,
    PersonCitation,
    PersonName,
    State,
    Tenure,
    TenureCitation,
    TenureMilestone,
)
from records.models import Source, Topic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db import models

SEED = 1648  # the year of Westphalia
CHUNK = 5_000
FIRST_DAY, LAST_DAY = date(1946, 1, 1), date(2026, 6, 30)
DAYS = (LAST_DAY - FIRST_DAY).days

#: How many there are beside so many events: at least, and one per so many events.
NUMBERS: dict[type[models.Model], tuple[int, int]] = {
    Source: (2_000, 100),
    Topic: (60, 1_000_000_000),
    Place: (400, 2_500),
    Organization: (300, 2_500),
    Person: (3_000, 100),
    Office: (1_500, 200),
    Tenure: (4_500, 70),
    Relation: (1_500, 200),
    Agreement: (100, 50),
    Statement: (250, 20),
}
#: Those that are made in proportion to events, and name events; all others come before.
BESIDE_EVENTS = (Agreement, Statement)
#: Parts that other parts name by their key.
WITH_KEY = (Participation, AgreementParty)

#: Share of events per type; calls, meetings and visits are most of real diplomacy.
TYPES = {
    "meeting": 30, "call": 20, "visit": 18, "negotiation": 8, "signing": 6, "summit": 4, "conference": 4,
    "speech": 3, "hospitality": 3, "mediation": 2, "ceasefire": 1, "sanctions": 1, "tour": 1,
}  # fmt: skip
#: Only these go on for long, or without an end.
LONG = {"negotiation", "mediation", "ceasefire", "sanctions"}
#: What other events are parts of.
WHOLES = {"visit", "tour", "summit", "conference"}
STATUSES = {
    "occurred": 920, "cancelled": 20, "alleged": 20, "planned": 15, "denied": 10, "postponed": 8, "confirmed": 5,
    "ongoing": 2,
}  # fmt: skip
VISIT_CLASSES = {
    "": 40, "working": 25, "official": 15, "official_working": 8, "state": 5, "private": 4, "informal": 2, "transit": 1,
}  # fmt: skip
ATTENDANCES = {"in_person": 60, "remote": 25, "": 13, "mixed": 2}
ROLES = {
    "participant": 40, "host": 15, "visitor": 15, "caller": 8, "callee": 8, "head_of_delegation": 4, "delegate": 3,
    "mediator": 2, "signatory": 2, "speaker": 1, "observer": 1, "organizer": 1,
}  # fmt: skip
FORMS = {
    "agreement": 30, "mou": 25, "treaty": 10, "exchange_of_notes": 10, "protocol": 8, "declaration": 6, "contract": 5,
    "convention": 3, "arrangement": 2, "ceasefire_agreement": 1,
}  # fmt: skip
PERIODS = {
    "tenor": ["friendly", "warming", "strained", "hostile"],
    "recognition": ["recognised", "not_recognised"],
    "engagement": ["high", "low", "suspended"],
    "representation_level": ["embassy", "legation", "none"],
}
WORDS = (  # noqa: SIM905 - a list of them would fill two pages
    "talks trade security border minister president envoy delegation cooperation energy water rights refugees navy "
    "pipeline railway tariff grain oil gas nuclear inspection armistice prisoners exchange visit treaty protocol "
    "memorandum investment credit debt relief culture science students visas flights fisheries islands strait canal "
    "peacekeeping observers election mandate resolution embassy consulate recognition dialogue council committee "
    "framework roadmap statement concern support condemnation sovereignty territory ceasefire withdrawal verification "
    "minerals lithium copper uranium satellites space cyber data health vaccines climate emissions forests drought "
    "earthquake flood famine aid reconstruction development bank loan grant currency reserves sanctions embargo licence "
    "arms missiles radar bases exercises training intelligence terrorism piracy smuggling narcotics police justice"
).split()
FIRST_STATES = (
    "united-states", "china", "russia", "france", "united-kingdom", "germany", "india", "pakistan",
)  # fmt: skip


def number_of(model: type[models.Model], events: int) -> int:
    """Return how many records of a kind there are beside so many events."""
    if model is Event:
        return events
    least, per_event = NUMBERS[model]
    if model in BESIDE_EVENTS:
        return events // per_event
    return max(least, events // per_event)


def key(model: type[models.Model], number: int) -> UUID:
    """Return the id of the record of that number: a UUID of version 7, later than those of smaller numbers."""
    scramble = random.Random(f"{model._meta.label_lower}-{number}").getrandbits(74)  # noqa: S311 - reproducible, not secret
    moment = 0x0190_0000_0000 + number * 500
    return UUID(
        int=moment << 80
        | 0x7 << 76
        | (scramble >> 62) << 64
        | 0b10 << 62
        | (scramble & ((1 << 62) - 1))
    )


class Skewed:
    """Picks from a list with falling probability: the n-th about 1/n as often as the first."""

    def __init__(self, things: Sequence[Any], exponent: float = 1.0) -> None:
        self.things = things
        self.weights = list(accumulate(1 / (rank + 1) ** exponent for rank in range(len(things))))

    def one(self, chance: random.Random) -> Any:
        """Pick one."""
        return chance.choices(self.things, cum_weights=self.weights)[0]

    def several(self, chance: random.Random, count: int) -> list[Any]:
        """Pick some, each once."""
        return list(dict.fromkeys(chance.choices(self.things, cum_weights=self.weights, k=count)))


class Shares:
    """Picks from codes with their shares."""

    def __init__(self, shares: dict[str, int], *, among: Sequence[str] | None = None) -> None:
        self.codes = [code for code in shares if among is None or code in among]
        self.weights = list(accumulate(shares[code] for code in self.codes))

    def one(self, chance: random.Random) -> str:
        return chance.choices(self.codes, cum_weights=self.weights)[0]


class World:
    """What the synthetic events draw on: states as loaded with the reference data, and invented records of other kinds."""

    def __init__(self, events: int) -> None:
        chance = self.chance = random.Random(SEED)  # noqa: S311 - reproducible, not secret
        kinds: list[type[models.Model]] = [Event, *NUMBERS]
        self.count = {model: number_of(model, events) for model in kinds}
        self.words = Skewed(WORDS, 0.7)
        found = dict(State.objects.filter(kind="sovereign_state").values_list("slug", "pk"))
        slugs = [slug for slug in FIRST_STATES if slug in found]
        slugs += sorted(found.keys() - set(slugs))
        self.states = Skewed([found[slug] for slug in slugs], 0.9)
        self.type_keys = dict(EventType.objects.filter(code__in=TYPES).values_list("code", "pk"))
        self.types = Shares(TYPES, among=list(self.type_keys))
        self.sources = Skewed(self._keys(Source), 0.6)
        self.topics = Skewed(self._keys(Topic))
        self.places = Skewed(self._keys(Place))
        self.organizations = Skewed(self._keys(Organization), 0.8)
        self.statuses, self.visit_classes = Shares(STATUSES), Shares(VISIT_CLASSES)
        self.attendances, self.roles, self.forms = Shares(ATTENDANCES), Shares(ROLES), Shares(FORMS)
        people, offices = self._keys(Person), self._keys(Office)
        self.state_of = {person: self.states.one(chance) for person in people}
        of_state: dict[UUID, list[UUID]] = defaultdict(list)
        for person, state in self.state_of.items():
            of_state[state].append(person)
        self.people = {state: Skewed(those) for state, those in of_state.items()}
        self.state_of_office = {office: self.states.one(chance) for office in offices}
        of_state = defaultdict(list)
        for office, state in self.state_of_office.items():
            of_state[state].append(office)
        self.tenures: list[tuple[UUID, UUID]] = []
        for number in range(self.count[Tenure]):
            # A person holds offices of one state, each once, so that no two tenures can be the same.
            person, turn = people[number % len(people)], number // len(people)
            those = of_state[self.state_of[person]]
            if turn < len(those):
                self.tenures.append((person, those[(person.int + turn) % len(those)]))
        self.tenures_of: dict[UUID, list[UUID]] = defaultdict(list)
        for number, (person, _office) in enumerate(self.tenures, 1):
            self.tenures_of[person].append(key(Tenure, number))

    def _keys(self, model: type[models.Model]) -> list[UUID]:
        return [key(model, number) for number in range(1, self.count[model] + 1)]

    def phrase(self, chance: random.Random, count: int) -> str:
        """Some words."""
        return " ".join(self.words.several(chance, count))

    def everything_before_events(self) -> None:
        """Write the records that events name."""
        chance, tables = self.chance, Tables()
        for number, source in enumerate(self.sources.things, 1):
            tables.add(
                Source, id=source, slug=f"source-{number}", kind="news", title=f"Source {number}"
            )
        for number, topic in enumerate(self.topics.things, 1):
            tables.add(
                Topic, id=topic, slug=f"topic-{number}", code=f"topic-{number}", label=f"Topic {number}",
                broader_id=key(Topic, (number + 1) // 10) if number % 10 == 9 and number > 20 else None,
            )  # fmt: skip
        for number, place in enumerate(self.places.things, 1):
            # One in five lies in another one: a venue in its city.
            parent = key(Place, number // 5) if number % 5 == 0 else None
            tables.add(
                Place, id=place, slug=f"place-{number}", name=f"Place {number}", kind="venue" if parent else "city",
                state_id=self.states.one(chance), parent_id=parent,
            )  # fmt: skip
        for number, organization in enumerate(self.organizations.things, 1):
            tables.add(
                Organization, id=organization, slug=f"organization-{number}", name=f"Organization {number}",
                classification="igo" if number <= 30 else chance.choice(["ministry", "company", "ngo"]),
                state_id=None if number <= 30 else self.states.one(chance),
            )  # fmt: skip
            self._cite(chance, tables, OrganizationCitation, organization)
        for number, person in enumerate(self.state_of, 1):
            tables.add(
                Person, id=person, slug=f"person-{number}", name=f"Person {number}", given_name=f"Given {number}",
                family_name=f"Family {number}", sort_name=f"Family {number}, Given {number}",
                birth=when(f"{1900 + number % 90}"),
            )  # fmt: skip
            if number % 4 == 0:
                tables.add(PersonName, record_id=person, name=f"Alias {number}", kind="alias")
            self._cite(chance, tables, PersonCitation, person)
        self._offices(tables)
        self._relations(tables)
        tables.write()

    def _offices(self, tables: Tables) -> None:
        chance = self.chance
        classes = Shares(
            {"minister": 40, "head_of_mission": 35, "foreign_minister": 10, "head_of_government": 7, "head_of_state": 6,
             "special_envoy": 2}
        )  # fmt: skip
        for number in range(1, self.count[Office] + 1):
            office, its_class = key(Office, number), classes.one(chance)
            tables.add(
                Office, id=office, slug=f"office-{number}", title=f"Office {number}", classification=its_class,
                state_id=self.state_of_office[office],
            )  # fmt: skip
            if its_class == "head_of_mission":
                tables.add(OfficeAccreditation, office_id=office, state_id=self.states.one(chance))
            self._cite(chance, tables, OfficeCitation, office)
        kinds = Shares(
            {"substantive": 85, "acting": 8, "ad_interim": 4, "designate": 2, "did_not_serve": 1}
        )
        for number, (person, office) in enumerate(self.tenures, 1):
            tenure, day = key(Tenure, number), self.day(chance)
            over = chance.random()
            end = day + timedelta(days=chance.randint(100, 3_000))
            ends = over < 0.75 and end <= LAST_DAY
            tables.add(
                Tenure, id=tenure, slug=f"tenure-{number}", person_id=person, office_id=office,
                start=when(self.edtf(chance, day)), end=when(f"{end}" if ends else ""),
                end_status="ended" if ends else "ongoing" if over < 0.85 else "unknown", kind=kinds.one(chance),
                end_reason=chance.choice(["term_ended", "resigned", ""]) if ends else "",
            )  # fmt: skip
            if number % 3 == 0:
                tables.add(
                    TenureMilestone, tenure_id=tenure, date=when(f"{day}"),
                    kind=chance.choice(["appointed", "credentials_presented", "sworn_in"]),
                )  # fmt: skip
            self._cite(chance, tables, TenureCitation, tenure)

    def _relations(self, tables: Tables) -> None:
        """Write relations of pairs of states, each with a few periods."""
        # Of their own chance, so that all else is as it was.
        chance = random.Random(f"{SEED}-relations")  # noqa: S311 - reproducible, not secret
        states = self.states.things
        every = len(states) * (len(states) - 1) // 2
        pairs = set[tuple[UUID, UUID]]()
        while len(pairs) < min(self.count[Relation], every // 2):
            one, other = self.states.one(chance), chance.choice(states)
            if one != other:
                pairs.add((min(one, other), max(one, other)))
        for number, (one, other) in enumerate(sorted(pairs), 1):
            relation = key(Relation, number)
            tables.add(
                Relation, id=relation, slug=f"relation-{number}", state_a_id=one, state_b_id=other
            )
            self._cite(chance, tables, RelationCitation, relation)
            for _ in range(chance.choice([1, 2, 3, 4, 6])):
                dimension, day = chance.choice(list(PERIODS)), self.day(chance)
                end = day + timedelta(days=chance.randint(300, 9_000))
                ends = chance.random() < 0.6 and end <= LAST_DAY
                tables.add(
                    RelationPeriod, relation_id=relation, dimension=dimension, value=chance.choice(PERIODS[dimension]),
                    start=when(self.edtf(chance, day)), end=when(f"{end}" if ends else ""),
                    end_status="ended" if ends else chance.choice(["ongoing", "unknown"]),
                )  # fmt: skip

    def _cite(
        self, chance: random.Random, tables: Tables, model: type[models.Model], record: UUID
    ) -> None:
        tables.add(model, record_id=record, source_id=self.sources.one(chance))

    def day(self, chance: random.Random) -> date:
        """Return a day: the later, the more often."""
        return FIRST_DAY + timedelta(days=int(DAYS * chance.random() ** 0.5))

    def edtf(self, chance: random.Random, day: date) -> str:
        """Write the day: mostly as it is, sometimes as less, once in a hundred not at all."""
        luck = chance.random()
        if luck < 0.01:
            return ""
        if luck < 0.05:
            return f"{day:%Y-%m}"
        if luck < 0.06:
            return f"{day:%Y}"
        if luck < 0.08:
            return f"[{day},{day + timedelta(days=7)}]"
        return f"{day}"

    def events(self, first: int, last: int) -> None:
        """Write the events of a chunk with their parts: 3 participants, 1.35 sources and 1.5 topics on average."""
        chance = random.Random(f"{SEED}-events-{first}")  # noqa: S311 - reproducible, not secret
        tables, wholes = Tables(*WITH_KEY), list[int]()
        for number in range(first, last + 1):
            self._event(chance, tables, number, wholes)
        tables.write()

    def _event(self, chance: random.Random, tables: Tables, number: int, wholes: list[int]) -> None:
        event, its_type, day = key(Event, number), self.types.one(chance), self.day(chance)
        edtf, end = self.edtf(chance, day), ""
        if edtf and its_type in LONG:
            luck = chance.random()
            if luck < 0.08:  # an end that is open, or words of which no day follows
                end = f"{day}/.." if luck < 0.02 else ""
                edtf = edtf if end else f"{day:%Y-%m-%d}/.."
            elif luck < 0.5:
                end = f"{day + timedelta(days=int(2_000 * chance.random() ** 3) + 400 * (edtf != f'{day}'))}"
        parent = None
        if its_type in WHOLES:
            wholes.append(number)
        elif wholes and chance.random() < 0.12:
            parent = key(Event, chance.choice(wholes[-50:]))
        tables.add(
            Event, id=event, slug=f"event-{number}", type_id=self.type_keys[its_type],
            title=self.phrase(chance, 6).capitalize(), summary=self.phrase(chance, 30).capitalize() + ".",
            status=self.statuses.one(chance), attendance=self.attendances.one(chance), parent_id=parent,
            visit_class=self.visit_classes.one(chance) if its_type == "visit" else "",
            when=when(edtf), end=when(end), contested=chance.random() < 0.005,
        )  # fmt: skip
        states = self.states.several(chance, chance.choice([2, 2, 2, 3, 5]))
        seen = set()
        for order in range(chance.choice([2, 2, 3, 3, 4, 4])):
            state, role = states[order % len(states)], self.roles.one(chance)
            person = organization = None
            if order < len(states) and state in self.people:
                person = self.people[state].one(chance)
            elif chance.random() < 0.15:
                organization = self.organizations.one(chance)
            if (who := (person or organization or state, role)) in seen:
                continue
            seen.add(who)
            participation = number * 8 + order
            tables.add(
                Participation, id=participation, event_id=event, person_id=person, organization_id=organization,
                state_id=None if person or organization else state, on_behalf_of_state_id=state if person else None,
                role=role, presence="remote" if its_type == "call" else "present", order=order,
            )  # fmt: skip
            held = self.tenures_of.get(person) if person and chance.random() < 0.25 else None
            if held:
                tables.add(ParticipationCapacity, participation_id=participation, tenure_id=held[0])
        for source in self.sources.several(chance, chance.choice([1, 1, 2])):
            tables.add(EventCitation, record_id=event, source_id=source)
        for topic in self.topics.several(chance, chance.choice([1, 2])):
            tables.add(EventTopic, event_id=event, topic_id=topic)
        if chance.random() < 0.5:
            tables.add(EventPlace, event_id=event, place_id=self.places.one(chance))
        if chance.random() < 0.05:
            tables.add(EventIdentifier, record_id=event, scheme="bench", value=f"event-{number}")
        if parent and chance.random() < 0.1:
            tables.add(EventLink, event_id=event, kind="result_of", linked_event_id=parent)

    def agreements(self, first: int, last: int) -> None:
        """Write agreements: most between two, some among many; signed, most in force, one in six over."""
        chance = random.Random(f"{SEED}-agreements-{first}")  # noqa: S311 - reproducible, not secret
        tables = Tables(*WITH_KEY)
        per_event = NUMBERS[Agreement][1]
        for number in range(first, last + 1):
            agreement, signed = key(Agreement, number), self.day(chance)
            wide = chance.random() < 0.1
            tables.add(
                Agreement, id=agreement, slug=f"agreement-{number}", title=self.phrase(chance, 8).capitalize(),
                form=self.forms.one(chance), laterality="multilateral" if wide else "bilateral",
                legal_character=chance.choice(["treaty_binding", "treaty_binding", "political_commitment", "undetermined"]),
                place_id=self.places.one(chance) if chance.random() < 0.3 else None,
            )  # fmt: skip
            self._cite(chance, tables, AgreementCitation, agreement)
            for topic in self.topics.several(chance, 2):
                tables.add(AgreementTopic, agreement_id=agreement, topic_id=topic)
            event = key(Event, number * per_event) if chance.random() < 0.5 else None
            ratified = chance.random() < 0.5
            for order, state in enumerate(
                self.states.several(chance, 12 if wide else 3)[: 12 if wide else 2]
            ):
                party = number * 16 + order
                tables.add(AgreementParty, id=party, agreement_id=agreement, state_id=state)
                if state in self.people and chance.random() < 0.5:
                    tables.add(
                        AgreementRepresentative,
                        party_id=party,
                        person_id=self.people[state].one(chance),
                    )
                later = signed + timedelta(days=chance.randint(30, 900))
                for kind, day in (("signature", signed), ("ratification", later)):
                    if kind == "signature" or ratified:
                        tables.add(
                            AgreementAction, agreement_id=agreement, kind=kind, party_id=party, date=when(f"{day}"),
                            event_id=event if kind == "signature" else None,
                        )  # fmt: skip
            if chance.random() < 0.7:
                begins = signed + timedelta(days=1_000 if ratified else 0)
                tables.add(
                    AgreementAction,
                    agreement_id=agreement,
                    kind="entry_into_force",
                    date=when(f"{begins}"),
                )
                if chance.random() < 0.25:
                    ends = begins + timedelta(days=chance.randint(400, 9_000))
                    tables.add(
                        AgreementAction,
                        agreement_id=agreement,
                        kind="termination",
                        date=when(f"{ends}"),
                    )
            if chance.random() < 0.3:
                tables.add(
                    MonetaryValue, agreement_id=agreement, amount=chance.randint(1, 5_000) * 1_000_000,
                    currency_id=chance.choice(["USD", "USD", "EUR", "CNY"]),
                )  # fmt: skip
        tables.write()

    def statements(self, first: int, last: int) -> None:
        """Write statements: most by persons and at events, each about one to three records."""
        chance = random.Random(f"{SEED}-statements-{first}")  # noqa: S311 - reproducible, not secret
        tables = Tables()
        per_event = NUMBERS[Statement][1]
        for number in range(first, last + 1):
            statement, state = key(Statement, number), self.states.one(chance)
            speaks = chance.random()
            tables.add(
                Statement, id=statement, slug=f"statement-{number}",
                kind=chance.choice(["quote", "quote", "paraphrase", "press_release", "claim"]),
                speaker_person_id=self.people[state].one(chance) if speaks < 0.7 and state in self.people else None,
                speaker_organization_id=self.organizations.one(chance) if speaks > 0.85 else None,
                date=when(self.edtf(chance, self.day(chance))),
                event_id=key(Event, number * per_event) if chance.random() < 0.6 else None,
                part_of_id=key(Statement, number - 1) if number > first and chance.random() < 0.05 else None,
                language="en", text=self.phrase(chance, 25).capitalize() + ".",
            )  # fmt: skip
            self._cite(chance, tables, StatementCitation, statement)
            for about in self.states.several(chance, chance.choice([1, 2, 2])):
                tables.add(StatementAbout, statement_id=statement, state_id=about)
            if chance.random() < 0.3:
                tables.add(
                    StatementAbout, statement_id=statement, event_id=key(Event, number * per_event)
                )
            tables.add(StatementTopic, statement_id=statement, topic_id=self.topics.one(chance))
        tables.write()


_world: World | None = None


def generate(events: int, *, processes: int = 2) -> Iterator[int]:
    """Fill the working tables; yields how many events are there so far."""
    global _world  # noqa: PLW0603 - the children inherit it
    _world = World(events)
    _world.everything_before_events()
    connection.close()  # or the children would share it
    with ProcessPoolExecutor(processes, get_context("fork")) as pool:
        done = 0
        for made in pool.map(_events, chunks(events, CHUNK)):
            done += made
            yield done
        list(pool.map(_agreements, chunks(_world.count[Agreement], CHUNK)))
        list(pool.map(_statements, chunks(_world.count[Statement], CHUNK)))
    continue_counting(*WITH_KEY)
    _world = None


def _events(chunk: tuple[int, int]) -> int:
    assert _world  # noqa: S101 - inherited
    _world.events(*chunk)
    return chunk[1] - chunk[0] + 1


def _agreements(chunk: tuple[int, int]) -> None:
    assert _world  # noqa: S101 - inherited
    _world.agreements(*chunk)


def _statements(chunk: tuple[int, int]) -> None:
    assert _world  # noqa: S101 - inherited
    _world.statements(*chunk)
