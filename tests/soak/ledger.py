"""What was acknowledged to clients, and whether it is there in the end.

A write counts as acknowledged when its client has heard of its success: by a line that a publisher's process wrote after the
commit, an answer of the desk, an import's exit code. A write that was under way when something was killed may be there or not; it may
not be there in part.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

import orjson

from events.models import Event, EventEdition, Participation
from people.models import Person
from records.models import Action, EditorialState, Topic, TopicEdition

if TYPE_CHECKING:
    from pathlib import Path

#: What each round of a publisher's process writes into three places of an event, and one of the desk into a topic.
MARK = "Round {}"


@dataclass
class Ledger:
    """Acknowledged writes, by what was done and to what: the numbers of their rounds."""

    rounds: defaultdict[tuple[str, str], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    imported: list[str] = field(default_factory=list)  #: slugs of persons
    _lock: Lock = field(default_factory=Lock)

    def note(self, deed: str, key: str, number: int) -> None:
        with self._lock:
            self.rounds[deed, key].append(number)

    def note_import(self, slugs: list[str]) -> None:
        with self._lock:
            self.imported += slugs

    def write(self, path: Path) -> None:
        """Write down what was acknowledged so far."""
        with self._lock:
            rounds = [[*key, numbers] for key, numbers in self.rounds.items()]
            path.write_bytes(orjson.dumps([rounds, self.imported]))

    @classmethod
    def read(cls, path: Path) -> Ledger:
        """Return what was written down."""
        ledger = cls()
        rounds, ledger.imported = orjson.loads(path.read_bytes())
        for deed, key, numbers in rounds:
            ledger.rounds[deed, key] = numbers
        return ledger

    def counts(self) -> Counter[str]:
        with self._lock:
            found: Counter[str] = Counter()
            for (deed, _key), numbers in self.rounds.items():
                found[deed] += len(numbers)
            found["imported"] = len(self.imported)
            return found


@dataclass
class Verdict:
    """What the ledger and the database disagree about."""

    lost: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)


def compare(ledger: Ledger) -> Verdict:
    """Look for every acknowledged write in the database."""
    verdict = Verdict()
    events = {str(event.pk): event for event in Event.objects.filter(slug__startswith="soak-")}
    topics = {str(topic.pk): topic for topic in Topic.objects.filter(slug__startswith="soak-")}
    parts: defaultdict[str, list[str]] = defaultdict(list)
    rows = Participation.objects.filter(event__in=events.values())
    for event_id, name in rows.values_list("event_id", "name_as_given"):
        parts[str(event_id)].append(name)
    public = _public(events, verdict) | _public_topics(topics)

    for key, event in events.items():
        marks = {event.title, event.summary, *parts[key]}
        if len(marks) != 1 or len(parts[key]) != 1:
            verdict.torn.append(f"event {event.slug}: {sorted(marks)}")
    for (deed, noted), numbers in sorted(ledger.rounds.items()):
        record: Any = events.get(noted) or topics.get(noted)
        if record is None:
            verdict.lost.append(f"{deed} {noted}: there is no such record")
        elif deed == "saved":
            now = _number(record.title if isinstance(record, Event) else record.label)
            if now < max(numbers):
                verdict.lost.append(f"saved {record.slug}: {max(numbers)}, and it has {now}")
        else:
            for number in set(numbers) - public[noted][deed]:
                verdict.lost.append(f"{deed} {record.slug}: {number}")
    _look_for_imported(ledger, verdict)
    return verdict


def _public(events: dict[str, Event], verdict: Verdict) -> dict[str, defaultdict[str, set[int]]]:
    """Return the rounds that were ever public, and those that withdrawals and restorations name, by event."""
    found: dict[str, defaultdict[str, set[int]]] = {key: defaultdict(set) for key in events}
    rows = EventEdition.objects.filter(record_id__in=events).order_by("position")
    for key, action, reason, text in rows.values_list("record_id", "action", "reason", "document"):
        if text is None:
            found[str(key)]["withdrawn"].add(_number(reason))
            continue
        document = orjson.loads(text)
        marks = {
            document["title"],
            document["summary"],
            *(part["name_as_given"] for part in document["participations"]),
        }
        if len(marks) != 1 or len(document["participations"]) != 1:
            verdict.torn.append(
                f"document of {document['slug']}, revision {document['revision']}: {sorted(marks)}"
            )
        found[str(key)]["published"].add(_number(document["title"]))
        if action == Action.RESTORED:
            found[str(key)]["restored"].add(_number(reason))
    return found


def _public_topics(topics: dict[str, Topic]) -> dict[str, defaultdict[str, set[int]]]:
    found: dict[str, defaultdict[str, set[int]]] = {key: defaultdict(set) for key in topics}
    rows = TopicEdition.objects.filter(record_id__in=topics, document__isnull=False)
    for key, label in rows.values_list("record_id", "label"):
        found[str(key)]["published"].add(_number(label))
    return found


def _look_for_imported(ledger: Ledger, verdict: Verdict) -> None:
    there = Counter(
        Person.objects.filter(slug__startswith="soak-").values_list("slug", "editorial_state")
    )
    for slug in ledger.imported:
        if there[slug, EditorialState.PUBLISHED] != 1:
            verdict.lost.append(f"import of person {slug}")


def _number(text: str) -> int:
    """The round that a text was written in; 0 of another text."""
    words = text.split()
    return int(words[1]) if len(words) == 2 and words[1].isdecimal() else 0
