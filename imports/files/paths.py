"""Which names a file may have, and which files are left out, in a folder as in an archive."""

from __future__ import annotations

import re

from imports.files.tree import InputError

_ARCHIVE = re.compile(
    r"\.(zip|gz|tgz|bz2|tbz2?|xz|txz|zst|7z|rar|tar|lz|lzma|z|jar)$", re.IGNORECASE
)


def is_archive_name(path: str) -> bool:
    return bool(_ARCHIVE.search(path))


def check_path(path: str) -> str:
    """Return a path that stays inside the input and can be shown. Raises `InputError` for all others."""
    parts = path.removesuffix("/").split("/")
    if not path.isprintable():  # lone surrogates stand for bytes that are not UTF-8
        reason = "is not UTF-8, or has a character that cannot be shown"
    elif "\\" in path:
        reason = "has a backslash"
    elif path.startswith("/") or re.match(r"[A-Za-z]:", path):
        reason = "is absolute"
    elif ".." in parts:
        reason = "leads out of the input by “..”"
    elif "" in parts or "." in parts:
        reason = "has an empty part or “.”"
    else:
        return path
    reason = f"The name {reason}. Rename the file, or pack it again with an ordinary tool."
    raise InputError("unsafe_name", reason, ascii(path)[1:-1])


def reason_to_leave_out(path: str, *, is_link: bool) -> str:
    """Return why a file or folder is not read; "" when it is."""
    parts = path.split("/")
    if any(part.startswith(".") for part in parts):
        return "Hidden files are not read."
    if parts[0] == "__MACOSX":
        return "What macOS adds to a zip is not read."
    if is_link:
        return "Symbolic links are not followed. Put the file itself in the place of the link."
    return ""
