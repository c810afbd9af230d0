"""How the API describes itself (OpenAPI 3.1): made of what the views declare, so that it cannot say anything else."""

from __future__ import annotations

from http import HTTPStatus
from types import FunctionType
from typing import TYPE_CHECKING, Any, cast, get_type_hints

import uritemplate
from drf_spectacular.drainage import get_override
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import (
    ResolvedComponent,
    append_meta,
    force_instance,
    get_doc,
    resolve_type_hint,
)

from config.api.components import camel
from config.api.filters.dates import MATCH, MATCHES
from config.api.formats import FORMAT
from config.api.notes import NoteSerializer
from config.api.problem_types import BY_STATUS, PROBLEM_TYPES
from config.api.problems import CONTENT_TYPE
from config.api.query import MAX_VALUE_LENGTH
from config.api.shapes import FAULT, HEADERS, PROBLEM, TOTAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rest_framework.serializers import Serializer

    from config.api.formats import Format
    from config.api.query import Parameter
    from config.api.views import Operation, ReadView

#: A union of more shapes than this is called after the field that shows it, not after them.
NAMED_ALTERNATIVES = 3

#: Statuses that any operation may answer with.
EVERYWHERE = (400, 401, 406, 414, 429, 500, 503)
#: Headers that any answer has.
ALWAYS = ("RateLimit", "RateLimit-Policy", "X-Request-ID")

#: Names of statuses that versions of Python call differently (RFC 9110).
_PHRASES = {413: "Content Too Large", 414: "Uri Too Long", 416: "Range Not Satisfiable"}


