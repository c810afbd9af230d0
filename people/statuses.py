"""What can be known of who held an office. `people.holders` derives it."""

from __future__ import annotations

from django.db import models


class HolderStatus(models.TextChoices):
    """What is known of who held an office on a day."""

    HELD = "held", "Held"  #: somebody certainly held it
    #: nobody held it: a record says that it was vacant, or the list of its holders is complete and nobody is on it
    VACANT = "vacant", "Vacant"
    UNKNOWN = (
        "unknown",
        "Unknown",
    )  #: what is on record proves neither that somebody held it nor that nobody did
    #: more than it has seats certainly held it at once, or one who did is contested, or a record says that it was vacant
    DISPUTED = "disputed", "Disputed"
