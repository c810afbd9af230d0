"""Views that serve editions: what is stored is sent, bytes for bytes.

A resource is declared, not programmed:

    class TopicViewSet(EditionViewSet):
        \"\"\"Topics of events and agreements.\"\"\"
        kind = TOPIC
        filterset_class = TopicFilter
        orderings = {"code": "code", **EditionViewSet.orderings}
        default_ordering = "code"
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
from django.http import HttpResponse, HttpResponsePermanentRedirect
from drf_spectacular.plumbing import get_doc
from rest_framework import serializers

from config.api.caching import CACHE_CONTROL, VARY, is_conditional, is_fresh, mark
from config.api.fields import FIELDS, OMIT, Selection
from config.api.filters.values import FilterSet
from config.api.formats import FORMAT
from config.api.operations import Operation
from config.api.pagination import COUNT, CURSOR, PAGE_SIZE, Ordering, Page, orderings_of
from config.api.problems import Problem
from config.api.query import Parameter, choice_fault
from config.api.sql import NOTHING, Clause, all_of, is_one_of, select
from config.api.views import ReadView, read_query
from records.api.filters import SourceFilter, TopicFilter
from records.api.pages import SEARCH, count, fetch, matches, rank, read_search, readable, serve_page
from records.kinds import SOURCE, TOPIC
from records.lookup.published import WrittenReferences, resolve_address
from records.models import Action, Reference
from records.publishing.feed import stamp

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.http import HttpRequest
    from rest_framework.request import Request

    from config.api.query import Query
    from records.registry import Kind

_NEWEST = "superseded_at IS NULL AND record_id = %s::uuid"
_DETAIL = "position, revision, published_at, action, reason, record_id"
_REVISION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
NEWEST_FIRST = Ordering("revision", descending=True)


class RevisionSerializer(serializers.Serializer[Any]):
    """One step in what was published of a record."""

    revision = serializers.IntegerField(
        help_text="1 for the first published version, then counting up."
    )
    action = serializers.ChoiceField(Action.choices, help_text="What happened.")
    published_at = serializers.DateTimeField(help_text="When it became visible (UTC).")
    reason = serializers.CharField(allow_null=True, help_text="Why, as told to the public.")
    merged_into = serializers.UUIDField(
        allow_null=True, help_text="The surviving record, after a merge."
    )
    url = serializers.CharField(
        help_text="The address of the document as it was then, a path on the same host."
    )


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


class EditionViewSet(ReadView):
    """Base of all resources. Subclasses declare; a method in one needs a reason."""

    kind: ClassVar[Kind]
    filterset_class: ClassVar[type[FilterSet]] = FilterSet
    #: Public names of orderings and the edition's columns for them.
    orderings: ClassVar[dict[str, str]] = {"label": "sort_label", "published_at": "published_at"}
    #: Those of them whose column is a date that may be unknown.
    undated_last: ClassVar[tuple[str, ...]] = ()
    default_ordering: ClassVar[str] = "label"
    #: Sub-views of the resource's own, as the schema describes them, by action.
    operations: ClassVar[dict[str, Operation]] = {}

    #: Made of the declarations.
    resource: ClassVar[str]
    known_orderings: ClassVar[dict[str, Ordering]]
    list_parameters: ClassVar[dict[str, Parameter]]
    detail_parameters: ClassVar[dict[str, Parameter]] = {
        each.name: each for each in (FIELDS, OMIT, FORMAT)
    }
    revisions_parameters: ClassVar[dict[str, Parameter]] = {
        each.name: each for each in (CURSOR, PAGE_SIZE, COUNT, FORMAT)
    }

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.resource = cls.kind.resource
        cls.serializer_class = cls.kind.serializer
        cls.known_orderings = orderings_of(cls.orderings, cls.undated_last)
        ordering = Parameter(
            "ordering",
            "How the list is sorted; `-` for descending, undated records last either way."
            f" By default {cls.default_ordering}, or the best match first with `search`.",
            {"type": "string", "enum": list(cls.known_orderings)},
        )
        common = (SEARCH, ordering, CURSOR, PAGE_SIZE, COUNT, FIELDS, OMIT, FORMAT)
        cls.list_parameters = {**cls.filterset_class.known, **{each.name: each for each in common}}

    def operation(self) -> Operation:
        """What the current action takes and answers. Sub-views of one record are described in `operations`."""
        noun = self.kind.name.replace("_", " ")
        name = self.resource.replace("-", "_")
        action = str(self.action)
        if action in self.operations:
            return self.operations[action]
        if action == "list":
            return Operation(
                name=f"{name}_list",
                tag=self.resource,
                summary=f"List {self.resource.replace('-', ' ')}",
                parameters=self.list_parameters,
                content=self.kind.serializer,
                envelope=f"{_camel(self.kind.name)}List",
                headers=("ETag", "Link"),
            )
        if action == "revisions":
            return Operation(
                name=f"{name}_revisions",
                tag=self.resource,
                summary=f"List the revisions of one {noun}",
                description="Everything that was published of the record, newest first, withdrawals and merges included.",
                parameters=self.revisions_parameters,
                content=RevisionSerializer,
                envelope="RevisionList",
                statuses=(404,),
                headers=("ETag", "Link"),
            )
        summaries = {
            "retrieve": (f"Get one {noun}", "The document as last published."),
            "revision": (
                f"Get one {noun} as it was",
                "The document as it was published then. Nothing of a withdrawn record is shown, earlier revisions neither.",
            ),
        }
        summary, description = summaries.get(
            action, (f"Get one {noun} by {action}", get_doc(getattr(type(self), action)))
        )
        return Operation(
            name=f"{name}_{action}",
            tag=self.resource,
            summary=summary,
            description=description,
            parameters=self.detail_parameters,
            content=self.kind.serializer,
            statuses=(308, 404, 410),
            headers=("ETag", "Last-Modified"),
        )

    def list(self, request: Request) -> HttpResponse:  # noqa: ARG002 - DRF's signature
        """Serve one page."""
        http = self.http
        query = read_query(http, self.list_parameters)
        references = WrittenReferences()
        conditions = self.filterset_class.read(query, references)
        words = read_search(query)
        name, ordering = self._read_ordering(query, words)
        selection = Selection.read(query, self.kind.serializer)
        page = Page.read(query, self.resource, name)
        references.resolve(query)
        query.refuse_faults()

        editions = self.kind.editions
        asked = [condition(editions) for condition in conditions]
        if words is not None:
            asked.append(matches(editions, words))
        where = all_of([readable(editions), *asked])
        lead = asked[0].lead if len(asked) == 1 else None
        statement = page.select(editions, ("position", "document"), where, ordering, lead=lead)
        found = fetch(statement) if where != NOTHING else []
        total = page.total(found, lambda: count(editions, where, page.count))
        rows, *links = page.arrange(found)
        documents: Iterable[str] = [row[4] for row in rows]
        if selection is not None:
            documents = [selection.apply(document) for document in documents]
        return serve_page(
            http, query, documents, versions=[row[3] for row in rows], links=links, total=total
        )

    def _read_ordering(self, query: Query, words: str | None) -> tuple[str, Ordering]:
        chosen = query.text("ordering")
        if chosen is None:
            if words is not None:
                return "-rank", Ordering("", descending=True, rank=rank(self.kind.editions, words))
            chosen = self.default_ordering
        if chosen not in self.known_orderings:
            query.faults.append(choice_fault("ordering", chosen, self.known_orderings))
            chosen = self.default_ordering
        return chosen, self.known_orderings[chosen]

    def retrieve(self, request: Request, ref: str) -> HttpResponse:  # noqa: ARG002 - DRF's signature
        """Serve one document as it was published."""
        http = self.http
        query = read_query(http, self.detail_parameters)
        selection = Selection.read(query, self.kind.serializer)
        query.refuse_faults()
        return self.serve_newest(http, resolve_address(self.kind.name, ref), selection)

    def revisions(self, request: Request, ref: str) -> HttpResponse:  # noqa: ARG002 - DRF's signature
        """List what was published of one record, newest first."""
        http = self.http
        query = read_query(http, self.revisions_parameters)
        record_id = resolve_address(self.kind.name, ref)
        page = Page.read(query, f"{self.resource}/{record_id}/revisions", "-revision")
        query.refuse_faults()
        editions = self.kind.editions
        where = is_one_of(editions, "record_id", [record_id])
        columns = ("position", "action", "published_at", "reason", "merged_into")
        found = fetch(page.select(editions, columns, where, NEWEST_FIRST))
        if not found and page.cursor is None:
            raise Problem("not_found")
        total = page.total(found, lambda: count(editions, where, page.count))
        rows, *links = page.arrange(found)
        base = self.kind.path(record_id)
        documents = [
            orjson.dumps(
                {
                    "revision": revision,
                    "action": action,
                    "published_at": stamp(published_at),
                    "reason": reason or None,
                    "merged_into": merged_into,
                    "url": f"{base}revisions/{revision}/",
                },
            ).decode()
            for revision, _id, _total, _position, action, published_at, reason, merged_into in rows
        ]
        return serve_page(
            http, query, documents, versions=[row[3] for row in rows], links=links, total=total
        )

    def revision(self, request: Request, ref: str, number: str) -> HttpResponse:  # noqa: ARG002 - DRF's signature
        """Serve one document as it was published then. Nothing of a withdrawn record is served, earlier revisions neither."""
        http = self.http
        query = read_query(http, self.detail_parameters)
        selection = Selection.read(query, self.kind.serializer)
        query.refuse_faults()
        if not _REVISION.fullmatch(number):
            raise Problem("not_found")
        record_id = resolve_address(self.kind.name, ref)
        newest = Clause(f"{_NEWEST} AND action = 'withdrawn'", (record_id,))
        table = self.kind.editions._meta.db_table
        for reason, at in fetch(select("reason, published_at", table, newest)):
            raise Problem("withdrawn", reason=reason, withdrawn_at=stamp(at))
        one = Clause("record_id = %s::uuid AND revision = %s", (record_id, int(number)))
        return self._serve_edition(http, one, selection)

    def serve_newest(
        self, http: HttpRequest, record_id: UUID, selection: Selection | None
    ) -> HttpResponse:
        """Answer with what is published of a record; or say that it was withdrawn, or lead to its survivor."""
        return self._serve_edition(http, Clause(_NEWEST, (record_id,)), selection)

    def _serve_edition(
        self, http: HttpRequest, one: Clause, selection: Selection | None
    ) -> HttpResponse:
        table = self.kind.editions._meta.db_table
        conditional = is_conditional(http)
        # Who has the document already is told so without reading it.
        document = "NULL" if conditional else "document"
        found = fetch(select(f"{_DETAIL}, {document}", table, one))
        if not found:
            raise Problem("not_found")
        position, revision, published_at, action, reason, record_id, document = found[0]
        if action == Action.WITHDRAWN:
            raise Problem("withdrawn", reason=reason, withdrawn_at=stamp(published_at))
        if action == Action.MERGED:
            return self._lead_to_survivor(http, record_id)
        etag = (
            f'"{revision}.{position}.{selection.tag}"' if selection else f'"{revision}.{position}"'
        )
        if conditional:
            if is_fresh(http, etag, published_at):
                return mark(HttpResponse(status=304), etag, published_at)
            ((document,),) = fetch(select("document", table, Clause("position = %s", (position,))))
        if selection is not None:
            document = selection.apply(document)
        return mark(
            HttpResponse(document.encode(), content_type="application/json"), etag, published_at
        )

    def _lead_to_survivor(self, http: HttpRequest, record_id: UUID) -> HttpResponse:
        survivor = Reference.objects.values_list("merged_into", flat=True).get(pk=record_id)
        raw = http.META["QUERY_STRING"]
        address = self.kind.path(str(survivor)) + (f"?{raw}" if raw else "")
        response = HttpResponsePermanentRedirect(address, preserve_request=True)
        del response.headers["Content-Type"]  # it has no body
        # Said, for else a cache may keep it for ever, and the survivor may be merged too.
        response.headers["Cache-Control"] = CACHE_CONTROL
        response.headers["Vary"] = VARY
        return response


class SourceViewSet(EditionViewSet):
    """What facts are cited to: news, official records, treaty series, data sets, books."""

    kind = SOURCE
    filterset_class = SourceFilter


class TopicViewSet(EditionViewSet):
    """What events and agreements are about: a tree of concepts (SKOS)."""

    kind = TOPIC
    filterset_class = TopicFilter
    orderings: ClassVar[dict[str, str]] = {"code": "code", **EditionViewSet.orderings}
    default_ordering = "code"
