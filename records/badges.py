"""The state of a record in a word, for lists, forms and the front page of the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import models
from django.db.models import Case, CharField, F, Q, Value, When
from django.utils.html import format_html

from records.models import EditorialState

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


class Badge(models.TextChoices):
    """The editorial state, where a published record may have unpublished changes."""

    DRAFT = "draft", "Draft"  #: never published
    IN_REVIEW = "in_review", "In review"  #: waits for a publisher
    CHANGED = "changed", "Unpublished changes"  #: published, and edited since then
    PUBLISHED = "published", "Published"  #: as it is at the desk
    WITHDRAWN = "withdrawn", "Withdrawn"  #: its id answers 410
    MERGED = "merged", "Merged"  #: its id leads to another record


#: What waits to be published, in the order of the work list.
WAITING = (Badge.IN_REVIEW, Badge.CHANGED, Badge.DRAFT)

#: Badges that are more than the editorial state, as conditions.
CONDITIONS = {
    Badge.CHANGED: Q(editorial_state="published", changed_at__gt=F("published_at")),
    Badge.PUBLISHED: Q(editorial_state="published", changed_at__lte=F("published_at")),
}

#: The badge of a row, as part of the query that reads it.
BADGE = Case(
    When(
        editorial_state=EditorialState.PUBLISHED,
        changed_at__gt=F("published_at"),
        then=Value(Badge.CHANGED.value),
    ),
    default=F("editorial_state"),
    output_field=CharField(),
)


def badge_html(value: str) -> SafeString:
    """Return the badge as a coloured word."""
    return format_html('<span class="badge badge-{}">{}</span>', value, Badge(value).label)


class BadgeFilter(admin.SimpleListFilter):
    """List filter over the badge."""

    title = "publication"
    parameter_name = "publication"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return [(badge.value, str(badge.label)) for badge in Badge]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: models.QuerySet[Any],
    ) -> models.QuerySet[Any]:
        value = self.value()
        if value not in Badge.values:
            return queryset
        # In words that the indexes have, where the badge of a row is computed.
        return queryset.filter(CONDITIONS.get(Badge(value), Q(editorial_state=value)))
