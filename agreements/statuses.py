"""The statuses that agreements and their parties can have. `agreements.status` derives them."""

from __future__ import annotations

from django.db import models


class AgreementStatus(models.TextChoices):
    """How far an agreement has come, as its actions say (VCLT 1969)."""

    #: nothing is on record by then, or what is on record leaves more than one status possible
    UNKNOWN = "unknown", "Unknown"
    ANNOUNCED = "announced", "Announced"  #: made known, no more
    NEGOTIATED = (
        "negotiated",
        "Negotiated",
    )  #: its text is settled (VCLT arts. 9 and 10), nobody is known to have signed
    SIGNED = "signed", "Signed"  #: at least one party signed; entry into force is not on record
    PROVISIONALLY_APPLIED = "provisionally_applied", "Provisionally applied"  #: VCLT art. 25
    IN_FORCE = "in_force", "In force"  #: VCLT art. 24
    SUSPENDED = "suspended", "Suspended"  #: VCLT arts. 57, 58, 72
    EXPIRED = "expired", "Expired"  #: its own term ran out: VCLT art. 54(a)
    TERMINATED = "terminated", "Terminated"  #: ended otherwise: VCLT arts. 54 to 62, 70


class PartyStatus(models.TextChoices):
    """How far an agreement binds one party, as the actions say (VCLT 1969)."""

    #: nothing is on record by then, or what is on record leaves more than one status possible
    UNKNOWN = "unknown", "Unknown"
    SIGNATORY = "signatory", "Signatory"  #: signed, not bound: VCLT art. 18(a)
    BOUND = (
        "bound",
        "Bound",
    )  #: consented to be bound, not known to be in force for it: VCLT arts. 2(1)(f), 18(b)
    PROVISIONALLY_APPLIED = "provisionally_applied", "Provisionally applied"  #: VCLT art. 25
    IN_FORCE = "in_force", "In force"  #: a party in the strict sense: VCLT arts. 2(1)(g), 24
    SUSPENDED = "suspended", "Suspended"  #: for it: VCLT arts. 57, 58, 72
    EXPIRED = "expired", "Expired"  #: the agreement ran out
    TERMINATED = "terminated", "Terminated"  #: the agreement ended otherwise
    WITHDRAWN = "withdrawn", "Withdrawn"  #: it left: VCLT arts. 54, 56
