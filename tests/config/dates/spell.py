"""A record with an interval of uncertain dates, for the tests of the field alone: no app has it and no migration."""

from typing import ClassVar

from django.db import connection, models
from django.test.utils import isolate_apps

from config.dates.fields import UncertainDateField, interval_constraint, uncertain_date_constraints

with isolate_apps():

    class Dated(models.Model):
        """What the field must survive: being inherited from an abstract model."""

        start = UncertainDateField(help_text="When it began.")
        start_edtf: str  # a column of `start`, declared for the type checker

        class Meta:
            abstract = True
            app_label = "tests"

        def __str__(self) -> str:
            return f"{self.start}"

    class Spell(Dated):
        """A time in office."""

        holder = models.CharField(max_length=20, blank=True)
        end = UncertainDateField(help_text="When it ended.", verbose_name="end of the spell")

        objects: ClassVar[models.Manager["Spell"]] = models.Manager()

        class Meta:
            app_label = "tests"
            constraints = (
                *uncertain_date_constraints("spell", "start"),
                *uncertain_date_constraints("spell", "end"),
                interval_constraint("spell", "start", "end"),
            )

    class Reign(Dated):
        """A second heir of the abstract model, whose field must be its own."""

        class Meta:
            app_label = "tests"


def create_table() -> None:
    """Create the table of spells in the transaction of the running test, whose end takes it away."""
    with connection.schema_editor() as editor:
        editor.create_model(Spell)
