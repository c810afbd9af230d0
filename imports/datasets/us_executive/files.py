"""The entries of executive.yaml: persons with their terms, as they stand there and with what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from config.faults import Fault, choose_from, nearest
from imports.dataset import Row
from imports.files.tree import InputError
from imports.files.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imports.files.tree import File

#: Schemes of ids that name a person for good, the first that is there names the record. The other ids of the file are those of
#: elections, campaigns and encyclopaedias.
SCHEMES = ("bioguide", "govtrack", "wikidata")
#: The types of terms, and the `us-office` that they are terms of.
OFFICES = {"prez": "president", "viceprez": "vice-president"}


@dataclass(eq=False)
class Item:
    """What a row is made of."""

    id: str
    file: str
    place: str
    content: Any
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    skipped: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it becomes something."""
        return not (self.faults or self.skipped)

    def reject(self, at: str, value: Any, reason: str, code: str) -> None:
        """Say why it cannot be taken."""
        self.faults.append(Fault(code, reason, pointer=at, value=value))

    def warn(self, at: str, value: Any, reason: str, code: str) -> None:
        """Say what is odd about it."""
        self.warnings.append(Fault(code, reason, pointer=at, value=value))

    def row(self, becomes: Sequence[tuple[str, str]]) -> Row:
        """Return what the import counts."""
        return Row(
            self.id,
            self.file,
            self.place,
            self.content,
            becomes=tuple(becomes) if self.is_good else (),
            skipped="" if self.faults else self.skipped,
            faults=tuple(self.faults),
            warnings=tuple(self.warnings),
        )


@dataclass(eq=False)
class Term(Item):
    """A term in an office."""

    office: str = ""  #: its `us-office`
    start: date | None = None
    end: date | None = None
    how: str = ""
    party: str = ""


@dataclass(eq=False)
class Entry(Item):
    """A person."""

    identifiers: list[tuple[str, str]] = field(default_factory=list)
    given: str = ""  #: first and middle names
    family: str = ""
    suffix: str = ""
    other_names: list[str] = field(default_factory=list)
    born: str = ""  #: EDTF
    terms: list[Term] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """What documents call the person; "" for one that nothing names, which is rejected."""
        return ":".join(self.identifiers[0]) if self.identifiers else ""

    @property
    def name(self) -> str:
        """The name in full: "Joseph Robinette Biden, Jr."."""
        name = " ".join(part for part in (self.given, self.family) if part)
        return f"{name}, {self.suffix}" if self.suffix else name


def read_entries(files: Iterable[File]) -> tuple[list[Entry], list[Row]]:
    """Return the persons of all files, and a rejected row for each file that cannot be read."""
    entries: list[Entry] = []
    unread: list[Row] = []
    for file in files:
        try:
            found = read_yaml(file)
            if not isinstance(found, list):
                raise InputError("wrong_type", "The file is no list of persons.", file.path)
        except InputError as error:
            unread.append(Row.unread(error))
            continue
        entries += [_entry(each, file.path, number) for number, each in enumerate(found, 1)]
    _find_repeated(entries)
    # A person who stands twice may have some terms here and others there.
    _find_repeated([term for entry in entries for term in entry.terms])
    return entries, unread


