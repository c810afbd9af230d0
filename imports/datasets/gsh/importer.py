"""Territories of the Office of the Historian's database of historical country names: states, their names and successions.

Each file is a row; several may be forms of one state, which has one document (`states`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.dataset import Dataset, register
from imports.datasets.gsh.files import read_files, recognises
from imports.datasets.gsh.links import read_links
from imports.datasets.gsh.states import SCHEME, gather
from imports.datasets.gsh.successions import successions
from imports.matching.states import Crosswalk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.dataset import Document, NearMatch, Row
    from imports.files.tree import Tree


def translate(tree: Tree, source: str) -> Iterator[Row | Document | NearMatch]:
    """Yield the states, then the rows in the order of the files."""
    territories, rejected, unread = read_files(tree)
    states = gather(territories.values(), Crosswalk.read())
    rows = [*rejected, *territories.values()]
    good = {name: each for name, each in territories.items() if not each.faults}
    bad = {each.id for each in rows if each.faults} - set(good)
    found = successions(states, read_links(good, bad))
    for key in sorted(states):
        yield states[key].document(source, [each.document() for each in found.get(key, ())])
    for state in states.values():
        for form in state.forms:
            form.becomes.append(state.name())
    yield from sorted((*unread, *(each.row() for each in rows)), key=lambda row: row.file)


DATASET = register(
    Dataset(
        name=SCHEME,
        title="Historical country names of the Office of the Historian",
        source={
            "slug": "historyatstate-gsh",
            "kind": "dataset",
            "title": "Historical country names (geospatial history)",
            "publisher": "Office of the Historian, US Department of State",
            "web_address": "https://github.com/HistoryAtState/gsh",
            "licence": "CC0-1.0",
        },
        recognises=recognises,
        translate=translate,
    )
)
