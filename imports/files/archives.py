"""Unpacking gzip and zip files, of which nothing is believed: every byte is counted as it comes out.

The standard library reads a zip's directory; the data are unpacked here, because its reader stops at the size that the
directory claims, and what lies behind would go unseen.
"""

from __future__ import annotations

import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from imports.files.limits import Allowance, InputError

#: Bytes that are read, and unpacked, at a time.
CHUNK = 64 * 1024
#: Unpacked bytes of which the ratio is not asked: a short file may well be all spaces.
RATIO_FREE = 1024 * 1024
#: Unpacked bytes that are kept in memory; more go to a temporary file.
IN_MEMORY = 4 * 1024 * 1024

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
#: Archives that are not read, by their first bytes.
_FOREIGN_MAGIC = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!\x1a\x07": "RAR",
    b"\x1f\x9d": "compress",
}
_ARCHIVE_NAME = re.compile(
    r"\.(zip|gz|tgz|bz2|tbz2?|xz|txz|zst|7z|rar|tar|lz|lzma|z|jar)$", re.IGNORECASE
)
_DIRECTORY_SIGNATURE = b"PK\x01\x02"
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_NAME_IS_UTF8 = 0x800


def is_archive_name(path: str) -> bool:
    """Whether a file is called like an archive."""
    return bool(_ARCHIVE_NAME.search(path))


def archive_kind(head: bytes) -> str:
    """Return what kind of archive a file is, by its first 512 bytes; "" when it is none."""
    if head.startswith(GZIP_MAGIC):
        return "gzip"
    if head.startswith(ZIP_MAGIC):
        return "zip"
    for magic, kind in _FOREIGN_MAGIC.items():
        if head.startswith(magic):
            return kind
    return "tar" if head[257:262] == b"ustar" else ""


def spool() -> IO[bytes]:
    """Return an empty file for what is unpacked: in memory while it is short."""
    return tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)


@dataclass
class _Unpacking:
    """A file on its way out of an archive."""

    path: str
    allowance: Allowance
    sink: IO[bytes]
    packed: int = 0
    unpacked: int = 0
    crc: int = 0

    def take(self, data: bytes) -> None:
        """Write what was unpacked, and check that it is not too much."""
        if not self.unpacked and (kind := archive_kind(data[:512])):
            raise InputError(
                "nested_archive",
                f"This is a {kind} archive inside an archive. Unpack both, and give the folder.",
                self.path,
            )
        self.unpacked += len(data)
        self.allowance.read_up_to(self.unpacked, self.path)
        ratio = self.allowance.limits.ratio
        if self.unpacked > RATIO_FREE and self.unpacked > ratio * self.packed:
            raise InputError(
                "compression_ratio",
                f"It unpacks to more than {ratio:,} times its size, as only a trap does. "
                "If it is no trap, give it unpacked.",
                self.path,
            )
        self.crc = zlib.crc32(data, self.crc)
        self.sink.write(data)

    def inflate(self, engine: zlib._Decompress, packed: bytes) -> bytes:
        """Unpack a chunk; return what follows the end of the packed data."""
        while True:
            with self.allowance.timed(self.path):
                data = engine.decompress(packed, CHUNK)
            packed = engine.unconsumed_tail
            if data:
                self.take(data)
            if engine.eof:
                return engine.unused_data
            if not packed and len(data) < CHUNK:
                return b""


def gunzip(source: IO[bytes], path: str, allowance: Allowance) -> IO[bytes]:
    """Unpack a gzip file of one or several members.

    Raises `InputError` when it is cut off, damaged, followed by something else, or too much.
    """
    sink = spool()
    try:
        _gunzip(source, _Unpacking(path, allowance, sink))
    except zlib.error as error:
        sink.close()
        raise _damaged("gzip", path, str(error)) from error
    except BaseException:
        sink.close()
        raise
    sink.seek(0)
    return sink


