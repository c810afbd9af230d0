"""What may be written for a record: one grammar for the API's filters and addresses, exchange files and the desk.

    019a2b3c-...            its id
    iso3166-1-alpha-2:PK    scheme:value, of an identifier or a code
    ishaq-dar               its slug
    mining                  its code, where the kind has one (topics, event types)
    PK                      a bare code, of a kind with coded records (states)
    Ishaq-Dar               its slug, in other capitals

A slug comes before a code, and a code before a bare code: the more particular name wins.
"""

from __future__ import annotations

import re
from enum import IntEnum, auto
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from records.registry import Kind

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", re.ASCII)
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}:\S(?:.{0,198}\S)?", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,119}", re.ASCII)


class Way(IntEnum):
    """How a record is named, the most particular way first."""

    ID = auto()
    KEY = auto()  #: `scheme:value`
    SLUG = auto()
    CODE = auto()
    BARE_CODE = auto()  #: looked up as the `scheme:value` that it stands for
    SLUG_IN_CAPITALS = auto()  #: looked up in the small letters that slugs are written in


def ways(text: str, kind: Kind) -> list[tuple[Way, str]]:
    """Return each way in which the text may name a record of this kind, with what to look up; the best first."""
    if (key := id_of(text)) is not None:
        return [(Way.ID, str(key))]
    if ":" in text:
        return [(Way.KEY, text)]
    found = [(Way.SLUG, text)]
    if kind.keys:
        found.append((Way.CODE, text))
    if kind.codes and text.isascii() and text.isalpha() and len(text) in kind.codes.bare:
        found.append((Way.BARE_CODE, f"{kind.codes.bare[len(text)]}:{text.upper()}"))
    if text != text.lower():
        found.append((Way.SLUG_IN_CAPITALS, text.lower()))
    return found


def id_of(text: str) -> UUID | None:
    return UUID(text) if _UUID.fullmatch(text) else None


def is_well_formed(text: str) -> bool:
    """Whether the text may name a record at all."""
    return bool(
        _WORD.fullmatch(text)
        or _UUID.fullmatch(text)
        or (_KEY.fullmatch(text) and text.isprintable())
    )


def is_code_alone(text: str) -> bool:
    """Whether nothing but a code is written so, whichever kinds of record may be meant: `scheme:value`, or two capitals.

    Three capitals are as often short for an organization.
    """
    return ":" in text or (len(text) == 2 and text.isalpha() and text.isupper())


def is_code(text: str, kind: Kind) -> bool:
    """Whether the text can only be meant as a code of a closed list: one of this kind's, or of its coded records.

    Four small letters may as well be a slug (`iran`), so a code of four is one in capitals.
    """
    if id_of(text) is not None:
        return False
    scheme, colon, _value = text.partition(":")
    if colon:
        return kind.codes is not None and scheme in kind.codes.schemes
    if kind.codes is None:
        return bool(kind.keys)
    return text.isalpha() and len(text) in kind.codes.bare and (len(text) < 4 or text.isupper())
