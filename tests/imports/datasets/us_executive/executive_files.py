"""Small files in the shape of executive.yaml, all invented."""

from __future__ import annotations

from datetime import date

from imports.dataset import NearMatch, Row
from imports.datasets.us_executive.importer import DATASET, translate_on
from imports.files.opening import open_input

TODAY = date(2026, 11, 23)


PRESIDENT = "President of the United States"


LOVAT = """
- id:
    bioguide: L000001
    govtrack: 400001
    wikidata: Q1
    thomas: '01'
  name:
    first: Ada
    middle: Byron
    last: Lovat
    suffix: Jr.
    nickname: Addie
    official_full: Ada B. Lovat
  bio:
    birthday: '1790-12-10'
    gender: F
  terms:
  - type: viceprez
    start: '1829-03-04'
    end: '1831-07-09'
    party: Whig
    how: appointment
  - type: prez
    start: '1831-07-09'
    end: '1833-03-04'
    party: Whig
    how: succession
"""


def translated(folder, text, *, today=TODAY):
    """Return the rows, the documents and the near matches of a file."""
    (folder / "executive.yaml").write_text(text, encoding="utf-8")
    with open_input(folder) as tree:
        assert DATASET.recognises(tree)
        items = list(translate_on(tree, "a-source", today=today))
    return (
        [item for item in items if isinstance(item, Row)],
        [item for item in items if isinstance(item, dict)],
        [item for item in items if isinstance(item, NearMatch)],
    )


def entry(govtrack=400002, name="Ben Uhl", *terms, born="1950-01-02"):
    """Return an entry; a term is type, start, end and how."""
    first, last = name.split(" ")
    lines = [
        f"- id: {{govtrack: {govtrack}}}",
        f"  name: {{first: {first}, last: {last}}}",
        f"  bio: {{birthday: '{born}'}}",
        "  terms:",
    ]
    for kind, start, end, how in terms:
        lines.append(f"  - {{type: {kind}, start: '{start}', end: '{end}', how: {how}}}")
    return "\n".join(lines) + "\n"


def faults(rows):
    return [
        (row.id, [(fault.pointer, fault.code) for fault in row.faults])
        for row in rows
        if row.faults
    ]


def cited(locator):
    return [{"source": "a-source", "locator": locator, "evidence": "reported"}]


def of_kind(documents, kind):
    return [document for document in documents if document["object"] == kind]
