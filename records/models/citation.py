"""Where a record's facts come from, what others call it, and its names."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from config.dates.fields import UncertainDateField
from records.models.record import Part
from records.models.word import KeepWords


class Evidence(models.TextChoices):
    """How the source supports the fact."""

    DOCUMENTED = "documented", "Documented"  #: the source is, or reproduces, the act itself
    REPORTED = "reported", "Reported"  #: the source reports it
    INFERRED = "inferred", "Inferred"  #: a curator concluded it from what the source says


class Stance(models.TextChoices):
    """Whether the source is for or against the fact."""

    SUPPORTS = "supports", "Supports"
    DISPUTES = "disputes", "Disputes"


class Citation(Part):
    """A source for a record or for one of its fields. Concrete ones add `record`."""

    source = models.ForeignKey(
        "records.Source",
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The source that says it.",
    )
    field = models.CharField(
        max_length=80,
        blank=True,
        help_text="The field of the record that it supports, as the API names it (`when`, `participations`); blank for the whole record.",
    )
    locator = models.CharField(
        max_length=200,
        blank=True,
        help_text="The place in the source: page, paragraph, article.",
    )
    attribution_text = models.CharField(
        max_length=300,
        blank=True,
        help_text="Whom the source attributes it to, in the source's words, where it is no record or not quite one.",
    )
    evidence = models.CharField(
        max_length=12,
        choices=Evidence.choices,
        default=Evidence.REPORTED,
        help_text="Documented, reported, or inferred by a curator.",
    )
    stance = models.CharField(
        max_length=10,
        choices=Stance.choices,
        default=Stance.SUPPORTS,
        help_text="Whether the source supports or disputes it.",
    )

    class Meta(Part.Meta):
        abstract = True
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.source}, {self.locator}" if self.locator else str(self.source)


class Identifier(Part):
    """What another system calls the record. Concrete ones add `record`, and are unique by scheme and value."""

    scheme = models.SlugField(
        max_length=40,
        help_text="The naming system: wikidata, un-treaty-series, pocom ...",
    )
    value = models.CharField(
        max_length=200,
        help_text="The name in that system, exactly as it writes it.",
    )

    class Meta(Part.Meta):
        abstract = True
        ordering = ("scheme", "value")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["scheme", "value"],
                name="%(class)s_names_one_record",
                violation_error_message="Another record already has this identifier.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class NameKind(models.TextChoices):
    """What sort of name it is."""

    OFFICIAL = "official", "Official"  #: the full formal name
    SHORT = "short", "Short"  #: the everyday name
    ALIAS = "alias", "Alias"  #: also known as
    FORMER = "former", "Former"  #: no longer used
    TRANSLITERATION = "transliteration", "Transliteration"  #: the same name in another script
    RANK = "rank", "Rank or title"  #: a rank held ("Field Marshal"), dated by start and end
    METONYM = "metonym", "Metonym"  #: a thing that stands for it ("Islamabad" for a government)


class Name(Part):
    """A name, dated, per language and kind. Concrete ones add `record`."""

    name = models.CharField(max_length=300, help_text="The name as written.")
    kind = models.CharField(
        max_length=16,
        choices=NameKind.choices,
        default=NameKind.ALIAS,
        help_text="Official, short, alias, former, transliteration, rank or metonym.",
    )
    language = models.CharField(
        max_length=35,
        blank=True,
        help_text="Language tag (BCP 47), such as `ur` or `pt-BR`; blank when unknown.",
    )
    script = models.CharField(
        max_length=4,
        blank=True,
        help_text="Script code (ISO 15924), such as `Arab`; blank when it is the language's usual one.",
    )
    start = UncertainDateField(help_text="Since when the name was used; blank when unknown.")
    end = UncertainDateField(help_text="Until when the name was used; blank when unknown.")

    class Meta(Part.Meta):
        abstract = True
        ordering = ("id",)
        triggers = [*Part.Meta.triggers, KeepWords("name")]

    def __str__(self) -> str:
        return self.name


__all__ = ["Citation", "Evidence", "Identifier", "Name", "NameKind", "Stance"]
