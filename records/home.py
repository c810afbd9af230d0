"""The work list on the front page of the desk: what waits, for whom and since when.

Apps add sections of their own with `section`. Each costs a fixed number of queries, and counts no further than `MOST`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import connection
from django.db.models import Q, Value
from django.urls import reverse
from django.utils import timezone

from records.badges import BADGE, WAITING, Badge, badge_html
from records.bulk import among
from records.models import PossibleDuplicate, RecordWarning, SavedList, Verdict
from records.publishing.colleagues import name_of
from records.publishing.review import waiting as reviews_of
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from records.registry import Kind

#: Rows that a count counts at most: beyond it, it says "1,000+".
MOST = 1000
#: Rows of one's own that are listed, and the changes of one's own among which they are looked for.
MINE, CHANGES = 10, 200
#: Changes of one's own that stand in the margin.
LATEST = 10
#: Saved lists that are shown.
LISTS = 50
#: Days of the chart of publications.
DAYS = 30


@dataclass(frozen=True)
class Line:
    """One line of a section."""

    text: str
    address: str = ""
    note: str = ""
    badge: SafeString | str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class Section:
    """Part of the work list."""

    title: str
    lines: list[Line] = field(default_factory=list)
    empty: str = ""  #: said where there are no lines; blank leaves the section out


_MAKERS: dict[int, Callable[[HttpRequest], Section | None]] = {}


def section(place: int) -> Callable[[Callable[[HttpRequest], Section | None]], object]:
    """Put a section on the front page of the desk, at this place from the top."""

    def add(make: Callable[[HttpRequest], Section | None]) -> object:
        _MAKERS[place] = make
        return make

    return add


def sections(request: HttpRequest) -> list[Section]:
    """Return the sections that somebody sees, without those that have nothing to say."""
    made = [_MAKERS[place](request) for place in sorted(_MAKERS)]
    return [each for each in made if each is not None and (each.lines or each.empty)]


def counted(rows: QuerySet[Any], one: str, several: str) -> str:
    """Say how many rows there are, without counting beyond `MOST`; nothing where there are none."""
    number = rows.order_by()[: MOST + 1].count()
    return f"{_said(number)} {one if number == 1 else several}" if number else ""


def _said(number: int) -> str:
    return f"{MOST:,}+" if number > MOST else f"{number:,}"


# What waits to be published

_COUNT = "SELECT '{kind}', '{badge}', count(*) FROM (SELECT FROM \"{table}\" WHERE {condition} LIMIT {most}) AS found"
_CONDITIONS = {
    Badge.DRAFT: "editorial_state = 'draft'",
    Badge.IN_REVIEW: "editorial_state = 'in_review'",
    Badge.CHANGED: "editorial_state = 'published' AND changed_at > published_at",
}


def waiting(kinds: list[Kind]) -> list[dict[str, Any]]:
    """Return how many records of each kind wait to be published, by badge: one query, off an index of those that wait."""
    if not kinds:
        return []
    statement = " UNION ALL ".join(
        _COUNT.format(
            kind=kind.name,
            badge=badge.value,
            table=kind.model._meta.db_table,
            condition=_CONDITIONS[badge],
            most=MOST + 1,
        )
        for kind in kinds
        for badge in WAITING
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        counts = {(kind, badge): number for kind, badge, number in cursor.fetchall()}
    lines = []
    for kind in kinds:
        opts = kind.model._meta
        address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        numbers = [(badge, counts[kind.name, badge.value]) for badge in WAITING]
        if any(number for _badge, number in numbers):
            cells = [
                (
                    _said(number) if number else "",
                    f"{address}?publication={badge.value}",
                    badge.label,
                )
                for badge, number in numbers
            ]
            lines.append({"name": opts.verbose_name_plural, "address": address, "cells": cells})
    return lines


# Mine


@section(10)
def _mine(request: HttpRequest) -> Section:
    """Records that somebody added or changed at the desk and that are not public as they are now, the latest change first."""
    names: dict[UUID, str] = {}
    keys: defaultdict[str, list[UUID]] = defaultdict(list)
    entries = changes_of(request.user).filter(action_flag__in=(ADDITION, CHANGE))
    columns = ("content_type__app_label", "content_type__model", "object_id", "object_repr")
    for app, model, text, name in entries.values_list(*columns)[:CHANGES]:
        if (key := _key(text)) is not None and key not in names:
            names[key] = name
            keys[f"{app}.{model}"].append(key)
    found = [(names[row["pk"]], row) for row in _unpublished(keys)]
    latest = sorted(found, key=lambda each: each[1]["changed_at"], reverse=True)
    lines = [
        Line(
            name,
            reverse(f"admin:{row['of_kind']}_change", args=[row["pk"]]),
            badge=badge_html(row["badge"]),
            since=row["changed_at"],
        )
        for name, row in latest[:MINE]
    ]
    return Section("Mine, not published yet", lines, "Nothing of yours waits.")


def _unpublished(keys: Mapping[str, list[UUID]]) -> Iterator[dict[str, Any]]:
    """Yield those of some records, by the labels of their models, that wait to be published: one query."""
    rows: list[QuerySet[Any, Any]] = [
        kind.model._default_manager.order_by()
        .filter(among("pk", keys[label]))
        .annotate(badge=BADGE)
        .filter(badge__in=WAITING)
        .values("pk", "badge", "changed_at", of_kind=Value(label.replace(".", "_")))
        for kind in all_kinds()
        if (label := kind.model._meta.label_lower) in keys
    ]
    if rows:
        yield from rows[0].union(*rows[1:], all=True) if len(rows) > 1 else rows[0]


def changes_of(user: Any) -> QuerySet[LogEntry]:
    """Return the changes that somebody made at the desk, the last one first.

    In the order of keys, which an index has: by their times, the tens of thousands of one officer are all read and sorted.
    """
    return LogEntry.objects.filter(user=user.pk).order_by("-pk")


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


# Saved lists


def lists_of(user: Any, kinds: Collection[str]) -> QuerySet[SavedList]:
    """Return the lists of these kinds that somebody saved, and those that others share."""
    rows = SavedList.objects.filter(Q(owner=user.pk) | Q(is_shared=True), kind__in=kinds)
    return rows.select_related("owner")


@section(12)
def _lists(request: HttpRequest) -> Section | None:
    """Lists that somebody saved, or others share, of the kinds that this person may see."""
    user: Any = request.user
    kinds = {}
    for kind in all_kinds():
        opts = kind.model._meta
        if user.has_perm(f"{opts.app_label}.view_{opts.model_name}") or user.has_perm(
            f"{opts.app_label}.change_{opts.model_name}"
        ):
            kinds[kind.name] = opts
    lines = []
    for saved in lists_of(user, kinds)[:LISTS]:
        opts = kinds[saved.kind]
        address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        whose = "" if saved.owner_id == user.pk else f", shared by {name_of(saved.owner)}"
        note = f"{opts.verbose_name_plural}{whose}"
        lines.append(Line(saved.name, f"{address}?{saved.query}", note=note))
    return Section("Saved lists", lines)


# Reviews


@section(15)
def _reviews(request: HttpRequest) -> Section | None:
    """Reviews that wait for somebody, and those that wait for others, each since the oldest of them."""
    user: Any = request.user
    turns = reviews_of(user)
    lines = []
    for is_mine, whom in ((True, "you"), (False, "others")):
        those = [turn.since for turn in turns if turn.is_mine == is_mine]
        if those:
            text = f"{len(those)} wait for {whom}" if len(those) > 1 else f"1 waits for {whom}"
            lines.append(Line(text, reverse("admin:reviews"), since=min(those)))
    return Section("Reviews", lines)


# What is odd


@section(20)
def _odd(request: HttpRequest) -> Section | None:
    """Warnings and possible duplicates."""
    sees_warnings = request.user.has_perm("records.view_recordwarning")
    sees_pairs = request.user.has_perm("records.view_possibleduplicate")
    if not (sees_warnings or sees_pairs):
        return None
    lines = []
    if sees_warnings:
        address = reverse("admin:records_recordwarning_changelist")
        rows = RecordWarning.objects.all()
        if unseen := counted(
            rows.filter(saved_by=None),
            "warning that nobody has seen",
            "warnings that nobody has seen",
        ):
            lines.append(Line(unseen, f"{address}?seen=no"))
        if seen := counted(
            rows.filter(saved_by__isnull=False),
            "warning, saved all the same",
            "warnings, saved all the same",
        ):
            lines.append(Line(seen, f"{address}?seen=yes"))
    if sees_pairs:
        rows_of_pairs = PossibleDuplicate.objects.filter(verdict=Verdict.OPEN)
        if pairs := counted(
            rows_of_pairs, "possible duplicate to decide", "possible duplicates to decide"
        ):
            lines.append(Line(pairs, reverse("admin:records_possibleduplicate_changelist")))
    return Section("To be looked at", lines, "No warnings, and no possible duplicates.")


# Publications by day

#: The first position of each day is looked for by halves: positions and times of changes rise together.
_BY_DAY = """
    WITH RECURSIVE last AS (SELECT coalesce(max(position), 0) AS position FROM records_change),
    search(at, low, high) AS (
        SELECT at, 0::bigint, last.position + 1 FROM last, unnest(%s::timestamptz[]) AS at
        UNION ALL
        SELECT search.at, CASE WHEN c.at < search.at THEN c.position ELSE low END,
            CASE WHEN c.at < search.at THEN high ELSE c.position END
        FROM search JOIN records_change c ON c.position = (low + high) / 2 WHERE high - low > 1
    )
    SELECT at, min(high) FROM search GROUP BY at ORDER BY at
