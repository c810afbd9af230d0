"""Which two states take part in which events, derived from the editions."""

from __future__ import annotations

import pgtrigger
from django.db import models

#: Keeps the pairs of states right, from what is published now and what was before. One statement per statement of the
#: writer, who inserts events by the hundred. Closing an edition changes nothing: the next one comes in the same transaction.
_KEEP_STATE_PAIRS = """
    DELETE FROM events_eventstatepair AS pair
    USING published AS now, events_eventedition AS past,
        unnest(past.involved_ids) AS low, unnest(past.involved_ids) AS high
    WHERE past.record_id = now.record_id AND past.revision = now.revision - 1 AND past.document IS NOT NULL
        AND (now.document IS NULL OR now.date IS DISTINCT FROM past.date OR now.involved_ids <> past.involved_ids)
        AND pair.low_id = low AND pair.high_id = high AND pair.record_id = past.record_id
        AND pair.day = COALESCE(past.date, '-infinity'::date);
    INSERT INTO events_eventstatepair (low_id, high_id, day, record_id)
    SELECT low, high, COALESCE(date, '-infinity'::date), record_id
    FROM published, unnest(involved_ids) AS low, unnest(involved_ids) AS high
    WHERE document IS NOT NULL AND low <= high
    ON CONFLICT DO NOTHING;
    RETURN NULL;
"""


class KeepStatePairs(pgtrigger.Trigger):
    """Keep the pairs of states of events, whenever an edition is made."""

    name = "keep_state_pairs"
    level = pgtrigger.Statement
    when = pgtrigger.After
    operation = pgtrigger.Insert
    referencing = pgtrigger.Referencing(new="published")  # type: ignore[no-untyped-call] # it carries no types
    func = _KEEP_STATE_PAIRS


class EventStatePair(models.Model):
    """Every two states involved in a published event, in the order of its list (docs/decisions/0040).

    Derived from the editions by a trigger on them. A state alone is a pair with itself.
    """

    pk = models.CompositePrimaryKey("low_id", "high_id", "day", "record_id")
    low_id = models.UUIDField(help_text="The state with the smaller id.")
    high_id = models.UUIDField(help_text="The state with the larger id, or the same one.")
    day = models.DateField(
        help_text="The edition's `date`; -infinity when unknown, for undated events come last."
    )
    record_id = models.UUIDField(help_text="The event.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.low_id}, {self.high_id}: {self.record_id}"
