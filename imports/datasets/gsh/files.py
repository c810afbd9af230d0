"""Territories as the files of gsh tell them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from config.dates.fields import TEXT_MAX_LENGTH
from config.faults import Fault
from imports.files.xml_files import text, texts

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

INDEPENDENT = "independent-state"
DEPENDENCY = "dependency-or-area-of-special-sovereignty"
#: How the set writes that a territory goes on.
_STILL = "9999"
_YEAR = re.compile(r"\d{1,4}")


@dataclass(frozen=True, slots=True)
class Year:
    """A year as written, with its number where it is one from 1 to 9998, the years that can be kept."""

    text: str
    number: int | None = None
    mark: str = ""  #: the EDTF qualifier

    @property
    def is_still(self) -> bool:
        """Whether it stands for no year: the territory goes on."""
        return self.text == _STILL

    @property
    def date(self) -> Any:
        """The uncertain date of the exchange form; None where nothing is known."""
        if self.number is not None:
            return f"{self.number:04}{self.mark}"
        if self.is_still or not self.text:
            return None
        return self.words()

    def words(self) -> dict[str, str]:
        """Return it as no more than the source's words."""
        return {"text": self.text[:TEXT_MAX_LENGTH], "precision": "unknown"}


@dataclass(slots=True)
class Territory:
    """A territory with its validity; the same land under another name or status is another territory."""

    id: str
    file: str
    content: dict[str, Any]
    name: str
    official: str
    type: str
    since: Year
    until: Year
    predecessors: tuple[str, ...]
    successors: tuple[str, ...]
    notes: str
    sources: tuple[str, ...]
    lacks_neighbours: bool = False  #: whether it lists territories that are not at hand
    warnings: list[Fault] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def goes_on(self) -> bool:
        """Whether it is there today."""
        return self.until.is_still

    @property
    def order(self) -> tuple[int, int, str]:
        """Its place among the forms of one state: by its end, for that is known more often."""
        return (
            self.until.number or (10_000 if self.goes_on else 0),
            self.since.number or 0,
            self.id,
        )

    def warn(self, at: str, value: Any, reason: str, code: str) -> None:
        """Note what is odd and was taken in as it stands."""
        self.warnings.append(Fault(code, reason, pointer=at, value=value))

    def reject(self, at: str, value: Any, reason: str, code: str) -> None:
        """Note why it cannot be taken in."""
        self.faults.append(Fault(code, reason, pointer=at, value=value))


def read_territory(root: Element, file: str) -> Territory:
    """Read the root of a file, with what is odd or wrong about it."""
    territory = Territory(
        id=text(root, "id"),
        file=file,
        content=content_of(root),
        name=text(root, "short-form-name"),
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


def content_of(root: Element) -> dict[str, Any]:
    """Return all that a file says: texts by element, lists of texts where elements hold elements, attributes."""
    content: dict[str, Any] = {}
    for element in root:
        value: Any = [text(below, ".") for below in element] or text(element, ".")
        if element.tag in content:
            before = content[element.tag]
            value = [*(before if isinstance(before, list) else [before]), value]
        content[element.tag] = value
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
    is_year = written != _STILL and _YEAR.fullmatch(written) and int(written) > 0
    return Year(written, int(written) if is_year else None, mark)


def _check_identity(territory: Territory) -> None:
    if not territory.id:
        territory.reject("/id", None, "The territory has no id.", "required")
    if not territory.name:
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
