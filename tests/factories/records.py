"""Valid sources and topics."""

from __future__ import annotations

from itertools import count
from typing import Any

from records.models import Source, Topic

_number = count(1)


def make_source(**fields: Any) -> Source:
    """Return a saved news source."""
    fields = {"kind": "news", "title": f"Story {next(_number)}", **fields}
    source = Source(**fields)
    source.full_clean()
    source.save()
    return source


def make_topic(code: str = "", **fields: Any) -> Topic:
    """Return a saved topic; its label is made of its code."""
    code = code or f"topic-{next(_number)}"
    fields = {"code": code, "label": code.replace("-", " ").capitalize(), **fields}
    topic = Topic(**fields)
    topic.full_clean()
    topic.save()
    return topic
