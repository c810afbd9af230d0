"""Imports: the status and result of each, and the rows and records that a data set had at its last import."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from records.identity import new_id
from records.models import STATED, Nature

if TYPE_CHECKING:
    from collections.abc import Collection


class ImportStatus(models.TextChoices):
    """The status of an import."""

    CHECKING = "checking", "Checking"  #: a dry run is running
    CHECKED = "checked", "Checked"  #: the dry run is done; nothing was written
    RUNNING = "running", "Running"  #: records are being written, all in one transaction
    PUBLISHING = (
        "publishing",
        "Publishing",
    )  #: the records are written and are being published in batches
    DONE = "done", "Done"
    REJECTED = "rejected", "Rejected"  #: rows were rejected, so nothing was written
    FAILED = (
        "failed",
        "Failed",
    )  #: the input could not be read, or the process ended; nothing was written
    UNDOING = "undoing", "Undoing"
    UNDONE = "undone", "Undone"


#: Statuses in which a process is, or was, at work on the import.
AT_WORK = (
    ImportStatus.CHECKING,
    ImportStatus.RUNNING,
    ImportStatus.PUBLISHING,
    ImportStatus.UNDOING,
)


class ImportBatch(models.Model):
    """One import, or dry run of it: its options, its progress and its result."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dataset = models.CharField(
        max_length=40,
        blank=True,
        help_text="The format: `chancery`, or a data set such as `pocom`; blank until it is recognised.",
    )
    file_name = models.CharField(max_length=300, help_text="The name of the file or folder.")
    status = models.CharField(
        max_length=12, choices=ImportStatus.choices, default=ImportStatus.CHECKING
    )
    source_ref = models.CharField(
        max_length=200, blank=True, help_text="The source to cite instead of the data set's own."
    )
    publishes = models.BooleanField(default=False, help_text="Publish new and changed records.")
    is_partial = models.BooleanField(
        default=False, help_text="Keep the good rows when others are rejected."
    )
    restores = models.BooleanField(
        default=False,
        help_text="Bring back withdrawn records that the files are about, as published.",
    )
    withdraws = models.BooleanField(
        default=False,
        help_text="Withdraw published records whose rows are no longer in the data set.",
    )
    reason = models.TextField(
        blank=True, help_text="Shown to the public with the published revisions."
    )
    nature = models.CharField(
        max_length=12,
        choices=[(nature.value, nature.label) for nature in STATED],
        blank=True,
        help_text="Why public records change; blank leaves it to their days.",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(
        db_default=Now(), help_text="The last heartbeat of its process, or the last action."
    )
    written_at = models.DateTimeField(
        null=True,
        help_text="When the records were written, by the database's clock; later changes are not the import's.",
    )
    finished_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=60, blank=True, help_text="What its process is doing.")
    done = models.PositiveIntegerField(default=0, help_text="How much of the stage is done.")
    total = models.PositiveIntegerField(
        default=0, help_text="How much the stage has to do; 0 when not known."
    )
    rows = models.JSONField(default=dict, help_text="The number of rows by outcome.")
    records = models.JSONField(default=dict, help_text="The number of records by kind and outcome.")
    published = models.PositiveIntegerField(
        default=0, help_text="The number of editions that were made."
    )
    message = models.TextField(blank=True, help_text="The result in a line.")
    #: The report as lines of JSON, compressed: it may be long and is read once.
    report = models.BinaryField(null=True)
    #: An uploaded file, until it is imported or given up. In the database, which every process of the service can read.
    content = models.BinaryField(null=True)
    context_id = models.UUIDField(
        null=True,
        help_text="The context of its changes in the history; undo finds them by it.",
    )

    class Meta:
        verbose_name = "import"
        default_permissions = ("add", "view", "change")
        ordering: ClassVar[list[str]] = ["-started_at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["dataset", "status"], name="import_by_data_set"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=ImportStatus.values), name="import_status_is_in_its_list"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name}, {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def stated_nature(self) -> Nature | None:
        """Why public records change, where the person who imports says it for all of them."""
        return Nature(self.nature) if self.nature else None


class ImportedRow(models.Model):
    """A row of a data set, as of an import that found it new, changed or gone.

    The last one is what the data set said last. What an undone import kept is deleted, so that the one before it counts
    again.
    """

    dataset = models.CharField(max_length=40)
    row_id = models.CharField(max_length=300, help_text="What the data set calls the row.")
    file = models.CharField(max_length=300, help_text="The file that had it.")
    content_hash = models.CharField(
        max_length=64,
        blank=True,
        help_text="SHA-256 of its content; empty where it was gone, and its records were withdrawn.",
    )
    records = models.JSONField(
        default=list,
        help_text="The records that it became: pairs of kind and name, see ImportedRecord.",
    )
    batch = models.ForeignKey(
        ImportBatch,
        on_delete=models.CASCADE,
        related_name="imported_rows",
        help_text="The import in which it was new, changed or gone.",
    )

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["dataset", "row_id", "batch"], name="imported_row_is_kept_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset}:{self.row_id}"

    @classmethod
    def last(cls, dataset: str) -> models.QuerySet[ImportedRow]:
        """Return each row of a data set as its last import left it, by its id; without those that are gone."""
        newest = cls.objects.filter(dataset=dataset).order_by("row_id", "-pk").distinct("row_id")
        return (
            cls.objects.filter(pk__in=newest.values("pk"))
            .exclude(content_hash="")
            .order_by("row_id")
        )


class ImportedRecord(models.Model):
    """What a data set said of a record in an import in which that was new or changed.

    The last one counts: a member that is the same in the next import does not overwrite an edit.
    """

    dataset = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    name = models.CharField(
        max_length=300, help_text="Its first identifier as `scheme:value`, or its slug."
    )
    record_id = models.UUIDField()
    members = models.JSONField(help_text="A hash of each member of the document.")
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, related_name="imported_records"
    )

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["dataset", "kind", "name", "batch"], name="imported_record_is_kept_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset}: {self.kind} {self.name}"

    @classmethod
    def last(cls, dataset: str, kinds: Collection[str]) -> models.QuerySet[ImportedRecord]:
        """Return what the last import of a data set that said something new said of each record of some kinds."""
        said = cls.objects.filter(dataset=dataset, kind__in=kinds)
        newest = said.order_by("kind", "name", "-pk").distinct("kind", "name")
        return cls.objects.filter(pk__in=newest.values("pk"))
