"""Places at the desk."""

from __future__ import annotations

from django.contrib import admin

from events.models import Place, PlaceIdentifier, PlaceName
from records.admin.parts import IdentifierInline, NameInline
from records.admin.record import RecordAdmin
from records.admin.relations import RelationFilter


class PlaceNameInline(NameInline):
    """Names of the place."""

    model = PlaceName


class PlaceIdentifierInline(IdentifierInline):
    """What other systems call the place."""

    model = PlaceIdentifier


@admin.register(Place)
class PlaceAdmin(RecordAdmin):
    """Places: cities, venues, regions, bases."""

    columns = ("kind", "parent", "state")
    list_filter = ("kind", ("state", RelationFilter), ("parent", RelationFilter))
    search_fields = ("name", "names__name")
    label_related = ("parent", "state")
    rows = (("name", "kind"), ("parent", "state"), ("latitude", "longitude"))
    inlines = (PlaceNameInline, PlaceIdentifierInline)

    def label_of(self, row: Place) -> str:
        """Tell places of one name apart by what they lie in."""
        return ", ".join(str(each) for each in (row, row.parent, row.state) if each)
