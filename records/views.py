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
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn
from uuid import UUID

import orjson
from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import OperationalError, connection, transaction
from django.db.models import F, FloatField, TextField
from django.db.models.functions import Cast
from django.http import HttpResponse, HttpResponsePermanentRedirect

from config.api.caching import answer, is_conditional, is_fresh, mark
from config.api.filtering import FilterSet
from config.api.negotiation import FORMAT, check_format
from config.api.pagination import COUNT, COUNTED, CURSOR, PAGE_SIZE, Ordering, Page, orderings_of
from config.api.parameters import Parameter, Query, choice_fault
from config.api.problems import Problem
from config.api.selection import FIELDS, OMIT, Selection
from config.api.views import ReadView
from records.curation import SOURCE, TOPIC
from records.filters import SourceFilter, TopicFilter
from records.models import Action, Reference
from records.resolution import References, Wanted, ambiguity, is_well_formed, lookup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from rest_framework.request import Request

    from records.kinds import Kind

MAX_SEARCH_WORDS = 16
MAX_SEARCH_LENGTH = 200

SEARCH = Parameter(
    "search",
    f"Full text over labels, names and aliases, unaccented; all of up to {MAX_SEARCH_WORDS} words must be there."
    " The best matches come first unless `ordering` is given.",
    {"type": "string", "maxLength": MAX_SEARCH_LENGTH},
)

_REVISION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_REVISIONS = {"-revision": Ordering("revision", descending=True)}


