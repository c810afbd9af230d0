"""Which states, and pairs of states, took part in which events, which have parts and which are some: derived from editions, by day."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models

from config.dates.lengths import Length
from records.terms import term

#: An event that has parts is posted, as one of a state is; and so is one that is itself a part.
HAS_PARTS = term("has_parts")
IS_PART = term("is_part")


#: Keeps the postings right, from what is published now and what was before. One statement per statement of the writer, who
#: inserts events by the hundred. Closing an edition changes nothing: the next one comes in the same transaction.
_KEEP_POSTINGS = """
    DELETE FROM events_eventposting AS posting
    USING published AS now, events_eventedition AS past, unnest(past.posted) AS known (term)
    WHERE past.record_id = now.record_id AND past.revision = now.revision - 1 AND past.document IS NOT NULL
        AND (now.document IS NULL
            OR (now.posted, now.stood_for, now.type_id, now.length, now.date, now.last_day, now.starts_unknown, now.ends_unknown)
            IS DISTINCT FROM (past.posted, past.stood_for, past.type_id, past.length, past.date, past.last_day, past.starts_unknown,
                past.ends_unknown))
        AND posting.term = known.term AND posting.length = past.length
        AND posting.date = COALESCE(past.date, '-infinity'::date) AND posting.record_id = past.record_id;
    INSERT INTO events_eventposting (
        term, length, date, record_id, last_day, type_id, is_stood_for, is_part, starts_unknown, ends_unknown
    )
    SELECT posted.term, length, COALESCE(date, '-infinity'::date), record_id, COALESCE(last_day, '-infinity'::date), type_id,
        posted.term = ANY (stood_for), parent_id IS NOT NULL, starts_unknown, ends_unknown
    FROM published, unnest(published.posted) AS posted (term)
    WHERE document IS NOT NULL
    ON CONFLICT DO NOTHING;
    RETURN NULL;
"""


class KeepForEditions(pgtrigger.Trigger):
    """Keep what is derived from editions, once for each statement that inserts some: `published` in `func`."""

    level = pgtrigger.Statement
    when = pgtrigger.After
    operation = pgtrigger.Insert
    referencing = pgtrigger.Referencing(new="published")  # type: ignore[no-untyped-call] # it carries no types


class KeepPostings(KeepForEditions):
    """Keep the postings of events, whenever an edition is made."""

    name = "keep_postings"
    func = _KEEP_POSTINGS


class EventPosting(models.Model):
    """A state, or a pair of states, involved in a published event; or that it has parts or is one (docs/decisions/0040).

    Derived from the editions by a trigger on them. Lists of a state or a pair, of wholes or of parts, and their totals are read off its
    index, in order and without looking at the editions.
    """

    #: What the role of the API may do with the table (config/db/api_role.py).
    api_may: ClassVar[tuple[str, ...]] = ("SELECT",)

    # All columns, so that one index answers all that is asked of them.
    pk = models.CompositePrimaryKey(
        "term", "length", "date", "record_id", "last_day", "type_id",
        "is_stood_for", "is_part", "starts_unknown", "ends_unknown",
    )  # fmt: skip
    term = models.BigIntegerField(
        help_text="The state, the pair of states, or what else is posted (events.terms)."
    )
    length = models.SmallIntegerField(
        choices=Length.choices, help_text="For how long it may have gone on."
    )
    date = models.DateField(
        help_text="The edition's `date`; -infinity when unknown, for undated events come last."
    )
    record_id = models.UUIDField(help_text="The event.")
    last_day = models.DateField(help_text="The edition's `last_day`; -infinity when unknown.")
    type_id = models.UUIDField(help_text="The event's type.")
    is_stood_for = models.BooleanField(
        help_text="Whether participants stood for the state, or for each of the two; else one is that of a place only."
    )
    is_part = models.BooleanField(help_text="Whether the event is part of another one.")
    starts_unknown = models.BooleanField(help_text="Whether it may have begun on any day before.")
    ends_unknown = models.BooleanField(help_text="Whether it may have ended on any day after.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.term}: {self.record_id}"
