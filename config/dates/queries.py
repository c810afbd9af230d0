"""Conditions for a queryset about uncertain dates.

`possibly_…` keeps a row if what is known leaves it possible; `certainly_…` keeps it only if nothing
else is possible. An unknown bound (NULL) may lie anywhere: it keeps a row in the first and drops it
from the second. An interval made of two uncertain dates starts no later than it ends. `after` and
`before` are inclusive; None sets no limit.

Fields are named as on the model ("start"), or across relations ("reign__start"). A row with
neither bound known is possible at any time: add `is_dated` where undated rows are not wanted.
"""

from datetime import date

from django.db.models import Q


def is_dated(field: str) -> Q:
    return Q(**{f"{field}_earliest__isnull": False}) | Q(**{f"{field}_latest__isnull": False})


def possibly_within(field: str, after: date | None = None, before: date | None = None) -> Q:
    """Match one uncertain date if some day that it may be lies from `after` to `before`."""
    return _may_be_from(field, after) & _may_be_until(field, before)


def certainly_within(field: str, after: date | None = None, before: date | None = None) -> Q:
    """Match one uncertain date if every day that it may be lies from `after` to `before`."""
    return _is_from(field, after) & _is_until(field, before)


def possibly_overlaps(
    start: str, end: str, after: date | None = None, before: date | None = None
) -> Q:
    """Match an interval that may have a day from `after` to `before`.

    A wholly unknown end may be any day from the start on, so such an interval possibly overlaps all
    that follows.
    """
    return _may_be_until(start, before) & _may_be_from(end, after)


def certainly_overlaps(
    start: str, end: str, after: date | None = None, before: date | None = None
) -> Q:
    """Match an interval that has a day from `after` to `before`, whatever its true days are.

    It certainly reaches back to `before` when its start, or its end at the latest, lies there: for
    an interval that started on an unknown day and was over by 1990 did start by 1990. The same
    holds forward for `after`.
    """
    return (_is_until(start, before) | _is_until(end, before)) & (
        _is_from(end, after) | _is_from(start, after)
    )


def _may_be_from(field: str, after: date | None) -> Q:
    return (
        Q()
        if after is None
        else Q(**{f"{field}_latest": None}) | Q(**{f"{field}_latest__gte": after})
    )


def _may_be_until(field: str, before: date | None) -> Q:
    return (
        Q()
        if before is None
        else Q(**{f"{field}_earliest": None}) | Q(**{f"{field}_earliest__lte": before})
    )


def _is_from(field: str, after: date | None) -> Q:
    return Q() if after is None else Q(**{f"{field}_earliest__gte": after})


def _is_until(field: str, before: date | None) -> Q:
    return Q() if before is None else Q(**{f"{field}_latest__lte": before})
