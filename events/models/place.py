"""Places where events happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from people.models import DatedName, State
from people.models.choices import choice_constraint
from records.constraints import NoCycle
from records.desk_search import name_indexes
from records.history import tracked
from records.models import Identifier, KeepWords, Record

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class PlaceKind(models.TextChoices):
    """What sort of place it is (schema.org: Place and what lies below it)."""

    CITY = "city", "City"  #: a settlement of any size
    VENUE = "venue", "Venue"  #: a building, hall or address
    REGION = "region", "Region"  #: a part of a state, or of several
    BASE = "base", "Base"  #: a military base
    AT_SEA = "at_sea", "At sea"  #: a ship, or waters outside a port


@tracked
class Place(Record):
    """A place, as far as events need it."""

    object_kind = "place"

    name = models.CharField(
        max_length=300, help_text="Usual name in English, as documents show it."
    )
    kind = models.CharField(
        max_length=8,
        choices=PlaceKind.choices,
        help_text="City, venue, region, base, or at sea.",
    )
    state = models.ForeignKey(
        State,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="places",
        help_text="The state in which it lies today; blank for none (at sea), several or an open question.",
    )
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        help_text="The place in which it lies (a venue: its city), which a filter by that place includes.",
    )
    latitude = models.DecimalField(
        max_digits=8,
        decimal_places=6,
        null=True,
        blank=True,
        help_text="Degrees north of the equator (WGS 84), negative to the south; blank when unknown.",
    )
    longitude = models.DecimalField(
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        help_text="Degrees east of Greenwich (WGS 84), negative to the west; blank when unknown.",
    )

    if TYPE_CHECKING:
        names: RelatedManager[PlaceName]
        identifiers: RelatedManager[PlaceIdentifier]

    class Meta(Record.Meta):
        ordering = ("name", "pk")
        indexes = [
            *Record.Meta.indexes,
            *name_indexes("place", "name"),
        ]
        triggers = [*Record.Meta.triggers, KeepWords("name")]
        constraints = [
            *Record.Meta.constraints,
            choice_constraint("place", "kind", PlaceKind),
            NoCycle(
                name="place_does_not_lie_in_itself",
                ascends="parent",
                violation_error_message="A place cannot lie in itself, nor in a place that lies in it.",
            ),
            models.CheckConstraint(
                condition=models.Q(latitude=None) | models.Q(latitude__range=(-90, 90)),
                name="place_latitude_is_within_90_degrees",
                violation_error_message="A latitude lies between -90 and 90 degrees.",
            ),
            models.CheckConstraint(
                condition=models.Q(longitude=None) | models.Q(longitude__range=(-180, 180)),
                name="place_longitude_is_within_180_degrees",
                violation_error_message="A longitude lies between -180 and 180 degrees.",
            ),
            models.CheckConstraint(
                condition=models.Q(latitude=None, longitude=None)
                | models.Q(latitude__isnull=False, longitude__isnull=False),
                name="place_has_both_coordinates_or_none",
                violation_error_message="Give both coordinates, or none.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked
class PlaceName(DatedName):
    """Another name of a place, with the time of its use."""

    record = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="names")


@tracked
class PlaceIdentifier(Identifier):
    """What another system calls the place."""

    record = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="identifiers")
