"""What a publisher does: publish, withdraw and restore. Each is one transaction, all of it or nothing."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import orjson
import pghistory
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from records.bulk import as_array, run
from records.models import UNDER_REVIEW, Action, EditorialState, Nature, ReviewState
from records.publishing import feed, previews
from records.publishing.colleagues import who_can
from records.publishing.deeds import deed
from records.publishing.documents import (
    DocumentReferences,
    Draft,
    complete,
    fingerprint,
    labels_at_desk,
    missing_in,
    published,
    serialise,
    to_text,
    working,
)
from records.publishing.labels import refresh, store_and_propagate
from records.publishing.naming import named, naming
from records.publishing.prefetch import read_locked
from records.registry import all_kinds, kind_named, kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

    from records.bulk import Statement
    from records.models import Edition, Record
    from records.publishing.documents import Newest

#: How many names a refusal lists before it says "and more".
SHOWN = 10
#: The code of the refusal to publish what is not what the publisher saw.
UNSEEN = "changed_since_shown"
#: The code of the refusal to publish what the publisher wrote.
OWN_WORK = "own_work"
#: Records per transaction when many are published.
BATCH = 500


@dataclass(frozen=True)
class Refusal:
    """Why one record cannot be published, withdrawn, restored or merged."""

    record: Record
    code: str  #: no_citation, unpublished_reference, merged, gone, never_published, still_named ...
    detail: str  #: for the person who tried, with the way out
    publish_first: tuple[Record, ...] = ()  #: records to publish before, or together


class CurationRefused(Exception):  # noqa: N818 - no error: an answer, with its reasons
    """Nothing was done; the refusals say why, for every record at once."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = list(refusals)
        super().__init__(" ".join(refusal.detail for refusal in self.refusals))

    @property
    def publish_first(self) -> list[Record]:
        found = {record.pk: record for refusal in self.refusals for record in refusal.publish_first}
        return list(found.values())


def publish(
    *records: Record,
    by: AbstractBaseUser | None,
    reason: str = "",
    nature: Nature | None = None,
    seen: Mapping[UUID, str] | None = None,
) -> None:
    """Publish records, of any kinds, together: all or none.

    With `seen`, the fingerprints that `preview` gave, only what was seen is published: each record in just that content. A record whose document did not change keeps the edition it has. `by` is None for commands that run as the operator.
    `reason` is shown to the public, and so is `nature`, why documents change that are public already; None leaves it to their
    days (`records.publishing.differences`).

    Raises CurationRefused with every problem of every record, PermissionDenied when `by` may not publish their kind.
    Where the setting SECOND_PERSON is on, one of the problems is that `by` wrote what would be published.
    """
    locked = publish_by_key(keys_by_kind(records), by, reason, nature, known=records, seen=seen)
    carry_over(records, locked)


@deed
def publish_by_key(
    keys: Mapping[str, Collection[UUID]],
    by: AbstractBaseUser | None,
    reason: str,
    nature: Nature | None = None,
    *,
    known: Sequence[Record] = (),
    seen: Mapping[UUID, str] | None = None,
) -> list[Record]:
    demand_permission(by, [kind_named(name).model for name in keys])
    with recorded("publish", by, reason):
        locked = _lock(keys, known)
        entries, references = _render(locked, by, reason, nature, seen)
        # From here on publishers wait for each other, so that no label changes between reading it and the commit.
        turn = feed.lock_feed()
        if references.read() & feed.changed_since(references.seen or 0, turn.position):
            entries, references = _render(locked, by, reason, nature)
        marking = _mark(locked, EditorialState.PUBLISHED, turn.moment, as_it_is=True)
        store_and_propagate(entries, references.before, turn, marking)
    return locked


@deed
def withdraw(*records: Record, by: AbstractBaseUser | None, reason: str) -> None:
    """Take published records back, together: their ids answer 410 with the reason and the time.

    Raises CurationRefused when a record is not published or published documents of other
    records name it, PermissionDenied when `by` may not publish their kind, ValueError without a reason.
    """
    demand_permission(by, map(type, records))
    if not reason.strip():
        msg = "A withdrawal says why: the reason is shown in place of the record."
        raise ValueError(msg)
    with recorded("withdraw", by, reason):
        locked = lock(records)
        turn = feed.lock_feed()
        newest = newest_by_record(locked)
        refusals = [
            Refusal(
                record,
                "not_published",
                f"{record} is not published, so there is nothing to withdraw.",
            )
            for record in locked
            if record.pk not in newest or newest[record.pk].document is None
        ]
        if not refusals:
            refusals = _named_elsewhere(locked)
        if refusals:
            raise CurationRefused(refusals)
        entries = [
            feed.NewEdition(
                kind_of(record), next_document(newest[record.pk]), Action.WITHDRAWN, reason
            )
            for record in locked
        ]
        feed.append(entries, turn, _mark(locked, EditorialState.WITHDRAWN, turn.moment))
        previews.make(keys_by_kind(locked))
    carry_over(records, locked)


