"""Parties: the states and organizations between which something was agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models

from agreements.models.agreement import Agreement
from people.models import Organization, Person, State
from people.models.choices import choice_constraint
from records.history import tracked
from records.models import Part

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models.fields.related_descriptors import RelatedManager

    from agreements.models.action import AgreementAction


class PartyRole(models.TextChoices):
    """What the party is to the agreement (VCLT 1969, where it has the term)."""

    SIGNATORY = (
        "signatory",
        "Signatory",
    )  #: signed; whether it is bound is for its actions to say (VCLT arts. 12, 18)
    CONTRACTING = (
        "contracting",
        "Contracting party",
    )  #: consents to be bound (VCLT art. 2(1)(f) and (g))
    INVESTOR = "investor", "Investor"  #: brings in the money
    GUARANTOR = "guarantor", "Guarantor"  #: answers for what others promise
    BENEFICIARY = (
        "beneficiary",
        "Beneficiary",
    )  #: is given rights without being a party (VCLT art. 36)
    OBSERVER = "observer", "Observer"  #: was let in without being bound
    DEPOSITARY = (
        "depositary",
        "Depositary",
    )  #: keeps the agreement (VCLT art. 76); listed with `depositaries` too


#: Roles in which nobody is bound, so that they have no status.
NOT_BOUND = frozenset({PartyRole.BENEFICIARY, PartyRole.OBSERVER, PartyRole.DEPOSITARY})


@tracked
class AgreementParty(Part):
    """A state or an organization (a company, too) that is a party to an agreement, or stands by it in some role."""

    part_of = "agreement"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="parties")
    state = models.ForeignKey(
        State,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agreement_parties",
        help_text="The state that is the party.",
    )
    organization = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agreement_parties",
        help_text="The organization that is the party: an international organization, a company ...",
    )
    role = models.CharField(
        max_length=12,
        choices=PartyRole.choices,
        default=PartyRole.CONTRACTING,
        help_text="Signatory, contracting party, investor, guarantor, beneficiary, observer or depositary.",
    )
    side = models.CharField(
        max_length=80,
        blank=True,
        help_text="Which side the party was on, the same word for all of one side; blank where there are none.",
    )
    represented_by = models.ManyToManyField(
        Person,
        through="AgreementRepresentative",
        related_name="represented_parties",
        help_text="The persons who acted for the party (VCLT art. 7).",
    )
    represented_by_text = models.CharField(
        max_length=300,
        blank=True,
        help_text="Who acted for the party in the source's words, where no person stands for it or as it was put.",
    )
    on_behalf_of_state = models.ForeignKey(
        State,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The state for which the party acted, where it did not act for itself.",
    )
    on_behalf_of_organization = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The organization for which the party acted, where it did not act for itself.",
    )

    if TYPE_CHECKING:
        actions: RelatedManager[AgreementAction]
        representatives: RelatedManager[AgreementRepresentative]

    class Meta(Part.Meta):
        verbose_name_plural = "agreement parties"
        ordering = ("pk",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            choice_constraint("agreement_party", "role", PartyRole),
            models.CheckConstraint(
                condition=models.Q(state__isnull=False, organization=None)
                | models.Q(state=None, organization__isnull=False),
                name="exactly_one_of_state_and_organization_is_a_party",
                violation_error_message="A party is a state or an organization: name one of them, not both.",
            ),
            models.CheckConstraint(
                condition=models.Q(on_behalf_of_state=None)
                | models.Q(on_behalf_of_organization=None),
                name="agreement_party_is_on_behalf_of_one_at_most",
                violation_error_message="The party acted for a state or for an organization, not for both.",
            ),
            models.UniqueConstraint(
                fields=["agreement", "state", "organization", "role"],
                nulls_distinct=False,
                name="agreement_party_has_a_role_once",
                violation_error_message="This party is listed in this role already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state or self.organization}, {self.get_role_display().lower()}"

    @property
    def key(self) -> UUID | None:
        """The id of the state or organization: a party in two roles is one party to all actions."""
        return self.state_id or self.organization_id


@tracked
class AgreementRepresentative(Part):
    """A person who acted for a party: who signed, or led the delegation (VCLT 1969, art. 7)."""

    part_of = "party__agreement"

    party = models.ForeignKey(
        AgreementParty, on_delete=models.CASCADE, related_name="representatives"
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="agreement_representations",
        help_text="The person who acted for the party.",
    )

    class Meta(Part.Meta):
        ordering = ("pk",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["party", "person"],
                name="agreement_representative_is_listed_once",
                violation_error_message="This person is listed already.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)
