"""The faults that tests/guards/plant.py plants are still to be planted, and docs/testing.md has each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guards.faults import FAULTS, Fault

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_can_still_be_planted(fault: Fault) -> None:
    assert (ROOT / fault.file).read_text().count(fault.old) == 1
    assert fault.new != fault.old
    for test in fault.tests:
        assert (ROOT / test.partition("::")[0]).is_file()


def test_every_fault_is_in_the_documentation() -> None:
    rows = [
        line.split(" | ")[0].removeprefix("| ")
        for line in (ROOT / "docs/testing.md").read_text().splitlines()
        if line.startswith("| ") and line.count(" | ") == 2
    ]
    assert rows[1:] == [fault.name for fault in FAULTS]