def _never_empty(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a parameter's value: no text is empty, nor longer than the parameter takes."""
    if schema.get("type") != "string" or "enum" in schema:
        return dict(schema)
    return {"minLength": 1, "maxLength": MAX_VALUE_LENGTH, **schema}


def _rating(parameters: tuple[str, ...]) -> dict[str, Any]:
    """What a row of a list has beside its document, where it is asked with a day."""
    asked = " or ".join(f"`{name}`" for name in parameters)
    return {
        "type": "object",
        "properties": {
            MATCH: {
                "type": "string",
                "enum": list(MATCHES),
                "description": f"Only with {asked}: whether it is certain, possible, or not known and merely not excluded"
                " that day; with several of them, the weakest.",
            }
        },
    }


class ApiSchema(AutoSchema):
    """Writes down the `Operation` that a view declares for its action."""

    @property
    def operation(self) -> Operation:
        return self.read_view.operation()

    @property
    def read_view(self) -> ReadView:
        return cast("ReadView", self.view)

    @property
    def _formats(self) -> list[Format]:
        return cast("list[Format]", self.read_view.get_renderers())

    def get_operation_id(self) -> str:
        return self.operation.name

    def get_tags(self) -> list[str]:
        return [self.operation.tag]

    def get_summary(self) -> str:
        return self.operation.summary

    def get_description(self) -> str:  # type: ignore[override]  # spectacular's own signature
        text = self.operation.description or get_doc(self.view.__class__)
        cost = self.operation.cost
        return f"{text}\n\nCosts {cost} units of the rate limit." if cost != 1 else text

    def _get_request_body(self, direction: str = "request") -> dict[str, Any] | None:  # noqa: ARG002 - its signature
        body = self.operation.body
        return body and {"content": {"application/json": {"schema": body}}, "required": True}

    def _get_parameters(self) -> list[dict[str, Any]]:
        meanings = self.read_view.path_parameters()
        parameters: list[dict[str, Any]] = [
            {
                "in": "path",
                "name": name,
                "required": True,
                "description": meanings[name],
                "schema": {"type": "string"},
            }
            for name in uritemplate.variables(self.path)
        ]
        return parameters + [self._described(each) for each in self.operation.parameters.values()]

    def _described(self, parameter: Parameter) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "in": "query",
            "name": parameter.name,
            "description": parameter.help_text,
        }
        one = _never_empty(parameter.schema() if callable(parameter.schema) else parameter.schema)
        if parameter.cost:
            paid = "".join(f" with `{value}`" for value in parameter.costly)
            entry["description"] += f" It costs {parameter.cost} units more{paid}."
        if parameter is FORMAT:
            names = [each.format for each in self._formats]
            listed = {"enum": names} if len(names) > 1 else {"const": names[0]}
            one = {"type": "string", **listed}
            costly = [each for each in self._formats if each.cost and self.operation.envelope]
            for each in costly:
                entry["description"] += f" A list as {each.format} costs {each.cost} units more."
        if not parameter.is_list:
            return {**entry, "schema": one}
        values = {"type": "array", "items": one, "minItems": 1, "maxItems": parameter.most}
        # As repeats, which every client generator sends; commas mean the same.
        return {**entry, "style": "form", "explode": True, "schema": values}

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:  # noqa: ARG002 - its signature
        operation = self.operation
        self._component("Fault", FAULT)
        self._component("Problem", PROBLEM)
        content = self._content(operation)
        is_download = operation.envelope and any(each.is_whole for each in self._formats)
        named = (*operation.headers, *(("X-Notes",) if is_download else ()), *ALWAYS)
        good = {
            "description": operation.summary,
            "headers": {name: HEADERS[name] for name in named},
            "content": {
                each.media_type: {"schema": self._written(each, content)} for each in self._formats
            },
        }
        responses: dict[str, Any] = {"200": good}
        if operation.is_partial:
            ranged = {name: HEADERS[name] for name in (*good["headers"], "Content-Range")}
            responses["206"] = {**good, "description": "The part asked for.", "headers": ranged}
        if "ETag" in operation.headers:
            responses["304"] = {"description": "The caller's version is still the newest."}
        for status in sorted({*EVERYWHERE, *operation.statuses}):
            responses[str(status)] = self._error(status)
        return dict(sorted(responses.items()))

    def _written(self, output: Format, content: dict[str, Any]) -> dict[str, Any]:
        """The content in a format. What a format says of all its answers is said once."""
        schema = output.schema(content)
        if schema is content or "description" not in schema:
            return schema
        return self._component(camel(output.format), schema)

    def _content(self, operation: Operation) -> dict[str, Any]:
        content = operation.content
        if isinstance(content, dict):
            schema = content
        else:
            schema = self.resolve_serializer(force_instance(content), "response").ref
        if operation.envelope is None:
            return schema
        if operation.rated:
            schema = self._component(
                f"{operation.envelope.removesuffix('List')}Row",
                {"allOf": [schema, _rating(operation.rated)]},
            )
        address = {"type": ["string", "null"], "format": "uri"}
        page = {
            "type": "object",
            "description": "One page.",
            "properties": {
                "results": {"type": "array", "items": schema},
                "next": {
                    **address,
                    "description": "Address of the next page; null on the last one.",
                },
                "previous": {
                    **address,
                    "description": "Address of the previous page; null on the first one.",
                },
                "total": {"oneOf": [self._component("Total", TOTAL), {"type": "null"}]},
                "notes": {
                    "type": "array",
                    "items": self.resolve_serializer(NoteSerializer(), "response").ref,
                },
                **operation.envelope_members,
            },
            "required": [
                *("results", "next", "previous", "total", "notes"),
                *operation.envelope_members,
            ],
        }
        return self._component(operation.envelope, page)

    def _error(self, status: int) -> dict[str, Any]:
        if status == 308:
            return {
                "description": "The record was merged into another one: ask for that.",
                "headers": {"Location": HEADERS["Location"]},
            }
        phrase = _PHRASES.get(status) or HTTPStatus(status).phrase
        name = phrase.title().replace(" ", "")
        names = [*ALWAYS]
        if status in {429, 503}:
            names.append("Retry-After")
        if status == 401:
            names.append("WWW-Authenticate")
        headers = {name: HEADERS[name] for name in names}
        schema = {
            "description": PROBLEM_TYPES[BY_STATUS[status]].title,
            "headers": headers,
            "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        return self._component(name, schema, ResolvedComponent.RESPONSE)

    def _map_serializer_field(
        self,
        field: Any,
        direction: str,
        bypass_extensions: bool = False,  # noqa: FBT001, FBT002 - spectacular's own signature
    ) -> Any:
        """Read what fields of ours say of themselves: the shapes of which they show one, the only value that they have."""
        alternatives = getattr(field, "alternatives", None)
        constant = getattr(field, "constant", None)
        if alternatives is not None:
            schema = self._one_of(field, alternatives)
            schema = {"type": "array", "items": schema} if field.is_list else schema
        elif constant is not None:
            schema = {"type": "string", "const": constant}
        else:
            return super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        return append_meta(schema, self._get_serializer_field_meta(field, direction))  # type: ignore[no-untyped-call]

    def _one_of(self, field: Any, shapes: Sequence[type[Serializer[Any]]]) -> dict[str, Any]:
        """The schema of an object in one of several shapes, distinguished by `object`: a component of its own."""
        known = {
            getattr(shape().fields["object"], "constant", ""): self.resolve_serializer(
                shape(), "response"
            )
            for shape in shapes
        }
        if len(known) == 1:
            (only,) = known.values()
            return only.ref
        if len(known) <= NAMED_ALTERNATIVES:
            name = "Or".join(
                component.name.removesuffix("Reference") for component in known.values()
            )
        else:
            owner = field.parent.__class__.__name__.removesuffix("Serializer")
            name = f"{owner}{field.field_name.capitalize()}"
        union = {
            # Said again, for `discriminator` alone lets everything pass that is no object: null is not one of these.
            "type": "object",
            "description": "One of these, distinguished by `object`.",
            "oneOf": [component.ref for component in known.values()],
            "discriminator": {
                "propertyName": "object",
                "mapping": {kind: component.ref["$ref"] for kind, component in known.items()},
            },
        }
        return self._component(f"{name}Reference", union)

    def _map_response_type_hint(self, method: Any) -> Any:
        """Read the type of a method field; its arguments' types are of no interest, and not imported at run time."""
        function = getattr(method, "__func__", method)
        if get_override(method, "field") is None and isinstance(
            function.__annotations__.get("return"), str
        ):
            stub = FunctionType((lambda: None).__code__, function.__globals__)
            stub.__annotations__ = {"return": function.__annotations__["return"]}
            return resolve_type_hint(get_type_hints(stub)["return"])
        return super()._map_response_type_hint(method)  # type: ignore[no-untyped-call]

    def _component(
        self, name: str, schema: dict[str, Any], kind: str = ResolvedComponent.SCHEMA
    ) -> dict[str, Any]:
        component = ResolvedComponent(name=name, type=kind, schema=schema, object=name)
        self.registry.register_on_missing(component)
        reference: dict[str, Any] = component.ref
        return reference
