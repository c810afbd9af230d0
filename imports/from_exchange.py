"""Taking in exchange files: every line is a record, and so is every row of a table."""

from __future__ import annotations

import shutil
import tempfile
from codecs import BOM_UTF8
from contextlib import closing
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from imports.files.exchange_tables import is_csv, lines_of
from imports.files.tree import InputError
from imports.report import Remark, Result, in_order, remark_of_rejection
from records.exchange.lines import EXCHANGE
from records.exchange.load import take_in

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

    from imports.files.tree import File
    from imports.models import ImportBatch
    from imports.options import Terms
    from imports.recognise import Found
    from records.exchange.load import Progress
    from records.exchange.report import LineFault


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
            left_out=lines.rejections,
            options=EXCHANGE,
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
    numbers: dict[str, list[int]] = field(default_factory=dict)  #: of a table, where its rows begin
    rejections: list[LineFault] = field(default_factory=list)  #: what is wrong with rows of tables

    @classmethod
    def of(cls, found: Found) -> _Lines:
        files = found.tree.files
        if len(files) == 1 and not is_csv(files[0]):
            return cls(files[0].open(), [(0, files[0].path)])
        lines = cls(tempfile.TemporaryFile(), [])  # noqa: SIM115 - closed with the object
        try:
            number = 0
            for file in files:
                lines.starts.append((number, file.path))
                number += lines.add_table(file, number) if is_csv(file) else lines.add_lines(file)
        except InputError:
            lines.close()
            raise
        lines.file.seek(0)
        return lines

    def add_lines(self, file: File) -> int:
        """Take in a file of lines, and return how many there are."""
        begin = self.file.tell()
        with file.open() as stream:
            if stream.read(len(BOM_UTF8)) != BOM_UTF8:
                stream.seek(0)
            shutil.copyfileobj(stream, self.file)
        if self.file.tell() > begin:
            self.file.seek(-1, 2)
            if self.file.read(1) != b"\n":
                self.file.write(b"\n")
        self.file.seek(begin)
        return sum(1 for _line in self.file)

    def add_table(self, file: File, before: int) -> int:
        """Take in a table, and return how many lines it became."""
        numbers = self.numbers[file.path] = []
        for number, line, rejections in lines_of(file, before):
            numbers.append(number)
            self.file.write(line + b"\n")
            self.rejections += rejections
        return len(numbers)

    def place(self, line: int | None) -> tuple[str, int | None]:
        """Return the file and the line in it."""
        if line is None:
            return "", None
        before, path = max(start for start in self.starts if start[0] < line)
        numbers = self.numbers.get(path)
        return path, numbers[line - before - 1] if numbers else line - before

    def close(self) -> None:
        """Close the file."""
        self.file.close()
