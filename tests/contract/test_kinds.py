"""Every kind of record that is registered has its row in the table that the tests take records from."""

from records.registry import all_kinds
from tests.factories.every_kind import EVERY_KIND


def test_every_registered_kind_has_its_row_in_the_factories() -> None:
    missing = {kind.name for kind in all_kinds()} - EVERY_KIND.keys()

    assert not missing, f"Add a row to EVERY_KIND in tests/factories/every_kind.py for {missing}"
    assert EVERY_KIND.keys() == {kind.name for kind in all_kinds()}
