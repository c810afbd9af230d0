"""Actions: what was done about an agreement, by whom and when. The status of everything follows from them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from agreements.constraints import PartyOfSameAgreement
from agreements.models.agreement import Agreement
from agreements.models.party import AgreementParty
from config.dates.fields import UncertainDateField, uncertain_date_constraints
from people.models.choices import choice_constraint
from records.history import tracked
from records.models import Part


class ActionKind(models.TextChoices):
    """What was done (VCLT 1969 and the glossary of the UN Treaty Collection). `agreements.status` says what follows."""

    ANNOUNCEMENT = (
        "announcement",
        "Announcement",
    )  #: it was made known that something is or will be agreed
    INITIALLING = (
        "initialling",
        "Initialling",
    )  #: negotiators put their initials to the text: VCLT art. 10(b)
    ADOPTION = "adoption", "Adoption"  #: the form and content of the text were settled: VCLT art. 9
    SIGNATURE = (
        "signature",
        "Signature",
    )  #: signed, subject to ratification or without saying: VCLT arts. 10(b), 12, 18
    DEFINITIVE_SIGNATURE = (
        "definitive_signature",
        "Definitive signature",
    )  #: signed and thereby bound: VCLT art. 12
    RATIFICATION = "ratification", "Ratification"  #: VCLT arts. 2(1)(b), 14(1)
    ACCEPTANCE = "acceptance", "Acceptance"  #: VCLT art. 14(2)
    APPROVAL = "approval", "Approval"  #: VCLT art. 14(2)
    ACCESSION = "accession", "Accession"  #: bound without having signed: VCLT art. 15
    SUCCESSION = (
        "succession",
        "Succession",
    )  #: takes the place of a predecessor: Vienna Convention of 1978, arts. 17, 22
    FORMAL_CONFIRMATION = (
        "formal_confirmation",
        "Formal confirmation",
    )  #: an organization's ratification: VCLT-IO 1986, art. 14
    CONSENT_TO_BE_BOUND = (
        "consent_to_be_bound",
        "Consent to be bound",
    )  #: by other means, as exchange of notes: VCLT arts. 11, 13
    PROVISIONAL_APPLICATION = (
        "provisional_application",
        "Provisional application",
    )  #: before entry into force: VCLT art. 25
    ENTRY_INTO_FORCE = (
        "entry_into_force",
        "Entry into force",
    )  #: VCLT art. 24; again, after a suspension: resumed
    RESERVATION = "reservation", "Reservation"  #: VCLT arts. 2(1)(d), 19 to 23
    DECLARATION = (
        "declaration",
        "Declaration",
    )  #: an interpretation, or a choice that the agreement leaves open
    OBJECTION = "objection", "Objection"  #: to a reservation of another: VCLT art. 20(4)(b)
    REGISTRATION = (
        "registration",
        "Registration",
    )  #: with the United Nations: UN Charter art. 102, VCLT art. 80
    AMENDMENT = "amendment", "Amendment"  #: VCLT arts. 39 to 41
    EXTENSION = (
        "extension",
        "Extension",
    )  #: of its duration; the expiry is then recorded as it now stands
    SUSPENSION = "suspension", "Suspension"  #: of its operation: VCLT arts. 57, 58, 72
    DENUNCIATION = "denunciation", "Denunciation"  #: a party ends it for itself: VCLT arts. 54, 56
    WITHDRAWAL = "withdrawal", "Withdrawal"  #: a party leaves those that remain: VCLT arts. 54, 56
    TERMINATION = "termination", "Termination"  #: VCLT arts. 54, 59 to 62, 70
    EXPIRY = "expiry", "Expiry"  #: its own term ran out: VCLT art. 54(a)


@tracked
class AgreementAction(Part):
    """Something that was done about an agreement, by a party or by all together."""

    part_of = "agreement"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="actions")
    kind = models.CharField(
        max_length=24,
        choices=ActionKind.choices,
        help_text="Signature, ratification, accession, entry into force, reservation, denunciation, termination ...",
    )
    party = models.ForeignKey(
        AgreementParty,
        null=True,
        blank=True,
        # With the agreement both go; a party alone stays as long as something is recorded of it.
        on_delete=models.RESTRICT,
        related_name="actions",
        help_text="The party that did it, or for which it took effect; blank when it concerns the agreement as a whole.",
    )
    date = UncertainDateField(help_text="When it was done; blank when unknown.")
    effective_date = UncertainDateField(
        help_text="When it takes effect, where that is another day (a withdrawal notified a year before).",
    )
    instrument = models.CharField(
        max_length=300,
        blank=True,
        help_text="The document by which it was done: a note, an instrument of ratification, a registration number.",
    )
    text = models.TextField(
        blank=True,
        help_text="What it says, where that matters: the text of a reservation or declaration.",
    )
    event = models.ForeignKey(
        "events.Event",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agreement_actions",
        help_text="The event at which it was done; blank when at none, or at none that is known.",
    )

    class Meta(Part.Meta):
        ordering = (
            models.F("date_earliest").asc(nulls_last=True),
            models.F("effective_date_earliest").asc(nulls_last=True),
            "pk",
        )
        constraints: ClassVar[list[models.BaseConstraint]] = [
            choice_constraint("agreement_action", "kind", ActionKind),
            *uncertain_date_constraints("agreement_action", "date"),
            *uncertain_date_constraints("agreement_action", "effective_date"),
            PartyOfSameAgreement(
                name="agreement_action_is_by_a_party_to_the_agreement",
                violation_error_message="An action is done by a party to the same agreement.",
            ),
        ]

    def __str__(self) -> str:
        who = f" by {self.party.state or self.party.organization}" if self.party else ""
        when = f", {self.date or self.effective_date}" if self.date or self.effective_date else ""
        return f"{self.get_kind_display()}{who}{when}"
