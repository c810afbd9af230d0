"""Small files in the shape of travels and visits, all invented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from imports.dataset import Dataset, NearMatch, Row
from imports.files.opening import open_input

if TYPE_CHECKING:
    from pathlib import Path

EDITORIAL = (
    "<created-by>somebody</created-by><created-datetime>2012-04-03T00:00:00</created-datetime>"
)
PRESIDENT = "president-travels/rassendyll-rudolf.xml"
SECRETARY = "secretary-travels/tarlenheim-fritz.xml"
PRESIDENTS = "presidents/presidents.xml"
VISITS = "data/1900.xml"


def write(folder: Path, files: dict[str, str]) -> None:
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")


def translated(
    dataset: Dataset, folder: Path, files: dict[str, str]
) -> tuple[dict[str, Row], dict[tuple[str, str], Any], list[NearMatch]]:
    """Return the rows by id, the documents by kind and slug, and the near matches."""
    write(folder, files)
    with open_input(folder) as tree:
        assert dataset.recognises(tree)
        items = list(dataset.translate(tree, "a-source"))
    rows = [item for item in items if isinstance(item, Row)]
    assert len({row.id for row in rows}) == len(rows)
    documents = [item for item in items if isinstance(item, dict)]
    names = {(document["object"], document["slug"]): document for document in documents}
    assert len(names) == len(documents)
    near = [item for item in items if isinstance(item, NearMatch)]
    return {row.id: row for row in rows}, names, near


def codes(rows: dict[str, Row]) -> dict[str, list[str]]:
    """Return the codes of faults and warnings of each row that has some."""
    return {
        key: [fault.code for fault in (*row.faults, *row.warnings)]
        for key, row in rows.items()
        if row.faults or row.warnings
    }


def citation(locator: str) -> list[dict[str, str]]:
    return [{"source": "a-source", "locator": locator, "evidence": "reported"}]


def trips(*told: str) -> str:
    return f"<trips>{''.join(told)}</trips>"


def trip(
    key: str,
    start: str,
    end: str = "",
    *,
    who: str = "rassendyll-rudolf",
    name: str = "Rudolf Rassendyll",
    role: str = "president",
    state: str = "ruritania",
    label: str = "Ruritania",
    locale: str = "",
    remarks: str = "",
) -> str:
    return (
        f'<trip role="{role}" who="{who}"><id>{key}</id><role>{role}</role><name>{name}</name>'
        f"<start-date>{start}</start-date><end-date>{end or start}</end-date>"
        f'<country id="{state}">{label}</country><locale>{escape(locale)}</locale>'
        f"<remarks>{escape(remarks)}</remarks>{EDITORIAL}</trip>"
    )


def secretary_trip(key: str, start: str, end: str = "", **told: str) -> str:
    who = {"who": "tarlenheim-fritz", "name": "Fritz Tarlenheim", "role": "secretary"}
    return trip(key, start, end, **(who | told))


def presidents(*told: str) -> str:
    return f"<presidents><source-url>http://example.org/</source-url>{''.join(told)}</presidents>"


def president(
    number: str,
    took: str,
    left: str,
    *,
    who: str = "rassendyll-rudolf",
    name: str = "Rudolf Rassendyll",
    birth: str = "<birth-year>1850</birth-year>",
    death: str = "<death-year>1901</death-year>",
) -> str:
    return (
        f'<president n="{number}"><id>{who}</id><name>{name}</name>{birth}{death}'
        f"<took-office-date>{took}</took-office-date>{left}{EDITORIAL}</president>"
    )


def left(day: str) -> str:
    return f"<left-office-date>{day}</left-office-date>"


def visits(*told: str) -> str:
    return f"<visits>{''.join(told)}</visits>"


def visit(
    key: str,
    start: str,
    end: str = "",
    *,
    visitor: str = "President Rupert Hentzau",
    state: str = "ruritania",
    label: str = "Ruritania",
    description: str = "",
) -> str:
    return (
        f"<visit><id>{key}</id><start-date>{start}</start-date><end-date>{end or start}</end-date>"
        f'<visitor>{escape(visitor)}</visitor><from id="{state}">{label}</from>'
        f"<description>{escape(description)}</description>{EDITORIAL}</visit>"
    )
