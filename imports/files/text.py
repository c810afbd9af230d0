"""Text from files: UTF-8 with or without its mark, and no NUL, which the database cannot hold."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from imports.files.tree import File, InputError

_CHUNK = 1024 * 1024
#: How files in other encodings start. UTF-32 comes first: its mark begins like that of UTF-16.
_OTHER_ENCODINGS = {
    "UTF-32": rb"\xff\xfe\0\0|\0\0\xfe\xff",
    "UTF-16": rb"\xff\xfe|\xfe\xff",
    "UTF-7": rb"\+/v[89]",
    "UTF-EBCDIC": rb"\xdd\x73\x66\x73",
    "UTF-32 without a mark": rb"([^\0]\0{3}){2}|(\0{3}[^\0]){2}",
    "UTF-16 without a mark": rb"([^\0]\0){2}|(\0[^\0]){2}",
}


def read_utf8(file: File) -> bytes:
    """Return a file's bytes, which are UTF-8, without the mark.

    Raises `InputError`, also when it is too large to be held in memory.
    """
    data = file.read()
    _check(io.BytesIO(data), file.path)
    return data.removeprefix(codecs.BOM_UTF8)


@contextmanager
def open_text(file: File) -> Iterator[IO[str]]:
    """Open a file as text, its line ends as they are. It is checked as a whole first.

    Raises `InputError`.
    """
    with file.open() as stream:
        _check(stream, file.path)
        stream.seek(0)
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        try:
            yield text
        finally:
            text.detach()


def _check(stream: IO[bytes], path: str) -> None:
    """Refuse what is not UTF-8, or has a NUL, by name and place."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    offset = 0
    data = stream.read(_CHUNK)
    for name, start in _OTHER_ENCODINGS.items():
        if re.match(start, data, re.DOTALL):
            raise InputError("encoding", _save_as_utf8(f"It is {name}"), path, 1)
    while True:
        if (place := data.find(b"\0")) >= 0:
            reason = f"There is a NUL character at byte {offset + place:,}, which no text has. Remove it."
            raise InputError("nul", reason, path, line + data.count(b"\n", 0, place))
        pending = decoder.getstate()[0]  # the start of a character that the chunk before cut
        try:
            decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            reason = _not_utf8(offset - len(pending) + error.start, error)
            number = line + (pending + data).count(b"\n", 0, error.start)
            raise InputError("encoding", reason, path, number) from error
        if not data:
            return
        line += data.count(b"\n")
        offset += len(data)
        data = stream.read(_CHUNK)


def _save_as_utf8(what: str) -> str:
    return f"{what}, not UTF-8, the one encoding that is read. Save it as UTF-8."


def _not_utf8(place: int, error: UnicodeDecodeError) -> str:
    byte, following = error.object[error.start], error.object[error.start + 1 : error.start + 2]
    if byte == 0xED and following >= b"\xa0":
        return f"Byte {place:,} starts half a surrogate pair, which UTF-8 does not have. Save it as UTF-8."
    return _save_as_utf8(
        f"Byte {place:,} (0x{byte:02X}) is not UTF-8. It is probably Latin-1 or Windows-1252"
    )
