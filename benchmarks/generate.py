"""Synthetic events, skewed as real ones are: a few states take part in most, a few persons in many. The seed fixes all of it.

Rows go into the working tables by COPY with triggers off, for what is measured is publishing and reading, not typing in.
"""

from __future__ import annotations

import csv
import io
import random
from collections import defaultdict
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, models, transaction

from config.dates.values import UncertainDate
from events.models import (
    Event,
    EventCitation,
    EventPlace,
    EventTopic,
    EventType,
    Participation,
    Place,
)
from people.models import Person, PersonCitation, State
from records.models import Source, Topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SEED = 1648  # the year of Westphalia
PERSONS, SOURCES, TOPICS, PLACES = 3_000, 2_000, 60, 400
CHUNK = 5_000
FIRST_DAY, LAST_DAY = date(1946, 1, 1), date(2026, 6, 30)

#: Share of events per type; calls, meetings and visits are most of real diplomacy.
TYPES = {
    "meeting": 30, "call": 20, "visit": 18, "negotiation": 8, "signing": 6, "summit": 4, "conference": 4,
    "speech": 3, "hospitality": 3, "mediation": 2, "ceasefire": 1, "sanctions": 1,
}  # fmt: skip
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


class Skewed:
    """Picks from a list with falling probability: the n-th about 1/n as often as the first."""

    def __init__(self, things: Sequence[Any], chance: random.Random, exponent: float = 1.0) -> None:
        self.things = things
        self.chance = chance
        self.weights = list(accumulate(1 / (rank + 1) ** exponent for rank in range(len(things))))

    def one(self) -> Any:
        """Pick one."""
        return self.chance.choices(self.things, cum_weights=self.weights)[0]

    def several(self, count: int) -> list[Any]:
        """Pick some, each once."""
        return list(
            dict.fromkeys(self.chance.choices(self.things, cum_weights=self.weights, k=count))
        )


