"""Counts of lists, as a reader of their documents alone makes them: for the answers to be compared with."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

from config.api.docs import schema
from records.registry import all_kinds

Document = dict[str, Any]
UNCERTAIN = "uncertain"
#: Dimensions that are asked of the same part of a record, which several may have.
OF_ONE_PART = {
    "event": ("state", "role", "person", "organization"),
    "person": ("office", "state", "classification"),
}


def _span(step: str, first: str | None, last: str | None, *, is_known: bool) -> str | None:
    """The year, month or decade in which both days lie."""
    if not is_known:
        return None
    if not first or not last:
        return UNCERTAIN
    spans = [
        {"year": day[:4], "month": day[:7], "decade": f"{day[:3]}X"}[step] for day in (first, last)
    ]
    return spans[0] if spans[0] == spans[1] else UNCERTAIN


def _span_of(step: str, start: Document | None, end: Document | None = None) -> str | None:
    last = end if end and end["edtf"] else start
    is_known = any(when and when["edtf"] for when in (start, end))
    return _span(
        step,
        start["earliest"] if start else None,
        last["latest"] if last else None,
        is_known=is_known,
    )


def _signed(step: str, document: Document) -> str | None:
    """When the first signature was put, of which each may be the first."""
    whens = [
        action["date"] or {"edtf": None, "earliest": None, "latest": None}
        for action in document["actions"]
        if action["kind"] in {"signature", "definitive_signature"}
    ]
    firsts = [when["earliest"] for when in whens]
    lasts = [when["latest"] for when in whens if when["latest"]]
    return _span(
        step,
        min(firsts) if firsts and all(firsts) else None,
        min(lasts, default=None),
        is_known=any(when["edtf"] for when in whens),
    )


def _stood_for(part: Document) -> list[Document]:
    named = [part["participant"], part["on_behalf_of"]]
    named += [capacity["office"]["state"] for capacity in part["capacities"] if capacity["office"]]
    shown = [one for one in named if one and one["object"] == "state"]
    return part["states"] if part["states"] is not None else shown


def _participations(document: Document, by: list[str], _world: Any) -> list[tuple[Any, ...]]:
    """The values of one or two dimensions that the same participation has."""
    if by == ["state"]:
        return [(state,) for state in document["states"]]
    found: list[tuple[Any, ...]] = []
    for part in document["participations"]:
        who = part["participant"]
        values = {
            "role": [part["role"]],
            "state": _stood_for(part),
            "person": [who] if who and who["object"] == "person" else [],
            "organization": [who] if who and who["object"] == "organization" else [],
        }
        found += product(*(values[name] for name in by))
    return found


def _held(
    document: Document, by: list[str], world: dict[str, list[Document]]
) -> list[tuple[Any, ...]]:
    offices = {office["id"]: office for office in world["office"]}
    found = []
    for tenure in world["tenure"]:
        if tenure["person"]["id"] == document["id"] and tenure["kind"] in IN_OFFICE:
            office = offices[tenure["office"]["id"]]
            values = {
                "office": tenure["office"],
                "state": office["state"],
                "classification": office["classification"],
            }
            found.append(tuple(values[name] for name in by))
    return found


IN_OFFICE = {"substantive", "acting", "ad_interim"}


def _office_of(document: Document, world: dict[str, list[Document]]) -> Document:
    return next(one for one in world["office"] if one["id"] == document["office"]["id"])


def _values(
    kind: str, name: str, document: Document, world: dict[str, list[Document]]
) -> list[Any]:
    """The values that a document has in a dimension of its own."""
    if name in {"year", "month", "decade"}:
        if kind == "agreement":
            return [_signed(name, document)]
        start = {"event": "when", "statement": "date", "tenure": "start"}[kind]
        return [_span_of(name, document[start], document["end"] if kind == "event" else None)]
    special: dict[tuple[str, str], Callable[[], list[Any]]] = {
        ("event", "topic"): lambda: document["topics"],
        ("statement", "topic"): lambda: [
            *document["topics"],
            *(one for one in document["about"] if one["object"] == "topic"),
        ],
        ("agreement", "topic"): lambda: document["topics"],
        ("event", "place"): lambda: [one["place"] for one in document["places"] if one["place"]],
        ("statement", "about"): lambda: document["about"],
        ("relation", "state"): lambda: document["states"],
        ("state", "predecessor"): lambda: [one["state"] for one in document["predecessors"]],
        ("office", "accredited_to"): lambda: document["accredited_to"],
        ("tenure", "state"): lambda: [_office_of(document, world)["state"]],
        ("tenure", "classification"): lambda: [_office_of(document, world)["classification"]],
        ("agreement", "status"): lambda: [document["status"]["value"]],
        ("agreement", "party"): lambda: [
            one
            for party in document["parties"]
            for one in (party["party"], party["on_behalf_of"])
            if one
        ],
        ("agreement", "person"): lambda: [
            one for party in document["parties"] for one in party["represented_by"]
        ],
    }
    return special[kind, name]() if (kind, name) in special else [document[name]]


def expected_counts(
    kind: str, by: list[str], documents: Iterable[Document], world: dict[str, list[Document]]
) -> Counter[str]:
    """How many documents have each combination of values, as JSON."""
    found: Counter[str] = Counter()
    together = [name for name in by if name in OF_ONE_PART.get(kind, ())]
    part = _participations if kind == "event" else _held
    for document in documents:
        rows = []
        own = [
            [(value,) for value in _values(kind, name, document, world)] or [(None,)]
            for name in by
            if name not in together
        ]
        if together:
            rows = part(document, together, world) or [(None,) * len(together)]
            own.insert(0, rows)
        names = [*together, *(name for name in by if name not in together)]
        combined = {
            json.dumps(
                dict(zip(names, [value for each in some for value in each], strict=True)),
                sort_keys=True,
            )
            for some in product(*own)
        }
        found.update(combined)
    return found


def dimensions() -> dict[str, list[str]]:
    """The dimensions of each kind, as the schema lists them."""
    whole = schema()
    components = whole["components"]["schemas"]
    found = {}
    for kind in all_kinds():
        parameters = whole["paths"][f"/api/v1/{kind.resource}/counts/"]["get"]["parameters"]
        by = next(each for each in parameters if each["name"] == "by")
        found[kind.name] = components[by["schema"]["items"]["$ref"].rpartition("/")[2]]["enum"]
    return found


def is_refused(kind: str, by: tuple[str, ...]) -> bool:
    """Whether two dimensions of participations are asked for without a role."""
    together = set(by) & {"state", "person", "organization"}
    return kind == "event" and len(together) == 2


def counted_rows(rows: Iterable[Document]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        values = {name: value for name, value in row.items() if name != "count"}
        found[json.dumps(values, sort_keys=True)] += row["count"]
    return found
