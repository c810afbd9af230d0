"""Rows that the desk shows or searches, and that nobody edits on a page of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from records.admin.generics import AnyModelAdmin

if TYPE_CHECKING:
    from django.http import HttpRequest


class ViewOnly(AnyModelAdmin):
    """Refuses to add, change and delete."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    has_delete_permission = has_change_permission
