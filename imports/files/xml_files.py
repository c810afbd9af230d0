"""Reading XML from files that somebody else wrote: no DTD, no entities, no inclusions, nothing fetched, all bounded.

What a file may not have is refused by name, as is any encoding but UTF-8. Comments and processing instructions are
passed over. XML itself has no NUL and no surrogates, not even as `&#0;`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from xml.etree import ElementTree as ET
from xml.parsers.expat import errors

from defusedxml.common import DTDForbidden
from defusedxml.ElementTree import DefusedXMLParser

from imports.files.limits import COMMENT_LIMIT, NAME_LIMIT, TAG_LIMIT
from imports.files.text import read_utf8
from imports.files.tree import InputError

if TYPE_CHECKING:
    from imports.files.tree import File

_XINCLUDE = ("{http://www.w3.org/2001/XInclude}", "{http://www.w3.org/2003/XInclude}")
_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii"}


class Element(ET.Element):
    """An element that knows its line."""

    __slots__ = ("line",)

    line: int  #: where its start tag ends, counted from 1


class _Builder(ET.TreeBuilder):
    """Builds elements, and refuses those that should not be there."""

    def __init__(self, file: File) -> None:
        super().__init__(element_factory=Element)
        self._file = file
        self._depth = 0
        self._count = 0
        # The encoding is set, so that what the file declares cannot change how it is read.
        self.parser = DefusedXMLParser(target=self, encoding="utf-8", forbid_dtd=True)
        self.expat = self.parser.parser
        self.expat.XmlDeclHandler = self._declaration

    def refuse(self, code: str, reason: str, line: int | None = None) -> InputError:
        return InputError(code, reason, self._file.path, line or self.expat.CurrentLineNumber)

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            reason = f"It says that its encoding is {encoding[:40]}. Only UTF-8 is read. Save it as UTF-8, and change what its first line says."
            raise self.refuse("encoding", reason)

    def start(self, tag: str, attributes: dict[str, str], /) -> ET.Element:
        limits = self._file.limits
        self._depth += 1
        self._count += 1
        if self._depth > limits.depth:
            reason = f"Elements lie at most {limits.depth} deep inside one another."
            raise self.refuse("too_deep", reason)
        if self._count > limits.nodes:
            reason = f"A file has at most {limits.nodes:,} elements. Split it."
            raise self.refuse("too_many_elements", reason)
        if tag.startswith(_XINCLUDE):
            reason = "XInclude is not followed. Put the included text into the file."
            raise self.refuse("xinclude", reason)
        if max(map(len, (tag, *attributes))) > NAME_LIMIT:
            raise self.refuse("name_too_long", f"A name has at most {NAME_LIMIT:,} characters.")
        element = cast("Element", super().start(tag, attributes))  # the factory makes no others
        element.line = self.expat.CurrentLineNumber
        return element

    def end(self, tag: str, /) -> ET.Element:
        self._depth -= 1
        return super().end(tag)

    def check_unfinished(self, data: bytes) -> None:
        """Refuse a tag or a comment that the parser has not seen the end of, when it is too long."""
        limit = COMMENT_LIMIT if data.startswith((b"<!--", b"<?")) else TAG_LIMIT
        if len(data) > limit:
            raise self.refuse("tag_too_long", f"A tag or comment here has at most {limit:,} bytes.")


def read_xml(file: File) -> ET.Element:
    """Return the root of a file that fits into memory.

    Raises `InputError` for what is not XML, and for what this project does not read of XML.
    """
    data = read_utf8(file)
    builder = _Builder(file)
    try:
        # In small pieces, because the parser finishes a piece after an element in it was refused.
        for place in range(0, len(data), TAG_LIMIT):
            end = place + TAG_LIMIT
            builder.parser.feed(data[place:end])
            builder.check_unfinished(data[builder.expat.CurrentByteIndex : end])
        root: ET.Element = builder.parser.close()
    except DTDForbidden as error:
        reason = "A DTD (<!DOCTYPE ...>) is not read: it could name files and make text without end. Remove it."
        raise builder.refuse("dtd", reason) from error
    except ET.ParseError as error:
        raise builder.refuse(*_not_xml(error), error.position[0]) from error
    finally:
        del builder.expat, builder.parser  # they hold each other, and the tree
    _check_texts(root, file)
    return root


def _check_texts(root: ET.Element, file: File) -> None:
    limit = file.limits.cell_size
    for element in root.iter():
        if max(len(element.text or ""), len(element.tail or "")) > limit:
            reason = f"A text between two tags has at most {limit:,} characters."
            raise InputError("cell_too_long", reason, file.path, line(element))


def _not_xml(error: ET.ParseError) -> tuple[str, str]:
    if error.code == errors.codes[errors.XML_ERROR_BAD_CHAR_REF]:
        reason = "A character reference (&#...;) names what is no character of XML: NUL, another control character or half a surrogate pair. Remove it."
        return "character", reason
    if error.code == errors.codes[errors.XML_ERROR_UNDEFINED_ENTITY]:
        return "entity", f"XML has no such entity ({error}). Write the character itself."
    return "xml", f"This is not XML: {error}."


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
