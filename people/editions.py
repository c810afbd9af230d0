"""Editions of states, organizations, persons, offices and tenures: their filter columns and how a document fills them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import models

from config.dates.columns import ReachColumns
from config.dates.ordering import undated_last
from config.dates.reach import NEVER, Bounds, Reach
from people.models.holding import HELD_MILESTONES, NEVER_HELD, EndStatus
from records.models.edition import CURRENT, Edition, gin_index, id_of, ids_of
from records.publishing.documents import sort_label

ALPHA_2 = "iso3166-1-alpha-2"
FORMER = "iso3166-3"


def _published_on(document: dict[str, Any]) -> date:
    return date.fromisoformat(document["published_at"][:10])


def _existence(document: dict[str, Any]) -> Reach:
    """The days of a state. One that has its ISO 3166-1 code still existed when that was published."""
    codes = [code for code in document["codes"] if code["scheme"] == ALPHA_2]
    is_coded = not document["end"] and any(code["end"] is None for code in codes)
    return Reach.of(
        document["start"],
        document["end"],
        [when for code in codes for when in (code["start"], code["end"])],
        _published_on(document) if is_coded else None,
    )


def _sorted_by(document: dict[str, Any]) -> date | None:
    """The first day of the start, and no later than any other that is possible."""
    start = Bounds.of(document["start"])
    if start.earliest or not start.named:
        return start.earliest
    possible = _holding(document).possible
    return min(start.named[0], possible[0]) if possible else start.named[0]


def _holding(document: dict[str, Any]) -> Reach:
    """The days of a tenure; none where the office was never taken up.

    A step that comes with being in office proves that it was held then. That it goes on was known when it was published.
    """
    if document["kind"] in NEVER_HELD:
        return NEVER
    return Reach.of(
        document["start"],
        document["end"],
        [each["date"] for each in document["milestones"] if each["kind"] in HELD_MILESTONES],
        _published_on(document) if document["end_status"] == EndStatus.ONGOING else None,
    )


class StateEdition(Edition):
    """A published version of a state."""

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
        """Name the states before it, for filters that follow them."""
        return {"predecessors": ids_of([each["state"] for each in document["predecessors"]])}

    @classmethod
    def keys(cls, document: dict[str, Any]) -> list[str]:
        """Its codes, beside its identifiers: those still valid, and those that ISO withdrew together with the state's entry.

        Codes that it passed on (North Yemen's to Yemen) lead to the state that has them.
        """
        is_former = any(code["scheme"] == FORMER for code in document["codes"])
        named = [code for code in document["codes"] if is_former or code["end"] is None]
        return [*super().keys(document), *(f"{code['scheme']}:{code['value']}" for code in named)]

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
            models.Index(
                fields=["state_id", "sort_label", "record_id"],
                condition=CURRENT,
                name="organizationedition_by_state",
            ),
            models.Index(
                fields=["parent_id", "sort_label", "record_id"],
                condition=CURRENT,
                name="organizationedition_by_parent",
            ),
            models.Index(
                fields=["classification", "sort_label", "record_id"],
                condition=CURRENT,
                name="organizationedition_by_class",
            ),
        ]

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {
            "classification": document["classification"],
            "parent_id": id_of(document["parent"]),
            "state_id": id_of(document["state"]),
        }

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
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        names, rest = super().search_texts(document)
        return " ".join([names, document["given_name"] or "", document["family_name"] or ""]), rest


class OfficeEdition(Edition):
    """A published version of an office."""

    classification = models.CharField(max_length=32)
    organization_id = models.UUIDField(null=True)
    state_id = models.UUIDField(null=True)
    accredited_state_ids = ArrayField(models.UUIDField(), default=list)

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("officeedition_by_content", "accredited_state_ids"),
            models.Index(
                fields=["state_id", "sort_label", "record_id"],
                condition=CURRENT,
                name="officeedition_by_state",
            ),
            models.Index(
                fields=["organization_id", "sort_label", "record_id"],
                condition=CURRENT,
                name="officeedition_by_organization",
            ),
            models.Index(
                fields=["classification", "sort_label", "record_id"],
                condition=CURRENT,
                name="officeedition_by_class",
            ),
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
    def state_ids(cls, document: dict[str, Any]) -> list[str]:
        """Stand for the state that its holder acts for, not for those that receive the holder."""
        return [document["state"]["id"]] if document["state"] else []


class TenureEdition(Edition):
    """A published version of a tenure.

    What it says of its office's state and classification is asked of the office's own edition, so that publishing an
    office rewrites no tenures.
    """

    person_id = models.UUIDField()
    office_id = models.UUIDField()
    kind = models.CharField(max_length=16)
    end_status = models.CharField(max_length=8)
    end_reason = models.CharField(max_length=20, blank=True)
    held = ReachColumns("the tenure")
    started = ReachColumns("its start")
    ended = ReachColumns("its end")
    date = models.DateField(
        null=True,
        help_text="For ordering: the first day on which it may have begun, as far as that is known; NULL without a start.",
    )

    label_needs_references = True
    has_dated_parts = True

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("tenureedition_by_content"),
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
        ]

    @classmethod
    def label_of(cls, document: dict[str, Any]) -> str:
        """Join the person's label and the office's."""
        return f"{document['person']['label']}, {document['office']['label']}"

    @classmethod
    def facts(cls, document: dict[str, Any]) -> dict[str, Any]:
        """Tell the office: an event says in which one somebody acted, and knows only the tenure."""
        return {"office": document["office"]["id"]}

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {
            "person_id": document["person"]["id"],
            "office_id": document["office"]["id"],
            "kind": document["kind"],
            "end_status": document["end_status"],
            "end_reason": document["end_reason"] or "",
            **_holding(document).columns("held"),
            **Reach.at(document["start"]).columns("started"),
            **Reach.at(document["end"]).columns("ended"),
            "date": _sorted_by(document),
        }

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
