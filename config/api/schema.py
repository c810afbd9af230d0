"""How the API describes itself (OpenAPI 3.1): made of what the views declare, so that it cannot say anything else."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from http import HTTPStatus
from types import FunctionType
from typing import TYPE_CHECKING, Any, cast, get_type_hints

import uritemplate
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from drf_spectacular.drainage import get_override
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import (
    ResolvedComponent,
    append_meta,
    force_instance,
    get_doc,
    list_hash,
    resolve_type_hint,
)

from config.api.examples import examples
from config.api.filters.dates import MATCH, MATCHES
from config.api.formats import FORMAT
from config.api.notes import NoteSerializer
from config.api.problem_types import BY_STATUS, PROBLEM_TYPES
from config.api.problems import CONTENT_TYPE
from config.api.query import MAX_VALUE_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rest_framework.serializers import Serializer

    from config.api.formats import Format
    from config.api.query import Parameter
    from config.api.views import Operation, ReadView

#: Texts of groups of operations that answer with no record.
TAGS = {
    "documentation": "What there is, how the API describes itself, and what its problems mean.",
    "copies": "Keeping a copy in step with what is published.",
    "finding": "Finding published records while somebody types.",
    "timeline": "What happened: the dated facts of all records, in one stream.",
    "snapshots": "Files with all that was public at one position of the change feed.",
}

#: A union of more shapes than this is called after the field that shows it, not after them.
NAMED_ALTERNATIVES = 3

#: Statuses that any operation may answer with.
EVERYWHERE = (400, 401, 406, 414, 429, 500, 503)
#: Headers that any answer has.
ALWAYS = ("RateLimit", "RateLimit-Policy", "X-Request-ID")
#: How a request carries a key.
KEY_SCHEME = "ApiKey"

#: Names of statuses that versions of Python call differently (RFC 9110).
_PHRASES = {413: "Content Too Large", 414: "Uri Too Long", 416: "Range Not Satisfiable"}

_TEXT = {"type": "string"}
_NULLABLE_TEXT = {"type": ["string", "null"]}

HEADERS: dict[str, dict[str, Any]] = {
    "Accept-Ranges": {"description": "`bytes`: any part can be asked for.", "schema": _TEXT},
    "Content-Range": {
        "description": "Which bytes these are, and of how many: `bytes 0-99/1234`.",
        "schema": _TEXT,
    },
    "ETag": {"description": "The version of this answer, for If-None-Match.", "schema": _TEXT},
    "Last-Modified": {"description": "When this revision was published.", "schema": _TEXT},
    "Link": {
        "description": 'Of a list, the addresses of the next and previous page (`rel="next"`, `rel="prev"`); of a record that is'
        ' named by a code, those of the records that had the code at other times (`rel="alternate"`).',
        "schema": _TEXT,
    },
    "Location": {"description": "The address of the surviving record.", "schema": _TEXT},
    "RateLimit": {
        "description": "What the caller has left: `r` units, all of them back in `t` seconds"
        " (draft-ietf-httpapi-ratelimit-headers). Absent where the service sets no limit.",
        "schema": _TEXT,
    },
    "RateLimit-Policy": {
        "description": "The caller's rate limit: `q` units in `w` seconds. Absent where the service sets none.",
        "schema": _TEXT,
    },
    "WWW-Authenticate": {"description": "How keys are sent.", "schema": _TEXT},
    "Retry-After": {
        "description": "Seconds after which to try again.",
        "schema": {"type": "integer"},
    },
    "X-Notes": {
        "description": "Of a list in CSV or NDJSON, where there is something to note: `notes` of the envelope that the list has in"
        " JSON, as JSON; as many as fit.",
        "schema": _TEXT,
    },
    "X-Request-ID": {
        "description": "The id of the request: the caller's own if it sent one, else made here.",
        "schema": _TEXT,
    },
}

TOTAL = {
    "type": "object",
    "description": "How many records there are on all pages together.",
    "properties": {
        "value": {"type": "integer", "minimum": 0},
        "relation": {
            "type": "string",
            "enum": ["eq", "gte"],
            "description": "Whether it is that many, or at least that many.",
        },
    },
    "required": ["value", "relation"],
}

FAULT = {
    "type": "object",
    "description": "One thing that is wrong.",
    "properties": {
        "code": {"type": "string", "enum": sorted(PROBLEM_TYPES)},
        "detail": {"type": "string", "description": "For people; may change."},
        "parameter": {"type": "string", "description": "The query parameter that it is in."},
        "pointer": {
            "type": "string",
            "description": "The place in the body (JSON Pointer, RFC 6901).",
        },
        "suggestion": {"type": "string", "description": "What was probably meant."},
    },
    "required": ["code", "detail"],
}

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457). Some kinds of problem have members of their own.",
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "The page that explains this kind of problem.",
        },
        "title": {"type": "string", "description": "The kind of problem, in words."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "This occurrence, for people; may change."},
        "instance": {
            "type": "string",
            "format": "uri-reference",
            "description": "The address that was asked for.",
        },
        "code": {
            "type": "string",
            "enum": sorted(code for code, kind in PROBLEM_TYPES.items() if kind.status),
            "description": "The kind of problem, for programs.",
        },
        "request_id": {**_NULLABLE_TEXT, "description": "To be quoted when asking about it."},
        "errors": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Fault"},
            "description": "Everything that is wrong.",
        },
        "reason": {
            "type": "string",
            "description": "Of `withdrawn`: why the record was withdrawn.",
        },
        "withdrawn_at": {
            "type": "string",
            "format": "date-time",
            "description": "Of `withdrawn`: when.",
        },
        "oldest_position": {
            "type": "integer",
            "description": "Of `feed_expired`: the oldest position after which the feed can be read.",
        },
        "available": {
            "type": "array",
            "items": {"type": "object", "additionalProperties": _TEXT},
            "description": "Of `not_acceptable`: the formats that there are.",
        },
    },
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id", "errors"],
}


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
                "schema": _TEXT,
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


def finish(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Name the choice lists, say that documents always have all of their fields, and show one of each kind."""
    schemas = result["components"]["schemas"]
    # A list beside a component of the same name (a status, and the document around it) is called its value.
    names = {
        mark: f"{each.__name__}Value" if each.__name__ in schemas else each.__name__
        for mark, each in _choice_lists().items()
    }
    found: dict[str, dict[str, Any]] = {}
    for schema in list(schemas.values()):
        for name, content in schema.get("properties", {}).items():
            schema["properties"][name] = _named(content, names, found)
        if schema.get("properties") and schema is not FAULT and schema is not PROBLEM:
            for content in schema["properties"].values():
                content.pop("readOnly", None)
            schema["required"] = list(schema["properties"])
            if "revision" in schema["properties"] and "object" in schema["properties"]:
                kind = schema["properties"]["object"].get("const")
                schema["examples"] = [examples()[kind]] if kind in examples() else []
    schemas.update(found)
    _name_lists_of_parameters(result, found)
    schemas.update(found)
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    result["tags"] = [
        {"name": tag, "description": _text_of(tag, result)}
        for tag in dict.fromkeys(operation["tags"][0] for operation in _operations(result))
    ]
    result["components"]["securitySchemes"] = {
        KEY_SCHEME: {
            "type": "http",
            "scheme": "bearer",
            "description": "A key, made by the operator of the service. Anybody may read without one; with one the rate limit"
            " is higher. A key that is unknown, expired or revoked is refused, never taken for none.",
        }
    }
    result["security"] = [{}, {KEY_SCHEME: []}]  # anybody may read
    return result


