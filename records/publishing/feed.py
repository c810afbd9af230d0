"""The change feed, and the one place where editions, references and changes are written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Exists, OuterRef

from records.bulk import as_array, insertion, run
from records.models import (
    Action,
    Change,
    ChangeOfState,
    DatedPart,
    FormerMoment,
    FormerPart,
    Moment,
    Nature,
    PublishedName,
    PublishedWord,
    Reference,
    Standing,
)
from records.publishing.differences import nature_of, pointers
from records.publishing.documents import (
    edition_row,
    embedded,
    moment_rows,
    reference_row,
    to_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import Model

    from records.bulk import Statement
    from records.registry import Kind

#: Key of the advisory lock under which feed positions are drawn ("Chancery" in ASCII).
FEED_LOCK = int.from_bytes(b"Chancery"[:7], "big")


def last_position() -> int:
    """Return the feed's last position, without waiting for other publishers."""
    return Change.objects.order_by("-position").values_list("position", flat=True).first() or 0


def changed_since(seen: int, position: int) -> set[UUID]:
    """Return the records of which editions were published after `seen`, up to `position`."""
    if seen == position:
        return set()
    later = Change.objects.filter(position__gt=seen, position__lte=position)
    return set(later.order_by().values_list("record_id", flat=True))


class Turn(NamedTuple):
    """What is known to the one who holds the feed."""

    position: int  #: the feed's last
    moment: datetime  #: of what is published now
    is_label_waiting: bool  #: whether labels wait to be propagated


def lock_feed() -> Turn:
    """Wait for the feed, hold it until the transaction ends, and return its last position and the time.

    All that waits for the transaction's end is checked first: a foreign key that is checked while the feed is held may wait for
    somebody who waits for the feed.

    Positions are drawn one after another under this lock, so that they commit in order: a reader that pages by
    position cannot miss a late commit. The time never goes back, whatever the server's clock does.
    """
    with connection.cursor() as cursor:
        # Sent at once; but the second statement sees what was committed while the first one waited.
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"
            " SELECT pg_advisory_xact_lock(%s);"
            " SELECT coalesce(max(position), 0), greatest(clock_timestamp(), max(at)),"
            " EXISTS (SELECT FROM records_pendinglabel) FROM"
            " (SELECT position, at FROM records_change ORDER BY position DESC LIMIT 1) AS last",
            [FEED_LOCK],
        )
        return Turn(*cursor.fetchone())


@dataclass
class NewEdition:
    """One step to append to the feed: an edition with its document, or a tombstone made of the last document."""

    kind: Kind
    document: dict[str, Any]
    action: Action
    reason: str = ""
    merged_into: UUID | None = None
    was_withdrawn: bool = False  #: whether a merged record was withdrawn before
    keeps_reference: bool = False  #: whether its row among the references stays as it is
    former: dict[str, Any] | None = None  #: what was public of the record; a tombstone needs none
    former_states: set[str] | None = (
        None  #: the states that it showed, where they are known already
    )
    said_nature: Nature | None = None  #: as the publisher has it; None leaves it to the days
    #: Whether the record's own facts are published as they are known now. Not so where the last published document is only
    #: brought in line with others, or brought back.
    is_known_anew: bool = False

    @property
    def is_tombstone(self) -> bool:
        """Whether the record is not public any more."""
        return self.action in {Action.WITHDRAWN, Action.MERGED}

    @cached_property
    def record_id(self) -> UUID:
        return UUID(self.document["id"])

    @property
    def wholes(self) -> set[str]:
        """The records of which it becomes a part, or is one no more."""
        whole_of = self.kind.editions.whole_of
        now = None if self.is_tombstone else whole_of(self.document)
        before = whole_of(self.document if self.is_tombstone else self.former)
        return {key for key in (now, before) if key} if now != before else set()

    @cached_property
    def _named(self) -> list[dict[str, Any]]:
        """The references in the document."""
        return embedded(self.document)

    @cached_property
    def states(self) -> dict[str, bool]:
        """The states that the document shows or showed, and of each whether that is over."""
        now = states_of(self.document, self._named)
        if self.is_tombstone:
            return dict.fromkeys(now, True)
        before = self.former_states
        if before is None:
            before = states_of(self.former, embedded(self.former)) if self.former else set()
        return dict.fromkeys(now, False) | dict.fromkeys(before - now, True)

    @cached_property
    def changed(self) -> tuple[Nature | None, list[str]]:
        """The nature of an update, and where its document differs from the former one."""
        if self.action != Action.UPDATED:
            return None, []
        if self.former is None:
            raise TypeError("An update says what was public before.")
        nature = nature_of(self.kind, self.former, self.document, self.said_nature)
        return nature, pointers(self.former, self.document)

    @cached_property
    def columns(self) -> dict[str, Any]:
        """What follows from the finished document, but for the time of its publication."""
        return edition_row(self.kind, self.document, self._named)

    @cached_property
    def reference(self) -> dict[str, Any]:
        """Its row among the references."""
        row = reference_row(self.kind, self.document)
        if self.is_tombstone:
            row["standing"] = Standing.MERGED if self.merged_into else Standing.WITHDRAWN
            row["merged_into"] = self.merged_into
            row["was_withdrawn"] = self.was_withdrawn
        return row

    @cached_property
    def moments(self) -> list[dict[str, Any]]:
        """The rows of the facts that it states; none of a tombstone."""
        return [] if self.is_tombstone else moment_rows(self.kind, self.document)

    def prepare(self) -> Self:
        """Make the rows as of today, so that it need not be done while others wait for the feed."""
        self._be_known_on(datetime.now(UTC))
        _ = self.columns, self.reference, self.moments, self.states, self.changed
        return self

    def _be_known_on(self, moment: datetime) -> None:
        """Say the day on which the record's own facts are published; what follows from another day is made again."""
        day = stamp(moment)[:10]
        if self.is_known_anew and self.document["known_on"] != day:
            self.document["known_on"] = day
            self.__dict__.pop("columns", None)

    def text(self, moment: datetime) -> str:
        """Return the document as it is served once it is published at that moment."""
        self.document["published_at"] = stamp(moment)
        self._be_known_on(moment)
        return to_text(self.document)

    def edition(self, position: int, moment: datetime) -> dict[str, Any]:
        """Return the row of the edition."""
        text = self.text(moment)
        return {
            **self.columns,
            "document": None if self.is_tombstone else text,
            "published_at": self.document["published_at"],
            "position": position,
            "action": self.action,
            "reason": self.reason,
            "merged_into": self.merged_into,
        }

    def change(self, position: int, moment: datetime) -> dict[str, Any]:
        """Return the row of the feed."""
        nature, changed = self.changed
        return {
            "position": position,
            "at": moment,
            "action": self.action,
            "nature": nature or "",
            "kind": self.kind.name,
            "record_id": self.document["id"],
            "revision": self.document["revision"],
            "merged_into": self.merged_into,
            "reason": self.reason,
            "changed": changed,
        }


