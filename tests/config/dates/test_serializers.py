"""Uncertain dates in documents of the API and in its schema."""

import pytest
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from rest_framework import generics, serializers

from config.dates.serializers import UncertainDateField
from config.dates.values import UncertainDate
from tests.config.dates.spell import Spell

MAY = UncertainDate.parse("2025-05")


class SpellSerializer(serializers.Serializer[Spell]):
    """A time between two dates."""

    start = UncertainDateField(help_text="When it began.")
    end = UncertainDateField(required=False)


def test_a_document_shows_a_date_and_null_where_nothing_is_known():
    assert SpellSerializer(Spell(start="2025-05")).data == {
        "start": {
            "edtf": "2025-05",
            "earliest": "2025-05-01",
            "latest": "2025-05-31",
            "precision": "month",
            "text": None,
        },
        "end": None,
    }


@pytest.mark.parametrize("written", ["2025-05", {"edtf": "2025-05"}, MAY.as_document()])
def test_a_document_is_read_back(written):
    serializer = SpellSerializer(data={"start": written, "end": None})

    assert serializer.is_valid()
    assert serializer.validated_data == {"start": MAY, "end": None}


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (
            "2025-02-30",
            "“2025-02-30” is not taken: there is no day 30 in February 2025; days run from 01 to 28.",
        ),
        ({"when": "2025"}, "An uncertain date has no when; it has edtf, text and precision."),
        (["2025"], "An uncertain date is EDTF text or a document, not list."),
    ],
)
def test_a_bad_document_is_answered_with_the_reason(written, reason):
    serializer = SpellSerializer(data={"start": written})

    assert not serializer.is_valid()
    assert serializer.errors == {"start": [reason]}


def test_the_schema_names_the_shape_once():
    class SpellView(generics.RetrieveAPIView[Spell]):
        serializer_class = SpellSerializer
        queryset = Spell.objects.none()
        schema = AutoSchema()  # ours describes views of editions only

    schema = SchemaGenerator(patterns=[path("spells/<int:pk>/", SpellView.as_view())]).get_schema(
        public=True
    )

    components = schema["components"]["schemas"]
    assert components["Spell"]["properties"]["end"] == {
        "oneOf": [{"$ref": "#/components/schemas/UncertainDate"}, {"type": "null"}]
    }
    assert sorted(components["UncertainDate"]["required"]) == [
        "earliest",
        "edtf",
        "latest",
        "precision",
        "text",
    ]
