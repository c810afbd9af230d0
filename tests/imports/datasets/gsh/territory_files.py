"""Small files in the shape of gsh, all invented."""

from __future__ import annotations

from imports.dataset import Row
from imports.datasets.gsh.importer import DATASET
from imports.files.opening import open_input

INDEPENDENT = "independent-state"


DEPENDENCY = "dependency-or-area-of-special-sovereignty"


def write(folder, given, since="1900", until="9999", *, before=(), after=(), name=None, **others):
    """Write a territory's file."""
    fields = {"official": "", "type": INDEPENDENT, "notes": "", "sources": ()} | others
    today = others.get("exists", "true" if until == "9999" else "false")
    if name is None:
        name = given.rsplit("-", 1)[0].title() if given[-1].isdigit() else given.title()

    def items(tag, values):
        return "".join(f"<{tag}>{value}</{tag}>" for value in values)

    (folder / "territories" / f"{given}.xml").write_text(
        f"""<?xml version="1.0" encoding="UTF-8"?>
<territory>
    <id>{given}</id>
    <short-form-name>{name}</short-form-name>
    <long-form-name type="none">{fields["official"]}</long-form-name>
    <type-of-territory>{fields["type"]}</type-of-territory>
    <valid-since>{since}</valid-since>
    <valid-until>{until}</valid-until>
    <exists-on-todays-map>{today}</exists-on-todays-map>
    <predecessors>{items("predecessor", before)}</predecessors>
    <successors>{items("successor", after)}</successors>
    <notes>{fields["notes"]}</notes>
    <sources>{items("source", fields["sources"])}</sources>
</territory>""",
        encoding="utf-8",
    )


def link(folder, *links, **years):
    """Write territories from `a="1900 1950"`, and links `a>b` that both of their ends tell."""
    pairs = [each.split(">") for each in links]
    for given, span in years.items():
        since, until, *kind = span.split(" ")
        write(
            folder,
            given,
            since.strip("?"),
            until.strip("?"),
            before=[one for one, other in pairs if other == given],
            after=[other for one, other in pairs if one == given],
            type=DEPENDENCY if kind else INDEPENDENT,
        )


def translated(folder):
    """Return the rows and the documents."""
    with open_input(folder) as tree:
        assert DATASET.recognises(tree)
        items = list(DATASET.translate(tree, "a-source"))
    return [item for item in items if isinstance(item, Row)], [
        item for item in items if isinstance(item, dict)
    ]


def steps(folder):
    """Return what came before each state, as `before>after kind date`."""
    _rows, documents = translated(folder)
    return [
        f"{each['state'].removeprefix('gsh:')}>{document['identifiers'][0]['value']} {each['kind']} {each.get('date', '-')}"
        for document in documents
        for each in document.get("predecessors", ())
    ]


def warnings(folder):
    rows, _documents = translated(folder)
    return [(row.id, warning.pointer, warning.code) for row in rows for warning in row.warnings]


def cited(given, **others):
    locator = f"territories/{given}.xml, {given}"
    return [{"source": "a-source", "locator": locator, "evidence": "reported"} | others]


def words(text):
    return {"text": text, "precision": "unknown"}
