"""The timeline for people who look rather than read: a pair's, or a person's, as years with counts and entries below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson
from django.shortcuts import render

from config.api.fields import shape_of
from config.api.filters.dates import days_asked, match_of
from config.api.pagination import Page
from config.api.problems import Problem
from config.api.query import Query
from records.api.dimensions import UNCERTAIN
from records.api.moments.counts import counts
from records.api.moments.listing import MomentListing
from records.api.moments.question import Question
from records.api.timeline import ORDERINGS, MomentSerializer, TimelineFilter
from records.lookup.published import WrittenReferences
from records.models import Reference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest, HttpResponse

#: What the page takes: parameters of the timeline of the API.
ASKED = ("between", "person", "date_after", "date_before", "cursor")
#: Units of the drawing for each year across, and for the fullest year upwards.
WIDTH, HEIGHT = 10, 100
#: Years across at least.
FEWEST = 20


def timeline_page(request: HttpRequest) -> HttpResponse:
    """Show what happened between two states, or to a person; without them a form that asks for them."""
    given = [
        (name, value.strip())
        for name in ASKED
        for value in request.GET.getlist(name)
        if value.strip()
    ]
    context: dict[str, Any] = {"given": _as_typed(given)}
    status = 200
    if {"between", "person"} & {name for name, _value in given}:
        try:
            context |= _found(given)
        except Problem as problem:
            status = problem.type.status or 400
            context["faults"] = [fault.detail for fault in problem.faults] or [problem.detail]
    response = render(request, "records/timeline_page.html", context, status=status)
    response["Cache-Control"] = "public, max-age=60"
    return response


def _as_typed(given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What stands in the fields of the form."""
    states = [word for name, value in given if name == "between" for word in value.split(",")]
    one, other, *_more = [*states, "", ""]
    return {"one": one, "other": other, **dict(given)}


def _found(given: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Read the question, and find its counts and the entries of one page. Raises Problem where it is not understood."""
    query = Query(urlencode(given))
    references = WrittenReferences()
    readings = TimelineFilter.readings(query, references)
    page = Page.read(query, "timeline", "date")
    references.resolve(query, days_asked(TimelineFilter.known, query))
    query.refuse_faults()
    values = {name: reading() for name, reading in readings.items()}
    question = Question.of(values, match_of(query))
    listing = MomentListing(question, ORDERINGS["date"], None, shape_of(MomentSerializer))
    rows, following, previous = page.arrange(listing.rows(page))
    return {
        "title": _title(values),
        "notes": [note.detail for note in references.notes],
        "entries": [_entry(orjson.loads(listing.document(row))) for row in rows],
        "next": following and _address(given, cursor=following),
        "previous": previous and _address(given, cursor=previous),
        "whole": _address(given, date_after="", date_before="") if "date" in values else None,
        "data": f"/api/v1/timeline/?{urlencode([each for each in given if each[0] != 'cursor'])}",
        "chart": _chart(question, given),
    }


def _address(given: Sequence[tuple[str, str]], **others: str) -> str:
    kept = [(name, value) for name, value in given if name != "cursor" and name not in others]
    return f"?{urlencode([*kept, *((name, value) for name, value in others.items() if value)])}"


def _title(values: Mapping[str, Any]) -> str:
    """The labels of the records that are asked for."""
    ids = [key for name in ("between", "person") for key in values.get(name, ())]
    labels = {one.pk: one.embedded()["label"] for one in Reference.objects.filter(pk__in=ids)}
    return " and ".join(labels[key] for key in ids if key in labels)


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry as the page shows it."""
    days = [_words(entry["date"])]
    if entry["end"]:
        days.append(_words(entry["end"]))
    return {
        **entry,
        "days": " to ".join(days),
        "kind": entry["kind"].replace("_", " "),
        "named": [one["label"] for one in (*entry["persons"], *entry["states"])],
    }


def _words(date: dict[str, Any] | None) -> str:
    """A date in the source's words where EDTF says nothing."""
    return (date and (date["edtf"] or date["text"])) or "undated"


def _chart(question: Question, given: Sequence[tuple[str, str]]) -> dict[str, Any] | None:
    """A bar for each year with something, and what has no one year; None where there is too much to count."""
    try:
        found = counts(question, ["year"])
    except Problem:
        return None
    by_year = {row["year"]: row["count"] for row in found.rows}
    others = [
        (words, by_year.pop(name, 0))
        for name, words in ((UNCERTAIN, "in several years, or an open span"), (None, "undated"))
    ]
    most = max(by_year.values(), default=0)
    last = int(max(by_year, default="0"))
    # So wide that a bar looks like one.
    years = range(min(int(min(by_year, default="0")), last - FEWEST + 1), last + 1)
    bars = []
    for place, number in enumerate(years):
        year = f"{number:04}"
        count = by_year.get(year)
        if count is None:
            continue
        # Never so low that it is not seen.
        height = max(round(HEIGHT * count / most), 3)
        bars.append(
            {
                "year": year,
                "count": count,
                "x": place * WIDTH,
                "y": HEIGHT - height,
                "height": height,
                "address": _address(given, date_after=year, date_before=year),
            }
        )
    return {
        "bars": bars,
        "width": len(years) * WIDTH,
        "height": HEIGHT,
        "bar": WIDTH * 0.8,
        "most": most,
        "first": years[0],
        "last": last,
        "total": found.total,
        "others": [(words, count) for words, count in others if count],
    }
