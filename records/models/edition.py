"""Editions: the published versions of records. Append-only; public reads touch these tables and nothing else."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from records.constraints import AppendOnly
from records.desk_search import Folded, Words
from records.models.published_name import Called, NameSort
from records.terms import term

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from config.api.sql import Clause, Span
    from records.models.moment import Fact, Stream
    from records.models.reference import References
    from records.models.sum_table import SumTable

#: The public edition of a record: the newest one, unless that is a tombstone.
CURRENT = models.Q(superseded_at__isnull=True, document__isnull=False)


def is_current(alias: str = "") -> str:
    """`CURRENT` in a statement, of the table of editions that is called `alias` there."""
    of = f"{alias}." if alias else ""
    return f"{of}superseded_at IS NULL AND {of}document IS NOT NULL"


class Action(models.TextChoices):
    """What made an edition, and what the change feed calls it."""

    PUBLISHED = "published", "Published"  #: the first edition
    UPDATED = "updated", "Updated"  #: a later one
    WITHDRAWN = "withdrawn", "Withdrawn"  #: a tombstone: reason and time, no document
    RESTORED = "restored", "Restored"  #: back after a withdrawal, or after a merge was undone
    MERGED = "merged", "Merged"  #: a tombstone that leads to the survivor


class EditionQuerySet(models.QuerySet[Any]):
    """What can be asked of editions."""

    def newest(self) -> Self:
        """The last edition of each record, tombstones included."""
        return self.filter(superseded_at__isnull=True)

    def current(self) -> Self:
        """The public editions: the last one of each record that is not withdrawn or merged."""
        return self.filter(CURRENT)


class Edition(models.Model):
    """One published version of one record: the document as the API sends it, and the columns that filters need.

    Concrete editions add filter columns and say in `columns()` how a *document* fills them. They never look at working
    tables, so nothing unpublished can enter.
    """

    #: What the role of the API may do with the table (config/db/api_role.py).
    api_may: ClassVar[tuple[str, ...]] = ("SELECT",)

    id = models.BigAutoField(primary_key=True)
    record_id = models.UUIDField(
        help_text="The record. No foreign key: read nodes hold no working tables."
    )
    revision = models.PositiveIntegerField(
        help_text="1 for the first edition of the record, then without gaps."
    )
    position = models.BigIntegerField(unique=True, help_text="Its place in the change feed.")
    action = models.CharField(max_length=10, choices=Action.choices)
    slug = models.CharField(max_length=120)
    label = models.TextField(help_text="How other documents name the record.")
    sort_label = models.TextField(
        db_collation="C",
        help_text="The label unaccented and in lower case, for ordering.",
    )
    document = models.TextField(  # noqa: DJ001 - a tombstone has no document, which is not an empty one
        null=True,
        help_text="The JSON that the API sends, byte for byte; NULL in a tombstone.",
    )
    published_at = models.DateTimeField()
    superseded_at = models.DateTimeField(
        null=True, help_text="When the next edition took its place."
    )
    reason = models.TextField(
        blank=True, help_text="Why it was withdrawn or changed, as shown to the public."
    )
    merged_into = models.UUIDField(null=True, help_text="The survivor, in a merge tombstone.")
    refs = ArrayField(
        models.UUIDField(),
        default=list,
        help_text="Every record that the document names.",
    )
    search = SearchVectorField(
        null=True, help_text="Full text: label (A), other names (B), the stems of prose."
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["record_id", "revision"], name="%(class)s_revision_is_unique"
            ),
            models.UniqueConstraint(
                fields=["record_id"],
                condition=models.Q(superseded_at__isnull=True),
                name="%(class)s_newest_is_only_one",
            ),
            AppendOnly(
                name="%(class)s_is_never_changed",
                violation_error_message="An edition is never changed or deleted.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sort_label", "record_id"], condition=CURRENT, name="%(class)s_by_label"
            ),
            models.Index(
                fields=["published_at", "record_id"], condition=CURRENT, name="%(class)s_by_time"
            ),
            models.Index(
                fields=["superseded_at"],
                condition=models.Q(superseded_at__isnull=False, document__isnull=False),
                name="%(class)s_by_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}, revision {self.revision}"

    @classmethod
    def label_of(cls, document: dict[str, Any]) -> str:
        """The record's label: its own words, or for `label_needs_references` kinds made of the references it holds."""
        return str(document["label"])

    #: The label is made of other records' labels (a tenure: its person and office), so it changes when they do.
    label_needs_references: ClassVar[bool] = False
    #: References to the record show what its document says of others (that label; an office: its state).
    reference_needs_references: ClassVar[bool] = False

    #: Classes of length by which an index has its rows in the order of their days (`events.models.posting`).
    lengths: ClassVar[tuple[Span, ...]] = ()
    #: The columns that this index has beside.
    covered: ClassVar[frozenset[str]] = frozenset()

    #: The first day by which the desk lists records of this kind, the latest first: a field of the records, which `date` says of those
    #: that have one (`starts_unknown` of the others).
    listed_by: ClassVar[str] = ""

    #: The field of the records that is their label, and the index that has its words (`gin_index`); of kinds of which lists of the desk
    #: look for words beside what the API is asked.
    named_by: ClassVar[str] = ""
    words_index: ClassVar[str] = ""

    #: Words for what a record may lack of what the desk wants it to have, each with the member that then is empty: a term (`without`)
    #: says so.
    lacking: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def lacks(cls, document: dict[str, Any]) -> list[int]:
        """What a document lacks of these, as terms."""
        return [
            term("without", word) for word, member in cls.lacking.items() if not document[member]
        ]

    #: Where records of this kind are summed up.
    sums: ClassVar[type[SumTable] | None] = None

    #: The member that names the record of which this one is a part, of kinds whose documents say whether they have parts
    #: (`has_parts`). There is a column of that name and `_id`.
    whole_member: ClassVar[str] = ""

    @classmethod
    def whole_of(cls, document: dict[str, Any] | None) -> str | None:
        """The record of which this one is a part, where that one's document says so."""
        return id_of(document[cls.whole_member]) if document and cls.whole_member else None

    @classmethod
    def compose(cls, document: dict[str, Any]) -> None:
        """Fill what references to the record show and references in its document decide: its label, codes above it."""
        document["label"] = cls.label_of(document)

    @classmethod
    def follow(cls, document: dict[str, Any]) -> None:
        """Bring a document whose references were brought up to date in line with them, from the document alone."""
        cls.compose(document)

    @classmethod
    def derive(cls, document: dict[str, Any], references: References) -> Iterator[None]:
        """Fill fields that follow from the rest of the document and from what is published of the records it names.

        A generator: after each `yield`, the references asked for are filled in, for all documents of a batch at once.
        """
        return iter(())

    @classmethod
    def columns(cls, document: dict[str, Any]) -> dict[str, Any]:
        """The filter columns of this kind, from the document alone."""
        raise NotImplementedError

    #: Kinds whose documents have parts that filters ask for by day (`DatedPart`).
    has_dated_parts: ClassVar[bool] = False

    @classmethod
    def dated_parts(cls, document: dict[str, Any]) -> list[dict[str, Any]]:
        """The columns of each `DatedPart`, less the record, from the document alone."""
        return []

    #: Of kinds whose documents state dated facts: where the index keeps them, and the kinds of those facts.
    stream: ClassVar[Stream | None] = None
    moment_kinds: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def moments(cls, document: dict[str, Any]) -> Iterator[Fact]:
        """Yield the dated facts that the document states, those of which the day is not known too, in an order that it decides."""
        return iter(())

    @classmethod
    def beside_states(cls, states: Sequence[UUID]) -> Clause | None:
        """A statement that gives records of this kind whose moments concern one of the states, though their documents do not name it."""
        return None

    @classmethod
    def beside_pair(cls, one: UUID, other: UUID) -> Clause | None:
        """A statement that gives records of this kind whose moments concern a pair of states, though their documents do not name both."""
        return None

    #: Kinds of which there may be millions, with a column `date`: full text finds the newest of them without reading the others.
    is_searched_by_date: ClassVar[bool] = False
    #: The column with codes that name a record exactly.
    code_column: ClassVar[str] = ""

    #: Whether a record is found by any word of its names (`PublishedName`), and not only by how its label begins.
    is_found_by_words: ClassVar[bool] = True

    @classmethod
    def called(cls, document: dict[str, Any]) -> Iterator[Called]:
        """Yield the names by which it is found while somebody types."""
        since, until = existence(document)
        yield Called(document["label"], NameSort.LABEL, since, until)
        for name in document.get("names", []):
            yield Called(name["name"], NameSort.of(name["kind"], name["language"]), since, until)

    @classmethod
    def hint(cls, document: dict[str, Any]) -> str:
        """What distinguishes it from others of the same name, in a few words: here, when it was."""
        return years(document.get("start"), document.get("end"))

    @classmethod
    def search_texts(cls, document: dict[str, Any]) -> tuple[str, str]:
        """Texts to search beside the label: other names (weight B), and prose, which is searched by English stems.

        A label that is a title in words is prose too.
        """
        names = " ".join(name["name"] for name in document.get("names", []))
        return names, ""

    @classmethod
    def reference_extras(cls, document: dict[str, Any]) -> dict[str, Any]:
        """What references to this kind say that its document does not say in one member (a state: its code)."""
        return {}

    @classmethod
    def facts(cls, document: dict[str, Any]) -> dict[str, Any]:
        """Ids of records that documents which name this one may show as well (a tenure: its office)."""
        return {}

    @classmethod
    def keys(cls, document: dict[str, Any]) -> list[str]:
        """Names that `ref` finds beside id and slug: `scheme:value` of each identifier."""
        return [f"{item['scheme']}:{item['value']}" for item in document.get("identifiers", [])]

    @classmethod
    def code_terms(cls, document: dict[str, Any]) -> dict[str, list[list[str | None]]] | None:
        """The first and the last possible day of each code among its keys, null where unknown; None of kinds without codes."""
        return None

    @classmethod
    def broader_id(cls, document: dict[str, Any]) -> str | None:
        """The record above in a tree that filters descend (topics, event types, places)."""
        return None

    @classmethod
    def state_ids(cls, document: dict[str, Any]) -> list[str]:
        """The states that this record stands for when another names it (an office: its state)."""
        return []


