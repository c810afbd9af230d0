"""Offices: what a person can hold, independent of the holder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from config.dates.fields import UncertainDateField, interval_constraint, uncertain_date_constraints
from people.models.choices import choice_constraint
from people.models.citation import AttributedCitation
from people.models.holding import EndStatus
from people.models.name import DatedName
from people.models.organization import Organization
from people.models.state import State
from records.constraints import PublishedIsCited, PublishedPartsAreCited
from records.desk_search import name_indexes
from records.history import tracked
from records.models import Identifier, KeepWords, Part, Record

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from people.models.tenure import Tenure


class OfficeClass(models.TextChoices):
    """What sort of office it is (Popolo: a post's role; VCLT 1969, art. 7(2), for those who bind a state ex officio)."""

    HEAD_OF_STATE = "head_of_state", "Head of state"  #: VCLT art. 7(2)(a)
    HEAD_OF_GOVERNMENT = "head_of_government", "Head of government"  #: VCLT art. 7(2)(a)
    DEPUTY_HEAD_OF_GOVERNMENT = "deputy_head_of_government", "Deputy head of government"
    FOREIGN_MINISTER = "foreign_minister", "Minister for foreign affairs"  #: VCLT art. 7(2)(a)
    MINISTER = "minister", "Minister"  #: any other member of a government
    MILITARY_CHIEF = "military_chief", "Military chief"  #: heads the armed forces or one of them
    HEAD_OF_MISSION = (
        "head_of_mission",
        "Head of mission",
    )  #: VCDR 1961, art. 1(a); VCLT art. 7(2)(b)
    SPECIAL_ENVOY = (
        "special_envoy",
        "Special envoy",
    )  #: Convention on Special Missions 1969, art. 1(a)
    IGO_HEAD = "igo_head", "Head of an intergovernmental organization"
    LEGISLATOR = "legislator", "Legislator"
    ADVISER = "adviser", "Adviser"
    OTHER = "other", "Other"


class MissionClass(models.TextChoices):
    """Class of a head of mission, which decides precedence (VCDR 1961, art. 14)."""

    #: accredited to heads of state, nuncios and high commissioners included: VCDR art. 14(1)(a)
    AMBASSADOR = "ambassador", "Ambassador (class a)"
    #: envoys, ministers and internuncios accredited to heads of state: VCDR art. 14(1)(b)
    ENVOY = "envoy", "Envoy or minister (class b)"
    #: accredited to ministers for foreign affairs: VCDR art. 14(1)(c); for one ad interim see the tenure's kind (art. 19)
    CHARGE = "charge", "Chargé d'affaires (class c)"


class OfficePeriodKind(models.TextChoices):
    """What is on record of an office for some time, beside who held it."""

    #: nobody holds it in full right: VCDR 1961, art. 19(1); somebody may stand in, acting or ad interim
    VACANT = "vacant", "Vacant"
    #: a source lists all who held it, so that who is not on record did not
    COMPLETE = "complete", "List of holders is complete"


@tracked
class Office(Record):
    """A position that exists independently of its holder (Popolo: Post)."""

    object_kind = "office"

    title = models.CharField(
        max_length=300,
        help_text="Title that distinguishes it from like offices elsewhere (`Prime Minister of Pakistan`), as documents show it.",
    )
    organization = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="offices",
        help_text="The body that it belongs to.",
    )
    state = models.ForeignKey(
        State,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="offices",
        help_text="The state that its holder acts for (of a head of mission: the sending state); blank for none.",
    )
    classification = models.CharField(
        max_length=32,
        choices=OfficeClass.choices,
        help_text="Head of state, head of government, foreign minister, head of mission ...",
    )
    mission_class = models.CharField(
        max_length=12,
        choices=MissionClass.choices,
        blank=True,
        help_text="Class of a head of mission (VCDR 1961, art. 14); blank for other offices, or when unknown.",
    )
    accredited_to = models.ManyToManyField(
        State,
        through="OfficeAccreditation",
        related_name="accredited_offices",
        help_text="The states that receive its holder (VCDR 1961, art. 5: one head of mission may serve in several).",
    )
    seats = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        default=1,
        help_text="How many can hold it at once; blank when that is not limited, or unknown.",
    )
    start = UncertainDateField(help_text="When the office was created; blank when unknown.")
    end = UncertainDateField(
        help_text="When the office was abolished; blank when it was not, or when unknown."
    )

    if TYPE_CHECKING:
        names: RelatedManager[OfficeName]
        identifiers: RelatedManager[OfficeIdentifier]
        citations: RelatedManager[OfficeCitation]
        accreditations: RelatedManager[OfficeAccreditation]
        periods: RelatedManager[OfficePeriod]
        tenures: RelatedManager[Tenure]

    class Meta(Record.Meta):
        ordering = ("title", "pk")
        indexes = [
            *Record.Meta.indexes,
            *name_indexes("office", "title"),
            # As lists of the desk have them.
            models.Index(fields=["title", "id"], name="office_in_order"),
        ]
        triggers = [*Record.Meta.triggers, KeepWords("title")]
        constraints = [
            *Record.Meta.constraints,
            choice_constraint("office", "classification", OfficeClass),
            choice_constraint("office", "mission_class", MissionClass, blank=True),
            *uncertain_date_constraints("office", "start"),
            *uncertain_date_constraints("office", "end"),
            interval_constraint("office", "start", "end"),
            models.CheckConstraint(
                condition=models.Q(mission_class="")
                | models.Q(classification=OfficeClass.HEAD_OF_MISSION),
                name="only_a_head_of_mission_has_a_mission_class",
                violation_error_message="Only a head of mission has a mission class (VCDR 1961, art. 14).",
            ),
            models.CheckConstraint(
                condition=models.Q(seats=None) | models.Q(seats__gte=1),
                name="office_has_a_seat",
                violation_error_message="An office has at least one seat; leave it blank when the number is not limited.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked
class OfficeName(DatedName):
    """Another title of an office, with the time of its use."""

    record = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="names")


@tracked
class OfficeIdentifier(Identifier):
    """What another system calls the office."""

    record = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="identifiers")


