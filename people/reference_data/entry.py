"""What the tables of states are made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from anyascii import anyascii
from django.utils.text import slugify

from people.models import StateKind, SuccessionKind
from records.models import NameKind

ALPHA_2 = "iso3166-1-alpha-2"
ALPHA_3 = "iso3166-1-alpha-3"
NUMERIC = "iso3166-1-numeric"
FORMER = "iso3166-3"


@dataclass(frozen=True)
class Code:
    """A code with its validity in EDTF, blank where it is not known."""

    scheme: str
    value: str
    start: str = ""
    end: str = ""


@dataclass(frozen=True)
class NameEntry:
    """A name with the time of its use in EDTF."""

    name: str
    kind: NameKind = NameKind.FORMER
    start: str = ""
    end: str = ""


@dataclass(frozen=True)
class Predecessor:
    """The slug of the state that was there before, and how and when it made way."""

    slug: str
    kind: SuccessionKind
    date: str = ""

    def fields(self) -> dict[str, str]:
        """Return the fields of the succession itself."""
        return {"kind": self.kind, "date": self.date}


@dataclass
class Entry:
    """A state as it is loaded."""

    name: str
    kind: StateKind
    start: str = ""
    end: str = ""
    codes: list[Code] = field(default_factory=list)
    names: list[NameEntry] = field(default_factory=list)
    predecessors: list[Predecessor] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """Its public name, by which a second run finds it."""
        return slugify(anyascii(self.name))

    def fields(self) -> dict[str, str]:
        """Return the fields of the state itself."""
        return {
            "slug": self.slug,
            "name": self.name,
            "kind": self.kind,
            "start": self.start,
            "end": self.end,
        }
