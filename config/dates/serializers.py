"""Uncertain dates in documents of the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from config.dates.values import EdtfError, Precision, UncertainDate


@extend_schema_serializer(component_name="UncertainDate")
class UncertainDateDocument(serializers.Serializer[UncertainDate]):
    """A date as well as it is known. Bounds that are not known are null, never filled in."""

    edtf = serializers.CharField(
        allow_null=True,
        help_text="The date in EDTF (ISO 8601-2), such as `2025-05` or `2025-05/..`; null when only words are known.",
    )
    earliest = serializers.DateField(
        allow_null=True, help_text="First day that it may be; null when unknown or without limit."
    )
    latest = serializers.DateField(
        allow_null=True, help_text="Last day that it may be; null when unknown or without limit."
    )
    precision = serializers.ChoiceField(
        choices=Precision.choices, help_text="How finely the date is known."
    )
    text = serializers.CharField(
        allow_null=True,
        help_text="The source's own words, such as “Saturday night”; null when none.",
    )


@extend_schema_field(UncertainDateDocument)
class UncertainDateField(
    serializers.Field[UncertainDate, Any, dict[str, str | None] | None, UncertainDate]
):
    """An uncertain date as an `UncertainDateDocument`, null when nothing is known.

    It reads EDTF text or such a document, whose bounds it derives again, and answers a bad one with
    the reason.
    """

    default_error_messages = {"edtf": "{reason}"}  # DRF's form of declaring messages

    def __init__(self, **kwargs: Any) -> None:  # DRF's own arguments
        kwargs.setdefault("allow_null", True)
        super().__init__(**kwargs)

    def to_representation(self, value: UncertainDate) -> dict[str, str | None] | None:
        return value.as_document()

    def to_internal_value(self, data: Any) -> UncertainDate:  # whatever JSON came in
        """Return the value. Raises `ValidationError`, code `edtf`, whose message names the fix."""
        try:
            return UncertainDate.coerce(data)
        except EdtfError as error:
            self.fail("edtf", reason=str(error))