def _operations(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in result["paths"].values():
        yield from path.values()


def _text_of(tag: str, result: dict[str, Any]) -> str:
    """Return what a group of operations is about: what the document says of itself that `retrieve` answers with."""
    if tag in TAGS:
        return TAGS[tag]
    for operation in _operations(result):
        if operation["operationId"] == f"{tag.replace('-', '_')}_retrieve":
            content = operation["responses"]["200"]["content"]["application/json"]["schema"]
            name = content["$ref"].rpartition("/")[2]
            return str(result["components"]["schemas"][name]["description"])
    msg = f"Say in TAGS what the operations of {tag} are about."
    raise ImproperlyConfigured(msg)


def _name_lists_of_parameters(result: dict[str, Any], found: dict[str, dict[str, Any]]) -> None:
    """Replace the lists of values of parameters by their names, the same ones that documents use.

    A list that is no choice list of ours is called after its parameter; also after the resource, where resources have lists of
    their own, unless more than half of them share it.
    """
    of_documents = {tuple(known["enum"]): name for name, known in sorted(found.items())}
    of_ours = {tuple(each.values): each for each in _choice_lists().values()}
    asked: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for _tag, parameter, one in _lists_of_parameters(result):
        asked[parameter["name"]][tuple(one["enum"])] += 1
    for tag, parameter, one in list(_lists_of_parameters(result)):
        words = tuple(one.pop("enum"))
        component: dict[str, Any] = {"type": one.pop("type"), "enum": list(words)}
        if words in of_documents:
            name = of_documents[words]
        elif words in of_ours:
            name = of_ours[words].__name__
            meanings = [f"* `{value}` - {label}" for value, label in of_ours[words].choices]
            component["description"] = "\n".join(meanings)
        else:
            name = camel(parameter["name"])
            all_lists = asked[parameter["name"]]
            if 2 * all_lists[words] <= all_lists.total():
                name = camel(tag) + name
        if found.setdefault(name, component)["enum"] != list(words):
            msg = f"Two lists of values are called {name}."
            raise ImproperlyConfigured(msg)
        one["$ref"] = f"#/components/schemas/{name}"


def _lists_of_parameters(
    result: dict[str, Any],
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Tag, parameter and the schema of one value, of every parameter that takes some words only."""
    for operation in _operations(result):
        for parameter in operation.get("parameters", ()):
            one = parameter["schema"].get("items", parameter["schema"])
            if "enum" in one:
                yield operation["tags"][0], parameter, one


def camel(name: str) -> str:
    """Return a name of words divided by any signs as components are called: `event_type` is `EventType`."""
    return "".join(word.capitalize() for word in re.split("[^a-z0-9]+", name))


def _named(
    content: dict[str, Any], names: dict[str, str], found: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """A property whose choice list is replaced by the name of it."""
    if content.get("type") == "array":
        return {**content, "items": _named(content["items"], names, found)}
    mark = content.get("x-spec-enum-id")
    if mark is None:
        return content
    rest = {
        name: value
        for name, value in content.items()
        if name not in {"x-spec-enum-id", "enum", "type", "description"}
    }
    help_text, _, meanings = content.get("description", "").partition("\n\n* ")
    if help_text.startswith("* "):
        help_text, meanings = "", help_text[2:]
    words = [word for word in content["enum"] if word not in {None, ""}]
    if mark not in names:
        return {name: value for name, value in content.items() if name != "x-spec-enum-id"}
    component = {"type": "string", "enum": words, "description": f"* {meanings}"}
    known = found.setdefault(names[mark], component)
    if known["enum"] != words:
        raise ImproperlyConfigured(f"Two choice lists are called {names[mark]}.")
    reference: dict[str, Any] = {"$ref": f"#/components/schemas/{names[mark]}"}
    if None in content["enum"]:
        reference = {"oneOf": [reference, {"type": "null"}]}
    return {**reference, **rest, **({"description": help_text} if help_text else {})}


def _choice_lists() -> dict[str, type[models.TextChoices]]:
    """Every choice list of ours by its content: the class's name is its name."""
    lists: dict[str, type[models.TextChoices]] = {}
    pending = list(models.TextChoices.__subclasses__())
    while pending:
        choices = pending.pop()
        pending += choices.__subclasses__()
        if not choices.__module__.startswith(("django.", "rest_framework.")):
            mark = list_hash([(str(value), str(label)) for value, label in choices.choices])
            # Of two lists with the same words the first name counts, whatever was imported first.
            lists[mark] = min(lists.get(mark, choices), choices, key=lambda each: each.__name__)
    return lists
