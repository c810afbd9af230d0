"""Tables of sums: how many published records of a kind there are by what is asked most (docs/decisions/0120)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.db import models

if TYPE_CHECKING:
    from collections.abc import Collection

#: Stands for the type where all types are summed up together.
ANY_TYPE = UUID(int=0)


class Grain(models.IntegerChoices):
    """How fine a sum is."""

    ALL = 0, "of all days"
    MONTH = 1, "by month"
    YEAR = 2, "by year"
    TYPE_MONTH = 3, "by type and month"
    TYPE_YEAR = 4, "by type and year"
    TYPE = 5, "by type, of all days"

    @property
    def has_type(self) -> bool:
        """Whether it counts by type."""
        return self in {Grain.TYPE, Grain.TYPE_MONTH, Grain.TYPE_YEAR}

    @property
    def has_days(self) -> bool:
        """Whether it counts by days at all."""
        return self not in {Grain.ALL, Grain.TYPE}

    @property
    def has_month(self) -> bool:
        """Whether it counts by month."""
        return self in {Grain.MONTH, Grain.TYPE_MONTH}

    @classmethod
    def distinguishing(cls, axes: Collection[str]) -> list[Grain]:
        """Return those that distinguish what is asked: types, months, years; the coarsest first."""
        if "type" in axes:
            if "month" in axes:
                return [cls.TYPE_MONTH]
            return [cls.TYPE_YEAR] if "year" in axes else [cls.TYPE, cls.TYPE_YEAR]
        if "month" in axes:
            return [cls.MONTH]
        # Whole months give years too.
        return [cls.YEAR, cls.MONTH] if "year" in axes else [cls.ALL, cls.YEAR, cls.MONTH]


class SumTable(models.Model):
    """How many published records of a kind have a term, a type, and lie in the same months or years.

    Derived from the editions by a trigger on them. Plain counts are added up from it, without a look at the records.
    """

    #: What the role of the API may do with the table (config/db/api_role.py).
    api_may: ClassVar[tuple[str, ...]] = ("SELECT",)

    #: The term under which all records are summed up, at every grain.
    every: ClassVar[int]

    pk = models.CompositePrimaryKey(
        "term", "grain", "type_id", "date", "last_day", "starts_unknown", "ends_unknown"
    )
    term = models.BigIntegerField(help_text="What the records have, as a number, or every record.")
    grain = models.SmallIntegerField(choices=Grain.choices, help_text="How fine the sum is.")
    type_id = models.UUIDField(help_text="The type of the records; zeros for all types.")
    date = models.DateField(
        help_text="The first day of the month or year in which they first may have begun; -infinity when no day is known, and of all days."
    )
    last_day = models.DateField(
        help_text="The last day of that in which they may have ended at last; -infinity when no day is known, and of all days."
    )
    starts_unknown = models.BooleanField(help_text="Whether they may have begun on any day before.")
    ends_unknown = models.BooleanField(help_text="Whether they may have ended on any day after.")
    count = models.IntegerField(help_text="How many records there are; 0 where there were some.")

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.term}: {self.count}"
