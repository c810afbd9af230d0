"""Editions of states: their filter columns and how a document fills them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from config.dates.columns import ReachColumns
from config.dates.reach import Reach
from people.models.state import SuccessionKind
from records.models.edition import Edition, existence, gin_index, id_of, ids_of, known_on
from records.models.moment import Fact, Stream
from records.models.published_name import Called, NameSort

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.dates.reach import When

ALPHA_2 = "iso3166-1-alpha-2"
FORMER = "iso3166-3"


def _existence(document: dict[str, Any]) -> Reach:
    """The days of a state. One that has its ISO 3166-1 code still existed when that was published."""
    codes = [code for code in document["codes"] if code["scheme"] == ALPHA_2]
    is_coded = not document["end"] and any(code["end"] is None for code in codes)
    return Reach.of(
        document["start"],
        document["end"],
        [when for code in codes for when in (code["start"], code["end"])],
        known_on(document) if is_coded else None,
    )


def _bound(when: When, bound: str) -> list[str] | None:
    """The first or last possible day of a date, and how it is written; None where it has none."""
    return [when[bound], when["edtf"]] if when and when[bound] else None


def _terms(state: dict[str, Any]) -> dict[str, list[list[str | None]]]:
    """When the state had each of its codes."""
    terms: dict[str, list[list[str | None]]] = {}
    for code in state["codes"]:
        start, end = code["start"] or {}, code["end"] or {}
        terms.setdefault(f"{code['scheme']}:{code['value']}", []).append(
            [start.get("earliest"), end.get("latest")]
        )
    return terms


class StateEdition(Edition):
    """A published version of a state."""

    code_column = "codes"
    stream = Stream.STATE
    moment_kinds = ("state_began", "state_ended")

    kind = models.CharField(max_length=24)
    codes = ArrayField(
        models.TextField(),
        default=list,
        help_text="Every code that it has or had, in any scheme, in upper case.",
    )
    existed = ReachColumns("the state")
    predecessor_ids = ArrayField(
        models.UUIDField(), default=list, help_text="The states that it came after."
    )

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("stateedition_by_content", "codes", "predecessor_ids"),
        ]

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {
            "kind": document["kind"],
            "codes": sorted({code["value"].upper() for code in document["codes"]}),
            "predecessor_ids": ids_of([each["state"] for each in document["predecessors"]]),
            **_existence(document).columns("existed"),
        }

    @classmethod
    def moments(cls, document: dict[str, Any]) -> Iterator[Fact]:
        """That it began and ended, where anything is known of when: most states just are."""
        itself = {name: document[name] for name in ("id", "object", "label")}
        itself |= cls.reference_extras(document)
        for kind, words, when in (
            ("state_began", "State began", document["start"]),
            ("state_ended", "State ended", document["end"]),
        ):
            if when:
                yield Fact(kind, f"{words}: {document['label']}", when, states=[itself])

    @classmethod
    def called(cls, document: dict[str, Any]) -> Iterator[Called]:
        """Its codes too: one that means another state by now is past."""
        yield from super().called(document)
        since, until = existence(document)
        named = cls.keys(document)
        for code in document["codes"]:
            begun, over = existence(code)
            sort = NameSort.PAST
            if f"{code['scheme']}:{code['value']}" in named:
                sort = NameSort.CODE
            yield Called(
                code["value"],
                sort,
                max(filter(None, [since, begun]), default=None),
                min(filter(None, [until, over]), default=None),
            )

    @classmethod
    def hint(cls, document: dict[str, Any]) -> str:
        """Its code, and when it was."""
        code = cls.reference_extras(document)["code"]
        return ", ".join(filter(None, [code, super().hint(document)]))

    @classmethod
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        names, rest = super().search_texts(document)
        return " ".join([names, *(code["value"] for code in document["codes"])]), rest

    @classmethod
    def reference_extras(cls, document: dict[str, Any]) -> dict[str, Any]:
        """Carry its code: the alpha-2 code that still names it, else its ISO 3166-3 code, which no other state ever gets.

        A past alpha-2 code alone is none: another state has it now (YE was North Yemen's), and a code must lead to one.
        """
        in_force = [
            code["value"]
            for code in document["codes"]
            if code["scheme"] == ALPHA_2 and code["end"] is None
        ]
        former = [code["value"] for code in document["codes"] if code["scheme"] == FORMER]
        return {"code": next(iter([*in_force, *former]), None)}

    @classmethod
    def facts(cls, document: dict[str, Any]) -> dict[str, Any]:
        """Name the states before it, for filters that follow them, and say when it was and when it came after each, for notes.

        One that joined it was beside it until then, so nothing is said of that day.
        """
        came_after = {
            str(key): each["date"]
            for each in document["predecessors"]
            if each["kind"] != SuccessionKind.ABSORPTION and (key := id_of(each["state"]))
        }
        return {
            "predecessors": ids_of([each["state"] for each in document["predecessors"]]),
            "came_after": {key: _bound(date, "earliest") for key, date in came_after.items()},
            "began": _bound(document["start"], "earliest"),
            "ended": _bound(document["end"], "latest"),
        }

    @classmethod
    def keys(cls, document: dict[str, Any]) -> list[str]:
        """Its codes, beside its identifiers, those that it passed on to another state included: `code_terms` says when."""
        return [*super().keys(document), *_terms(document)]

    @classmethod
    def code_terms(cls, document: dict[str, Any]) -> dict[str, list[list[str | None]]]:
        return _terms(document)

    @classmethod
    def state_ids(cls, document: dict[str, Any]) -> list[str]:
        return [document["id"]]
