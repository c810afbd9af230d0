"""Documents are checked as JSON Schema checks them."""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from config.api import docs
from config.api.components import camel
from config.api.conformity import Conformity
from config.api.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPONENTS = docs.schema()["components"]["schemas"]
VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -3,
    2.5,
    "",
    "x",
    "2025-01-01",
    [],
    {},
    [None],
    {"id": "x"},
]


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    inner = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for key, value in inner:
        yield (*path, key)
        yield from places(value, (*path, key))


@pytest.mark.parametrize("name", sorted(examples()))
def test_a_document_that_was_changed_anywhere_is_refused_where_json_schema_refuses_it(
    name: str,
) -> None:
    schema = {"$ref": f"#/components/schemas/{camel(name)}", "components": {"schemas": COMPONENTS}}
    by_library = jsonschema.Draft202012Validator(schema)
    check = Conformity(COMPONENTS).of(camel(name))
    document = examples()[name]
    assert check(document) is None
    chance = random.Random(name)  # noqa: S311 - for repetition, not for secrets
    everywhere = list(places(document))
    refused = 0
    for path in chance.sample(everywhere, min(60, len(everywhere))):
        for value in [*chance.sample(VALUES, 3), "removed"]:
            changed = copy.deepcopy(document)
            holder = changed
            for key in path[:-1]:
                holder = holder[key]
            if value == "removed":
                del holder[path[-1]]
            else:
                holder[path[-1]] = value

            assert (check(changed) is None) == by_library.is_valid(changed), (path, value)
            refused += check(changed) is not None
    assert refused > 20


def test_a_fault_names_its_place() -> None:
    document = copy.deepcopy(examples()["event"])
    document["topics"][1]["label"] = 5

    assert Conformity(COMPONENTS).of("Event")(document) == "/topics/1/label: 5 is no string."


def test_what_cannot_be_checked_is_refused_beforehand() -> None:
    with pytest.raises(NotImplementedError, match="uniqueItems"):
        Conformity({"List": {"type": "array", "uniqueItems": True}}).of("List")
