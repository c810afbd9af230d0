"""Undoing a merge: from the history the two records become what they were, and the change feed says so.

What was changed after the merge stays as it was changed, and is said.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection

from records.models import (
    Action,
    EditorialState,
    FormerReference,
    Name,
    Nature,
    Part,
    PossibleDuplicate,
    Record,
    Reference,
)
from records.publishing import feed, previews
from records.publishing.deeds import deed
from records.publishing.documents import reference_row
from records.publishing.facts import columns_of_fact, facts_of
from records.publishing.labels import propagate, refresh
from records.publishing.locks import hold
from records.publishing.naming import may_be_named
from records.publishing.publish import (
    UNSEEN,
    CurationRefused,
    Refusal,
    demand_permission,
    newest_by_record,
    publish,
    recorded,
)
from records.publishing.rows import NOT_EDITED
from records.publishing.settling import as_published, settle
from records.publishing.steps import columns_of, history_of, path_to_record, written_in
from records.publishing.warnings import renew
from records.registry import all_kinds, kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from django.contrib.auth.models import AbstractBaseUser
    from django.db.models import Model

    from records.registry import Kind

#: Columns that publishing and merging write themselves.
_LEFT_ALONE = frozenset(NOT_EDITED)


@dataclass
class Undoing:
    """What undoing a merge would do."""

    survivor: Any
    losers: list[Any]  #: all that were merged by the same act
    reason: str  #: why they were merged
    context: Any
    #: What each row gets back, by table and key: the columns that the merge changed, and nobody since.
    columns: dict[type[Model], dict[Any, dict[str, Any]]] = field(default_factory=dict)
    added: list[Any] = field(default_factory=list)  #: names that the merge gave to the survivor
    states: dict[Any, str] = field(default_factory=dict)  #: what each loser was
    #: Records merged into a loser before, and that one.
    earlier: dict[Any, Any] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)  #: what was changed since, and stays so

    @property
    def fingerprint(self) -> str:
        """Return what distinguishes this from any other undoing."""
        text = repr((self.columns, self.added, self.states, self.earlier, self.conflicts))
        return blake2b(text.encode(), digest_size=16).hexdigest()

    def moves(self) -> list[str]:
        """Say which rows would be given back."""
        return [
            f"{len(rows)} {table._meta.verbose_name if len(rows) == 1 else table._meta.verbose_name_plural}"
            for table, rows in self.columns.items()
            if rows
        ]


def plan_unmerge(loser: Record) -> Undoing:
    """Return what undoing the merge of this record would do. Raises CurationRefused where it cannot be undone."""
    if loser.editorial_state != EditorialState.MERGED:
        raise CurationRefused([Refusal(loser, "not_merged", f"{loser} is not merged.")])
    version = _version_of_merge(loser)
    survivor = (
        type(loser)._default_manager.filter(pk=version.merged_into_id).first() if version else None
    )
    if version is None or version.pgh_context is None or survivor is None:
        detail = f"The history does not have the merge of {loser}."
        raise CurationRefused([Refusal(loser, "no_history", detail)])
    if survivor.editorial_state == EditorialState.MERGED:
        detail = (
            f"{survivor} was merged into {survivor.merged_into} after that: undo that merge first."
        )
        raise CurationRefused([Refusal(survivor, "merged", detail)])
    plan = Undoing(
        survivor, [], str(version.pgh_context.metadata.get("reason", "")), version.pgh_context
    )
    for written in written_in(version.pgh_context_id):
        _compare(plan, written.model, written.others, written.after)
        if issubclass(written.model, Name):
            _find_added(plan, written.model, written.added, written.after)
    return plan


def _version_of_merge(loser: Record) -> Any:
    """Return the version that a record got when it was merged last."""
    versions = history_of(type(loser))._default_manager.filter(pgh_obj_id=loser.pk)
    found = None
    was_merged = False
    for version in versions.select_related("pgh_context").order_by("pgh_id"):
        is_merged = version.editorial_state == EditorialState.MERGED
        if is_merged and not was_merged:
            found = version
        was_merged = is_merged
    return found


def _compare(
    plan: Undoing,
    table: type[Model],
    before: Mapping[Any, dict[str, Any]],
    after: Mapping[Any, dict[str, Any]],
) -> None:
    """Compare the rows that the merge wrote with what they are: what is as it left them is given back."""
    there = {row.pk: row for row in table._base_manager.filter(pk__in=list(before))}
    plan.columns[table] = {}
    for key, row in before.items():
        now = there.get(key)
        if now is None:
            plan.conflicts.append(
                f"A {table._meta.verbose_name} was removed after the merge, and stays so."
            )
            continue
        if issubclass(table, Record):
            _compare_standing(plan, now, row, after[key])
        given: dict[str, Any] = {}
        for fact, columns in _facts(table).items():
            if all(row[name] == after[key][name] for name in columns):
                continue
            if all(getattr(now, name) == after[key][name] for name in columns):
                given |= {name: row[name] for name in columns}
            else:
                what = f"{table._meta.verbose_name} “{now}”"
                plan.conflicts.append(
                    f"The {fact} of the {what} was changed after the merge, and stays so."
                )
        if given:
            plan.columns[table][key] = given


def _find_added(
    plan: Undoing, table: type[Name], keys: Collection[Any], after: Mapping[Any, dict[str, Any]]
) -> None:
    """Find the names that the merge added, and nobody changed since: they are removed."""
    for row in table._default_manager.filter(pk__in=keys).order_by("pk"):
        if all(getattr(row, name) == after[row.pk][name] for name in columns_of(table)):
            plan.added.append(row)
        else:
            plan.conflicts.append(f"The name “{row}” was changed after the merge, and stays so.")


@cache
def _facts(table: type[Model]) -> dict[str, tuple[str, ...]]:
    """Return the columns of each fact that a merge may change, by what the desk calls it."""
    found = {name: columns_of_fact(table, name) for name in facts_of(table)}
    kept = set(columns_of(table))
    return {
        name.replace("_", " "): columns
        for name, columns in found.items()
        if kept.issuperset(columns) and _LEFT_ALONE.isdisjoint(columns)
    }


def _compare_standing(
    plan: Undoing, now: Any, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Notice the losers, and records that were merged into them before."""
    if before["merged_into_id"] == after["merged_into_id"]:
        return
    if now.merged_into_id != after["merged_into_id"]:
        plan.conflicts.append(f"{now} was merged otherwise since, and stays so.")
    elif before["merged_into_id"] is None:
        plan.losers.append(now)
        plan.states[now.pk] = before["editorial_state"]
    else:
        plan.earlier[now.pk] = before["merged_into_id"]


