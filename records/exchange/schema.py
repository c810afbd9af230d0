"""The exchange form as JSON Schema (2020-12), from the declarations that import and export use.

What a reference leads to, what EDTF means and the rules of the database are beyond it: a line that it takes may still be
rejected. A line that it refuses is rejected too, but for empty text where a choice is null: an import takes that.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.db import models

from config.api.caching import answer, tagged
from config.api.docs import reading
from records.exchange import values
from records.exchange.references import Coded, OneOf, Pair, Ref
from records.exchange.shapes import SiblingValue, declared
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from records.exchange.shapes import Exchange, PartShape, Shape
    from records.exchange.values import Treatment

Schema = dict[str, Any]

_NULL: Final[Schema] = {"type": "null"}
#: What several members are, by name.
_COMMON: Final[Schema] = {
    "reference": {
        "description": "The slug, the id or `scheme:value` of a record in the same file, or of one that is there.",
        "type": "string",
        "minLength": 1,
    },
    "uncertain_date": {
        "description": "EDTF, or the source's words with how precise they are. See uncertain-dates.md.",
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "properties": {
                    "edtf": {"type": ["string", "null"]},
                    "text": {"type": ["string", "null"]},
                    "precision": {"type": ["string", "null"]},
                },
            },
        ],
    },
}


def exchange_schema() -> Schema:
    kinds = declared()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of a Chancery exchange file",
        "description": "One record. What a line leaves out stays as it is, or gets its default in a new record; null empties it.",
        "type": "object",
        "required": ["object"],
        "properties": {"object": {"enum": [exchange.kind for exchange in kinds]}},
        "allOf": [
            {
                "if": {"properties": {"object": {"const": exchange.kind}}, "required": ["object"]},
                "then": {"$ref": f"#/$defs/{exchange.kind}"},
            }
            for exchange in kinds
        ],
        "$defs": _COMMON | {exchange.kind: _record(exchange) for exchange in kinds},
    }


def _record(exchange: Exchange) -> Schema:
    name = kind_named(exchange.kind).model._meta.verbose_name
    opening = {
        "object": {"const": exchange.kind},
        "id": _or_null({"type": "string", "format": "uuid"}),
        "slug": _or_null({"type": "string", "pattern": "^[a-z0-9_-]+$"}),
    }
    return {
        "title": f"{name}"[:1].upper() + f"{name}"[1:],
        "type": "object",
        "properties": opening | _members(exchange),
        "additionalProperties": False,
        "anyOf": [{"required": [name]} for name in ("slug", "id", *exchange.keys, *exchange.codes)],
    }


def _members(shape: Shape) -> Schema:
    members = {name: _field(treatment, shape.model) for name, treatment in shape.fields.items()}
    return members | {name: _list(parts) for name, parts in shape.lists.items()}


def _list(parts: list[PartShape]) -> Schema:
    items = [_part(part) for part in parts]
    return {
        "type": ["array", "null"],
        "items": items[0] if len(items) == 1 else {"anyOf": items},
    }


def _part(part: PartShape) -> Schema:
    if part.is_bare:
        (treatment,) = part.fields.values()
        return _of(treatment)
    required = [name for name, treatment in part.fields.items() if treatment.is_required]
    schema = {"type": "object", "properties": _members(part), "additionalProperties": False}
    return schema | ({"required": required} if required else {})


def _field(treatment: Treatment, model: type[models.Model]) -> Schema:
    """Return the schema of a member, with the help text of its field, and null where it may be empty."""
    schema = _of(treatment)
    text = _help(treatment, model)
    return ({"description": text} if text else {}) | _nullable(treatment, schema)


def _nullable(treatment: Treatment, schema: Schema) -> Schema:
    if isinstance(treatment, values.Column):
        field = treatment.field
        may_be_empty = field.null or field.blank or isinstance(treatment, values.TextList)
    else:
        may_be_empty = not treatment.is_required
    return _or_null(schema) if may_be_empty else schema


def _or_null(schema: Schema) -> Schema:
    if "enum" in schema:
        return schema | {"enum": [*schema["enum"], None]}
    if isinstance(schema.get("type"), str):
        return schema | {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, _NULL]}


def _of(treatment: Treatment) -> Schema:
    for kind, schema_of in _SCHEMAS:
        if isinstance(treatment, kind):
            return schema_of(treatment)
    msg = f"{type(treatment).__name__} has no schema."
    raise TypeError(msg)


def _text(treatment: values.Text) -> Schema:
    field = treatment.field
    if field.choices is not None:
        # Empty text is null.
        return {"enum": [choice for choice, _label in field.flatchoices if choice != ""]}
    schema: Schema = {"type": "string"}
    if field.max_length:
        schema["maxLength"] = field.max_length
    if isinstance(field, models.URLField):
        schema["format"] = "uri"
    return schema


def _one_of(treatment: OneOf) -> Schema:
    return {
        "type": "object",
        "properties": {
            "object": {"enum": list(treatment.kinds)},
            "ref": {"$ref": "#/$defs/reference"},
        },
        "required": ["object", "ref"],
        "additionalProperties": False,
    }


def _fixed(schema: Schema, _treatment: Treatment) -> Schema:
    return schema


_REFERENCE: Final[Schema] = {"$ref": "#/$defs/reference"}
_AMOUNT: Final[Schema] = {"type": ["string", "integer"], "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
#: The first that fits counts.
_SCHEMAS: tuple[tuple[type[Treatment], Callable[[Any], Schema]], ...] = (
    (values.Flag, partial(_fixed, {"type": "boolean"})),
    (values.Number, partial(_fixed, {"type": "integer"})),
    (values.Real, partial(_fixed, {"type": "number"})),
    (values.Amount, partial(_fixed, _AMOUNT)),
    (values.Day, partial(_fixed, {"type": "string", "format": "date"})),
    (values.TextList, partial(_fixed, {"type": "array", "items": {"type": "string"}})),
    (values.Text, _text),
    (values.UncertainDateValue, partial(_fixed, {"$ref": "#/$defs/uncertain_date"})),
    (Coded, partial(_fixed, {"type": "string", "minLength": 1})),
    (Ref, partial(_fixed, _REFERENCE)),
    (OneOf, _one_of),
    (Pair, partial(_fixed, {"type": "array", "items": _REFERENCE, "minItems": 2, "maxItems": 2})),
    (SiblingValue, lambda treatment: _of(treatment.by)),
)


def _help(treatment: Treatment, model: type[models.Model]) -> str:
    if isinstance(treatment, values.Column | values.UncertainDateValue):
        return str(treatment.field.help_text)
    names = [column.removesuffix("_id") for column in treatment.columns]
    return str(getattr(model._meta.get_field(names[0]), "help_text", "")) if len(names) == 1 else ""


@cache
def _json() -> tuple[bytes, str]:
    return tagged(orjson.dumps(exchange_schema()))


@reading
def exchange_schema_json(request: HttpRequest) -> HttpResponseBase:
    return answer(request, *_json(), media_type="application/schema+json")