@deed
def restore(record: Record, *, by: AbstractBaseUser | None, reason: str = "") -> None:
    """Bring a withdrawn record back as it was last published; later edits stay unpublished.

    Raises CurationRefused when it is not withdrawn or names records that are not published now, PermissionDenied when
    `by` may not publish its kind.
    """
    demand_permission(by, [type(record)])
    with recorded("restore", by, reason):
        (locked,) = lock([record])
        turn = feed.lock_feed()
        newest = newest_by_record([locked]).get(locked.pk)
        if newest is None or newest.action != Action.WITHDRAWN:
            raise CurationRefused([Refusal(locked, "not_withdrawn", f"{locked} is not withdrawn.")])
        last = kind_of(locked).editions._default_manager.get(
            record_id=locked.pk, revision=newest.revision - 1
        )
        document = next_document(last)
        document["revision"] = newest.revision + 1
        if kind_of(locked).editions.whole_member:
            document["has_parts"] = False  # parts name a public record
        _seen, before = published([locked.pk])
        missing = refresh(kind_of(locked), document)
        if missing:
            raise CurationRefused([_unpublished(locked, missing)])
        entry = feed.NewEdition(kind_of(locked), document, Action.RESTORED, reason)
        # What was edited since the document was made is still unpublished, so the time of that document stays.
        edited = locked.changed_at > last.published_at
        marking = _mark(
            [locked], EditorialState.PUBLISHED, last.published_at if edited else turn.moment
        )
        store_and_propagate([entry], before, turn, marking)
        previews.make(keys_by_kind([locked]))
    carry_over([record], [locked])


@dataclass(frozen=True)
class Preview:
    """What `publish` would make of some records together."""

    refusals: list[Refusal]
    fingerprints: dict[
        UUID, str
    ]  #: of what would be public of each, as `records.publishing.documents.fingerprint`
    #: What would be served of each, byte for byte, if it were published at the instant that was asked for.
    documents: dict[UUID, str]


@deed
def preview(*records: Record, at: datetime | None = None) -> Preview:
    """Return what `publish` would refuse about these records together, and would publish, without holding up anybody.

    The documents are made where `at` says when they would be published. In one that is refused, a reference to a record that
    is not public shows what the desk calls it.
    """
    drafts: list[Draft] = []
    refusals: list[Refusal] = []
    documents: dict[UUID, str] = {}
    with transaction.atomic():
        try:
            drafts, references = _serialise(lock(records))
        except CurationRefused as refused:
            refusals = refused.refusals
        else:
            complete(drafts, references)
            refusals = _refusals(drafts)
        fingerprints = {draft.record.pk: fingerprint(draft.document) for draft in drafts}
        if at is not None and drafts:
            references.stand_in(labels_at_desk(missing_in(drafts)))
            documents = _as_served(drafts, references.newest, at)
    return Preview(refusals, fingerprints, documents)


def _as_served(
    drafts: Sequence[Draft], newest: Mapping[UUID, Newest], at: datetime
) -> dict[UUID, str]:
    """Return the text of each document as publishing at an instant would store it: that of the edition there is, if none is new."""
    new = {entry.record_id: entry for entry in _entries(drafts, newest, "", None)}
    return {
        draft.record.pk: new[draft.record.pk].text(at)
        if draft.record.pk in new
        else newest[draft.record.pk][2] or ""
        for draft in drafts
    }


@contextmanager
def recorded(name: str, by: AbstractBaseUser | None, reason: str) -> Iterator[UUID]:
    """One transaction whose history rows say who did what, and why. Gives the id of their context."""
    with (
        transaction.atomic(),
        pghistory.context(user=by.pk if by else None, action=name, reason=reason) as context,
    ):
        yield context.id


def demand_permission(by: AbstractBaseUser | None, models: Iterable[type[Record]]) -> None:
    for model in dict.fromkeys(models):
        permission = f"{model._meta.app_label}.publish_{model._meta.model_name}"
        if by is not None and not by.has_perm(permission):  # type: ignore[attr-defined] # PermissionsMixin
            msg = (
                f"You may edit {model._meta.verbose_name_plural}, but not publish or withdraw them. "
                + who_can("publish", model)
            )
            raise PermissionDenied(msg)


def keys_by_kind(records: Iterable[Record]) -> dict[str, list[UUID]]:
    """Return the keys of records, by the names of their kinds."""
    keys = defaultdict(list)
    for record in records:
        keys[record.object_kind].append(record.pk)
    return keys


def lock(records: Sequence[Record]) -> list[Record]:
    """Lock the rows and read them afresh, with all that rendering needs."""
    return _lock(keys_by_kind(records), records)


