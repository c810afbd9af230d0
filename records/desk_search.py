"""Search at the desk: parts of words, whatever their accents and case, found through trigram indexes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A search is cut to this many words of this length.
MAX_WORDS = 8
MAX_LENGTH = 100


class Folded(models.Transform):
    """The words of a text without accents and punctuation, in lower case, each between spaces: ` al assad `."""

    function = "chancery_folded"
    output_field: ClassVar[models.Field[str, str]] = models.TextField()


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


def folded_index(name: str, field: str) -> GinIndex:
    """Return the index that finds any part of `field` without reading the table."""
    return GinIndex(OpClass(Folded(field), name="gin_trgm_ops"), name=name)


def beginning_index(name: str, field: str) -> models.Index:
    """Return the index that finds what `field` is, or begins with, folded: for columns with many short names that are alike.

    The index of trigrams finds these too, but checks every name that has the same letters anywhere.
    """
    return models.Index(OpClass(Folded(field), name="text_pattern_ops"), name=name)


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
    for word in typed.replace("\x00", "").split()[:MAX_WORDS]:
        text = word[:MAX_LENGTH]
        places: list[dict[str, str | UUID]] = [{f"{place}__has_part": text} for place in parts_of]
        places += [{f"{place}__exact": text} for place in whole]
        with suppress(ValueError):
            places.append({"pk": UUID(text)})
        first, *others = [
            model._default_manager.order_by().filter(**place).values("pk") for place in places
        ]
        queryset = queryset.filter(pk__in=first.union(*others) if others else first)
    return queryset
