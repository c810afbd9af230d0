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
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, ClassVar

from drf_spectacular.plumbing import get_doc

from config.api.as_of import every_edition
from config.api.caching import is_conditional
from config.api.components import camel
from config.api.fields import FIELDS, OMIT
from config.api.filters.dates import (
    AS_OF,
    DATE_SCHEMA,
    MATCH,
    MATCHES,
    days_asked,
    notes_of_then,
    read_days,
    weakest,
)
from config.api.filters.sets import FilterSet
from config.api.formats import FORMAT
from config.api.pagination import ANY_ROW, COUNT, CURSOR, PAGE_SIZE, Ordering, Page, orderings_of
from config.api.problems import Problem
from config.api.query import Parameter, choice_fault
from config.api.sql import (
    NOTHING,
    Clause,
    column,
    contradict,
    select,
    without_implied,
)
from config.api.views import Operation, ReadView
from records.api.counts import COUNTS, Counting, parameters, read_by, row_schema
from records.api.coverage import notes_of_coverage
from records.api.dimensions import SOURCES, TOPICS
from records.api.expand import Shown, expand_parameters
from records.api.filters import SourceFilter, TopicFilter, on_every_list
from records.api.misspelt import notes_of_spelling
from records.api.newest import NEWEST, refuse_withdrawn, survivor_of
from records.api.pages import Listing, fetch, readable, serve_page
from records.api.revisions import RevisionListing, RevisionSerializer, withdrawal
from records.api.search import (
    BY_RANK,
    SEARCH,
    FoundListing,
    RankedListing,
    notes_of_words,
    read_search,
)
from records.api.words import matches
from records.kinds import SOURCE, TOPIC
from records.lookup.published import WrittenReferences, find_address, resolve_address
from records.models import Action
from records.registry import all_kinds, filter_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from uuid import UUID

    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

    from config.api.filters.base import Condition
    from config.api.formats import Body
    from config.api.notes import Note
    from config.api.pagination import Row
    from config.api.query import Query
    from records.api.counts import Sum
    from records.api.dimensions import Dimension
    from records.registry import Kind

_DETAIL = "position, revision, published_at, action, reason, record_id"
ON = Parameter(
    "on",
    "A day, month or year (YYYY, YYYY-MM or YYYY-MM-DD) that chooses among records that had the same code at different times:"
    " the one that had it then. Without it, or when none had it then, the one that has it now, else the last one. The Link"
    " header names the others.",
    DATE_SCHEMA,
)
_REVISION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


def with_match(document: Callable[[Row], str], row: Row) -> str:
    """The document of a row, with how well it answers the question about a day: its last column."""
    text = document(row)
    return f'{text[:-1]}{"," if len(text) > len("{}") else ""}"{MATCH}":"{MATCHES[row[-1]]}"}}'


def _forms_of_ref() -> str:
    coded: dict[str, list[str]] = {}
    for kind in all_kinds():
        code = kind.codes.called if kind.codes else "its code" if "code" in kind.keys else None
        if code:
            coded.setdefault(code, []).append(kind.name.replace("_", " "))
    forms = [f"a {' or '.join(names)} by {code}" for code, names in sorted(coded.items())]
    return (
        "The record: its id (UUID), its slug, or `scheme:value` of one of its identifiers; "
        + ", ".join(forms).replace(" by ", " also by ", 1)
        + "."
    )


