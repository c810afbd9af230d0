"""The change feed: what was published, updated, withdrawn, restored and merged, in the order in which it became visible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

import orjson
from rest_framework import serializers

from config.api.caching import answer, tagged
from config.api.fields import shape_of
from config.api.filters.sets import FilterSet
from config.api.formats import FORMAT
from config.api.pagination import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, PAGE_SIZE
from config.api.problems import Problem
from config.api.query import Parameter, choice_fault
from config.api.sql import Clause, joined
from config.api.views import Operation, ReadView
from records.api.filters import ReferenceFilter
from records.api.pages import address_with, fetch, send_whole
from records.lookup.published import WrittenReferences
from records.models import Action, ChangeOfState, Nature
from records.publishing.feed import stamp
from records.registry import all_kinds, kind_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

    from config.api.filters.base import Condition
    from config.api.pagination import Row
    from config.api.query import Query

#: A page that is full never changes; one of a scope may, when what `state` names is merged.
IMMUTABLE = "public, max-age=31536000, immutable"
#: Positions have at most so many digits.
LAST = 10**18 - 1
#: Of so many states and kinds, one by one, the first changes are all read; of more those of spans that are so many times as long as
#: the page first.
FEW_LISTS, NEAR = 60, (8, 128)

AFTER = Parameter(
    "after",
    "The position after which to read: the `position` of the last answer, or of a snapshot. By default 0, from the first change.",
    {"type": "integer", "minimum": 0, "maximum": LAST, "default": 0},
)
OBJECT = Parameter(
    "object",
    "Kinds of record, as in `object` of documents; any of those given. By default all.",
    lambda: {"type": "string", "enum": [kind.name for kind in all_kinds()]},
    is_list=True,
)


class ScopeFilter(FilterSet):
    """What part of all records somebody keeps."""

    state = ReferenceFilter(
        "state",
        "state_id",
        predecessors=True,
        help_text="States that the document shows, wherever it stands in it, or showed until this change: the scope. `scope` says"
        " whether the record is in it or has left it.",
    )


class ChangeSerializer(serializers.Serializer[Any]):
    """One change of what is public."""

    position = serializers.IntegerField(
        help_text="Its place in the feed: 1, 2, 3 ... without gaps, in the order in which changes became visible."
    )
    at = serializers.DateTimeField(help_text="When it became visible (UTC).")
    action = serializers.ChoiceField(Action.choices, help_text="What happened.")
    nature = serializers.ChoiceField(
        Nature.choices,
        allow_null=True,
        help_text="Why an updated document changed. Null for every other action, of which `reason` says why.",
    )
    object = serializers.CharField(help_text="The record's kind.")
    id = serializers.UUIDField(help_text="The record.")
    revision = serializers.IntegerField(help_text="The revision that it made.")
    merged_into = serializers.UUIDField(
        allow_null=True, help_text="The surviving record, after a merge."
    )
    reason = serializers.CharField(allow_null=True, help_text="Why, as shown to the public.")
    changed = serializers.ListField(
        child=serializers.CharField(),
        help_text="Of an updated document, where it differs from the one before, as JSON Pointers (RFC 6901) into it; a place that is"
        " not there any more was removed. `revision`, `published_at` and `known_on` are left out. Empty for every other"
        " action: the document came or went as a whole.",
    )
    scope = serializers.ChoiceField(
        [("in", "In"), ("left", "Left")],
        allow_null=True,
        help_text="With `state`: whether the record is in that scope from this change on, or has left it and goes from the copy. Else"
        " null.",
    )
    url = serializers.CharField(
        help_text="The address of the newest document, a path on the same host; 410 when it was withdrawn, 308 to the survivor when it was"
        " merged."
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What part of the feed is asked for."""

    kinds: Sequence[str] | None  #: None for all
    states: Sequence[Any] | None  #: None for everything

    def rows(self, after: int, most: int) -> list[Row]:
        """The first and the last position of the feed, with a change each; one row without a change when there is none.

        One statement, so that whatever is up to the last position and was asked for is among the rows, or behind the last one.
        """
        found = self._found(after, most)
        return fetch(
            Clause(
                "SELECT ends.first, ends.last, change.position, change.at, change.action, change.nature, change.kind,"  # noqa: S608 - SQL of ours
                " change.record_id::text, change.revision, change.merged_into::text, change.reason, change.changed, found.has_left"
                " FROM (SELECT (SELECT min(position) FROM records_change) AS first,"
                " (SELECT coalesce(max(position), 0) FROM records_change) AS last) AS ends"
                f" LEFT JOIN (({found.sql}) AS found JOIN records_change AS change USING (position)) ON true"
                " ORDER BY change.position",
                found.values,
            )
        )

    def _found(self, after: int, most: int) -> Clause:
        """The positions, and whether the record left the scope. Each kind, or state and kind, is read off its index."""
        if self.states is not None:
            return self._of_states(self.states, after, most)
        if self.kinds is not None:
            return Clause(
                "SELECT one.position, NULL::boolean AS has_left FROM unnest(%s::text[]) AS kind (name) CROSS JOIN LATERAL"
                " (SELECT position FROM records_change WHERE records_change.kind = kind.name AND position > %s"
                " ORDER BY position LIMIT %s) AS one ORDER BY one.position LIMIT %s",
                (list(self.kinds), after, most, most),
            )
        return Clause(
            "SELECT position, NULL::boolean AS has_left FROM records_change WHERE position > %s ORDER BY position LIMIT %s",
            (after, most),
        )

    def _of_states(self, states: Sequence[Any], after: int, most: int) -> Clause:
        """The same of some states: near the place first where they are many, for then there are soon enough."""
        kinds = self.kinds or [kind.name for kind in all_kinds()]
        spans = NEAR if len(states) * len(kinds) > FEW_LISTS else ()
        parts, chosen, is_short = [], [], "TRUE"
        for number, last in enumerate((*(after + span * most for span in spans), LAST)):
            # Names and numbers of ours.
            part = (
                f"found{number} AS MATERIALIZED (SELECT one.position, bool_and(one.has_left) AS has_left"  # noqa: S608
                " FROM unnest(%s::uuid[]) AS state (id) CROSS JOIN unnest(%s::text[]) AS kind (name) CROSS JOIN LATERAL"
                " (SELECT position, has_left FROM records_changeofstate WHERE state_id = state.id AND kind = kind.name"
                f" AND position > %s AND position <= %s ORDER BY position LIMIT %s) AS one WHERE {is_short}"
                " GROUP BY one.position ORDER BY one.position LIMIT %s)"
            )
            parts.append(Clause(part, (list(states), list(kinds), after, last, most, most)))
            is_enough = f"(SELECT count(*) FROM found{number}) >= {most}"  # noqa: S608
            is_last = last == LAST
            chosen.append(f"SELECT * FROM found{number} WHERE {is_last or is_enough}")  # noqa: S608
            is_short += f" AND NOT {is_enough}"
        found = joined(", ", parts)
        return Clause(f"WITH {found.sql} {' UNION ALL '.join(chosen)}", found.values)

    def all_after(self, page: Page, size: int, envelope: dict[str, Any]) -> Iterator[str]:
        """The changes of a page and of all that follow it, read while they are used; `envelope` says how far they go."""
        while True:
            yield from page.documents
            envelope["position"] = page.position
            if not page.has_more:
                return
            page = Page.of(self.rows(page.position, size + 1), size)


