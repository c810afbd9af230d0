"""Persons, whatever they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from config.dates.fields import BoundsConstraint, UncertainDateField, uncertain_date_constraints
from people.models.choices import choice_constraint
from people.models.citation import AttributedCitation
from people.models.name import DatedName
from records.constraints import PublishedIsCited
from records.desk_search import listed_index, name_indexes, waiting_index
from records.history import tracked
from records.models import Identifier, KeepWords, Record

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from people.models.tenure import Tenure


class Living(models.TextChoices):
    """Whether the person lives. A missing date of death says nothing."""

    LIVING = "living", "Living"
    DEAD = "dead", "Dead"
    UNKNOWN = "unknown", "Unknown"


@tracked
class Person(Record):
    """A human being (Popolo: Person)."""

    object_kind = "person"

    name = models.CharField(
        max_length=300, help_text="Usual name in Latin script without titles, as documents show it."
    )
    given_name = models.CharField(
        max_length=200, blank=True, help_text="Given names; blank when unknown or none."
    )
    family_name = models.CharField(
        max_length=200, blank=True, help_text="Family names; blank when unknown or none."
    )
    sort_name = models.CharField(
        max_length=300,
        blank=True,
        help_text="The name as an index of persons lists it (`Dar, Ishaq`); blank to list it as it stands.",
    )
    birth = UncertainDateField(help_text="When the person was born; blank when unknown.")
    death = UncertainDateField(
        help_text="When the person died; blank when living, or when unknown."
    )
    living = models.CharField(
        max_length=8,
        choices=Living.choices,
        default=Living.UNKNOWN,
        help_text="Living, dead or unknown.",
    )

    if TYPE_CHECKING:
        names: RelatedManager[PersonName]
        identifiers: RelatedManager[PersonIdentifier]
        citations: RelatedManager[PersonCitation]
        tenures: RelatedManager[Tenure]

    class Meta(Record.Meta):
        verbose_name_plural = "people"
        ordering = ("name", "pk")
        indexes = [
            *Record.Meta.indexes,
            *name_indexes("person", "name"),
            # As lists of the desk have them.
            listed_index("person_in_order", "name", "id", field="name"),
            waiting_index("person_waiting_by_name", "name", "id", field="name"),
            # As they are sorted by a column.
            models.Index(fields=["living", "name", "id"], name="person_by_living"),
            models.Index(
                fields=["birth_edtf", "name", "id"],
                condition=~models.Q(birth_edtf=""),
                name="person_by_birth",
            ),
            models.Index(
                fields=["death_edtf", "name", "id"],
                condition=~models.Q(death_edtf=""),
                name="person_by_death",
            ),
        ]
        triggers = [*Record.Meta.triggers, KeepWords("name")]
        constraints = [
            *Record.Meta.constraints,
            choice_constraint("person", "living", Living),
            *uncertain_date_constraints("person", "birth"),
            *uncertain_date_constraints("person", "death"),
            BoundsConstraint(
                condition=models.Q(death_latest__gte=models.F("birth_earliest")),
                name="person_does_not_certainly_die_before_birth",
                violation_error_message="A person cannot die before being born.",
            ),
            models.CheckConstraint(
                condition=models.Q(death_edtf="", death_text="") | models.Q(living=Living.DEAD),
                name="person_with_a_death_is_dead",
                violation_error_message="A person with a date of death is dead: set that, or remove the date.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked
class PersonName(DatedName):
    """A name, rank or title of a person, with the time of its use."""

    record = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="names")


@tracked
class PersonIdentifier(Identifier):
    """What another system calls the person."""

    record = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identifiers")


@tracked
class PersonCitation(AttributedCitation):
    """A source for a person."""

    record = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="citations")

    class Meta(AttributedCitation.Meta):
        constraints = [
            *AttributedCitation.Meta.constraints,
            PublishedIsCited(
                name="published_person_has_a_citation",
                violation_error_message="A published person has at least one citation.",
            ),
        ]
