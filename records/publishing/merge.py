"""Merging: two records proved to be the same thing. The loser's id leads to the survivor from then on.

`records.publishing.unmerge` undoes it, from the history.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import pghistory
import pghistory.models
from django.db import IntegrityError, models, transaction

from records.bulk import among, run
from records.models import (
    Action,
    Citation,
    EditorialState,
    Identifier,
    Name,
    Part,
    PendingLabel,
    PossibleDuplicate,
    Record,
    Reference,
    ReviewState,
    Verdict,
)
from records.publishing import feed, previews
from records.publishing.deeds import deed
from records.publishing.facts import columns_of_fact, facts_of
from records.publishing.labels import propagate
from records.publishing.locks import hold
from records.publishing.publish import (
    UNSEEN,
    CurationRefused,
    Refusal,
    carry_over,
    close_reviews,
    demand_permission,
    lock,
    newest_by_record,
    next_document,
    recorded,
)
from records.publishing.settling import settle
from records.publishing.steps import path_to_record, rows_now, tables_of
from records.publishing.warnings import renew
from records.registry import kind_named, kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser


@deed
def merge(
    loser: Record,
    survivor: Record,
    *,
    by: AbstractBaseUser | None,
    reason: str,
    taken: Collection[str] | None = None,
) -> None:
    """Make `loser`'s id lead to `survivor`, and let everything that names the one name the other.

    Published documents that name the loser get a new edition that names the survivor. In the working tables the
    loser's names, identifiers and citations go to the survivor, where they wait to be published. So do those of its other facts
    and lists of parts that are `taken`, by the names that `facts_to_choose` gives; None takes what the survivor lacks. The
    rest stays with the loser.

    Raises CurationRefused when the two cannot be merged, PermissionDenied when `by` may not publish their kind,
    ValueError without a reason, IntegrityError with the words of a rule that the survivor would break by what it takes.
    """
    demand_permission(by, [type(loser), type(survivor)])
    if not reason.strip():
        msg = "A merge says why the two records are the same."
        raise ValueError(msg)
    with recorded("merge", by, reason):
        _demand_two_of_a_kind(loser, survivor)
        changed = _changed_by_merging(loser, survivor)
        hold(changed)
        locked = {record.pk: record for record in lock([loser, survivor])}
        gone, kept = locked[loser.pk], locked[survivor.pk]
        _demand_names_are_public(gone)
        as_they_were = _published_as_they_are(changed)
        newest = newest_by_record([gone, kept])
        was_published = gone.pk in newest
        if was_published and (kept.pk not in newest or newest[kept.pk].document is None):
            detail = (
                f"{kept} is not published: publish it first, for the id of {gone} will lead to it."
            )
            raise CurationRefused([Refusal(kept, "not_published", detail)])
        called = [str(gone), str(kept)]
        facts = facts_to_choose(gone, kept)
        chosen = {fact.name for fact in facts if fact.fills_blank} if taken is None else set(taken)
        # What the survivor gets was written by the writers of the loser. The database adds who merges, at the first change.
        writers = sorted({*kept.writers, *gone.writers})
        type(gone)._default_manager.filter(pk=kept.pk).update(writers=writers)
        _take(gone, kept, [fact for fact in facts if fact.name in chosen])
        close_reviews([gone], ReviewState.MERGED)
        _take_own_parts(gone, kept)
        _keep_names(called, kept)
        _move_references(gone, kept)
        _settle_duplicates(gone, kept, by)
        type(gone)._default_manager.filter(merged_into=gone).update(merged_into=kept)
        type(gone)._default_manager.filter(pk=gone.pk).update(
            editorial_state=EditorialState.MERGED,
            merged_into=kept,
        )
        gone.editorial_state = EditorialState.MERGED
        run(previews.removal([gone]))
        renew(changed)
        turn = feed.lock_feed()
        if was_published:
            kind = kind_of(gone)
            # A label that it shows may have changed since.
            newest = newest_by_record([gone])
            last = newest[gone.pk]
            was_withdrawn = last.document is None
            if (
                was_withdrawn
            ):  # withdrawn before: the tombstone is made of the last document there was
                last = kind.editions._default_manager.get(
                    record_id=gone.pk, revision=last.revision - 1
                )
            document = next_document(last)
            document["revision"] = newest[gone.pk].revision + 1
            tombstone = feed.NewEdition(
                kind,
                document,
                Action.MERGED,
                reason,
                merged_into=kept.pk,
                was_withdrawn=was_withdrawn,
            )
            turn = feed.append([tombstone], turn)
            # What led to a withdrawn record was hidden with it, and stays so.
            hidden = {"was_withdrawn": True} if was_withdrawn else {}
            Reference.objects.filter(merged_into=gone.pk).update(
                merged_into=kept.pk, since=turn.moment, **hidden
            )
            propagate({gone.pk: kind.name}, turn)
        # What was public as it is says nothing new by naming the survivor.
        settle(as_they_were, at=turn.moment, renamed={gone.pk: kept.pk})
    carry_over([loser], [gone])


def _demand_names_are_public(loser: Record) -> None:
    """Refuse to merge what another record was just merged into, as long as public documents still name that one.

    They would never name `loser`, and undoing this merge could not let them name it again.
    """
    former = type(loser)._default_manager.filter(merged_into=loser)
    waiting = former.filter(pk__in=PendingLabel.objects.values("record_id")).order_by("pk").first()
    if waiting is not None:
        detail = f"{waiting} was merged into {loser} just now, and not all public records that name it say so yet: try again in a minute."
        raise CurationRefused([Refusal(loser, "names_on_their_way", detail)])


#: Rows that are listed of each table.
SHOWN = 12
#: Parts that go to the survivor with every merge.
_ALWAYS_TAKEN = (Name, Identifier, Citation)
#: Facts that are about the editing of one record.
_NOT_CHOSEN = frozenset({"slug", "editorial_state", "locked_fields", "merged_into"})


@dataclass(frozen=True)
class Fact:
    """A field, or a list of parts, in which the loser says something that the survivor does not."""

    name: str
    title: str
    kept: tuple[
        Any, ...
    ]  #: what the survivor has: the columns of the field, or the rows of the list
    gone: tuple[Any, ...]  #: what the loser has
    fills_blank: bool  #: whether the survivor has nothing there, so that it is taken unless somebody says otherwise
    table: type[Part] | None = None  #: of a list


@dataclass(frozen=True)
class Move:
    """Rows of one table that a merge concerns, and what becomes of them."""

    detail: str
    rows: tuple[str, ...]  #: the first of them, as the desk calls them
    more: int = 0

    def __str__(self) -> str:
        return self.detail


def facts_to_choose(loser: Record, survivor: Record) -> list[Fact]:
    """Return what the loser says otherwise than the survivor, or beside it, and could leave to it."""
    model = type(loser)
    found = []
    for name in facts_of(model):
        columns = columns_of_fact(model, name)
        field: Any = model._meta.get_field(columns[0])
        if name in _NOT_CHOSEN or field.unique:
            continue
        kept, gone = ([getattr(each, column) for column in columns] for each in (survivor, loser))
        if kept != gone and not _is_blank(gone):
            found.append(
                Fact(name, name.replace("_", " "), tuple(kept), tuple(gone), _is_blank(kept))
            )
    return [*found, *_lists_to_choose(loser, survivor)]


def _lists_to_choose(loser: Record, survivor: Record) -> Iterator[Fact]:
    lists: dict[Any, tuple[Any, tuple[Any, ...], tuple[Any, ...]]] = {}
    for table in tables_of(type(loser))[1:]:
        if issubclass(table, Part) and not issubclass(table, _ALWAYS_TAKEN):
            link, onward = path_to_record(table)
            if onward is None:
                rows = table._default_manager
                kept, gone = (tuple(rows.filter(**{link.name: each})) for each in (survivor, loser))
                lists[table] = link, kept, gone
    # Rows that name each other stay together where they are: no rule lets one of them go first.
    tied: set[Any] = set()
    for table, (_link, _kept, gone) in lists.items():
        for each in table._meta.concrete_fields:
            other = each.related_model
            if other in lists and any(getattr(row, each.attname) for row in gone):
                tied |= {table, other}
    for table, (link, kept, gone) in lists.items():
        if gone and table not in tied:
            title = str(table._meta.verbose_name_plural)
            yield Fact(link.remote_field.related_name, title, kept, gone, not kept, table)


def _is_blank(values: list[Any]) -> bool:
    """Whether a fact says nothing. That something is unknown says nothing either."""
    return all(value in (None, "", "unknown") or value == [] for value in values)


def _take(loser: Record, survivor: Record, facts: list[Fact]) -> None:
    """Give the survivor facts of the loser."""
    model = type(loser)
    columns = {
        column: value
        for fact in facts
        if fact.table is None
        for column, value in zip(columns_of_fact(model, fact.name), fact.gone, strict=True)
    }
    if columns:
        model._default_manager.filter(pk=survivor.pk).update(**columns)
    for fact in facts:
        if fact.table is not None:
            link = path_to_record(fact.table)[0]
            rows = fact.table._default_manager.filter(**{link.name: loser})
            rows.update(**{link.name: survivor})


def moves_with(loser: Record, survivor: Record) -> list[Move]:
    """Say what a merge would do with the rows that belong to `loser` or name it."""
    moves = []
    if hasattr(survivor, "names") and str(loser) != str(survivor):
        moves.append(Move("The name that is not chosen would be kept as a further name", ()))
    for model, field in links_to(type(loser)):
        rows = model._default_manager.filter(**{field.name: loser}).order_by("pk")
        count = rows.count()
        if not count:
            continue
        names = model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural
        owner = "" if issubclass(model, Record) else getattr(model, "part_of", "")
        if issubclass(model, _ALWAYS_TAKEN) and field.name == "record":
            detail = f"{count} {names} would go to {survivor}, but for those that it has already"
            owner = ""
        elif issubclass(model, Part) and model.part_of == field.name:
            detail = f"{count} {names} would stay with the merged record, unless they are taken"
            owner = ""
        else:
            detail = f"{count} {names} would name {survivor} ({field.verbose_name})"
        labels = tuple(dict.fromkeys(_dated(at_record(row, owner)) for row in rows[:SHOWN]))
        moves.append(Move(detail, labels, max(count - SHOWN, 0)))
    return moves


def at_record(row: Any, path: str) -> Any:
    """Return the record that a part belongs to."""
    return reduce(getattr, filter(None, path.split("__")), row)


def warnings_of_merging(loser: Record, survivor: Record) -> list[str]:
    """Return what will have to be looked at after a merge, or speaks against it."""
    return [*_identifiers_of_both(loser, survivor), *_twins(loser, survivor)]


def _identifiers_of_both(loser: Record, survivor: Record) -> Iterator[str]:
    """Yield the naming systems in which both have a name of their own: there they are two things."""
    values: dict[str, list[list[str]]] = {}
    for place, record in enumerate((loser, survivor)):
        identifiers: Any = getattr(record, "identifiers", None)
        for each in identifiers.all() if identifiers is not None else ():
            values.setdefault(each.scheme, [[], []])[place].append(each.value)
    for scheme, (gone, kept) in values.items():
        if gone and kept:
            yield (
                f"Both have a {scheme}: {', '.join(gone)} and {', '.join(kept)}. One of them may be wrong, or they are two after all."
            )


def _twins(loser: Record, survivor: Record) -> Iterator[str]:
    """Yield records that would be like another one afterwards, and those that would name the survivor twice."""
    for model, field in links_to(type(loser)):
        naming = model._default_manager
        if issubclass(model, Record) and field.name != "merged_into" and not field.null:
            columns: list[Any] = [each for each in model._meta.concrete_fields if each.is_relation]
            others = [
                each
                for each in columns
                if not each.null and each != field and issubclass(each.related_model, Record)
            ]
            standing = naming.exclude(editorial_state=EditorialState.MERGED).order_by("pk")
            kept = list(standing.filter(**{field.name: survivor})) if others else []
            for row in standing.filter(**{field.name: loser}) if others else ():
                for other in kept:
                    same = all(
                        getattr(row, each.attname) == getattr(other, each.attname)
                        for each in others
                    )
                    if same and _may_be_at_once(row, other):
                        yield f"Two {model._meta.verbose_name_plural} would be alike: “{_dated(row)}” and “{_dated(other)}”. Merge these as well, if they are one."
        elif issubclass(model, Part) and model.part_of != field.name:
            first = path_to_record(model)[0].attname
            of_survivor = naming.filter(**{field.name: survivor}).values(first)
            both = naming.filter(**{field.name: loser, f"{first}__in": of_survivor}).order_by("pk")
            for row in both[:SHOWN]:
                yield f"“{_dated(at_record(row, model.part_of))}” would name it twice ({model._meta.verbose_name})."


def _dated(row: Any) -> str:
    """Return what the desk calls a row, with its dates: tenures of one office, and visits, are often called alike."""
    when, start, end = (getattr(row, name, None) for name in ("when", "start", "end"))
    if when:
        return f"{row} ({when} to {end})" if end else f"{row} ({when})"
    if start and end:
        return f"{row} ({start} to {end})"
    if start or end:
        return f"{row} (since {start})" if start else f"{row} (until {end})"
    return str(row)


def _may_be_at_once(one: Any, other: Any) -> bool:
    """Whether two rows with a start and an end may have a day in common; rows without may."""
    for first, second in ((one, other), (other, one)):
        end, start = getattr(first, "end_latest", None), getattr(second, "start_earliest", None)
        if end is not None and start is not None and end < start:
            return False
    return True


def seen_of(loser: Record, survivor: Record) -> str:
    """Return a fingerprint of all that a merge of the two is decided by: what both say, and what names the loser."""
    rows = [rows_now(type(each), each.pk) for each in (loser, survivor)]
    naming = [
        sorted(
            map(
                str,
                model._default_manager.filter(**{field.name: loser}).values_list("pk", flat=True),
            )
        )
        for model, field in links_to(type(loser))
    ]
    text = repr([[list(table.values()) for table in each.values()] for each in rows] + naming)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def demand_seen(losers: Collection[Record], survivor: Record, seen: Mapping[UUID, str]) -> None:
    """Hold the records of some merges; raise CurationRefused where they are not as they were shown, by the fingerprints of the losers."""
    keys: dict[str, set[UUID]] = defaultdict(set)
    for loser in losers:
        for kind, found in _changed_by_merging(loser, survivor).items():
            keys[kind] |= found
    hold(keys)
    refusals = [
        Refusal(
            loser,
            UNSEEN,
            f"{loser} and {survivor} are not as they were shown to you: look at them again. Nothing is merged yet.",
        )
        for loser in losers
        if seen.get(loser.pk) != seen_of(loser, survivor)
    ]
    if refusals:
        raise CurationRefused(refusals)


def _changed_by_merging(loser: Record, survivor: Record) -> dict[str, set[UUID]]:
    """The two records, and all that name the loser, themselves or in parts of theirs, by kind."""
    keys: dict[str, set[UUID]] = defaultdict(set)
    keys[loser.object_kind] |= {loser.pk, survivor.pk}
    for model, field in links_to(type(loser)):
        path = "pk" if issubclass(model, Record) else getattr(model, "part_of", "")
        owner: Any = model
        for name in path.split("__") if issubclass(model, Part) else ():
            owner = owner._meta.get_field(name).related_model
        if issubclass(owner, Record):
            rows = model._default_manager.filter(**{field.name: loser}).order_by()
            keys[owner.object_kind].update(rows.values_list(path, flat=True))
    return keys


def _published_as_they_are(keys: Mapping[str, Collection[UUID]]) -> dict[str, list[UUID]]:
    """Return those of the records of which nothing waits to be published."""
    found = {}
    for name, those in keys.items():
        rows = kind_named(name).model._default_manager.filter(among("pk", those))
        found[name] = [
            row.pk
            for row in rows.filter(editorial_state=EditorialState.PUBLISHED)
            if not row.has_unpublished_changes
        ]
    return found


def _demand_two_of_a_kind(loser: Record, survivor: Record) -> None:
    if loser.pk == survivor.pk:
        raise CurationRefused(
            [Refusal(loser, "same_record", "A record cannot be merged into itself.")]
        )
    if loser.object_kind != survivor.object_kind:
        detail = f"{loser} is a {loser._meta.verbose_name} and {survivor} a {survivor._meta.verbose_name}."
        raise CurationRefused([Refusal(loser, "other_kind", detail)])


def _take_own_parts(loser: Record, survivor: Record) -> None:
    """Names, identifiers and citations are kept as the survivor's, where it does not have them already."""
    for model, field in links_to(type(loser)):
        if issubclass(model, Name | Identifier | Citation) and field.name == "record":
            # Only the concrete ones have `record`.
            parts: models.Manager[Any] = model._default_manager
            for part in parts.filter(record=loser):
                if not _is_there(part, survivor):
                    part.record = survivor
                    part.save(update_fields=["record"])


