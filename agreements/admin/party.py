"""Parties in the form of an agreement, and their search in its actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch

from agreements.admin.pasted import PartyPaste
from agreements.models import (
    ActionKind,
    AgreementAction,
    AgreementParty,
    AgreementRepresentative,
)
from records.admin.boxes import Labelled
from records.admin.parts import PartInline
from records.admin.through_fields import ThroughField, ThroughForm
from records.admin.view_only import ViewOnly
from records.desk_search import search

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest


ACTION_KINDS = dict(ActionKind.choices)


class PartyForm(ThroughForm):
    """A party with the persons who acted for it."""

    representatives_of_it = ThroughField(
        AgreementRepresentative,
        "person",
        rows="representatives",
        label="Represented by",
        help_text="The persons who acted for the party (VCLT art. 7).",
    )


class PartyInline(PartInline):
    """The states and organizations that made the agreement."""

    model = AgreementParty
    form = PartyForm
    verbose_name = "party"
    verbose_name_plural = "parties"
    prefetched = ("representatives",)
    paste = PartyPaste()
    columns = ("party", "role", "side", "represented", "done")
    read_for_lines = (
        "agreement",
        "role",
        "side",
        "represented_by_text",
        "state__name",
        "organization__name",
    )
    prefetched_for_lines = (
        Prefetch(
            "representatives",
            AgreementRepresentative.objects.select_related("person").only("party", "person__name"),
            to_attr="shown_representatives",
        ),
        Prefetch(
            "actions",
            AgreementAction.objects.only(
                "agreement", "party", "kind", "date_edtf", "date_text", "effective_date_edtf"
            ),
            to_attr="shown_actions",
        ),
    )
    rows = (
        ("state", "organization"),
        ("role", "side"),
        ("representatives_of_it", "represented_by_text"),
        ("on_behalf_of_state", "on_behalf_of_organization"),
    )

    def party(self, row: AgreementParty) -> str:
        return str(row.state or row.organization)

    @admin.display(description="represented by")
    def represented(self, row: Any) -> str:
        names = ", ".join(str(each.person) for each in row.shown_representatives)
        return names or row.represented_by_text

    @admin.display(description="actions")
    def done(self, row: Any) -> str:
        return "; ".join(
            f"{ACTION_KINDS[action.kind]} {_day(action)}".strip() for action in row.shown_actions
        )


def _day(action: Any) -> str:
    return str(action.date_edtf or action.date_text or action.effective_date_edtf)


@admin.register(AgreementParty)
class PartySearch(Labelled, ViewOnly):
    """Search of an agreement's parties in the form of its actions: a treaty may have 190. It has no page of its own."""

    search_fields = ("state__name", "organization__name")
    label_related = ("state", "organization")

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        """Find parts of names, whatever their accents."""
        return search(queryset, search_term, parts_of=self.search_fields), False

    def narrow(self, queryset: QuerySet[Any], query: Mapping[str, Any]) -> QuerySet[Any]:
        """Keep the parties of one agreement (`?agreement=`)."""
        try:
            return queryset.filter(agreement=query.get("agreement"))
        except ValidationError:
            return queryset.none()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return request.user.has_perm("agreements.view_agreement")

    def has_module_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Hide it from the list of kinds."""
        return False
