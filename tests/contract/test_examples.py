"""The documents that the schema shows are those of the sample story: `make examples` writes them anew."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

import orjson
import pytest
from django.apps import apps

from config.api import docs
from records.registry import Kind, all_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

#: The record of each kind that is shown, by its slug.
SHOWN = {
    "source": "rubio-dar-call-story",
    "topic": "critical-minerals",
    "state": "pakistan",
    "organization": "ministry-of-foreign-affairs-of-pakistan",
    "person": "ishaq-dar",
    "office": "foreign-minister-of-pakistan",
    "tenure": "ishaq-dar-foreign-minister",
    "event_type": "call",
    "place": "south-asia",
    "event": "rubio-dar-call",
    "relation": "pakistan-united-states",
    "statement": "both-sides-want-closer-ties",
    "agreement": "pakistan-critical-minerals-package",
}
PUBLISHED_AT = "2026-05-01T09:30:00.000000Z"


def named(node: Any) -> Iterator[dict[str, Any]]:
    """The document and every reference in it."""
    if isinstance(node, dict):
        if "id" in node and "object" in node:
            yield node
        for value in node.values():
            yield from named(value)
    elif isinstance(node, list):
        for item in node:
            yield from named(item)


def example_of(kind: Kind) -> dict[str, Any]:
    """Return the document with ids that follow from kind and label, and one time of publication."""
    current = kind.editions._default_manager.current()
    document: dict[str, Any] = orjson.loads(current.get(slug=SHOWN[kind.name]).document)
    document["published_at"], document["known_on"] = PUBLISHED_AT, PUBLISHED_AT[:10]
    for node in named(document):
        key = str(uuid5(NAMESPACE_URL, f"{node['object']}/{node['label']}"))
        if "url" in node:
            node["url"] = node["url"].replace(node["id"], key)
        node["id"] = key
    return document


def file_of(kind: Kind) -> Path:
    folder = apps.get_app_config(kind.model._meta.app_label).path
    return Path(folder, "examples", f"{kind.name}.json")


@pytest.mark.usefixtures("story")
def test_the_documents_that_the_schema_shows_are_those_of_the_sample_story() -> None:
    made = {
        kind.name: json.dumps(example_of(kind), ensure_ascii=False, indent=1) + "\n"
        for kind in all_kinds()
    }
    if os.environ.get("WRITE_EXAMPLES"):
        for kind in all_kinds():
            file_of(kind).parent.mkdir(exist_ok=True)
            file_of(kind).write_text(made[kind.name], encoding="utf-8")

    kept = {
        kind.name: file_of(kind).read_text(encoding="utf-8") if file_of(kind).exists() else ""
        for kind in all_kinds()
    }
    assert kept == made, "Write them anew with `make examples`, then `make schema`."


def test_every_document_is_shown_by_one_of_its_kind() -> None:
    schemas = docs.schema()["components"]["schemas"]
    for kind in all_kinds():
        name = re.sub("(?:^|_)(.)", lambda found: found[1].upper(), kind.name)
        (example,) = schemas[name]["examples"]

        assert example == json.loads(file_of(kind).read_text(encoding="utf-8"))
