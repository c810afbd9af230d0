"""Territories of the Office of the Historian's database of historical country names: states, their names and successions.

Each file is a row; several may be forms of one state, which has one document (`gsh_records`). Code tables are no rows.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from imports.dataset import Dataset, Row, register
from imports.datasets.gsh.files import read_territory
from imports.datasets.gsh.links import read_links
from imports.datasets.gsh.states import SCHEME, gather
from imports.datasets.gsh.successions import successions
from imports.files.tree import InputError
from imports.files.xml_files import read_xml
from imports.matching.states import Crosswalk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.dataset import Document, NearMatch
    from imports.datasets.gsh.files import Territory
    from imports.datasets.gsh.states import Record
    from imports.files.tree import File, Tree

ROOT = "territory"
_HEAD = 4096
_STARTS = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*<territory[\s/>]", re.DOTALL)


def recognises(tree: Tree) -> bool:
    """Return whether there is a file of a territory."""
    return any(_is_territory(file) for file in tree.matching("*.xml"))


def translate(tree: Tree, source: str) -> Iterator[Row | Document | NearMatch]:
    """Yield the states, then the rows in the order of the files."""
    territories: dict[str, Territory] = {}
    rejected: list[Row | Territory] = []
    for file in _files(tree):
        try:
            root = read_xml(file)
        except InputError as error:
            rejected.append(Row.unread(error))
            continue
        if root.tag != ROOT:
            continue
        territory = read_territory(root, file.path)
        if not territory.faults and (other := territories.get(territory.id)):
            reason = f"The file {other.file} has this id already."
            territory.reject("/id", territory.id, reason, "duplicate")
        if territory.faults:
            rejected.append(territory)
        else:
            territories[territory.id] = territory
    yield from _states(territories, rejected, source)


def _states(
    territories: dict[str, Territory], rejected: list[Row | Territory], source: str
) -> Iterator[Row | Document]:
    records = gather(territories.values(), Crosswalk.read())
    good = {name: each for name, each in territories.items() if not each.faults}
    bad = {each.id for each in (*rejected, *territories.values()) if each.faults} - set(good)
    found = successions(records, read_links(good, bad))
    for key in sorted(records):
        yield records[key].document(source, [step.document() for step in found.get(key, ())])
    of_form = {form.id: record for record in records.values() for form in record.forms}
    rows = [
        *(each if isinstance(each, Row) else _row(each, None) for each in rejected),
        *(_row(each, of_form.get(each.id)) for each in territories.values()),
    ]
    yield from sorted(rows, key=lambda row: row.file)


def _row(territory: Territory, record: Record | None) -> Row:
    # A rejected one may have the id of another, or none.
    return Row(
        territory.id if record else territory.file,
        territory.file,
        territory.id or territory.file,
        territory.content,
        becomes=(record.name(),) if record else (),
        faults=tuple(territory.faults),
        warnings=tuple(territory.warnings),
    )


def _files(tree: Tree) -> list[File]:
    """Return the files in the folders where there is a territory: one that cannot be read must not go unnoticed."""
    files = tree.matching("*.xml")
    folders = {PurePosixPath(file.path).parent for file in files if _is_territory(file)}
    return [file for file in files if PurePosixPath(file.path).parent in folders]


def _is_territory(file: File) -> bool:
    try:
        with file.open() as stream:
            return _STARTS.match(stream.read(_HEAD)) is not None
    except InputError:
        return False


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
