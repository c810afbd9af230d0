"""Tables with names, as the engine reads them: all hold folded text (`chancery_folded`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.api.sql import EVERYTHING, Clause
from records.desk_search import words_of
from records.models import NameSort, PublishedName, PublishedWord, WorkingWord

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Names that one step reads, and those of one kind where it reads kind by kind.
READ, READ_BEGINNINGS = 200, 20
#: Names that are read to be joined to records, of which one step reads fewer.
READ_JOINED = 200


@dataclass(frozen=True, slots=True)
class Words:
    """A table that has each word of some names: what looks like a word is looked for among words, of which there are few."""

    table: str
    #: Of the records whose names have the words, where the table has those of several.
    kinds: tuple[str, ...] = ()
    #: Whether names with words that merely look alike are found too.
    are_compared: bool = False

    @property
    def where(self) -> Clause:
        return Clause("kind = ANY(%s::text[])", (list(self.kinds),)) if self.kinds else EVERYTHING


#: The words of all published names.
PUBLISHED_WORDS = Words(PublishedWord._meta.db_table, are_compared=True)


def working_words(*kinds: str) -> Words:
    """Return the words in the working names of some kinds."""
    return Words(WorkingWord._meta.db_table, kinds)


@dataclass(frozen=True, slots=True)
class Names:
    """A table with names, as SQL names its parts. They are ours; what is typed travels as a value."""

    table: str  #: with its alias, which stands in the other members
    record: str  #: the key of the record
    name: str
    folded: str  #: as the indexes have it
    #: Whether that is a column. Else it is made anew of each name that is read, which takes longer than to read it.
    is_stored: bool = False
    #: The words of `folded` as the index has them, all that are long enough in `known`. Without, names are found by trigrams, and none
    #: with slips.
    words: str = ""
    known: Words | None = None
    #: Joins that lead from there to the record. Names are read first, up to `READ_JOINED`: the planner cannot know how few have such a record.
    joined: str = ""
    kind: str = "''"
    sort: str = str(NameSort.LABEL.value)
    since: str = "NULL::date"
    until: str = "NULL::date"
    where: Clause = EVERYTHING
    kinds: tuple[str, ...] = ()  #: to look for, where the table has several
    is_searched: bool = True  #: by words and likeness; otherwise only by how a name begins
    at_most: int = READ  #: names that one step reads
    first: int = READ  #: and that one reads in order, where they are folded
    #: Whether an index of `folded` reads names in order: those that begin with what was typed are one step then, the exact ones first.
    is_in_order: bool = False


@dataclass(frozen=True, slots=True)
class Beginnings:
    """A table of which only the beginning of a sorted name is indexed."""

    table: str
    kind: str
    where: Clause
    typed: str  #: what was typed, as the sorted name is written
    record: str = "record_id"
    name: str = "label"
    sorted_by: str = "sort_label"
    since: str = "NULL::date"
    until: str = "NULL::date"
    is_compared: bool = False  #: whether names that stand near in the alphabet are compared too


def published_names(kinds: Sequence[str]) -> Names:
    """The names of published records of these kinds, all of them kinds whose editions are found by words."""
    return Names(
        PublishedName._meta.db_table,
        record="record_id",
        name="name",
        folded="folded",
        is_stored=True,
        known=PUBLISHED_WORDS,
        words=words_of("folded"),
        kind="kind",
        sort="sort",
        since="since",
        until="until",
        kinds=tuple(kinds),
    )
