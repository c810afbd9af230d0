"""docs/exchange.md says what the declarations say."""

from __future__ import annotations

import re
from pathlib import Path

from records.exchange.shapes import Shape, declared

PAGE = Path(__file__).parents[3] / "docs" / "exchange.md"
#: Described below the table, for all kinds at once.
COMMON = {"contested", "curators_note", "identifiers", "citations", "names"}


def members(shape: Shape) -> list[str]:
    names = list(shape.fields)
    for name, parts in shape.lists.items():
        names += [name] if parts[0].is_bare else [name, *members(parts[0])]
    return names


def test_the_table_of_kinds_lists_the_members_of_each() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (`.+) \|$", PAGE.read_text(), re.MULTILINE)

    assert [kind for kind, _members in rows] == [exchange.kind for exchange in declared()]
    for (kind, text), exchange in zip(rows, declared(), strict=True):
        told = re.findall(r"`(\w+)`", text)
        own = [name for name in exchange.fields if name not in COMMON]
        for name, parts in exchange.lists.items():
            if name not in COMMON:
                own += [name] if parts[0].is_bare else [name, *members(parts[0])]
        own += ["names"] if "names" in exchange.lists else []
        assert told == own, kind
