"""The public shape of what every record has. A serializer renders working rows into a document, once, at publishing."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.dates.fields import UncertainDateField
from config.dates.serializers import UncertainDateField as UncertainDateDocumentField
from records.models import Evidence, NameKind, Source, Stance, Topic
from records.reference_fields import ObjectField, ReferenceField, ReferenceSerializer

if TYPE_CHECKING:
    from records.models import Record
    from records.registry import Kind


class PublicSerializer(serializers.Serializer[Any]):
    """Base of all public shapes: what is unknown or empty is null."""

    @cached_property
    def _plan(self) -> list[tuple[str, str | None, Any]]:
        """Name, attribute and field of all that is shown; no attribute where reading it takes more than that."""
        return [
            (
                str(field.field_name),
                field.source_attrs[0] if len(field.source_attrs) == 1 else None,
                field,
            )
            for field in self._readable_fields
        ]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Render, with empty text as null.

        Like the framework's own, less what it does for callables, mappings and keys in every field of every row: that
        took as long as all the rest of it.
        """
        document = {}
        # Parts that were read with the record need no manager, which takes as long as rendering them.
        loaded = getattr(instance, "_prefetched_objects_cache", {})
        for name, attribute, field in self._plan:
            if attribute is None:
                value = field.get_attribute(instance)
            elif attribute in loaded and isinstance(field, serializers.ListSerializer):
                value = loaded[attribute]
            else:
                value = getattr(instance, attribute)
            shown = None if value is None else field.to_representation(value)
            document[name] = None if shown == "" else shown
        return document


def for_readers(help_text: str) -> str:
    """Return a help text of a form in the words of the document: what is blank in the one is null in the other."""
    return help_text.replace("Blank", "Null").replace("blank", "null")


class PublicModelSerializer(PublicSerializer, serializers.ModelSerializer[Any]):
    """A public shape whose fields take type, choices and help text from a model."""

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        """Say in the schema that blank text shows as null, and drop what only matters to input.

        Help texts are the desk's: where those say blank, the document has null.
        """
        field_class, kwargs = super().build_standard_field(field_name, model_field)
        if isinstance(model_field, models.CharField | models.TextField) and model_field.blank:
            kwargs["allow_null"] = True
        for name in ("allow_blank", "validators", "max_length"):
            kwargs.pop(name, None)
        if "help_text" in kwargs:
            kwargs["help_text"] = for_readers(kwargs["help_text"])
        return field_class, kwargs

    def build_property_field(self, field_name: str, model_class: type[models.Model]) -> Any:
        """Show an uncertain date, which is one attribute over several columns."""
        attribute = getattr(model_class, field_name, None)
        if isinstance(attribute, UncertainDateField):
            return UncertainDateDocumentField, {
                "help_text": for_readers(attribute.help_text),
                "allow_null": True,
            }
        return super().build_property_field(field_name, model_class)


class SourceReferenceSerializer(ReferenceSerializer):
    """A source, as other documents name it."""

    object_kind = "source"

    web_address = serializers.CharField(
        allow_null=True, help_text="Its address on the web; null without one."
    )


class TopicReferenceSerializer(ReferenceSerializer):
    """A topic, as other documents name it."""

    object_kind = "topic"

    code = serializers.CharField(help_text="Its code.")


class CitationSerializer(PublicSerializer):
    """A source for the record or for one of its fields."""

    source = ReferenceField(  # type: ignore[assignment] # as `label` above
        "source", help_text="The source that says it."
    )
    field = serializers.CharField(
        allow_null=True, help_text="The field of the document that it supports; null for the whole."
    )
    locator = serializers.CharField(
        allow_null=True, help_text="The place in the source: page, paragraph, article."
    )
    attribution_text = serializers.CharField(
        allow_null=True,
        help_text="Whom the source attributes it to, in its words.",
    )
    evidence = serializers.ChoiceField(
        Evidence.choices, help_text="Documented, reported, or inferred by a curator."
    )
    stance = serializers.ChoiceField(
        Stance.choices, help_text="Whether the source supports or disputes it."
    )


class IdentifierSerializer(PublicSerializer):
    """What another system calls the record."""

    scheme = serializers.CharField(help_text="The naming system.")
    value = serializers.CharField(help_text="The name in that system.")


