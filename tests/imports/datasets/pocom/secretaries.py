"""A position of a principal officer, invented."""

from __future__ import annotations

from tests.imports.datasets.pocom.files import (
    RUDOLF,
    position,
)


def secretary(*principals, more="<start>1781</start><end>2009</end><ongoing>true</ongoing>"):
    content = position(
        "secretary", "Secretary of State", *principals, category="secretary", more=more
    )
    return RUDOLF | {"positions-principals/secretary.xml": content}
