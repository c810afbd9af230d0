"""Reading XML from files that somebody else wrote: no DTD, no entities, no inclusions, nothing fetched, all bounded.

What a file may not have is refused by name, as is any encoding but UTF-8. Comments and processing instructions are
passed over. XML itself has no NUL and no surrogates, not even as `&#0;`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, cast
from xml.etree import ElementTree as ET
from xml.parsers.expat import ExpatError, errors

from defusedxml.common import DefusedXmlException, DTDForbidden
from defusedxml.ElementTree import DefusedXMLParser

from imports.files.limits import InputError
from imports.files.text import check_utf8

if TYPE_CHECKING:
    from imports.files.tree import File

#: Bytes that are given to the parser at a time. Small, because it finishes a chunk after it was told to stop, and
#: because a start tag may cost it the product of its attributes and the longest namespace.
_CHUNK = 16 * 1024
#: Bytes of a comment or a processing instruction: the parser reads an unfinished one again with each chunk.
_COMMENT_LIMIT = 1024 * 1024
#: Characters of a name, its namespace included.
_NAME_LIMIT = 1000
_XINCLUDE = ("{http://www.w3.org/2001/XInclude}", "{http://www.w3.org/2003/XInclude}")
_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii"}


class Element(ET.Element):
    """An element that knows its line."""

    __slots__ = ("line",)

    line: int  #: where its start tag ends, counted from 1


class _Builder:
    """Builds elements, and counts them."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.limits = file.allowance.limits
        self.parser: DefusedXMLParser | None = None
        self.depth = 0
        self.nodes = 0
        self.size = 0  # characters of text since the last tag
        self.tree = self.new_tree()

    def new_tree(self) -> ET.TreeBuilder:
        return ET.TreeBuilder(element_factory=self._element)

    def _element(self, tag: str, attributes: dict[str, str]) -> Element:
        element = Element(tag, attributes)
        element.line = self.line
        return element

    @property
    def line(self) -> int:
        if self.parser is None:
            return 1
        line: int = self.parser.parser.CurrentLineNumber
        return line

    def refuse(self, code: str, reason: str) -> InputError:
        return InputError(code, reason, self.file.path, self.line)

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise self.refuse(
                "encoding",
                f"It says that its encoding is {encoding[:40]}. Only UTF-8 is read. Save it as UTF-8, "
                "and change what its first line says.",
            )

    def start_ns(self, _prefix: str, uri: str) -> None:
        if len(uri or "") > _NAME_LIMIT:
            raise self.refuse("name_too_long", f"A name has at most {_NAME_LIMIT:,} characters.")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.check(tag, attributes)
        self.tree.start(tag, attributes)

    def check(self, tag: str, attributes: dict[str, str]) -> None:
        """Refuse an element that should not be there."""
        self.depth += 1
        self.nodes += 1
        self.size = 0
        if self.depth > self.limits.depth:
            raise self.refuse(
                "too_deep", f"Elements lie at most {self.limits.depth} deep inside one another."
            )
        if self.nodes > self.limits.nodes:
            reason = f"A file has at most {self.limits.nodes:,} elements. Split it."
            raise self.refuse("too_many_elements", reason)
        if tag.startswith(_XINCLUDE):
            raise self.refuse(
                "xinclude", "XInclude is not followed. Put the included text into the file."
            )
        if max(map(len, (tag, *attributes))) > _NAME_LIMIT:
            raise self.refuse("name_too_long", f"A name has at most {_NAME_LIMIT:,} characters.")

    def end(self, tag: str) -> None:
        self.depth -= 1
        self.size = 0
        self.tree.end(tag)

    def data(self, text: str) -> None:
        self.size += len(text)
        if self.size > self.limits.cell_size:
            reason = f"A text between two tags has at most {self.limits.cell_size:,} characters."
            raise self.refuse("cell_too_long", reason)
        self.tree.data(text)

    def close(self) -> Element:
        return cast("Element", self.tree.close())  # the factory makes no others


class _Records(_Builder):
    """Builds the children of the root, one after the other."""

    def __init__(self, file: File) -> None:
        super().__init__(file)
        self.ready: list[Element] = []
        self.rows = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.depth == 1:
            self.nodes = 0  # they are counted in each record
        self.check(tag, attributes)
        if self.depth == 2:
            self.rows += 1
            self.tree = self.new_tree()
            if self.rows > self.limits.rows:
                reason = f"A file has at most {self.limits.rows:,} records. Split it."
                raise self.refuse("too_many_rows", reason)
        if self.depth > 1:
            self.tree.start(tag, attributes)

    def data(self, text: str) -> None:
        if self.depth > 1:
            super().data(text)

    def end(self, tag: str) -> None:
        if self.depth > 1:
            super().end(tag)
            if self.depth == 1:
                self.ready.append(self.close())
        else:
            self.depth -= 1


