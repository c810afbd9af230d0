"""Editions of states, organizations, persons, offices and tenures: their filter columns and how a document fills them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F

from config.api.sql import Clause, all_of, select
from config.dates.columns import ReachColumns
from config.dates.lengths import Length
from config.dates.ordering import undated_last
from config.dates.reach import NEVER, Bounds, Reach
from people.models.holding import (
    HELD_MILESTONES,
    IN_OFFICE,
    NEVER_HELD,
    EndStatus,
    MilestoneKind,
)
from people.models.state import SuccessionKind
from records.models.edition import (
    CURRENT,
    Edition,
    existence,
    gin_index,
    id_of,
    ids_of,
    label_index,
    terms_column,
    terms_of,
    years,
)
from records.models.moment import Fact, Stream
from records.models.published_name import Called, NameSort
from records.publishing.documents import sort_label
from records.terms import part_terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from config.dates.reach import When

ALPHA_2 = "iso3166-1-alpha-2"
FORMER = "iso3166-3"

#: `CURRENT` in a statement over one table of editions.
_CURRENT = Clause("superseded_at IS NULL AND document IS NOT NULL")


def known_on(document: dict[str, Any]) -> date:
    return date.fromisoformat(document["known_on"])


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


def _sorted_by(document: dict[str, Any]) -> date | None:
    """The first day of the start, and no later than any other that is possible."""
    start = Bounds.of(document["start"])
    if start.earliest or not start.named:
        return start.earliest
    possible = days_held(document).possible
    return min(start.named[0], possible[0]) if possible else start.named[0]


def days_held(document: dict[str, Any]) -> Reach:
    """The days of a tenure; none where the office was never taken up.

    A step that comes with being in office proves that it was held then. That it goes on was known when it was published.
    """
    if document["kind"] in NEVER_HELD:
        return NEVER
    return Reach.of(
        document["start"],
        document["end"],
        [each["date"] for each in document["milestones"] if each["kind"] in HELD_MILESTONES],
        known_on(document) if document["end_status"] == EndStatus.ONGOING else None,
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


def _of_state(document: dict[str, Any], span: str) -> str:
    """The state that something belongs to, and when it was."""
    state = document["state"]["label"] if document["state"] else ""
    return f"{state} ({span})" if state and span else state or span


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


class OrganizationEdition(Edition):
    """A published version of an organization."""

    classification = models.CharField(max_length=32)
    parent_id = models.UUIDField(null=True)
    state_id = models.UUIDField(null=True)

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("organizationedition_by_content"),
            label_index("state_id", "organizationedition_by_state"),
            label_index("parent_id", "organizationedition_by_parent"),
            label_index("classification", "organizationedition_by_class"),
        ]

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {
            "classification": document["classification"],
            "parent_id": id_of(document["parent"]),
            "state_id": id_of(document["state"]),
        }

    @classmethod
    def hint(cls, document: dict[str, Any]) -> str:
        return _of_state(document, super().hint(document))

    @classmethod
    def state_ids(cls, document: dict[str, Any]) -> list[str]:
        """Stand for the state whose body it is; a company does not stand for its domicile."""
        return [document["state"]["id"]] if document["state"] else []


class PersonEdition(Edition):
    """A published version of a person."""

    sort_name = models.TextField(
        db_collation="C", help_text="The name as an index lists it, unaccented, lower case."
    )

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("personedition_by_content"),
            models.Index(
                fields=["sort_name", "record_id"],
                condition=CURRENT,
                name="personedition_by_sort_name",
            ),
        ]

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {"sort_name": sort_label(document["sort_name"] or document["label"])}

    @classmethod
    def hint(cls, document: dict[str, Any]) -> str:
        """The dates of life: for those of whom no office is known."""
        span = years(document["birth"], document["death"])
        return (
            f"born {years(document['birth'], None).removeprefix('since ')}"
            if span.startswith("since")
            else span
        )

    @classmethod
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        names, rest = super().search_texts(document)
        return " ".join([names, document["given_name"] or "", document["family_name"] or ""]), rest


class OfficeEdition(Edition):
    """A published version of an office."""

    classification = models.CharField(max_length=32)
    organization_id = models.UUIDField(null=True)
    state_id = models.UUIDField(null=True)
    accredited_state_ids = ArrayField(models.UUIDField(), default=list)

    reference_needs_references = True

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("officeedition_by_content", "accredited_state_ids"),
            label_index("state_id", "officeedition_by_state"),
            label_index("organization_id", "officeedition_by_organization"),
            label_index("classification", "officeedition_by_class"),
        ]

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {
            "classification": document["classification"],
            "organization_id": id_of(document["organization"]),
            "state_id": id_of(document["state"]),
            "accredited_state_ids": [state["id"] for state in document["accredited_to"]],
        }

    @classmethod
    def beside_states(cls, states: Sequence[UUID]) -> Clause:
        """Offices whose holders one of the states receives."""
        received = Clause("accredited_state_ids && %s::uuid[]", (list(states),))
        return select("record_id", cls._meta.db_table, all_of([_CURRENT, received]))

    @classmethod
    def beside_pair(cls, one: UUID, other: UUID) -> Clause:
        """Offices of the envoys of the one at the other."""
        side = "(state_id = %s::uuid AND accredited_state_ids @> ARRAY[%s::uuid])"
        sent = Clause(f"{side} OR {side}", (one, other, other, one))
        return select("record_id", cls._meta.db_table, all_of([_CURRENT, sent]))

    @classmethod
    def hint(cls, document: dict[str, Any]) -> str:
        """Whose office it is: the organization's, the state's."""
        organization = document["organization"]["label"] if document["organization"] else ""
        state = _of_state(document, super().hint(document))
        return ", ".join(filter(None, [organization, state]))

    @classmethod
    def state_ids(cls, document: dict[str, Any]) -> list[str]:
        """Stand for the state that its holder acts for, not for those that receive the holder."""
        return [document["state"]["id"]] if document["state"] else []


class TenureEdition(Edition):
    """A published version of a tenure.

    Filters by its office's state and classification ask the office's own edition.
    """

    person_id = models.UUIDField()
    office_id = models.UUIDField()
    kind = models.CharField(max_length=16)
    end_status = models.CharField(max_length=8)
    end_reason = models.CharField(max_length=20, blank=True)
    terms = terms_column()
    held = ReachColumns("the tenure")
    started = ReachColumns("its start")
    ended = ReachColumns("its end")
    date = models.DateField(
        null=True,
        help_text="For ordering: the first day on which it may have begun, as far as that is known; NULL without a start.",
    )
    length = models.SmallIntegerField(
        choices=Length.choices, help_text="For how long it may have been held from that day on."
    )

    label_needs_references = True
    has_dated_parts = True
    reference_needs_references = True
    is_found_by_words = False
    stream = Stream.TENURE
    moment_kinds = ("took_office", "left_office", *MilestoneKind.values)

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("tenureedition_by_content", "terms"),
            *[
                GistIndex(
                    fields=[f"{days}_possible"],
                    condition=CURRENT,
                    name=f"tenureedition_by_days_{days}",
                )
                for days in ("held", "started", "ended")
            ],
            models.Index(fields=["person_id"], condition=CURRENT, name="tenureedition_by_person"),
            models.Index(fields=["office_id"], condition=CURRENT, name="tenureedition_by_office"),
            models.Index(
                undated_last("date", descending=False),
                "record_id",
                condition=CURRENT,
                name="tenureedition_oldest_first",
            ),
            models.Index(
                undated_last("date", descending=True),
                "record_id",
                condition=CURRENT,
                name="tenureedition_latest_first",
            ),
            models.Index(
                F("length"),
                undated_last("date", descending=True),
                F("record_id"),
                condition=CURRENT,
                name="tenureedition_by_days",
            ),
        ]

    @classmethod
    def label_of(cls, document: dict[str, Any]) -> str:
        """Join the person's label and the office's."""
        return f"{document['person']['label']}, {document['office']['label']}"

    @classmethod
    def facts(cls, document: dict[str, Any]) -> dict[str, Any]:
        """Add the office: an event says in which one somebody acted, and knows only the tenure."""
        return {"office": document["office"]["id"]}

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        held, day = days_held(document), _sorted_by(document)
        started, ended = (Reach.at(document[name]) for name in ("start", "end"))
        spans = [(days.first, days.last) for days in (started, held) if days != NEVER]
        # A milestone without a date is on no day that could be asked for.
        milestones = (Reach.at(each["date"]) for each in document["milestones"])
        around = [days.possible for days in milestones if days.possible]
        return {
            "person_id": document["person"]["id"],
            "office_id": document["office"]["id"],
            "kind": document["kind"],
            "end_status": document["end_status"],
            "end_reason": document["end_reason"] or "",
            "terms": [
                *terms_of(document, "kind", "end_status", "end_reason"),
                *part_terms(cls.dated_parts(document)),
            ],
            **held.columns("held"),
            **started.columns("started"),
            **ended.columns("ended"),
            "date": day,
            "length": Length.after(day, spans, around),
        }

    @classmethod
    def moments(cls, document: dict[str, Any]) -> Iterator[Fact]:
        """When the office was taken, each milestone, and when it was left: also on unknown days.

        One who was named, elected or appointed and not in office took none.
        """
        office = document["office"]

        def fact(kind: str, words: str, when: When) -> Fact:
            return Fact(
                kind,
                f"{words}: {document['label']}",
                when,
                states=[office["state"]] if office["state"] else [],
                persons=[document["person"]],
                others=[office],
            )

        if document["kind"] in IN_OFFICE:
            yield fact("took_office", "Took office", document["start"])
        for milestone in document["milestones"]:
            words = MilestoneKind(milestone["kind"]).label
            yield fact(milestone["kind"], words, milestone["date"])
        is_over = document["end"] or document["end_status"] == EndStatus.ENDED
        if document["kind"] in IN_OFFICE and is_over:
            yield fact("left_office", "Left office", document["end"])

    @classmethod
    def dated_parts(cls, document: dict[str, Any]) -> list[dict[str, Any]]:
        """Its milestones."""
        return [
            {
                "kind": f"milestone:{milestone['kind']}",
                **Reach.at(milestone["date"]).columns("days"),
            }
            for milestone in document["milestones"]
        ]
