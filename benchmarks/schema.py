"""What the API says that it takes, from its own OpenAPI document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.serving import Server

PREFIX = "/api/v1/"


def parameters(api: Server, resource: str) -> dict[str, dict[str, Any]]:
    """Return the query parameters of a list, by name, each with its schema resolved."""
    return declared(json.loads(api.get(f"{PREFIX}openapi.json")), resource)


def declared(document: dict[str, Any], resource: str) -> dict[str, dict[str, Any]]:
    """Return the same as an OpenAPI document declares it."""
    found = {}
    for each in document["paths"][f"{PREFIX}{resource}/"]["get"].get("parameters", []):
        parameter = _resolved(document, each)
        if parameter["in"] == "query":
            schema = _resolved(document, parameter.get("schema", {}))
            if "items" in schema:
                schema = {**schema, "items": _resolved(document, schema["items"])}
            found[parameter["name"]] = {**parameter, "schema": schema}
    return found


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Follow references within the document, also where they stand alone in `allOf`."""
    while True:
        if "$ref" in node:
            target: Any = document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = {**target, **{name: value for name, value in node.items() if name != "$ref"}}
        elif len(node.get("allOf", [])) == 1:
            node = {**node["allOf"][0], **{n: v for n, v in node.items() if n != "allOf"}}
        else:
            return node