def _gunzip(source: IO[bytes], unpacking: _Unpacking) -> None:
    engine: zlib._Decompress | None = None
    members = 0
    while chunk := source.read(CHUNK):
        unpacking.packed += len(chunk)
        while chunk:
            if engine is None:
                if members:
                    chunk = chunk.lstrip(b"\0")
                    if not chunk:
                        break
                engine = zlib.decompressobj(wbits=31)
                members += 1
            rest = unpacking.inflate(engine, chunk)
            if engine.eof:
                engine = None
            chunk = rest
    if engine is not None or not members:
        raise InputError(
            "truncated",
            "The gzip file ends too early: it was cut off on its way. Fetch it again.",
            unpacking.path,
        )


def _damaged(kind: str, path: str, why: str) -> InputError:
    return InputError(
        "damaged", f"The {kind} file is damaged ({why}). Fetch it again, or pack it again.", path
    )


@dataclass(frozen=True)
class Entry:
    """A file in a zip."""

    path: str
    size: int  #: what the directory claims
    open: Callable[[], IO[bytes]]


def zip_entries(
    source: IO[bytes], name: str, allowance: Allowance
) -> tuple[list[Entry], list[tuple[str, str]]]:
    """Return the files of a zip, and what is left out of it with the reason.

    `source` must stay open while the files are read. Raises `InputError` when the zip is not what it should be.
    """
    entries: list[Entry] = []
    left_out: list[tuple[str, str]] = []
    infos = _directory(source, name, allowance)
    seen: set[str] = set()
    for info in infos:
        path = _checked_name(info)
        if path in seen:
            raise InputError(
                "duplicate_name", "Two files of the zip have this name. Pack it again.", path
            )
        seen.add(path)
        if info.is_dir():
            continue
        if reason := _reason_to_leave_out(info, path):
            left_out.append((path, reason))
            continue
        _check_entry(info, path)
        entries.append(Entry(path, info.file_size, _opener(source, info, path, allowance)))
    _check_overlaps(infos)
    return entries, left_out


def _directory(source: IO[bytes], name: str, allowance: Allowance) -> list[zipfile.ZipInfo]:
    limit = allowance.limits.files
    # Counted before the library makes an object of each: a directory of millions would fill the memory.
    if _count(source, _DIRECTORY_SIGNATURE, limit) > limit:
        raise InputError(
            "too_many_files", f"A zip has at most {limit:,} files. Pack it in parts.", name
        )
    source.seek(0)
    try:
        with allowance.timed(name), zipfile.ZipFile(source) as archive:
            return archive.infolist()
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        UnicodeError,
        ValueError,
        OSError,
        EOFError,
        OverflowError,
        IndexError,
        struct.error,
    ) as error:
        raise _damaged("zip", name, str(error)) from error


def _count(source: IO[bytes], signature: bytes, limit: int) -> int:
    """Return how often a signature stands in a file, or some number over the limit."""
    source.seek(0)
    count = 0
    tail = b""
    while count <= limit and (chunk := source.read(16 * CHUNK)):
        window = tail + chunk
        count += window.count(signature)
        tail = window[-len(signature) + 1 :]
    return count


def _checked_name(info: zipfile.ZipInfo) -> str:
    path = info.orig_filename
    reason = ""
    if "\\" in path:
        reason = "has a backslash in its name"
    elif path.startswith("/") or re.match(r"[A-Za-z]:", path):
        reason = "has an absolute name"
    elif ".." in path.split("/"):
        reason = "leads out of the archive by “..”"
    elif any(part in {"", "."} for part in path.removesuffix("/").split("/")):
        reason = "has an empty part or “.” in its name"
    elif not path.isprintable():
        reason = "has a character in its name that cannot be shown"
    if reason:
        raise InputError(
            "unsafe_name",
            f"A file of the zip {reason}. Pack the folder again with an ordinary tool.",
            ascii(path)[1:-1],
        )
    return path


