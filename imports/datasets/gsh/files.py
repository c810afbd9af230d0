"""The files of gsh: a territory each. Code tables are no rows."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from imports.datasets.gsh.rows import DEPENDENCY, INDEPENDENT, STILL, Territory, Year
from imports.datasets.kit import add_value, head_of, read_all
from imports.files.xml_files import read_xml, text, texts

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from imports.dataset import Row
    from imports.files.tree import File, Tree

_ROOT = "territory"
_STARTS = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*<territory[\s/>]", re.DOTALL)
_YEAR = re.compile(r"\d{1,4}")


def recognises(tree: Tree) -> bool:
    return any(_is_territory(file) for file in tree.matching("*.xml"))


def read_files(tree: Tree) -> tuple[dict[str, Territory], list[Territory], list[Row]]:
    """Return the territories by id, those that are rejected, and a rejected row for each file that cannot be read."""
    territories: dict[str, Territory] = {}
    rejected: list[Territory] = []
    unread: list[Row] = []
    for path, root in read_all(_files_of(tree), read_xml, unread):
        if root.tag != _ROOT:
            continue
        territory = _territory(root, path)
        if not territory.faults and (other := territories.get(territory.id)):
            reason = f"The file {other.file} has this id already."
            territory.reject("/id", territory.id, reason, "duplicate")
        if territory.faults:
            rejected.append(territory)
        else:
            territories[territory.id] = territory
    return territories, rejected, unread


def _files_of(tree: Tree) -> list[File]:
    """Return the files in the folders where there is a territory: one that cannot be read must not go unnoticed."""
    files = tree.matching("*.xml")
    folders = {PurePosixPath(file.path).parent for file in files if _is_territory(file)}
    return [file for file in files if PurePosixPath(file.path).parent in folders]


def _is_territory(file: File) -> bool:
    return _STARTS.match(head_of(file)) is not None


def _territory(root: Element, path: str) -> Territory:
    """Read the root of a file, with what is odd or wrong about it."""
    territory = Territory(
        id=text(root, "id"),
        file=path,
        content=_content_of(root),
        short_form=text(root, "short-form-name"),
        official=text(root, "long-form-name"),
        type=text(root, "type-of-territory"),
        since=_year(root, "valid-since"),
        until=_year(root, "valid-until"),
        predecessors=tuple(dict.fromkeys(texts(root, "predecessors/predecessor"))),
        successors=tuple(dict.fromkeys(texts(root, "successors/successor"))),
        notes=text(root, "notes"),
        sources=tuple(dict.fromkeys(texts(root, "sources/source"))),
    )
    _check_identity(territory)
    _check_validity(territory, text(root, "exists-on-todays-map"))
    return territory


def _content_of(root: Element) -> dict[str, Any]:
    """Return all that a file says: texts by element, lists of texts where elements hold elements, attributes."""
    content: dict[str, Any] = {}
    for element in root:
        value: Any = [text(below, ".") for below in element] or text(element, ".")
        add_value(content, element.tag, value)
        for name, attribute in element.attrib.items():
            content[f"{element.tag}@{name}"] = attribute
    return content


def _year(root: Element, tag: str) -> Year:
    """Read a year. Its attributes `precision` and `certainty` say by how much it may be off; EDTF says that it may."""
    written = text(root, tag)
    element = root.find(tag)
    marks = element.attrib if element is not None else {}
    mark = {(True, True): "%", (True, False): "~", (False, True): "?"}.get(
        ("precision" in marks, "certainty" in marks), ""
    )
    is_year = written != STILL and _YEAR.fullmatch(written) and int(written) > 0
    return Year(written, int(written) if is_year else None, mark)


def _check_identity(territory: Territory) -> None:
    if not territory.id:
        territory.reject("/id", None, "The territory has no id.", "required")
    if not territory.short_form:
        reason = "The territory has no short-form name."
        territory.reject("/short-form-name", None, reason, "required")
    if territory.type not in ("", INDEPENDENT, DEPENDENCY):
        reason = f"There is no such type of territory: choose {INDEPENDENT} or {DEPENDENCY}."
        territory.reject("/type-of-territory", territory.type, reason, "unknown_value")


def _check_validity(territory: Territory, exists: str) -> None:
    since, until = territory.since, territory.until
    if since.is_still:
        reason = "9999 stands for “still”, which is no beginning."
        territory.warn("/valid-since", since.text, reason, "odd_year")
    for at, year in (("/valid-since", since), ("/valid-until", until)):
        if year.text and year.number is None and not year.is_still:
            reason = "Years run from 0001 to 9998 here: kept in words."
            territory.warn(at, year.text, reason, "odd_year")
    if since.number and until.number and since.number > until.number:
        reason = f"It ends in {until.text} and begins in {since.text}: both are kept in words."
        territory.warn("/valid-since", since.text, reason, "ends_before_it_starts")
        territory.since = Year(since.text)
        territory.until = Year(until.text)
    if exists not in ("", "true" if territory.goes_on else "false"):
        reason = f"Today's map and the end of its validity ({until.text or 'none'}) contradict each other."
        territory.warn("/exists-on-todays-map", exists, reason, "contradiction")
