"""The front page: what this is, how much of it there is, a box to find records in, and where to go from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count
from django.shortcuts import render

from records.api.autocomplete import suggest
from records.lookup.typed import MAX_LENGTH
from records.models import Reference, Standing
from records.registry import all_kinds

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def home(request: HttpRequest) -> HttpResponse:
    """Show the front page, with what is found for `q`; counts and finds are of what is published."""
    typed = request.GET.get("q", "").replace("\0", " ").strip()[:MAX_LENGTH]
    found = [
        {**each, "kind": each["object"].replace("_", " ")}
        for each in (suggest(typed, list(all_kinds())) if typed else ())
    ]
    counted = (
        Reference.objects.filter(standing=Standing.PUBLISHED)
        .values_list("kind")
        .annotate(Count("pk"))
    )
    counts = dict(counted.order_by())
    questions = sorted(
        (kind.question, f"/api/v1/{kind.resource}/?{kind.question.query}")
        for kind in all_kinds()
        if kind.question
    )
    kinds = [
        {
            "name": kind.resource.replace("-", " "),
            "path": f"/api/v1/{kind.resource}/",
            "count": counts.get(kind.name, 0),
        }
        for kind in all_kinds()
    ]
    shown = {"typed": typed, "max_length": MAX_LENGTH, "found": found}
    response = render(
        request, "records/front_page.html", {"kinds": kinds, "questions": questions, **shown}
    )
    response["Cache-Control"] = "public, max-age=60"
    return response
