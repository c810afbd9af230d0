"""The YAML files of presidents and vice-presidents: a list of persons, each with terms."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from config.faults import choose_from
from imports.datasets.kit import head_of, read_all, repeated
from imports.datasets.us_executive.rows import PersonRow, TermRow
from imports.files.tree import InputError
from imports.files.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.dataset import Row
    from imports.datasets.kit import SourceRow
    from imports.files.tree import File, Tree

#: Schemes of ids that name a person for good, the first that is there names the record. The other ids of the file are those of
#: elections, campaigns and encyclopaedias.
_SCHEMES = ("bioguide", "govtrack", "wikidata")
#: The types of terms, and the `us-office` that they are terms of.
_OFFICES = {"prez": "president", "viceprez": "vice-president"}
#: Bytes of a file that are looked at to find out what it is.
_HEAD = 64 * 1024
_TYPE = re.compile(rf"(?:^|[\s{{,])type:\s*['\"]?({'|'.join(_OFFICES)})\b".encode())


def recognises(tree: Tree) -> bool:
    """Return whether a YAML file has terms of presidents or vice-presidents."""
    return bool(_files_of(tree))


def _files_of(tree: Tree) -> list[File]:
    found = [*tree.matching("*.yaml"), *tree.matching("*.yml")]
    with_terms = (file for file in found if _TYPE.search(head_of(file, _HEAD)))
    return sorted(with_terms, key=lambda file: file.path)


def read_files(tree: Tree) -> tuple[list[PersonRow], list[Row]]:
    """Return the persons of all files, and a rejected row for each file that cannot be read."""
    unread: list[Row] = []
    people = [
        _person(each, path, number)
        for path, listed in read_all(_files_of(tree), _read_list, unread)
        for number, each in enumerate(listed, 1)
    ]
    _check_repeated(people)
    # A person who stands twice may have some terms here and others there.
    _check_repeated([term for person in people for term in person.terms])
    return people, unread


def _read_list(file: File) -> list[Any]:
    found = read_yaml(file)
    if not isinstance(found, list):
        raise InputError("wrong_type", "The file is no list of persons.", file.path)
    return found


def _person(given: Any, path: str, number: int) -> PersonRow:
    content = given if isinstance(given, dict) else {}
    ids, name, bio = (_mapping(content, part) for part in ("id", "name", "bio"))
    identifiers = [(scheme, _text(ids, scheme)) for scheme in _SCHEMES if _text(ids, scheme)]
    called = next((value for _scheme, value in identifiers), "")
    about = {key: value for key, value in content.items() if key != "terms"}
    person = PersonRow(
        id=called or f"{path}#{number}",
        file=path,
        place=called or f"entry {number}",
        content=about if isinstance(given, dict) else given,
        identifiers=identifiers,
        given=" ".join(filter(None, (_text(name, "first"), _text(name, "middle")))),
        family=_text(name, "last"),
        suffix=_text(name, "suffix"),
    )
    if not isinstance(given, dict):
        person.reject(
            "", given, "An entry is a mapping with id, name, bio and terms.", "wrong_type"
        )
        return person
    if not called:
        reason = f"Nothing names the person: {choose_from(_SCHEMES)}."
        person.reject("/id", None, reason, "required")
    if not person.family and not person.given:
        person.reject("/name", None, "The person has no name.", "required")
    person.other_names = _other_names(person, name)
    if day := _day(person, "/bio/birthday", bio.get("birthday")):
        person.born = day.isoformat()
    terms = content.get("terms")
    if terms is not None and not isinstance(terms, list):
        person.reject("/terms", terms, "Terms are a list.", "wrong_type")
        terms = []
    person.terms = [_term(person, each, place) for place, each in enumerate(terms or [], 1)]
    return person


def _other_names(person: PersonRow, name: dict[str, Any]) -> list[str]:
    nickname = _text(name, "nickname")
    names = [_text(name, "official_full")]
    if nickname:
        # Some nicknames are whole names.
        is_whole = person.family in nickname
        names.append(nickname if is_whole else f"{nickname} {person.family}")
    return [each for each in dict.fromkeys(names) if each and each != person.full_name]


def _term(person: PersonRow, given: Any, number: int) -> TermRow:
    content = given if isinstance(given, dict) else {}
    kind, start = _text(content, "type"), _text(content, "start")
    words = f"{kind} {start}" if kind and start else f"term {number}"
    term = TermRow(
        id=f"{person.id}/{kind}/{start}" if kind and start else f"{person.id}/#{number}",
        file=person.file,
        place=f"{person.place} {words}",
        content=given,
        how=_text(content, "how"),
        party=_text(content, "party"),
    )
    if not isinstance(given, dict):
        term.reject("", given, "A term is a mapping with type, start and end.", "wrong_type")
        return term
    term.demand_choice("/type", kind, "type of term here", _OFFICES)
    term.office = _OFFICES.get(kind, "")
    if not start:
        term.reject("/start", None, "A term without a start cannot be identified.", "required")
    for name in ("start", "end"):
        day = _day(term, f"/{name}", content.get(name))
        setattr(term, name, day)
    if term.start and term.end and term.end < term.start:
        reason = f"The term ends before it starts ({term.start})."
        term.reject("/end", str(term.end), reason, "ends_before_start")
    if person.faults:
        term.reject("", None, "The person of this term was rejected.", "rejected_person")
    return term


def _day(row: SourceRow, at: str, given: Any) -> date | None:
    try:
        return date.fromisoformat(str(given)) if given not in (None, "") else None
    except ValueError:
        row.reject(at, given, f"“{given}” is no day, written as 1789-04-30.", "bad_date")
        return None


def _mapping(content: dict[str, Any], name: str) -> dict[str, Any]:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def _text(content: dict[str, Any], name: str) -> str:
    found = content.get(name)
    return " ".join(str(found).split()) if isinstance(found, str | int | float) else ""


def _check_repeated(rows: Sequence[SourceRow]) -> None:
    """Skip what says the same as a row before it, and reject what says something else under the same id."""
    for row, before, number in repeated(rows):
        if row.content == before.content and row.is_good:
            row.skipped = f"{before.file} says the same before."
        elif not row.faults:
            reason = f"There is something else about {row.id} before, in {before.file}."
            row.reject("", row.id, reason, "duplicate")
        row.id = f"{row.id}/{number}"
