"""The files of visits: each a list of visits of a decade or a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.datasets.journeys.rows import check_repeated, content_of
from imports.datasets.kit import facts_of, files_of, head_of, read_roots
from imports.datasets.visits.rows import Visit
from imports.files.xml_files import text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from imports.dataset import Row
    from imports.files.tree import Tree

#: Where the files lie. Other data sets have such a folder too, so that the root decides.
_FOLDER = "data/*.xml"
_ROOT = "visits"


def recognises(tree: Tree) -> bool:
    return any(f"<{_ROOT}".encode() in head_of(file) for file in files_of(tree, _FOLDER))


def read_files(tree: Tree) -> tuple[list[Visit], list[Row]]:
    """Return the visits, and a rejected row for each file that cannot be read."""
    unread: list[Row] = []
    visits = [
        _visit(element, path)
        for path, root in read_roots(files_of(tree, _FOLDER), (_ROOT,), unread)
        for element in root.iter("visit")
    ]
    check_repeated(visits)
    return visits, unread


def _visit(element: Element, path: str) -> Visit:
    country = element.find("from")
    visit = Visit(
        **facts_of(element, path, content_of(element)),
        state_id=(country.get("id") or "").strip() if country is not None else "",
        label=text(element, "from"),
        words=text(element, "description"),
        visitor=text(element, "visitor"),
    )
    visit.demand(**{"id": visit.id, "visitor": visit.visitor, "from": visit.state_id})
    visit.read_dates(text(element, "start-date"), text(element, "end-date"))
    return visit
