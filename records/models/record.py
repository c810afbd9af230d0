"""The record: a thing with identity, citations, editorial state and editions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

import pgtrigger
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models.functions import Greatest, Now
from django.db.models.signals import class_prepared
from django.dispatch import receiver

from records.constraints import CheckedHere, OncePublishedStays, plain_text
from records.identity import SLUG_LENGTH, free_slug, new_id

if TYPE_CHECKING:
    from datetime import datetime

#: Fields of every record of which nothing is published: a change of them leaves nothing to be published.
NEVER_PUBLISHED = ("curators_note", "locked_fields")
#: `Record.written_at` in a query. PostgreSQL leaves out what is NULL.
WRITTEN_AT = Greatest("changed_at", "noted_at")


def index_of_known(field: str, name: str) -> models.Index:
    """Return the index of a key that most rows leave open: of those that do not."""
    return models.Index(
        fields=[field], condition=models.Q(**{f"{field}__isnull": False}), name=name
    )


class EditorialState(models.TextChoices):
    """Whether a record is public, and if not, why."""

    DRAFT = "draft", "Draft"  #: being written, not public
    IN_REVIEW = (
        "in_review",
        "In review",
    )  #: a draft that was submitted: it waits for a reviewer or a publisher
    PUBLISHED = "published", "Published"  #: its last edition is public
    WITHDRAWN = "withdrawn", "Withdrawn"  #: was published; its id answers 410 with the reason
    MERGED = "merged", "Merged"  #: was the same thing as another record, to which its id leads


#: That a record is not public as it is: SQL over a row of it by that name. Its preview says what it would be (`records.models.preview`).
HAS_PREVIEW = (
    "({0}.editorial_state IN ('draft', 'in_review', 'withdrawn')"
    " OR ({0}.editorial_state = 'published' AND {0}.changed_at > {0}.published_at))"
)


class AskForPreview(pgtrigger.Trigger):
    """Remember of each record that is written and not public as it is that its preview has to be made (`DuePreview`)."""

    level = pgtrigger.Statement
    when = pgtrigger.After
    referencing = pgtrigger.Referencing(new="new_values")  # type: ignore[no-untyped-call] # it carries no types

    def __init__(self, operation: pgtrigger.Operation) -> None:
        super().__init__(name=f"ask_for_preview_{str(operation).lower()}", operation=operation)

    def get_func(self, model: Any) -> str:
        # Migrations compile triggers from a copy of the model that has only its fields.
        record = cast("type[Record]", apps.get_model(model._meta.label))
        return (
            f"INSERT INTO records_duepreview (kind, record_id) SELECT '{record.object_kind}', id FROM new_values"  # noqa: S608 - our own names
            f" WHERE {HAS_PREVIEW.format('new_values')}; RETURN NULL;"
        )


class Record(CheckedHere):
    """What every record has: the working copy, which can be edited at any time. Only its editions are public."""

    id = models.UUIDField(
        primary_key=True,
        default=new_id,
        editable=False,
        help_text="UUIDv7, given once and never used again.",
    )
    slug = models.SlugField(
        max_length=SLUG_LENGTH,
        unique=True,
        blank=True,
        help_text="Stable public name in addresses; made from the label when left blank, fixed once published.",
    )
    editorial_state = models.CharField(
        max_length=12,
        choices=EditorialState.choices,
        default=EditorialState.DRAFT,
        help_text="Draft, in review, published, withdrawn or merged.",
    )
    contested = models.BooleanField(
        default=False,
        help_text="Sources make competing claims about this record; the citations say which.",
    )
    locked_fields = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        help_text="Names of fields that a curator decided and a later import must not overwrite.",
    )
    curators_note = models.TextField(
        blank=True,
        help_text="For the desk only; never published.",
    )
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged_from",
        help_text="The surviving record, when this one proved to be the same thing.",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_at = models.DateTimeField(
        db_default=Now(),
        editable=False,
        help_text="Last change of the record or of one of its parts; kept by the database.",
    )
    noted_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text=(
            "Last change of what is never published of it: the curator's note and the protected fields; kept by the database."
        ),
    )
    published_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When the record was last published from here; empty when it never was.",
    )

    writers = ArrayField(
        models.BigIntegerField(),
        db_default=models.Func(function="chancery_writers"),
        editable=False,
        help_text="Accounts that wrote anything of it that is not published yet; kept by the database, emptied by publishing.",
    )

    #: What the API calls this kind of record (`object` in documents): the one word for it everywhere.
    object_kind: ClassVar[str]

    class Meta:
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "review", "publish")
        indexes = [
            # What is not public as it is, of which there is little: `records.badges.WAITING`, and what is withdrawn or merged.
            models.Index(
                fields=["editorial_state", "changed_at"],
                condition=models.Q(
                    editorial_state__in=["draft", "in_review", "withdrawn", "merged"]
                )
                | models.Q(editorial_state="published", changed_at__gt=models.F("published_at")),
                name="%(class)s_waiting",
            ),
            GinIndex(
                fields=["writers"], condition=~models.Q(writers=[]), name="%(class)s_by_writer"
            ),
            models.Index(fields=["changed_at"], name="%(class)s_by_change"),
            models.Index(
                fields=["id"], condition=models.Q(contested=True), name="%(class)s_contested"
            ),
        ]
        constraints = [
            OncePublishedStays(
                name="once_published_%(class)s_keeps_id_and_slug",
                violation_error_message="A published record keeps its id and slug and cannot be deleted: withdraw it instead.",
            ),
            models.CheckConstraint(
                condition=~models.Q(editorial_state="merged") | models.Q(merged_into__isnull=False),
                name="merged_%(class)s_names_its_survivor",
                violation_error_message="A merged record names the record it was merged into.",
            ),
            models.CheckConstraint(
                condition=~models.Q(editorial_state__in=["published", "withdrawn"])
                | models.Q(published_at__isnull=False),
                name="published_%(class)s_has_a_time",
                violation_error_message="Publish or withdraw the record instead of setting its state.",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            # The clock, not the transaction's start: a publisher who waited for this row's lock must see the later time.
            pgtrigger.Trigger(
                name="record_change",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    exclude=[
                        "changed_at",
                        "published_at",
                        "editorial_state",
                        "merged_into",
                        "writers",
                        "noted_at",
                        *NEVER_PUBLISHED,
                    ],
                ),
                # Whatever the row says: an instance that was read before somebody else's change does not know of them.
                func="NEW.changed_at = clock_timestamp(); NEW.writers = chancery_writers(OLD.writers); RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="record_noted",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*NEVER_PUBLISHED),
                func="NEW.noted_at = clock_timestamp(); RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="record_gone",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="old_values"),  # type: ignore[no-untyped-call] # it carries no types
                func=(
                    "UPDATE records_review SET state = 'deleted', since = clock_timestamp() "
                    "WHERE state IN ('waiting', 'approved', 'sent_back') AND record_id IN (SELECT id FROM old_values); "
                    "RETURN NULL;"
                ),
            ),
            AskForPreview(pgtrigger.Insert),
            AskForPreview(pgtrigger.Update),
        ]

    @property
    def is_published(self) -> bool:
        """Whether an edition of it is public."""
        return self.editorial_state == EditorialState.PUBLISHED

    @property
    def written_at(self) -> datetime:
        """When anything of it was changed last, the curator's note included: what a form or a file was read before."""
        return max(self.changed_at, self.noted_at or self.changed_at)

    @property
    def has_unpublished_changes(self) -> bool:
        return (
            self.is_published
            and self.published_at is not None
            and self.changed_at > self.published_at
        )

    def clean_fields(self, exclude: Any = None) -> None:
        if not self.slug:
            try:
                self.slug = free_slug(type(self), str(self))
            except ObjectDoesNotExist:
                # Its label is made of a record that is missing: that is the error to report.
                exclude = {*(exclude or ()), "slug"}
        super().clean_fields(exclude=exclude)


