"""Currencies at the desk."""

from __future__ import annotations

from django.contrib import admin

from agreements.models import Currency
from records.admin.view_only import ViewOnly


@admin.register(Currency)
class CurrencyAdmin(ViewOnly):
    """Currencies of ISO 4217, loaded by a command: the standard decides about them."""

    list_display = ("code", "name", "minor_units", "is_withdrawn", "start_edtf", "end_edtf")
    list_filter = ("is_withdrawn",)
    search_fields = ("code", "name")
    show_full_result_count = False
