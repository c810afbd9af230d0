"""Views of states, organizations, persons, offices and tenures."""

from __future__ import annotations

from typing import ClassVar

from people.dimensions import OFFICES, ORGANIZATIONS, PEOPLE, STATES, TENURES
from people.filters import OfficeFilter, OrganizationFilter, PersonFilter, StateFilter, TenureFilter
from people.kinds import OFFICE, ORGANIZATION, PERSON, STATE, TENURE
from records.api.views import EditionViewSet


class StateViewSet(EditionViewSet):
    """States and territories that are, were or claim to be one, with their codes and predecessors."""

    kind = STATE
    filterset_class = StateFilter
    dimensions = STATES


class OrganizationViewSet(EditionViewSet):
    """Ministries, missions, armed forces, international organizations, companies and other bodies that act."""

    kind = ORGANIZATION
    filterset_class = OrganizationFilter
    dimensions = ORGANIZATIONS


class PersonViewSet(EditionViewSet):
    """People. What they hold or held is in the tenures that name them: `tenures/?person=`."""

    kind = PERSON
    filterset_class = PersonFilter
    dimensions = PEOPLE
    orderings: ClassVar[dict[str, str]] = {"sort_name": "sort_name", **EditionViewSet.orderings}


class OfficeViewSet(EditionViewSet):
    """Positions that exist independently of their holders. Who held one is in its tenures: `tenures/?office=`."""

    kind = OFFICE
    filterset_class = OfficeFilter
    dimensions = OFFICES


class TenureViewSet(EditionViewSet):
    """Who held which office when, latest first."""

    kind = TENURE
    filterset_class = TenureFilter
    dimensions = TENURES
    orderings: ClassVar[dict[str, str]] = {"start": "date", **EditionViewSet.orderings}
    undated_last: ClassVar[tuple[str, ...]] = ("start",)
    default_ordering = "-start"
