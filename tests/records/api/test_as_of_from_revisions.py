"""Lists, counts and the timeline, now and as of any instant, follow from the revisions alone, as a reader of the API finds them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from records.api.moments import finding
from records.registry import all_kinds, kind_named
from tests.factories.answers import get
from tests.factories.counted import counted_rows, dimensions, expected_counts, is_refused
from tests.factories.days import DAYS, MATCHES, day
from tests.factories.histories import History
from tests.factories.lists import by_kind, listed
from tests.factories.moments import days_asked, happened
from tests.factories.revisions import Archive
from tests.factories.thorough import times

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from random import Random

    from django.test import Client

    from tests.factories.lists import Document
    from tests.factories.moments import Happening

pytestmark = pytest.mark.django_db

STEPS = 24
#: Instants that are asked for, and questions to each kind of address at each of them.
INSTANTS, QUESTIONS = 3, times(8)
#: What lists are asked by, beside days; and those with days.
FILTERS = {
    "event": ("state", "person", "organization", "topic", "status"),
    "statement": ("about", "speaker", "topic"),
    "tenure": ("person", "office", "state", "accredited_to", "kind"),
    "agreement": ("party", "topic", "laterality", "person"),
    "relation": ("state",),
    "person": ("office",),
}
DATED = ("event", "statement", "tenure")
WORDS = {
    "status": ("occurred", "planned,cancelled"),
    "kind": ("substantive", "acting,designate"),
    "laterality": ("bilateral", "multilateral,undetermined"),
}
#: Notes on states, which are no matter of these tests.
OF_STATES = {"coverage", "did_not_exist", "predecessors"}
#: The kinds of record that filters of other names take.
NAMED = {"about": "state", "speaker": "person", "accredited_to": "state", "party": "state"}
TIMELINE = ("between", "person", "organization", "office", "kind", "topic", "state", "object")
DIMENSIONS = ("year", "month", "decade", "kind", "object", "state")


class Asked:
    """Questions about what was public at an instant, drawn at random."""

    def __init__(self, chance: Random, public: list[Document], as_of: datetime | None) -> None:
        self.chance = chance
        self.public = public
        self.ids = {
            kind: sorted(one["id"] for one in some) for kind, some in by_kind(public).items()
        }
        self.as_of = {} if as_of is None else {"as_of": as_of.isoformat().replace("+00:00", "Z")}

    def value(self, name: str) -> str:
        if name in WORDS:
            return self.chance.choice(WORDS[name])
        known = self.ids[NAMED.get(name, name)]
        return ",".join(self.chance.sample(known, self.chance.randint(1, min(2, len(known)))))

    def days(self) -> dict[str, str]:
        low, high = sorted(self.chance.choices(DAYS, k=2))
        window = {"date_after": str(day(low)), "date_before": str(day(high))}
        if self.chance.random() < 0.5:
            window.pop(self.chance.choice([*window]))
        return {**window, "date_match": self.chance.choice(MATCHES)}

    def of_list(self, kind: str) -> dict[str, str]:
        names = FILTERS.get(kind, ())
        asked = self.chance.sample(names, min(len(names), self.chance.choice([0, 1, 1, 2])))
        query = {name: self.value(name) for name in asked}
        if kind in DATED and self.chance.random() < 0.6:
            query |= self.days()
        if kind == "tenure" and "date_match" in query:
            # Of tenures one day is asked for, on which they were held.
            query = {name: one for name, one in query.items() if not name.startswith("date_")}
            query |= {"on": str(day(self.chance.choice(DAYS)))}
            query["date_match"] = self.chance.choice(MATCHES)
        return query

    def of_timeline(self) -> dict[str, str]:
        makers: dict[str, Callable[[], str]] = {
            "between": lambda: ",".join(self.chance.sample(self.ids["state"], 2)),
            "kind": lambda: self.chance.choice(["event,signed", "took_office", "relation_began"]),
            "object": lambda: self.chance.choice(["event", "tenure,agreement", "state,statement"]),
        }
        names = self.chance.sample(TIMELINE, self.chance.choice([0, 1, 1, 2]))
        query = {name: makers[name]() if name in makers else self.value(name) for name in names}
        if self.chance.random() < 0.5:
            query |= self.days()
        return query

    def get(self, client: Client, address: str, query: dict[str, str], **more: str) -> Any:
        """The answer, in the envelope of a whole list."""
        answer = get(client, f"{address}?{urlencode({**query, **more, **self.as_of})}")
        noted = [note["code"] for note in answer["notes"] if note["code"] not in OF_STATES]
        assert noted == [*self.as_of]
        assert (answer["next"], answer["previous"]) == (None, None)
        return answer


@pytest.mark.parametrize(("seed", "few"), [(1, 3), (2, finding.FEW)])
def test_what_is_answered_follows_from_the_revisions(
    client: Client, seed: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether facts are found at once or, where they are not `few`, read off in order."""
    monkeypatch.setattr(finding, "FEW", few)
    history = History(seed)
    deeds = Counter(history.step() for _ in range(STEPS))
    names = [kind.name for kind in all_kinds()]
    archive = Archive.read(client, *names)
    every = sorted({step.at for steps in archive.steps.values() for step in steps})
    chance = history.chance
    instants = chance.sample(every[-STEPS:], INSTANTS)
    found = Counter[str]()

    for instant in [None, *instants, *(one - timedelta(microseconds=1) for one in instants)]:
        public = [one for name in names for one in archive.public(name, instant)]
        asked = Asked(chance, public, instant)
        for _ in range(QUESTIONS if instant else 4 * QUESTIONS):
            found["lists"] += compare_list(client, asked)
            found["counts"] += compare_counts(client, asked)
            found["timeline"] += compare_timeline(client, asked)

    assert len(deeds) >= 9, deeds
    # Of what is withdrawn now nothing is served; it was named by what is.
    gone = str(history.passing.pk)
    assert not any(step.document for step in archive.steps[gone])
    named = str([step.document for step in archive.steps[str(history.naming.pk)]])
    assert gone in named
    assert min(found.values()) > 40, found


