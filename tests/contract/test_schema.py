"""The schema is a reviewed file: what the API promises changes only when somebody looked at the difference."""

import ast
import difflib
from pathlib import Path

import pytest
from django.conf import settings
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from config.api import docs
from config.api.problem_types import BY_STATUS, PROBLEM_TYPES

SNAPSHOT = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def schema():
    return docs.schema()


def operations(schema):
    return [operation for path in schema["paths"].values() for operation in path.values()]


def test_the_schema_is_the_one_that_was_reviewed(schema):
    found = OpenApiYamlRenderer().render(schema).decode()
    reviewed = SNAPSHOT.read_text() if SNAPSHOT.exists() else ""

    difference = list(
        difflib.unified_diff(
            reviewed.splitlines(),
            found.splitlines(),
            "docs/openapi.yaml",
            "the code",
            lineterm="",
            n=1,
        )
    )
    if difference:
        shown = "\n".join(difference[:60])
        pytest.fail(
            f"The API's schema changed. If that is intended, run `make schema`, read the difference, commit it.\n{shown}",
            pytrace=False,
        )


def test_the_schema_is_valid_and_made_without_warnings(schema):
    validate_schema(schema)

    assert not GENERATOR_STATS, "make schema says what is under-specified"


def test_every_operation_says_what_it_answers_when_something_is_wrong(schema):
    for operation in operations(schema):
        errors = {status for status in operation["responses"] if int(status) >= 400}

        assert {"400", "401", "406", "414", "429", "500", "503"} <= errors, operation["operationId"]
        assert all("$ref" in operation["responses"][status] for status in errors), operation[
            "operationId"
        ]


def test_every_parameter_is_described_and_typed(schema):
    for operation in operations(schema):
        for parameter in operation.get("parameters", []):
            where = f"{operation['operationId']} {parameter['name']}"
            assert parameter["description"].endswith("."), where
            one = parameter["schema"].get("items", parameter["schema"])
            assert ("type" in one) != ("$ref" in one), where


def test_lists_of_values_are_named_and_shared_by_parameters_and_documents(schema):
    lists = {}
    for operation in operations(schema):
        for parameter in operation.get("parameters", []):
            one = parameter["schema"].get("items", parameter["schema"])
            assert "enum" not in one, f"{operation['operationId']} {parameter['name']}"
            if "$ref" in one:
                lists[operation["operationId"], parameter["name"]] = one["$ref"].rpartition("/")[2]

    components = schema["components"]["schemas"]
    assert lists["events_list", "status"] == "EventStatus"
    assert components["Event"]["properties"]["status"]["$ref"].endswith("/EventStatus")
    assert lists["events_list", "ordering"] == "EventsOrdering"
    assert lists["events_list", "format"] == lists["people_retrieve", "format"] == "Format"
    assert components["Format"]["enum"] == ["json", "csv", "ndjson"]
    assert lists["index", "format"] == lists["problems_list", "format"] == "DocumentationFormat"
    assert lists["events_retrieve", "expand"] == lists["events_list", "expand"] == "EventsExpand"
    assert all(components[name]["enum"] for name in lists.values())


def test_the_schema_says_where_by_whom_and_under_which_licence_it_is_served(schema):
    assert schema["servers"] == [
        {"url": "/", "description": "The server that this description comes from."}
    ]
    assert schema["info"]["license"] == {"name": "As stated by each source, in `licence`"}
    assert schema["info"]["contact"] == {"name": "The operator of this server"}
    assert schema["security"] == [{}, {"ApiKey": []}]
    assert schema["components"]["securitySchemes"].keys() == {"ApiKey"}


def test_every_group_of_operations_says_what_it_is_about(schema):
    told = {tag["name"]: tag["description"] for tag in schema["tags"]}

    assert told.keys() == {tag for operation in operations(schema) for tag in operation["tags"]}
    assert all(text and not text.isspace() for text in told.values())


def test_every_operation_has_a_name_of_its_own(schema):
    names = [operation["operationId"] for operation in operations(schema)]

    assert len(set(names)) == len(names)


def test_choice_lists_are_named_in_the_words_of_the_field(schema):
    names = schema["components"]["schemas"]

    assert not [name for name in names if "Enum" in name]
    assert names["SourceKind"]["enum"][:2] == ["news", "press_release"]


def test_every_code_of_a_problem_has_its_page(client):
    for code, kind in PROBLEM_TYPES.items():
        response = client.get(kind.path)

        assert response.status_code == 200
        assert response.json()["code"] == code
        assert response.json()["explanation"].endswith(".")


@pytest.mark.parametrize(
    ("address", "media_type"),
    [
        ("/api/v1/openapi.json", "application/vnd.oai.openapi+json;version=3.1"),
        ("/api/v1/openapi.yaml", "application/vnd.oai.openapi;version=3.1"),
        ("/api/v1/exchange.schema.json", "application/schema+json"),
    ],
)
def test_the_schema_is_served_from_memory_and_not_sent_twice(client, address, media_type):
    first = client.get(address)
    second = client.get(address, headers={"if-none-match": first.headers["ETag"]})

    assert (first.status_code, first.headers["Content-Type"]) == (200, media_type)
    assert (second.status_code, second.content) == (304, b"")


def test_the_docs_page_loads_nothing_from_outside_and_has_nothing_inline(client):
    page = client.get("/api/v1/docs/").content.decode()

    assert "http" not in page.replace('http-equiv="', "")
    assert "<style" not in page
    assert "style=" not in page
    assert "<script>" not in page


def test_every_code_that_is_used_is_documented_and_every_documented_one_is_used():
    project = SNAPSHOT.parent.parent
    used = set(BY_STATUS.values())
    for app in ("config", "records", "people", "events", "agreements"):
        for file in (project / app).rglob("*.py"):
            text = file.read_text()
            if "config.api" not in text:  # exchange files have faults of their own
                continue
            for node in ast.walk(ast.parse(text)):
                if (
                    isinstance(node, ast.Call)
                    and node.args
                    and isinstance(node.args[0], ast.Constant)
                ):
                    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    if name in {"Fault", "Problem", "fault"}:
                        used.add(str(node.args[0].value))

    # Chosen by SQLSTATE, not written beside the call.
    used |= {"database_timeout", "database_read_only", "database_full"}
    assert used == set(PROBLEM_TYPES)
