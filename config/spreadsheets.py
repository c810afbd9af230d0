"""Cells that no spreadsheet takes for a formula (OWASP, “CSV Injection”)."""

from __future__ import annotations

import re

# A spreadsheet takes what begins so for a formula; the last four are the full-width forms.
_SIGNS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_FORMULA = f"[{re.escape(_SIGNS)}]"
#: Most cells begin with none of these, and are looked at no further.
_OPENING = frozenset(f"'{_SIGNS}")
_DANGEROUS = re.compile(rf"'*{_FORMULA}")
_GUARDED = re.compile(rf"'+{_FORMULA}")
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def guarded(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula; `unguarded` takes it off again."""
    if cell[:1] not in _OPENING:
        return cell
    if _DANGEROUS.match(cell) and not _PLAIN_NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def unguarded(cell: str) -> str:
    """Return the cell as it was before `guarded`. Apostrophes before anything else are text."""
    return cell[1:] if _GUARDED.match(cell) else cell