@dataclass(frozen=True, slots=True)
class Page:
    """Some changes, and how far somebody has read with them."""

    documents: Sequence[str]
    position: int
    has_more: bool
    first: int | None  #: the feed's first position, None while it is empty
    last: int  #: and its last one

    @classmethod
    def of(cls, found: Sequence[Row], size: int) -> Page:
        first, last = found[0][:2]
        rows = [row[2:] for row in found if row[2] is not None]
        has_more = len(rows) > size
        rows = rows[:size]
        return cls(
            list(map(_document, rows)), rows[-1][0] if has_more else last, has_more, first, last
        )


def _document(row: Row) -> str:
    (position, at, action, nature, kind, record, revision, merged_into, reason, changed, left) = row
    scope = None if left is None else "left" if left else "in"
    return orjson.dumps(
        {
            "position": position,
            "at": stamp(at),
            "action": action,
            "nature": nature or None,
            "object": kind,
            "id": record,
            "revision": revision,
            "merged_into": merged_into,
            "reason": reason or None,
            "changed": changed,
            "scope": scope,
            "url": kind_named(kind).path(record),
        }
    ).decode()


class ChangesView(ReadView):
    """Everything that changed after a position, in the order in which it became visible, withdrawals and merges included.

    Start with a snapshot, or with an empty copy and `after=0`; read until `next` is null, and go on later with
    `after=` and the `position` of the last answer. Nothing is missed, however many publish meanwhile, and reading a change twice
    does no harm: load the documents of what was published, updated or restored (with `id=`, a hundred at once), and remove what was
    withdrawn, merged or has left the scope.
    """

    known: ClassVar[dict[str, Parameter]] = {
        **{each.name: each for each in (AFTER, OBJECT)},
        **ScopeFilter.known,
        **{each.name: each for each in (PAGE_SIZE, FORMAT)},
    }

    def operation(self) -> Operation:
        return Operation(
            name="changes_list",
            tag="copies",
            summary="List what changed",
            parameters=self.known,
            content=ChangeSerializer,
            envelope="ChangeList",
            envelope_members={
                "position": {
                    "type": "integer",
                    "description": "How far the feed has been read with this answer: `after` of the next question.",
                }
            },
            statuses=(410,),
            headers=("ETag", "Link"),
        )

    def list(self, request: Request) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        query = self.read_query(self.known)
        after = query.integer(AFTER.name, default=0, at_least=0, at_most=LAST)
        size = query.integer(
            PAGE_SIZE.name, default=DEFAULT_PAGE_SIZE, at_least=1, at_most=MAX_PAGE_SIZE
        )
        named = [kind.name for kind in all_kinds()]
        kinds = query.words(OBJECT.name)
        query.faults += [
            choice_fault(OBJECT.name, word, named) for word in kinds if word not in named
        ]
        references = WrittenReferences()
        scopes = ScopeFilter.read(query, references)
        references.resolve(query)
        query.refuse_faults()
        states = _states(scopes)
        asked = Asked(kinds or None, states)
        page = Page.of(asked.rows(after, size + 1), size)
        _refuse_unknown(query, after, page)
        envelope: dict[str, Any] = {
            "next": f"{address_with(self.http, query.raw_without(AFTER.name))}after={page.position}"
            if page.has_more
            else None,
            "previous": None,
            "total": None,
            "notes": references.notes,
            "position": page.position,
        }
        shape = shape_of(ChangeSerializer)
        if self.format.is_whole:
            envelope |= {"next": None, "position": after}
            return send_whole(self, asked.all_after(page, size, envelope), envelope, shape)
        body = cast("bytes", self.format.page(page.documents, envelope, shape))
        response = answer(self.http, *tagged(body), media_type=self.format.media_type)
        if page.has_more:
            response.headers["Link"] = f'<{envelope["next"]}>; rel="next"'
            if states is None:
                response.headers["Cache-Control"] = IMMUTABLE
        return response


def _states(scopes: Sequence[Condition]) -> Sequence[Any] | None:
    """The ids of the states of a scope, None without one."""
    if not scopes:
        return None
    elements = scopes[0](ChangeOfState).elements
    return elements.values if elements else ()


def _refuse_unknown(query: Query, after: int, page: Page) -> None:
    """Refuse a position that the feed has not reached, or that it does not keep any more."""
    if after > page.last:
        detail = f"The feed's last position is {page.last}; no change has the position {after}."
        query.fault("unknown_position", detail, AFTER.name)
        query.refuse_faults()
    if page.first is not None and after < page.first - 1:
        detail = f"The feed is kept from position {page.first} on. Start again from a snapshot."
        raise Problem("feed_expired", detail, oldest_position=page.first - 1)
