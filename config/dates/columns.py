"""The columns in which an edition keeps the days of a dated thing, so that an index answers questions about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import DateRangeField
from django.db import models

if TYPE_CHECKING:
    from django.db.models import Field


class ReachColumns:
    """The four columns of a `Reach`, named after the attribute: `held_possible`, `held_any`, `held_begun_by`, `held_goes_on_till`.

    `Reach.columns` gives their values. Migrations see the columns only. `what` opens the help texts ("the tenure").
    """

    def __init__(self, what: str) -> None:
        # Made here and not when the class is, so that they keep their place among the other fields.
        self._columns: dict[str, Field[Any, Any]] = {
            "possible": DateRangeField(  # type: ignore[misc] # its stubs know no NULL
                null=True,
                help_text=f"Days that {what} may have had, as far as they are known; up to infinity where it goes on;"
                " NULL when no day is known.",
            ),
            "any": DateRangeField(
                help_text=f"Days that {what} may have had, without limit where that is unknown."
            ),
            "begun_by": models.DateField(
                null=True,
                help_text=f"Day by which {what} had certainly begun; NULL when unknown.",
            ),
            "goes_on_till": models.DateField(
                null=True,
                help_text=f"Day until which {what} certainly went on, once begun; NULL when unknown.",
            ),
        }

    def contribute_to_class(self, cls: type[models.Model], name: str) -> None:
        """Put the columns on the model: Django calls this for what a body declares."""
        for suffix, column in self._columns.items():
            column.contribute_to_class(cls, f"{name}_{suffix}")
