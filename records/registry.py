"""The kinds of record, each with all that the project needs of it. Apps register theirs in `kinds.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from config.api.filters.sets import FilterSet
    from records.models import Edition, FoundWarning, Record
    from records.reference_fields import ReferenceSerializer
    from records.serializers import RecordSerializer

_KINDS: dict[str, Kind] = {}


@dataclass(frozen=True, order=True)
class Question:
    """A question on the front page, whose answer shows what the records are like. It finds the sample story."""

    place: int  #: on the page, from the top
    text: str
    query: str


@dataclass(frozen=True)
class Codes:
    """Codes that name a record beside its identifiers: dated parts with a scheme and a value."""

    relation: str  #: the related name of the parts
    called: str  #: within a sentence: "its ISO 3166 code"
    bare: Mapping[
        int, str
    ]  #: the scheme that a bare code means, by its length: {2: "iso3166-1-alpha-2"}
    #: The scheme whose codes say that a record's codes ended with the record: they still name it.
    former: str
    schemes: tuple[
        str, ...
    ]  #: the schemes whose codes are all known: one that is not there is a mistake
    #: Words that are often taken for codes, and the codes that they stand for: {"UK": "GB"}
    mistaken: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Checks:
    """What may be odd about records of a kind, and is possible all the same."""

    labels: Mapping[str, str]  #: what each code of its warnings means, in a few words
    #: Finds the warnings of records by their keys, with a fixed number of queries. Merged records have none.
    find: Callable[[Sequence[UUID]], Iterable[FoundWarning]]
    #: Finds the records of this kind against which those that were written speak, of whatever kinds: these are checked again.
    turned_odd: Callable[[Mapping[str, Collection[UUID]]], Iterable[UUID]] = lambda _written: ()


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of record: where it is edited, how it is rendered, where it is served.

    The serializer is the one declaration of its shape. What it does not say of the exchange form stands here.
    """

    name: str  #: `object` in documents, the model's `object_kind`
    resource: str  #: the folder in the API: `events` for /api/v1/events/
    model: type[Record]
    editions: type[Edition]
    serializer: type[RecordSerializer]
    #: The shape of references to it, where they say more than id, object and label.
    reference: type[ReferenceSerializer] | None = None
    is_cited: bool = True  #: whether publishing demands a citation
    #: Lists of parts, called alike in models and documents, of which publishing demands one that names them as its field.
    cited_members: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()  #: columns that name a record as its slug does: `code`
    codes: Codes | None = None
    #: Members by which a part that changed is known to be the same one, by list: `{"participations.capacities": ("tenure",)}`.
    part_keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Members of the exchange form that no document shows, each with the member that it follows; "" puts it first.
    desk_members: Mapping[str, str] = field(default_factory=dict)
    #: Gets the rows of each line of an exchange file (`records.exchange.compare.Planned`), and may put them in order.
    settle: Callable[[Any], None] | None = None
    #: Hints of published records, by id, as other records say on a day (a person's office); in place of `Edition.hint`.
    hints: Callable[[Sequence[str], date], dict[str, str]] | None = None

    #: The states of published records, by id, as other records say (whose offices a person held), beside those that they name.
    states: Callable[[Sequence[str]], dict[str, set[str]]] | None = None

    #: Other usual spellings of a folded word of a name (`qadhafi`: `gaddafi`, `kaddafi` ...).
    spellings: Callable[[str], Sequence[str]] | None = None

    checks: Checks | None = None  #: what a save warns of, see `records.publishing.warnings`
    example: str = "ishaq-dar"  #: a reference to such a record, as the docs of parameters show one
    question: Question | None = None

    def path(self, record_id: UUID | str = "") -> str:
        """Return the public address of a record, or of the list of all, without the host."""
        return f"/api/v1/{self.resource}/{record_id}/" if record_id else f"/api/v1/{self.resource}/"


def register(kind: Kind) -> Kind:
    _KINDS[kind.name] = kind
    return kind


_FILTERS: dict[Kind, type[FilterSet]] = {}


def filter_by(kind: Kind, filters: type[FilterSet]) -> None:
    """Make known the filters of the lists of a kind: those of its resource in the API."""
    _FILTERS[kind] = filters


def filters_of(kind: Kind) -> type[FilterSet]:
    """Return the filters of a kind, once the addresses of the API are loaded."""
    return _FILTERS[kind]


def kind_named(name: str) -> Kind:
    """Return the kind called `name` in documents."""
    return _KINDS[name]


def kind_of(record: Record | type[Record]) -> Kind:
    return _KINDS[record.object_kind]


def all_kinds() -> Iterator[Kind]:
    """Every kind, in the order of registration: what is named comes before what names it."""
    return iter(_KINDS.values())
