"""Editions of agreements: their filter columns, how a document fills them, and the status that its actions give it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F

from agreements.effects import SIGNING, acts_of
from agreements.models.action import ActionKind
from agreements.models.agreement import Laterality
from agreements.models.party import NOT_BOUND
from agreements.models.value import Qualifier
from agreements.on_a_day import Acts
from agreements.status import agreement_history, party_history
from agreements.statuses import AgreementStatus, PartyStatus
from config.dates.lengths import Length
from config.dates.ordering import undated_last
from config.dates.reach import Reach
from records.models.edition import (
    CURRENT,
    Edition,
    gin_index,
    id_of,
    ids_of,
    terms_column,
    terms_of,
)
from records.models.moment import Fact, Stream
from records.models.published_name import Called, NameSort
from records.terms import part_terms, term

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from agreements.status import History
    from config.dates.lengths import Ends
    from config.dates.reach import When
    from records.models.reference import References


#: The kind of the dated parts that say when an agreement is in force for a party.
IN_FORCE = "in_force"

#: The kind of the one that stands for the signatures where there is none on record: nothing says when it was signed.
UNSIGNED = "unsigned"


def _signed_on(document: dict[str, Any]) -> list[str]:
    """The first day on which each signature may have been put, else the last."""
    dates = [action["date"] for action in document["actions"] if action["kind"] in SIGNING]
    return [day for when in dates if when and (day := when["earliest"] or when["latest"])]


def _first_signed(document: dict[str, Any]) -> dict[str, str | None]:
    """The first and the last day on which it may have been signed first; null where that is unknown."""
    dates = [action["date"] or {} for action in document["actions"] if action["kind"] in SIGNING]
    firsts = [when.get("earliest") for when in dates]
    lasts = [last for when in dates if (last := when.get("latest"))]
    # One signature of an unknown day may be the first of all.
    is_known = bool(firsts) and all(firsts)
    return {
        "signed_from": min(filter(None, firsts)) if is_known else None,
        "signed_by": min(lasts, default=None),
    }


def _done(action: dict[str, Any]) -> When:
    """When the action was done, or its effect where only that is known."""
    when: When = action["date"]
    return when if when and when["edtf"] else action["effective_date"] or when


def _stood_by(party: dict[str, Any]) -> list[str | None]:
    """The party, and on whose behalf it acted."""
    return [id_of(party["party"]), id_of(party["on_behalf_of"])]


def _action_parts(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each action, once for every party that it counts for: what all did together is an act of each (see `effects`)."""
    stood_by: dict[str, list[str | None]] = {}
    together: list[str | None] = [None]
    for party in document["parties"]:
        ids = [key for key in _stood_by(party) if key]
        stood_by.setdefault(party["party"]["id"], []).extend(ids)
        if party["role"] not in NOT_BOUND and document["laterality"] != Laterality.MULTILATERAL:
            together += ids
    if all(action["kind"] not in SIGNING for action in document["actions"]):
        yield {"kind": UNSIGNED, "party_id": None, **Reach().columns("days")}
    for action in document["actions"]:
        days = Reach.at(_done(action)).columns("days")
        own = id_of(action["party"])
        for party_id in dict.fromkeys(stood_by.get(own, [own]) if own else together):
            yield {
                "kind": f"action:{action['kind']}",
                "party_id": party_id,
                **days,
            }


#: Moments that are called otherwise than the actions.
MOMENTS = {
    ActionKind.SIGNATURE: "signed",
    ActionKind.RATIFICATION: "ratified",
    ActionKind.ENTRY_INTO_FORCE: "entered_into_force",
}


def _took_place(action: dict[str, Any]) -> When:
    """When it happened: of an entry into force when it took effect, of all else when it was done."""
    if action["kind"] == ActionKind.ENTRY_INTO_FORCE and action["effective_date"]:
        effect: When = action["effective_date"]
        return effect
    return _done(action)


def _concerned(document: dict[str, Any], action: dict[str, Any]) -> list[dict[str, Any]]:
    """The parties that an action concerns: its own; the others too where they are few; all of them where all acted together."""
    if action["party"] and document["laterality"] == Laterality.MULTILATERAL:
        own = action["party"]["id"]
        return [each for each in document["parties"] if each["party"]["id"] == own]
    return [
        each for each in document["parties"] if each["role"] not in NOT_BOUND or _acts(each, action)
    ]


def _acts(party: dict[str, Any], action: dict[str, Any]) -> bool:
    return action["party"] is not None and action["party"]["id"] == party["party"]["id"]


