"""Files and archives that the tests of the readers make, and how they are refused."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from imports.files.limits import DEFAULT_LIMITS, Limits
from imports.files.tree import File, InputError

#: Where a field stands in an entry of a zip's directory.
_DIRECTORY = {"flags": 8, "crc": 16, "packed": 20, "size": 24, "offset": 42}


def file_of(content: str | bytes, limits: Limits = DEFAULT_LIMITS, path: str = "trips.txt") -> File:
    data = content.encode() if isinstance(content, str) else content
    return File(path, len(data), lambda: io.BytesIO(data), limits)


def refusal(act: Callable[..., Any], *args: Any, **options: Any) -> InputError:
    """Return the error with which an act is refused, which says what, where and why."""
    with pytest.raises(InputError) as caught:
        act(*args, **options)
    assert caught.value.code
    assert caught.value.file.isprintable()
    assert caught.value.reason.endswith(".")
    return caught.value


def zip_of(
    *entries: tuple[str | zipfile.ZipInfo, str | bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Pack entries, each a name (or its ZipInfo) and content.

    A name is packed with the date of an empty ZipInfo, not with the clock: the bytes name
    parametrized tests, and every worker of a run must find the same names.
    """
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name) if isinstance(name, str) else name
            archive.writestr(entry, content, compress_type=method)
    return sink.getvalue()


def entry_of(name: str, mode: int) -> zipfile.ZipInfo:
    """Return the entry of a file of some kind, as Unix packs it."""
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = mode << 16
    return entry


def with_directory(data: bytes, field: str, value: int) -> bytes:
    """Let the last entry of a zip's directory say something else."""
    changed = bytearray(data)
    place = data.rindex(b"PK\x01\x02") + _DIRECTORY[field]
    layout = "<H" if field == "flags" else "<L"
    struct.pack_into(layout, changed, place, value)
    return bytes(changed)
