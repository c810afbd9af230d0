"""The names of published records, to find them while somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from records.desk_search import Folded, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Letters of a name that are kept.
LENGTH = 300
#: The language of labels.
LABELLED_IN = "en"


class NameSort(models.IntegerChoices):
    """What sort of name it is, the one that counts most first."""

    CODE = 0, "Code"  #: a code that means the record today
    LABEL = 1, "Label"  #: how documents name it
    NAME = 2, "Name"  #: another name, in whatever script
    PAST = 3, "Past"  #: a former name, or a code that it does not bear any more
    FOREIGN = 4, "Foreign"  #: a name in another language than English, in which labels are

    @classmethod
    def of(cls, kind: str, language: str | None) -> NameSort:
        """Return the sort of a name that is no label, by its kind and language."""
        if (language or LABELLED_IN) != LABELLED_IN:
            return cls.FOREIGN
        return cls.PAST if kind == "former" else cls.NAME


class Called(NamedTuple):
    """One name of a record, as its document has it."""

    name: str
    sort: NameSort
    since: str | None = None  #: first day on which it may have named something
    until: str | None = None  #: last such day


class PublishedName(models.Model):
    """One name of a published record. Kept by publishing from the document alone; withdrawn and merged records have none.

    For kinds of which there are few enough to find them by any of their words. The millions (events, statements, tenures, sources) are
    found by the beginning of their label, off the index of the editions themselves.
    """

    #: What the role of the API may do with the table (config/db/api_role.py).
    api_may: ClassVar[tuple[str, ...]] = ("SELECT",)

    pk = models.CompositePrimaryKey("record_id", "place")
    record_id = models.UUIDField(help_text="The record.")
    place = models.PositiveSmallIntegerField(help_text="Its place among the record's names.")
    kind = models.CharField(max_length=20, help_text="The record's kind.")
    sort = models.PositiveSmallIntegerField(choices=NameSort.choices)
    name = models.CharField(max_length=LENGTH, help_text="As written, or its beginning.")
    folded = models.GeneratedField(
        expression=Folded("name"), output_field=models.TextField(), db_persist=True
    )
    since = models.DateField(null=True, help_text="First day on which it may have named something.")
    until = models.DateField(null=True, help_text="Last such day.")

    class Meta:
        default_permissions = ()
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                models.F("kind"),
                OpClass(models.F("folded"), name="text_pattern_ops"),
                name="publishedname_by_beginning",
            ),
            GinIndex(Words("folded"), name="publishedname_by_words"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def rows_of(
        cls, kind: str, document: dict[str, Any], names: Iterator[Called]
    ) -> list[dict[str, Any]]:
        """Return the rows of a document, each name once."""
        once: dict[str, Called] = {}
        for each in sorted(names, key=lambda name: name.sort):
            if each.name:
                once.setdefault(each.name[:LENGTH], each)
        return [
            {
                "record_id": document["id"],
                "place": place,
                "kind": kind,
                "sort": each.sort.value,
                "name": name,
                "since": each.since,
                "until": each.until,
            }
            for place, (name, each) in enumerate(once.items())
        ]