class World:
    """What the synthetic events draw on: states as loaded with the reference data, and invented persons, sources and places."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.words = Skewed(WORDS, chance, 0.7)
        states = list(State.objects.filter(kind="sovereign_state").order_by("slug"))
        first = [
            "united-states",
            "china",
            "russia",
            "france",
            "united-kingdom",
            "germany",
            "india",
            "pakistan",
        ]
        states.sort(
            key=lambda state: (
                first.index(state.slug) if state.slug in first else len(first),
                state.slug,
            )
        )
        self.states = Skewed([state.pk for state in states], chance, 0.9)
        types = dict(EventType.objects.filter(code__in=TYPES).values_list("code", "pk"))
        self.types = [types[code] for code in TYPES]
        self.type_weights = list(accumulate(TYPES.values()))
        self.sources = Skewed(
            self._make(Source, SOURCES, kind="news", title="Source {}"), chance, 0.6
        )
        self.topics = Skewed(self._make(Topic, TOPICS, code="topic-{}", label="Topic {}"), chance)
        self.places = Skewed(self._make(Place, PLACES, name="Place {}", kind="city"), chance)
        persons = self._make(
            Person, PERSONS, name="Person {}", given_name="Given {}", family_name="Family {}"
        )
        copy_in(
            PersonCitation,
            [PersonCitation(record_id=person, source_id=self.sources.one()) for person in persons],
        )
        self.state_of = {person: self.states.one() for person in persons}
        of_state: dict[UUID, list[UUID]] = defaultdict(list)
        for person, state in self.state_of.items():
            of_state[state].append(person)
        self.persons = {state: Skewed(those, chance) for state, those in of_state.items()}

    def _make(self, model: type[models.Model], count: int, **texts: str) -> list[UUID]:
        rows = [
            model(
                id=self.new_id(),
                slug=f"{model._meta.model_name}-{number}",
                **{name: text.format(number) for name, text in texts.items()},
            )
            for number in range(1, count + 1)
        ]
        copy_in(model, rows)
        return [row.pk for row in rows]

    def new_id(self) -> UUID:
        """Return a UUIDv7-shaped id that the seed fixes."""
        bits = self.chance.getrandbits(128)
        return UUID(int=(0x0190 << 112) | (bits & ((1 << 112) - 1)), version=None)

    def phrase(self, count: int) -> str:
        """Some words."""
        return " ".join(self.words.several(count))

    def when(self) -> str:
        """Return an EDTF date: mostly a day, sometimes less, once in a hundred unknown."""
        span = (LAST_DAY - FIRST_DAY).days
        day = FIRST_DAY + timedelta(days=int(span * self.chance.random() ** 0.5))
        luck = self.chance.random()
        if luck < 0.01:
            return ""
        if luck < 0.05:
            return f"{day:%Y-%m}"
        if luck < 0.06:
            return f"{day:%Y}"
        if luck < 0.08:
            return f"[{day},{day + timedelta(days=7)}]"
        return f"{day}"

    def event(self, number: int) -> Iterator[models.Model]:
        """Make one event with its parts: 3 participants, 1.35 sources and 1.5 topics on average."""
        chance = self.chance
        event = Event(
            id=self.new_id(),
            slug=f"event-{number}",
            type_id=chance.choices(self.types, cum_weights=self.type_weights)[0],
            title=self.phrase(6).capitalize(),
            summary=self.phrase(30).capitalize() + ".",
            attendance=chance.choice(["in_person", "in_person", "remote", ""]),
        )
        event.when = UncertainDate.parse(self.when())
        yield event
        states = self.states.several(chance.choice([2, 2, 2, 3, 5]))
        for order in range(chance.choice([2, 2, 3, 3, 4, 4])):
            state = states[order % len(states)]
            person = (
                self.persons[state].one() if state in self.persons and order < len(states) else None
            )
            yield Participation(
                event_id=event.pk,
                person_id=person,
                state_id=None if person else state,
                on_behalf_of_state_id=state if person else None,
                role=chance.choice(
                    ["participant", "host", "visitor", "caller", "callee", "mediator"]
                ),
                presence="present",
                order=order,
            )
        for source in self.sources.several(chance.choice([1, 1, 2])):
            yield EventCitation(record_id=event.pk, source_id=source)
        for topic in self.topics.several(chance.choice([1, 2])):
            yield EventTopic(event_id=event.pk, topic_id=topic)
        if chance.random() < 0.5:
            yield EventPlace(event_id=event.pk, place_id=self.places.one(), order=0)


def generate(count: int) -> Iterator[int]:
    """Fill the working tables; yields how many events are there so far."""
    with transaction.atomic():
        world = World(random.Random(SEED))  # noqa: S311 - reproducible, not secret
    for first in range(1, count + 1, CHUNK):
        rows: dict[type[models.Model], list[models.Model]] = defaultdict(list)
        last = min(first + CHUNK - 1, count)
        for number in range(first, last + 1):
            seen = set()
            for row in world.event(number):
                if isinstance(row, Participation):
                    key = (row.person_id, row.state_id, row.role)
                    if key in seen:
                        continue
                    seen.add(key)
                rows[type(row)].append(row)
        with transaction.atomic():
            for model, those in rows.items():
                copy_in(model, those)
        yield last


def copy_in(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """COPY rows with the triggers off. Columns that the database fills by itself are left to it."""
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.has_db_default() and not isinstance(field, models.AutoField)
    ]
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow(
            ["\\N" if (value := _cell(field, row)) is None else value for field in fields]
        )
    text.seek(0)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.copy_expert(
            f"COPY \"{model._meta.db_table}\" ({columns}) FROM STDIN WITH (FORMAT csv, NULL '\\N')",
            text,
        )
        cursor.execute("SET LOCAL session_replication_role = origin")


def _cell(field: Any, row: models.Model) -> object:
    value = field.pre_save(row, add=True)
    if isinstance(value, list):
        return "{}"  # the lists of synthetic records are all empty
    return value
