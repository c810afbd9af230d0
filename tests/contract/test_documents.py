"""The schema says exactly what documents hold: at no depth is anything sent that it does not say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema
import orjson
import pytest

from config.api import docs
from config.api.fields import shape_of
from records.publishing.documents import embedded
from records.registry import Kind, all_kinds
from tests.factories.every_kind import EVERY_KIND
from tests.factories.records import publish_whole
from tests.factories.story import load_story

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

#: Words of the desk, where the schema is for readers of JSON.
FOR_THE_DESK = re.compile(r"\b(blank|leave|left empty|tick|the desk)\b", re.IGNORECASE)


def component(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def schemas() -> dict[str, Any]:
    found: dict[str, Any] = docs.schema()["components"]["schemas"]
    return found


def closed(node: Any) -> Any:
    """A schema in which an object has the members that are declared and no other."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {name: closed(value) for name, value in node.items() if name != "examples"}
    return {**found, "additionalProperties": False} if "properties" in node else found


def documents() -> Iterator[tuple[Kind, dict[str, Any]]]:
    for kind in all_kinds():
        current = kind.editions._default_manager.current()
        for text in current.values_list("document", flat=True):
            yield kind, orjson.loads(text)


def names_in(node: Any) -> dict[str, Any]:
    """The names of members at every level, as a shape has them; of a list, those of all its items together."""
    if isinstance(node, list):
        found: dict[str, Any] = {}
        for item in node:
            found = together(found, names_in(item))
        return found
    if not isinstance(node, dict):
        return {}
    return {name: names_in(value) for name, value in node.items()}


def together(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    merged = dict(one)
    for name, inner in other.items():
        merged[name] = together(merged.get(name, {}), inner)
    return merged


def beyond(found: dict[str, Any], shape: dict[str, Any], path: str = "") -> Iterator[str]:
    for name, inner in found.items():
        here = f"{path}.{name}".lstrip(".")
        if name not in shape:
            yield here
        else:
            yield from beyond(inner, shape[name], here)


@pytest.fixture(scope="module")
def everything(module_transaction: None) -> None:
    """The sample story, and a record of each kind with one of each of its parts."""
    load_story()
    publish_whole(*(maker.with_parts(1) for maker in EVERY_KIND.values()))


@pytest.mark.usefixtures("everything")
def test_no_document_holds_what_the_schema_does_not_say() -> None:
    strict = {"components": {"schemas": closed(schemas())}}
    wrong = {}
    checked = set()
    for kind, document in documents():
        whole = {"$ref": f"#/components/schemas/{component(kind.name)}", **strict}
        faults = list(jsonschema.Draft202012Validator(whole).iter_errors(document))
        checked.add(kind.name)
        if faults:
            wrong[document["url"]] = f"{faults[0].json_path}: {faults[0].message[:300]}"

    assert wrong == {}
    assert checked == {kind.name for kind in all_kinds()}


@pytest.mark.usefixtures("everything")
def test_every_reference_has_the_members_of_its_kind_in_their_order_and_no_address() -> None:
    declared = {
        kind.name: list(schemas()[f"{component(kind.name)}Reference"]["properties"])
        for kind in all_kinds()
    }
    found: dict[str, set[tuple[str, ...]]] = {}
    for _kind, document in documents():
        for node in embedded(document):
            found.setdefault(node["object"], set()).add(tuple(node))

    assert found == {name: {tuple(declared[name])} for name in found}
    assert found.keys() >= {"state", "topic", "event_type", "office", "source", "person"}
    assert declared["office"] == ["id", "object", "label", "classification", "state"]
    assert not [name for name, members in declared.items() if "url" in members]


def test_the_kind_is_one_word_in_documents_and_references() -> None:
    for kind in all_kinds():
        for name in (component(kind.name), f"{component(kind.name)}Reference"):
            member = schemas()[name]["properties"]["object"]
            assert (member["type"], member["const"]) == ("string", kind.name)


def test_shapes_that_stand_for_each_other_are_told_apart_by_their_kind() -> None:
    unions = {name: each for name, each in schemas().items() if "discriminator" in each}

    assert "PersonOrOrganizationOrStateReference" in unions
    for name, union in unions.items():
        targets = [each["$ref"] for each in union["oneOf"]]
        mapping = union["discriminator"]["mapping"]
        assert union["discriminator"]["propertyName"] == "object", name
        assert list(mapping.values()) == targets, name
        for kind, target in mapping.items():
            shape = schemas()[target.rpartition("/")[2]]
            assert shape["properties"]["object"]["const"] == kind, name


@pytest.mark.usefixtures("everything")
def test_every_member_that_is_sent_can_be_picked() -> None:
    missing = {}
    for kind, document in documents():
        unknown = list(beyond(names_in(document), shape_of(kind.serializer)))
        if unknown:
            missing[document["url"]] = unknown

    assert missing == {}


@pytest.mark.usefixtures("everything")
def test_a_member_that_only_one_of_several_kinds_has_can_be_picked(client: Any) -> None:
    picked = "participations.participant.code,participations.capacities.office.state.code"
    response = client.get(f"/api/v1/events/india-pakistan-ceasefire/?fields={picked}")

    participations = response.json()["participations"]
    assert sorted(each["participant"].get("code", "") for each in participations) == [
        "",
        "IN",
        "PK",
    ]
    assert [each["office"]["state"] for part in participations for each in part["capacities"]] == [
        {"code": "US"}
    ]


def test_fields_are_described_for_readers_of_json() -> None:
    wrong = {}
    for name, schema in schemas().items():
        texts = {"": schema.get("description", "")}
        texts |= {
            member: content.get("description", "")
            for member, content in schema.get("properties", {}).items()
        }
        for member, text in texts.items():
            if FOR_THE_DESK.search(text):
                wrong[f"{name}.{member}"] = text

    assert wrong == {}
