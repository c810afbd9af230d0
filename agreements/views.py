"""What the API serves of agreements."""

from __future__ import annotations

from typing import ClassVar

from agreements.filters import AgreementFilter
from agreements.kinds import AGREEMENT
from records.api.views import EditionViewSet


class AgreementViewSet(EditionViewSet):
    """Treaties and other agreements between states, organizations and companies, latest signed first."""

    kind = AGREEMENT
    filterset_class = AgreementFilter
    orderings: ClassVar[dict[str, str]] = {"signed": "date", **EditionViewSet.orderings}
    undated_last = ("signed",)
    default_ordering = "-signed"