def _keep_names(called: Collection[str], survivor: Record) -> None:
    """Keep what the two were called as further names of the survivor, which is found by either."""
    names: Any = getattr(survivor, "names", None)
    if names is None:
        return
    survivor.refresh_from_db()
    there = {str(survivor), *names.values_list("name", flat=True)}
    for name in called:
        if name not in there:
            there.add(name)
            names.create(name=name)


def _is_there(part: Any, survivor: Record) -> bool:
    same = {
        field.attname: getattr(part, field.attname)
        for field in part._meta.concrete_fields
        if field.name not in {"id", "record"}
    }
    return bool(type(part)._default_manager.filter(record=survivor, **same).exists())


def _move_references(loser: Record, survivor: Record) -> None:
    """Point what names the loser at the survivor; refuse, naming them all, where a rule does not allow it."""
    refusals = []
    for model, field in links_to(type(loser)):
        if issubclass(model, Part) and model.part_of == field.name:
            continue  # the loser's own part
        if issubclass(model, type(loser)) and field.name == "merged_into":
            continue
        for row in model._default_manager.filter(**{field.name: loser}):
            try:
                with transaction.atomic():
                    # Only as long as it names the loser: it was read before it is written.
                    still = model._default_manager.filter(pk=row.pk, **{field.name: loser})
                    still.update(**{field.name: survivor})
            except IntegrityError:
                detail = f"{model._meta.verbose_name} “{row}” cannot name {survivor} as well: change or remove it first."
                refusals.append(Refusal(loser, "collision", detail))
    if refusals:
        raise CurationRefused(refusals)


