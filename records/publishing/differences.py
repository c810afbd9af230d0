"""What differs between two documents of one record, and what nature the change has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from records.models import Nature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from records.registry import Kind

#: Pointers that one change has at most; where there are more, the members of the document in which they lie.
MOST = 40
#: Members that differ because something else does, so that they say nothing.
ALWAYS = frozenset({"revision", "published_at", "known_on"})


def pointers(former: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """Return where a document differs from the former one, as JSON Pointers into it (RFC 6901), in its order.

    Who puts the values at these places, in order, into the former document has the new one, less `revision`,
    `published_at` and `known_on`. A list that became longer or shorter is one place, and so is a reference that names another record.
    """
    found: list[str] = []
    _compare_members("", former, document, found, ALWAYS)
    if len(found) <= MOST:
        return found
    return list(dict.fromkeys(pointer[: (pointer + "/").index("/", 1)] for pointer in found))


def _compare_members(
    place: str,
    old: dict[str, Any],
    new: dict[str, Any],
    found: list[str],
    without: frozenset[str] = frozenset(),
) -> None:
    """Add where the members of two objects differ. Most are equal, so nothing is made for those."""
    for name, value in new.items():
        if name not in old:
            found.append(_below(place, name))
        elif old[name] != value and name not in without:
            _compare(_below(place, name), old[name], value, found)
    if len(old) != len(new) or old.keys() != new.keys():
        found += [_below(place, name) for name in old if name not in new]


def _compare(place: str, old: Any, new: Any, found: list[str]) -> None:
    """Add where two values differ that are not equal."""
    if type(old) is dict and type(new) is dict and old.get("id") == new.get("id"):
        _compare_members(place, old, new, found)
    elif type(old) is list and type(new) is list and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            if one != other:
                _compare(f"{place}/{number}", one, other, found)
    else:
        found.append(place)


def _below(place: str, name: str) -> str:
    if "~" in name or "/" in name:
        name = name.replace("~", "~0").replace("/", "~1")
    return f"{place}/{name}"


def nature_of(
    kind: Kind, former: dict[str, Any], document: dict[str, Any], said: Nature | None
) -> Nature:
    """Return the nature of a change: `reference` if nothing but other records' labels differs, else what was said of it.

    Where nothing was said, the days decide: it is a development if the document has a day after the former edition that
    it did not have before, or one that has come since then; else a correction.
    """
    if said == Nature.REFERENCE or says_the_same(kind, former, document):
        return Nature.REFERENCE
    if said is not None:
        return said
    before = former["known_on"]
    today = datetime.now(UTC).date().isoformat()
    known = set(_days(former))
    is_moved = any(
        day > before and ((day, last) not in known or day <= today)
        for day, last in _days(document)
        if day
    )
    return Nature.DEVELOPMENT if is_moved else Nature.CORRECTION


def says_the_same(kind: Kind, former: dict[str, Any], document: dict[str, Any]) -> bool:
    """Whether two documents differ at most in what other records are called."""
    return _bare(kind, former) == _bare(kind, document)


def _bare(kind: Kind, document: dict[str, Any]) -> dict[str, Any]:
    """What a document says itself: of other records only which they are."""
    left_out = {*ALWAYS, *(("label",) if kind.editions.label_needs_references else ())}
    return {name: _named(value) for name, value in document.items() if name not in left_out}


def _named(value: Any) -> Any:
    if type(value) is dict:
        if "id" in value and "object" in value:
            return value["id"]
        return {name: _named(each) for name, each in value.items()}
    if type(value) is list:
        return [_named(each) for each in value]
    return value


def _days(value: Any) -> Iterator[tuple[str | None, str | None]]:
    """The first and the last possible day of every uncertain date in a document."""
    if type(value) is dict:
        if "earliest" in value and "latest" in value:
            yield value["earliest"], value["latest"]
        else:
            for each in value.values():
                yield from _days(each)
    elif type(value) is list:
        for each in value:
            yield from _days(each)
