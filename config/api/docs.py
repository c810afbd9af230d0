"""The schema and the page to try it: made once per process, served from memory."""

from __future__ import annotations

from functools import cache, wraps
from typing import TYPE_CHECKING, Any

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from config.api.caching import answer, tagged

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    View = Callable[[HttpRequest], HttpResponseBase]


@cache
def schema() -> dict[str, Any]:
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return document


@cache
def _json() -> tuple[bytes, str]:
    return tagged(orjson.dumps(schema(), default=str))


@cache
def _yaml() -> tuple[bytes, str]:
    return tagged(OpenApiYamlRenderer().render(schema()))


def reading(view: View) -> View:
    """Let a view answer to the methods of the rest of the API; the others are a 405, not a 403 for want of a token."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "OPTIONS"])
    @wraps(view)
    def answering(request: HttpRequest) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS"})
        return view(request)

    return answering


@reading
def openapi_json(request: HttpRequest) -> HttpResponseBase:
    return answer(request, *_json(), media_type="application/vnd.oai.openapi+json;version=3.1")


@reading
def openapi_yaml(request: HttpRequest) -> HttpResponseBase:
    return answer(request, *_yaml(), media_type="application/vnd.oai.openapi;version=3.1")


@reading
def swagger(request: HttpRequest) -> HttpResponse:
    """Serve Swagger UI: a page without inline script or style, for the content security policy allows none."""
    return render(request, "api/docs.html")
