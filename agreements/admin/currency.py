"""Currencies at the desk: to be looked up, not edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from agreements.models import Currency

if TYPE_CHECKING:
    from django.http import HttpRequest

    _ModelAdmin = admin.ModelAdmin[Currency]
else:
    _ModelAdmin = admin.ModelAdmin


@admin.register(Currency)
class CurrencyAdmin(_ModelAdmin):
    """Currencies of ISO 4217. The standard decides: a command loads them."""

    list_display = ("code", "name", "minor_units", "is_withdrawn", "start_edtf", "end_edtf")
    list_filter = ("is_withdrawn",)
    search_fields = ("code", "name")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """By the command."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """By the command."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """By the command."""
        return False
