"""Views of states, organizations, persons, offices and tenures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import orjson
from rest_framework.decorators import action

from config.api.as_of import today
from config.api.caching import tagged
from config.api.fields import FIELDS, OMIT, Selection, shape_of
from config.api.filters.dates import (
    AS_OF,
    DATE_MATCH,
    ON,
    ReachSql,
    match_of,
    notes_of_then,
    read_on,
)
from config.api.formats import FORMAT
from config.api.notes import Note
from config.api.query import Parameter
from config.api.sql import Clause, all_of, column, select, table_of
from config.api.views import Operation
from config.dates.reach import Match
from people.dimensions import OFFICES, ORGANIZATIONS, PEOPLE, STATES, TENURES
from people.filters import OfficeFilter, OrganizationFilter, PersonFilter, StateFilter, TenureFilter
from people.holders import Asked, holders_on, may_have_existed
from people.kinds import OFFICE, ORGANIZATION, PERSON, STATE, TENURE
from people.models import IN_OFFICE, TenureEdition
from people.serializers import HoldersSerializer
from records.api.newest import Newest, find_newest
from records.api.pages import fetch, readable
from records.api.views import EditionViewSet

if TYPE_CHECKING:
    from uuid import UUID

    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

    from config.api.filters.dates import Days


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
    operations: ClassVar[dict[str, Operation]] = {
        "holders": Operation(
            name="offices_holders",
            tag=OFFICE.resource,
            summary="Say who held one office on a day",
            description="Of a month or year: on one of its days. `held` and `disputed` are said of what is certain; `vacant` only"
            " where a record says that it was vacant all the time, or where the list of holders is complete for all of it and"
            " nobody may have held it; all else is `unknown`, with those who may have. Two are no dispute on the day on which"
            " the one hands over to the other, nor beside somebody ad interim.",
            parameters={each.name: each for each in (ON, DATE_MATCH, AS_OF, FIELDS, OMIT, FORMAT)},
            content=HoldersSerializer,
            statuses=(308, 404, 410),
        ),
    }

    @action(detail=True)
    def holders(self, request: Request, ref: str) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        """Say who held one office on a day."""
        query = self.read_query(self.operations["holders"].parameters)
        days = read_on(query)
        query.choice(DATE_MATCH.name, list(Match))
        selection = Selection.read(query, shape_of(HoldersSerializer))
        query.refuse_faults()
        office = find_newest(self.http, OFFICE, ref, "holders/")
        if not isinstance(office, Newest):
            return office
        asked = Asked(*days, today())
        on = query.values.get(ON.name, str(asked.today))
        notes = notes_of_then(query)
        if not may_have_existed(office.document, asked):
            detail = "The office did not exist then, as its own start and end have it."
            notes.append(Note("did_not_exist", ON.name, on, detail))
        answer = {
            "on": on,
            **holders_on(
                office.document, self._tenures(office.record_id, days), asked, match_of(query)
            ),
            "notes": notes,
        }
        shape = shape_of(HoldersSerializer)
        if selection:
            answer, shape = selection.narrow(answer), selection.narrow(shape)
        written, etag = tagged(orjson.dumps(answer))
        return self.serve_document(
            lambda: self.format.document(written.decode(), shape), f'{etag[:-1]}{self.format.tag}"'
        )

    @staticmethod
    def _tenures(office_id: UUID, days: Days) -> list[dict[str, Any]]:
        """The published tenures of an office that mean being in it, less those that certainly have none of the days."""
        office, kind = (column(TenureEdition, name)[0] for name in ("office_id", "kind"))
        asked = [
            readable(TenureEdition),
            Clause(f"{office} = %s::uuid", (office_id,)),
            Clause(f"{kind} = ANY(%s)", ([str(each) for each in IN_OFFICE],)),
            ReachSql.of(TenureEdition, "held").has_day(Match.ANY, *days),
        ]
        statement = select("document", table_of(TenureEdition), all_of(asked))
        return [orjson.loads(document) for (document,) in fetch(statement)]


class TenureViewSet(EditionViewSet):
    """Who held which office when, latest first."""

    kind = TENURE
    filterset_class = TenureFilter
    dimensions = TENURES
    orderings: ClassVar[dict[str, str]] = {"start": "date", **EditionViewSet.orderings}
    undated_last: ClassVar[tuple[str, ...]] = ("start",)
    default_ordering = "-start"

    def operation(self) -> Operation:
        if self.action != "of_person":
            return super().operation()
        return Operation(
            name="people_tenures",
            tag=TENURE.resource,
            summary="List the tenures of one person",
            description="Every office that the person holds or held, latest first, with the filters of `tenures/`.",
            parameters=self._of_person_parameters,
            content=self.kind.serializer,
            envelope="TenureList",
            rated=self.filterset_class.rated,
            statuses=(308, 404, 410),
            headers=("ETag", "Link"),
        )

    @property
    def _of_person_parameters(self) -> dict[str, Parameter]:
        """Those of the list, less the one that the address says."""
        return {name: each for name, each in self.list_parameters.items() if name != PERSON.name}

    def of_person(self, request: Request, ref: str) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        """Serve the tenures of one person."""
        query = self.read_query(self._of_person_parameters)
        query.refuse_faults()
        person = find_newest(self.http, PERSON, ref, "tenures/")
        if not isinstance(person, Newest):
            return person
        return self.serve_list(
            query,
            f"people/{person.record_id}/tenures",
            TenureFilter.person.matches(TenureEdition, [person.record_id]),
        )
