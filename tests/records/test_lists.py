"""The lists of the desk answer what the lists of the API would answer, if all that is at the desk were published."""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client

from benchmarks.candidates import Sample, candidates_for
from benchmarks.schema import declared
from config.api.docs import schema
from records.lists import ask
from records.publishing.previews import bring_up_to_date
from records.registry import all_kinds, filters_of
from tests.factories.every_kind import EVERY_KIND
from tests.factories.records import publish_whole
from tests.factories.story import load_story
from tests.factories.thorough import one_in, times

if TYPE_CHECKING:
    from records.registry import Kind

pytestmark = pytest.mark.django_db

#: Values of each parameter.
VALUES = times(1)
#: Of the questions, those that are asked again when all are editions: most were, when all were asked.
AGAIN = one_in(3)

#: Parameters that are asked beside another.
NEEDED = {"status_on": ["status"]}

#: A kind, and what its list is asked.
Question = tuple[str, tuple[tuple[str, str], ...]]


def test_each_filter_finds_at_the_desk_what_the_api_finds_when_all_is_published(db: None) -> None:
    load_story()
    for kind in all_kinds():
        EVERY_KIND[kind.name].with_parts(2)
    # What they name is a draft too, and so is what names them.
    drafts = [
        record
        for kind in all_kinds()
        for record in kind.model._default_manager.filter(editorial_state="draft")
    ]
    with transaction.atomic():
        publish_whole(*drafts)
        answers = {
            question: found
            for kind in all_kinds()
            for question in questions(kind)
            if (found := public(*question)) is not None
        }
        transaction.set_rollback(True)

    # Most are editions, and some are drafts, which have no day of publication yet.
    assert bring_up_to_date() == 0
    undated = {each for each in answers if "published_after" in dict(each[1])}
    assert {each: at_desk(*each) for each in answers.keys() - undated} == {
        each: answers[each] for each in answers.keys() - undated
    }

    # All are editions.
    publish_whole(*drafts)
    again = sorted(answers.keys() - undated)[::AGAIN]
    assert {each: at_desk(*each) for each in again} == {each: answers[each] for each in again}

    # All are changed since, and so all are previews, of the same content.
    answers |= {each: public(*each) or set() for each in undated}
    for kind in all_kinds():
        kind.model._default_manager.update(curators_note="Looked at.")
    assert bring_up_to_date() == 0
    assert {each: at_desk(*each) for each in answers} == answers

    # Every filter was asked, and hardly any found nothing.
    asked = {(name, parameter) for name, query in answers for parameter, _value in query}
    every = {(kind.name, name) for kind in all_kinds() for name in filters_of(kind).known}
    assert every - asked == set()
    useful = sum(map(bool, answers.values()))
    assert useful > len(answers) / 2, (useful, len(answers))


def questions(kind: Kind) -> list[Question]:
    """Return questions with each parameter by itself, or beside one of which it says how it is read."""
    chance = random.Random(1815)  # noqa: S311 - reproducible, not secret
    sample = Sample()
    texts = kind.editions._default_manager.current().values_list("document", flat=True)
    sample.read([json.loads(text) for text in texts])
    shapes = declared(schema(), kind.resource)
    filters = filters_of(kind)
    values = {}
    for name in filters.known:
        shape = shapes[name]["schema"].get("items", shapes[name]["schema"])
        fits = re.compile(shape.get("pattern", ""))
        found = [word for word in candidates_for(name, shape, sample) if fits.search(word)]
        found = found or shape.get("examples", []) or ["true"]
        values[name] = chance.sample(found, min(VALUES, len(found)))
    asked: list[Question] = []
    for name, those in values.items():
        _companion, hosts = filters.companions.get(name, (None, NEEDED.get(name, [])))
        for value in those:
            for host in chance.sample(hosts, 1) if hosts else [""]:
                beside = ((host, values[host][0]),) if host else ()
                asked.append((kind.name, (*beside, (name, value))))
    return asked


def public(name: str, query: tuple[tuple[str, str], ...]) -> set[str] | None:
    """Return the ids that the API finds; None where it refuses the question."""
    kind = EVERY[name]
    address = f"/api/v1/{kind.resource}/?{urlencode(query)}&page_size=200&fields=id"
    found: set[str] = set()
    while address:
        response = Client().get(address)
        if response.status_code == 400:
            return None
        answer: Any = response.json()
        found.update(each["id"] for each in answer["results"])
        address = answer["next"]
    return found


def at_desk(name: str, query: tuple[tuple[str, str], ...]) -> set[str]:
    """Return the ids that the desk finds, in the three ways in which it does: all at once, in any order, in the usual one."""
    kind = EVERY[name]
    asked = ask(kind, query)
    assert (name, query, list(asked.faults)) == (name, query, [])
    rows = kind.model._default_manager.order_by("pk")
    keys = {str(key) for key in asked.filtered(rows).values_list("pk", flat=True)}
    halves = asked.halves(rows)
    assert [str(key) for key in halves.keys(0, 1000)] == sorted(keys)
    assert halves.counted(1000) == len(keys)
    order: Any = kind.model._meta.ordering
    usual = rows.order_by(*order)
    found = asked.halves(usual).keys(0, 1000)
    assert found == list(asked.filtered(usual).values_list("pk", flat=True))
    return keys


EVERY = {kind.name: kind for kind in all_kinds()}