@deed
def unmerge(
    loser: Record, *, by: AbstractBaseUser | None, reason: str, seen: str | None = None
) -> Undoing:
    """Undo the merge of a record, and of those that were merged by the same act, as far as nobody changed its outcome since.

    The losers have their facts, parts and what named them again. Those that were public are served again as they were last
    published, and public documents that named them name them again. The survivor is published again if the public reads it as
    the desk has it; else what it says stays, and waits to be published: by somebody else, where the setting SECOND_PERSON is on.

    With `seen`, the fingerprint of the plan that the person saw, only that is done. Raises CurationRefused where it cannot be
    undone or was not seen, PermissionDenied when `by` may not publish the kind, ValueError without a reason.
    """
    demand_permission(by, [type(loser)])
    if not reason.strip():
        msg = "Undoing a merge says why: the reason is shown to the public."
        raise ValueError(msg)
    with recorded("undo merge", by, reason):
        loser = type(loser)._default_manager.get(pk=loser.pk)
        hold(_written(plan_unmerge(loser)))
        plan = plan_unmerge(type(loser)._default_manager.get(pk=loser.pk))
        if seen is not None and seen != plan.fingerprint:
            detail = f"Something was changed after it was shown to you: look at it again. The merge of {loser} is not undone yet."
            raise CurationRefused([Refusal(loser, UNSEEN, detail)])
        is_as_published = bool(as_published([plan.survivor]))
        merged_at, written = _merged_at(plan), _written(plan)
        _give_back(plan)
        connection.check_constraints()
        renew(written)
        turn = feed.lock_feed()
        turn = _serve_again(plan, turn, reason)
        _lead_where_they_led(plan, merged_at, turn)
        for gone in plan.losers:
            if gone.pk in merged_at:
                turn = _name_again(gone, plan.survivor, merged_at[gone.pk], turn)
        _ask_again(plan)
        settle(written, at=turn.moment)
        survivor = type(loser)._default_manager.get(pk=plan.survivor.pk)
        if is_as_published and not (settings.SECOND_PERSON and by is not None):
            publish(survivor, by=by, reason=reason, nature=Nature.CORRECTION)
        previews.make(written)
    return plan


