"""The tables of moments and of their postings, as statements read them now and as of an instant."""

from __future__ import annotations

from config.api.as_of import moment
from config.api.sql import Clause
from records.as_of import halves
from records.models import Moment, MomentPosting

MOMENTS = Moment._meta.db_table
POSTINGS = MomentPosting._meta.db_table
DAYS = [
    f"moment.{name}"
    for name in ("date", "last_day", "begun_by", "goes_on_till", "starts_unknown", "ends_unknown")
]
#: What the postings have of the days: enough for what is possible.
POSTED_DAYS = ["posting.date", "posting.last_day", "", "", "", ""]

#: What is read of a posting.
POSTED = ", ".join(
    f"posting.{name}" for name in ("date", "record_id", "place", "stream", "length", "last_day")
)

#: The same of a moment.
MOMENT = (
    "COALESCE(moment.date, 'infinity'::date) AS date, moment.record_id, moment.place, moment.stream, moment.length,"
    " COALESCE(moment.last_day, 'infinity'::date) AS last_day"
)


def still(rows: Clause) -> Clause:
    """As of an instant: a statement for moments, of those that are there still."""
    tables = ", ".join(
        f"{model._meta.db_table} AS NOT MATERIALIZED (SELECT * FROM {halves(model)[0]})"
        for model in (Moment, MomentPosting)
    )
    return Clause(f"SELECT * FROM (WITH {tables} {rows.sql}) AS still", rows.values)


def with_moments(rows: str) -> str:
    """The join of rows that have `record_id` and `place` with their moments."""
    if moment() is None:
        return f"JOIN {MOMENTS} AS moment USING (record_id, place)"
    columns = ", ".join([*DAYS, "moment.kind", "moment.terms"])
    # As of an instant the table is a union, which would be read whole to be joined: each is asked for by itself.
    return (
        f"JOIN LATERAL (SELECT {columns} FROM {MOMENTS} AS moment WHERE moment.record_id = {rows}.record_id"
        f" AND moment.place = {rows}.place OFFSET 0) AS moment ON TRUE"
    )
