"""Base of all API views, and the views that belong to no resource: the index and the pages about problems."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, cast

import orjson
from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from rest_framework.viewsets import ViewSet

from config.api.as_of import seen
from config.api.caching import answer, is_conditional, tagged
from config.api.filters.dates import AS_OF, read_moment
from config.api.formats import FORMAT, Format, Html, Json, chosen_format
from config.api.problem_types import PROBLEM_TYPES, PROBLEMS_PATH, ProblemType
from config.api.problems import Problem
from config.api.query import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request
    from rest_framework.serializers import BaseSerializer

    from config.api.formats import Body
    from config.api.limits import Budget
    from config.api.query import Parameter


@dataclass(frozen=True)
class Operation:
    """One operation as the schema describes it: what it takes and what it answers."""

    name: str  #: `operationId`
    tag: str  #: the group in the docs
    summary: str
    description: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    #: A serializer class or a JSON Schema.
    content: Any = None
    #: The JSON Schema of the body that is sent.
    body: dict[str, Any] | None = None
    #: Name of the envelope around a list of `content`.
    envelope: str | None = None
    #: Members of this envelope beside those of every list, by name: their JSON Schema.
    envelope_members: Mapping[str, Any] = field(default_factory=dict)
    #: Parameters with which each row of the list says how well it matches.
    rated: tuple[str, ...] = ()
    #: Statuses beside 200 and those that every operation has.
    statuses: tuple[int, ...] = ()
    #: Whether a part of the answer can be asked for by `Range`.
    is_partial: bool = False
    #: Headers of the good answer, beside those that every answer has.
    headers: tuple[str, ...] = ("ETag",)
    cost: int = 1  #: units of the rate limit, beside what parameters and formats add


#: What operations cost, and whether they answer with a list, by view and action: looked up once per process.
_COSTS: dict[tuple[type, str | None], tuple[int, bool]] = {}


class ReadView(ViewSet):
    """Base of views that only read."""

    http_method_names = ["get", "head", "options"]
    serializer_class: ClassVar[type[BaseSerializer[Any]]]

    #: The request as Django has it. DRF's own around it costs more to read.
    http: HttpRequest
    #: What holds until the answer is made.
    during: ExitStack

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        self.http = request
        return super().initialize_request(request, *args, **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with ExitStack() as self.during:
            return super().dispatch(request, *args, **kwargs)

    @property
    def format(self) -> Format:
        return cast("Format", self.request.accepted_renderer)

    def read_query(self, known: Mapping[str, Parameter]) -> Query:
        """Read the query string; a format that is not available is refused at once.

        With `as_of` among the known parameters, all that is read from here on is as it was then.
        """
        query = Query(self.http.META["QUERY_STRING"])
        query.know(known)
        chosen = chosen_format(query, self.get_renderers())
        if chosen is not None:
            self.request.accepted_renderer = chosen
        self._charge(query, known)
        if AS_OF.name in known and (moment := read_moment(query)) is not None:
            self.during.enter_context(seen(moment))
        return query

    def _charge(self, query: Query, known: Mapping[str, Parameter]) -> None:
        """Use what the request costs of the caller's rate limit. Raises Problem `too_many_requests`."""
        budget: Budget | None = getattr(self.http, "budget", None)
        if budget is None:
            return
        key = (type(self), self.action)
        if key not in _COSTS:
            operation = self.operation()
            _COSTS[key] = (operation.cost, operation.envelope is not None)
        cost, is_list = _COSTS[key]
        if is_list:
            cost += self.format.cost
        for name, text in query.values.items():
            parameter = known.get(name)
            if parameter is not None and (not parameter.costly or text in parameter.costly):
                cost += parameter.cost
        budget.charge(cost, is_conditional=is_conditional(self.http))

    def serve_document(
        self, body: Callable[[], Body], etag: str, modified_at: datetime | None = None
    ) -> HttpResponseBase:
        """Answer with one document in the format that was chosen; 304 when the caller has this version."""
        response = answer(self.http, body, etag, modified_at, self.format.content_type)
        for name, value in self.format.headers(self.http.path).items():
            response.headers[name] = value
        return response

    def operation(self) -> Operation:
        """What the current action takes and answers, for the schema."""
        raise NotImplementedError

    def path_parameters(self) -> dict[str, str]:
        """What the parts of the address mean, for the schema."""
        return {}

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002 - DRF's signature
        allowed = ", ".join(self.allowed_methods)
        return HttpResponse(status=204, headers={"Access-Control-Allow-Methods": allowed})


class PlainView(ReadView):
    """Base of views of small documents that are not stored: JSON, a page where there is a template, and no parameter but `format`."""

    renderer_classes = [Json]

    def refuse_parameters(self) -> None:
        self.read_query({FORMAT.name: FORMAT}).refuse_faults()

    def serve(self, document: dict[str, Any], template: str = "") -> HttpResponseBase:
        if template and isinstance(self.format, Html):
            page = render_to_string(template, document).encode()
            return answer(self.http, *tagged(page), media_type="text/html; charset=utf-8")
        return answer(self.http, *tagged(orjson.dumps(document)))


class IndexView(PlainView):
    """Where everything is; for browsers as a page."""

    renderer_classes = [Json, Html]

    #: Names of the resources, in the order of their addresses.
    resources: tuple[str, ...] = ()

    def operation(self) -> Operation:
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
                    "licence": {
                        "type": "object",
                        "description": "Under which the data may be used.",
                        "properties": {
                            "name": {"type": "string"},
                            "url": {"type": ["string", "null"], "format": "uri"},
                        },
                        "required": ["name", "url"],
                    },
                },
                "required": ["resources", "openapi", "docs", "problems", "licence"],
            },
        )

    def list(self, request: Request) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        self.refuse_parameters()
        root = "/api/v1/"
        document = {
            "resources": {name: f"{root}{name}/" for name in self.resources},
            "openapi": f"{root}openapi.json",
            "docs": f"{root}docs/",
            "problems": PROBLEMS_PATH,
            "licence": {"url": None, **settings.SPECTACULAR_SETTINGS["LICENSE"]},
        }
        return self.serve(document, "api/index.html")


class ProblemView(PlainView):
    """What problems mean: each problem's `type` is such a page."""

    renderer_classes = [Json, Html]

    def path_parameters(self) -> dict[str, str]:
        return {"code": "The code of the problem."}

    def operation(self) -> Operation:
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

    def list(self, request: Request) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        """List every kind of problem, those that only occur within `errors` included."""
        self.refuse_parameters()
        pages = [_page(problem) for problem in PROBLEM_TYPES.values()]
        return self.serve({"results": pages}, "api/problems.html")

    def retrieve(self, request: Request, code: str) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        self.refuse_parameters()
        if code not in PROBLEM_TYPES:
            raise Problem("not_found")
        return self.serve(_page(PROBLEM_TYPES[code]), "api/problem.html")


def _page(problem: ProblemType) -> dict[str, Any]:
    return {
        "code": problem.code,
        "title": problem.title,
        "status": problem.status,
        "explanation": problem.explanation,
        "url": problem.path,
    }


def index_of(patterns: Iterable[Any]) -> tuple[str, ...]:
    names = []
    for pattern in patterns:
        for inner in getattr(pattern, "url_patterns", [pattern]):
            name = inner.name or ""
            if name.endswith("-list"):
                names.append(name.removesuffix("-list"))
    return tuple(sorted(names))
