"""Where two documents differ, and of what nature a change is."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.dates.values import UncertainDate
from people.models import State, Tenure
from records.models import Change, Nature, Topic
from records.publishing.differences import MOST, pointers
from records.publishing.merge import merge
from records.publishing.publish import publish, withdraw
from tests.factories.events import make_event, make_participation
from tests.factories.people import make_office, make_state, make_tenure
from tests.factories.records import make_topic, publish_whole

NAMES = st.sampled_from(["a", "b", "a/b", "m~n", "~1", ""])
VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.sampled_from(["x", "y"]) | st.integers(2, 4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=4)


def put(document: dict[str, Any], place: str, source: dict[str, Any]) -> None:
    """Give a document what another one has at a place, or remove what is not there."""
    names = [name.replace("~1", "/").replace("~0", "~") for name in place[1:].split("/")]
    there: Any = source
    here: Any = document
    for name in names[:-1]:
        key: Any = int(name) if isinstance(here, list) else name
        here, there = here[key], there[key]
    last: Any = int(names[-1]) if isinstance(here, list) else names[-1]
    if isinstance(there, dict) and last not in there:
        del here[last]
    else:
        here[last] = copy.deepcopy(there[last])


@given(former=DOCUMENTS, document=DOCUMENTS)
def test_the_places_make_one_document_of_the_other(
    former: dict[str, Any], document: dict[str, Any]
) -> None:
    patched = copy.deepcopy(former)

    places = pointers(former, document)
    for place in places:
        put(patched, place, document)

    assert patched == document
    assert len(places) == len(set(places))


@given(document=DOCUMENTS)
def test_the_same_document_differs_nowhere(document: dict[str, Any]) -> None:
    assert pointers(document, copy.deepcopy(document)) == []


@pytest.mark.parametrize(
    ("former", "document", "places"),
    [
        (
            {"revision": 1, "published_at": "x", "known_on": "x"},
            {"revision": 2, "published_at": "y", "known_on": "y"},
            [],
        ),
        ({"end": {"edtf": "2025"}}, {"end": {"edtf": "2025-05"}}, ["/end/edtf"]),
        ({"end": None}, {"end": {"edtf": "2025"}}, ["/end"]),
        (
            {"broader": {"id": "1", "object": "topic", "label": "A"}},
            {"broader": {"id": "1", "object": "topic", "label": "B"}},
            ["/broader/label"],
        ),
        (
            {"broader": {"id": "1", "object": "topic", "label": "A"}},
            {"broader": {"id": "2", "object": "topic", "label": "A"}},
            ["/broader"],
        ),
        ({"names": [{"name": "A"}]}, {"names": [{"name": "B"}]}, ["/names/0/name"]),
        ({"names": [{"name": "A"}]}, {"names": [{"name": "A"}, {"name": "B"}]}, ["/names"]),
        ({"a/b": 1, "c~d": 1}, {"a/b": 2, "c~d": 2}, ["/a~1b", "/c~0d"]),
        ({"x": [1] * MOST, "y": 1}, {"x": [2] * MOST, "y": 1}, [f"/x/{n}" for n in range(MOST)]),
        ({"x": [1] * MOST, "y": 1}, {"x": [2] * MOST, "y": 2}, ["/x", "/y"]),
    ],
)
def test_places(former: dict[str, Any], document: dict[str, Any], places: list[str]) -> None:
    assert pointers(former, document) == places


def natures() -> list[tuple[str, str, list[str]]]:
    """Kind, nature and places of every update."""
    return [
        (change.kind, change.nature, change.changed)
        for change in Change.objects.filter(action="updated").order_by("position")
    ]


@pytest.mark.django_db
def test_what_was_said_is_the_nature_of_the_change() -> None:
    topic = make_topic("mining")
    publish(topic, by=None)
    for nature in Nature:
        topic.label = f"Mining, {nature}"
        topic.save()
        publish(topic, by=None, nature=nature)

    assert natures() == [("topic", nature, ["/label"]) for nature in Nature]


def days_from_now(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "nature"),
    [
        (
            {"end": days_from_now(2)},  # of the day on which the tests began: midnight may pass
            Nature.DEVELOPMENT,
        ),  # a day that lies after the edition
        (
            {"end": days_from_now(-1)},
            Nature.CORRECTION,
        ),  # it had ended when we said it had not
        ({"start": "2001"}, Nature.CORRECTION),
        ({"kind": "acting"}, Nature.CORRECTION),  # no day
    ],
)
def test_where_nothing_was_said_the_days_decide(changes: dict[str, str], nature: Nature) -> None:
    tenure = make_tenure(start="2000")
    publish_whole(tenure)
    tenure = Tenure.objects.get(pk=tenure.pk)
    for name, value in changes.items():
        setattr(tenure, name, UncertainDate.parse(value) if name != "kind" else value)
    tenure.save()

    publish(Tenure.objects.get(pk=tenure.pk), by=None)

    assert [(kind, found) for kind, found, _places in natures()] == [("tenure", nature)]


@pytest.mark.django_db
def test_a_new_label_is_of_the_nature_reference_where_it_is_only_shown() -> None:
    state = make_state("Pakistan")
    publish_whole(make_tenure(office=make_office("Foreign Minister", state=state)))
    State.objects.filter(pk=state.pk).update(name="Islamic Republic of Pakistan")

    publish(State.objects.get(pk=state.pk), by=None, nature=Nature.RECODING)

    assert natures() == [
        ("state", "recoding", ["/label", "/name"]),
        ("office", "reference", ["/state/label"]),
        ("tenure", "reference", ["/office/state/label"]),
    ]


@pytest.mark.django_db
def test_what_follows_from_a_merge_is_of_the_nature_reference() -> None:
    loser, survivor = make_topic("mines"), make_topic("mining")
    named = make_topic("gold", broader=loser)
    publish(loser, survivor, named, by=None)

    merge(loser, survivor, by=None, reason="The same.")

    assert natures() == [("topic", "reference", ["/broader"])]


@pytest.mark.django_db
def test_a_whole_that_gets_its_first_part_changes_by_reference() -> None:
    whole = make_event("A visit")
    make_participation(whole)
    publish_whole(whole)
    part = make_event("A talk", parent=whole)

    publish_whole(part)

    assert natures() == [("event", "reference", ["/has_parts"])]


@pytest.mark.django_db
def test_a_record_that_is_published_after_a_withdrawal_has_no_nature() -> None:
    topic = make_topic()
    publish(topic, by=None)
    withdraw(topic, by=None, reason="Not so.")
    Topic.objects.filter(pk=topic.pk).update(label="Another", editorial_state="draft")

    publish(Topic.objects.get(pk=topic.pk), by=None, nature=Nature.CORRECTION)

    change = Change.objects.get(position=3)
    assert (change.action, change.nature, change.changed) == ("restored", "", [])
