"""The kinds of record that can be published, each with its place in the API. Apps register theirs in `curation.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from records.models import Edition, Record
    from records.serializers import RecordSerializer

_KINDS: dict[str, Kind] = {}


@dataclass(frozen=True, order=True)
class Question:
    """A question on the front page, whose answer shows what the records are like. It finds the sample story."""

    place: int  #: on the page, from the top
    text: str
    query: str


@dataclass(frozen=True)
class Kind:
    """One kind of record: where it is edited, how it is rendered, where it is served."""

    name: str  #: `object` in documents, the model's `object_kind`
    resource: str  #: the folder in the API: `events` for /api/v1/events/
    model: type[Record]
    editions: type[Edition]
    serializer: type[RecordSerializer]
    prefetch: tuple[
        str, ...
    ] = ()  #: what rendering needs, so that a batch costs a fixed number of queries
    is_cited: bool = True  #: whether publishing demands a citation
    code: str = ""  #: what a bare code is called that references may be written as: "its code"
    example: str = "ishaq-dar"  #: a reference as the docs show one in parameters for this kind
    question: Question | None = None

    def path(self, record_id: UUID | str) -> str:
        """Return the public address of a record, without the host."""
        return f"/api/v1/{self.resource}/{record_id}/"


def register(kind: Kind) -> Kind:
    """Make a kind known to publishing and to references."""
    _KINDS[kind.name] = kind
    return kind


def kind_named(name: str) -> Kind:
    """Return the kind called `name` in documents."""
    return _KINDS[name]


def kind_of(record: Record | type[Record]) -> Kind:
    """Return the kind of a record or record model."""
    return _KINDS[record.object_kind]


def all_kinds() -> Iterator[Kind]:
    """Every kind, in the order of registration: what is named comes before what names it."""
    return iter(_KINDS.values())
