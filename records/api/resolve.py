"""Many names at once, and the published record that each of them means: the one POST of the API, which changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from django.http import HttpResponse
from rest_framework import serializers

from config.api.body import invalid_document, read_json
from config.api.filters.dates import DATE_SCHEMA
from config.api.formats import FORMAT
from config.api.query import MAX_FAULTS, MAX_VALUE_LENGTH
from config.api.views import Operation, PlainView
from config.dates.values import EdtfError, parse_partial
from config.faults import Fault, choose_from, member, nearest
from records.api.resolving import COMPARED, SHOWN, Asked, Named, Resolution, resolve, shown
from records.lookup.names import is_well_formed
from records.lookup.published import WrittenReference, ambiguity
from records.lookup.suggestions import likeliest
from records.models.published_name import LENGTH
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

    from records.lookup.published import Days

#: Queries of one request at most.
MAX_QUERIES = 1_000

_WAYS = ("ref", "identifier", "name")
_MEMBERS = {
    "ref": MAX_VALUE_LENGTH,
    "identifier": MAX_VALUE_LENGTH,
    "name": LENGTH,
    "object": MAX_VALUE_LENGTH,
    "state": MAX_VALUE_LENGTH,
    "on": MAX_VALUE_LENGTH,
}

#: Descriptions of the members of a query.
_TEXTS = {
    "ref": "What addresses and filters take: an id, a slug, `scheme:value`, or a code of a state, topic or event type.",
    "identifier": "`scheme:value` of an identifier or a code: `wikidata:Q134549`.",
    "name": "A label, other or former name, or code, as written, in any script, with or without accents and capitals. Nothing"
    " that is only alike is ever found. Without `on`, who is called so today is meant; only if nobody is, who was.",
    "object": "The kind of record, as in `object` of documents. By default any.",
    "state": "A state, as `ref`: only records that name it, persons who held an office of it, or the state itself are meant.",
    "on": "A day, month or year (YYYY, YYYY-MM or YYYY-MM-DD) on which the record may have been there, and have been called so.",
}


class NamedRecordSerializer(serializers.Serializer[Any]):
    """A published record, by what it is called."""

    id = serializers.UUIDField(help_text="Its id.")
    object = serializers.CharField(help_text="Its kind.")
    slug = serializers.CharField(help_text="Its stable public name in addresses.")
    # The metaclass takes declared fields away, so this does not hide the attribute of DRF.
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="How documents name it."
    )
    url = serializers.CharField(help_text="The address of its document, a path on the same host.")


class ResolvedSerializer(serializers.Serializer[Any]):
    """What one query means."""

    status = serializers.ChoiceField(Resolution.choices, help_text="The result of the query.")
    record = NamedRecordSerializer(
        allow_null=True, help_text="The record that is meant; null unless there is exactly one."
    )
    candidates = NamedRecordSerializer(
        many=True,
        help_text=f"Up to {SHOWN} records that may be meant instead, the likeliest first. Of names that nothing bears, the first"
        f" {COMPARED} of a request get some.",
    )


class ResolvedListSerializer(serializers.Serializer[Any]):
    """What queries mean."""

    results = ResolvedSerializer(many=True, help_text="One for each query, in their order.")


def _body() -> dict[str, Any]:
    """The JSON Schema of the body."""
    properties: dict[str, dict[str, Any]] = {
        name: {
            "type": "string",
            "minLength": 1,
            "maxLength": at_most,
            "description": _TEXTS[name],
        }
        for name, at_most in _MEMBERS.items()
    }
    properties["object"] = {
        "type": "string",
        "enum": [kind.name for kind in all_kinds()],
        "description": _TEXTS["object"],
    }
    properties["on"] = {**DATE_SCHEMA, "description": _TEXTS["on"]}
    query = {
        "type": "object",
        "description": "One record, by exactly one of `ref`, `identifier` and `name`.",
        "properties": properties,
        "oneOf": [{"required": [name]} for name in _WAYS],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "queries": {
                "type": "array",
                "items": query,
                "minItems": 1,
                "maxItems": MAX_QUERIES,
                "description": "What is to be found.",
            }
        },
        "required": ["queries"],
        "additionalProperties": False,
    }


class ResolveView(PlainView):
    """Find the record that each of many names means.

    Up to 1,000 queries, each with exactly one of `ref`, `identifier` and `name`. Nothing is guessed: a name that several records
    bear is `ambiguous`, and one that nothing bears is `not_found`, whatever is called alike. When a query is not right, the
    problem points at each such place, and nothing is answered. It is a POST for the sake of its body: it changes nothing, and
    may be sent again.
    """

    http_method_names = ["post", "options"]

    def operation(self) -> Operation:
        return Operation(
            name="resolve",
            tag="finding",
            summary="Find the records that names mean",
            parameters={FORMAT.name: FORMAT},
            body=_body(),
            content=ResolvedListSerializer,
            statuses=(413, 415),
            headers=(),
            cost=5,
        )

    def resolve(self, request: Request) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        self.refuse_parameters()
        queries, named = _read(read_json(self.http))
        answers = resolve(queries, named)
        records = shown(answers)
        results = [
            {
                "status": answer.status,
                "record": records[answer.record] if answer.record else None,
                "candidates": [records[key] for key in answer.candidates if key in records],
            }
            for answer in answers
        ]
        response = HttpResponse(
            orjson.dumps({"results": results}), content_type=self.format.media_type
        )
        response.headers["Cache-Control"] = "no-store"
        return response


def _read(content: Any) -> tuple[list[Asked], Named]:
    """Read the body. Raises Problem `invalid_document` with everything that is wrong."""
    body = _Body()
    queries = body.read(content)
    body.refuse_faults()
    named = Named(body.written)
    body.settle_states(named)
    body.refuse_faults()
    return queries, named


class _Body:
    """Reads a body, and collects what is wrong with it."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.written: list[WrittenReference] = []
        self._states: list[tuple[str, WrittenReference, Asked]] = []
        self._kinds = {kind.name: kind for kind in all_kinds()}

    def fault(self, code: str, detail: str, pointer: str, suggestion: str | None = None) -> None:
        self.faults.append(Fault(code, detail, pointer=pointer, suggestion=suggestion))

    def refuse_faults(self) -> None:
        if self.faults:
            raise invalid_document(self.faults[:MAX_FAULTS])

    def read(self, content: Any) -> list[Asked]:
        if not self._is_object(content, ("queries",), ""):
            return []
        if "queries" not in content:
            self.fault("invalid_field", "The member `queries` is missing.", "")
            return []
        queries = content["queries"]
        if not isinstance(queries, list):
            self.fault("invalid_field", "It is no list.", "/queries")
        elif not queries:
            self.fault("empty_value", "The list is empty.", "/queries")
        elif len(queries) > MAX_QUERIES:
            detail = f"There are {len(queries):,} queries; at most {MAX_QUERIES:,} are taken."
            self.fault("too_many_values", detail, "/queries")
        else:
            asked = (self._query(each, f"/queries/{place}") for place, each in enumerate(queries))
            return [each for each in asked if each is not None]
        return []

    def _is_object(self, content: Any, members: Collection[str], pointer: str) -> bool:
        if not isinstance(content, dict):
            self.fault("invalid_field", "It is no object.", pointer)
            return False
        for name in content:
            if name not in members:
                self.fault(
                    "unknown_field",
                    f"There is no such member; {choose_from(members)}.",
                    member(pointer, name[:MAX_VALUE_LENGTH]),
                    nearest(name, members),
                )
        return True

    def _query(self, content: Any, pointer: str) -> Asked | None:
        if not self._is_object(content, _MEMBERS, pointer):
            return None
        texts = {
            name: text
            for name, at_most in _MEMBERS.items()
            if name in content
            and (text := self._text(content[name], at_most, member(pointer, name))) is not None
        }
        if sum(name in content for name in _WAYS) != 1:
            self.fault(
                "invalid_field", "It has exactly one of `ref`, `identifier` and `name`.", pointer
            )
            return None
        kinds = self._read_object(texts.get("object"), member(pointer, "object"))
        asked = Asked(kinds, on=self._read_days(texts.get("on"), member(pointer, "on")))
        asked.name = texts.get("name", "")
        for name in ("ref", "identifier"):
            if name in texts:
                asked.reference = self._reference(kinds, texts[name], name, pointer)
        if "state" in texts:
            state = self._reference(("state",), texts["state"], "state", pointer)
            if state is not None:
                self._states.append((member(pointer, "state"), state, asked))
        return asked

    def _text(self, value: Any, at_most: int, pointer: str) -> str | None:
        if not isinstance(value, str):
            self.fault("invalid_field", "It is no text.", pointer)
        elif not value.strip():
            self.fault("empty_value", "The text is empty; leave the member out instead.", pointer)
        elif len(value) > at_most:
            detail = f"The text has {len(value)} characters; at most {at_most} are taken."
            self.fault("too_long", detail, pointer)
        elif "\0" in value:
            self.fault("invalid_text", "The text has a NUL character.", pointer)
        else:
            return value
        return None

    def _read_object(self, text: str | None, pointer: str) -> tuple[str, ...]:
        if text is None:
            return tuple(self._kinds)
        if text not in self._kinds:
            detail = f"“{text}” is no kind of record; {choose_from(self._kinds)}."
            self.fault("invalid_choice", detail, pointer, nearest(text, self._kinds))
        return (text,)

    def _read_days(self, text: str | None, pointer: str) -> Days | None:
        if text is None:
            return None
        try:
            return parse_partial(text)
        except EdtfError as error:
            self.fault("invalid_date", str(error), pointer)
            return None

    def _reference(
        self, kinds: tuple[str, ...], text: str, name: str, pointer: str
    ) -> WrittenReference | None:
        if not is_well_formed(text) or (name == "identifier" and ":" not in text):
            forms = "scheme:value" if name == "identifier" else "an id, a slug or scheme:value"
            self.fault("invalid_reference", f"“{text}” is not {forms}.", member(pointer, name))
            return None
        if any(kind not in self._kinds for kind in kinds):
            return None  # reported already
        written = WrittenReference(kinds, text, name, is_noted=True)
        self.written.append(written)
        return written

    def settle_states(self, named: Named) -> None:
        """Find the states that narrow queries; report those that are not there."""
        missing = []
        for pointer, written, asked in self._states:
            leads = written.leads(named.candidates(written, asked.on))
            if len(leads) > 1:
                fault = ambiguity(written, leads.values())
                self.fault(fault.code, fault.detail, pointer, fault.suggestion)
            elif leads:
                asked.state = str(next(iter(leads)))
            else:
                missing.append((pointer, written))
        likely = likeliest([(written.kinds, written.text) for _pointer, written in missing])
        for (pointer, written), slugs in zip(missing, likely, strict=True):
            self.fault(
                "invalid_choice",
                f"“{written.text}” names no published state.",
                pointer,
                next(iter(slugs), None),
            )