def _written(plan: Undoing) -> dict[str, set[UUID]]:
    """The records that are written, themselves or in their parts, by kind."""
    keys: dict[str, set[UUID]] = defaultdict(set)
    keys[plan.survivor.object_kind] |= {plan.survivor.pk, *plan.states, *plan.earlier}
    for table, rows in plan.columns.items():
        if issubclass(table, Record):
            keys[table.object_kind] |= set(rows)
        elif issubclass(table, Part):
            owner: Any = table
            for name in table.part_of.split("__"):
                owner = owner._meta.get_field(name).related_model
            found = table._base_manager.filter(pk__in=list(rows)).values_list(
                table.part_of, flat=True
            )
            keys[owner.object_kind].update(found)
            first = path_to_record(table)[0]
            if first.related_model is owner:
                keys[owner.object_kind] |= {
                    row[first.attname] for row in rows.values() if first.attname in row
                }
    return keys


def _give_back(plan: Undoing) -> None:
    """Write the working tables."""
    for row in plan.added:
        row.delete()
    for table, rows in plan.columns.items():
        for key, columns in rows.items():
            table._default_manager.filter(pk=key).update(**columns)
    model = type(plan.survivor)._default_manager
    for key, state in plan.states.items():
        model.filter(pk=key).update(editorial_state=state, merged_into=None)
    for key, former in plan.earlier.items():
        model.filter(pk=key).update(merged_into=former)


def _merged_at(plan: Undoing) -> dict[Any, datetime]:
    """Return when the merge was published, of the losers of which it was."""
    return {
        key: edition.published_at
        for key, edition in newest_by_record(plan.losers).items()
        if edition.action == Action.MERGED
    }


def _serve_again(plan: Undoing, turn: feed.Turn, reason: str) -> feed.Turn:
    """Publish the losers as they were last published; those that were withdrawn say so again."""
    entries = []
    for gone in plan.losers:
        kind = kind_of(gone)
        editions = kind.editions._default_manager.filter(record_id=gone.pk).order_by("-revision")
        newest = editions.first()
        if newest is None or newest.action != Action.MERGED:
            continue
        last = editions.exclude(document=None)[0]
        document = orjson.loads(last.document)
        document["revision"] = newest.revision + 1
        if plan.states[gone.pk] == EditorialState.WITHDRAWN:
            said = editions.filter(action=Action.WITHDRAWN)[0].reason
            entries.append(feed.NewEdition(kind, document, Action.WITHDRAWN, said))
            continue
        if kind.editions.whole_member:
            document["has_parts"] = False  # parts name a public record
        missing = refresh(kind, document)
        if missing:
            detail = f"{gone} named records that are not published now, so it cannot be served again as it was."
            raise CurationRefused([Refusal(gone, "unpublished_reference", detail)])
        entries.append(feed.NewEdition(kind, document, Action.RESTORED, reason))
    return feed.append(entries, turn)


