"""How much an input may ask of this machine."""

from __future__ import annotations

from dataclasses import dataclass

from imports.files.tree import InputError

#: Characters of all lines of one row of a table; an unclosed quote makes one row of all that follows.
ROW_LIMIT = 1024 * 1024
#: Columns of a table.
COLUMN_LIMIT = 2000
#: Characters of a name in XML, its namespace included.
NAME_LIMIT = 1000
#: Bytes of a tag in XML: it may cost the parser the product of its attributes and the longest namespace.
TAG_LIMIT = 16 * 1024
#: Bytes of a comment or a processing instruction in XML: with each chunk the parser reads an unfinished one again.
COMMENT_LIMIT = 1024 * 1024
#: Unpacked bytes for which the ratio is not checked: a short file may be all spaces.
_RATIO_FREE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What an input may ask for; the defaults allow a hundred times the largest data set that is imported so far."""

    file_bytes: int = 2 * 1024**3  #: bytes of one file, packed or unpacked
    total_bytes: int = 8 * 1024**3  #: bytes of all files together, unpacked
    memory_bytes: int = 64 * 1024**2  #: bytes of a file that is read as a whole: XML, YAML
    ratio: int = 200  #: unpacked bytes for one packed byte; texts reach 5 to 50, bombs 1,000
    files: int = 600_000
    rows: int = 10_000_000  #: rows of a table
    nodes: int = (
        3_000_000  #: elements of an XML file; lists, mappings, keys and values of a YAML file
    )
    cell_size: int = 100_000  #: characters of a cell, of an element's text, of a value
    depth: int = 64  #: elements or lists inside one another

    def check_file(self, size: int, path: str) -> None:
        if size > self.file_bytes:
            reason = f"A file has at most {self.file_bytes:,} bytes, unpacked. Split it."
            raise InputError("file_too_large", reason, path)

    def check_total(self, size: int, path: str) -> None:
        if size > self.total_bytes:
            reason = f"All files together have at most {self.total_bytes:,} bytes, unpacked. Import them in several parts."
            raise InputError("input_too_large", reason, path)

    def check_ratio(self, size: int, packed: int, path: str) -> None:
        if size > _RATIO_FREE and size > self.ratio * packed:
            reason = f"It unpacks to more than {self.ratio:,} times its size, as only a trap does. If it is no trap, give it unpacked."
            raise InputError("compression_ratio", reason, path)


DEFAULT_LIMITS = Limits()
