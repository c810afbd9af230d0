"""Names of states, organizations, persons and offices."""

from __future__ import annotations

from django.db import models

from config.dates.fields import BoundsConstraint, uncertain_date_constraints
from people.models.choices import choice_constraint
from records.desk_search import name_indexes
from records.models import Name, NameKind


class DatedName(Name):
    """A name with the time of its use, checked by the database. Concrete ones add `record`."""

    class Meta(Name.Meta):
        abstract = True
        indexes = [
            *name_indexes("%(class)s", "name"),
        ]
        constraints = [
            choice_constraint("%(class)s", "kind", NameKind),
            *uncertain_date_constraints("%(class)s", "start"),
            *uncertain_date_constraints("%(class)s", "end"),
            BoundsConstraint(
                condition=models.Q(end_latest__gte=models.F("start_earliest")),
                name="%(class)s_does_not_certainly_end_before_it_starts",
                violation_error_message="A name cannot fall out of use before it comes into use.",
            ),
        ]
