"""Which editions, parts and references were public at an instant, and which of them are still served.

Nothing of a record that is withdrawn now is served, of whatever instant: in its place stands the tombstone that it has now.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from config.api.as_of import moment, settles, shows
from records.models import (
    Change,
    DatedPart,
    FormerMoment,
    FormerPart,
    FormerReference,
    MomentPosting,
    PublishedName,
    Reference,
    Standing,
)
from records.models import Moment as DatedFact
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.db.models import Model

    from config.api.as_of import Moment
    from records.models import Edition

_REFERENCES, _FORMER = Reference._meta.db_table, FormerReference._meta.db_table
#: Under these names references are read as documents of then show them; and whenever they were published.
_SHOWN, _EVER = f"{_REFERENCES}_shown", f"{_REFERENCES}_ever"


def is_hidden(record_id: str) -> str:
    """The condition that nothing of a record is served: it is withdrawn, was so when it was merged, or its survivor is."""
    withdrawn = Standing.WITHDRAWN.value
    return (
        f"EXISTS (SELECT FROM {_REFERENCES} AS gone LEFT JOIN {_REFERENCES} AS kept ON kept.id = gone.merged_into"
        f" WHERE gone.id = {record_id} AND (gone.standing = '{withdrawn}' OR gone.was_withdrawn OR kept.standing = '{withdrawn}'))"
    )


def halves(model: type[Model]) -> tuple[str, str]:
    """Names under which the two halves of what was public are read apart: what is current still, and what was replaced since."""
    return f"{model._meta.db_table}_now", f"{model._meta.db_table}_then"


def current_still(
    editions: type[Edition], moment: Moment, columns: Sequence[str] | None = None
) -> str:
    """What is current still, tombstones included: found by the indexes of what is current."""
    shown = ", ".join(columns or _columns(editions))
    return (
        f'SELECT {shown} FROM "{editions._meta.db_table}"'  # noqa: S608 - names of ours
        f" WHERE superseded_at IS NULL AND published_at <= {moment.literal}"
    )


def replaced_since(
    editions: type[Edition],
    moment: Moment,
    columns: Sequence[str] | None = None,
    *,
    are_tombstones: bool = False,
) -> str:
    """What was current then and was replaced since: found by when it ended. It then was the newest of its record."""
    table, at = f'"{editions._meta.db_table}"', moment.literal
    shown = ", ".join(columns or _columns(editions))
    shown = shown.replace('"superseded_at"', 'NULL::timestamptz AS "superseded_at"')
    return (
        f"SELECT {shown} FROM {table} WHERE superseded_at > {at} AND published_at <= {at}"  # noqa: S608 - names of ours
        f" AND document IS {'' if are_tombstones else 'NOT '}NULL AND NOT {is_hidden(f'{table}.record_id')}"
    )


def editions_at(editions: type[Edition], moment: Moment) -> str:
    """The editions that were current, tombstones included; of a record that is hidden now, the tombstone that it has now."""
    table, at = f'"{editions._meta.db_table}"', moment.literal
    columns = ", ".join(_columns(editions))
    if moment.is_every:
        return f"SELECT {columns} FROM {table} WHERE published_at <= {at}"  # noqa: S608 - names of ours
    instead = (
        f"SELECT {columns} FROM {table} WHERE superseded_at IS NULL AND document IS NULL AND published_at > {at}"  # noqa: S608 - names of ours
        f" AND {is_hidden(f'{table}.record_id')} AND EXISTS (SELECT FROM {table} AS first"
        f" WHERE first.record_id = {table}.record_id AND first.revision = 1 AND first.published_at <= {at})"
    )
    shown = replaced_since(editions, moment)
    gone = replaced_since(editions, moment, are_tombstones=True)
    return (
        f"{current_still(editions, moment)} UNION ALL {shown} UNION ALL {gone} UNION ALL {instead}"
    )


def _columns(model: type[Model]) -> list[str]:
    return [f'"{field.column}"' for field in model._meta.concrete_fields]


def parts_at(
    parts: type[Model], former: type[Model], moment: Moment, record_id: str = "record_id"
) -> str:
    """Rows that publishing makes of the newest documents, of a table that has `since` and another one that keeps what they were `until`."""
    return f"{parts_still(parts, moment)} UNION ALL {parts_then(parts, former, moment, record_id)}"


def parts_still(parts: type[Model], moment: Moment) -> str:
    """Those of them that are there still."""
    columns = ", ".join(_columns(parts))
    return f"SELECT {columns} FROM {parts._meta.db_table} WHERE since <= {moment.literal}"  # noqa: S608 - names of ours


def parts_then(
    parts: type[Model], former: type[Model], moment: Moment, record_id: str = "record_id"
) -> str:
    """Those of them that were replaced since."""
    table = former._meta.db_table
    return f"{_before(parts, former, moment)} AND NOT {is_hidden(f'{table}.{record_id}')}"


def _before(parts: type[Model], former: type[Model], moment: Moment) -> str:
    """Those that were replaced since, of whatever record."""
    columns, at = ", ".join(_columns(parts)), moment.literal
    table = former._meta.db_table
    return f"SELECT {columns} FROM {table} WHERE until > {at} AND since <= {at}"  # noqa: S608 - names of ours


def posted_still(moment: Moment) -> str:  # noqa: ARG001 - one signature
    """All that is posted now, to be joined with the moments that are there still: these know since when."""
    return f"SELECT * FROM {MomentPosting._meta.db_table}"  # noqa: S608 - names of ours


def posted_at(moment: Moment) -> str:
    """Moments under their terms. No index finds those that were replaced since: take another way where there is one."""
    columns = ", ".join(f"posting.{name}" for name in _columns(MomentPosting))
    return (
        f"SELECT {columns} FROM {MomentPosting._meta.db_table} AS posting JOIN"  # noqa: S608 - names of ours
        f" ({parts_still(DatedFact, moment)}) AS moment USING (record_id, place) UNION ALL"
        " SELECT posted.term, stream, length, COALESCE(date, 'infinity'::date), record_id, place, COALESCE(last_day, 'infinity'::date)"
        f" FROM ({parts_then(DatedFact, FormerMoment, moment)}) AS moment, unnest(terms) AS posted (term)"
    )


def references_at(moment: Moment) -> str:
    """What each record was called; of one that is withdrawn now, what it is now."""
    columns, at = ", ".join(_columns(Reference)), moment.literal
    return (
        f"{parts_at(Reference, FormerReference, moment, 'id')} UNION ALL"  # noqa: S608 - names of ours
        f" SELECT {columns} FROM {_REFERENCES} WHERE since > {at} AND standing <> '{Standing.PUBLISHED.value}'"
        f" AND {is_hidden(f'{_REFERENCES}.id')}"
        f" AND EXISTS (SELECT FROM {_FORMER} AS former WHERE former.id = {_REFERENCES}.id AND former.since <= {at})"
    )


def references_shown(moment: Moment) -> str:
    """What each record was called, those that are withdrawn now included: documents of then may name them."""
    return (
        f"{parts_still(Reference, moment)} UNION ALL {_before(Reference, FormerReference, moment)}"
    )


def references_ever(moment: Moment) -> str:  # noqa: ARG001 - one signature
    """All, whatever they were called: for what never changes."""
    return f"SELECT * FROM {_REFERENCES}"  # noqa: S608 - a name of ours


def every_reference() -> str:
    """The table that says of which kind a record is: found by its id, whenever it was published."""
    return _REFERENCES if moment() is None else _EVER


def shown_references() -> str:
    """The table of what documents call other records."""
    return _REFERENCES if moment() is None else _SHOWN


def no_names(moment: Moment) -> str:  # noqa: ARG001 - one signature
    """None: what records were called besides is not kept, so that nothing is suggested by it."""
    return f"SELECT * FROM {PublishedName._meta.db_table} WHERE FALSE"  # noqa: S608 - names of ours


def _moments() -> dict[str, Callable[[Moment], str]]:
    now, then = halves(DatedFact)
    return {
        halves(MomentPosting)[0]: posted_still,
        MomentPosting._meta.db_table: posted_at,
        now: partial(parts_still, DatedFact),
        then: partial(parts_then, DatedFact, FormerMoment),
        DatedFact._meta.db_table: partial(parts_at, DatedFact, FormerMoment),
    }


def _tables() -> Mapping[str, Callable[[Moment], str]]:
    shadows: dict[str, Any] = {}
    for kind in all_kinds():
        now, then = halves(kind.editions)
        # The halves first, for they are read of the table itself.
        shadows[now] = partial(current_still, kind.editions)
        shadows[then] = partial(replaced_since, kind.editions)
        shadows[kind.editions._meta.db_table] = partial(editions_at, kind.editions)
    return {
        **shadows,
        DatedPart._meta.db_table: partial(parts_at, DatedPart, FormerPart),
        **_moments(),
        PublishedName._meta.db_table: no_names,
        # Last, for all others look at what records are now.
        _SHOWN: references_shown,
        _EVER: references_ever,
        _REFERENCES: references_at,
    }


shows(_tables)
# A publication holds the feed from the time that the editions bear until they are there (`records.publishing.feed`): what is
# earlier than its last change is settled. No publisher holds it for an hour.
settles(
    "SELECT greatest((SELECT at FROM"  # noqa: S608 - a name of ours
    f" {Change._meta.db_table} ORDER BY position DESC LIMIT 1), clock_timestamp() - interval '1 hour')"
)