def _reason_to_leave_out(info: zipfile.ZipInfo, path: str) -> str:
    parts = path.split("/")
    if any(part.startswith(".") for part in parts):
        return "Hidden files are not read."
    if parts[0] == "__MACOSX":
        return "What macOS adds to a zip is not read."
    if stat.S_ISLNK(info.external_attr >> 16):
        return "Symbolic links are not followed: they could lead out of the archive."
    return ""


def _check_entry(info: zipfile.ZipInfo, path: str) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == 3 else 0
    if kind not in {0, stat.S_IFREG}:
        raise InputError(
            "special_file", "A device or pipe in a zip is not read. Pack it again without.", path
        )
    if info.flag_bits & _ENCRYPTED:
        raise InputError(
            "encrypted", "The zip is encrypted. Pack it again without a password.", path
        )
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise InputError(
            "compression_method",
            "Of zips, only the usual method (Deflate) is read. Pack it again.",
            path,
        )
    if path in {"[Content_Types].xml", "mimetype"}:
        raise InputError(
            "spreadsheet",
            "This is an Office document. Save the table as CSV (UTF-8) and import that.",
            path,
        )
    if is_archive_name(path):
        raise InputError(
            "nested_archive",
            "An archive inside an archive is not read. Unpack both, and give the folder.",
            path,
        )


def _check_overlaps(infos: list[zipfile.ZipInfo]) -> None:
    """Refuse files that share packed bytes: the trick of bombs that pass every look at a single file."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise InputError(
                "overlap",
                "Two files of the zip share the same bytes. Pack it again.",
                info.filename,
            )
        end = info.header_offset + _LOCAL_HEADER.size + info.compress_size


def _opener(
    source: IO[bytes], info: zipfile.ZipInfo, path: str, allowance: Allowance
) -> Callable[[], IO[bytes]]:
    def unpacked() -> IO[bytes]:
        sink = spool()
        try:
            _unzip(source, info, _Unpacking(path, allowance, sink))
        except (zlib.error, struct.error, ValueError, OSError) as error:
            sink.close()
            raise _damaged("zip", path, str(error)) from error
        except BaseException:
            sink.close()
            raise
        sink.seek(0)
        return sink

    return unpacked


def _unzip(source: IO[bytes], info: zipfile.ZipInfo, unpacking: _Unpacking) -> None:
    path = unpacking.path
    source.seek(info.header_offset)
    header = _LOCAL_HEADER.unpack(source.read(_LOCAL_HEADER.size))
    signature, flags, method, name_size, extra_size = (
        header[0],
        header[2],
        header[3],
        header[9],
        header[10],
    )
    name = source.read(name_size).decode("utf-8" if flags & _NAME_IS_UTF8 else "cp437")
    if signature != ZIP_MAGIC[0] or name != info.orig_filename or method != info.compress_type:
        raise _damaged("zip", path, "its directory and the file disagree")
    source.seek(extra_size, 1)
    engine = zlib.decompressobj(wbits=-15) if method == zipfile.ZIP_DEFLATED else None
    rest = b""
    for chunk in _chunks(source, info.compress_size):
        unpacking.packed += len(chunk)
        if engine is None:
            unpacking.take(chunk)
        elif engine.eof:
            rest = chunk
        else:
            rest = unpacking.inflate(engine, chunk)
        if rest:
            raise _damaged("zip", path, "something follows the packed file")
    if unpacking.packed != info.compress_size or (engine is not None and not engine.eof):
        raise InputError(
            "truncated", "The file in the zip ends too early. Pack it again.", unpacking.path
        )
    if unpacking.unpacked != info.file_size:
        raise _damaged(
            "zip", path, f"it claims {info.file_size:,} bytes and has {unpacking.unpacked:,}"
        )
    if unpacking.crc != info.CRC:
        raise _damaged("zip", path, "its checksum is wrong")


def _chunks(source: IO[bytes], size: int) -> Iterator[bytes]:
    while size > 0 and (chunk := source.read(min(CHUNK, size))):
        size -= len(chunk)
        yield chunk