"""


@dataclass(frozen=True)
class Chart:
    """A line chart, with its numbers for those who read them."""

    days: list[tuple[date, int]]
    width: int = 600
    height: int = 120

    @property
    def most(self) -> int:
        return max((number for _day, number in self.days), default=0)

    @property
    def points(self) -> str:
        """Return the corners of the line."""
        across = self.width / max(len(self.days) - 1, 1)
        top = max(self.most, 1)
        return " ".join(
            f"{place * across:.1f},{self.height - 4 - number * (self.height - 8) / top:.1f}"
            for place, (_day, number) in enumerate(self.days)
        )


def publications(*, today: date) -> Chart:
    """Return how many editions were published on each of the last days, in one query that reads no more than it must."""
    starts = [
        datetime.combine(
            today - timedelta(days=ago), datetime.min.time(), tzinfo=timezone.get_current_timezone()
        )
        for ago in range(DAYS - 1, -2, -1)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, [starts])
        firsts = [first for _at, first in cursor.fetchall()]
    days = [start.date() for start in starts[:-1]]
    return Chart([(day, firsts[place + 1] - firsts[place]) for place, day in enumerate(days)])


# Finding a record of any kind

#: Records of each kind that the search lists.
FOUND = 6


def search(request: HttpRequest, site: Any, typed: str) -> list[dict[str, Any]]:
    """Return the records that somebody may mean, by kind, the likeliest first."""
    found = []
    for kind in all_kinds():
        desk = site.get_model_admin(kind.model) if site.is_registered(kind.model) else None
        if desk is None or not desk.has_view_permission(request):
            continue
        opts = kind.model._meta
        rows = list(
            desk.labelled(desk.picked(desk.get_queryset(request), typed, None))[: FOUND + 1]
        )
        name = str(opts.verbose_name_plural)
        lines = [
            Line(
                desk.label_of(row),
                reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk]),
                badge=badge_html(row.badge),
            )
            for row in rows[:FOUND]
        ]
        if rows:
            address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
            more = address if len(rows) > FOUND else ""
            found.append({"name": name, "lines": lines, "more": more})
    return found
