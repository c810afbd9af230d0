"""Which events were posted under which term at an instant: from the editions, as the trigger makes the postings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.api.as_of import shows
from events.models import EventEdition, EventPosting
from records.as_of import current_still, replaced_since

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from config.api.as_of import Moment

_READ = (
    "record_id", "posted", "stood_for", "type_id", "length", "date", "last_day", "parent_id",
    "starts_unknown", "ends_unknown", "document IS NOT NULL AS is_public",
)  # fmt: skip


def postings_at(moment: Moment) -> str:
    """All postings. No index finds one of them: take another way where there is one."""
    read = (make(EventEdition, moment, _READ) for make in (current_still, replaced_since))
    return (
        "SELECT posting.term, length, COALESCE(date, '-infinity'::date) AS date, record_id,"  # noqa: S608 - names of ours
        " COALESCE(last_day, '-infinity'::date) AS last_day, type_id, posting.term = ANY (stood_for) AS is_stood_for,"
        " parent_id IS NOT NULL AS is_part, starts_unknown, ends_unknown"
        f" FROM ({' UNION ALL '.join(read)}) AS edition, unnest(posted) AS posting (term) WHERE is_public"
    )


def _tables() -> Mapping[str, Callable[[Moment], str]]:
    return {EventPosting._meta.db_table: postings_at}


shows(_tables)
