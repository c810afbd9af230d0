"""What an address answers, for the schema: views declare it, `config.api.schema` writes it down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.api.query import Parameter


@dataclass(frozen=True)
class Operation:
    """One operation: what it takes and what it answers."""

    name: str  #: `operationId`
    tag: str  #: the group in the docs
    summary: str
    description: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    #: A serializer class, a JSON Schema, or None for no content.
    content: Any = None
    #: Name of the envelope around a list of `content`.
    envelope: str | None = None
    #: Statuses beside 200 and those that every operation has.
    statuses: tuple[int, ...] = ()
    #: Headers of the good answer, beside those that every answer has.
    headers: tuple[str, ...] = ("ETag",)
    media_type: str = "application/json"
