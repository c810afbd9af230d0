"""Currencies: reference data, with those that are no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models

from config.dates.fields import UncertainDateField, interval_constraint, uncertain_date_constraints
from records.constraints import plain_text

if TYPE_CHECKING:
    from datetime import date

#: ISO 4217 gives no currency more (the unidad de fomento has four).
MAX_MINOR_UNITS = 4


@plain_text
class Currency(models.Model):
    """A currency or fund of ISO 4217, in use or withdrawn. Loaded from the standard, not curated or published by itself."""

    code = models.CharField(
        max_length=3, primary_key=True, help_text="Alphabetic code of ISO 4217 (`USD`)."
    )
    name = models.CharField(max_length=100, help_text="Its name in English.")
    numeric_code = models.CharField(
        max_length=3,
        blank=True,
        help_text="Numeric code of ISO 4217, as text: leading zeros count (`036`). Blank when unknown.",
    )
    minor_units = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Decimal places of amounts in it (ISO 4217: 2 for USD, 0 for JPY); blank where that has no meaning (gold).",
    )
    is_withdrawn = models.BooleanField(
        default=False,
        help_text="Whether ISO 4217 lists it as withdrawn. A blank end alone does not say that it is in use.",
    )
    start = UncertainDateField(
        help_text="Since when it was legal tender somewhere; blank when unknown."
    )
    end = UncertainDateField(
        help_text="Until when it was legal tender anywhere; blank when it is, or when unknown."
    )

    class Meta:
        verbose_name_plural = "currencies"
        default_permissions = ("view",)  # the standard decides, not the desk
        ordering = ("code",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[A-Z]{3}$"),
                name="currency_code_is_three_capitals",
                violation_error_message="A currency code is three capital letters (ISO 4217).",
            ),
            models.CheckConstraint(
                condition=models.Q(numeric_code="") | models.Q(numeric_code__regex=r"^[0-9]{3}$"),
                name="currency_numeric_code_is_three_digits",
                violation_error_message="The numeric code of a currency is three digits (ISO 4217).",
            ),
            models.CheckConstraint(
                condition=models.Q(minor_units=None) | models.Q(minor_units__lte=MAX_MINOR_UNITS),
                name="currency_has_at_most_four_decimal_places",
                violation_error_message="A currency has at most four decimal places (ISO 4217).",
            ),
            models.CheckConstraint(
                condition=models.Q(end_edtf="", end_text="") | models.Q(is_withdrawn=True),
                name="currency_with_an_end_is_withdrawn",
                violation_error_message="A currency that has an end is withdrawn.",
            ),
            *uncertain_date_constraints("currency", "start"),
            *uncertain_date_constraints("currency", "end"),
            interval_constraint("currency", "start", "end"),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.name})"

    def was_in_use(self, first: date | None, last: date | None) -> bool:
        """Whether it may have been in use on some day from `first` to `last`; None sets no limit."""
        start, end = self.start.earliest, self.end.latest
        is_over = first is not None and end is not None and end < first
        is_to_come = last is not None and start is not None and start > last
        return not (is_over or is_to_come)
