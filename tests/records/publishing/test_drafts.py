"""Drafts as documents: what publishing then serves, and what the desk had at each step of a record's history."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pghistory
import pytest
from django.test import Client

from records.models import Record
from records.publishing.documents import fingerprint
from records.publishing.drafts import document_after, draft_of
from records.publishing.steps import steps_of
from records.registry import kind_of
from tests.factories.every_kind import EVERY_KIND, Maker
from tests.factories.records import make_topic, publish_whole

pytestmark = pytest.mark.django_db

every_kind = pytest.mark.parametrize("maker", EVERY_KIND.values(), ids=EVERY_KIND.keys())

_AT = re.compile(rb'(?<="published_at":")[^"]*')


def served(client: Client, record: Record) -> bytes:
    response = client.get(kind_of(record).path(record.pk))
    assert response.status_code == 200
    content: bytes = response.content
    return content


def change(record: Any, maker: Maker) -> None:
    """Change a record and take away a part, as another transaction would."""
    with pghistory.context(why="a later change"):
        if maker.text:
            setattr(record, maker.text, "Another Name")
            record.contested = True
        else:
            record.contested = True
        record.save()
        first = record.identifiers.first()
        first.delete()


@every_kind
def test_a_draft_is_byte_for_byte_what_publishing_then_serves(maker: Maker, client: Client) -> None:
    record = maker.with_parts(2)
    draft = draft_of(record)
    assert draft.refusals == ()
    publish_whole(record)
    first = served(client, record)
    assert _AT.sub(b"", draft.text.encode()) == _AT.sub(b"", first)
    change(record, maker)
    changed = draft_of(record).text.encode()
    publish_whole(record)
    assert _AT.sub(b"", changed) == _AT.sub(b"", served(client, record)) != _AT.sub(b"", first)


@every_kind
def test_every_step_of_the_history_is_a_document(maker: Maker, client: Client) -> None:
    with pghistory.context(why="made"):
        record = maker.with_parts(2)
    publish_whole(record)
    first = orjson.loads(served(client, record))
    change(record, maker)
    publish_whole(record)
    second = orjson.loads(served(client, record))

    steps = steps_of(type(record), record.pk)

    _made, published, _changed, again = steps
    assert [fingerprint(_own(document_after(record, step))) for step in (published, again)] == [
        fingerprint(_own(first)),
        fingerprint(_own(second)),
    ]


def _own(document: Any) -> Any:
    """What follows from the publication and not from the record's rows is left out."""
    return {
        name: value
        for name, value in document.items()
        if name not in {"revision", "published_at", "known_on", "has_parts"}
    }


def test_a_draft_that_names_drafts_says_what_is_published_with_it() -> None:
    broader = make_topic("mining")
    topic = make_topic("lithium", broader=broader)

    draft = draft_of(topic)

    assert list(draft.also) == [broader]
    assert orjson.loads(draft.text)["broader"]["label"] == "Mining"
