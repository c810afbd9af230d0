"""Small tables in the shape of us-missions, all invented."""

from __future__ import annotations

from imports.dataset import Row
from imports.datasets.us_missions.importer import DATASET
from imports.files.opening import open_input

HEADER = "state_dept_name,status_change,year,month,day,last_verified,notes\n"


def translated(folder, lines, *, header=HEADER):
    """Return the rows and the documents of a table."""
    (folder / "transitions.csv").write_text(header + lines, encoding="utf-8")
    with open_input(folder) as tree:
        assert DATASET.recognises(tree)
        items = list(DATASET.translate(tree, "a-source"))
    return [item for item in items if isinstance(item, Row)], [
        item for item in items if isinstance(item, dict)
    ]


def row_of(number, content, becomes=(), **others):
    names = HEADER.strip().split(",")
    cells = dict(zip(names, content.split(","), strict=True))
    day = "-".join(cells[name] for name in ("year", "month", "day") if cells[name])
    return Row(
        f"{cells['state_dept_name']}/{day or '?'}",
        "transitions.csv",
        f"line {number}",
        cells,
        becomes=tuple(("relation", name) for name in becomes),
        **others,
    )


def relation(home, state, *periods, slug, locators=(), **others):
    """Return the document of a relation; each period is level, start, end and how it ended."""
    is_first = home.id < state.id
    return {
        "object": "relation",
        "slug": slug,
        "states": [str(each.id) for each in ((home, state) if is_first else (state, home))],
        "periods": [
            {
                "dimension": "representation_level",
                "direction": "first_to_second" if is_first else "second_to_first",
                "value": level,
                "start": start,
                "end": end,
                "end_status": status,
            }
            for level, start, end, status in periods
        ],
        "identifiers": [{"scheme": "us-missions", "value": state.slug}],
        "citations": [
            {"source": "a-source", "field": "periods", "locator": each, "evidence": "reported"}
            for each in (locators or [state.name])
        ],
        **others,
    }


def codes(rows):
    return [
        ([fault.code for fault in row.faults], [fault.code for fault in row.warnings])
        for row in rows
    ]
