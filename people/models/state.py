"""States: who recognises, signs and sends. Codes are attributes, never keys; names and codes are dated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Coalesce, Least

from config.dates.fields import UncertainDateField, interval_constraint, uncertain_date_constraints
from config.dates.ordering import BeginningOfTime, EndOfTime
from people.models.choices import choice_constraint
from people.models.citation import AttributedCitation
from people.models.name import DatedName
from records.constraints import NoCycle
from records.desk_search import beginning_index, name_indexes
from records.history import tracked
from records.models import Identifier, KeepWords, Part, Record

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class StateKind(models.TextChoices):
    """What sort of state or territory it is."""

    #: a member or observer state of the United Nations (UN Charter, arts. 3 and 4)
    SOVEREIGN_STATE = "sovereign_state", "Sovereign state"
    #: a territory that another state answers for (UN Charter, ch. XI; overseas parts and crown dependencies too)
    DEPENDENCY = "dependency", "Dependency"
    #: claims statehood and is recognised by some UN members only
    PARTIALLY_RECOGNISED = "partially_recognised", "Partially recognised state"
    #: a state that has ended, and was not merely renamed
    HISTORICAL_STATE = "historical_state", "Historical state"
    #: a government without its territory, dealt with as a state by others
    GOVERNMENT_IN_EXILE = "government_in_exile", "Government in exile"
    #: a part of a state that acts abroad in its own name (Texas, Bavaria, the Byelorussian SSR)
    SUB_STATE_ENTITY = "sub_state_entity", "Sub-state entity"
    #: under international rule, or under no state's (Antarctic Treaty 1959, art. IV)
    INTERNATIONAL_TERRITORY = "international_territory", "International territory"


class SuccessionKind(models.TextChoices):
    """How one state came after another (terms of the Vienna Convention on Succession of States 1978, where it has one)."""

    CONTINUATION = (
        "continuation",
        "Continuation",
    )  #: the same subject of law goes on (Russia for the USSR)
    SEPARATION = "separation", "Separation"  #: a part leaves, the predecessor goes on (art. 34)
    DISSOLUTION = (
        "dissolution",
        "Dissolution",
    )  #: the predecessor ceases, its parts go on as states (art. 34)
    UNION = "union", "Union"  #: two or more become one new state (art. 31)
    ABSORPTION = "absorption", "Absorption"  #: the predecessor joins a state that goes on
    RENAMING = "renaming", "Renaming"  #: no more than a new name and code, kept as two records


@tracked
class State(Record):
    """A state or territory that is, was or claims to be one."""

    object_kind = "state"

    name = models.CharField(
        max_length=200, help_text="Everyday short name in English, as documents show it."
    )
    kind = models.CharField(
        max_length=24,
        choices=StateKind.choices,
        default=StateKind.SOVEREIGN_STATE,
        help_text="Sovereign state, dependency, partially recognised, historical, in exile, sub-state, international.",
    )
    start = UncertainDateField(help_text="Since when it exists; blank when unknown.")
    end = UncertainDateField(
        help_text="Until when it existed; blank when it still does, or when unknown."
    )

    if TYPE_CHECKING:
        names: RelatedManager[StateName]
        identifiers: RelatedManager[StateIdentifier]
        citations: RelatedManager[StateCitation]
        codes: RelatedManager[StateCode]
        predecessors: RelatedManager[StateSuccession]
        successors: RelatedManager[StateSuccession]

    class Meta(Record.Meta):
        ordering = ("name", "pk")
        indexes = [
            *Record.Meta.indexes,
            *name_indexes("state", "name"),
        ]
        triggers = [*Record.Meta.triggers, KeepWords("name")]
        constraints = [
            *Record.Meta.constraints,
            choice_constraint("state", "kind", StateKind),
            *uncertain_date_constraints("state", "start"),
            *uncertain_date_constraints("state", "end"),
            interval_constraint("state", "start", "end"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked
class StateName(DatedName):
    """A name of a state, with the time of its use."""

    record = models.ForeignKey(State, on_delete=models.CASCADE, related_name="names")


@tracked
class StateIdentifier(Identifier):
    """What another system calls the state, where that is no dated code."""

    record = models.ForeignKey(State, on_delete=models.CASCADE, related_name="identifiers")


@tracked
class StateCitation(AttributedCitation):
    """A source for a state. Welcome, not demanded: states are reference data."""

    record = models.ForeignKey(State, on_delete=models.CASCADE, related_name="citations")


@tracked
class StateCode(Part):
    """A code of a state in some scheme, with the time of its validity."""

    part_of = "state"

    state = models.ForeignKey(State, on_delete=models.CASCADE, related_name="codes")
    scheme = models.SlugField(
        max_length=40,
        help_text="The scheme: iso3166-1-alpha-2, iso3166-1-alpha-3, iso3166-1-numeric, iso3166-3, m49, cow, gw ...",
    )
    value = models.CharField(max_length=40, help_text="The code, exactly as the scheme writes it.")
    start = UncertainDateField(help_text="Since when the code named the state; blank when unknown.")
    end = UncertainDateField(
        help_text="Until when the code named the state; blank when it still does, or when unknown."
    )

    class Meta(Part.Meta):
        ordering = ("scheme", "value", "pk")
        indexes = [beginning_index("statecode_folded_begins", "value")]
        constraints = [
            *uncertain_date_constraints("state_code", "start"),
            *uncertain_date_constraints("state_code", "end"),
            interval_constraint("state_code", "start", "end"),
            models.CheckConstraint(
                condition=models.Q(scheme__regex=r"^[a-z0-9][a-z0-9-]*$")
                & models.Q(value__regex=r"^\S(.*\S)?$"),
                name="state_code_has_a_scheme_and_a_value",
                violation_error_message="A code has a scheme in lower case with hyphens, and a value.",
            ),
            # Most schemes do not date their codes, so a code without a bound counts as valid without that bound: a bare
            # code must lead to one state. What is uncertain of a known bound is given the benefit of the doubt.
            ExclusionConstraint(
                expressions=[
                    ("scheme", RangeOperators.EQUAL),
                    ("value", RangeOperators.EQUAL),
                    (
                        models.Func(
                            Least(
                                Coalesce("start_latest", BeginningOfTime()),
                                Coalesce("end_earliest", EndOfTime()),
                            ),
                            Coalesce("end_earliest", EndOfTime()),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                name="a_code_names_one_state_at_a_time",
                violation_error_message="Another state has this code at that time: give one of them an end.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


@tracked
class StateSuccession(Part):
    """That a state came after another. Belongs to the successor."""

    part_of = "successor"

    successor = models.ForeignKey(State, on_delete=models.CASCADE, related_name="predecessors")
    predecessor = models.ForeignKey(
        State,
        on_delete=models.PROTECT,
        related_name="successors",
        help_text="The state that was there before.",
    )
    kind = models.CharField(
        max_length=16,
        choices=SuccessionKind.choices,
        help_text="Continuation, separation, dissolution, union, absorption or renaming.",
    )
    date = UncertainDateField(help_text="When it happened; blank when unknown.")

    class Meta(Part.Meta):
        ordering = ("pk",)
        constraints = [
            choice_constraint("state_succession", "kind", SuccessionKind),
            *uncertain_date_constraints("state_succession", "date"),
            models.UniqueConstraint(
                fields=["successor", "predecessor"],
                name="a_state_succeeds_another_once",
                violation_error_message="This predecessor is listed already.",
            ),
            NoCycle(
                name="a_state_does_not_succeed_itself",
                ascends="predecessor",
                descends="successor",
                violation_error_message="A state cannot come after itself, nor after a state that came after it.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"
