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
from config.api.as_of import today
from config.api.fields import shape_of
from config.api.filters.dates import DATE_SCHEMA, read_days
from config.api.formats import FORMAT
from config.api.pagination import COUNT, CURSOR, PAGE_SIZE, Page
from config.api.query import Parameter
from config.api.views import Operation
from records.api.newest import Newest, find_newest
from records.api.pages import serve_page
from records.api.parts import PartListing
from records.api.views import EditionViewSet

if TYPE_CHECKING:
    import datetime as dt

    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

    from records.api.counts import Sum

ON = Parameter(
    "on",
    "The day, month or year on which the status is asked (YYYY, YYYY-MM or YYYY-MM-DD); by default today.",
    DATE_SCHEMA,
)


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
            parameters={each.name: each for each in (ON, CURSOR, PAGE_SIZE, COUNT, FORMAT)},
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
        days = read_days(ON.name, query) or (today(), today())
        query.refuse_faults()
        agreement = find_newest(self.http, AGREEMENT, ref, "parties/")
        if not isinstance(agreement, Newest):
            return agreement
        page = Page.read(query, f"agreements/{agreement.record_id}/parties", "")
        query.refuse_faults()
        listing = PartListing.over(
            AgreementEdition,
            agreement.document["parties"],
            partial(_written, agreement.document, Acts.of(agreement.document), days),
            shape_of(PartyOnDaySerializer),
            (agreement.position, *map(str, days)),
        )
        return serve_page(self, query, listing, page)


def _written(
    document: dict[str, Any], acts: Acts, days: tuple[dt.date, dt.date], party: dict[str, Any]
) -> str:
    return orjson.dumps(party_on(document, acts, party, *days)).decode()