def _lock(keys: Mapping[str, Collection[UUID]], known: Sequence[Record]) -> list[Record]:
    """Lock rows by kind and key; `known` are the instances that the caller has, for the messages.

    In the order of all locks: `records.publishing.locks`.
    """
    locked: list[Record] = []
    for kind in all_kinds():
        if kind.name in keys:
            locked.extend(read_locked(kind, keys[kind.name]))
    there = {record.pk for record in locked}
    refusals = [
        Refusal(record, "gone", f"{record} was deleted in the meantime.")
        for record in known
        if record.pk not in there
    ]
    refusals += [
        Refusal(
            record,
            "merged",
            f"{record} was merged into {record.merged_into}: work on that record instead.",
        )
        for record in locked
        if record.editorial_state == EditorialState.MERGED
    ]
    if refusals:
        raise CurationRefused(refusals)
    return locked


def _render(
    records: Sequence[Record],
    by: AbstractBaseUser | None,
    reason: str,
    nature: Nature | None,
    seen: Mapping[UUID, str] | None = None,
) -> tuple[list[feed.NewEdition], DocumentReferences]:
    """Make what is to be appended, and say what was read for it, the newest editions included."""
    drafts, references = _serialise(records)
    _complete(drafts, references)
    if seen is not None and (unseen := _unseen(drafts, seen)):
        raise CurationRefused(unseen)
    entries = _entries(drafts, references.newest, reason, nature)
    if settings.SECOND_PERSON and by is not None:
        _demand_second_person(records, entries, by)
    return [entry.prepare() for entry in entries], references


def _serialise(records: Sequence[Record]) -> tuple[list[Draft], DocumentReferences]:
    """Make the documents, still without what is published of the records that they name."""
    references = DocumentReferences(keys_by_kind(records))
    drafts: list[Draft] = []
    for name, group in groupby(records, key=lambda record: record.object_kind):
        drafts += serialise(kind_named(name), group, references)
    return drafts, references


def _complete(drafts: Sequence[Draft], references: DocumentReferences) -> None:
    """Complete the documents; refuse, with all reasons at once, what may not be published."""
    complete(drafts, references)
    if refusals := _refusals(drafts):
        raise CurationRefused(refusals)


def _refusals(drafts: Sequence[Draft]) -> list[Refusal]:
    """Return why documents may not be published."""
    refusals = []
    for draft in drafts:
        if draft.kind.is_cited and not draft.document["citations"]:
            detail = f"{draft.record} has no citation: add at least one source before publishing."
            refusals.append(Refusal(draft.record, "no_citation", detail))
        refusals += _uncited_members(draft)
        if draft.missing:
            refusals.append(_unpublished(draft.record, draft.missing))
    return refusals


def _unseen(drafts: Sequence[Draft], seen: Mapping[UUID, str]) -> list[Refusal]:
    """Refuse what the publisher has not seen as it is."""
    return [
        Refusal(
            draft.record,
            UNSEEN,
            f"{draft.record} was changed after it was shown to you: look at it again. Nothing is published yet.",
        )
        for draft in drafts
        if seen.get(draft.record.pk) != fingerprint(draft.document)
    ]


def _demand_second_person(
    records: Sequence[Record], entries: Sequence[feed.NewEdition], by: AbstractBaseUser
) -> None:
    """Refuse new editions of what `by` wrote, alone or with others. What is public already may be published by anybody."""
    new = {entry.document["id"] for entry in entries}
    refusals = [
        Refusal(record, OWN_WORK, own_work_of(record))
        for record in records
        if by.pk in record.writers and str(record.pk) in new
    ]
    if refusals:
        raise CurationRefused(refusals)


def own_work_of(record: Record) -> str:
    """Say that somebody else publishes what one wrote, and who."""
    others = who_can("publish", type(record), other_than=record.writers)
    return f"You wrote part of what is not published yet of {record}, so somebody else publishes it. {others}"


def _uncited_members(draft: Draft) -> list[Refusal]:
    """Refuse members that say something and have no citation of their own, where they need one."""
    document, record = draft.document, draft.record
    return [
        Refusal(record, "no_citation", no_citation_of(record, member))
        for member in draft.kind.cited_members
        if document[member] and all(each["field"] != member for each in document["citations"])
    ]


def no_citation_of(record: Record, member: str) -> str:
    """Say that a member lacks a citation."""
    return f"{record} has {member} without a citation for them: add one whose field is `{member}`."


def _unpublished(record: Record, missing: dict[UUID, str]) -> Refusal:
    needed = working(missing)
    names = ", ".join(f"{found._meta.verbose_name} “{found}”" for found in needed)
    detail = f"{record} names records that are not published: {names}. Publish them first, or together with it."
    return Refusal(record, "unpublished_reference", detail, tuple(needed))


