"""What can be asked of states, organizations, persons, offices and tenures in the working tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from config.dates.queries import certainly_on, certainly_within, possibly_on
from people.models.holding import CERTAINLY_HELD, IN_OFFICE, EndStatus

if TYPE_CHECKING:
    from datetime import date

    from people.models import Tenure


class StateQuerySet(QuerySet[Any]):
    """States."""

    def possibly_existing(self, *, on: date) -> Self:
        """States that may have existed that day: an unknown start or end may lie anywhere."""
        return self.filter(possibly_on("start", "end", on))

    def with_code(self, scheme: str, value: str, *, on: date) -> Self:
        """States that the code may have named that day."""
        codes = self.model.codes.rel.related_model.objects
        valid = codes.filter(possibly_on("start", "end", on), scheme=scheme, value=value)
        return self.filter(Exists(valid.filter(state=OuterRef("pk"))))


class PersonQuerySet(QuerySet[Any]):
    """Persons."""

    def possibly_holding(self, office: Any, *, on: date) -> Self:
        """Persons who may have held the office that day, in full right, acting or ad interim."""
        tenures = self.model.tenures.rel.related_model.objects
        held = tenures.in_office().possibly_held(on=on).filter(office=office)
        return self.filter(Exists(held.filter(person=OuterRef("pk"))))


class TenureQuerySet(QuerySet[Any]):
    """Tenures."""

    def in_office(self) -> Self:
        """Tenures that mean being in office: not those of a designate, or of somebody who never served."""
        return self.filter(kind__in=IN_OFFICE)

    def possibly_held(self, *, on: date) -> Self:
        """Tenures that may have had that day: an unknown start or end may lie anywhere."""
        return self.filter(possibly_on("start", "end", on))

    def certainly_held(self, *, on: date) -> Self:
        """Tenures that had that day, whichever of their possible days are true; those that go on have every later day."""
        ongoing = Q(end_status=EndStatus.ONGOING) & certainly_within("start", before=on)
        return self.filter(certainly_on("start", "end", on) | ongoing)

    def beside(self, tenure: Tenure) -> Self:
        """Tenures of the same office by other persons that certainly have a day in common with `tenure`."""
        own = self.model.objects.filter(pk=tenure.pk).values_list(CERTAINLY_HELD, flat=True)
        return (
            self.in_office()
            .exclude(editorial_state="merged")
            .filter(office=tenure.office_id)
            .exclude(person=tenure.person_id)
            .alias(certainly_held=CERTAINLY_HELD)
            .filter(certainly_held__overlap=Subquery(own[:1]))
        )
