"""Unpacking zip and gzip files.

A zip's directory is checked as a whole before anything is unpacked; the standard library gives no more of a file than the
directory says, and checks its sum. Gzip has no directory: it is bounded while it is unpacked.
"""

from __future__ import annotations

import gzip
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import IO

from imports.files.paths import check_path, is_archive_name, reason_to_leave_out
from imports.files.tree import File, InputError, LeftOut, Tree

#: Bytes that are read, and unpacked, at a time.
CHUNK = 64 * 1024
#: Unpacked bytes that are kept in memory; more go to a temporary file.
_IN_MEMORY = 4 * 1024 * 1024
_KINDS = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"PK\x07\x08": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!\x1a\x07": "RAR",
    b"\x1f\x9d": "compress",
}
_DIRECTORY_ENTRY = b"PK\x01\x02"
_LOCAL_HEADER_BYTES = 30
_ENCRYPTED = 0x1 | 0x40 | 0x2000
#: What the standard library raises at damaged archives.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    OverflowError,
    LookupError,
    RuntimeError,
    ValueError,
)


def archive_kind(head: bytes) -> str:
    """Return what kind of archive a file is, by its first 512 bytes; "" when it is none."""
    for magic, kind in _KINDS.items():
        if head.startswith(magic):
            return kind
    return "tar" if head[257:262] == b"ustar" else ""


def spool() -> IO[bytes]:
    """Return an empty temporary file, in memory while it is short."""
    return tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)


@contextmanager
def _unpacking(kind: str, path: str) -> Iterator[IO[bytes]]:
    """Give a temporary file to unpack into, which stays open unless unpacking fails."""
    with ExitStack() as stack:
        sink = stack.enter_context(spool())
        try:
            yield sink
        except _DAMAGE as error:
            raise _damaged(kind, path, str(error)) from error
        sink.seek(0)
        stack.pop_all()


def _copy(source: IO[bytes] | gzip.GzipFile, sink: IO[bytes], path: str) -> Iterator[int]:
    """Copy chunk by chunk; yield how many bytes it makes with the next chunk, before that is written."""
    size = 0
    while chunk := source.read(CHUNK):
        if not size and (kind := archive_kind(chunk[:512])):
            raise _nested(path, f"This is a {kind} archive inside an archive")
        size += len(chunk)
        yield size
        sink.write(chunk)


def _damaged(kind: str, path: str, why: str) -> InputError:
    reason = f"The {kind} file is damaged or cut off ({why}). Fetch it again, or pack it again."
    return InputError("damaged", reason, path)


def _nested(path: str, what: str) -> InputError:
    return InputError("nested_archive", f"{what}. Unpack both, and give the folder.", path)


def gunzip(source: IO[bytes], path: str, file: File) -> IO[bytes]:
    """Unpack a gzip file of one or several members.

    Raises `InputError` when it is cut off, damaged, followed by something else, or too much.
    """
    if not file.size:
        raise _damaged("gzip", path, "it is empty")
    with _unpacking("gzip", path) as sink, gzip.GzipFile(fileobj=source, mode="rb") as packed:
        for size in _copy(packed, sink, path):
            file.limits.check_file(size, path)
            file.limits.check_ratio(size, file.size, path)
    return sink


def zip_files(source: IO[bytes], zipped: File, stack: ExitStack) -> Tree:
    """Return the files of a zip, which stays open for them until the stack is closed.

    Raises `InputError` when its directory shows what is not read.
    """
    archive = stack.enter_context(_opened(source, zipped))
    infos = archive.infolist()
    limits = zipped.limits
    names: set[str] = set()
    files: list[File] = []
    left_out: list[LeftOut] = []
    for info in infos:
        path = check_path(info.orig_filename)
        if path in names:
            reason = "Two files of the zip have this name. Pack it again."
            raise InputError("duplicate_name", reason, path)
        names.add(path)
        if info.is_dir():
            continue
        is_link = stat.S_ISLNK(info.external_attr >> 16)
        if reason := reason_to_leave_out(path, is_link=is_link):
            left_out.append(LeftOut(path, reason))
            continue
        _check_entry(info, path)
        limits.check_ratio(info.file_size, info.compress_size, path)
        files.append(File(path, info.file_size, partial(_unzip, archive, info, path), limits))
    _check_overlaps(infos, archive.start_dir)
    limits.check_total(sum(file.size for file in files), zipped.path)
    return Tree(tuple(sorted(files, key=lambda file: file.path)), tuple(left_out))


def _opened(source: IO[bytes], zipped: File) -> zipfile.ZipFile:
    limit = zipped.limits.files
    # Counted before the library makes an object of each: a directory of millions would fill the memory.
    if _count_entries(source, limit) > limit:
        reason = f"A zip has at most {limit:,} files. Pack it in parts."
        raise InputError("too_many_files", reason, zipped.path)
    source.seek(0)
    try:
        return zipfile.ZipFile(source)
    except _DAMAGE as error:
        raise _damaged("zip", zipped.path, str(error)) from error


def _count_entries(source: IO[bytes], limit: int) -> int:
    """Return how many entries a zip's directory has, or some number over the limit."""
    source.seek(0)
    count = 0
    tail = b""
    while count <= limit and (chunk := source.read(16 * CHUNK)):
        count += (tail + chunk).count(_DIRECTORY_ENTRY)
        tail = (tail + chunk)[-len(_DIRECTORY_ENTRY) + 1 :]
    return count


def _check_entry(info: zipfile.ZipInfo, path: str) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == 3 else 0
    if kind not in {0, stat.S_IFREG}:
        code = "special_file"
        reason = "A device or pipe in a zip is not read. Pack it again without."
    elif info.flag_bits & _ENCRYPTED:
        code = "encrypted"
        reason = "The zip is encrypted. Pack it again without a password."
    elif info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        code = "compression_method"
        reason = "Of zips, only the usual method (Deflate) is read. Pack it again."
    elif path in {"[Content_Types].xml", "mimetype"}:
        code = "spreadsheet"
        reason = "This is an Office document. Save the table as CSV (UTF-8) and import that."
    elif is_archive_name(path):
        raise _nested(path, "An archive inside an archive is not read")
    else:
        return
    raise InputError(code, reason, path)


def _check_overlaps(infos: list[zipfile.ZipInfo], end: int) -> None:
    """Refuse files that share packed bytes: such bombs pass every check of a single file."""
    for info in sorted(infos, key=lambda info: info.header_offset, reverse=True):
        if info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size > end:
            reason = "Its packed bytes belong to another file of the zip too. Pack it again."
            raise InputError("overlap", reason, info.filename)
        end = info.header_offset


def _unzip(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str) -> IO[bytes]:
    size = 0
    with _unpacking("zip", path) as sink, archive.open(info) as packed:
        for size in _copy(packed, sink, path):
            if size > info.file_size:
                break
        if size != info.file_size:
            raise _damaged("zip", path, f"it does not have the {info.file_size:,} bytes it claims")
    return sink
