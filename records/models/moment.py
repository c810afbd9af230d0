"""Moments: the dated facts of what is published, one stream over all kinds (docs/decisions/0112)."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from config.dates.lengths import Length
from config.dates.reach import Reach
from records.terms import pair, term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from config.dates.reach import When

#: A record as documents name it.
Named = dict[str, Any]

#: Every moment has this term.
EVERY = term("moment")


def about(record_id: str) -> int:
    """Return the term of the moments that concern a record. Ids are unique over all kinds."""
    return term("about", record_id)


def of_kind(kind: str) -> int:
    """Return the term of the moments of a kind."""
    return term("kind", kind)


class Stream(models.IntegerChoices):
    """The kind of record that a moment is of. Kept apart in the index, so that a question for one reads no other."""

    EVENT = 1, "event"
    STATEMENT = 2, "statement"
    TENURE = 3, "tenure"
    AGREEMENT = 4, "agreement"
    RELATION = 5, "relation"
    STATE = 6, "state"


@dataclass(frozen=True, slots=True)
class Fact:
    """A dated fact that a document states: what happened, when, and whom it concerns."""

    kind: str
    label: str
    date: When
    end: When = None
    states: Sequence[Named] = ()
    persons: Sequence[Named] = ()
    others: Sequence[Named] = ()  #: organizations, offices, topics, relations that it concerns
    #: The states of which each two are a pair that it concerns.
    paired: Iterable[str] = field(default=())

    @property
    def reach(self) -> Reach:
        """Its days. An end of which nothing but words is known leaves it where its date puts it."""
        is_interval = self.end is not None and self.end["edtf"]
        return Reach.of(self.date, self.end) if is_interval else Reach.at(self.date)

    def row(self, stream: Stream) -> dict[str, Any]:
        """Return the columns of its moment, less its record and place."""
        reach = self.reach
        first, last = reach.possible or (None, None)
        concerned = {one["id"]: None for one in (*self.states, *self.persons, *self.others)}
        terms = [EVERY, *(about(one) for one in concerned)]
        terms += [pair(*two) for two in combinations(sorted(set(self.paired)), 2)]
        if self.kind != stream.label:
            terms.append(of_kind(self.kind))
        is_open = reach.first is None or reach.last is None
        return {
            "stream": stream.value,
            "kind": self.kind,
            "length": Length.of(first, last, is_open=is_open).value,
            "date": first,
            "last_day": last,
            "begun_by": reach.begun_by,
            "goes_on_till": reach.goes_on_till,
            "starts_unknown": reach.first is None,
            "ends_unknown": reach.last is None,
            "terms": list(dict.fromkeys(terms)),
        }


#: Keep the postings right, per statement: a record's moments are inserted and deleted together.
_POST = """
    INSERT INTO records_momentposting (term, stream, length, date, record_id, place, last_day)
    SELECT unnest(terms), stream, length, COALESCE(date, 'infinity'::date), record_id, place, COALESCE(last_day, 'infinity'::date)
    FROM made;
    RETURN NULL;
"""
_REMOVE = """
    DELETE FROM records_momentposting AS posting USING removed, unnest(removed.terms) AS known (term)
    WHERE posting.term = known.term AND posting.stream = removed.stream AND posting.length = removed.length
        AND posting.date = COALESCE(removed.date, 'infinity'::date) AND posting.record_id = removed.record_id
        AND posting.place = removed.place;
    RETURN NULL;
"""


class KeepPosted(pgtrigger.Trigger):
    """Post moments when they are made, and take their postings away with them."""

    level = pgtrigger.Statement
    when = pgtrigger.After


class MomentColumns(models.Model):
    """One dated fact of a published document, at a place in the order of all that it states."""

    #: What the role of the API may do with the table (config/db/api_role.py).
    api_may: ClassVar[tuple[str, ...]] = ("SELECT",)

    record_id = models.UUIDField(help_text="The record.")
    since = models.DateTimeField(
        help_text="When the first document was published that states it so, with all others of the record."
    )
    date = models.DateField(
        null=True,
        help_text="For ordering: the first day that it may have had; NULL when no day is known.",
    )
    last_day = models.DateField(null=True, help_text="The last day that it may have had.")
    begun_by = models.DateField(
        null=True, help_text="The day on which it had begun, whichever of its days is true."
    )
    goes_on_till = models.DateField(
        null=True, help_text="The day on which it was not over, whichever of its days is true."
    )
    place = models.SmallIntegerField(help_text="Its place among the facts of the document, from 0.")
    stream = models.SmallIntegerField(
        choices=Stream.choices, help_text="The kind of its record, as a number."
    )
    length = models.SmallIntegerField(
        choices=Length.choices, help_text="For how long it may have gone on."
    )
    starts_unknown = models.BooleanField(help_text="Whether it may have begun on any day before.")
    ends_unknown = models.BooleanField(help_text="Whether it may have ended on any day after.")
    kind = models.CharField(max_length=48, help_text="What happened: `event`, `signed` ...")
    terms = ArrayField(
        models.BigIntegerField(), help_text="What it can be asked by: the terms that are posted."
    )

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} of {self.record_id}"


class Moment(MomentColumns):
    """A dated fact of a document that is public now.

    Public like editions. Publishing makes the moments of a record anew with each document that states others, from the document
    alone, and none of a tombstone. Those that were there go to `FormerMoment`.
    """

    pk = models.CompositePrimaryKey("record_id", "place")

    class Meta(MomentColumns.Meta):
        indexes: ClassVar[list[models.Index]] = [
            # Finds what meets several frequent conditions, where the postings of each would be read in vain.
            GinIndex(fields=["terms"], name="moment_by_terms", gin_pending_list_limit=1_024)  # KiB
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            KeepPosted(
                name="post_moments",
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="made"),  # type: ignore[no-untyped-call] # it carries no types
                func=_POST,
            ),
            KeepPosted(
                name="remove_postings",
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="removed"),  # type: ignore[no-untyped-call] # it carries no types
                func=_REMOVE,
            ),
        ]


class FormerMoment(MomentColumns):
    """A dated fact of documents that were replaced, as `Moment` had it: for questions about what was published then (`as_of`)."""

    pk = models.CompositePrimaryKey("record_id", "place", "until")
    until = models.DateTimeField(help_text="When a document was published that states it no more.")

    class Meta(MomentColumns.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["until"], name="formermoment_by_end"),
            GinIndex(fields=["terms"], name="formermoment_by_terms"),
        ]


class MomentPosting(models.Model):
    """A moment under one of its terms: read off its index in the order of days, without a look at the moment.

    Derived from the moments by a trigger on them.
    """

    #: What the role of the API may do with the table (config/db/api_role.py).
    api_may: ClassVar[tuple[str, ...]] = ("SELECT",)

    # All columns, so that one index answers all that is asked of them.
    pk = models.CompositePrimaryKey(
        "term", "stream", "length", "date", "record_id", "place", "last_day"
    )
    term = models.BigIntegerField(
        help_text="A record or a pair of states that it concerns, its kind, or every moment."
    )
    stream = models.SmallIntegerField(help_text="The moment's.")
    length = models.SmallIntegerField(help_text="The moment's.")
    date = models.DateField(help_text="The moment's; infinity when unknown.")
    record_id = models.UUIDField(help_text="The record.")
    place = models.SmallIntegerField(help_text="The moment's.")
    last_day = models.DateField(help_text="The moment's; infinity when unknown.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.term}: {self.record_id}"
