"""Agreements: what was agreed, whether or not it binds in law."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models

from people.models import AttributedCitation, DatedName, Organization, State
from people.models.choices import choice_constraint
from records.constraints import PublishedIsCited
from records.desk_search import name_indexes
from records.history import tracked
from records.models import Identifier, KeepWords, Part, Record, Topic

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from agreements.models.action import AgreementAction
    from agreements.models.link import AgreementLink
    from agreements.models.party import AgreementParty
    from agreements.models.value import MonetaryValue


class AgreementForm(models.TextChoices):
    """What it is called or looks like. The name does not decide whether it binds (VCLT 1969, art. 2(1)(a))."""

    TREATY = "treaty", "Treaty"  #: the most solemn form; pacts, charters and covenants too
    CONVENTION = (
        "convention",
        "Convention",
    )  #: a treaty open to many, often made under an organization
    PROTOCOL = "protocol", "Protocol"  #: beside another treaty, or less formal than one
    AGREEMENT = "agreement", "Agreement"  #: accords too
    EXCHANGE_OF_NOTES = "exchange_of_notes", "Exchange of notes"  #: of letters too: VCLT art. 13
    MOU = "mou", "Memorandum of understanding"  #: usually meant not to bind in law
    DECLARATION = (
        "declaration",
        "Declaration",
    )  #: made together; a joint communiqué, too, when it agrees something
    ARRANGEMENT = "arrangement", "Arrangement"  #: between administrations, modus vivendi too
    CONTRACT = "contract", "Contract"  #: under some domestic law, often with companies
    AMENDMENT = "amendment", "Amendment"  #: a text that only changes another: VCLT arts. 39 to 41
    CEASEFIRE_AGREEMENT = (
        "ceasefire_agreement",
        "Ceasefire agreement",
    )  #: armistices and truces too: Hague Regulations 1907, art. 36
    PACKAGE = "package", "Package"  #: several agreements reported as one


class LegalCharacter(models.TextChoices):
    """Under which law it binds, if it does."""

    TREATY_BINDING = "treaty_binding", "Binding under international law"  #: VCLT art. 2(1)(a), 26
    POLITICAL_COMMITMENT = (
        "political_commitment",
        "Political commitment",
    )  #: not meant to bind in law
    COMMERCIAL_CONTRACT = (
        "commercial_contract",
        "Commercial contract",
    )  #: binding under some domestic law
    UNDETERMINED = "undetermined", "Undetermined"  #: the sources do not say, or disagree


class Laterality(models.TextChoices):
    """Between how many it is (terms of the UN Treaty Series)."""

    UNILATERAL = (
        "unilateral",
        "Unilateral",
    )  #: one undertakes something towards others, and they need not agree
    BILATERAL = (
        "bilateral",
        "Bilateral",
    )  #: between two parties, one of which may be several acting as one
    PLURILATERAL = (
        "plurilateral",
        "Plurilateral",
    )  #: between a limited number, for all of whom it is made: VCLT art. 20(2)
    MULTILATERAL = (
        "multilateral",
        "Multilateral",
    )  #: open to others, each of which is bound by its own consent
    UNDETERMINED = "undetermined", "Undetermined"


@tracked
class Agreement(Record):
    """What states, organizations or companies agreed, in whatever form. Its status is derived from its actions."""

    object_kind = "agreement"

    title = models.CharField(
        max_length=500, help_text="Its title, or a plain description where it has none."
    )
    short_title = models.CharField(
        max_length=200,
        blank=True,
        help_text="The name by which it is commonly known, as other documents show it; blank when it has none.",
    )
    form = models.CharField(
        max_length=20,
        choices=AgreementForm.choices,
        help_text="Treaty, convention, protocol, exchange of notes, memorandum, contract, package ...",
    )
    legal_character = models.CharField(
        max_length=20,
        choices=LegalCharacter.choices,
        default=LegalCharacter.UNDETERMINED,
        help_text="Binding under international law, political commitment, commercial contract or undetermined.",
    )
    laterality = models.CharField(
        max_length=12,
        choices=Laterality.choices,
        default=Laterality.UNDETERMINED,
        help_text="Unilateral, bilateral, plurilateral, multilateral or undetermined.",
    )
    topics = models.ManyToManyField(
        Topic,
        through="AgreementTopic",
        related_name="agreements",
        help_text="What it is about.",
    )
    place = models.ForeignKey(
        "events.Place",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agreements",
        help_text="Where it was concluded; blank when unknown, or at no one place.",
    )
    item_count = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Of a package, how many agreements it holds; blank when that is not known, and for all other forms.",
    )

    if TYPE_CHECKING:
        names: RelatedManager[AgreementName]
        identifiers: RelatedManager[AgreementIdentifier]
        citations: RelatedManager[AgreementCitation]
        agreement_topics: RelatedManager[AgreementTopic]
        depositaries: RelatedManager[AgreementDepositary]
        parties: RelatedManager[AgreementParty]
        actions: RelatedManager[AgreementAction]
        values: RelatedManager[MonetaryValue]
        links: RelatedManager[AgreementLink]

    class Meta(Record.Meta):
        ordering = ("title", "pk")
        indexes: ClassVar[list[models.Index]] = [
            *Record.Meta.indexes,
            *name_indexes("agreement", "title"),
            *name_indexes("agreement_short", "short_title"),
            # As lists of the desk have them.
            models.Index(fields=["title", "id"], name="agreement_in_order"),
        ]
        triggers = [*Record.Meta.triggers, KeepWords("title"), KeepWords("short_title")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Record.Meta.constraints,
            choice_constraint("agreement", "form", AgreementForm),
            choice_constraint("agreement", "legal_character", LegalCharacter),
            choice_constraint("agreement", "laterality", Laterality),
            models.CheckConstraint(
                condition=models.Q(item_count=None) | models.Q(form=AgreementForm.PACKAGE),
                name="only_a_package_has_an_item_count",
                violation_error_message="Only a package has a number of items.",
            ),
            models.CheckConstraint(
                condition=models.Q(item_count=None) | models.Q(item_count__gte=1),
                name="package_item_count_is_positive",
                violation_error_message="A package holds at least one item; leave the number blank when it is not known.",
            ),
        ]

    def __str__(self) -> str:
        return self.short_title or self.title


@tracked
class AgreementName(DatedName):
    """Another title or name of an agreement, in this or another language."""

    record = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="names")


@tracked
class AgreementIdentifier(Identifier):
    """What another system calls the agreement (a number in the UN Treaty Series, in a national series ...)."""

    record = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="identifiers")


@tracked
class AgreementCitation(AttributedCitation):
    """A source for an agreement."""

    record = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="citations")

    class Meta(AttributedCitation.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *AttributedCitation.Meta.constraints,
            PublishedIsCited(
                name="published_agreement_has_a_citation",
                violation_error_message="A published agreement has at least one citation.",
            ),
        ]


@tracked
class AgreementTopic(Part):
    """A topic of an agreement."""

    part_of = "agreement"

    agreement = models.ForeignKey(
        Agreement, on_delete=models.CASCADE, related_name="agreement_topics"
    )
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")

    class Meta(Part.Meta):
        ordering = ("pk",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["agreement", "topic"],
                name="agreement_topic_is_named_once",
                violation_error_message="This topic is listed already.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.topic)


@tracked
class AgreementDepositary(Part):
    """Who keeps the agreement and its instruments: one or more states, or an organization (VCLT 1969, arts. 76 and 77)."""

    part_of = "agreement"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="depositaries")
    state = models.ForeignKey(
        State, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(Part.Meta):
        verbose_name_plural = "agreement depositaries"
        ordering = ("pk",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(state__isnull=False, organization=None)
                | models.Q(state=None, organization__isnull=False),
                name="exactly_one_of_state_and_organization_is_a_depositary",
                violation_error_message="A depositary is a state or an organization: name one of them, not both.",
            ),
            models.UniqueConstraint(
                fields=["agreement", "state", "organization"],
                nulls_distinct=False,
                name="agreement_depositary_is_named_once",
                violation_error_message="This depositary is listed already.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.state or self.organization)
