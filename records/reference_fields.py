"""How documents name other records: fields of serializers. Each says how it is stored, so that all else follows from it.

`relations` are the related names that rendering a field reads; `named_kinds` the kinds of record that it can name.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from django.db.models import Manager

    from records.models.reference import References


class ObjectField(serializers.CharField):
    """The kind of a record, which distinguishes the shapes of a union."""

    def __init__(self) -> None:
        super().__init__(source="object_kind", read_only=True, help_text="The record's kind.")

    @property
    def constant(self) -> str:
        """The one word that all documents of this shape have: the `object_kind` of the serializer that the field is in."""
        return str(self.parent.object_kind)  # type: ignore[attr-defined] # every serializer that has the field says it


class ReferenceSerializer(serializers.Serializer[Any]):
    """A record as other documents name it. Subclasses say the kind, and what references to it have beside."""

    object_kind = ""

    id = serializers.UUIDField(help_text="The record's id.")
    object = ObjectField()
    # DRF takes declared fields off the class, so they replace no attribute of its own.
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="Its label, as last published."
    )


@cache
def reference_shape(kind: str) -> type[ReferenceSerializer]:
    """Return the shape of references to a kind: the one that is registered with it, or else what all have."""
    declared = kind_named(kind).reference
    if declared is not None:
        return declared
    title = "".join(word.capitalize() for word in kind.split("_"))
    article = "An" if kind[0] in "aeiou" else "A"
    about = f"{article} {kind.replace('_', ' ')}, as other documents name it."
    members = {"__doc__": about, "__module__": __name__, "object_kind": kind}
    return type(f"{title}ReferenceSerializer", (ReferenceSerializer,), members)


@cache
def members_of_references(kind: str) -> tuple[str, ...]:
    """Return the members that references to a kind have beyond those of all."""
    common = ReferenceSerializer().get_fields()
    return tuple(name for name in reference_shape(kind)().get_fields() if name not in common)


class NamingField(serializers.Field[Any, Any, Any, Any]):
    """Base of fields that show references."""

    #: Whether it shows a list of references, else one.
    is_list = False

    kind: str

    @cached_property
    def _shared(self) -> Mapping[str, Any]:
        """The context: one object as long as the serializer lives, to which the way leads up through all its fields."""
        return self.context

    @property
    def named_kinds(self) -> tuple[str, ...]:
        """The kinds of record that it can name, each once."""
        return (self.kind,)

    @property
    def alternatives(self) -> tuple[type[ReferenceSerializer], ...]:
        """The shapes of what it shows, one for each kind."""
        return tuple(reference_shape(kind) for kind in self.named_kinds)


class ReferenceField(NamingField):
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
        references: References = self._shared["references"]
        return references.to(self.kind, value)


class EitherReferenceField(NamingField):
    """Several foreign keys of which at most one is set, shown as one reference; null when none is.

    `kinds` maps each kind to the attribute that holds its key: `{"person": "speaker_person_id", ...}`.
    """

    def __init__(self, kinds: Mapping[str, str], **kwargs: Any) -> None:
        self.kinds = kinds
        super().__init__(read_only=True, source="*", **{"allow_null": True, **kwargs})

    @property
    def named_kinds(self) -> tuple[str, ...]:
        return tuple(self.kinds)

    def to_representation(self, value: Any) -> dict[str, Any] | None:
        references: References = self._shared["references"]
        for kind, attribute in self.kinds.items():
            key = getattr(value, attribute)
            if key is not None:
                return references.to(kind, key)
        return None


class ReferenceListField(NamingField):
    """Rows of a through table, shown as the references that they hold in the foreign key `attribute`."""

    is_list = True

    def __init__(self, kind: str, attribute: str, **kwargs: Any) -> None:
        self.kind = kind
        self.attribute = attribute
        super().__init__(read_only=True, **kwargs)

    @property
    def relations(self) -> tuple[str, ...]:
        return (str(self.source),)

    def to_representation(self, value: Manager[Any]) -> list[dict[str, Any]]:
        references: References = self._shared["references"]
        rows: Iterable[Any] = value.all()
        return [references.to(self.kind, getattr(row, self.attribute)) for row in rows]


class EitherReferenceListField(EitherReferenceField):
    """Rows of one or more through tables, each shown as the reference of the one foreign key that is set.

    `tables` maps the related name of each table to kinds as `EitherReferenceField` has them.
    """

    is_list = True

    def __init__(self, tables: Mapping[str, Mapping[str, str]], **kwargs: Any) -> None:
        self.tables = tables
        super().__init__({}, **{"allow_null": False, **kwargs})

    @property
    def named_kinds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(kind for kinds in self.tables.values() for kind in kinds))

    @property
    def relations(self) -> tuple[str, ...]:
        return tuple(self.tables)

    def to_representation(self, value: Any) -> list[dict[str, Any]]:  # type: ignore[override] # a list
        """Ask for the references, table by table in the rows' order."""
        references: References = self._shared["references"]
        return [
            references.to(kind, key)
            for relation, kinds in self.tables.items()
            for row in getattr(value, relation).all()
            for kind, attribute in kinds.items()
            if (key := getattr(row, attribute)) is not None
        ]


class PairReferenceField(NamingField):
    """Two foreign keys to records of one kind, shown as a list of both references."""

    is_list = True

    def __init__(self, kind: str, attributes: tuple[str, str], **kwargs: Any) -> None:
        self.kind = kind
        self.attributes = attributes
        super().__init__(read_only=True, source="*", **kwargs)

    def to_representation(self, value: Any) -> list[dict[str, Any]]:
        references: References = self._shared["references"]
        return [references.to(self.kind, getattr(value, name)) for name in self.attributes]


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


class DerivedReferenceField(NamingField):
    """A reference that follows from what is published of the records named: the edition fills it in."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(read_only=True, source="*", **kwargs)

    def to_representation(self, value: Any) -> Any:  # noqa: ARG002 - DRF's signature
        """Hold the place."""
        return None


class DerivedReferenceListField(DerivedReferenceField):
    """References that follow from what is published of the records named: the edition fills them in."""

    is_list = True
