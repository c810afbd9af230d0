"""Reading an exchange file: one JSON object per line (NDJSON), UTF-8."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import orjson
from django.core.exceptions import ValidationError

from config.faults import Fault, choose_from, member, nearest
from records.exchange.report import Faults, LineFault, are_too_many
from records.exchange.shapes import Exchange, declared, exchange_of

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Bytes that a line may have; a record of the real world has some thousands.
LINE_LIMIT = 4 * 1024 * 1024
#: Lists and objects inside one another; a line of this form needs five.
DEPTH_LIMIT = 12

_BOM = b"\xef\xbb\xbf"
#: The end of a name of an object, or of what looks like one inside a text.
_NAME = re.compile(rb'"[ \t\r\n]*:')


@dataclass(frozen=True)
class LoadOptions:
    """What lines mean beyond what is written in them."""

    #: A line with identifiers is about the record that has one of them; its slug is a wish for a new record.
    is_known_by_identifiers: bool = False
    #: Lists that merge: items are added to those of the database or change the one with the same key; none is removed.
    adding: frozenset[str] = frozenset()
    #: Lines about withdrawn records bring them back; else those are left as they are.
    restores: bool = False


#: An exchange file states records: slugs are theirs, and lists are whole.
EXCHANGE = LoadOptions()
#: A data set knows some things of records of which others know more (docs/decisions/0081).
DATA_SET = LoadOptions(
    is_known_by_identifiers=True,
    adding=frozenset(
        {"names", "identifiers", "citations", "codes", "predecessors", "links", "periods"}
    ),
)


@dataclass(slots=True)
class FileLine:
    """A line that says which record it is."""

    line: int
    offset: int
    size: int
    exchange: Exchange
    document_id: UUID | None
    slug: str | None
    others: tuple[str, ...]  #: codes and identifiers, as references name them
    is_wish: bool = False  #: whether the slug is one that a new record would like to have
    pk: UUID | None = None  #: the record's key, once known
    is_new: bool = False
    is_rejected: bool = False

    @property
    def name(self) -> str:
        if self.is_wish and self.others:
            return self.others[0]
        return self.slug or (str(self.document_id) if self.document_id else self.others[0])

    @property
    def names(self) -> Iterator[str]:
        if self.document_id:
            yield str(self.document_id)
        if self.slug and not self.is_wish:
            yield self.slug
        yield from self.others


class _Place(NamedTuple):
    """A line, and its place in the file."""

    line: int
    offset: int
    size: int


@dataclass
class Index:
    """Which records a file holds, and where: all that is kept in memory of a file of any size while it is loaded."""

    file: IO[bytes]
    options: LoadOptions = EXCHANGE
    lines: int = 0  #: lines that are not blank
    entries: dict[str, list[FileLine]] = field(default_factory=dict)
    names: dict[tuple[str, str], FileLine] = field(default_factory=dict)
    rejections: list[LineFault] = field(default_factory=list)

    @classmethod
    def of(cls, file: IO[bytes], options: LoadOptions = EXCHANGE) -> Index:
        """Read the file once. It must allow seeking."""
        index = cls(file, options)
        file.seek(0)
        offset = 0
        number = 0
        while line := file.readline(LINE_LIMIT + 1):
            number += 1
            if len(line) > LINE_LIMIT:
                fault = Fault(
                    "line_too_long", f"A line has at most {LINE_LIMIT:,} bytes.", pointer=""
                )
                index.lines += 1
                index.rejections.append(LineFault(fault, number, None, None))
                while line and not line.endswith(b"\n"):
                    line = file.readline(LINE_LIMIT)  # skip the rest of it
                offset = file.tell()
                continue
            start = offset
            offset += len(line)
            if number == 1 and line.startswith(_BOM):
                start += len(_BOM)
                line = line.removeprefix(_BOM)  # the mark says UTF-8, which we know
            if line.strip():
                index.lines += 1
                index._add(number, start, line)
            if are_too_many(len(index.rejections)):
                break
        return index

    def batches(
        self, exchange: Exchange, size: int
    ) -> Iterator[list[tuple[FileLine, dict[str, Any]]]]:
        """Read the lines of one kind again, in the order of the file."""
        entries = self.entries.get(exchange.kind, [])
        for start in range(0, len(entries), size):
            batch = []
            for entry in entries[start : start + size]:
                self.file.seek(entry.offset)
                batch.append((entry, orjson.loads(self.file.read(entry.size))))
            yield batch

    def _add(self, number: int, offset: int, line: bytes) -> None:
        faults = Faults()
        document = _object(line, faults)
        exchange = _exchange(document, faults) if document is not None else None
        entry = None
        if document is not None and exchange is not None:
            place = _Place(number, offset, len(line))
            entry = _entry(place, exchange, document, faults, self.options)
        if entry is not None:
            for name in entry.names:
                first = self.names.get((entry.exchange.kind, name))
                if first is not None:
                    reason = f"Line {first.line} is about the same {entry.exchange.kind}: put both into one line."
                    faults.append(Fault("duplicate", reason, pointer="", value=name))
                    break
        faults.close()
        if faults:
            kind = exchange.kind if exchange else None
            self.rejections += [
                LineFault(fault, number, kind, entry.name if entry else None) for fault in faults
            ]
        elif entry is not None:
            self.entries.setdefault(entry.exchange.kind, []).append(entry)
        if entry is not None:
            # A rejected line is kept too: a line that names it is rejected for that, not for naming an unknown record.
            entry.is_rejected = bool(faults)
            for name in entry.names:
                self.names.setdefault((entry.exchange.kind, name), entry)


def _object(line: bytes, faults: list[Fault]) -> dict[str, Any] | None:
    try:
        document = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        is_utf8 = _is_utf8(line)
        reason = (
            f"This is not JSON: {error}."
            if is_utf8
            else "This is not UTF-8, the one encoding of exchange files."
        )
        faults.append(
            Fault(
                "json" if is_utf8 else "encoding",
                reason,
                pointer="",
                value=line[:60].decode(errors="replace"),
            )
        )
        return None
    if not isinstance(document, dict):
        faults.append(
            Fault("wrong_type", "A line is one JSON object, a record.", pointer="", value=document)
        )
        return None
    depth, names = _extent(document)
    if depth > DEPTH_LIMIT:
        faults.append(
            Fault("too_deep", f"Lists and objects lie at most {DEPTH_LIMIT} deep.", pointer="")
        )
        return None
    # A name that stood twice was read once. Texts may hold what looks like names, so more of them prove nothing yet.
    if len(_NAME.findall(line)) == names:
        return document
    repeated: list[str] = []
    json.loads(line, object_pairs_hook=lambda pairs: _unique(pairs, repeated))
    for name in repeated:
        reason = "This name stands twice in one object, and only one of the two values would count."
        faults.append(Fault("repeated_name", reason, pointer="", value=name))
    return document


def _unique(pairs: list[tuple[str, Any]], repeated: list[str]) -> None:
    counts = Counter(name for name, _value in pairs)
    repeated.extend(name for name, count in counts.items() if count > 1)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _extent(document: dict[str, Any]) -> tuple[int, int]:
    """Return how deep lists and objects lie inside one another, up to one more than may be, and how many names there are."""
    depth = names = 0
    level: list[Any] = [document]
    while level and depth <= DEPTH_LIMIT:
        depth += 1
        below: list[Any] = []
        for parent in level:
            if type(parent) is dict:
                names += len(parent)
                parent = parent.values()  # noqa: PLW2901 - its children
            below += [child for child in parent if type(child) is dict or type(child) is list]
        level = below
    return depth, names


def _exchange(document: dict[str, Any], faults: list[Fault]) -> Exchange | None:
    kind = document.get("object")
    exchange = exchange_of(kind) if isinstance(kind, str) else None
    if exchange is not None:
        return exchange
    kinds = [exchange.kind for exchange in declared()]
    if not isinstance(kind, str):
        faults.append(
            Fault(
                "required",
                f"Say what kind of record it is: {choose_from(kinds)}.",
                pointer="/object",
                value=kind,
            )
        )
        return None
    reason = f"“{kind}” is no kind of record: {choose_from(kinds)}."
    faults.append(
        Fault(
            "unknown_object", reason, pointer="/object", value=kind, suggestion=nearest(kind, kinds)
        )
    )
    return None


def _entry(
    place: _Place,
    exchange: Exchange,
    document: dict[str, Any],
    faults: list[Fault],
    options: LoadOptions,
) -> FileLine | None:
    given = document.get("id")
    key = None
    if given is not None:
        try:
            key = UUID(given)
        except (ValueError, AttributeError, TypeError):
            faults.append(Fault("wrong_type", "An id is a UUID.", pointer="/id", value=given))
    slug = document.get("slug")
    if slug is not None:
        slug = _slug(exchange, slug, faults)
    others = [
        value
        for name in exchange.keys
        if isinstance(value := document.get(name), str) and value != slug
    ]
    for part in exchange.codes:
        items = document.get(part)
        for item in items if isinstance(items, list) else ():
            if (
                isinstance(item, dict)
                and isinstance(item.get("scheme"), str)
                and isinstance(item.get("value"), str)
            ):
                name = f"{item['scheme']}:{item['value']}"
                if item.get("end") is None:  # a code that ended may name another record by now
                    others.append(name)
    if not (key or slug or others):
        if not faults:
            reason = "Say which record it is: by slug, id or an identifier."
            faults.append(Fault("unnamed", reason, pointer=""))
        return None
    names = tuple(dict.fromkeys(others))
    is_wish = options.is_known_by_identifiers and bool(key or names)
    return FileLine(*place, exchange, key, slug, names, is_wish)


def _slug(exchange: Exchange, given: Any, faults: list[Fault]) -> str | None:
    field = exchange.model._meta.get_field("slug")
    try:
        if isinstance(given, str) and given:
            field.run_validators(given)
            return given
        reason = "A slug is text in lower case, digits and hyphens."
    except ValidationError as error:
        reason = " ".join(error.messages)
    faults.append(Fault("invalid", reason, pointer=member("", "slug"), value=given))
    return None


__all__ = ["DEPTH_LIMIT", "LINE_LIMIT", "FileLine", "Index"]
