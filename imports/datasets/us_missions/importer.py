"""How the United States was represented in each state: a table of changes, which becomes periods of relations.

Each line says that from a day on there was an embassy, a legation, nothing ... `periods` finds the periods that follow.
They go to the relation of the United States with the state, as the stance of the United States.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.dataset import Dataset, register
from imports.datasets.us_missions.files import read_files, recognises
from imports.datasets.us_missions.periods import DATASET as NAME
from imports.datasets.us_missions.periods import States
from imports.datasets.us_missions.relations import relations
from imports.matching.states import UnknownStateError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.dataset import Document, NearMatch, Row
    from imports.files.tree import Tree


def translate(tree: Tree, source: str) -> Iterator[Row | Document | NearMatch]:
    """Yield a relation for each state, then the lines in their order."""
    changes, unread = read_files(tree)
    yield from unread
    try:
        states = States.read()
    except UnknownStateError as error:
        for change in changes:
            change.faults.append(error.at(""))
    else:
        yield from relations(states.periods(changes), states.home, source)
    yield from (change.row() for change in changes)


DATASET = register(
    Dataset(
        name=NAME,
        title="Status of US diplomatic missions",
        source={
            "slug": "us-diplomatic-missions",
            "kind": "dataset",
            "title": "US Diplomatic Mission Status Data",
            "authors": ["Brenton Kenkel"],
            "web_address": "https://github.com/brentonk/us_diplomatic_missions",
        },
        recognises=recognises,
        translate=translate,
        after=("gsh",),
    ),
)
