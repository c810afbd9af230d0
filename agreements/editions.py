"""Editions of agreements: their filter columns, how a document fills them, and the status that its actions give it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F

from agreements.effects import SIGNING, acts_of
from agreements.models.party import NOT_BOUND
from agreements.models.value import Qualifier
from agreements.status import agreement_history, party_history
from config.dates.ordering import undated_last
from records.models.edition import CURRENT, Edition, gin_index, ids_of
from records.models.published_name import Called, NameSort

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from records.models.reference import References


def _signatures(document: dict[str, Any]) -> list[dict[str, str | None]]:
    """When it was signed, signature by signature; nothing of those whose day is not known at all."""
    dates = [action["date"] for action in document["actions"] if action["kind"] in SIGNING]
    return [
        {"earliest": when["earliest"], "latest": when["latest"]}
        for when in dates
        if when and (when["earliest"] or when["latest"])
    ]


def _amounts(value: dict[str, Any]) -> dict[str, str | None]:
    """Return the least and the greatest amount that the value may be; null where there is no such limit."""
    least: str | None = value["amount"]
    greatest = {Qualifier.AT_LEAST: None, Qualifier.RANGE: value["amount_max"]}.get(
        value["qualifier"], least
    )
    if value["qualifier"] == Qualifier.UP_TO:
        least = None
    return {"currency": value["currency"], "least": least, "greatest": greatest}


class AgreementEdition(Edition):
    """A published version of an agreement."""

    form = models.CharField(max_length=20)
    legal_character = models.CharField(max_length=20)
    laterality = models.CharField(max_length=12)
    status = models.CharField(max_length=24)
    status_until = models.DateField(
        null=True,
        help_text="The first day on which the status of the agreement, or of a party, is no longer as the document says.",
    )
    statuses = models.JSONField(
        default=list,
        help_text="Every status of the agreement: from which day, to before which day, certain or only possible.",
    )
    date = models.DateField(
        null=True, help_text="For ordering: the first day on which it may have been signed."
    )
    signatures = models.JSONField(default=list, help_text="Bounds of the day of each signature.")
    values = models.JSONField(
        default=list, help_text="Per monetary value: currency, least and greatest amount."
    )
    party_ids = ArrayField(
        models.UUIDField(),
        default=list,
        help_text="States and organizations that are parties, or on whose behalf a party acted.",
    )
    person_ids = ArrayField(
        models.UUIDField(), default=list, help_text="Persons who acted for the parties."
    )

    class Meta(Edition.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [*Edition.Meta.constraints]
        indexes: ClassVar[list[models.Index]] = [
            *Edition.Meta.indexes,
            # Ids are unique over all kinds, so `refs` finds topics, events and sources.
            gin_index("agreementedition_by_content", "party_ids", "person_ids"),
            models.Index(
                undated_last("date", descending=True),
                F("record_id"),
                condition=CURRENT,
                name="agreementedition_latest_first",
            ),
            models.Index(
                undated_last("date", descending=False),
                F("record_id"),
                condition=CURRENT,
                name="agreementedition_oldest_first",
            ),
            models.Index(
                fields=["status_until"],
                condition=CURRENT & models.Q(status_until__isnull=False),
                name="agreementedition_by_until",
            ),
        ]

    @classmethod
    def derive(cls, document: dict[str, Any], references: References) -> Iterator[None]:  # noqa: ARG003 - one signature
        """Tell the status as of today: what is published says how things stand when it is published."""
        cls.settle_status(document, dt.datetime.now(dt.UTC).date())
        return iter(())

    @staticmethod
    def settle_status(document: dict[str, Any], day: dt.date) -> None:
        """Derive the status of the agreement and of each party on a day from the document's own actions."""
        acts, laterality = acts_of(document), document["laterality"]
        history = agreement_history(acts, laterality=laterality, known_on=day)
        document["status"] = history.on(day).as_document()
        for party in document["parties"]:
            if party["role"] in NOT_BOUND:
                party["status"] = None
                continue
            history = party_history(acts, party["party"]["id"], laterality=laterality, known_on=day)
            party["status"] = history.on(day).as_document()

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        parties = document["parties"]
        statuses = [document["status"], *(party["status"] for party in parties if party["status"])]
        signatures = _signatures(document)
        days = [day for each in signatures if (day := each["earliest"] or each["latest"])]
        return {
            "form": document["form"],
            "legal_character": document["legal_character"],
            "laterality": document["laterality"],
            "status": document["status"]["value"],
            "status_until": min(
                (status["until"] for status in statuses if status["until"]), default=None
            ),
            "statuses": cls._statuses(document),
            "date": min(days, default=None),
            "signatures": signatures,
            "values": [_amounts(value) for value in document["values"]],
            "party_ids": ids_of(
                [
                    reference
                    for each in parties
                    for reference in (each["party"], each["on_behalf_of"])
                ]
            ),
            "person_ids": ids_of(
                [person for party in parties for person in party["represented_by"]]
            ),
        }

    @staticmethod
    def _statuses(document: dict[str, Any]) -> list[dict[str, Any]]:
        known_on = dt.date.fromisoformat(document["published_at"][:10])
        # As elsewhere in filters, what has no date at all is found on no day in the past.
        acts = [act.counted_from(known_on) for act in acts_of(document)]
        history = agreement_history(acts, laterality=document["laterality"], known_on=known_on)
        return [
            {
                "value": value,
                "start": span.start.isoformat() if span.start else None,
                "end": span.end.isoformat() if span.end else None,
                "certain": len(span.possible) == 1,
            }
            for span in history.spans
            for value in sorted(span.possible)
        ]

    @classmethod
    def called(cls, document: dict[str, Any]) -> Iterator[Called]:
        yield from super().called(document)
        for title in (document["title"], document["short_title"] or ""):
            yield Called(title, NameSort.NAME)

    @classmethod
    def hint(cls, document: dict[str, Any]) -> str:
        """Its form and status."""
        return f"{document['form']}, {document['status']['value']}".replace("_", " ")

    @classmethod
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        """Titles, parties and the place are names, but for states, which `party` asks for; titles and topics are prose."""
        names, _prose = super().search_texts(document)
        named = [party["party"] for party in document["parties"]]
        named += [document["place"]] if document["place"] else []
        others = [reference["label"] for reference in named if reference["object"] != "state"]
        titles = [document["title"], document["short_title"] or ""]
        topics = [topic["label"] for topic in document["topics"]]
        return " ".join([*titles, names, *others]), " ".join([*titles, *topics])


def plain_amount(amount: Decimal, minor_units: int | None) -> str:
    """Return an amount as documents write it: plain digits, with the decimal places that the currency has.

    Places that carry a digit other than zero are never dropped, whatever the currency has.
    """
    exponent = amount.normalize().as_tuple().exponent
    assert isinstance(exponent, int), "an amount is a number"  # noqa: S101 - for the type
    return f"{amount:.{max(minor_units or 0, -exponent, 0)}f}"
