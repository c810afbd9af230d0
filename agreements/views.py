"""What the API serves of agreements."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from agreements.dimensions import AGREEMENTS, VALUE
from agreements.filters import AgreementFilter
from agreements.kinds import AGREEMENT
from records.api.views import EditionViewSet

if TYPE_CHECKING:
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
