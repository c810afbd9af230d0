"""The report that is kept with an import: read a piece at a time, however long it is, and added to."""

from __future__ import annotations

import gzip
import io
from collections import Counter
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, cast

import orjson

from imports.models import ImportBatch
from imports.report import Remark, Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

#: Remarks that are looked at for a page; the report has them all.
LOOKED_AT = 100_000
#: Remarks on a page.
PAGE = 50
#: Sorts of remark in the order in which they matter to whoever decides.
SORTS = ("rejected", "not_published", "warning", "proposed", "near", "vanished", "skipped")


def open_report(batch_id: UUID) -> IO[bytes]:
    """Open the report as lines of JSON; it is empty where none was made."""
    packed = ImportBatch.objects.values_list("report", flat=True).get(pk=batch_id)
    return cast("IO[bytes]", gzip.open(io.BytesIO(packed)) if packed else io.BytesIO())


def append(batch: ImportBatch, remarks: Sequence[Remark]) -> None:
    """Add remarks to the report of an import."""
    if remarks:
        packed = ImportBatch.objects.values_list("report", flat=True).get(pk=batch.pk)
        # Gzip files one after the other are one gzip file.
        more = Result(batch.dataset, remarks=list(remarks)).packed()
        ImportBatch.objects.filter(pk=batch.pk).update(report=bytes(packed or b"") + more)


@dataclass
class Excerpt:
    """What a page shows of a report."""

    sort: str = ""  #: of the remarks that are shown
    page: int = 1
    remarks: list[dict[str, Any]] = field(default_factory=list)
    #: how many there are of each sort, in the order of SORTS
    sorts: dict[str, int] = field(default_factory=dict)
    #: how many there are for each reason of the sort that is shown, most often first
    codes: list[tuple[str, int]] = field(default_factory=list)
    is_cut: bool = False  #: whether the report has more than was looked at

    @property
    def has_more(self) -> bool:
        """Whether there is another page."""
        return self.page * PAGE < self.sorts.get(self.sort, 0)


def excerpt(batch_id: UUID, sort: str = "", page: int = 1) -> Excerpt:
    """Read a page of the remarks of a sort; of the first sort that there is, when none or another is named."""
    counts: Counter[tuple[str, str]] = Counter()
    firsts: dict[str, list[dict[str, Any]]] = {}
    start = (page - 1) * PAGE
    places: Counter[str] = Counter()
    is_cut = False
    for number, remark in enumerate(_remarks(batch_id)):
        if number == LOOKED_AT:
            is_cut = True
            break
        name = remark["outcome"]
        counts[name, remark["code"]] += 1
        if start <= places[name] < start + PAGE:
            firsts.setdefault(name, []).append(remark)
        places[name] += 1
    names = [name for name in SORTS if name in places]
    if sort not in names:
        sort = names[0] if names else ""
    return Excerpt(
        sort,
        page,
        firsts.get(sort, []),
        {name: places[name] for name in names},
        [(code, count) for (name, code), count in counts.most_common() if name == sort],
        is_cut,
    )


def _remarks(batch_id: UUID) -> Iterator[dict[str, Any]]:
    with open_report(batch_id) as lines:
        yield from map(orjson.loads, lines)