def _status_parts(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The spans of days on which the agreement had each status, and on which it was in force for each party."""
    acts = Acts.of(document)
    for value, reach in _reaches(*acts.histories()):
        yield {"kind": f"status:{value}", "party_id": None, **reach.columns("days")}
    for party in document["parties"]:
        if party["role"] in NOT_BOUND:
            continue
        in_force = [
            reach.columns("days")
            for value, reach in _reaches(*acts.histories(party["party"]["id"]))
            if value == PartyStatus.IN_FORCE
        ]
        for party_id in filter(None, _stood_by(party)):
            for days in in_force:
                yield {"kind": IN_FORCE, "party_id": party_id, **days}


def _reaches(open_history: History, proven: History) -> Iterator[tuple[str, Reach]]:
    """Each status with days on which it is certain, possible, or not excluded while an unknown date may lie anywhere."""
    for value in sorted({value for span in open_history.spans for value in span.possible}):
        for first, last in _days(
            open_history, [span.possible == {value} for span in open_history.spans]
        ):
            days = (first or dt.date.min, last or dt.date.max)
            yield value, Reach(first, last, days, *days)
        possible = list(_days(proven, [value in span.possible for span in proven.spans]))
        for first, last in possible:
            yield value, Reach(first, last, (first or dt.date.min, last or dt.date.max))
        for first, last in _days(
            open_history, [value in span.possible for span in open_history.spans]
        ):
            if (first, last) not in possible:
                yield value, Reach(first, last)


def _days(
    history: History, holds: Sequence[bool]
) -> Iterator[tuple[dt.date | None, dt.date | None]]:
    """First and last day of each run of spans for which something holds; None where it has no limit."""
    marked = zip(history.spans, holds, strict=True)
    for found, run in groupby(marked, key=itemgetter(1)):
        if found:
            spans = [span for span, _ in run]
            end = spans[-1].end
            yield spans[0].start, end and end - dt.timedelta(days=1)


def _amounts(value: dict[str, Any]) -> dict[str, str | None]:
    """Return of what sort the value is, and the least and the greatest amount that it may be; null where there is no limit."""
    least: str | None = value["amount"]
    greatest = {Qualifier.AT_LEAST: None, Qualifier.RANGE: value["amount_max"]}.get(
        value["qualifier"], least
    )
    if value["qualifier"] == Qualifier.UP_TO:
        least = None
    sort = {name: value[name] for name in ("currency", "scope", "kind")}
    return {**sort, "least": least, "greatest": greatest}


def magnitude(amount: str | Decimal | None) -> str:
    """Return how many digits an amount has before its point: it is one of the terms by which values are found."""
    return "" if amount is None else str(len(f"{Decimal(amount):f}".partition(".")[0].lstrip("-0")))


def _length(document: dict[str, Any], day: dt.date | None) -> Length:
    """The class of length of an agreement: of its signatures, and of what else was done and when it was in force."""
    signed, done = list[Reach](), list[Reach]()
    for action in document["actions"]:
        (signed if action["kind"] in SIGNING else done).append(Reach.at(_done(action)))
    around: list[Ends] = [days.possible for days in done if days.possible]
    acts = Acts.of(document)
    parties = [each["party"]["id"] for each in document["parties"] if each["role"] not in NOT_BOUND]
    for party in (None, *parties):
        around += [
            (days.first, days.last)
            for value, days in _reaches(*acts.histories(party))
            if value == AgreementStatus.IN_FORCE
        ]
    return Length.after(day, [(days.first, days.last) for days in signed], around)


class AgreementEdition(Edition):
    """A published version of an agreement."""

    form = models.CharField(max_length=20)
    legal_character = models.CharField(max_length=20)
    laterality = models.CharField(max_length=12)
    status = models.CharField(max_length=24)
    terms = terms_column()
    length = models.SmallIntegerField(
        choices=Length.choices,
        help_text="For how long from its date on it was in force or something may have been done about it.",
    )
    status_until = models.DateField(
        null=True,
        help_text="The first day on which the status of the agreement, or of a party, is no longer as the document says.",
    )
    date = models.DateField(
        null=True, help_text="For ordering: the first day on which it may have been signed."
    )
    signed_from = models.DateField(
        null=True,
        help_text="The first day on which it may have been signed first; NULL when unknown.",
    )
    signed_by = models.DateField(
        null=True,
        help_text="The last day on which it may have been signed first; NULL when unknown.",
    )
    values = models.JSONField(
        default=list,
        help_text="Per monetary value: currency, scope, kind, least and greatest amount.",
    )
    party_ids = ArrayField(
        models.UUIDField(),
        default=list,
        help_text="States and organizations that are parties, or on whose behalf a party acted.",
    )
    person_ids = ArrayField(
        models.UUIDField(), default=list, help_text="Persons who acted for the parties."
    )

    has_dated_parts = True
    stream = Stream.AGREEMENT
    moment_kinds = tuple(MOMENTS.get(kind, kind.value) for kind in ActionKind)

    class Meta(Edition.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [*Edition.Meta.constraints]
        indexes: ClassVar[list[models.Index]] = [
            *Edition.Meta.indexes,
            # Ids are unique over all kinds, so `refs` finds topics, events and sources.
            gin_index("agreementedition_by_content", "party_ids", "person_ids", "terms"),
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
                F("length"),
                undated_last("date", descending=True),
                F("record_id"),
                condition=CURRENT,
                name="agreementedition_by_days",
            ),
            models.Index(
                fields=["status_until"],
                condition=CURRENT & models.Q(status_until__isnull=False),
                name="agreementedition_by_until",
            ),
        ]

    @classmethod
    def derive(cls, document: dict[str, Any], references: References) -> Iterator[None]:  # noqa: ARG003 - one signature
        """Add the status as of today: what is published says how things stand when it is published."""
        today = dt.datetime.now(dt.UTC).date()
        cls.settle_status(document, today, known_on=today)
        return iter(())

    @staticmethod
    def settle_status(document: dict[str, Any], day: dt.date, *, known_on: dt.date) -> None:
        """Derive the status of the agreement and of each party on a day from the document's own actions, as they were known."""
        acts, laterality = acts_of(document), document["laterality"]
        history = agreement_history(acts, laterality=laterality, known_on=known_on)
        document["status"] = history.on(day).as_document()
        for party in document["parties"]:
            if party["role"] in NOT_BOUND:
                party["status"] = None
                continue
            history = party_history(
                acts, party["party"]["id"], laterality=laterality, known_on=known_on
            )
            party["status"] = history.on(day).as_document()

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        parties = document["parties"]
        values = [_amounts(value) for value in document["values"]]
        day = min(map(dt.date.fromisoformat, _signed_on(document)), default=None)
        statuses = [document["status"], *(party["status"] for party in parties if party["status"])]
        return {
            "form": document["form"],
            "legal_character": document["legal_character"],
            "laterality": document["laterality"],
            "status": document["status"]["value"],
            "terms": cls._terms(document, values),
            "length": _length(document, day),
            "status_until": min(
                (status["until"] for status in statuses if status["until"]), default=None
            ),
            "date": day,
            **_first_signed(document),
            "values": values,
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
    def _terms(document: dict[str, Any], values: Sequence[Mapping[str, str | None]]) -> list[int]:
        found = set(terms_of(document, "form", "legal_character", "laterality"))
        found.add(term("status", document["status"]["value"]))
        found |= part_terms(_action_parts(document))
        for value in values:
            found |= {term("currency", value["currency"] or "")}
            found |= {term(name, magnitude(value[name])) for name in ("least", "greatest")}
        return sorted(found)

    @classmethod
    def moments(cls, document: dict[str, Any]) -> Iterator[Fact]:
        """Each action. Those who acted for the parties concerned took part in signatures.

        An action of a multilateral agreement is of the party that did it, and of no pair.
        """
        is_multilateral = document["laterality"] == Laterality.MULTILATERAL
        for action in document["actions"]:
            kind = ActionKind(action["kind"])
            parties = _concerned(document, action)
            named = [each[name] for each in parties for name in ("party", "on_behalf_of")]
            named = list({one["id"]: one for one in named if one}.values())
            states = [one for one in named if one["object"] == "state"]
            signing = parties if kind in SIGNING else []
            persons = [
                person
                for each in signing
                if not action["party"] or _acts(each, action)
                for person in each["represented_by"]
            ]
            by = f" ({action['party']['label']})" if action["party"] else ""
            yield Fact(
                MOMENTS.get(kind, kind.value),
                f"{kind.label}{by}: {document['label']}",
                _took_place(action),
                states=states,
                persons=list({one["id"]: one for one in persons}.values()),
                others=[one for one in named if one["object"] != "state"] + document["topics"],
                paired=[] if is_multilateral else ids_of(states),
            )

    @classmethod
    def dated_parts(cls, document: dict[str, Any]) -> list[dict[str, Any]]:
        """Its actions, its lack of signatures, its statuses over time, and when it is in force for each party."""
        return [
            *_action_parts(document),
            *_status_parts(document),
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
