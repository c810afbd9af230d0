"""Pages on which a record is looked at, by those who may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404

from records.admin.generics import AnyModelAdmin

if TYPE_CHECKING:
    from django.http import HttpRequest


class LookingPage(AnyModelAdmin):
    """Base of such pages."""

    def seen_record(self, request: HttpRequest, object_id: str) -> Any:
        """Return the record that the person may see. Raises Http404, PermissionDenied."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        return record
