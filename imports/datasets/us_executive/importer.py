"""Presidents and vice-presidents of the United States with their terms, from a YAML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from imports.dataset import Dataset, register
from imports.datasets.us_executive.files import read_files, recognises
from imports.datasets.us_executive.records import HELD, TERM, Records
from imports.matching.united_states import OFFICE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from imports.dataset import Document, NearMatch, Row
    from imports.files.tree import Tree

NAME = "us-executive"


def translate(tree: Tree, source: str) -> Iterator[Row | Document | NearMatch]:
    """Yield the offices, then each person with the terms, as of today."""
    yield from translate_on(tree, source, today=timezone.localdate())


def translate_on(tree: Tree, source: str, *, today: date) -> Iterator[Row | Document | NearMatch]:
    """Yield the offices, then each person with the terms. What begins or ends after `today` is still to come."""
    people, unread = read_files(tree)
    yield from unread
    records = Records.read(source, today)
    used = {term.office for person in people for term in person.terms if term.is_good}
    yield from (records.office(office) for office in HELD if office in used)
    for person in people:
        if person.is_good:
            yield from records.person(person)
        person.becomes.append(("person", person.ref))
        yield person.row()
        for term in person.terms:
            if term.is_good and (tenure := records.tenure(person, term)):
                yield tenure
            term.becomes += [("office", f"{OFFICE}:{term.office}"), ("tenure", f"{TERM}:{term.id}")]
            yield term.row()


DATASET = register(
    Dataset(
        name=NAME,
        title="Presidents and vice-presidents of the United States",
        source={
            "slug": "us-executive",
            "kind": "dataset",
            "title": "Members of the United States Executive",
            "publisher": "unitedstates/congress-legislators",
            "web_address": "https://github.com/unitedstates/congress-legislators",
        },
        recognises=recognises,
        translate=translate,
    ),
)
