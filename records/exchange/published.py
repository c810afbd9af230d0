"""The JSON Schema of the exchange form, served beside the OpenAPI document."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import orjson

from config.api.caching import answer, tagged
from config.api.docs import reading
from records.exchange.schema import exchange_schema

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@cache
def _json() -> tuple[bytes, str]:
    return tagged(orjson.dumps(exchange_schema()))


@reading
def exchange_schema_json(request: HttpRequest) -> HttpResponseBase:
    """Serve the schema of one line of an exchange file."""
    return answer(request, *_json(), media_type="application/schema+json")
