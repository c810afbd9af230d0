"""Principal officers and chiefs of mission of the United States: the data set of the Office of the Historian, as files of XML.

| row | becomes |
|---|---|
| a person | a person |
| an appointment as chief of mission or principal officer | a tenure with its milestones |
| a mission, a position, a title | the offices to which somebody was appointed in it; positions even where nobody was |
| a group of concurrent appointments | a milestone of each of its tenures |
| a note between the chiefs of a mission | a statement |

The code tables say what values mean, and are no rows. Who entered a file and when is left out, and so is what has no place in a
record: careers, residences, the descriptions of positions. Two appointments may have one id: the second that says something else
is called after its file too (`secr-1861-sewa~secretary`), with a warning.

What contradicts itself is imported as it stands, with a warning (`pocom_checks`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.dataset import Dataset, Row, register
from imports.datasets.pocom import checks, groups, tenures
from imports.datasets.pocom.files import FOLDERS, READERS, read_files
from imports.datasets.pocom.known import KnownRecords
from imports.datasets.pocom.offices import Offices
from imports.datasets.pocom.people import People
from imports.matching.persons import PersonIndex
from imports.matching.states import Crosswalk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.dataset import Document, NearMatch
    from imports.files.tree import File, Tree

NAME = "pocom"
SOURCE: Document = {
    "slug": "principal-officers-and-chiefs-of-mission",
    "kind": "dataset",
    "title": "Principal Officers and Chiefs of Mission (POCOM)",
    "publisher": "Office of the Historian, US Department of State",
    "web_address": "https://github.com/HistoryAtState/pocom",
    "language": "en",
    "licence": "CC0-1.0",
}
#: Bytes in which the root of a file is looked for.
_HEAD = 4096


def recognises(tree: Tree) -> bool:
    """Return whether the folders are those of the data set, or a single file has one of its roots."""
    # Other data sets of the Office of the Historian have people too.
    if any(tree.matching(folder) for folder in FOLDERS if not folder.startswith("people/")):
        return True
    files = tree.matching("people/*/*.xml")[:1] or list(
        tree.files[:1] if len(tree.files) == 1 else ()
    )
    return any(_has_root(_head_of(file)) for file in files)


def _head_of(file: File) -> bytes:
    with file.open() as stream:
        return stream.read(_HEAD)


def _has_root(head: bytes) -> bool:
    if b"<person>" in head:
        return b"<persName>" in head
    return any(f"<{root}".encode() in head for root in READERS if root not in ("person", "role"))


def translate(tree: Tree, source: str) -> Iterator[Row | Document | NearMatch]:
    """Yield persons, offices, tenures and statements, then the rows in the order of the files."""
    files = read_files(tree)
    crosswalk, index = Crosswalk.read(), PersonIndex.read()
    offices = Offices(files, crosswalk, KnownRecords(crosswalk, index))
    for appointment in files.appointments:
        if appointment.is_good:
            tenures.settle(appointment)
            offices.place(appointment)
    good = [appointment for appointment in files.appointments if appointment.is_good]
    checks.check(good, files.people)
    groups.join(files.groups, files.appointments, offices)
    yield from People(files, index, offices).documents(source)
    yield from offices.documents(source)
    for appointment in good:
        appointment.becomes.append(("tenure", appointment.identifier))
        yield tenures.document(appointment, source)
    for note in files.notes:
        if note.is_good and (document := groups.statement(note, offices, source)):
            yield document
    offices.tell_use(files)
    yield from files.unread
    yield from (item.row() for item in files.items())


DATASET = register(
    Dataset(
        NAME,
        "Principal officers and chiefs of mission of the United States (POCOM)",
        SOURCE,
        recognises,
        translate,
        after=("gsh",),
    )
)