def _lead_where_they_led(plan: Undoing, merged_at: Mapping[Any, datetime], turn: feed.Turn) -> None:
    """Let what had been merged into a loser before lead to it again."""
    for key, former in plan.earlier.items():
        if former in merged_at:
            rows = FormerReference.objects.filter(
                id=key, until=merged_at[former], merged_into=former
            )
            for row in rows:
                Reference.objects.filter(id=key, merged_into=plan.survivor.pk).update(
                    merged_into=former, was_withdrawn=row.was_withdrawn, since=turn.moment
                )


def _name_again(gone: Any, kept: Any, merged_at: datetime, turn: feed.Turn) -> feed.Turn:
    """Let public documents name the loser where they did when it was merged, and nothing else was said there since."""
    entries: list[feed.NewEdition] = []
    relabelled: dict[UUID, str] = {}
    for kind in all_kinds():
        if gone.object_kind not in may_be_named(kind):
            continue
        editions = kind.editions._default_manager
        named = editions.filter(superseded_at__gte=merged_at, refs__contains=[gone.pk]).exclude(
            document=None
        )
        former = dict(named.order_by("revision").values_list("record_id", "document"))
        current = editions.current().filter(record_id__in=list(former)).order_by("record_id")
        for key, text in current.values_list("record_id", "document"):
            document = _as_named(kind, orjson.loads(former[key]), orjson.loads(text), gone, kept)
            if document is None:
                continue
            now = orjson.loads(text)
            entry = feed.NewEdition(
                kind, document, Action.UPDATED, former=now, said_nature=Nature.REFERENCE
            )
            before = reference_row(kind, now)
            entry.keeps_reference = entry.reference == before
            entries.append(entry)
            if entry.reference["body"] != before["body"]:
                relabelled[key] = kind.name
    turn = feed.append(entries, turn)
    propagate(relabelled, turn)
    return turn._replace(position=feed.last_position())


def _as_named(
    kind: Kind, before: dict[str, Any], now: dict[str, Any], gone: Any, kept: Any
) -> dict[str, Any] | None:
    """Return a public document that names the loser again where the earlier one did; None where it does not."""
    names = {str(gone.pk): str(kept.pk)}
    document = {name: _given_back(before.get(name), value, names) for name, value in now.items()}
    # What is the same is one object no more, so that each is brought up to date by itself.
    document = dict(orjson.loads(orjson.dumps(document)))
    refresh(kind, document)
    if document == now:
        return None
    document["revision"] = now["revision"] + 1
    return document


def _given_back(before: Any, now: Any, names: Mapping[str, str]) -> Any:
    """Return a value as it was before, where it is that with the survivor in place of the loser."""
    if _own(before, names) == _own(now, {}):
        return before
    if isinstance(before, dict) and isinstance(now, dict) and "object" not in now:
        return {name: _given_back(before.get(name), value, names) for name, value in now.items()}
    if isinstance(before, list) and isinstance(now, list):
        waiting = list(before)
        items = []
        for item in now:
            same = next((one for one in waiting if _own(one, names) == _own(item, {})), None)
            if same is not None:
                waiting.remove(same)
            items.append(item if same is None else same)
        return items
    return now


def _own(node: Any, names: Mapping[str, str]) -> Any:
    """Return what a value says itself: of other records which they are, by these names for some of them."""
    if isinstance(node, list):
        return [_own(each, names) for each in node]
    if not isinstance(node, dict):
        return node
    if "id" in node and "object" in node:
        return node["object"], names.get(node["id"], node["id"])
    return {name: _own(each, names) for name, each in node.items()}


def _ask_again(plan: Undoing) -> None:
    """Ask again which records may be one, as it was asked before the merge."""
    for columns in _asked(plan.context.metadata.get("duplicates", ())):
        pair = PossibleDuplicate(**columns)
        same = PossibleDuplicate.objects.filter(record_id=pair.record_id, other_id=pair.other_id)
        same.exclude(pk=pair.pk).delete()
        pair.save()


def _asked(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {
            name: UUID(value) if name in {"record_id", "other_id", "import_id"} and value else value
            for name, value in row.items()
        }
