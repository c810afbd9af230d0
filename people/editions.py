"""Editions of states, organizations, persons, offices and tenures: their filter columns and how a document fills them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from config.dates.ordering import undated_last
from records.models.edition import CURRENT, Edition, existence, gin_index, id_of, years
from records.models.published_name import Called, NameSort
from records.publishing.documents import sort_label

if TYPE_CHECKING:
    from collections.abc import Iterator

ALPHA_2 = "iso3166-1-alpha-2"
FORMER = "iso3166-3"


def _of_state(document: dict[str, Any], span: str) -> str:
    """The state that something belongs to, and when it was."""
    state = document["state"]["label"] if document["state"] else ""
    return f"{state} ({span})" if state and span else state or span


def _bounds(document: dict[str, Any], field: str) -> dict[str, Any]:
    known = document[field] or {"earliest": None, "latest": None}
    return {f"{field}_earliest": known["earliest"], f"{field}_latest": known["latest"]}


class StateEdition(Edition):
    """A published version of a state."""

    code_column = "codes"

    kind = models.CharField(max_length=24)
    codes = ArrayField(
        models.TextField(),
        default=list,
        help_text="Every code that it has or had, in any scheme, in upper case.",
    )
    start_earliest = models.DateField(null=True)
    start_latest = models.DateField(null=True)
    end_earliest = models.DateField(null=True)
    end_latest = models.DateField(null=True)

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("stateedition_by_content", "codes"),
        ]

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        return {
            "kind": document["kind"],
            "codes": sorted({code["value"].upper() for code in document["codes"]}),
            **_bounds(document, "start"),
            **_bounds(document, "end"),
        }

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

    What it says of its office's state and classification is asked of the office's own edition, so that publishing an
    office rewrites no tenures.
    """

    person_id = models.UUIDField()
    office_id = models.UUIDField()
    kind = models.CharField(max_length=16)
    end_status = models.CharField(max_length=8)
    start_earliest = models.DateField(null=True)
    start_latest = models.DateField(null=True)
    end_earliest = models.DateField(null=True)
    end_latest = models.DateField(null=True)
    date = models.DateField(
        null=True,
        help_text="For ordering: the first day on which it may have begun, else the last.",
    )

    label_needs_references = True
    is_found_by_words = False

    class Meta(Edition.Meta):
        indexes = [
            *Edition.Meta.indexes,
            gin_index("tenureedition_by_content"),
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
        start = _bounds(document, "start")
        return {
            "person_id": document["person"]["id"],
            "office_id": document["office"]["id"],
            "kind": document["kind"],
            "end_status": document["end_status"],
            **start,
            **_bounds(document, "end"),
            "date": start["start_earliest"] or start["start_latest"],
        }
