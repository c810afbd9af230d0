"""Who may import whom: the floors of pyproject.toml, no circles, and no test that is imported by another."""

from __future__ import annotations

import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("config", "records", "people", "events", "agreements", "imports")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """What imports what, inside functions too; imports for types alone do not count."""
    return grimp.build_graph(*ROOMS, "tests", exclude_type_checking_imports=True, cache_dir=None)


def test_the_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]

    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    if checked.returncode:
        pytest.fail(checked.stdout + checked.stderr, pytrace=False)


def test_nothing_imports_in_a_circle(graph: grimp.ImportGraph) -> None:
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}

    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail("Imports run in a circle: " + " <- ".join(error.args[1]), pytrace=False)


def test_nothing_imports_a_test_and_only_tests_import_their_builders(
    graph: grimp.ImportGraph,
) -> None:
    imported = {
        (importer, module)
        for module in graph.find_descendants("tests")
        for importer in graph.find_modules_that_directly_import(module)
    }

    assert {pair for pair in imported if _is_test(pair[1]) or not pair[0].startswith("tests.")} == (
        set()
    )


def _is_test(module: str) -> bool:
    name = module.rpartition(".")[2]
    return name == "conftest" or name.startswith("test_")
