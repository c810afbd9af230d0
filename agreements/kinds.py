"""The kind of record that publishing knows from here, and the publication of statuses whose day has come."""

from __future__ import annotations

from datetime import date

import orjson
from django.db import transaction

from agreements.editions.agreement import AgreementEdition
from agreements.models import Agreement
from agreements.serializers import AgreementSerializer
from agreements.warnings import CHECKS
from events.kinds import let_statements_be_about
from records.models import Action, Nature
from records.models.edition import known_on
from records.publishing import feed
from records.publishing.publish import next_document
from records.registry import Kind, Question, register

#: Documents per transaction, so that the desk is never blocked for long.
BATCH = 500
#: The public reason of such an edition.
REASON = "A known action took effect."

AGREEMENT = register(
    Kind(
        name="agreement",
        resource="agreements",
        model=Agreement,
        editions=AgreementEdition,
        serializer=AgreementSerializer,
        part_keys={
            "parties": ("party", "role"),
            "actions": ("kind", "party"),
            "values": ("kind", "scope", "currency"),
            "links": ("kind", "agreement"),
        },
        checks=CHECKS,
        question=Question(
            2,
            "What was signed by Pakistan about critical minerals",
            "party=PK&topic=critical-minerals",
        ),
    ),
)

let_statements_be_about("agreement_subjects", {"agreement": "agreement_id"})


def publish_due_statuses(*, on: date, size: int = BATCH) -> int:
    """Give every document whose status has changed by that day an edition that says so; return how many there were.

    The status is derived from the actions in the *published* document, and nothing else in it is touched: what the desk
    has changed since stays unpublished. A batch per transaction; safe to stop at any moment, to start again and to run twice.
    """
    done = 0
    while batch := _publish_due(on, size):
        done += batch
    return done


def _publish_due(on: date, size: int) -> int:
    with transaction.atomic():
        turn = feed.lock_feed()
        due = (
            AgreementEdition.objects.current()
            .filter(status_until__lte=on)
            .order_by("status_until", "record_id")[:size]
        )
        entries = []
        for edition in due.only("revision", "document"):
            former = orjson.loads(edition.document)
            document = next_document(edition)
            AgreementEdition.settle_status(document, on, known_on=known_on(document))
            entries.append(
                feed.NewEdition(
                    AGREEMENT,
                    document,
                    Action.UPDATED,
                    REASON,
                    former=former,
                    said_nature=Nature.DEVELOPMENT,
                )
            )
        feed.append(entries, turn)
    return len(entries)
