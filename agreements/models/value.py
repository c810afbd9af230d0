"""Monetary values: what an agreement is worth, as the sources say it."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models

from agreements.models.agreement import Agreement
from agreements.models.currency import Currency
from people.models.choices import choice_constraint
from records.history import tracked
from records.models import Part

#: Twenty digits before the point: more than all money there is, in any currency that inflation has left behind.
DIGITS, PLACES = 24, 4


class Qualifier(models.TextChoices):
    """How the source puts the amount."""

    EXACT = "exact", "Exactly"  #: as stated, without reserve
    APPROX = "approx", "About"  #: “about”, “some”, “nearly”
    AT_LEAST = "at_least", "At least"  #: “more than”, “over”: the amount is the lower limit
    UP_TO = "up_to", "Up to"  #: “up to”, “as much as”: the amount is the upper limit
    RANGE = "range", "From … to"  #: from the amount to the greatest amount


class ValueKind(models.TextChoices):
    """What sort of money it is (OECD DAC glossary, for grant, loan and aid)."""

    INVESTMENT = "investment", "Investment"  #: money put into an enterprise for a lasting interest
    GRANT = "grant", "Grant"  #: a transfer for which nothing is paid back
    LOAN = "loan", "Loan"  #: a transfer that is paid back
    AID = "aid", "Aid"  #: assistance, whether grant, loan or in kind is not said
    TRADE = "trade", "Trade"  #: the price of goods and services


class Scope(models.TextChoices):
    """What the amount is the value of. A package and its members are never summed together."""

    ITEM = "item", "This agreement"  #: of the agreement of which it is a part, alone
    PACKAGE = (
        "package",
        "The whole package",
    )  #: of all agreements of the package together, members included


@tracked
class MonetaryValue(Part):
    """What an agreement is worth, as a source reports it. Several may stand side by side, as sources differ."""

    part_of = "agreement"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="values")
    qualifier = models.CharField(
        max_length=8,
        choices=Qualifier.choices,
        default=Qualifier.EXACT,
        help_text="Exactly, about, at least, up to, or from one amount to another.",
    )
    amount = models.DecimalField(
        max_digits=DIGITS,
        decimal_places=PLACES,
        validators=[MinValueValidator(0)],
        help_text="The amount, in units of the currency (500000000, not 500 million); of a range, the least.",
    )
    amount_max = models.DecimalField(
        max_digits=DIGITS,
        decimal_places=PLACES,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Of a range, the greatest amount; blank otherwise.",
    )
    currency = models.ForeignKey(
        Currency,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The currency in which it was stated, valid at the time (ISO 4217); nothing is converted.",
    )
    kind = models.CharField(
        max_length=12,
        choices=ValueKind.choices,
        blank=True,
        help_text="Investment, grant, loan, aid or trade; blank when the source does not say.",
    )
    scope = models.CharField(
        max_length=8,
        choices=Scope.choices,
        default=Scope.ITEM,
        help_text="Whether it is the value of this agreement alone or of the whole package to which it belongs."
        " A package and its members are never summed together.",
    )
    as_reported = models.CharField(
        max_length=300,
        blank=True,
        help_text="The amount in the source's words (“half a billion dollars”); blank when it is put as here.",
    )

    class Meta(Part.Meta):
        ordering = ("pk",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            choice_constraint("monetary_value", "qualifier", Qualifier),
            choice_constraint("monetary_value", "kind", ValueKind, blank=True),
            choice_constraint("monetary_value", "scope", Scope),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0),
                name="monetary_value_is_not_negative",
                violation_error_message="An amount is zero or more.",
            ),
            models.CheckConstraint(
                condition=models.Q(qualifier=Qualifier.RANGE, amount_max__isnull=False)
                | (~models.Q(qualifier=Qualifier.RANGE) & models.Q(amount_max=None)),
                name="monetary_value_has_a_greatest_amount_if_it_is_a_range",
                violation_error_message="A range has a least and a greatest amount; anything else has one amount.",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_max=None) | models.Q(amount_max__gte=models.F("amount")),
                name="monetary_value_range_is_in_order",
                violation_error_message="The greatest amount of a range is not below the least.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_qualifier_display()} {self.amount:f} {self.currency_id}"
