"""Previews: what the editions of records would be asked by, if what is at the desk were published. For the desk only.

A record has one while it holds anything that is not published: drafts, what was changed since, what is withdrawn. The lists of the
desk ask previews what the API asks editions (`records.lists`). `records.publishing.previews` keeps them.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.signals import class_prepared
from django.dispatch import receiver

from records.models.dated_part import PartColumns
from records.models.edition import Edition
from records.models.reference import ReferenceColumns

#: Columns of editions that no preview has: a document is made when it is asked for, and of a revision there is none.
_OF_EDITIONS = frozenset((
    "id", "record_id", "revision", "position", "action", "document", "published_at", "superseded_at", "reason", "merged_into",
    "search",
))  # fmt: skip


class Preview(models.Model):
    """Base of previews. Each kind's is made of the columns of its editions."""

    #: Nothing of it is public.
    api_may: ClassVar[tuple[str, ...]] = ()

    record_id = models.UUIDField(primary_key=True, help_text="The record.")
    published_at = models.DateTimeField(null=True, help_text="When it was last published.")
    made_of = models.DateTimeField(help_text="The last change of the record that it shows.")

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"preview of {self.record_id}"


class DuePreview(models.Model):
    """A record that was written and is not public as it is: its preview has to be made, unless that is done already.

    Triggers of the records add one for each, however it is written. What a transaction added is seen when it is over, as what it wrote is.
    """

    #: Nothing of it is public.
    api_may: ClassVar[tuple[str, ...]] = ()

    kind = models.CharField(max_length=20)
    record_id = models.UUIDField(help_text="The record, which may be gone since.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"


class ReferencePreview(ReferenceColumns):
    """What a record with a preview is called, and what it stands for when others name it."""

    api_may: ClassVar[tuple[str, ...]] = ()

    class Meta(ReferenceColumns.Meta):
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["keys"], name="referencepreview_by_key"),
            models.Index(fields=["kind", "slug"], name="referencepreview_by_slug"),
            models.Index(fields=["kind", "code"], name="referencepreview_by_code"),
            models.Index(
                fields=["broader_id"],
                condition=models.Q(broader_id__isnull=False),
                name="referencepreview_by_broader",
            ),
        ]


class DatedPartPreview(PartColumns):
    """A dated part of a record with a preview."""

    api_may: ClassVar[tuple[str, ...]] = ()

    class Meta(PartColumns.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["record_id", "kind"], name="partpreview_by_record"),
        ]


#: Previews by the editions that they are like.
_PREVIEWS: dict[type[Edition], type[Preview]] = {}


def preview_of(editions: type[Edition]) -> type[Preview]:
    """Return the model of previews of a kind."""
    return _PREVIEWS[editions]


@receiver(class_prepared)
def _make_preview(sender: type[models.Model], **_signal: object) -> None:
    """Make the previews of editions, so that no kind can forget them."""
    if not issubclass(sender, Edition):
        return
    name = sender.__name__.replace("Edition", "Preview")
    own: dict[str, Any] = {
        field.name: field.clone()
        for field in sender._meta.concrete_fields
        if field.name not in _OF_EDITIONS
    }
    lists = [each for each, field in own.items() if isinstance(field, ArrayField)]
    by_content = GinIndex(fields=lists, name=f"{name.lower()}_by_content")
    meta = type("Meta", (Preview.Meta,), {"abstract": False, "indexes": [by_content]})
    _PREVIEWS[sender] = type(
        name, (Preview,), {"__module__": sender.__module__, "Meta": meta, **own}
    )