def _settle_duplicates(gone: Record, kept: Record, by: AbstractBaseUser | None) -> None:
    """Close the question whether these two are one, and ask of the survivor what was asked of the other.

    What was asked before is kept with the context, for the account that undoes the merge.
    """
    either = models.Q(record_id=gone.pk) | models.Q(other_id=gone.pk)
    pairs = list(PossibleDuplicate.objects.select_for_update().filter(either).order_by("pk"))
    with pghistory.context() as context:
        context.metadata.setdefault("duplicates", []).extend(_as_metadata(pair) for pair in pairs)
    for pair in pairs:
        third = pair.other_id if pair.record_id == gone.pk else pair.record_id
        if third == kept.pk:
            pair.verdict, pair.decided_by_id = Verdict.SAME, by.pk if by else None
            pair.save(update_fields=["verdict", "decided_by"])
            continue
        pair.record_id, pair.other_id = sorted((kept.pk, third))
        known = PossibleDuplicate.objects.filter(record_id=pair.record_id, other_id=pair.other_id)
        if known.exists():
            pair.delete()
        else:
            pair.save(update_fields=["record_id", "other_id"])


def _as_metadata(pair: PossibleDuplicate) -> dict[str, Any]:
    columns = (field.attname for field in pair._meta.concrete_fields)
    return {
        name: str(value) if name in {"record_id", "other_id", "import_id"} and value else value
        for name in columns
        for value in (getattr(pair, name),)
    }


def links_to(
    model: type[Record],
) -> Iterator[tuple[type[models.Model], models.ForeignKey[Any, Any]]]:
    """Every foreign key of the working tables that points at this kind of record."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and not issubclass(
            relation.related_model, pghistory.models.Event
        ):
            yield relation.related_model, relation.field