@tracked
class OfficeCitation(AttributedCitation):
    """A source for an office."""

    record = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="citations")

    class Meta(AttributedCitation.Meta):
        constraints = [
            *AttributedCitation.Meta.constraints,
            PublishedIsCited(
                name="published_office_has_a_citation",
                violation_error_message="A published office has at least one citation.",
            ),
        ]


@tracked
class OfficeAccreditation(Part):
    """A state to which the holder of an office is accredited."""

    part_of = "office"

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="accreditations")
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")

    class Meta(Part.Meta):
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["office", "state"],
                name="office_is_accredited_to_a_state_once",
                violation_error_message="This state is listed already.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.state)


@tracked
class OfficePeriod(Part):
    """Some time in which an office was vacant, or for which all of its holders are on record."""

    part_of = "office"

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="periods")
    kind = models.CharField(
        max_length=12,
        choices=OfficePeriodKind.choices,
        help_text="Vacant, or the list of its holders is complete for that time.",
    )
    start = UncertainDateField(help_text="Since when; blank when unknown.")
    end = UncertainDateField(help_text="Until when; blank when it goes on, or when unknown.")
    end_status = models.CharField(
        max_length=8,
        choices=EndStatus.choices,
        default=EndStatus.UNKNOWN,
        help_text="Ended, ongoing or unknown: a blank end alone does not mean that it goes on.",
    )
    note = models.CharField(
        max_length=300, blank=True, help_text="What the source adds to it; blank when nothing."
    )

    class Meta(Part.Meta):
        ordering = (models.F("start_earliest").asc(nulls_last=True), "pk")
        constraints = [
            choice_constraint("office_period", "kind", OfficePeriodKind),
            choice_constraint("office_period", "end_status", EndStatus),
            *uncertain_date_constraints("office_period", "start"),
            *uncertain_date_constraints("office_period", "end"),
            interval_constraint("office_period", "start", "end"),
            models.CheckConstraint(
                condition=~models.Q(end_status=EndStatus.ONGOING)
                | models.Q(end_edtf="", end_text=""),
                name="ongoing_office_period_has_no_end",
                violation_error_message="What goes on has no end.",
            ),
            PublishedPartsAreCited(
                name="published_office_period_is_cited",
                violation_error_message="A vacancy, or that a list of holders is complete, needs a citation of the office whose"
                " field is `periods`.",
                member="periods",
                citations="people_officecitation",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