class NameSerializer(PublicSerializer):
    """A name, dated, per language and kind."""

    name = serializers.CharField(help_text="The name as written.")
    kind = serializers.ChoiceField(NameKind.choices, help_text="What sort of name it is.")
    language = serializers.CharField(allow_null=True, help_text="Language tag (BCP 47).")
    script = serializers.CharField(allow_null=True, help_text="Script code (ISO 15924).")
    start = UncertainDateDocumentField(allow_null=True, help_text="Since when it was used.")
    end = UncertainDateDocumentField(allow_null=True, help_text="Until when it was used.")


#: Fields that open every document, in this order; `revision`, `published_at` and `known_on` are set when it is published.
OPENING = (
    "id",
    "object",
    "slug",
    "url",
    "label",
    "revision",
    "published_at",
    "known_on",
    "contested",
)
#: Fields that close every document.
CLOSING = ("identifiers", "citations")


class RecordSerializer(PublicModelSerializer):
    """Base of all documents: the fields common to all kinds."""

    object = ObjectField()
    slug = serializers.CharField(help_text="Its stable public name in addresses.")
    url = serializers.SerializerMethodField(help_text="Its address, a path on the same host.")
    label = serializers.SerializerMethodField(  # type: ignore[assignment] # as `label` above
        help_text="How other documents name it."
    )
    revision = serializers.SerializerMethodField(
        help_text="1 for the first published version, then counting up."
    )
    published_at = serializers.SerializerMethodField(
        help_text="When this revision was published (UTC)."
    )
    known_on = serializers.SerializerMethodField(
        help_text="The day (UTC) on which what it says of its own record was last published; what goes on did so on that day. A"
        " revision that only shows how other records are called now, or how things stand by then, keeps it."
    )
    identifiers = IdentifierSerializer(many=True, help_text="What other systems call it.")

    @property
    def object_kind(self) -> str:
        """The kind of record whose shape this is."""
        return str(self.Meta.model.object_kind)  # type: ignore[attr-defined] # a kind of record

    def get_url(self, record: Record) -> str:
        """Return the path by id: stored bytes know no host."""
        kind: Kind = self.context["kind"]
        return kind.path(record.pk)

    def get_label(self, record: Record) -> str:
        """Return the record's own words; a label made of other records' labels is set when those are known."""
        kind: Kind = self.context["kind"]
        return "" if kind.editions.label_needs_references else str(record)

    def get_revision(self, record: Record) -> int:  # noqa: ARG002 - DRF's signature
        """Hold the place; set at publishing."""
        return 0

    @extend_schema_field(serializers.DateTimeField())
    def get_published_at(self, record: Record) -> str:  # noqa: ARG002 - DRF's signature
        """Hold the place; set at publishing."""
        return ""

    @extend_schema_field(serializers.DateField())
    def get_known_on(self, record: Record) -> str:  # noqa: ARG002 - DRF's signature
        """Hold the place; set at publishing."""
        return ""


class UncitedRecordSerializer(RecordSerializer):
    """Base of documents that need no citation: sources, topics and other reference data."""

    citations = serializers.SerializerMethodField(
        help_text="Always empty: this kind of record needs none."
    )

    @extend_schema_field(CitationSerializer(many=True))
    def get_citations(self, record: Record) -> list[Any]:  # noqa: ARG002 - DRF's signature
        return []


class SourceSerializer(UncitedRecordSerializer):
    """Something that can be cited. Whatever is unknown about it is null."""

    web_address = serializers.CharField(
        source="url", allow_null=True, help_text="Its address on the web."
    )
    archived_at = serializers.CharField(
        source="archived_url",
        allow_null=True,
        help_text="The address of an archived copy.",
    )

    class Meta:
        model = Source
        fields = (
            *OPENING,
            "kind",
            "title",
            "publisher",
            "authors",
            "web_address",
            "archived_at",
            "published",
            "retrieved_on",
            "language",
            "licence",
            *CLOSING,
        )
        extra_kwargs = {"retrieved_on": {"help_text": "The day on which it was read."}}


class TopicSerializer(UncitedRecordSerializer):
    """A concept of the topic tree."""

    broader = ReferenceField("topic", allow_null=True, help_text="The next broader topic.")

    class Meta:
        model = Topic
        fields = (*OPENING, "code", "broader", "alternative_labels", *CLOSING)
