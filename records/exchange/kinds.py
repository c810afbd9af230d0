"""Sources and topics in exchange files."""

from __future__ import annotations

from records.exchange.shapes import Exchange, Renamed, declare
from records.models import Source, Topic

SOURCE = declare(
    Exchange(
        Source,
        fields=(
            "kind",
            "title",
            "publisher",
            "authors",
            Renamed("web_address", "url"),
            Renamed("archived_at", "archived_url"),
            "published",
            "retrieved_on",
            "language",
            "licence",
            "content_hash",
        ),
    ),
)
TOPIC = declare(
    Exchange(Topic, fields=("code", "label", "broader", "alternative_labels"), keys=("code",))
)
