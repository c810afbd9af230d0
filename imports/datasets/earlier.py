"""What a data set said of a record at its last import, and what is there from elsewhere.

A data set that comes after others does not put its own wording over theirs: it says a field of a record that it made,
goes on saying it, and says it of another's record only where that has nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anyascii import anyascii
from django.utils.text import slugify

from imports.models import ImportedRecord
from records.identity import SLUG_LENGTH
from records.models import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imports.dataset import Document

_LOCATOR = 200


class Earlier:
    """The members that a data set said before, of some kinds of records. One query."""

    def __init__(self, dataset: str, *kinds: str) -> None:
        rows = ImportedRecord.objects.filter(dataset=dataset, kind__in=kinds)
        self._members: dict[tuple[str, str], frozenset[str]] = {
            (kind, name): frozenset(members)
            for kind, name, members in rows.values_list("kind", "name", "members")
        }

    def said(self, kind: str, name: str, member: str) -> bool:
        """Return whether it said this member of the record that it calls so."""
        return member in self._members.get((kind, name), ())

    def knows(self, kind: str, name: str) -> bool:
        """Return whether it said anything of the record."""
        return (kind, name) in self._members

    def own(
        self, kind: str, name: str, members: Mapping[str, Any], there: Mapping[str, Any] | None
    ) -> Document:  # fmt: skip
        """Return the members that the data set is to say.

        `there` is what the record has that is there, empty where it has nothing; None for a record that is new.
        """
        if there is None:
            return dict(members)
        return {
            member: value
            for member, value in members.items()
            if not there.get(member) or self.said(kind, name, member)
        }


def slug_of(*words: str) -> str:
    """Return the slug that a record of these words would like."""
    return slugify(anyascii(" ".join(filter(None, words))))[:SLUG_LENGTH].strip("-_") or "record"


def citation(source: str, locator: str) -> Document:
    """Return the citation of a place in the data set."""
    return {"source": source, "locator": locator[:_LOCATOR], "evidence": Evidence.REPORTED.value}
