"""Places at the desk."""

from __future__ import annotations

from django.contrib import admin

from events.models import Place, PlaceIdentifier, PlaceName
from records.admin.parts import IdentifierInline, NameInline
from records.admin.record import RecordAdmin


@admin.register(Place)
class PlaceAdmin(RecordAdmin):
    """Places: cities, venues, regions, bases."""

    columns = ("kind", "parent", "state")
    first_filters = ("kind", "state", "within")
    search_fields = ("name", "names__name")
    label_related = ("parent", "state")
    rows = (("name", "kind"), ("parent", "state"), ("latitude", "longitude"))
    inlines = (NameInline.of(PlaceName), IdentifierInline.of(PlaceIdentifier))

    def label_of(self, row: Place) -> str:
        return ", ".join(str(each) for each in (row, row.parent, row.state) if each)
