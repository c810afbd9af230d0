"""Unresolved names: participants of whom only the source's words are known. All of one name are resolved at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import CharField, Count, Max, Min, Value
from django.db.models.functions import Trim

from events.models import Event, Participation
from people.alike import known, like
from people.models import IN_OFFICE, Person, Tenure
from people.names import parse
from records.desk_search import Folded
from records.models import BulkEdit, EditorialState
from records.publishing.bulk_edits import demand_editing
from records.publishing.deeds import deed
from records.publishing.locks import hold
from records.publishing.publish import UNSEEN, CurationRefused, Refusal, recorded
from records.publishing.warnings import renew

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser
    from django.db.models import QuerySet

#: Candidates that one name leads to at most: as many as there are keys for them.
CANDIDATES = 9
RESOLVE = "resolve a name"


@dataclass(frozen=True)
class Candidate:
    """A person who may be meant by a name, and why."""

    person: Person
    score: float
    reason: str
    offices: str = ""  #: that the person held on days of the events
    acts: str = ""  #: in how many events the person takes part already, when and for whom
    days: int = 0  #: the number of events on whose days the person may have held one


def unresolved() -> QuerySet[Any]:
    """Return the participations with an unresolved name, which is folded beside it; not those of merged events."""
    rows: QuerySet[Any] = (
        Participation.objects.filter(person=None, organization=None, state=None)
        .exclude(event__editorial_state=EditorialState.MERGED)
        .annotate(folded=Trim(Folded("name_as_given")))
    )
    return rows


def names() -> QuerySet[Any]:
    """Return the names, folded, each with how often it stands alone and one of its spellings, the most frequent first."""
    rows: QuerySet[Any] = (
        unresolved()
        .order_by()
        .values("folded")
        .annotate(count=Count("pk"), spelling=Min("name_as_given"))
        .order_by("-count", "folded")
    )
    return rows


def of_name(folded: str) -> QuerySet[Any]:
    """Return the participations with an unresolved name that folds to `folded`."""
    whole: Any = Value(f" {folded} ", output_field=CharField())
    rows: QuerySet[Any] = unresolved().alias(whole=Folded("name_as_given")).filter(whole=whole)
    return rows


def shown(rows: Iterable[Participation]) -> dict[int, str]:
    """Return a fingerprint of what the page of a name shows of each participation, by its key: event, days, words, role."""
    said = {
        row.pk: (row.event_id, row.event.title, row.event.when, row.name_as_given, row.role)
        for row in rows
    }
    return {
        key: blake2b(repr(row).encode(), digest_size=6).hexdigest() for key, row in said.items()
    }


def candidates(folded: str, events: Sequence[Event]) -> list[Candidate]:
    """Return who may be meant, those first who held an office on the days of most of the events."""
    parsed = parse(folded)
    pairs = like({"": " ".join(parsed.words)}) if parsed.words else []
    compared, persons = known({person for _name, person in pairs})
    found = {}
    for key, each in compared.items():
        near = each.near(each.likeness(parsed), (None, None), (None, None))
        if near is not None:
            found[key] = Candidate(persons[key], near.score, near.reason)
    for key, acts in _acts(found).items():
        found[key] = replace(found[key], acts=acts)
    for key, tenures in _tenures(found).items():
        offices: dict[str, None] = {}
        days = 0
        for event in events:
            held = [tenure for tenure in tenures if _may_have_held(tenure, event)]
            days += bool(held)
            offices |= dict.fromkeys(str(tenure.office) for tenure in held)
        found[key] = replace(found[key], days=days, offices=", ".join(offices))
    ranked = sorted(found.values(), key=lambda each: (-each.days, -each.score, each.person.name))
    return ranked[:CANDIDATES]


def _acts(keys: Any) -> dict[UUID, str]:
    """Say of persons in how many events they take part, in which years, and for which states: namesakes differ in that."""
    rows = (
        Participation.objects.filter(person__in=list(keys))
        .exclude(event__editorial_state=EditorialState.MERGED)
        .order_by()
    )
    states: defaultdict[UUID, set[str]] = defaultdict(set)
    for key, name in rows.values_list("person", "on_behalf_of_state__name").distinct():
        states[key] |= {name} if name else set()
    said = {}
    counted = rows.values("person").annotate(
        count=Count("event", distinct=True),
        first=Min("event__when_earliest__year"),
        last=Max("event__when_latest__year"),
    )
    for row in counted:
        events = "one event" if row["count"] == 1 else f"{row['count']} events"
        years = sorted({year for year in (row["first"], row["last"]) if year is not None})
        when = f" of {years[0]}" if len(years) == 1 else f" from {years[0]} to {years[-1]}"
        whom = ", ".join(sorted(states[row["person"]]))
        said[row["person"]] = (
            f"Takes part in {events}{when if years else ''}{f', on behalf of {whom}' if whom else ''}."
        )
    return said


def _tenures(keys: Any) -> dict[UUID, list[Tenure]]:
    by_person: defaultdict[UUID, list[Tenure]] = defaultdict(list)
    rows = Tenure.objects.filter(person__in=list(keys), kind__in=IN_OFFICE).exclude(
        editorial_state=EditorialState.MERGED
    )
    for tenure in rows.select_related("office"):
        by_person[tenure.person_id].append(tenure)
    return by_person


def _may_have_held(tenure: Tenure, event: Event) -> bool:
    first, last = event.when.earliest, event.when.latest
    if first is None or last is None or tenure.start.earliest is None:
        return False
    return tenure.start.earliest <= last and (
        tenure.end.latest is None or first <= tenure.end.latest
    )


@deed
def resolve(
    folded: str,
    person: Person,
    *,
    by: AbstractBaseUser,
    seen: Mapping[int, str],
    reason: str = "",
    left_out: Collection[int] = (),
) -> BulkEdit:
    """Resolve an unresolved name: all its participants, but for those `left_out`, are this person; their words stay.

    `seen` has the fingerprints that `shown` gave: only what was seen is resolved.
    It is undone as any act on many records (`records.publishing.bulk_edits`).

    Events in which the person takes part already are left as they are. Raises CurationRefused when nothing is left to resolve,
    something was not seen as it is, or the person is no more, PermissionDenied when `by` may not change events.
    """
    demand_editing(by, Event)
    with recorded(RESOLVE, by, reason) as context:
        held = hold(
            {"person": [person.pk], "event": of_name(folded).values_list("event", flat=True)}
        )
        whole = Person.objects.filter(pk=person.pk).exclude(editorial_state=EditorialState.MERGED)
        if person.pk not in held or not whole.exists():
            detail = f"{person} was merged or deleted meanwhile: choose the record that is left."
            raise CurationRefused([Refusal(person, "gone", detail)])
        there = Participation.objects.filter(person=person).values("event")
        rows = [
            row
            for row in of_name(folded)
            .exclude(event__in=there)
            .filter(event__in=list(held))
            .select_related("event")
            if row.pk not in left_out
        ]
        if not rows:
            detail = f"No unresolved name “{folded}” is left that could be {person}."
            raise CurationRefused([Refusal(person, "nothing_left", detail)])
        if unseen := [key for key, text in shown(rows).items() if seen.get(key) != text]:
            detail = f"{_participations(len(unseen))} came or changed after the page was shown to you: see the marks below. Nothing is resolved yet."
            raise CurationRefused([Refusal(person, UNSEEN, detail)])
        Participation.objects.filter(pk__in=[row.pk for row in rows]).update(person=person)
        connection.check_constraints()
        renew({"event": {row.event_id for row in rows}})
        return BulkEdit.objects.create(
            kind=Event.object_kind,
            action=RESOLVE,
            what=f"“{folded}” is {person}",
            count=len(rows),
            context_id=context,
            by_id=by.pk,
        )


def _participations(count: int) -> str:
    return "One participation" if count == 1 else f"{count} participations"
