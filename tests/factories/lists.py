"""What lists are, as a reader of documents alone finds it: for the answers to be compared with."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from people.models import IN_OFFICE, NEVER_HELD
from records.publishing.documents import sort_label
from tests.factories.days import Tried, TriedInterval
from tests.factories.moments import days_asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Document = dict[str, Any]

#: Milestones that come with being in office.
IN_POST = (
    "appointed", "sworn_in", "arrived", "credentials_presented", "recalled", "left_post", "resigned", "terminated",
    "died_in_post", "persona_non_grata",
)  # fmt: skip


def held(document: Document, goes_on: tuple[int, int] | None = None) -> TriedInterval | None:
    """The days of a tenure, from its document; None when the office was never taken up.

    `goes_on`: for one that was recorded to go on, the day of that and the day of the question.
    """
    if document["kind"] in NEVER_HELD:
        return None
    return TriedInterval.of(
        Tried.of(document["start"]),
        Tried.of(document["end"]),
        [Tried.of(each["date"]) for each in document["milestones"] if each["kind"] in IN_POST],
        goes_on if document["end_status"] == "ongoing" else None,
    )


def listed(kind: str, query: dict[str, str], public: Sequence[Document]) -> list[Document]:
    """The rows of a list by label, of all that is public."""
    documents = {document["id"]: document for document in public}
    after, before = days_asked(query)
    if "on" in query:
        after, before = days_asked({"date_after": query["on"], "date_before": query["on"]})
    rows = []
    for document in documents.values():
        if document["object"] != kind or not all(
            _wanted(value, name, documents) & _has(document, name, documents)
            for name, value in query.items()
            if name not in {"date_after", "date_before", "date_match", "on"}
        ):
            continue
        if (after, before) == (None, None):
            rows.append(document)
        elif (days := _days(document)) and days.has_day(
            query.get("date_match", "possible"), after, before
        ):
            # How well a row matches is said where one day is asked for.
            match = {"match": days.match(after, before)} if "on" in query else {}
            rows.append({**document, **match})
    return sorted(rows, key=lambda row: (sort_label(row["label"]), row["id"]))


def by_kind(documents: Iterable[Document]) -> dict[str, list[Document]]:
    """Documents by the kind of their records."""
    found = defaultdict(list)
    for document in documents:
        found[document["object"]].append(document)
    return found


def _wanted(value: str, name: str, documents: dict[str, Document]) -> set[str]:
    """The values that are asked for; of a topic, with all narrower ones."""
    wanted = set(value.split(","))
    while name == "topic":
        below = {
            key
            for key, one in documents.items()
            if one["object"] == "topic" and one["broader"] and one["broader"]["id"] in wanted
        }
        if below <= wanted:
            break
        wanted |= below
    return wanted


def _has(document: Document, name: str, documents: dict[str, Document]) -> set[str]:
    """The values that a document has for a filter."""
    value = document.get(name)
    if isinstance(value, str):
        return {value}
    match document["object"], name:
        case "event", "person" | "organization":
            named = [part["participant"] for part in document["participations"]]
            return _ids(one for one in named if one and one["object"] == name)
        case "event", "state":
            return _ids(document["states"])
        case "statement", "topic":
            return _ids([*document["topics"], *document["about"]])
        case _, "topic":
            return _ids(document["topics"])
        case "tenure", "state":
            return _ids([documents[document["office"]["id"]]["state"]])
        case "tenure", "accredited_to":
            return _ids(documents[document["office"]["id"]]["accredited_to"])
        case "agreement", "party":
            parties = document["parties"]
            return _ids(one for each in parties for one in (each["party"], each["on_behalf_of"]))
        case "agreement", "person":
            return _ids(one for each in document["parties"] for one in each["represented_by"])
        case "relation", "state":
            return _ids(document["states"])
        case "person", "office":
            return {
                tenure["office"]["id"]
                for tenure in documents.values()
                if tenure["object"] == "tenure"
                and tenure["person"]["id"] == document["id"]
                and tenure["kind"] in IN_OFFICE
            }
    return _ids(value if isinstance(value, list) else [value])


def _ids(references: Iterable[Document | None]) -> set[str]:
    return {one["id"] for one in references if one}


def _days(document: Document) -> TriedInterval | None:
    """The days by which records of the kind are asked for."""
    if document["object"] == "tenure":
        return held(document)
    if document["object"] == "event" and document["end"] and document["end"]["edtf"]:
        return TriedInterval.of(Tried.of(document["when"]), Tried.of(document["end"]))
    return TriedInterval.at(Tried.of(document["when" if document["object"] == "event" else "date"]))
