"""In what way an office is held, and what is certain of when."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models.functions import Coalesce, Least

from people.models.days import END_OF_DAYS


class TenureKind(models.TextChoices):
    """In what way the person held the office."""

    SUBSTANTIVE = "substantive", "Substantive"  #: in full right
    ACTING = "acting", "Acting"  #: with the powers of the office until it is filled
    AD_INTERIM = "ad_interim", "Ad interim"  #: VCDR 1961, art. 19: chargé while the head of mission is away or missing
    DESIGNATE = "designate", "Designate"  #: named for it, not yet in it
    ELECT = "elect", "Elect"  #: chosen by election, not yet in it
    NOT_CONFIRMED = "not_confirmed", "Not confirmed"  #: appointed, and refused by whoever had to confirm
    DID_NOT_SERVE = "did_not_serve", "Did not serve"  #: appointed, and never took up the office


#: Kinds that mean being in office.
IN_OFFICE = (TenureKind.SUBSTANTIVE, TenureKind.ACTING, TenureKind.AD_INTERIM)


class EndStatus(models.TextChoices):
    """Whether the tenure is over. A missing end says nothing."""

    ENDED = "ended", "Ended"  #: it is over, whether or not the day is known
    ONGOING = "ongoing", "Ongoing"  #: a source says that it goes on
    UNKNOWN = "unknown", "Unknown"


def _next_day(field: str) -> models.Func:
    return models.Func(field, template="(%(expressions)s + 1)", output_field=models.DateField())


# What is certain of a tenure, as half-open days: a tenure may start on the day on which another ends. Unknown starts give
# the empty range. Without a dated end it is certain for good where a source says that it goes on; otherwise only on
# the first day, if that is known to the day.
_CERTAINLY_UNTIL = models.Case(
    models.When(end_earliest__isnull=False, then=models.F("end_earliest")),
    models.When(end_status=EndStatus.ONGOING, then=END_OF_DAYS),
    models.When(start_earliest=models.F("start_latest"), then=_next_day("start_latest")),
    default=models.F("start_latest"),
    output_field=models.DateField(),
)
CERTAINLY_HELD = models.Func(
    Least(Coalesce("start_latest", END_OF_DAYS), Coalesce(_CERTAINLY_UNTIL, END_OF_DAYS)),
    Coalesce(_CERTAINLY_UNTIL, END_OF_DAYS),
    function="daterange",
    output_field=DateRangeField(),
)
