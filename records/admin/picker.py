"""The boxes in which records are chosen: what they find among the working records, in the order of the one engine."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db.models import F, Func, IntegerField, QuerySet, Value
from django.utils import timezone

from config.api.sql import Clause
from records.desk_search import words_of
from records.lookup.finding import find_each, spellings_of
from records.lookup.name_tables import Names, working_words
from records.lookup.steps import Search, Tier
from records.lookup.working import find_named
from records.models import EditorialState, KeepWords, NameSort, Record
from records.models.edition import years
from records.models.published_name import LABELLED_IN
from records.models.word import kind_of_names
from records.registry import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from django.db.models import Model

    from config.dates.values import UncertainDate
    from records.lookup.reading import Days, FoundName
    from records.registry import Kind

    #: The places of the records that were found for a text, by their keys.
    Order = Callable[[str, Sequence[FoundName]], Mapping[str, tuple[int, ...]]]

#: Records that a box lists at most, of those that are found.
LISTED, FOUND = 40, 200
#: Names that are read in order, and folded then; other names are put in the order of what their records say, so more are read.
READ_IN_ORDER, READ = 50, 200


def ranked(
    rows: QuerySet[Any],
    typed: str,
    *,
    parts_of: Sequence[str],
    whole: Sequence[str],
    on: Days | None = None,
    order: Order | None = None,
    or_else: Callable[[str], str] | None = None,
) -> QuerySet[Any]:
    """Return those of the rows that somebody may mean who has typed this, the likeliest first: see `likely_each`.

    Where nothing is found, what `or_else` returns is looked for in its place.
    """
    keys: list[str] = []
    for text in (typed, or_else(typed)) if or_else else (typed,):
        if not keys and text:
            (likely,) = likely_each(
                rows.model, [text], parts_of=parts_of, whole=whole, on=on, order=order
            )
            keys = [*likely.exact, *likely.others][:LISTED]
    if not keys:
        return rows.none()
    in_order = Func(
        Value([UUID(key) for key in keys]), F("pk"),
        function="array_position", output_field=IntegerField(),
    )  # fmt: skip
    return rows.filter(pk__any_of=keys).order_by(in_order)


class Likely(NamedTuple):
    """The keys of records that a text may mean, the likeliest first."""

    exact: list[str]  #: named so, by whatever name they have
    others: list[str]


def likely_each(
    model: type[Record],
    texts: Sequence[str],
    *,
    parts_of: Sequence[str],
    whole: Sequence[str],
    on: Days | None = None,
    order: Order | None = None,
    within: bool = True,
) -> list[Likely]:
    """Return, for each text, the keys of the records that somebody may mean who has typed it.

    What is named exactly (id, slug, `scheme:value`) comes first; then what the engine finds, or else what has the typed words
    within others. Of names that are found in the same way, those that were possible `on` the days come first: today, where none
    are known. `order` returns the places of records among those that are found in the same way. Without `within`, texts are not looked for within words.
    """
    kind = kind_of(model)
    today = timezone.now().date()
    tables = [*tables_of(kind, parts_of), *_codes(kind)]
    codes = f"{kind.codes.relation}__value" if kind.codes else ""
    wholes = tables_of(kind, [path for path in whole if path not in {"slug", codes}])
    spellings = spellings_of([kind])
    searches = [
        Search(text, tables, spellings=spellings, whole=wholes, within=within) for text in texts
    ]
    named = find_named(kind, [text.strip() for text in texts if text.strip()])
    keys_of_each = []
    for text, found in zip(
        texts,
        find_each(
            searches, on=on or (today, today), limit=FOUND if order else LISTED, enough=LISTED
        ),
        strict=True,
    ):
        if order is not None and found:
            places = order(text, found)
            found.sort(key=lambda name: (name.tier, places[name.record]))
        # A code is among the names, which know whether it is in force.
        exact = [name.record for name in found if name.tier == Tier.EXACT]
        exact += [str(each.merged_into or each.pk) for each in named.get(text.strip(), ())]
        exact = list(dict.fromkeys(exact))
        others = list(dict.fromkeys(name.record for name in found if name.record not in set(exact)))
        keys_of_each.append(Likely(exact, others[:LISTED]))
    return keys_of_each


def tables_of(kind: Kind, fields: Iterable[str]) -> list[Names]:
    """Return the tables in which the names of records of a kind stand, by the paths that the desk searches."""
    return [_table(kind.model, path) for path in fields]


def _codes(kind: Kind) -> list[Names]:
    if kind.codes is None:
        return []
    return [_table(kind.model, f"{kind.codes.relation}__value", former=kind.codes.former)]


@cache
def _table(model: type[Model], path: str, former: str | None = None) -> Names:
    """One column with names, reached from the record over its relations."""
    *hops, column = path.split("__")
    here, alias = model, "r0"
    table, joined = f'"{model._meta.db_table}" AS r0', ""
    for number, hop in enumerate(hops, start=1):
        field: Any = here._meta.get_field(hop)
        there, next_alias = field.related_model, f"r{number}"
        if field.one_to_many:
            on = f'{next_alias}."{field.field.column}" = {alias}."id"'
        else:
            on = f'{next_alias}."id" = {alias}."{field.column}"'
        joined = f"JOIN {table} ON {on} {joined}"
        table = f'"{there._meta.db_table}" AS {next_alias}'
        here, alias = there, next_alias
    dated = {"start_earliest", "end_latest"} <= {each.name for each in model._meta.get_fields()}
    name = f'{alias}."{column}"'
    folded, has_words = f"chancery_folded({name})", _has_words(here, column)
    sort, label, other, past = "", NameSort.LABEL.value, NameSort.NAME.value, NameSort.PAST.value
    foreign = NameSort.FOREIGN.value
    since, until = ('r0."start_earliest"', 'r0."end_latest"') if dated else ("NULL::date",) * 2
    if former is not None:
        is_past = f"{alias}.end_edtf <> '' AND {alias}.scheme <> '{former}'"
        sort = f"CASE WHEN {is_past} THEN {past} ELSE {NameSort.CODE.value} END"
        since, until = f"{alias}.start_earliest", f"{alias}.end_latest"
    elif column == "code":
        sort = str(NameSort.CODE.value)
    elif hops and hops[-1] == "names":
        sort = (
            f"CASE WHEN {alias}.language NOT IN ('', '{LABELLED_IN}') THEN {foreign}"
            f" WHEN {alias}.kind = 'former' THEN {past} ELSE {other} END"
        )
    else:
        sort = str(label if path == label_column(model) else other)
    is_record = issubclass(model, Record)
    # Written out: of a value that it does not see the planner thinks that no row differs from it.
    merged = Clause(f"r0.editorial_state <> '{EditorialState.MERGED.value}'")
    return Names(
        table,
        joined=joined,
        record='r0."id"',
        name=name,
        folded=folded,
        words=words_of(folded) if has_words else "",
        known=working_words(kind_of_names(here)) if has_words else None,
        sort=sort,
        since=since,
        until=until,
        where=merged if is_record else Clause("TRUE"),
        is_searched=former is None,
        at_most=READ,
        first=READ_IN_ORDER,
        is_in_order=has_words or former is not None,
    )


def _has_words(model: type[Model], column: str) -> bool:
    """Whether a column has the indexes of names (`name_indexes`), and its words are kept."""
    triggers = getattr(model._meta, "triggers", ())
    return any(isinstance(each, KeepWords) and each.column == column for each in triggers)


def label_column(model: type[Model]) -> str:
    """The column with the label of a record."""
    columns = {field.name for field in model._meta.concrete_fields}
    return next((name for name in ("label", "name", "title") if name in columns), "")


def span_of(record: Any) -> str:
    """Return the years of something with a start and an end; nothing for what has none."""
    return years(
        _as_document(getattr(record, "start", None)), _as_document(getattr(record, "end", None))
    )


def _as_document(when: UncertainDate | None) -> dict[str, Any] | None:
    if not when:
        return None
    first, last = (day and day.isoformat() for day in (when.earliest, when.latest))
    return {"earliest": first, "latest": last, "edtf": when.edtf}
