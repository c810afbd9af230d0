"""Merging: two records proved to be the same thing. The loser's id leads to the survivor from then on."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pghistory.models
from django.db import IntegrityError, models, transaction

from records.models import (
    Action,
    Citation,
    EditorialState,
    Identifier,
    Name,
    Part,
    PossibleDuplicate,
    Record,
    Reference,
    ReviewState,
    Verdict,
)
from records.publishing import feed
from records.publishing.deeds import deed
from records.publishing.labels import propagate
from records.publishing.locks import hold
from records.publishing.publish import (
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
from records.registry import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser


@deed
def merge(loser: Record, survivor: Record, *, by: AbstractBaseUser | None, reason: str) -> None:
    """Make `loser`'s id lead to `survivor`, and let everything that names the one name the other.

    Published documents that name the loser get a new edition that names the survivor. In the working tables the
    loser's names, identifiers and citations go to the survivor, where they wait to be published; its other parts stay
    with it, for the desk to copy what the survivor lacks.

    Raises CurationRefused when the two cannot be merged, PermissionDenied when `by` may not publish their kind,
    ValueError without a reason.
    """
    demand_permission(by, [type(loser), type(survivor)])
    if not reason.strip():
        msg = "A merge says why the two records are the same."
        raise ValueError(msg)
    with recorded("merge", by, reason):
        _demand_two_of_a_kind(loser, survivor)
        hold(_changed_by_merging(loser, survivor))
        locked = {record.pk: record for record in lock([loser, survivor])}
        gone, kept = locked[loser.pk], locked[survivor.pk]
        newest = newest_by_record([gone, kept])
        was_published = gone.pk in newest
        if was_published and (kept.pk not in newest or newest[kept.pk].document is None):
            detail = (
                f"{kept} is not published: publish it first, for the id of {gone} will lead to it."
            )
            raise CurationRefused([Refusal(kept, "not_published", detail)])
        # What the survivor gets was written by whoever wrote the loser. The database adds who merges.
        writers = sorted({*kept.writers, *gone.writers})
        type(gone)._default_manager.filter(pk=kept.pk).update(writers=writers)
        close_reviews([gone], ReviewState.MERGED)
        _take_own_parts(gone, kept)
        _move_references(gone, kept)
        _settle_duplicates(gone, kept, by)
        type(gone)._default_manager.filter(merged_into=gone).update(merged_into=kept)
        type(gone)._default_manager.filter(pk=gone.pk).update(
            editorial_state=EditorialState.MERGED,
            merged_into=kept,
        )
        gone.editorial_state = EditorialState.MERGED
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
    carry_over([loser], [gone])


def moves_with(loser: Record, survivor: Record) -> list[str]:
    """Say what a merge would do with the rows that belong to `loser` or name it."""
    moves = []
    for model, field in links_to(type(loser)):
        count = model._default_manager.filter(**{field.name: loser}).count()
        if not count:
            continue
        names = model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural
        if issubclass(model, Name | Identifier | Citation) and field.name == "record":
            moves.append(
                f"{count} {names} would go to {survivor}, but for those that it has already"
            )
        elif issubclass(model, Part) and model.part_of == field.name:
            moves.append(f"{count} {names} would stay with the merged record")
        else:
            moves.append(f"{count} {names} would name {survivor} ({field.verbose_name})")
    return moves


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
    """Close the question whether these two are one, and ask of the survivor what was asked of the other."""
    either = models.Q(record_id=gone.pk) | models.Q(other_id=gone.pk)
    for pair in PossibleDuplicate.objects.select_for_update().filter(either).order_by("pk"):
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


def links_to(
    model: type[Record],
) -> Iterator[tuple[type[models.Model], models.ForeignKey[Any, Any]]]:
    """Every foreign key of the working tables that points at this kind of record."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and not issubclass(
            relation.related_model, pghistory.models.Event
        ):
            yield relation.related_model, relation.field
