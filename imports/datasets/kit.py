"""What all data sets share: rows and their faults, files of a set, parts of documents, and the members of the last import."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from anyascii import anyascii
from django.utils.text import slugify

from config.faults import Fault, choose_from, nearest
from imports.dataset import Row
from imports.files.csv_files import read_table
from imports.files.tree import InputError
from imports.files.xml_files import line, read_xml, text
from imports.models import ImportedRecord
from records.exchange.report import Faults
from records.identity import SLUG_LENGTH
from records.models import Evidence, NameKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from xml.etree.ElementTree import Element

    from imports.dataset import Document
    from imports.files.csv_files import Line
    from imports.files.tree import File, Tree

T = TypeVar("T")

LOCATOR_LENGTH = 200
#: Bytes in which the root element or the header of a file is looked for.
_HEAD = 4096
#: The root of files that say what values mean; they hold no rows.
_CODE_TABLE = "code-table"
#: Names of states that English gives an article.
_WITH_ARTICLE = re.compile(
    r"(?:United|Holy|Papal|Soviet|Ottoman|Two|Kingdom|Republic|Democratic|Central African|Dominican|Czech|Russian|Austrian"
    r"|German|North German|Federated)\b.*"
    r"|.*\b(?:Islands|Republic|Empire|Kingdom|Union|States|Confederation|Emirates|Federation)|Netherlands.*|Bahamas|Gambia"
    r"|Philippines|Maldives|Seychelles|Comoros"
)


# Rows


@dataclass(kw_only=True, eq=False)
class SourceRow:
    """A row while it is read and checked: its content, its faults and warnings, the records that it becomes."""

    kind: ClassVar[str] = ""  #: starts the row's id where ids are unique within a kind only

    id: str
    file: str
    line: int | None = None
    place: str = ""  #: where it stands in the file; "" for its id, else its line
    content: Any = field(default_factory=dict)
    alias: str = ""  #: what the row is called where another one has its id
    becomes: list[tuple[str, str]] = field(default_factory=list)
    skipped: str = ""
    faults: Faults = field(default_factory=Faults)
    warnings: list[Fault] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The id of the row in the report: unique within the data set."""
        called = self.alias or self.id or f"{self.file}:{self.line}"
        return f"{self.kind}:{called}" if self.kind else called

    @property
    def locator(self) -> str:
        return f"{self.file}, {self.id}"[-LOCATOR_LENGTH:]

    @property
    def is_good(self) -> bool:
        return not (self.faults or self.skipped)

    def reject(self, at: str, value: Any, reason: str, code: str) -> None:
        self.faults.append(Fault(code, reason, pointer=at, value=value))

    def warn(self, at: str, value: Any, reason: str, code: str) -> None:
        """Note what is odd, and imported as it stands."""
        self.warnings.append(Fault(code, reason, pointer=at, value=value))

    def demand(self, **values: str) -> None:
        """Reject it where a value is missing; values by the names of their elements."""
        for name, value in values.items():
            if not value:
                self.reject(f"/{name.replace('_', '-')}", None, "This is missing.", "required")

    def demand_choice(self, at: str, value: str, what: str, choices: Iterable[str]) -> None:
        """Reject a value that is none of the choices; `what` says what they are."""
        known = list(choices)
        if value not in known:
            reason = f"“{value}” is no {what}: {choose_from(known)}."
            near = nearest(value, known)
            self.faults.append(
                Fault("unknown_value", reason, pointer=at, value=value, suggestion=near)
            )

    def row(self) -> Row:
        self.faults.close()
        return Row(
            self.name,
            self.file,
            self.place or self.id or (f"line {self.line}" if self.line else self.file),
            self.content,
            becomes=tuple(dict.fromkeys(self.becomes)) if self.is_good else (),
            skipped="" if self.faults else self.skipped,
            faults=tuple(self.faults),
            warnings=tuple(self.warnings),
        )


R = TypeVar("R", bound=SourceRow)


def repeated(rows: Iterable[R]) -> Iterator[tuple[R, R, int]]:
    """Yield each row whose id another one has before it, with that one and the row's number among them: 2, 3 ..."""
    first: dict[str, R] = {}
    counts: Counter[str] = Counter()
    for row in rows:
        if not row.id:
            continue
        before = first.setdefault(row.id, row)
        counts[row.id] += 1
        if before is not row:
            yield row, before, counts[row.id]


# Files


def files_of(tree: Tree, *patterns: str) -> list[File]:
    """Return the files of a data set of XML; one that comes by itself may lie anywhere."""
    found = {file.path: file for pattern in patterns for file in tree.matching(pattern)}
    if not found and len(tree.files) == 1:
        found = {file.path: file for file in tree.matching("*.xml")}
    return [found[path] for path in sorted(found)]


def head_of(file: File, size: int = _HEAD) -> bytes:
    """Return the first bytes of a file; none of one that cannot be read."""
    try:
        with file.open() as stream:
            return stream.read(size)
    except InputError:
        return b""


