"""Principal officers and chiefs of mission of the United States: the data set of the Office of the Historian, as files of XML.

| row | becomes |
|---|---|
| a person | a person |
| an appointment as chief of mission or principal officer | a tenure with its milestones; two where it outlasted its state (`continued`) |
| a mission, a position, a title | the offices to which somebody was appointed in it; positions even where nobody was |
| a group of concurrent appointments | a milestone of each of its tenures |
| a note between the chiefs of a mission | a statement |

The code tables say what values mean, and are no rows. Who entered a file and when is left out, and so is what has no place in a
record: careers, residences, the descriptions of positions. Two appointments may have one id: the second that says something else
is called after its file too (`secr-1861-sewa~secretary`), with a warning.

What contradicts itself is imported as it stands, with a warning (`checks`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.dataset import Dataset, register
from imports.datasets.pocom import checks, groups, tenures
from imports.datasets.pocom.continued import with_later_parts
from imports.datasets.pocom.files import read_files, recognises
from imports.datasets.pocom.known import KnownRecords
from imports.datasets.pocom.offices import Offices
from imports.datasets.pocom.people import People
from imports.matching.persons import PersonIndex
from imports.matching.states import Crosswalk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.dataset import Document, NearMatch, Row
    from imports.files.tree import Tree

NAME = "pocom"


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
    good = with_later_parts(good, files.groups, offices, crosswalk)
    checks.check_overlaps(good)
    people = People(files, index, offices)
    yield from people.documents(source)
    yield from offices.documents(source)
    for appointment in good:
        appointment.becomes.append(("tenure", appointment.identifier))
        yield tenures.document(appointment, people.ref(appointment.person), source)
    for note in files.notes:
        if note.is_good and (document := groups.statement(note, offices, source)):
            yield document
    offices.note_use(files)
    yield from files.unread
    yield from (row.row() for row in files.rows())


DATASET = register(
    Dataset(
        name=NAME,
        title="Principal officers and chiefs of mission of the United States (POCOM)",
        source={
            "slug": "principal-officers-and-chiefs-of-mission",
            "kind": "dataset",
            "title": "Principal Officers and Chiefs of Mission (POCOM)",
            "publisher": "Office of the Historian, US Department of State",
            "web_address": "https://github.com/HistoryAtState/pocom",
            "language": "en",
            "licence": "CC0-1.0",
        },
        recognises=recognises,
        translate=translate,
        after=("gsh",),
    ),
)
