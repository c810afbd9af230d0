"""The linters of OpenAPI find nothing; what they are configured to leave out is explained in their rule sets."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest

from config.api import docs
from tests.clients.node import HERE, node

# Programs of others, which read the whole schema. That it is the one that was reviewed is tested in tests/contract/test_schema.py.
pytestmark = pytest.mark.long


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_bytes(orjson.dumps(docs.schema(), default=str))
    return path


def test_redocly_finds_nothing(schema: Path) -> None:
    printed = node(
        HERE, "redocly", "lint", schema, "--config", HERE / "redocly.yaml",
        "--format", "json", "--max-problems", "1000",
        REDOCLY_TELEMETRY="off", REDOCLY_SUPPRESS_UPDATE_NOTICE="true", status=None,
    )  # fmt: skip
    found = json.loads(printed)["problems"]
    assert [
        f"{each['severity']} {each['ruleId']} {each['location'][0].get('pointer')}: {each['message']}"
        for each in found
    ] == []


def test_spectral_finds_nothing(schema: Path) -> None:
    printed = node(
        HERE, "spectral", "lint", schema, "--ruleset", HERE / "spectral.yaml",
        "--format", "json", "--fail-severity", "hint", "--quiet", status=None,
    )  # fmt: skip
    assert [
        f"{each['code']} {'/'.join(map(str, each['path']))}: {each['message']}"
        for each in json.loads(printed)
    ] == []