def tables_of(tree: Tree, columns: Collection[str]) -> list[File]:
    """Return the tables whose header names all these columns."""
    return [file for file in tree.matching("*.csv") if _has_columns(file, columns)]


def _has_columns(file: File, columns: Collection[str]) -> bool:
    header = head_of(file).partition(b"\n")[0].decode(errors="replace")
    return all(name in header for name in columns)


def read_all(
    files: Iterable[File], read: Callable[[File], T], unread: list[Row]
) -> Iterator[tuple[str, T]]:
    """Yield the path and the content of each file; one that cannot be read becomes a rejected row in `unread`."""
    for file in files:
        try:
            content = read(file)
        except InputError as error:
            unread.append(Row.unread(error))
        else:
            yield file.path, content


def read_roots(
    files: Iterable[File], tags: Collection[str], unread: list[Row]
) -> Iterator[tuple[str, Element]]:
    """Yield the path and the root of each file that has one of these; any other root is a fault."""
    for path, root in read_all(files, read_xml, unread):
        if root.tag in tags:
            yield path, root
        elif root.tag != _CODE_TABLE:
            reason = f"“{root.tag}” is no file of this data set: {choose_from(tags)}."
            unread.append(Row.unread(InputError("unknown_element", reason, path)))


def read_lines(
    tree: Tree, columns: Sequence[str], unread: list[Row]
) -> Iterator[tuple[Line, dict[str, Any]]]:
    """Yield the lines of all tables with these columns, and the members of a `SourceRow` that lines give.

    Of a table that cannot be read to its end nothing is used: what follows from several lines would be wrong.
    """
    tables = tables_of(tree, columns)
    for path, lines in read_all(tables, lambda file: list(read_table(file, columns)), unread):
        for each in lines:
            place = f"line {each.number}"
            facts = {"file": path, "line": each.number, "place": place, "content": each.cells}
            yield each, facts | {"faults": Faults(each.faults)}


def facts_of(element: Element, path: str, content: Any, *, name: str = "id") -> dict[str, Any]:
    """Return the members of a `SourceRow` that an element gives; `name` is the element with its id."""
    return {"id": text(element, name), "file": path, "line": line(element), "content": content}


def add_value(content: dict[str, Any], name: str, value: Any) -> None:
    """Add a value to what a row says; of an element that stands twice, a list."""
    if name in content:
        before = content[name]
        value = [*(before if isinstance(before, list) else [before]), value]
    content[name] = value


# Documents


def slug_of(*words: str, otherwise: str = "") -> str:
    """Return the slug that a record of these words would like; `otherwise` stands in for words without letters."""
    return _slug(" ".join(filter(None, words))) or _slug(otherwise) or "record"


def _slug(words: str) -> str:
    return slugify(anyascii(words))[:SLUG_LENGTH].strip("-_")


def citation(source: str, locator: str, **more: str) -> Document:
    cited = {
        "source": source,
        "locator": locator[:LOCATOR_LENGTH],
        "evidence": Evidence.REPORTED.value,
    }
    return cited | more


def identifiers(*pairs: tuple[str, str]) -> list[Document]:
    return [{"scheme": scheme, "value": value} for scheme, value in pairs]


def aliases(names: Iterable[str]) -> Document:
    """Return the member `names` with other names in English; no member for none."""
    rows = [{"name": name, "kind": NameKind.ALIAS.value, "language": "en"} for name in names]
    return {"names": rows} if rows else {}


def cut(words: str, length: int = LOCATOR_LENGTH) -> str:
    """Return words so long at most, with a sign where they were cut."""
    return words if len(words) <= length else f"{words[: length - 1].rstrip()}…"


def with_article(state: str) -> str:
    """Return the name of a state as it stands in a sentence: `the Netherlands`."""
    return f"the {state}" if _WITH_ARTICLE.fullmatch(state) else state


# The last import


class LastImport:
    """Which members of which records the last import of a data set wrote. One query.

    A data set that comes after others does not put its own wording over theirs: it writes a member of a record that it
    made, goes on writing it, and writes one of another's record only where that has nothing.
    """

    def __init__(self, dataset: str, *kinds: str) -> None:
        rows = ImportedRecord.last(dataset, kinds)
        self._members: dict[tuple[str, str], frozenset[str]] = {
            (kind, name): frozenset(members)
            for kind, name, members in rows.values_list("kind", "name", "members")
        }

    def has(self, kind: str, name: str) -> bool:
        """Return whether it wrote anything of the record that the data set calls so."""
        return (kind, name) in self._members

    def own(
        self, kind: str, name: str, members: Mapping[str, Any], current: Mapping[str, Any] | None
    ) -> Document:
        """Return the members that the data set is to write.

        `current` is what the record has, empty where it has nothing; None for a record that is new.
        """
        if current is None:
            return dict(members)
        written = self._members.get((kind, name), ())
        return {
            member: value
            for member, value in members.items()
            if not current.get(member) or member in written
        }