def _entries(
    drafts: Sequence[Draft], newest: Mapping[UUID, Newest], reason: str, nature: Nature | None
) -> list[feed.NewEdition]:
    """Compare each document with the newest edition, and keep those that say something new."""
    wholes = {draft.kind.editions.whole_of(draft.document) for draft in drafts}
    entries = []
    for draft in drafts:
        previous = newest.get(draft.record.pk)
        action = Action.PUBLISHED
        former = orjson.loads(previous[2]) if previous and previous[2] else None
        if draft.kind.editions.whole_member:
            # Its own record does not say it: it is as it was, until the parts that come with it are stored.
            had_parts = former is not None and former["has_parts"]
            draft.document["has_parts"] = had_parts or draft.document["id"] in wholes
        draft.document["revision"] = 1
        if previous is not None:
            revision, published_at, text = previous
            draft.document["revision"] = revision
            draft.document["published_at"] = feed.stamp(published_at)
            draft.document["known_on"] = former["known_on"] if former else ""
            if to_text(draft.document) == text:
                continue
            draft.document["revision"] += 1
            action = Action.RESTORED if text is None else Action.UPDATED
        entry = feed.NewEdition(
            draft.kind, draft.document, action, reason, former=former, said_nature=nature
        )
        entry.is_known_anew = entry.changed[0] != Nature.REFERENCE
        entries.append(entry)
    return entries


def newest_by_record(records: Iterable[Record]) -> dict[UUID, Any]:
    """Return the newest edition of each record, tombstones included."""
    return {
        edition.record_id: edition
        for name, pks in keys_by_kind(records).items()
        for edition in kind_named(name).editions._default_manager.newest().filter(record_id__in=pks)
    }


def next_document(edition: Edition) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(edition.document or "")
    document["revision"] = edition.revision + 1
    return document


def _named_elsewhere(records: Sequence[Record]) -> list[Refusal]:
    """Published documents that name the records, other than the records themselves."""
    keys = [record.pk for record in records]
    found = named(keys, other_than=keys)
    refusals = []
    for record in records:
        if record.pk in found:
            places = naming([record.pk], other_than=keys, limit=SHOWN + 1)
            _seen, references = published(key for _kind, key in places)
            labels = [str(references[key]) for _kind, key in places]
            shown = ", ".join(f"“{label}”" for label in labels[:SHOWN])
            more = " and more" if len(labels) > SHOWN else ""
            detail = f"{record} is named in published records: {shown}{more}. Change or withdraw those first, or merge it."
            refusals.append(Refusal(record, "still_named", detail))
    return refusals


def _mark(
    records: Sequence[Record], state: EditorialState, moment: datetime, *, as_it_is: bool = False
) -> list[Statement]:
    """Say of the records what they are now; return the statements that say so to the database.

    With `as_it_is`, all that is written of them is published: nobody's work waits any more, and reviews of it are over.
    """
    statements: list[Statement] = []
    more = ", writers = '{}'" if as_it_is else ""
    for name, group in groupby(records, key=lambda record: record.object_kind):
        found = list(group)
        table = kind_named(name).model._meta.db_table
        keys = as_array(record.pk for record in found)
        update = f'UPDATE "{table}" SET editorial_state = %s, published_at = %s{more} WHERE id = ANY(%s::uuid[])'  # noqa: S608 - our own name
        statements.append((update, [state.value, moment, keys]))
        for record in found:
            record.editorial_state = state
            record.published_at = moment
            if as_it_is:
                record.writers = []
    if as_it_is:
        statements.append(_closing(records, ReviewState.PUBLISHED))
    if state != EditorialState.WITHDRAWN:
        statements += previews.removal(records)
    return statements


_UNDER_REVIEW = ", ".join(f"'{state.value}'" for state in UNDER_REVIEW)
_CLOSE = (
    "UPDATE records_review SET state = %s, since = clock_timestamp()"  # noqa: S608 - our own words
    f" WHERE record_id = ANY(%s::uuid[]) AND state IN ({_UNDER_REVIEW})"
)


def _closing(records: Iterable[Record], state: ReviewState) -> Statement:
    return _CLOSE, [state.value, as_array(record.pk for record in records)]


def close_reviews(records: Iterable[Record], state: ReviewState) -> None:
    """End the reviews of records that are held."""
    run([_closing(records, state)])


def carry_over(records: Sequence[Record], locked: Sequence[Record]) -> None:
    """Copy the new state onto the caller's instances."""
    done = {record.pk: record for record in locked}
    for record in records:
        record.editorial_state = done[record.pk].editorial_state
        record.published_at = done[record.pk].published_at
        record.changed_at = done[record.pk].changed_at
        record.writers = done[record.pk].writers