def _entry(given: Any, path: str, number: int) -> Entry:
    content = given if isinstance(given, dict) else {}
    ids, name, bio = (_mapping(content, part) for part in ("id", "name", "bio"))
    identifiers = [(scheme, _text(ids, scheme)) for scheme in SCHEMES if _text(ids, scheme)]
    called = next((value for _scheme, value in identifiers), "")
    told = {key: value for key, value in content.items() if key != "terms"}
    entry = Entry(
        called or f"{path}#{number}",
        path,
        called or f"entry {number}",
        told if isinstance(given, dict) else given,
        identifiers=identifiers,
        given=" ".join(filter(None, (_text(name, "first"), _text(name, "middle")))),
        family=_text(name, "last"),
        suffix=_text(name, "suffix"),
    )
    if not isinstance(given, dict):
        entry.reject("", given, "An entry is a mapping with id, name, bio and terms.", "wrong_type")
        return entry
    if not called:
        reason = f"Nothing names the person: {choose_from(SCHEMES)}."
        entry.reject("/id", None, reason, "required")
    if not entry.family and not entry.given:
        entry.reject("/name", None, "The person has no name.", "required")
    entry.other_names = _other_names(entry, name)
    if day := _day(entry, "/bio/birthday", bio.get("birthday")):
        entry.born = day.isoformat()
    terms = content.get("terms")
    if terms is not None and not isinstance(terms, list):
        entry.reject("/terms", terms, "Terms are a list.", "wrong_type")
        terms = []
    entry.terms = [_term(entry, each, place) for place, each in enumerate(terms or [], 1)]
    return entry


def _other_names(entry: Entry, name: dict[str, Any]) -> list[str]:
    nickname = _text(name, "nickname")
    names = [_text(name, "official_full")]
    if nickname:
        # Some nicknames are whole names.
        is_whole = entry.family in nickname
        names.append(nickname if is_whole else f"{nickname} {entry.family}")
    return [each for each in dict.fromkeys(names) if each and each != entry.name]


def _term(entry: Entry, given: Any, number: int) -> Term:
    content = given if isinstance(given, dict) else {}
    kind, start = _text(content, "type"), _text(content, "start")
    words = f"{kind} {start}" if kind and start else f"term {number}"
    term = Term(
        f"{entry.id}/{kind}/{start}" if kind and start else f"{entry.id}/#{number}",
        entry.file,
        f"{entry.place} {words}",
        given,
        how=_text(content, "how"),
        party=_text(content, "party"),
    )
    if not isinstance(given, dict):
        term.reject("", given, "A term is a mapping with type, start and end.", "wrong_type")
        return term
    if kind not in OFFICES:
        reason = f"“{kind}” is no type of term here: {choose_from(OFFICES)}."
        fault = Fault(
            "unknown_value", reason, pointer="/type", value=kind, suggestion=nearest(kind, OFFICES)
        )
        term.faults.append(fault)
    term.office = OFFICES.get(kind, "")
    if not start:
        term.reject(
            "/start", None, "A term that begins on no day cannot be told apart.", "required"
        )
    for name in ("start", "end"):
        day = _day(term, f"/{name}", content.get(name))
        setattr(term, name, day)
    if term.start and term.end and term.end < term.start:
        reason = f"The term ends before it starts ({term.start})."
        term.reject("/end", str(term.end), reason, "ends_before_start")
    if entry.faults:
        term.reject("", None, "The person of this term was rejected.", "rejected_person")
    return term


def _day(item: Item, at: str, given: Any) -> date | None:
    try:
        return date.fromisoformat(str(given)) if given not in (None, "") else None
    except ValueError:
        item.reject(at, given, f"“{given}” is no day, written as 1789-04-30.", "bad_date")
        return None


def _mapping(content: dict[str, Any], name: str) -> dict[str, Any]:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def _text(content: dict[str, Any], name: str) -> str:
    """Return a plain value as text; ids may be numbers."""
    found = content.get(name)
    return " ".join(str(found).split()) if isinstance(found, str | int | float) else ""


def _find_repeated(items: Sequence[Item]) -> None:
    """Skip what says the same as an item before it, and reject what says something else under the same id."""
    first: dict[str, Item] = {}
    counts: dict[str, int] = {}
    for item in items:
        before = first.setdefault(item.id, item)
        counts[item.id] = counts.get(item.id, 0) + 1
        if before is item:
            continue
        if item.content == before.content and item.is_good:
            item.skipped = f"{before.file} says the same before."
        elif not item.faults:
            reason = f"There is something else about {item.id} before, in {before.file}."
            item.reject("", item.id, reason, "duplicate")
        item.id = f"{item.id}/{counts[item.id]}"
