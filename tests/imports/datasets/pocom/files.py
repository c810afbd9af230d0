"""Small files in the shape of pocom, all invented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from imports.dataset import NearMatch, Row
from imports.datasets.pocom.importer import DATASET
from imports.files.opening import open_input

if TYPE_CHECKING:
    from pathlib import Path

EDITORIAL = "<created-by>somebody</created-by><created-date>2012-04-03</created-date>"


def write(folder: Path, files: dict[str, str]) -> None:
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")


def translated(
    folder: Path, files: dict[str, str]
) -> tuple[dict[str, Row], dict[tuple[str, str], Any], list[NearMatch]]:
    """Return the rows by id, the documents by kind and slug, and the near matches."""
    write(folder, files)
    with open_input(folder) as tree:
        assert DATASET.recognises(tree)
        items = list(DATASET.translate(tree, "a-source"))
    rows = [item for item in items if isinstance(item, Row)]
    documents = [item for item in items if isinstance(item, dict)]
    assert len({row.id for row in rows}) == len(rows)
    names = {(document["object"], document["slug"]): document for document in documents}
    assert len(names) == len(documents)
    near = [item for item in items if isinstance(item, NearMatch)]
    return {row.id: row for row in rows}, names, near


def person(key: str, given: str = "Rudolf", family: str = "Rassendyll", more: str = "") -> str:
    return (
        f"<person><id>{key}</id><persName><surname>{family}</surname><forename>{given}</forename>"
        f"</persName>{more}<residence><state-id>ny</state-id></residence>{EDITORIAL}</person>"
    )


def appointment(
    key: str,
    who: str = "rassendyll-rudolf",
    role: str = "ambassador-e-p",
    *,
    territory: str = "ruritania",
    note: str = "",
    tag: str = "chief",
    more: str = "",
    **events: str | tuple[str, str],
) -> str:
    """Return an appointment; an event is a date, or what leads up to it and a date."""
    parts = [f"<id>{key}</id><person-id>{who}</person-id><role-title-id>{role}</role-title-id>"]
    if tag == "chief":
        parts.append(f"<contemporary-territory-id>{territory}</contemporary-territory-id>")
    for name in ("appointed", "arrived", "started", "ended"):
        told = events.get(name, "")
        words, day = told if isinstance(told, tuple) else ("", told)
        parts.append(f"<{name}><date>{day}</date><note>{escape(words)}</note></{name}>")
    return f"<{tag}>{''.join(parts)}<note>{escape(note)}</note>{more}{EDITORIAL}</{tag}>"


def mission(*chiefs: str, nominees: str = "", territory: str = "ruritania") -> str:
    return (
        f"<country-mission><territory-id>{territory}</territory-id><chiefs>{''.join(chiefs)}</chiefs>"
        f"<other-nominees>{nominees}</other-nominees></country-mission>"
    )


def mission_note(text: str) -> str:
    return f"<mission-note><text>{escape(text)}</text>{EDITORIAL}</mission-note>"


def organization_mission(key: str, singular: str, *chiefs: str) -> str:
    return (
        f"<org-mission><id>{key}</id><category>international-organization</category>"
        f"<names><singular>{singular}</singular></names><chiefs>{''.join(chiefs)}</chiefs></org-mission>"
    )


def position(
    key: str, singular: str, *principals: str, category: str = "other", more: str = ""
) -> str:
    return (
        f"<principal-position><id>{key}</id><class>principal</class><category>{category}</category>"
        f"<names><singular>{singular}</singular></names>{more}<principals>{''.join(principals)}"
        "</principals></principal-position>"
    )


def role(key: str, singular: str) -> str:
    return f"<role><id>{key}</id><class>chief</class><names><singular>{singular}</singular></names></role>"


def group(key: str, *chiefs: str, who: str = "rassendyll-rudolf", locale: str = "strelsau") -> str:
    ids = "".join(f"<chief-id>{chief}</chief-id>" for chief in chiefs)
    return (
        f"<concurrent-appointments><id>{key}</id><person-id>{who}</person-id><resident-at><locale-id>"
        f"{locale}</locale-id><contemporary-territory-id>ruritania</contemporary-territory-id>"
        f"</resident-at>{ids}</concurrent-appointments>"
    )


AMBASSADOR = role("ambassador-e-p", "Ambassador Extraordinary and Plenipotentiary")
RUDOLF = {"people/r/rassendyll-rudolf.xml": person("rassendyll-rudolf")}
ROLES = {"roles-country-chiefs/ambassador-e-p.xml": AMBASSADOR}


def in_ruritania(*chiefs: str, nominees: str = "") -> dict[str, str]:
    """Return the files of a mission to Ruritania, with one person and one role."""
    content = mission(*chiefs, nominees=nominees)
    return RUDOLF | ROLES | {"missions-countries/ruritania.xml": content}


def citation(locator: str) -> list[dict[str, str]]:
    return [{"source": "a-source", "locator": locator, "evidence": "reported"}]


def codes(row: Row) -> list[str]:
    return [fault.code for fault in row.warnings]
