"""What the schema as a whole has: choice lists and lists of parameters by name, examples, groups of operations, and keys."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from drf_spectacular.plumbing import list_hash

from config.api.examples import examples
from config.api.shapes import FAULT, PROBLEM

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Texts of groups of operations that answer with no record.
TAGS = {
    "documentation": "What there is, how the API describes itself, and what its problems mean.",
    "copies": "Keeping a copy in step with what is published.",
    "finding": "Finding published records while somebody types.",
    "timeline": "What happened: the dated facts of all records, in one stream.",
    "snapshots": "Files with all that was public at one position of the change feed.",
}

#: How a request carries a key.
KEY_SCHEME = "ApiKey"


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
