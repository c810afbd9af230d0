"""In what way an office is held, and what is certain of when."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models.functions import Cast, Coalesce, Greatest, Least

from config.dates.ordering import EndOfTime


class TenureKind(models.TextChoices):
    """In what way the person held the office."""

    SUBSTANTIVE = "substantive", "Substantive"  #: in full right
    ACTING = "acting", "Acting"  #: with the powers of the office until it is filled
    AD_INTERIM = (
        "ad_interim",
        "Ad interim",
    )  #: VCDR 1961, art. 19: chargé while the head of mission is away or missing
    DESIGNATE = "designate", "Designate"  #: named for it, not yet in it
    ELECT = "elect", "Elect"  #: chosen by election, not yet in it
    NOT_CONFIRMED = (
        "not_confirmed",
        "Not confirmed",
    )  #: appointed, and refused by those who had to confirm
    DID_NOT_SERVE = "did_not_serve", "Did not serve"  #: appointed, and never took up the office


#: Kinds that mean being in office.
IN_OFFICE = (TenureKind.SUBSTANTIVE, TenureKind.ACTING, TenureKind.AD_INTERIM)
#: Kinds of those who were appointed, and never held the office on any day.
NEVER_HELD = (TenureKind.NOT_CONFIRMED, TenureKind.DID_NOT_SERVE)


class MilestoneKind(models.TextChoices):
    """A step on the way into an office or out of it."""

    NOMINATED = "nominated", "Nominated"
    ELECTED = "elected", "Elected"
    AGREMENT = "agrement", "Agrément given"  #: the receiving state consents: VCDR 1961, art. 4
    APPOINTED = "appointed", "Appointed"
    CONFIRMED = "confirmed", "Confirmed"  #: by a legislature, where the constitution asks for it
    SWORN_IN = "sworn_in", "Sworn in"
    ARRIVED = "arrived", "Arrived"  #: at the post
    CREDENTIALS_PRESENTED = "credentials_presented", "Presented credentials"  #: VCDR art. 13
    RECALLED = "recalled", "Recalled"  #: VCDR art. 43(a)
    LEFT_POST = "left_post", "Left post"
    RESIGNED = "resigned", "Resigned"
    TERMINATED = "terminated", "Terminated"  #: the mission or commission was ended
    DECLINED = "declined", "Declined"  #: the person did not accept
    DIED_IN_POST = "died_in_post", "Died in post"
    PERSONA_NON_GRATA = "persona_non_grata", "Declared persona non grata"  #: VCDR art. 9
    OTHER = "other", "Other"


#: Steps that come with being in office, from the appointment on. A nomination, an election or a consent comes before it.
HELD_MILESTONES = (
    MilestoneKind.APPOINTED,
    MilestoneKind.SWORN_IN,
    MilestoneKind.ARRIVED,
    MilestoneKind.CREDENTIALS_PRESENTED,
    MilestoneKind.RECALLED,
    MilestoneKind.LEFT_POST,
    MilestoneKind.RESIGNED,
    MilestoneKind.TERMINATED,
    MilestoneKind.DIED_IN_POST,
    MilestoneKind.PERSONA_NON_GRATA,
)


class EndStatus(models.TextChoices):
    """Whether the tenure is over. A missing end says nothing."""

    ENDED = "ended", "Ended"  #: it is over, whether or not the day is known
    ONGOING = "ongoing", "Ongoing"  #: a source says that it goes on
    UNKNOWN = "unknown", "Unknown"


def _day_after(field: str) -> models.Func:
    # The cast keeps its type where a form checks the constraint with a value, maybe NULL, in the place of the column.
    day = Cast(field, models.DateField())
    return models.Func(day, template="(%(expressions)s + 1)", output_field=models.DateField())


# What is certain of a tenure, as half-open days: a tenure may start on the day on which another ends. Without a dated end
# it is certain for good where a source says that it goes on; otherwise only on its first day, if that is known to the day
# (else the later of the two dates is its last possible first day, and the range is empty). An unknown start gives the
# empty range too.
_CERTAINLY_UNTIL = Coalesce(
    "end_earliest",
    models.Case(
        models.When(end_status=EndStatus.ONGOING, then=EndOfTime()),
        default=Greatest(_day_after("start_earliest"), "start_latest"),
        output_field=models.DateField(),
    ),
    EndOfTime(),
)
CERTAINLY_HELD = models.Func(
    Least(Coalesce("start_latest", EndOfTime()), _CERTAINLY_UNTIL),
    _CERTAINLY_UNTIL,
    function="daterange",
    output_field=DateRangeField(),
)
