"""Agreements in exchange files."""

from __future__ import annotations

from agreements.models import Agreement
from events.exchange import STATEMENT
from records.exchange.shapes import Either, Exchange, Refs, Renamed, Rows, Sibling, declare

AGREEMENT = declare(
    Exchange(
        Agreement,
        fields=(
            "title",
            "short_title",
            "form",
            "legal_character",
            "laterality",
            "place",
            "item_count",
        ),
        parts=(
            Refs("topics", "topic", relation="agreement_topics"),
            Refs("depositaries", Either("depositary", ("state", "organization"))),
            Rows(
                "parties",
                (
                    Either("party", ("state", "organization")),
                    "role",
                    "side",
                    "represented_by_text",
                    Either("on_behalf_of", ("on_behalf_of_state", "on_behalf_of_organization")),
                ),
                parts=(Refs("represented_by", "person", relation="representatives"),),
                key=("party", "role"),
            ),
            Rows(
                "actions",
                (
                    "kind",
                    Sibling("party", part="parties", by="party"),
                    "date",
                    "effective_date",
                    "instrument",
                    "text",
                    "event",
                ),
                key=("kind", "party"),
            ),
            Rows(
                "values",
                (
                    "amount",
                    "amount_max",
                    "currency",
                    "qualifier",
                    "kind",
                    "scope",
                    "as_reported",
                ),
                key=("kind", "scope", "currency"),
            ),
            Rows(
                "links",
                ("kind", Renamed("agreement", "linked_agreement")),
                key=("kind", "agreement"),
            ),
        ),
    ),
)

# What statements are about is one list, wherever it is kept (docs/decisions/0041).
STATEMENT.add(Refs("about", Either("about", ("agreement",)), relation="agreement_subjects"))
