"""What axe-core finds on a page of the browser, at each width and in each scheme of colours."""

from __future__ import annotations

import os
from typing import Any, TypeAlias

from tests.clients.node import HERE

AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
#: Colours of links change slowly.
SETTLED = "() => Promise.allSettled(document.getAnimations().map((each) => each.finished)).then(() => null)"
ASK = "(options) => axe.run(document, {resultTypes: ['violations'], ...options}).then((done) => done.violations)"
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
#: A width, a scheme of colours, colours forced or not, and the rules that are asked there. The others do not depend on colours.
Look: TypeAlias = "tuple[int, str, str, dict[str, Any]]"
#: In each run of the tests.
FEW: tuple[Look, ...] = ((1440, "light", "none", {}), (390, "dark", "none", {}))
ALL: tuple[Look, ...] = (
    (1440, "light", "none", {}),
    (1440, "dark", "none", COLOURS),
    (1440, "dark", "active", COLOURS),
    (390, "dark", "active", COLOURS),
    (390, "dark", "none", COLOURS),
    (390, "light", "none", {}),
)
#: Whether to look at all types of pages in all looks (`make accessible`), which takes minutes.
EVERY = bool(os.environ.get("EVERY_PAGE"))
LOOKS = ALL if EVERY else FEW


def prepare(page: Any) -> None:
    """Bring axe-core into a page. It writes inline styles, which the policy of the desk refuses: the browser complains of that."""
    page.evaluate(AXE.read_text(encoding="utf-8"))


def show(page: Any, look: Look) -> str:
    """Give the page a width and a scheme of colours; return their names."""
    width, scheme, forced, _rules = look
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, forced_colors=forced)
    page.evaluate(SETTLED)
    return f"{width} {scheme} {forced}"


def serious_faults(page: Any, rules: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """Return what axe-core finds that is critical or serious: the rule, and the beginning of the element."""
    return [
        (each["id"], node["html"][:160])
        for each in page.evaluate(ASK, rules or {})
        if each["impact"] in {"critical", "serious"}
        for node in each["nodes"]
    ]