class EditionViewSet(ReadView):
    """Base of all resources. Subclasses declare; a method in one needs a reason."""

    kind: ClassVar[Kind]
    filterset_class: ClassVar[type[FilterSet]] = FilterSet
    #: Public names of orderings and the edition's columns for them.
    orderings: ClassVar[dict[str, str]] = {"label": "sort_label", "published_at": "published_at"}
    #: Those of them whose column is a date that may be unknown.
    undated_last: ClassVar[tuple[str, ...]] = ()
    default_ordering: ClassVar[str] = "label"
    #: What its records are counted by, and what is summed up with them.
    dimensions: ClassVar[Mapping[str, Dimension]] = {}
    sums: ClassVar[Mapping[str, Sum]] = {}
    #: Sub-views of the resource's own, as the schema describes them, by action.
    operations: ClassVar[dict[str, Operation]] = {}

    #: Made of the declarations.
    resource: ClassVar[str]
    known_orderings: ClassVar[dict[str, Ordering]]
    list_parameters: ClassVar[dict[str, Parameter]]
    counts_parameters: ClassVar[dict[str, Parameter]]
    detail_parameters: ClassVar[dict[str, Parameter]]
    #: What one of its revisions takes: it is as it was anyway, and nothing of today is shown in it.
    revision_parameters: ClassVar[dict[str, Parameter]] = {
        each.name: each for each in (FIELDS, OMIT, FORMAT)
    }
    #: What the detail takes beside them, where a code may have meant several records.
    code_parameters: ClassVar[dict[str, Parameter]] = {}
    revisions_parameters: ClassVar[dict[str, Parameter]] = {
        each.name: each for each in (AS_OF, CURSOR, PAGE_SIZE, COUNT, FORMAT)
    }

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.resource = cls.kind.resource
        cls.serializer_class = cls.kind.serializer
        cls.filterset_class = on_every_list(cls.kind, cls.filterset_class)
        filter_by(cls.kind, cls.filterset_class)
        cls.code_parameters = {ON.name: ON} if cls.kind.codes else {}
        cls.known_orderings = orderings_of(cls.orderings, cls.undated_last)
        ordering = Parameter(
            "ordering",
            "How the list is sorted; `-` for descending, undated records last either way."
            f" By default {cls.default_ordering}, the best match first with `search`, the order asked with `id`.",
            {"type": "string", "enum": list(cls.known_orderings)},
        )
        expand = expand_parameters(cls.kind.serializer)
        cls.detail_parameters = {AS_OF.name: AS_OF, **expand, **cls.revision_parameters}
        common = (
            SEARCH,
            ordering,
            AS_OF,
            CURSOR,
            PAGE_SIZE,
            COUNT,
            *expand.values(),
            FIELDS,
            OMIT,
            FORMAT,
        )
        cls.list_parameters = {**cls.filterset_class.known, **{each.name: each for each in common}}
        cls.counts_parameters = {
            **parameters(cls.dimensions, cls.sums),
            **cls.filterset_class.known,
            **{each.name: each for each in (SEARCH, AS_OF, FORMAT)},
        }

    def path_parameters(self) -> dict[str, str]:
        return {"ref": _forms_of_ref(), "number": "The revision, counting from 1."}

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
                envelope=f"{camel(self.kind.name)}List",
                rated=self.filterset_class.rated,
                headers=("ETag", "Link"),
            )
        if action == "counts":
            return Operation(
                name=f"{name}_counts",
                tag=self.resource,
                summary=f"Count {self.resource.replace('-', ' ')}",
                description=COUNTS,
                parameters=self.counts_parameters,
                content=row_schema(self.dimensions, self.sums),
                envelope=f"{camel(self.kind.name)}CountList",
                cost=5,
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
            parameters={
                "retrieve": {**self.detail_parameters, **self.code_parameters},
                "revision": self.revision_parameters,
            }.get(action, self.detail_parameters),
            content=self.kind.serializer,
            statuses=(308, 404, 410),
            headers=("ETag", "Last-Modified", *(("Link",) if self.kind.codes else ())),
        )

    def list(self, request: Request) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        return self.serve_list(self.read_query(self.list_parameters), self.resource)

    def serve_list(
        self, query: Query, resource: str, within: Clause | None = None
    ) -> HttpResponseBase:
        """Answer with a list: of all records, or of those `within` a condition. Cursors belong to the `resource`."""
        references = WrittenReferences()
        conditions = self.filterset_class.read(query, references)
        words = read_search(query)
        name, ordering = self._read_ordering(query, words, references)
        is_rated = not query.values.keys().isdisjoint(self.filterset_class.rated)
        shown = Shown.read(query, self.kind, beside=[MATCH] if is_rated else ())
        if shown.expansion and self.format.is_whole:
            query.fault(
                "invalid_choice",
                "A download has all documents of the list, and expands none: download those of the other kind too.",
                "expand",
            )
        page = Page.read(query, resource, name)
        references.resolve(query, days_asked(self.filterset_class.known, query))
        query.refuse_faults()

        editions = self.kind.editions
        asked = self._asked(conditions, within)
        ranks = [clause.rank for clause in asked if clause.rank]
        columns: list[str | Clause] = ["document", weakest(ranks)] if ranks else ["document"]
        narrowed: Callable[[Row], str] = (
            (lambda row: shown.narrow(row[4])) if shown.selection else itemgetter(4)
        )
        document = partial(with_match, narrowed) if ranks else narrowed
        shape = {**shown.shape, MATCH: {}} if ranks else shown.shape
        filters = readable(editions)
        order = self._as_asked(references) if name == "id" else ordering
        rows = (editions, columns, filters, asked, order, document, shape)
        if words is None:
            listing = Listing(*rows, expansion=shown.expansion)
        else:
            kind = RankedListing if ordering is BY_RANK else FoundListing
            listing = kind(*rows, words, expansion=shown.expansion)
        notes = [*notes_of_then(query), *references.notes, *notes_of_words(words)]
        return serve_page(
            self,
            query,
            listing,
            page,
            notes=notes,
            when_empty=tuple if within else self._when_empty(query, references, asked, words),
        )

    def _when_empty(
        self,
        query: Query,
        references: WrittenReferences,
        asked: Sequence[Clause],
        words: str | None,
    ) -> Callable[[], Sequence[Note]]:
        """The notes on a list that has no rows: on what is not loaded, and on how the words of a search may be meant."""

        def notes() -> list[Note]:
            coverage = notes_of_coverage(self.filterset_class, query, references, self._ask)
            return [*coverage, *notes_of_spelling(self.kind.editions, asked, words)]

        return notes

    def _ask(self, query: Query, references: WrittenReferences) -> Callable[[], bool]:
        """Read a question, and return what says whether anything is found by it."""
        conditions = self.filterset_class.read(query, references)

        def is_found() -> bool:
            editions, asked = self.kind.editions, self._asked(conditions)
            order = self.known_orderings[self.default_ordering]
            listing = Listing(editions, [], readable(editions), asked, order, str, {})
            return bool(listing.rows(ANY_ROW, are_bare=True))

        return is_found

    def _asked(
        self, conditions: Iterable[Condition], within: Clause | None = None
    ) -> Sequence[Clause]:
        """All that the rows of the list must meet, besides being published."""
        asked = [
            part
            for clause in (condition(self.kind.editions) for condition in conditions)
            for part in clause.parts or (clause,)
        ]
        if within is not None:
            asked.append(within)
        return [NOTHING] if contradict(asked) else without_implied(asked)

    def counts(self, request: Request) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        query = self.read_query(self.counts_parameters)
        references = WrittenReferences()
        conditions = self.filterset_class.read(query, references)
        words = read_search(query)
        dimensions = read_by(query, self.dimensions)
        summed = query.choice("sum", self.sums)
        references.resolve(query, days_asked(self.filterset_class.known, query))
        query.refuse_faults()
        asked = self._asked(conditions)
        found = [matches(self.kind.editions, words)] if words is not None else []
        counting = Counting(
            self.kind.editions,
            [*asked, *found],
            dimensions,
            self.sums[summed] if summed else None,
            [*notes_of_then(query), *references.notes, *notes_of_words(words)],
            self._when_empty(query, references, asked, words),
        )
        return counting.serve(self, query.raw_without())

    def _as_asked(self, references: WrittenReferences) -> Ordering:
        """The order in which `id` names the records; one that names none keeps its place, so that cursors stay right."""
        ids = [next(iter(written.ids), None) for written in references.listed]
        name, _kind = column(self.kind.editions, "record_id")
        return Ordering("", rank=Clause(f"array_position(%s::uuid[], {name})::float8", (ids,)))

    def _read_ordering(
        self, query: Query, words: str | None, references: WrittenReferences
    ) -> tuple[str, Ordering]:
        chosen = query.text("ordering")
        if chosen is None:
            if references.listed:
                return "id", self.known_orderings[self.default_ordering]
            if words is not None:
                return "-rank", BY_RANK
            chosen = self.default_ordering
        if chosen not in self.known_orderings:
            query.faults.append(choice_fault("ordering", chosen, self.known_orderings))
            chosen = self.default_ordering
        return chosen, self.known_orderings[chosen]

    def retrieve(self, request: Request, ref: str) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        query = self.read_query({**self.detail_parameters, **self.code_parameters})
        shown = Shown.read(query, self.kind)
        on = read_days(ON.name, query)
        query.refuse_faults()
        address = find_address(self.kind.name, ref, on)
        response = self.serve_newest(address.record_id, shown)
        if address.others:
            response.headers["Link"] = ", ".join(
                f'<{self.kind.path(other)}>; rel="alternate"' for other in address.others
            )
        return response

    def revisions(self, request: Request, ref: str) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        query = self.read_query(self.revisions_parameters)
        query.refuse_faults()
        record_id = resolve_address(self.kind.name, ref)
        page = Page.read(query, f"{self.resource}/{record_id}/revisions", "-revision")
        query.refuse_faults()
        listing = RevisionListing.of(self.kind, record_id)
        with every_edition():
            return serve_page(self, query, listing, page, is_never_empty=True)

    def revision(self, request: Request, ref: str, number: str) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        """Serve one document as it was published then. Nothing of a withdrawn record is served, earlier revisions neither."""
        query = self.read_query(self.revision_parameters)
        shown = Shown.read(query, self.kind, is_expandable=False)
        query.refuse_faults()
        if not _REVISION.fullmatch(number):
            raise Problem("not_found")
        record_id = resolve_address(self.kind.name, ref)
        for reason, at in fetch(withdrawal(self.kind, record_id)):
            refuse_withdrawn(Action.WITHDRAWN, reason, at)
        one = Clause("record_id = %s::uuid AND revision = %s", (record_id, int(number)))
        return self._serve_edition(one, shown)

    def serve_newest(self, record_id: UUID, shown: Shown) -> HttpResponseBase:
        """Answer with what is published of a record; 410 when it was withdrawn, 308 to its survivor when it was merged."""
        return self._serve_edition(Clause(NEWEST, (record_id,)), shown)

    def _serve_edition(self, one: Clause, shown: Shown) -> HttpResponseBase:
        table = self.kind.editions._meta.db_table
        # Answer 304 without loading the document, unless the version depends on what it names.
        is_loaded = shown.expansion is not None or not is_conditional(self.http)
        found = fetch(select(f"{_DETAIL}, {'document' if is_loaded else 'NULL'}", table, one))
        if not found:
            raise Problem("not_found")
        position, revision, published_at, action, reason, record_id, document = found[0]
        if action == Action.MERGED:
            return survivor_of(self.http, self.kind, record_id)
        refuse_withdrawn(action, reason, published_at)
        loaded = shown.expansion.load([document]) if shown.expansion else None

        def body() -> Body:
            text = document
            if loaded is not None:
                (text,) = loaded.texts()
            elif not is_loaded:
                ((text,),) = fetch(select("document", table, Clause("position = %s", (position,))))
            return self.format.document(shown.narrow(text), shown.shape)

        etag = f'"{revision}.{position}{shown.tag(loaded)}{self.format.tag}"'
        # What is expanded may change when the record does not, so that the time of its publication says too little.
        modified_at = None if loaded else published_at
        return self.serve_document(body, etag, modified_at)


class SourceViewSet(EditionViewSet):
    """What facts are cited to: news, official records, treaty series, data sets, books."""

    kind = SOURCE
    filterset_class = SourceFilter
    dimensions = SOURCES


class TopicViewSet(EditionViewSet):
    """What events and agreements are about: a tree of concepts (SKOS)."""

    kind = TOPIC
    filterset_class = TopicFilter
    dimensions = TOPICS
    orderings: ClassVar[dict[str, str]] = {"code": "code", **EditionViewSet.orderings}
    default_ordering = "code"
