"""Base of all API views, and the views that belong to no resource: the index and the pages about problems."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
from django.http import HttpResponse
from rest_framework.viewsets import ViewSet

from config.api.caching import answer
from config.api.formats import FORMAT, check_format
from config.api.operations import Operation
from config.api.problem_types import PROBLEM_TYPES, PROBLEMS_PATH, ProblemType
from config.api.problems import Problem
from config.api.query import Query

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.http import HttpRequest
    from rest_framework.request import Request
    from rest_framework.serializers import BaseSerializer


class ReadView(ViewSet):
    """Base of views that only read."""

    http_method_names = ["get", "head", "options"]
    serializer_class: ClassVar[type[BaseSerializer[Any]]]

    #: The request as Django has it. DRF's own around it costs more to read.
    http: HttpRequest

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Keep Django's request."""
        self.http = request
        return super().initialize_request(request, *args, **kwargs)

    def operation(self) -> Operation:
        """What the current action takes and answers, for the schema."""
        raise NotImplementedError

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002 - DRF's signature
        """Say which methods there are."""
        return HttpResponse(status=204)


class IndexView(ReadView):
    """Where everything is."""

    #: Names of the resources, in the order of their addresses.
    resources: tuple[str, ...] = ()

    def operation(self) -> Operation:
        """One document of addresses."""
        address = {"type": "string", "format": "uri-reference"}
        return Operation(
            name="index",
            tag="documentation",
            summary="Where everything is",
            parameters={"format": FORMAT},
            content={
                "type": "object",
                "properties": {
                    "resources": {"type": "object", "additionalProperties": address},
                    **dict.fromkeys(("openapi", "docs", "problems"), address),
                },
                "required": ["resources", "openapi", "docs", "problems"],
            },
        )

    def list(self, request: Request) -> HttpResponse:  # noqa: ARG002 - DRF's signature
        """List the addresses of all resources and of the documentation."""
        refuse_parameters(self.http)
        root = "/api/v1/"
        document = {
            "resources": {name: f"{root}{name}/" for name in self.resources},
            "openapi": f"{root}openapi.json",
            "docs": f"{root}docs/",
            "problems": PROBLEMS_PATH,
        }
        return serve(self.http, document)


class ProblemView(ReadView):
    """What problems mean: each problem's `type` is such a page."""

    def operation(self) -> Operation:
        """All of them, or one."""
        text = {"type": "string"}
        page = {
            "type": "object",
            "properties": {
                "code": text,
                "title": text,
                "status": {
                    "type": ["integer", "null"],
                    "description": "Null for codes that only occur within `errors`.",
                },
                "explanation": text,
                "url": {"type": "string", "format": "uri-reference"},
            },
            "required": ["code", "title", "status", "explanation", "url"],
        }
        if self.action == "retrieve":
            return Operation(
                name="problems_retrieve",
                tag="documentation",
                summary="What a problem means",
                parameters={"format": FORMAT},
                content=page,
                statuses=(404,),
            )
        return Operation(
            name="problems_list",
            tag="documentation",
            summary="All kinds of problem",
            parameters={"format": FORMAT},
            content={
                "type": "object",
                "properties": {"results": {"type": "array", "items": page}},
                "required": ["results"],
            },
        )

    def list(self, request: Request) -> HttpResponse:  # noqa: ARG002 - DRF's signature
        """List every kind of problem, those that only occur within `errors` included."""
        refuse_parameters(self.http)
        return serve(self.http, {"results": [_page(problem) for problem in PROBLEM_TYPES.values()]})

    def retrieve(self, request: Request, code: str) -> HttpResponse:  # noqa: ARG002 - DRF's signature
        """Explain one kind of problem."""
        refuse_parameters(self.http)
        if code not in PROBLEM_TYPES:
            raise Problem("not_found")
        return serve(self.http, _page(PROBLEM_TYPES[code]))


def _page(problem: ProblemType) -> dict[str, Any]:
    return {
        "code": problem.code,
        "title": problem.title,
        "status": problem.status,
        "explanation": problem.explanation,
        "url": problem.path,
    }


def read_query(http: HttpRequest, known: Collection[str]) -> Query:
    """Read the query string; a format that is not available is refused at once."""
    query = Query(http.META["QUERY_STRING"])
    query.refuse_unknown(known)
    check_format(query)
    return query


def refuse_parameters(request: HttpRequest) -> None:
    """Refuse every parameter but `format`."""
    read_query(request, {"format"}).refuse_faults()


def serve(request: HttpRequest, document: dict[str, Any]) -> HttpResponse:
    """Answer with a small document that is not stored."""
    body = orjson.dumps(document)
    return answer(request, body, f'"{blake2b(body, digest_size=12).hexdigest()}"')


def index_of(patterns: Iterable[Any]) -> tuple[str, ...]:
    """The resources among url patterns: those with a list."""
    names = []
    for pattern in patterns:
        for inner in getattr(pattern, "url_patterns", [pattern]):
            name = inner.name or ""
            if name.endswith("-list"):
                names.append(name.removesuffix("-list"))
    return tuple(sorted(names))