def append(entries: Sequence[NewEdition], turn: Turn, beside: Sequence[Statement] = ()) -> Turn:
    """Append editions, feed rows and references, close what they replace, and return the turn that follows.

    Call under `lock_feed()`, with what it returned. Each document says its new revision. Records that have got their first
    part, or lost their last one, by this get an edition that says so. Other statements may be sent `beside` these.
    """
    if not entries:
        run(beside)
        return turn
    position, moment, _is_label_waiting = turn
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    kinds = {entry.kind.name: entry.kind for entry in entries}
    for place, entry in enumerate(entries, start=position + 1):
        by_kind[entry.kind.name].append(entry.edition(place, moment))
    statements = []
    for name, rows in by_kind.items():
        replaced = [row["record_id"] for row in rows if row["revision"] > 1]
        if replaced:
            statements.append(_closing(kinds[name], replaced, moment))
        statements.append(insertion(kinds[name].editions, rows))
    statements += _names([entry for entry in entries if entry.kind.editions.is_found_by_words])
    dated = [entry for entry in entries if entry.kind.editions.has_dated_parts]
    statements += _dated_parts(dated, moment)
    stating = [entry for entry in entries if entry.kind.editions.stream]
    statements += _moments(stating, moment)
    changes = [
        entry.change(place, moment) for place, entry in enumerate(entries, start=position + 1)
    ]
    statements.append(insertion(Change, changes))
    of_states = [
        {"state_id": state, "kind": entry.kind.name, "position": place, "has_left": has_left}
        for place, entry in enumerate(entries, start=position + 1)
        for state, has_left in entry.states.items()
    ]
    if of_states:
        statements.append(insertion(ChangeOfState, of_states))
    references = [
        {**entry.reference, "since": moment} for entry in entries if not entry.keeps_reference
    ]
    if references:
        statements.append(insertion(Reference, references, or_update=True))
    run([*statements, *beside])
    turn = turn._replace(position=position + len(entries))
    wholes = list(_changed_wholes(entries))
    return append(wholes, turn) if wholes else turn


