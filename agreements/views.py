"""What the API serves of agreements."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
from rest_framework.decorators import action

from agreements.dimensions import AGREEMENTS, VALUE
from agreements.filters import AgreementFilter
from agreements.kinds import AGREEMENT
from agreements.models import AgreementEdition
from agreements.on_a_day import Acts, party_on
from agreements.serializers import PartyOnDaySerializer
from agreements.statuses import PartyStatus
from config.api.fields import FIELDS, OMIT, Selection, shape_of
from config.api.filters.dates import AS_OF, ON, read_on
from config.api.formats import FORMAT
from config.api.notes import Note
from config.api.pagination import COUNT, CURSOR, PAGE_SIZE, Page
from config.api.views import Operation
from people.existence import non_existing
from records.api.newest import Newest, find_newest
from records.api.pages import serve_page
from records.api.parts import PartListing
from records.api.views import EditionViewSet

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

    from config.api.filters.dates import Days
    from config.api.query import Query
    from records.api.counts import Sum


class AgreementViewSet(EditionViewSet):
    """Treaties and other agreements between states, organizations and companies, latest signed first."""

    kind = AGREEMENT
    filterset_class = AgreementFilter
    dimensions = AGREEMENTS
    sums: ClassVar[dict[str, Sum]] = {"value": VALUE}
    orderings: ClassVar[dict[str, str]] = {"signed": "date", **EditionViewSet.orderings}
    undated_last = ("signed",)
    default_ordering = "-signed"
    operations: ClassVar[dict[str, Operation]] = {
        "parties": Operation(
            name="agreements_parties",
            tag=AGREEMENT.resource,
            summary="List the parties of one agreement on a day",
            description="Each party with its status that day and the actions that decide it, in the order of the document. The"
            " status follows from the actions that are on record when the agreement was last published: what they say of a"
            " later day is as far as is known.",
            parameters={
                each.name: each
                for each in (ON, AS_OF, CURSOR, PAGE_SIZE, COUNT, FIELDS, OMIT, FORMAT)
            },
            content=PartyOnDaySerializer,
            envelope="PartyOnDayList",
            statuses=(308, 404, 410),
            headers=("ETag", "Link"),
        ),
    }

    @action(detail=True)
    def parties(self, request: Request, ref: str) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        """Serve the parties of one agreement as they stood on a day."""
        query = self.read_query(self.operations["parties"].parameters)
        days = read_on(query)
        shape = shape_of(PartyOnDaySerializer)
        selection = Selection.read(query, shape)
        query.refuse_faults()
        agreement = find_newest(self.http, AGREEMENT, ref, "parties/")
        if not isinstance(agreement, Newest):
            return agreement
        page = Page.read(query, f"agreements/{agreement.record_id}/parties", "")
        query.refuse_faults()
        document, acts = agreement.document, Acts.of(agreement.document)
        listing = PartListing.over(
            AgreementEdition,
            document["parties"],
            partial(_written, document, acts, days, selection),
            selection.narrow(shape) if selection else shape,
            (agreement.position, *map(str, days)),
        )
        return serve_page(self, query, listing, page, notes=_doubts(query, document, days, acts))


#: Statuses that a state has only while it exists.
_STANDING = {
    each.value
    for each in (
        PartyStatus.SIGNATORY,
        PartyStatus.BOUND,
        PartyStatus.PROVISIONALLY_APPLIED,
        PartyStatus.IN_FORCE,
        PartyStatus.SUSPENDED,
    )
}


def _doubts(query: Query, document: dict[str, Any], days: Days, acts: Acts) -> list[Note]:
    """A note for each state that did not exist then, and stands as if it had: what happened to its part is not on record."""
    states = [each for each in document["parties"] if each["party"]["object"] == "state"]
    gone = non_existing([each["party"]["id"] for each in states], days)
    rows = [party_on(document, acts, each, *days) for each in states if each["party"]["id"] in gone]
    on = query.values.get(ON.name, str(days[0]))
    return [
        Note(
            "did_not_exist",
            ON.name,
            on,
            f"{row['party']['label']} did not exist then, as its own record has it, and no action says what happened to its part.",
        )
        for row in rows
        if row["status"] and row["status"]["value"] in _STANDING
    ]


def _written(
    document: dict[str, Any],
    acts: Acts,
    days: Days,
    selection: Selection | None,
    party: dict[str, Any],
) -> str:
    row = party_on(document, acts, party, *days)
    return orjson.dumps(selection.narrow(row) if selection else row).decode()
