"""How the lines of a file are taken: as a curator's file, or as what a data set says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Manner:
    """What lines mean beyond what is written in them."""

    #: A line with identifiers is about the record that has one of them; its slug is a wish for a new record.
    is_known_by_identifiers: bool = False
    #: Lists whose items are added to what is there, or change the item with the same key; nothing goes.
    adding: frozenset[str] = frozenset()


#: An exchange file states records: slugs are theirs, and lists are whole.
EXCHANGE = Manner()
#: A data set knows some things of records of which others know more (docs/decisions/0081).
DATA_SET = Manner(
    is_known_by_identifiers=True,
    adding=frozenset(
        {"names", "identifiers", "citations", "codes", "predecessors", "links", "periods"}
    ),
)
