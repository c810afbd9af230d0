"""Published documents, and what is expected in them."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson

from people.models import Office
from records.models import Record, Source
from records.registry import kind_of


def document_of(record: Record) -> dict[str, Any]:
    """Return the document that the API sends of a record."""
    edition = kind_of(record).editions.objects.current().get(record_id=record.pk)
    document: dict[str, Any] = orjson.loads(edition.document)
    return document


def opening(record: Record, label: str, revision: int = 1) -> dict[str, Any]:
    """Return the members that open every document, in their order."""
    kind = kind_of(record)
    edition = kind.editions.objects.current().get(record_id=record.pk)
    return {
        "id": str(record.pk),
        "object": kind.name,
        "slug": record.slug,
        "url": f"/api/v1/{kind.resource}/{record.pk}/",
        "label": label,
        "revision": revision,
        "published_at": edition.published_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "known_on": edition.published_at.date().isoformat(),
        "contested": record.contested,
    }


def reference(record: Record, label: str, **extras: Any) -> dict[str, Any]:
    """Return a record as other documents name it: `extras` are what references to its kind have beside."""
    return {"id": str(record.pk), "object": record.object_kind, "label": label, **extras}


def office_reference(
    office: Office, label: str, state: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return an office as other documents name it; `state` is the reference to its state."""
    return reference(office, label, classification=office.classification, state=state)


def citation(source: Source, **fields: Any) -> dict[str, Any]:
    """Return a citation of the record as a whole, with the fields given changed."""
    return {
        "source": reference(source, source.title, web_address=source.url or None),
        "field": None,
        "locator": None,
        "attributed_to": None,
        "attribution_text": None,
        "evidence": "reported",
        "stance": "supports",
        **fields,
    }


def day(day: date | str) -> dict[str, Any]:
    """Return an exact day."""
    text = str(day)
    return {"edtf": text, "earliest": text, "latest": text, "precision": "day", "text": None}


def month(text: str, last: int) -> dict[str, Any]:
    """Return a month whose last day is `last`."""
    return {
        "edtf": text,
        "earliest": f"{text}-01",
        "latest": f"{text}-{last}",
        "precision": "month",
        "text": None,
    }


def year(text: str) -> dict[str, Any]:
    """Return a year."""
    return {
        "edtf": text,
        "earliest": f"{text}-01-01",
        "latest": f"{text}-12-31",
        "precision": "year",
        "text": None,
    }


def words(text: str) -> dict[str, Any]:
    """Return a date that is known in words only."""
    return {"edtf": None, "earliest": None, "latest": None, "precision": "unknown", "text": text}
