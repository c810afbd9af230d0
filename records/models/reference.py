"""The public name of each published record: one table over all kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

if TYPE_CHECKING:
    from uuid import UUID


#: What every reference opens with.
_OPENING = ("id", "object", "label")


class Standing(models.TextChoices):
    """Whether the record is public."""

    PUBLISHED = "published", "Published"
    WITHDRAWN = "withdrawn", "Withdrawn"
    MERGED = "merged", "Merged"


class ReferenceColumns(models.Model):
    """What the public name of a record says, from one instant on."""

    #: What the role of the API may do with the table (config/db/api_role.py).
    api_may: ClassVar[tuple[str, ...]] = ("SELECT",)

    id = models.UUIDField(primary_key=True, help_text="The record's id.")
    kind = models.CharField(max_length=20, help_text="The record's kind, `object` in documents.")
    standing = models.CharField(max_length=10, choices=Standing.choices)
    slug = models.CharField(max_length=120)
    code = models.CharField(
        max_length=40, blank=True, help_text="The short code of a state, event type or topic."
    )
    keys = ArrayField(
        models.TextField(),
        default=list,
        help_text="`scheme:value` of every identifier it has as published.",
    )
    code_terms = models.JSONField(
        null=True,
        help_text="The first and last possible days on which it had each code in `keys`, where the kind has dated codes.",
    )
    body = models.JSONField(
        help_text="The reference as documents embed it: id, object, label, and what its kind has beside."
    )
    broader_id = models.UUIDField(null=True, help_text="The record above it in its tree.")
    state_ids = ArrayField(
        models.UUIDField(),
        default=list,
        help_text="The states that it stands for when a document names it.",
    )
    facts = models.JSONField(
        default=dict,
        help_text="What documents that name it may say of it beyond the reference itself (a tenure: its office).",
    )
    merged_into = models.UUIDField(
        null=True, help_text="The survivor; always the last one of a chain."
    )
    was_withdrawn = models.BooleanField(
        default=False,
        help_text="Whether it, or a record that it was merged into, was withdrawn when that was merged: nothing of it is served.",
    )
    since = models.DateTimeField(help_text="When it was published so.")

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.body["label"])


_MEMBERS = [field.attname for field in ReferenceColumns._meta.local_fields]
_OLD, _NEW = (
    ", ".join(f"{row}.{name}" for name in _MEMBERS if name != "since") for row in ("OLD", "NEW")
)
#: Keeps what a reference was until it changed. What changes twice in the same instant was seen by nobody in between.
_KEEP_FORMER = f"""
    IF ({_OLD}) IS NOT DISTINCT FROM ({_NEW}) THEN NEW.since = OLD.since; RETURN NEW; END IF;
    IF OLD.since = NEW.since THEN RETURN NEW; END IF;
    INSERT INTO records_formerreference ({", ".join(_MEMBERS)}, until)
    VALUES ({", ".join(f"OLD.{name}" for name in _MEMBERS)}, NEW.since);
    RETURN NEW;
"""  # noqa: S608 - names of our own table and columns


class Reference(ReferenceColumns):
    """The public name of a record that was ever published, as other documents embed it.

    Public like editions. Publishing fills documents from here, never from working tables, so that an unpublished new
    name cannot become public through a document that mentions the record. What it was before goes to `FormerReference`.
    """

    class Meta(ReferenceColumns.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "slug"], name="reference_slug_names_one_record_of_its_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(standing="merged", merged_into__isnull=False)
                | (~models.Q(standing="merged") & models.Q(merged_into__isnull=True)),
                name="reference_leads_on_only_when_merged",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["keys"], name="reference_by_key"),
            models.Index(fields=["kind", "code"], name="reference_by_code"),
            models.Index(
                fields=["broader_id"],
                condition=models.Q(broader_id__isnull=False),
                name="reference_by_broader",
            ),
            models.Index(
                fields=["kind", "since"],
                condition=~models.Q(standing="published"),
                name="reference_gone",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Trigger(
                name="keep_former",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_KEEP_FORMER,
            ),
        ]

    def embedded(self) -> dict[str, Any]:
        """Return the body in its one order: the database keeps keys in an order of its own, documents are compared as bytes."""
        return in_order(self.body)


class FormerReference(ReferenceColumns):
    """What a `Reference` was until it changed: for questions about what was published then (`as_of`)."""

    row = models.BigAutoField(primary_key=True)
    id = models.UUIDField(help_text="The record's id.")
    until = models.DateTimeField(help_text="When it changed.")

    class Meta(ReferenceColumns.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["until"], name="formerreference_by_end"),
            models.Index(fields=["id", "since"], name="formerreference_by_record"),
        ]


def in_order(body: dict[str, Any]) -> dict[str, Any]:
    """Return a reference, and those within it, with id, object and label first and the rest by name."""
    rest = sorted(body.keys() - _OPENING)
    ordered = {}
    for name in (*_OPENING, *rest):
        value = body[name]
        ordered[name] = in_order(value) if isinstance(value, dict) else value
    return ordered


class PendingLabel(models.Model):
    """A new label that too many documents show to be brought up to date at once; some of them still show the old one.

    Labels that changed in the same transaction are propagated together. Their documents are gone through by kind, as kinds
    are registered, and then by id; the place is that of the last one done.
    """

    record_id = models.UUIDField(primary_key=True)
    since = models.DateTimeField(help_text="When the label changed.")
    done_kind = models.CharField(
        max_length=20, blank=True, help_text="The place; empty when none is done yet."
    )
    done_id = models.UUIDField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(done_kind="", done_id__isnull=True)
                | (~models.Q(done_kind="") & models.Q(done_id__isnull=False)),
                name="pending_label_has_a_whole_place_or_none",
            ),
        ]

    def __str__(self) -> str:
        return str(self.record_id)


class References(Protocol):
    """What serializers and editions ask for references while a document is made (`records.publishing.documents`)."""

    def to(self, kind: str, key: UUID) -> dict[str, Any]:
        """Return the reference to a record; it is filled in later, from what is published of the record."""

    def stands_for(self, key: str) -> list[UUID]:
        """The states that a named record stands for, as published (an office: its state)."""

    def facts(self, key: str) -> dict[str, Any]:
        """What a named record's document says that others may repeat, as published (a tenure: its office)."""
