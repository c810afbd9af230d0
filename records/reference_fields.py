"""How documents name other records: fields of serializers. Each says how it is stored, so that all else follows from it.

`relations` are the related names that rendering a field reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from django.db.models import Manager

    from records.models.reference import References


class ReferenceSerializer(serializers.Serializer[Any]):
    """How one document names another record."""

    id = serializers.UUIDField(help_text="The record's id.")
    object = serializers.CharField(help_text="The record's kind.")
    # DRF takes declared fields off the class, so they replace no attribute of its own.
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="Its label, as last published."
    )
    url = serializers.CharField(help_text="Its address, a path on the same host.")


class CodedReferenceSerializer(ReferenceSerializer):
    """A reference to a record with a short code: a state, a topic."""

    code = serializers.CharField(
        allow_null=True,
        help_text="Its short code: of a state the ISO 3166-1 alpha-2 code, or the ISO 3166-3 code of a former state.",
    )


@extend_schema_field(ReferenceSerializer)
class ReferenceField(serializers.Field[Any, Any, Any, Any]):
    """A foreign key, shown as a reference filled from what is published."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(read_only=True, **kwargs)

    def bind(self, field_name: str, parent: Any) -> None:
        """Read the key's own column: the row it points to is never loaded."""
        if self.source is None:
            self.source = f"{field_name}_id"
        super().bind(field_name, parent)

    def to_representation(self, value: UUID) -> dict[str, Any]:
        """Ask for the reference; it is filled in when all of a batch is known."""
        references: References = self.context["references"]
        return references.to(self.kind, value)


@extend_schema_field(CodedReferenceSerializer)
class CodedReferenceField(ReferenceField):
    """A reference to a state or topic."""


@extend_schema_field(ReferenceSerializer)
class EitherReferenceField(serializers.Field[Any, Any, Any, Any]):
    """Several foreign keys of which at most one is set, shown as one reference; null when none is.

    `kinds` maps each kind to the attribute that holds its key: `{"person": "speaker_person_id", ...}`.
    """

    def __init__(self, kinds: Mapping[str, str], **kwargs: Any) -> None:
        self.kinds = kinds
        super().__init__(read_only=True, source="*", **{"allow_null": True, **kwargs})

    def to_representation(self, value: Any) -> dict[str, Any] | None:
        references: References = self.context["references"]
        for kind, attribute in self.kinds.items():
            key = getattr(value, attribute)
            if key is not None:
                return references.to(kind, key)
        return None


@extend_schema_field(ReferenceSerializer(many=True))
class ReferenceListField(serializers.Field[Any, Any, Any, Any]):
    """Rows of a through table, shown as the references that they hold in the foreign key `attribute`."""

    def __init__(self, kind: str, attribute: str, **kwargs: Any) -> None:
        self.kind = kind
        self.attribute = attribute
        super().__init__(read_only=True, **kwargs)

    @property
    def relations(self) -> tuple[str, ...]:
        return (str(self.source),)

    def to_representation(self, value: Manager[Any]) -> list[dict[str, Any]]:
        references: References = self.context["references"]
        rows: Iterable[Any] = value.all()
        return [references.to(self.kind, getattr(row, self.attribute)) for row in rows]


@extend_schema_field(CodedReferenceSerializer(many=True))
class CodedReferenceListField(ReferenceListField):
    """References to states or topics."""


@extend_schema_field(ReferenceSerializer(many=True))
class EitherReferenceListField(EitherReferenceField):
    """Rows of one or more through tables, each shown as the reference of the one foreign key that is set.

    `tables` maps the related name of each table to kinds as `EitherReferenceField` has them.
    """

    def __init__(self, tables: Mapping[str, Mapping[str, str]], **kwargs: Any) -> None:
        self.tables = tables
        super().__init__({}, **kwargs)

    @property
    def relations(self) -> tuple[str, ...]:
        return tuple(self.tables)

    def to_representation(self, value: Any) -> list[dict[str, Any]]:  # type: ignore[override] # a list
        """Ask for the references, table by table in the rows' order."""
        references: References = self.context["references"]
        return [
            references.to(kind, key)
            for relation, kinds in self.tables.items()
            for row in getattr(value, relation).all()
            for kind, attribute in kinds.items()
            if (key := getattr(row, attribute)) is not None
        ]


@extend_schema_field(CodedReferenceSerializer(many=True))
class PairReferenceField(serializers.Field[Any, Any, Any, Any]):
    """Two foreign keys to records of one kind, shown as a list of both references."""

    def __init__(self, kind: str, attributes: tuple[str, str], **kwargs: Any) -> None:
        self.kind = kind
        self.attributes = attributes
        super().__init__(read_only=True, source="*", **kwargs)

    def to_representation(self, value: Any) -> list[dict[str, Any]]:
        references: References = self.context["references"]
        return [references.to(self.kind, getattr(value, name)) for name in self.attributes]


@extend_schema_field(ReferenceSerializer)
class PartReferenceField(EitherReferenceField):
    """A foreign key to another part of the same record, shown as the reference that this part holds.

    `relation` is the key's name; `part` the list of those parts, and `member` their field that holds the reference.
    """

    def __init__(
        self, relation: str, *, part: str, member: str, kinds: Mapping[str, str], **kwargs: Any
    ) -> None:
        self.relation = relation
        self.part = part
        self.member = member
        super().__init__(kinds, **kwargs)

    @property
    def relations(self) -> tuple[str, ...]:
        return (self.relation,)

    def to_representation(self, value: Any) -> dict[str, Any] | None:
        """Ask for the reference of the other part, if one is named."""
        part = getattr(value, self.relation)
        return None if part is None else super().to_representation(part)


class DerivedField(serializers.Field[Any, Any, Any, Any]):
    """Base of fields that follow from what is published of the records named: the edition fills them in."""

    #: What holds the place meanwhile: makes None or an empty list.
    placeholder: type[list[Any]] | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, source="*", **kwargs)

    def to_representation(self, value: Any) -> Any:  # noqa: ARG002 - DRF's signature
        return self.placeholder() if self.placeholder else None
