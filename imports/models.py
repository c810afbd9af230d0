"""Imports: what was taken in from a file, what became of each of its rows, and what may be there twice."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from records.identity import new_id


class ImportStatus(models.TextChoices):
    """How far an import has come."""

    CHECKING = "checking", "Checking"  #: a dry run is under way
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
    """One run of an import, dry or not: what was asked for, what came of it, and how to take it back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dataset = models.CharField(
        max_length=40,
        blank=True,
        help_text="The form of the file: `chancery`, or a data set such as `pocom`; blank until it is found out.",
    )
    file_name = models.CharField(max_length=300, help_text="The file or folder, as it was called.")
    status = models.CharField(
        max_length=12, choices=ImportStatus.choices, default=ImportStatus.CHECKING
    )
    source_ref = models.CharField(
        max_length=200, blank=True, help_text="The source to cite instead of the data set's own."
    )
    publishes = models.BooleanField(default=False, help_text="Publish what is new or changed.")
    is_partial = models.BooleanField(
        default=False, help_text="Keep the good rows when others are rejected."
    )
    withdraws = models.BooleanField(
        default=False, help_text="Withdraw records whose rows are no longer in the data set."
    )
    reason = models.TextField(
        blank=True, help_text="Why, as told to the public in the revisions that are published."
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(
        db_default=Now(), help_text="When the process that works on it last gave a sign of life."
    )
    written_at = models.DateTimeField(
        null=True,
        help_text="When the records were written, by the database's clock; later changes are somebody else's.",
    )
    finished_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=60, blank=True, help_text="What is being done right now.")
    done = models.PositiveIntegerField(default=0, help_text="Of the stage, how much is done ...")
    total = models.PositiveIntegerField(default=0, help_text="... of how much; 0 when not known.")
    rows = models.JSONField(default=dict, help_text="How many rows ended how.")
    records = models.JSONField(default=dict, help_text="How many records ended how, by kind.")
    published = models.PositiveIntegerField(default=0, help_text="Editions that were made.")
    message = models.TextField(blank=True, help_text="The result in a line.")
    #: The report as lines of JSON, compressed: it may be long and is read once.
    report = models.BinaryField(null=True)
    #: An uploaded file, until it was imported or given up. In the database, where every process of the service finds it.
    content = models.BinaryField(null=True)
    context_id = models.UUIDField(
        null=True,
        help_text="The context of its changes in the history, by which they can be undone.",
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


class ImportedRow(models.Model):
    """A row of a data set as it was last taken in."""

    dataset = models.CharField(max_length=40)
    row_id = models.CharField(max_length=300, help_text="What the data set calls the row.")
    file = models.CharField(max_length=300, help_text="The file in which it stood.")
    content_hash = models.CharField(max_length=64, help_text="SHA-256 of what it said.")
    records = models.JSONField(
        default=list,
        help_text="The records that hold it: pairs of kind and name, see ImportedRecord.",
    )
    batch = models.ForeignKey(
        ImportBatch,
        on_delete=models.CASCADE,
        related_name="imported_rows",
        help_text="The import that last found it new or changed.",
    )

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dataset", "row_id"], name="imported_row_is_kept_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset}:{self.row_id}"


class ImportedRecord(models.Model):
    """What a data set last said of a record: the member that says the same again leaves alone what the desk made of it."""

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
                fields=["dataset", "kind", "name"], name="imported_record_is_kept_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset}: {self.kind} {self.name}"
