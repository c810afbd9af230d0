"""Presidents and vice-presidents of the United States with their terms, from a YAML file.

`us_executive_entries` reads it, and `us_executive_records` says which records follow.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils import timezone

from imports.dataset import Dataset, NearMatch, register
from imports.datasets.us_executive.files import OFFICES, read_entries
from imports.datasets.us_executive.records import NAME, OFFICE, TERM, TITLES, Records
from imports.files.tree import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from imports.dataset import Document, Row
    from imports.files.tree import File, Tree

#: Bytes of a file that are looked at to tell what it is.
_HEAD = 64 * 1024
_TYPE = re.compile(rf"(?:^|[\s{{,])type:\s*['\"]?({'|'.join(OFFICES)})\b".encode())


def recognises(tree: Tree) -> bool:
    """Return whether a YAML file has terms of presidents or vice-presidents."""
    return bool(_files(tree))


def translate(tree: Tree, source: str) -> Iterator[Row | Document | NearMatch]:
    """Yield the offices, then each person with the terms, as of today."""
    yield from translate_on(tree, source, today=timezone.localdate())


def translate_on(tree: Tree, source: str, *, today: date) -> Iterator[Row | Document | NearMatch]:
    """Yield the offices, then each person with the terms. What begins or ends after `today` is still to come."""
    entries, unread = read_entries(_files(tree))
    yield from unread
    records = Records.read(source, today)
    used = {term.office for entry in entries for term in entry.terms if term.is_good}
    yield from (records.office(office) for office in TITLES if office in used)
    for entry in entries:
        if entry.is_good:
            yield from records.person(entry)
        yield entry.row([("person", entry.ref)])
        for term in entry.terms:
            if term.is_good and (tenure := records.tenure(entry, term)):
                yield tenure
            yield term.row([("office", f"{OFFICE}:{term.office}"), ("tenure", f"{TERM}:{term.id}")])


def _files(tree: Tree) -> list[File]:
    found = [*tree.matching("*.yaml"), *tree.matching("*.yml")]
    return sorted(filter(_has_terms, found), key=lambda file: file.path)


def _has_terms(file: File) -> bool:
    try:
        with file.open() as stream:
            return bool(_TYPE.search(stream.read(_HEAD)))
    except InputError:
        return False


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