def compare_list(client: Client, asked: Asked) -> bool:
    kind = asked.chance.choice([*FILTERS, *FILTERS, "state", "topic", "office", "organization"])
    query = asked.of_list(kind)
    expected = listed(kind, query, asked.public)

    answer = asked.get(
        client, f"{kind_named(kind).resource}/", query, ordering="label", page_size="200"
    )

    assert answer["results"] == expected, (kind, query, asked.as_of)
    assert answer["total"] == {"value": len(expected), "relation": "eq"}
    return bool(expected)


def compare_counts(client: Client, asked: Asked) -> bool:
    known = dimensions()
    kind = asked.chance.choice([one.name for one in all_kinds() if known[one.name]])
    by = tuple(asked.chance.sample(known[kind], min(len(known[kind]), asked.chance.choice([1, 2]))))
    if is_refused(kind, by):
        by = by[:1]
    query = asked.of_list(kind) if kind in FILTERS else {}
    expected = listed(kind, query, asked.public)
    world = by_kind(asked.public)

    answer = asked.get(client, f"{kind_named(kind).resource}/counts/", query, by=",".join(by))

    counted = expected_counts(kind, [*by], expected, world)
    assert counted_rows(answer["results"]) == counted, (kind, query, by, asked.as_of)
    assert len(answer["results"]) == len(counted)
    assert answer["total"] == {"value": len(expected), "relation": "eq"}
    return bool(expected)


def compare_timeline(client: Client, asked: Asked) -> bool:
    """The stream, and its counts by two dimensions."""
    query = asked.of_timeline()
    ordering = asked.chance.choice(["date", "-date"])
    by = asked.chance.sample(DIMENSIONS, 2)
    wanted = happened({**query, "ordering": ordering}, asked.public)
    documents = {document["id"]: document for document in asked.public}

    entries = []
    size = asked.chance.choice([len(wanted) // 2 + 1, 200])
    more = {**query, **asked.as_of, "ordering": ordering, "page_size": str(size)}
    following: str | None = f"timeline/?{urlencode(more)}"
    while following:
        answer = get(client, following.partition("/api/v1/")[2] or following)
        entries += [_said(entry) for entry in answer["results"]]
        assert answer["total"] == {"value": len(wanted), "relation": "eq"}
        following = answer["next"]

    rows = [_shown(one, documents[one.document["id"]], query) for one in wanted]
    assert entries == rows, (query, asked.as_of)

    counts = asked.get(client, "timeline/counts/", query, by=",".join(by))

    found = {tuple(str(row[name]) for name in by): row["count"] for row in counts["results"]}
    expected: Counter[tuple[str, ...]] = Counter()
    for one in wanted:
        named = _references(one.document)
        values = [[str(named.get(value, value)) for value in one.values(name)] for name in by]
        expected.update(product(*values))
    assert found == expected, (query, by, asked.as_of)
    assert counts["total"] == {"value": len(wanted), "relation": "eq"}
    return bool(wanted)


def _shown(one: Happening, document: Document, query: dict[str, str]) -> Document:
    """The entry of a fact, but for its words."""
    named = _references(document)
    return {
        "date": one.date,
        "end": one.end,
        "kind": one.kind,
        "match": one.match(*days_asked(query)),
        "object": document["object"],
        "id": document["id"],
        "states": sorted((named[key] for key in set(one.states)), key=str),
        "persons": sorted((named[key] for key in set(one.persons)), key=str),
        "url": f"/api/v1/{kind_named(document['object']).resource}/{document['id']}/",
    }


def _said(entry: Document) -> Document:
    said = {**entry, "id": entry["record"]["id"]}
    for name in ("states", "persons"):
        said[name] = sorted(entry[name], key=str)
    del said["record"], said["label"]
    return said


def _references(node: Any) -> dict[str, Document]:
    """Every reference in a document by its id, the one to itself included."""
    found: dict[str, Document] = {}
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        found |= _references(one)
    if isinstance(node, dict) and {"id", "object", "label"} <= node.keys():
        is_state = node["object"] == "state"
        members = ("id", "object", "label", "code") if is_state else node.keys()
        found[node["id"]] = {name: node.get(name) for name in members}
    return found
