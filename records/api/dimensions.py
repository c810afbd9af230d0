"""What sources and topics are counted by."""

from __future__ import annotations

from records.api.counts import Dimension, Named, Word
from records.models import SourceKind

SOURCES: dict[str, Dimension] = {
    "kind": Word("What sort of publication it is", SourceKind, column="kind"),
    "publisher": Word("Who published it", column="publisher"),
}

TOPICS: dict[str, Dimension] = {
    "broader": Named("The next broader topic", "topic", column="broader_topic_id"),
}
