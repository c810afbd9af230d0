"""Search at the desk: parts of words, whatever their accents and case, found through trigram indexes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import connection, models
from django.db.models.sql.where import AND, WhereNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: A search is cut to this many words of this length.
MAX_WORDS = 8
MAX_LENGTH = 100
#: A word that more rows have is frequent, or one that of so many rows at the beginning of a list more than one in `MANY` has.
FREQUENT = 500
SAMPLE, MANY = 4_000, 100


class Folded(models.Transform):
    """The words of a text without accents and punctuation, in lower case, each between spaces: ` al assad `."""

    function = "chancery_folded"
    output_field: ClassVar[models.Field[str, str]] = models.TextField()


def words_of(folded: str) -> str:
    """Return the SQL of the words of a folded text, as an array: as indexes of `Words` have it."""
    return f"string_to_array(btrim({folded}), ' ')"


class Words(models.Func):
    """The words of a folded text, as an array."""

    function = "string_to_array"
    template = words_of("%(expressions)s")
    output_field: ClassVar[models.Field[Any, Any]] = ArrayField(models.TextField())


@models.CharField.register_lookup
@models.TextField.register_lookup
class HasPart(models.Lookup):
    """Whether a text has another as a part, both folded (`name__has_part`)."""

    lookup_name = "has_part"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """Compare as the index of `folded_index` does. Folding leaves no sign that LIKE would take for a pattern."""
        text, values = self.process_lhs(compiler, connection)
        part, more = self.process_rhs(compiler, connection)
        return (
            f"chancery_folded({text}) LIKE '%%' || btrim(chancery_folded({part})) || '%%'",
            (*values, *more),
        )


@models.CharField.register_lookup
@models.TextField.register_lookup
class OftenHasPart(HasPart):
    """The same of a part that many rows have: no index of parts is read, whatever PostgreSQL thinks how many there are."""

    lookup_name = "often_has_part"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        text, values = self.process_lhs(compiler, connection)
        part, more = self.process_rhs(compiler, connection)
        return f"strpos(chancery_folded({text}), btrim(chancery_folded({part}))) > 0", (
            *values,
            *more,
        )


def often_asked(rows: models.QuerySet[Any], field: str) -> list[str]:
    """Return the parts that many rows have in `field`, and that every one of `rows` must have there, as they were typed."""
    return list(_often_asked(rows.query.where, rows.model._meta.get_field(field)))


def _often_asked(node: Any, field: Any) -> Iterator[str]:
    if isinstance(node, OftenHasPart):
        if getattr(node.lhs, "target", None) == field and isinstance(node.rhs, str):
            yield node.rhs
    elif isinstance(node, WhereNode) and not node.negated and node.connector == AND:
        for child in node.children:
            yield from _often_asked(child, field)


def folded_index(name: str, field: str) -> GinIndex:
    """Return the index that finds any part of `field` without reading the table."""
    return GinIndex(OpClass(Folded(field), name="gin_trgm_ops"), name=name)


def beginning_index(name: str, field: str) -> models.Index:
    """Return the index that finds what `field` is, or begins with, folded, and reads it in this order.

    The index of trigrams finds these too, but checks every name that has the same letters anywhere.
    """
    return models.Index(OpClass(Folded(field), name="text_pattern_ops"), name=name)


def name_indexes(prefix: str, field: str) -> list[models.Index]:
    """Return the indexes by which the engine finds names: their parts, what they begin with, their words."""
    return [
        folded_index(f"{prefix}_folded", field),
        beginning_index(f"{prefix}_folded_begins", field),
        GinIndex(Words(Folded(field)), name=f"{prefix}_words"),
    ]


def listed_index(name: str, *order: str | models.expressions.OrderBy, field: str) -> models.Index:
    """Return the index of a list in its order, with the folded `field`: a frequent word is looked for in it, and nothing else is read.

    PostgreSQL reads an index alone if that has the columns of its expressions too.
    """
    include = () if field in order else (field,)
    return models.Index(*order, Folded(field), include=include, name=name)


def waiting_index(name: str, *order: str | models.expressions.OrderBy, field: str) -> models.Index:
    """Return the same index of what is not public as it is, with what says so: a list of it reads nothing else."""
    state = ("editorial_state", "changed_at", "published_at")
    include = state if field in order else (field, *state)
    condition = models.Q(editorial_state__in=["draft", "in_review", "withdrawn"]) | models.Q(
        editorial_state="published", changed_at__gt=models.F("published_at")
    )
    return models.Index(*order, Folded(field), include=include, condition=condition, name=name)


def narrowed(
    queryset: models.QuerySet[models.Model],
    typed: str,
    *,
    parts_of: Sequence[str],
    whole: Sequence[str] = (),
) -> models.QuerySet[models.Model]:
    """Keep the same rows as `search`, for lists that are shown in an order: first it is looked up how often each word occurs.

    Rows with rare words are taken by their keys. Frequent words are looked for in the rows as they are read in order, for soon
    there are enough: an index would find all of them first.
    """
    model = queryset.model
    words = _words(typed)
    if not words:
        return queryset
    places = [
        (number, place)
        for number, word in enumerate(words)
        for place in _places(word, parts_of, whole)
    ]
    sampled = _frequent_in_sample(model, [place for _number, place in places])
    probed = [place for place in range(len(places)) if place not in sampled]
    found: dict[int, set[Any]] = {place: set() for place in probed}
    probes = [
        model._default_manager.order_by()
        .filter(**places[place][1])
        .values_list(models.Value(place), "pk")[: FREQUENT + 1]
        for place in probed
    ]
    if probes:
        for place, key in probes[0].union(*probes[1:], all=True) if len(probes) > 1 else probes[0]:
            found[place].add(key)
    for number in range(len(words)):
        keys: set[Any] = set()
        condition = models.Q()
        for place, (of, asked) in enumerate(places):
            if of == number and place in found and len(found[place]) <= FREQUENT:
                keys |= found[place]
            elif of == number:
                condition |= _condition(model, asked)
        if keys or not condition:
            condition |= models.Q(pk__in=keys)
        queryset = queryset.filter(condition)
    return queryset


def _condition(model: type[models.Model], place: dict[str, str | UUID]) -> models.Q:
    """Return a condition that many rows meet, to be asked of each row as it is read."""
    ((path, value),) = place.items()
    if path.count("__") > 1:
        # Of other tables, row by row.
        rows = model._default_manager.order_by().filter(pk=models.OuterRef("pk"), **place)
        return models.Q(models.Exists(rows))
    return models.Q(**{path.replace("__has_part", "__often_has_part"): value})


def _frequent_in_sample(
    model: type[models.Model], places: Sequence[dict[str, str | UUID]]
) -> set[int]:
    """Return which conditions many of the first rows of the list meet: of the field that stands in its index (`listed_index`)."""
    listed = {
        f"{source.name}__has_part"
        for index in model._meta.indexes
        for expression in index.expressions
        if isinstance(expression, Folded)
        for source in expression.get_source_expressions()
        if index.name.endswith("_in_order")
    }
    asked = [
        (number, path, word)
        for number, place in enumerate(places)
        for path, word in place.items()
        if path in listed
    ]
    if not asked:
        return set()
    path = asked[0][1]
    folded = model._default_manager.values_list(Folded(path.removesuffix("__has_part")))
    sample, values = folded[:SAMPLE].query.sql_with_params()
    counts = ", ".join(
        ["count(*) FILTER (WHERE folded LIKE '%%' || btrim(chancery_folded(%s)) || '%%')"]
        * len(asked)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {counts} FROM ({sample}) AS sample (folded)",  # noqa: S608 - a statement of ours
            [*(word for _number, _path, word in asked), *values],
        )
        found = cursor.fetchone()
    return {
        number
        for (number, _path, _word), count in zip(asked, found, strict=True)
        if count > SAMPLE // MANY
    }


def _words(typed: str) -> list[str]:
    """Return the words of a search, as far as it is taken."""
    return [word[:MAX_LENGTH] for word in typed.replace("\x00", "").split()[:MAX_WORDS]]


def _places(
    word: str, parts_of: Sequence[str], whole: Sequence[str]
) -> list[dict[str, str | UUID]]:
    """Return the conditions of which a row with the word meets any."""
    places: list[dict[str, str | UUID]] = [{f"{place}__has_part": word} for place in parts_of]
    places += [{f"{place}__exact": word} for place in whole]
    with suppress(ValueError):
        places.append({"pk": UUID(word)})
    return places


def search(
    queryset: models.QuerySet[models.Model],
    typed: str,
    *,
    parts_of: Sequence[str],
    whole: Sequence[str] = (),
) -> models.QuerySet[models.Model]:
    """Keep the rows in which every word of `typed` is part of one of the fields `parts_of`, or all of one of `whole`.

    They may be fields of related rows (`names__name`). Each is searched through its own index, and the results are
    united: one condition with OR over several tables would read all rows. An id finds its row too.
    """
    model = queryset.model
    for word in _words(typed):
        places = _places(word, parts_of, whole)
        first, *others = [
            model._default_manager.order_by().filter(**place).values("pk") for place in places
        ]
        queryset = queryset.filter(pk__in=first.union(*others) if others else first)
    return queryset
