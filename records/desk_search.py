"""Search at the desk: parts of words, whatever their accents and case, found through trigram indexes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A search is cut to this many words of this length.
MAX_WORDS = 8
MAX_LENGTH = 100


@models.CharField.register_lookup
@models.TextField.register_lookup
class Folded(models.Transform):
    """The text without accents and in lower case, on both sides of a comparison (`name__folded__contains`)."""

    lookup_name = "folded"
    function = "chancery_folded"
    bilateral = True
    output_field: ClassVar[models.Field[str, str]] = models.TextField()


def folded_index(name: str, field: str) -> GinIndex:
    """Return the index that finds any part of `field` without reading the table."""
    return GinIndex(OpClass(Folded(field), name="gin_trgm_ops"), name=name)


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
        places: list[dict[str, str | UUID]] = [
            {f"{place}__folded__contains": text} for place in parts_of
        ]
        places += [{f"{place}__exact": text} for place in whole]
        with suppress(ValueError):
            places.append({"pk": UUID(text)})
        first, *others = [
            model._default_manager.order_by().filter(**place).values("pk") for place in places
        ]
        queryset = queryset.filter(pk__in=first.union(*others) if others else first)
    return queryset