class EditionViewSet(ReadView):
    """Base of all resources. Subclasses declare; a method in one needs a reason."""

    kind: ClassVar[Kind]
    filterset_class: ClassVar[type[FilterSet]] = FilterSet
    #: Public names of orderings and the edition's columns for them.
    orderings: ClassVar[dict[str, str]] = {"label": "sort_label", "published_at": "published_at"}
    #: Those of them whose column is a date that may be unknown.
    undated_last: ClassVar[tuple[str, ...]] = ()
    default_ordering: ClassVar[str] = "label"

    #: Made of the declarations.
    resource: ClassVar[str]
    known_orderings: ClassVar[dict[str, Ordering]]
    list_parameters: ClassVar[dict[str, Parameter]]
    detail_parameters: ClassVar[dict[str, Parameter]] = {each.name: each for each in (FIELDS, OMIT, FORMAT)}
    revisions_parameters: ClassVar[dict[str, Parameter]] = {each.name: each for each in (CURSOR, PAGE_SIZE, COUNT, FORMAT)}

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

    def list(self, request: Request) -> HttpResponse:
        """Serve one page."""
        http = request._request
        query = Query(http.META["QUERY_STRING"])
        query.refuse_unknown(self.list_parameters)
        check_format(query)
        references = References()
        conditions = self.filterset_class.read(query, references)
        words = _read_search(query)
        name, ordering = self._read_ordering(query, words)
        selection = Selection.read(query, self.kind.serializer)
        page = Page.read(query, self.resource, name)
        references.resolve(query)
        query.refuse_faults()

        queryset = self.kind.editions._default_manager.current()
        if words is not None or conditions:
            queryset = queryset.filter(
                *(condition() for condition in conditions),
                **({} if words is None else {"search": words}),
            )
        found = page.cut(queryset, ordering, "record_id").values_list(
            "document",
            "position",
            _RECORD_ID,
            ordering.expression or ordering.column,
        )
        rows, following, previous = page.arrange(list(found), key=3, unique=2)
        documents: Iterable[str] = [row[0] for row in rows]
        if selection is not None:
            documents = [selection.apply(document) for document in documents]
        positions = [row[1] for row in rows]
        return serve_page(http, query, documents, positions, following, previous, total_of(queryset, page.count))

    def _read_ordering(self, query: Query, words: SearchQuery | None) -> tuple[str, Ordering]:
        chosen = query.text("ordering")
        if chosen is None:
            if words is not None:
                rank = Cast(SearchRank(F("search"), words), FloatField())
                return "-rank", Ordering("", descending=True, expression=rank)
            chosen = self.default_ordering
        if chosen not in self.known_orderings:
            query.faults.append(choice_fault("ordering", chosen, self.known_orderings))
            chosen = self.default_ordering
        return chosen, self.known_orderings[chosen]

    def retrieve(self, request: Request, ref: str) -> HttpResponse:
        """Serve one document as it was published."""
        http = request._request
        query = Query(http.META["QUERY_STRING"])
        query.refuse_unknown(self.detail_parameters)
        check_format(query)
        selection = Selection.read(query, self.kind.serializer)
        query.refuse_faults()
        newest = self.kind.editions._default_manager.newest().filter(record_id=self._record_id(ref))
        return self._serve_edition(http, newest, selection)

    def revisions(self, request: Request, ref: str) -> HttpResponse:
        """List what was published of one record, newest first."""
        http = request._request
        query = Query(http.META["QUERY_STRING"])
        query.refuse_unknown(self.revisions_parameters)
        check_format(query)
        record_id = self._record_id(ref)
        page = Page.read(query, f"{self.resource}/{record_id}/revisions", "-revision")
        query.refuse_faults()
        queryset = self.kind.editions._default_manager.filter(record_id=record_id)
        found = page.cut(queryset, _REVISIONS["-revision"], "record_id").values_list(
            "revision",
            "position",
            _RECORD_ID,
            "action",
            "published_at",
            "reason",
            "merged_into",
        )
        rows, following, previous = page.arrange(list(found), key=0, unique=2)
        if not rows and page.cursor is None:
            raise Problem("not_found")
        base = self.kind.path(record_id)
        documents = [
            orjson.dumps(
                {
                    "revision": revision,
                    "action": action,
                    "published_at": published_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                    "reason": reason or None,
                    "merged_into": merged_into,
                    "url": f"{base}revisions/{revision}/",
                },
            ).decode()
            for revision, _position, _id, action, published_at, reason, merged_into in rows
        ]
        positions = [row[1] for row in rows]
        return serve_page(http, query, documents, positions, following, previous, total_of(queryset, page.count))

    def revision(self, request: Request, ref: str, number: str) -> HttpResponse:
        """Serve one document as it was published then. Nothing of a withdrawn record is served, earlier revisions neither."""
        http = request._request
        query = Query(http.META["QUERY_STRING"])
        query.refuse_unknown(self.detail_parameters)
        check_format(query)
        selection = Selection.read(query, self.kind.serializer)
        query.refuse_faults()
        if not _REVISION.fullmatch(number):
            raise Problem("not_found")
        record_id = self._record_id(ref)
        editions = self.kind.editions._default_manager
        withdrawn = editions.newest().filter(record_id=record_id, action=Action.WITHDRAWN)
        for reason, withdrawn_at in withdrawn.values_list("reason", "published_at"):
            _refuse_withdrawn(reason, withdrawn_at)
        return self._serve_edition(http, editions.filter(record_id=record_id, revision=int(number)), selection)

    def _record_id(self, ref: str) -> UUID:
        """The record that a reference in an address means; merged records keep their own addresses here."""
        if not is_well_formed(ref):
            raise Problem("not_found")
        wanted = Wanted((self.kind.name,), ref, "ref")
        if (key := wanted.id) is not None:
            return key
        candidates = wanted.candidates(lookup([wanted]))
        if len(candidates) > 1:
            # A merged record gives way to its survivor, a withdrawn one to whatever is published.
            leads = {one.leads_to: one for one in candidates if one.leads_to}
            in_force = [key for key, one in leads.items() if one.code == ref.upper()]
            if len(leads) > 1 and len(in_force) != 1:
                fault = ambiguity(wanted, leads.values())
                raise Problem("ambiguous_reference", fault.detail, faults=[fault])
            if leads:
                return (in_force or list(leads))[0]
        if not candidates:
            raise Problem("not_found")
        return candidates[0].id

    def _serve_edition(self, http: HttpRequest, editions: QuerySet[Any], selection: Selection | None) -> HttpResponse:
        columns = ("position", "revision", "published_at", "action", "reason", "record_id")
        if is_conditional(http):
            found = editions.values_list(*columns).first()
        else:
            found = editions.values_list(*columns, "document").order_by().first()
        if found is None:
            raise Problem("not_found")
        position, revision, published_at, action, reason, record_id = found[:6]
        if action == Action.WITHDRAWN:
            _refuse_withdrawn(reason, published_at)
        if action == Action.MERGED:
            return self._lead_to_survivor(http, record_id)
        etag = f'"{revision}.{position}.{selection.tag}"' if selection else f'"{revision}.{position}"'
        if is_conditional(http):
            if is_fresh(http, etag, published_at):
                return mark(HttpResponse(status=304), etag, published_at)
            document = editions.values_list("document", flat=True).get(position=position)
        else:
            document = found[6]
        if selection is not None:
            document = selection.apply(document)
        return mark(HttpResponse(document.encode(), content_type="application/json"), etag, published_at)

    def _lead_to_survivor(self, http: HttpRequest, record_id: UUID) -> HttpResponse:
        survivor = Reference.objects.values_list("merged_into", flat=True).get(pk=record_id)
        raw = http.META["QUERY_STRING"]
        address = self.kind.path(survivor) + (f"?{raw}" if raw else "")
        return HttpResponsePermanentRedirect(address, preserve_request=True)


