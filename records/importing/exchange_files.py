"""Taking in exchange files: every line is a record."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import closing
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from records.exchange.loading import take_in
from records.exchange.manner import EXCHANGE
from records.importing.report import Remark, Result, in_order, remark_of_rejection

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

    from records.exchange.loading import Progress
    from records.importing.formats import Found
    from records.importing.terms import Terms
    from records.models import ImportBatch


def take_exchange_files(
    found: Found,
    terms: Terms,
    by: AbstractBaseUser | None,
    batch: ImportBatch,
    progress: Progress,
) -> tuple[Result, dict[str, list[UUID]]]:
    """Take in exchange files: a line is a record."""
    del batch
    with closing(_Lines.of(found)) as lines:
        work, keys = take_in(
            lines.file,
            by=by,
            publish=terms.publishes,
            partial=terms.is_partial,
            manner=EXCHANGE,
            progress=progress,
        )
        result = Result("chancery", unit="lines", records=dict(work.report.counts))
        for counter in work.report.counts.values():
            result.rows.update({name: number for name, number in counter.items() if number})
        for rejection in in_order(work.report.rejections):
            file, line = lines.place(rejection.line)
            result.remarks.append(remark_of_rejection(rejection, file, line=line))
        for proposal in work.report.proposals:
            file, line = lines.place(proposal.line)
            result.remarks.append(
                Remark(
                    "proposed",
                    "locked, left as it is",
                    "locked",
                    file=file,
                    line=line,
                    object=proposal.object,
                    record=proposal.record,
                    field=f"/{proposal.field}",
                )
            )
    return result, keys


@dataclass
class _Lines:
    """Exchange files one after the other, as one."""

    file: IO[bytes]
    starts: list[tuple[int, str]]  #: lines before each file, and its path

    @classmethod
    def of(cls, found: Found) -> _Lines:
        files = found.tree.files
        if len(files) == 1:
            return cls(files[0].open(), [(0, files[0].path)])
        spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the object
        starts = []
        number = 0
        for file in files:
            starts.append((number, file.path))
            with file.open() as stream:
                begin = spool.tell()
                shutil.copyfileobj(stream, spool)
            if spool.tell() > begin:
                spool.seek(-1, 2)
                if spool.read(1) != b"\n":
                    spool.write(b"\n")
            spool.seek(begin)
            number += sum(1 for _line in spool)
        spool.seek(0)
        return cls(spool, starts)

    def place(self, line: int | None) -> tuple[str, int | None]:
        """Return the file and the line in it."""
        if line is None:
            return "", None
        before, path = max(start for start in self.starts if start[0] < line)
        return path, line - before

    def close(self) -> None:
        """Close the file."""
        self.file.close()
