"""Valid sources and topics, and how records and their parts are saved and published."""

from __future__ import annotations

from itertools import count
from typing import Any, TypeVar

from django.db import models

from records.models import Edition, Record, Source, Topic
from records.publishing import warnings
from records.publishing.dependencies import gather
from records.publishing.publish import publish
from records.registry import kind_of

M = TypeVar("M", bound=models.Model)

_number = count(1)

_SOME_SOURCE = "A story of many"


def saved(row: M) -> M:
    """Return the row once its fields are valid and it is saved.

    The database checks its constraints as it is saved; a form's own check of them is three statements for each. Nor is it
    asked for each row that this one names and that is at hand: foreign keys say whether it is there.
    """
    at_hand = {
        field.name
        for field in row._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.is_cached(row)
        and getattr(row, field.attname) is not None
    }
    row.full_clean(exclude=at_hand, validate_unique=False, validate_constraints=False)
    row.save()
    return row


def make_source(**fields: Any) -> Source:
    """Return a saved news source."""
    return saved(Source(**{"kind": "news", "title": f"Story {next(_number)}", **fields}))


def some_source() -> Source:
    """Return the source that records cite where a test does not say which: the same for all of them, since each costs its edition."""
    return Source.objects.filter(title=_SOME_SOURCE).first() or make_source(title=_SOME_SOURCE)


def make_topic(code: str = "", **fields: Any) -> Topic:
    """Return a saved topic; its label is made of its code."""
    code = code or f"topic-{next(_number)}"
    return saved(Topic(**{"code": code, "label": code.replace("-", " ").capitalize(), **fields}))


def publish_whole(*records: Record) -> None:
    """Publish records together with whatever they name that is not published yet."""
    publish(*gather(*records).together, by=None)


def saved_and_published(record: Any) -> Any:
    publish_whole(record)
    return type(record)._default_manager.get(pk=record.pk)


def warnings_of(record: Record) -> list[str]:
    """Return the texts of the warnings of a record as it is now."""
    return [each.detail for each in warnings.find({record.object_kind: [record.pk]})]


def edition_of(record: Record) -> Edition:
    """Return the newest edition of a record, which may be a tombstone."""
    newest: Edition = kind_of(record).editions._default_manager.newest().get(record_id=record.pk)
    return newest
