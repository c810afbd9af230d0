"""Types of event: a tree, with each type's place in the codebooks of event data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from records.constraints import NoCycle
from records.desk_search import name_indexes
from records.history import tracked
from records.models import Identifier, KeepWords, Record

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

# Sources of the codes that ship (events/reference_data): CAMEO Event and Actor Codebook 1.1b3, 2012; scores as the Penn State
# Event Data Project assigned them to it; PLOVER draft 0.8, 2021, which has no place for mere statements and symbolic acts.

#: Ends of the Goldstein scale (Goldstein 1992, Journal of Conflict Resolution 36:369-385).
GOLDSTEIN_LIMIT = 10


@tracked
class EventType(Record):
    """What sort of event it is. PLOVER, CAMEO and Goldstein values belong to the type, never to a single event."""

    object_kind = "event_type"

    code = models.SlugField(
        max_length=40,
        unique=True,
        help_text="Short code in lower case with underscores (`transit_stop`); the slug is the same.",
    )
    label = models.CharField(max_length=200, help_text="What the type is called in English.")
    description = models.TextField(
        blank=True, help_text="What counts as an event of this type; blank when plain."
    )
    broader = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="narrower",
        help_text="The next broader type, which a filter by that type includes; blank at the top.",
    )
    plover_type = models.CharField(
        max_length=20,
        blank=True,
        help_text="Event type of the PLOVER codebook, in capitals (`CONSULT`); blank where it has none.",
    )
    plover_mode = models.CharField(
        max_length=20,
        blank=True,
        help_text="Mode of that type in the PLOVER codebook (`phone`); blank where it has none.",
    )
    cameo_code = models.CharField(
        max_length=4,
        blank=True,
        help_text="Code of the CAMEO codebook, as text: leading zeros count (`042`). Blank where it has none.",
    )
    goldstein = models.DecimalField(
        max_digits=3,
        decimal_places=1,
        null=True,
        blank=True,
        help_text="Score of that CAMEO code on the Goldstein scale, from -10 (conflict) to 10 (cooperation).",
    )

    if TYPE_CHECKING:
        identifiers: RelatedManager[EventTypeIdentifier]

    class Meta(Record.Meta):
        ordering = ("code",)
        indexes = [
            *Record.Meta.indexes,
            *name_indexes("event_type", "label"),
            *name_indexes("event_type_code", "code"),
        ]
        triggers = [*Record.Meta.triggers, KeepWords("label"), KeepWords("code")]
        constraints = [
            *Record.Meta.constraints,
            NoCycle(
                name="event_type_is_not_broader_than_itself",
                ascends="broader",
                violation_error_message="A type cannot lie below itself.",
            ),
            models.CheckConstraint(
                condition=models.Q(cameo_code="")
                | models.Q(cameo_code__regex=r"^(0[1-9]|1[0-9]|20)[0-9]{0,2}$"),
                name="event_type_cameo_code_is_two_to_four_digits",
                violation_error_message="A CAMEO code has two to four digits and starts with 01 to 20.",
            ),
            models.CheckConstraint(
                condition=models.Q(goldstein=None)
                | models.Q(goldstein__range=(-GOLDSTEIN_LIMIT, GOLDSTEIN_LIMIT)),
                name="event_type_goldstein_lies_on_its_scale",
                violation_error_message="The Goldstein scale goes from -10 to 10.",
            ),
            models.CheckConstraint(
                condition=models.Q(plover_mode="") | ~models.Q(plover_type=""),
                name="event_type_plover_mode_has_a_type",
                violation_error_message="A PLOVER mode is a mode of a PLOVER type: name that too.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def clean_fields(self, exclude: Any = None) -> None:
        """Take the code as the slug: one name for it everywhere."""
        self.slug = self.slug or self.code
        super().clean_fields(exclude=exclude)


@tracked
class EventTypeIdentifier(Identifier):
    """What another codebook calls the type."""

    record = models.ForeignKey(EventType, on_delete=models.CASCADE, related_name="identifiers")
