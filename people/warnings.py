"""What is odd about a tenure but possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Subquery

from people.models import IN_OFFICE, Tenure
from people.models.holding import CERTAINLY_HELD
from records.models import EditorialState

if TYPE_CHECKING:
    from django.db.models import QuerySet


def warnings_of(tenure: Tenure) -> list[str]:
    """Return the warnings for the form of a tenure (queries the database)."""
    if tenure.kind not in IN_OFFICE or tenure.office.seats is None:
        return []
    others = {other.person_id: str(other.person) for other in _beside(tenure)}
    if len(others) < tenure.office.seats:
        return []
    seats = "one seat" if tenure.office.seats == 1 else f"{tenure.office.seats} seats"
    names = ", ".join(sorted(others.values()))
    return [f"{tenure.office} has {seats}, and was held at the same time by {names}."]


def _beside(tenure: Tenure) -> QuerySet[Any]:
    """Return the tenures of the same office by other persons that certainly have a day in common with `tenure`."""
    held = Tenure.objects.filter(pk=tenure.pk).values_list(CERTAINLY_HELD, flat=True)
    tenures: QuerySet[Any] = (
        Tenure.objects.in_office()
        .filter(office=tenure.office_id)
        .exclude(editorial_state=EditorialState.MERGED)
        .exclude(person=tenure.person_id)
        .alias(certainly_held=CERTAINLY_HELD)
        .filter(certainly_held__overlap=Subquery(held[:1]))
        .select_related("person")
    )
    return tenures
