"""Sources: what facts are cited to."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from config.dates.fields import UncertainDateField, uncertain_date_constraints
from records.desk_search import name_indexes
from records.history import tracked
from records.models.citation import Identifier
from records.models.record import Record
from records.models.word import KeepWords


class SourceKind(models.TextChoices):
    """What sort of publication it is."""

    NEWS = "news", "News"  #: a news story
    PRESS_RELEASE = "press_release", "Press release"  #: issued by one of the parties
    #: gazette, parliamentary record, register
    OFFICIAL_RECORD = "official_record", "Official record"
    TREATY_SERIES = "treaty_series", "Treaty series"  #: UNTS, TIAS, a national series
    DATASET = "dataset", "Data set"
    SOCIAL_POST = "social_post", "Social media post"
    BOOK = "book", "Book"
    OTHER = "other", "Other"


@tracked
class Source(Record):
    """Something that can be cited. Any of address, date and publisher may be missing, and then stays so."""

    object_kind = "source"

    kind = models.CharField(
        max_length=16,
        choices=SourceKind.choices,
        help_text="News, press release, official record, treaty series, data set, social post, book or other.",
    )
    title = models.CharField(
        max_length=500, help_text="The title, or a plain description where it has none."
    )
    publisher = models.CharField(
        max_length=300, blank=True, help_text="Who published it; blank when unknown."
    )
    authors = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        help_text="Authors as the source names them, in its order.",
    )
    url = models.URLField(
        max_length=2000, blank=True, help_text="Its address on the web; blank when unknown."
    )
    archived_url = models.URLField(
        max_length=2000, blank=True, help_text="The address of an archived copy."
    )
    published = UncertainDateField(help_text="When it was published; blank when unknown.")
    retrieved_on = models.DateField(
        null=True, blank=True, help_text="The day on which the desk read it."
    )
    language = models.CharField(
        max_length=35, blank=True, help_text="Language tag (BCP 47), such as `en`."
    )
    licence = models.CharField(
        max_length=200,
        blank=True,
        help_text="The licence of the source, as an SPDX identifier where there is one.",
    )
    content_hash = models.CharField(
        max_length=64,
        blank=True,
        help_text="SHA-256 of the file that was read, in lower-case hexadecimal.",
    )

    class Meta(Record.Meta):
        ordering = ("title", "pk")
        indexes = [
            *Record.Meta.indexes,
            *name_indexes("source", "title"),
            *name_indexes("source_publisher", "publisher"),
            # As lists of the desk have them.
            models.Index(fields=["title", "id"], name="source_in_order"),
        ]
        triggers = [*Record.Meta.triggers, KeepWords("title"), KeepWords("publisher")]
        constraints = [
            *Record.Meta.constraints,
            *uncertain_date_constraints("source", "published"),
            models.CheckConstraint(
                condition=models.Q(content_hash="")
                | models.Q(content_hash__regex=r"^[0-9a-f]{64}$"),
                name="source_content_hash_is_sha256",
                violation_error_message="A content hash is 64 hexadecimal digits in lower case (SHA-256).",
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked
class SourceIdentifier(Identifier):
    """What another system calls the source."""

    record = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="identifiers")