class TouchRecord(pgtrigger.Trigger):
    """Mark records as changed when parts of them are added, changed or removed: one statement, however many parts there are."""

    level = pgtrigger.Statement
    when = pgtrigger.After

    def __init__(self, operation: pgtrigger.Operation) -> None:
        self._rows = {
            pgtrigger.Insert: ("new",),
            pgtrigger.Update: ("old", "new"),  # a part may move to another record
            pgtrigger.Delete: ("old",),
        }[operation]
        super().__init__(
            name=f"touch_record_{str(operation).lower()}",
            operation=operation,
            referencing=pgtrigger.Referencing(**{row: f"{row}_values" for row in self._rows}),  # type: ignore[no-untyped-call] # it carries no types
        )

    def get_func(self, model: Any) -> str:
        """Follow `part_of` to the records; only the first change in a transaction, or since a publication in it, writes.

        Whether it is the first is asked of the row, not of the clock: a transaction that began before another one's change,
        and writes after it, changes the record once more. So does one by an account that is not yet among the writers.
        """
        # Migrations compile triggers from a copy of the model that has only its fields.
        part = cast("type[Part]", apps.get_model(model._meta.label))
        first, _, onward = part.part_of.partition("__")
        link: Any = part._meta.get_field(first)
        owner = link.related_model._meta
        keys = " UNION ALL ".join(f'SELECT "{link.column}" FROM {row}_values' for row in self._rows)  # noqa: S608 - our own names
        if onward:
            middle, next_link = owner, owner.get_field(onward)
            owner = next_link.related_model._meta
            keys = f'SELECT "{next_link.column}" FROM "{middle.db_table}" WHERE id IN ({keys})'  # noqa: S608 - our own names
        return (
            f'UPDATE "{owner.db_table}" SET changed_at = clock_timestamp(), writers = chancery_writers(writers) '  # noqa: S608 - our own names
            f"WHERE id IN ({keys}) AND CASE WHEN changed_at < now() OR changed_at <= published_at THEN true "
            f'WHEN writers <> chancery_writers(writers) THEN true ELSE NOT chancery_wrote("{owner.db_table}".xmin) END; '
            "RETURN NULL;"
        )


class Part(CheckedHere):
    """A row that belongs to one record, and is edited, published and deleted with it."""

    #: The foreign key to the record, or `part__record` where the part belongs to another part.
    part_of: ClassVar[str] = "record"

    class Meta:
        abstract = True
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            TouchRecord(pgtrigger.Insert),
            TouchRecord(pgtrigger.Update),
            TouchRecord(pgtrigger.Delete),
        ]


@receiver(class_prepared)
def _texts_are_plain(sender: type[models.Model], **_signal: object) -> None:
    """Records and parts have plain texts, so that no new one can forget it."""
    if issubclass(sender, Record | Part):
        plain_text(sender)
