"""Every public address of a database that holds the sample story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.test import Client

from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Values for parameters whose schema lists none.
EXAMPLES = {
    "search": "pakistan",
    "q": "ishaq",
    "after": "7",
    "date_after": "2020",
    "date_before": "2030",
    "on": "2025-09-13",
    "period.on": "2025-09-13",
    "between": "US,PK",
    "milestone.date_after": "2020",
    "action.date_after": "2020",
    "holding_on": "2025-09-13",
    "existed_on": "1975",
    "signed_after": "2020",
    "signed_before": "2030",
    "status_on": "2025-09-13&status=signed",
    "in_force_on": "2025-09-13",
    "value__gte": "1",
    "value__lte": "900000000",
    "currency": "USD",
    "page_size": "3",
    "fields": "id,label",
    "omit": "citations",
    "state": "PK",
    "party": "PK",
    "state__all": "US,PK",
    "person": "ishaq-dar",
    "participant.person": "ishaq-dar",
    "topic": "critical-minerals",
    "type": "call",
}

#: Parameters that say how others are read, and those others.
BESIDE = {
    "date_match": ("on", "holding_on", "existed_on", "in_force_on", "date_after", "period.on"),
    "include_predecessors": ("state",),
}


def addresses() -> Iterator[str]:
    """Every public address: from the schema, with every parameter; and every record that the lists show."""
    client = Client()
    schema = client.get("/api/v1/openapi.json").json()
    yield from (
        "/",
        "/api/v1/",
        "/api/v1/problems/",
        "/api/v1/openapi.json",
        "/api/v1/docs/",
        "/healthz",
    )
    for path, operations in schema["paths"].items():
        if "{" in path or "get" not in operations:
            continue
        yield path
        for parameter in operations["get"].get("parameters", []):
            if parameter["in"] == "query" and (value := _example(parameter, schema)):
                yield f"{path}?{parameter['name']}={value}{_beside(parameter, operations)}"
    for kind in all_kinds():
        listed = client.get(f"/api/v1/{kind.resource}/?page_size=20").json()["results"]
        for document in listed:
            yield document["url"]
            yield f"{document['url']}revisions/"
            yield f"{document['url']}revisions/1/"
            yield f"/api/v1/{kind.resource}/{document['slug']}/"
    for typed in ("pk", "ishaq d", "rubbio", "call", "sekretd", "Sekretdraft"):
        yield f"/api/v1/autocomplete/?q={typed}"
        yield f"/api/v1/autocomplete/?q={typed}&on=2025-05&object=person,state,event,tenure"
    for below in (
        "offices/foreign-minister-of-pakistan/holders/",
        "people/ishaq-dar/tenures/",
        "agreements/pakistan-critical-minerals-package/parties/",
    ):
        yield f"/api/v1/{below}"
        yield f"/api/v1/{below}?on=2025-09"
    yield "/api/v1/offices/foreign-minister-of-pakistan/holders/?on=1990&date_match=any"
    yield "/api/v1/changes/?state=PK,US&object=event,tenure&page_size=200"
    yield "/api/v1/relations/PK/US/"
    yield "/api/v1/states/PK/"


def _beside(parameter: dict[str, Any], operations: dict[str, Any]) -> str:
    """What a parameter means something with."""
    names = [each["name"] for each in operations["get"]["parameters"]]
    hosts = BESIDE.get(parameter["name"], ())
    return next((f"&{host}={EXAMPLES[host]}" for host in hosts if host in names), "")


def _example(parameter: dict[str, Any], whole: dict[str, Any]) -> str | None:
    schema = parameter["schema"]
    schema = schema.get("items", schema)
    if "$ref" in schema:
        schema = whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if parameter["name"] in EXAMPLES:
        return EXAMPLES[parameter["name"]]
    for where in (schema.get("enum"), schema.get("examples")):
        if where:
            return str(where[0])
    return "true" if schema.get("type") == "boolean" else None