def existence(document: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return the first and the last day on which something with a start and an end may have been."""
    start, end = document.get("start"), document.get("end")
    return (start and start["earliest"], end and end["latest"])


def known_on(document: dict[str, Any]) -> dt.date:
    """The day on which what a document says was known: what goes on did so then."""
    return dt.date.fromisoformat(document["known_on"])


def years(start: dict[str, Any] | None, end: dict[str, Any] | None) -> str:
    """Return a span in years, as people write it: `1922–1991`, `since 1991`, `until 1918`."""  # noqa: RUF002
    begun, over = _year(start), _year(end)
    if begun and over:
        return begun if begun == over else f"{begun}–{over}"  # noqa: RUF001
    return f"since {begun}" if begun else f"until {over}" if over else ""


def _year(day: dict[str, Any] | None) -> str:
    """The year of an uncertain date; where it may lie in several, the date as it stands."""
    if not day:
        return ""
    first, last = day["earliest"], day["latest"]
    if first and last and first[:4] == last[:4]:
        return str(first[:4].lstrip("0"))
    return day["edtf"] or ""


def id_of(reference: dict[str, Any] | None) -> str | None:
    return reference["id"] if reference else None


def ids_of(references: list[dict[str, Any] | None]) -> list[str]:
    """Ids without the missing and without repeats, in order."""
    return list(dict.fromkeys(reference["id"] for reference in references if reference))


def terms_column() -> ArrayField[Any, Any]:
    """The column for what a record can be asked by, beside the records that it names, as numbers (records.terms)."""
    return ArrayField(
        models.BigIntegerField(),
        default=list,
        help_text="What it can be asked by, beside the records that it names (records.terms).",
    )


def terms_of(document: dict[str, Any], *members: str) -> list[int]:
    """Words of choice lists that a document has in these members, or that it has none there, as terms."""
    return sorted(term(name, document[name] or "") for name in members)


def gin_index(name: str, *columns: str, has_words: bool = False) -> GinIndex:
    """One index over all array columns and the full text: a multi-column GIN serves any subset of them.

    It may have the words of the label too (`has_words`), by which the desk finds records beside what else it is asked.

    What is new waits in a list, which every question reads, and which the write that fills it puts in order while others wait: a
    quarter of the usual length (docs/decisions/0089).
    """
    indexed = ["refs", "search", *columns]
    words = [Words(Folded("label"))] if has_words else []
    return GinIndex(
        *map(models.F, indexed if has_words else ()),
        *words,
        fields=() if has_words else indexed,
        condition=CURRENT,
        name=name,
        gin_pending_list_limit=1_024,  # KiB
    )


def label_index(column: str, name: str) -> models.Index:
    """An index over one column, for lists that are sorted by label."""
    return models.Index(fields=[column, "sort_label", "record_id"], condition=CURRENT, name=name)