def _changed_wholes(entries: Sequence[NewEdition]) -> Iterator[NewEdition]:
    """Patch the public documents of those that these editions became parts of, or left, where they say it no more rightly."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    kinds = {entry.kind.name: entry.kind for entry in entries}
    for entry in entries:
        if wholes := entry.wholes:
            by_kind[entry.kind.name] |= wholes
    for name, keys in by_kind.items():
        kind = kinds[name]
        public = kind.editions._default_manager.current()
        parts = public.filter(**{f"{kind.editions.whole_member}_id": OuterRef("record_id")})
        found = public.filter(record_id__in=keys).order_by("record_id")
        for text, has_parts in found.values_list("document", Exists(parts)):
            document = orjson.loads(text)
            if document["has_parts"] != has_parts:
                former = dict(document)
                document["has_parts"] = has_parts
                document["revision"] += 1
                yield NewEdition(
                    kind,
                    document,
                    Action.UPDATED,
                    keeps_reference=True,
                    former=former,
                    said_nature=Nature.REFERENCE,
                )


def _closing(kind: Kind, record_ids: Sequence[str], moment: datetime) -> Statement:
    """Return the statement that closes the newest editions of these records."""
    table = kind.editions._meta.db_table
    statement = f'UPDATE "{table}" SET superseded_at = %s WHERE record_id = ANY(%s::uuid[]) AND superseded_at IS NULL'  # noqa: S608 - our own name
    return statement, [moment, as_array(record_ids)]


def states_of(document: dict[str, Any], named: Sequence[dict[str, Any]]) -> set[str]:
    """The states that a document shows anywhere, the record itself included."""
    found = {reference["id"] for reference in named if reference["object"] == "state"}
    if document["object"] == "state":
        found.add(document["id"])
    return found


def _dated_parts(entries: Sequence[NewEdition], moment: datetime) -> Iterator[Statement]:
    """Return the statements that make the dated parts of these records anew, and keep what they were."""
    replaced = [entry.record_id for entry in entries if entry.document["revision"] > 1]
    if replaced:
        yield _KEEP_PARTS, [as_array(replaced), moment, moment]
    parts = [
        {
            "record_id": entry.document["id"],
            "value": "",
            "party_id": None,
            "since": moment,
            **part,
        }
        for entry in entries
        if not entry.is_tombstone
        for part in entry.kind.editions.dated_parts(entry.document)
    ]
    if parts:
        yield insertion(DatedPart, parts)


def _keeping(model: type[Model], former: type[Model]) -> str:
    """The statement that moves rows of replaced documents to where former ones are kept; those of the same instant were seen by nobody."""
    key = model._meta.pk
    columns = ", ".join(str(one.column) for one in model._meta.concrete_fields if one is not key)
    return (
        f"WITH gone AS (DELETE FROM {model._meta.db_table} WHERE record_id = ANY(%s::uuid[]) RETURNING {columns})"  # noqa: S608 - our own names
        f" INSERT INTO {former._meta.db_table} ({columns}, until)"
        f" SELECT {columns}, %s::timestamptz FROM gone WHERE since < %s::timestamptz"
    )


_KEEP_PARTS = _keeping(DatedPart, FormerPart)
_KEEP_MOMENTS = _keeping(Moment, FormerMoment)


def _moments(entries: Sequence[NewEdition], moment: datetime) -> Iterator[Statement]:
    """Return the statements that make the moments of these records anew, and keep what they were, where they are others than before."""
    changed = [
        entry
        for entry in entries
        if entry.is_tombstone
        or entry.former is None
        or entry.moments != moment_rows(entry.kind, entry.former)
    ]
    replaced = [entry.record_id for entry in changed if entry.document["revision"] > 1]
    if replaced:
        yield _KEEP_MOMENTS, [as_array(replaced), moment, moment]
    rows = [{**row, "since": moment} for entry in changed for row in entry.moments]
    if rows:
        yield insertion(Moment, rows)


def _names(entries: Sequence[NewEdition]) -> Iterator[Statement]:
    """Return the statements that give the records the names of their documents now; none to those not public any more."""
    yield from _removal(PublishedName, entries)
    rows = [
        row
        for entry in entries
        if not entry.is_tombstone
        for row in PublishedName.rows_of(
            entry.kind.name, entry.document, entry.kind.editions.called(entry.document)
        )
    ]
    if rows:
        yield insertion(PublishedName, rows)
        yield _WORDS, [as_array({row["record_id"] for row in rows})]


#: Adds the words in the names of some records to those that are known.
_WORDS = (
    f"INSERT INTO {PublishedWord._meta.db_table} SELECT DISTINCT unnest(string_to_array(btrim(folded), ' '))"  # noqa: S608 - our own names
    f" FROM {PublishedName._meta.db_table} WHERE record_id = ANY(%s::uuid[]) ON CONFLICT DO NOTHING"
)


def _removal(model: type[Model], entries: Sequence[NewEdition]) -> Iterator[Statement]:
    """Return the statement that removes what was made of earlier editions."""
    replaced = [entry.record_id for entry in entries if entry.document["revision"] > 1]
    if replaced:
        table = model._meta.db_table
        yield f'DELETE FROM "{table}" WHERE record_id = ANY(%s::uuid[])', [as_array(replaced)]  # noqa: S608 - our own name


def stamp(moment: datetime) -> str:
    """Return an instant as documents write it: UTC, to the microsecond, `2026-05-01T09:30:00.000000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