_RECORD_ID = Cast("record_id", TextField())


def _read_search(query: Query) -> SearchQuery | None:
    text = query.text("search", at_most=MAX_SEARCH_LENGTH)
    if text is None:
        return None
    words = text.split()
    if len(words) > MAX_SEARCH_WORDS:
        query.fault("too_many_values", f"There are {len(words)} words; at most {MAX_SEARCH_WORDS} are searched.", "search")
        return None
    return SearchQuery(" ".join(words), config="chancery", search_type="plain")


def _refuse_withdrawn(reason: str, withdrawn_at: Any) -> NoReturn:
    raise Problem("withdrawn", reason=reason, withdrawn_at=withdrawn_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))


def total_of(queryset: QuerySet[Any], count: str | None) -> dict[str, Any] | None:
    """Count: up to a thousand, exactly, or not at all."""
    if count == "none":
        return None
    if count is None:
        value = queryset.order_by()[: COUNTED + 1].count()
        return {"value": min(value, COUNTED), "relation": "gte" if value > COUNTED else "eq"}
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [settings.EXACT_COUNT_MILLISECONDS])
            return {"value": queryset.count(), "relation": "eq"}
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) == "57014":
            raise Problem("count_timeout", headers={"Retry-After": "60"}) from error
        raise


def serve_page(
    http: HttpRequest,
    query: Query,
    documents: Iterable[str],
    positions: list[int],
    following: str | None,
    previous: str | None,
    total: dict[str, Any] | None,
) -> HttpResponse:
    """Answer with the envelope around documents that are sent as they are."""
    base = f"{http.scheme}://{http.get_host()}{http.path}?"
    rest = query.raw_without("cursor")
    if rest:
        base += f"{rest}&"
    links = {"next": following and f"{base}cursor={following}", "previous": previous and f"{base}cursor={previous}"}
    tail = orjson.dumps({**links, "total": total})[1:]
    # What is on the page follows from these; the documents themselves need not be looked at.
    tag = blake2b(b"%b%a%a" % (tail, positions, rest), digest_size=12).hexdigest()
    body = '{"results":[%s],' % ",".join(documents)
    response = answer(http, body.encode() + tail, f'W/"{tag}"')
    relations = [f'<{link}>; rel="{rel}"' for rel, link in (("next", links["next"]), ("prev", links["previous"])) if link]
    if relations:
        response.headers["Link"] = ", ".join(relations)
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
