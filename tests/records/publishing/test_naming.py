"""Which documents name a record, judged by reading all documents."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING
from uuid import UUID

import orjson
import pytest

from records.models import Reference
from records.publishing.naming import may_be_named, named, naming
from records.publishing.publish import withdraw
from records.registry import all_kinds, kind_named
from tests.factories.events import make_event, make_participation
from tests.factories.every_kind import EVERY_KIND
from tests.factories.people import make_office, make_person, make_state, make_tenure
from tests.factories.records import make_topic, publish_whole

if TYPE_CHECKING:
    from records.publishing.naming import Place

pytestmark = pytest.mark.django_db


def names(node: object) -> Iterator[UUID]:
    """Every id in a document but its own."""
    if isinstance(node, dict):
        if "object" in node:
            yield UUID(node["id"])
        for child in node.values():
            yield from names(child)
    elif isinstance(node, list):
        for child in node:
            yield from names(child)


def all_names() -> dict[Place, set[UUID]]:
    return {
        (kind.name, edition.record_id): set(names(orjson.loads(edition.document)))
        - {edition.record_id}
        for kind in all_kinds()
        for edition in kind.editions._default_manager.current().order_by("record_id")
    }


@pytest.fixture
def records() -> list[UUID]:
    """Ids of records of several kinds that name each other; some are withdrawn, some never published."""
    state, topic = make_state(), make_topic()
    office = make_office(state=state)
    tenures = [make_tenure(make_person(), office) for _ in range(2)]
    events = [make_event(topics=(topic,)) for _ in range(4)]
    for event in events[:3]:
        make_participation(event, tenures[0].person, on_behalf_of_state=state)
    draft = make_event(topics=(topic,))
    publish_whole(*tenures, *events)
    withdraw(events[0], by=None, reason="Did not happen.")
    return [
        state.pk,
        topic.pk,
        office.pk,
        tenures[0].pk,
        tenures[0].person_id,
        events[1].pk,
        draft.pk,
    ]


def test_it_finds_the_public_documents_that_name_one_in_order(records: list[UUID]) -> None:
    everything = all_names()

    for ids in [[], *([each] for each in records), *combinations(records, 2), records]:
        expected = [place for place, found in everything.items() if found & set(ids)]
        assert naming(ids) == expected
        for at in range(len(expected)):
            assert naming(ids, beyond=expected[at]) == expected[at + 1 :]


def test_what_can_name_a_kind_is_asked_alone(records: list[UUID]) -> None:
    """With the kinds of the named records, fewer tables are read; what is found is the same."""
    everything = all_names()
    kinds = {key: kind for (kind, key) in everything}

    for ids in [*([each] for each in kinds), list(kinds)]:
        expected = [place for place, found in everything.items() if found & set(ids)]
        assert naming(ids, kinds=[kinds[key] for key in ids]) == expected
    assert naming(records, kinds=[]) == []


def test_every_kind_says_what_it_can_name() -> None:
    """Judged by documents of every kind with all parts."""
    publish_whole(*(maker.with_parts(1) for maker in EVERY_KIND.values()))

    for (kind, _key), found in all_names().items():
        shown = Reference.objects.filter(pk__in=found).values_list("kind", flat=True)
        assert may_be_named(kind_named(kind)).issuperset(shown), kind
    assert may_be_named(kind_named("event_type")) == {"event_type"}
    assert may_be_named(kind_named("tenure")) == {
        "person", "office", "state", "organization", "source",
    }  # fmt: skip


def test_a_limit_gives_some_of_them(records: list[UUID]) -> None:
    expected = naming(records)

    for limit in range(1, len(expected) + 2):
        found = naming(records, limit=limit)
        assert len(found) == min(limit, len(expected))
        assert found == [place for place in expected if place in found]


def test_what_names_them_may_be_left_out(records: list[UUID]) -> None:
    everything = all_names()

    for ids in combinations(records, 2):
        others = {place: found for place, found in everything.items() if place[1] not in ids}
        assert naming(ids, other_than=ids) == [
            place for place, found in others.items() if found & set(ids)
        ]
        assert named(ids, other_than=ids) == set(ids) & set().union(*others.values())
    assert named([]) == set()


def test_each_question_is_one_statement(
    records: list[UUID], django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        naming(records, limit=3)
        named(records)
