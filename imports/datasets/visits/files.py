"""The files of visits: each a list of visits of a decade or a year."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imports.dataset import Row
from imports.datasets.journeys.files import Journey, demand, facts_of, read_roots, tell_repeated
from imports.files.tree import InputError
from imports.files.xml_files import text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from imports.files.tree import File, Tree

#: Where the files lie. Other data sets have such a folder too, so that the root decides.
FOLDER = "data/*.xml"
ROOT = b"<visits"
_HEAD = 4096


@dataclass(kw_only=True)
class Visit(Journey):
    """A visit of one state's leaders, with the days."""

    kind = "visit"

    visitor: str  #: titles and names, as they stand there

    @property
    def ref(self) -> str:
        """What documents call the event."""
        return f"visits:{self.id}"


@dataclass
class Files:
    """All that the files say."""

    visits: list[Visit] = field(default_factory=list)
    unread: list[Row] = field(default_factory=list)


def files_of(tree: Tree) -> list[File]:
    """Return the files of the data set; one that comes by itself may lie anywhere."""
    found = {file.path: file for file in tree.matching(FOLDER)}
    if not found and len(tree.files) == 1:
        found = {file.path: file for file in tree.matching("*.xml")}
    return [found[path] for path in sorted(found)]


def recognises(tree: Tree) -> bool:
    """Return whether one of the files has the root of visits."""
    return any(map(_has_root, files_of(tree)))


def _has_root(file: File) -> bool:
    try:
        with file.open() as stream:
            return ROOT in stream.read(_HEAD)
    except InputError:
        return False


def read_files(tree: Tree) -> Files:
    """Read all files. What cannot be read is a rejected row."""
    files = Files()
    for path, root in read_roots(files_of(tree), files.unread):
        if root.tag == "visits":
            files.visits += [_visit(element, path) for element in root.iter("visit")]
        else:
            reason = f"“{root.tag}” is no file of this data set: its files are “visits”."
            files.unread.append(Row.unread(InputError("unknown_element", reason, path)))
    tell_repeated(files.visits)
    return files


def _visit(element: Element, path: str) -> Visit:
    country = element.find("from")
    visit = Visit(
        **facts_of(element, path),
        state_id=(country.get("id") or "").strip() if country is not None else "",
        label=text(element, "from"),
        words=text(element, "description"),
        visitor=text(element, "visitor"),
    )
    demand(visit, id=visit.id, visitor=visit.visitor)
    if not visit.state_id:
        visit.reject("/from", None, "This is missing.", "required")
    visit.read_dates(text(element, "start-date"), text(element, "end-date"))
    return visit
