"""Text from files: UTF-8 with or without its mark, and nothing that the database could not hold."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from imports.files.limits import InputError

if TYPE_CHECKING:
    from imports.files.tree import File

_CHUNK = 1024 * 1024
_UTF8_MARK = codecs.BOM_UTF8
#: Marks at the start of a file. The longer ones come first: UTF-32's begins like UTF-16's.
_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
    b"+/v8": "UTF-7",
    b"+/v9": "UTF-7",
    b"\xdd\x73\x66\x73": "UTF-EBCDIC",
}
#: What cannot stand in a text of the database: NUL, and halves of surrogate pairs.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def check_utf8(stream: IO[bytes], file: File) -> bool:
    """Refuse what is not UTF-8, by name and place. Returns whether it starts with a mark; leaves the stream at its start.

    Raises `InputError` with the code `encoding` or `nul`.
    """
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_marked = False
    line = 1
    pending = b""
    offset = 0
    while True:
        data = stream.read(_CHUNK)
        if not offset:
            is_marked = data.startswith(_UTF8_MARK)
            if name := _other_encoding(data[:4096]):
                raise InputError("encoding", _save_as_utf8(f"It is {name}"), file.path, 1)
        if (place := data.find(b"\0")) >= 0:
            reason = f"There is a NUL character at byte {offset + place:,}, which no text has. Remove it."
            raise InputError("nul", reason, file.path, line + data.count(b"\n", 0, place))
        try:
            with file.allowance.timed(file.path):
                decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            start = offset - len(pending) + error.start
            number = line + (pending + data).count(b"\n", 0, error.start)
            raise InputError("encoding", _not_utf8(start, error), file.path, number) from error
        if not data:
            break
        pending = decoder.getstate()[0]
        line += data.count(b"\n")
        offset += len(data)
    stream.seek(0)
    return is_marked


def _other_encoding(head: bytes) -> str:
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return name
    # Latin text in the wider encodings has its NULs in step.
    for name, width, zeros in (
        ("UTF-32", 4, ((1, 2, 3), (0, 1, 2))),
        ("UTF-16", 2, ((1,), (0,))),
    ):
        whole = head[: len(head) // width * width]
        if len(whole) < 2 * width:
            continue
        for places in zeros:
            columns = [whole[place::width] for place in places]
            others = [whole[place::width] for place in range(width) if place not in places]
            if all(column.count(0) > 0.7 * len(column) for column in columns) and not any(
                other.count(0) for other in others
            ):
                return f"{name} without a mark"
    return ""


def _save_as_utf8(what: str) -> str:
    return f"{what}, not UTF-8, the one encoding that is read. Save it as UTF-8."


def _not_utf8(start: int, error: UnicodeDecodeError) -> str:
    byte = error.object[error.start]
    if byte == 0xED and error.object[error.start + 1 : error.start + 2] >= b"\xa0":
        return f"Byte {start:,} starts half a surrogate pair, which UTF-8 does not have. Save it as UTF-8."
    return _save_as_utf8(
        f"Byte {start:,} (0x{byte:02X}) is not UTF-8. It is probably Latin-1 or Windows-1252"
    )


@contextmanager
def open_text(file: File) -> Iterator[IO[str]]:
    """Open a file as text, its line ends as they are. It is checked as a whole first.

    Raises `InputError`.
    """
    with file.open() as stream:
        is_marked = check_utf8(stream, file)
        text = io.TextIOWrapper(
            stream, encoding="utf-8-sig" if is_marked else "utf-8", errors="strict", newline=""
        )
        try:
            yield text
        finally:
            text.detach()


def read_text(file: File) -> str:
    """Return a file's text. Raises `InputError`, also when it is too large to be held in memory."""
    data = file.read()
    check_utf8(io.BytesIO(data), file)
    return data.removeprefix(_UTF8_MARK).decode()


def unstorable(text: str) -> str:
    """Return what the text holds that the database cannot: a name for messages, or ""."""
    found = _UNSTORABLE.search(text)
    if found is None:
        return ""
    return (
        "a NUL character" if found[0] == "\0" else f"half a surrogate pair (U+{ord(found[0]):04X})"
    )