def read_xml(file: File) -> Element:
    """Return the root of a file that fits into memory.

    Raises `InputError` for what is not XML, and for what this project does not read of XML.
    """
    stream = io.BytesIO(file.read())
    builder = _Builder(file)
    for _fed in _feed(stream, builder):
        pass
    return builder.close()


def iter_xml(file: File) -> Iterator[Element]:
    """Yield the children of the root of a file of any size, one after the other.

    Raises `InputError` like `read_xml`, after those that were well.
    """
    with file.open() as stream:
        builder = _Records(file)
        for _fed in _feed(stream, builder):
            yield from builder.ready
            builder.ready = []


def _feed(stream: IO[bytes], builder: _Builder) -> Iterator[None]:
    """Give the file to the parser, and let the caller look after each chunk."""
    file = builder.file
    check_utf8(stream, file)
    # The encoding is set, so that what the file declares cannot change how it is read.
    parser = DefusedXMLParser(target=builder, encoding="utf-8", forbid_dtd=True)
    builder.parser = parser
    parser.parser.XmlDeclHandler = builder.declaration
    fed = 0
    unfinished = b""
    try:
        while chunk := stream.read(_CHUNK):
            with file.allowance.timed(file.path):
                parser.feed(chunk)
            fed += len(chunk)
            pending = fed - parser.parser.CurrentByteIndex
            unfinished = (unfinished + chunk)[-pending:] if pending > 0 else b""
            is_tag = not unfinished.startswith((b"<!--", b"<?"))
            if is_tag and pending > _CHUNK:
                raise builder.refuse("tag_too_long", f"A tag has at most {_CHUNK:,} bytes.")
            if pending > _COMMENT_LIMIT:
                raise builder.refuse(
                    "comment_too_long", f"A comment has at most {_COMMENT_LIMIT:,} bytes."
                )
            yield
        with file.allowance.timed(file.path):
            parser.parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature
        yield
    except DTDForbidden as error:
        raise builder.refuse(
            "dtd",
            "A DTD (<!DOCTYPE ...>) is not read: it could name files and make text without end. Remove it.",
        ) from error
    except DefusedXmlException as error:
        raise builder.refuse(
            "entity", "Entities of one's own are not read. Remove them."
        ) from error
    except (ET.ParseError, ExpatError) as error:
        raise _not_xml(error, file) from error
    finally:
        builder.parser = None  # they hold each other, and the tree


def _not_xml(error: ET.ParseError | ExpatError, file: File) -> InputError:
    line = error.position[0] if isinstance(error, ET.ParseError) else error.lineno
    if error.code == errors.codes[errors.XML_ERROR_BAD_CHAR_REF]:
        reason = "A character reference (&#...;) names what is no character of XML: NUL, another control character or half a surrogate pair. Remove it."
        return InputError("character", reason, file.path, line)
    if error.code == errors.codes[errors.XML_ERROR_UNDEFINED_ENTITY]:
        reason = f"XML has no such entity ({error}). Write the character itself."
        return InputError("entity", reason, file.path, line)
    return InputError("xml", f"This is not XML: {error}.", file.path, line)


def text(element: ET.Element, path: str, default: str = "") -> str:
    """Return the text of the first element at a path, its white space (no-break spaces too) made single spaces.

    Text inside the elements in it counts. `default` stands for an element that is missing or empty; "." is the
    element itself.
    """
    found = element.find(path)
    return (_text_of(found) if found is not None else "") or default


def texts(element: ET.Element, path: str) -> list[str]:
    """Return the texts of all elements at a path, without the empty ones."""
    return [found for below in element.findall(path) if (found := _text_of(below))]


def line(element: ET.Element) -> int | None:
    """Return the line of an element that was read here."""
    return element.line if isinstance(element, Element) else None


def _text_of(element: ET.Element) -> str:
    # `split` without an argument knows every white space of Unicode, the no-break ones too.
    return " ".join("".join(element.itertext()).split())


__all__ = ["Element", "iter_xml", "line", "read_xml", "text", "texts"]
