"""The yardstick: plain Django views, each one indexed query for the stored documents, joined. No keys, no checks, no middleware.

The queries are written by hand for the scenario with every value known beforehand, so nothing here could be left out.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from django.db import connection
from django.http import HttpResponse
from django.urls import path

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Scenario name -> [SQL, parameters], written by benchmarks/run.py.
QUERIES: dict[str, tuple[str, list[str]]] = json.loads(os.environ.get("BENCHMARK_QUERIES", "{}"))


def rows(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer with the stored documents that the query finds."""
    sql, parameters = QUERIES[name]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        documents = [row[0] for row in cursor.fetchall()]
    return HttpResponse(
        '{"results":[' + ",".join(documents) + "]}", content_type="application/json"
    )


urlpatterns = [path("<str:name>/", rows)]
