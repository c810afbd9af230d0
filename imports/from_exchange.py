"""Load exchange files: every line is a record, and so is every row of a table."""

from __future__ import annotations

import shutil
import tempfile
from codecs import BOM_UTF8
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING

from imports.files.exchange_tables import is_csv, lines_of
from imports.files.tree import InputError
from imports.recognise import EXCHANGE
from imports.report import ImportResult, ReportLine, in_order
from records.exchange.lines import EXCHANGE as LINES
from records.exchange.load import load_lines
from records.exchange.report import WITHDRAWN, are_too_many

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

    from imports.files.tree import File
    from imports.models import ImportBatch
    from imports.options import ImportOptions
    from imports.recognise import RecognisedFiles
    from records.exchange.load import Progress
    from records.exchange.report import LineFault


def import_exchange_files(
    files: RecognisedFiles,
    options: ImportOptions,
    by: AbstractBaseUser | None,
    _batch: ImportBatch,
    progress: Progress,
) -> tuple[ImportResult, dict[str, list[UUID]]]:
    """Load exchange files; return the result, and the records to publish by kind."""
    with closing(_Lines.of(files)) as lines:
        load, keys = load_lines(
            lines.file,
            by=by,
            publish=options.publishes,
            partial=options.is_partial,
            left_out=lines.rejections,
            options=replace(LINES, restores=options.restores),
            progress=progress,
        )
        if not load.report.lines and not load.report.rejections:
            reason = "There is no record in it: a line of JSON each, or a row below the header of a table."
            raise InputError("nothing_found", reason, files.tree.files[0].path)
        result = ImportResult(EXCHANGE, unit="lines", records=dict(load.report.counts))
        for counter in load.report.counts.values():
            result.rows.update({name: number for name, number in counter.items() if number})
        for rejection in in_order(load.report.rejections):
            file, line = lines.place(rejection.line)
            result.lines.append(ReportLine.of_rejection(rejection, file, line=line))
        for proposal in load.report.proposals:
            file, line = lines.place(proposal.line)
            result.lines.append(ReportLine.of_proposal(proposal, file, line=line))
        for (kind, number), outcome in load.outcomes.items():
            if outcome == WITHDRAWN:
                file, line = lines.place(number)
                result.lines.append(ReportLine.of_withdrawn(kind, file, line=line))
    return result, keys


@dataclass
class _Lines:
    """Exchange files one after the other, as one."""

    file: IO[bytes]
    starts: list[tuple[int, str]]  #: lines before each file, and its path
    numbers: dict[str, list[int]] = field(default_factory=dict)  #: of a table, where its rows begin
    rejections: list[LineFault] = field(default_factory=list)  #: what is wrong with rows of tables

    @classmethod
    def of(cls, recognised: RecognisedFiles) -> _Lines:
        files = recognised.tree.files
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
        """Add a file of lines, and return how many there are."""
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
        numbers = self.numbers[file.path] = []
        for number, line, rejections in lines_of(file, before):
            numbers.append(number)
            self.file.write(line + b"\n")
            self.rejections += rejections
            if are_too_many(len(self.rejections)):
                break
        return len(numbers)

    def place(self, line: int | None) -> tuple[str, int | None]:
        if line is None:
            return "", None
        before, path = max(start for start in self.starts if start[0] < line)
        numbers = self.numbers.get(path)
        return path, numbers[line - before - 1] if numbers else line - before

    def close(self) -> None:
        self.file.close()
