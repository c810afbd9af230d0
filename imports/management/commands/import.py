"""`manage.py import`: import records from files."""  # noqa: N999 - a command is called as its file is

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError
from tqdm import tqdm

from config.text import validate_text
from imports.files.opening import open_input, open_stream
from imports.files.tree import InputError
from imports.models import ImportBatch
from imports.options import ImportOptions
from imports.recognise import find_formats, formats
from imports.report import ImportResult, ReportLine, json_lines
from imports.run import run
from records.bulk import rare_collections
from records.models import STATED, Nature

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from imports.recognise import RecognisedFiles

#: Report lines of one outcome that are shown on screen; the report has them all.
SHOWN = 50
#: Seconds between two lines of progress where there is no terminal.
PAUSE = 10


class Command(BaseCommand):
    """Import exchange files or public data sets (docs/imports.md)."""

    help = (
        "Imports records from exchange files or public data sets, all or nothing, and reports the result of each row. "
        "Safe to repeat: unchanged records are left alone, and an import that was stopped is completed."
    )

    _has_several_files = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", help="A file, folder, zip or gzip; - reads standard input.")
        parser.add_argument(
            "--format",
            default="auto",
            help=f"{', '.join(formats())}; auto recognises it, also in a folder of several data sets.",
        )
        parser.add_argument(
            "--source",
            default="",
            help="The source to cite, by slug, id or scheme:value; the data set's own when left out.",
        )
        parser.add_argument(
            "--publish", action="store_true", help="Publish new and changed records."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Do everything, then roll it back."
        )
        parser.add_argument(
            "--partial", action="store_true", help="Keep the good rows when others are rejected."
        )
        parser.add_argument(
            "--withdraw-vanished",
            action="store_true",
            help="Withdraw published records whose rows are no longer in the data set.",
        )
        parser.add_argument(
            "--restore-withdrawn",
            action="store_true",
            help="Bring back withdrawn records that the files are about, with --publish.",
        )
        parser.add_argument(
            "--report", type=Path, help="Write the report to this file, as lines of JSON."
        )
        parser.add_argument(
            "--reason", default="", help="Shown to the public with the published revisions."
        )
        parser.add_argument(
            "--nature",
            choices=[nature.value for nature in STATED],
            default="",
            help="Why records change that are public already; without it the days of each record decide.",
        )

    def handle(self, *args: Any, **given: Any) -> None:
        del args
        if given["restore_withdrawn"] and not given["publish"]:
            raise CommandError("--restore-withdrawn publishes what it brings back: add --publish.")
        try:
            validate_text(given["reason"])
        except ValidationError as error:
            raise CommandError(f"--reason: {error.messages[0]}") from error
        options = ImportOptions(
            source=given["source"],
            publishes=given["publish"],
            is_partial=given["partial"],
            is_dry_run=given["dry_run"],
            withdraws=given["withdraw_vanished"],
            restores=given["restore_withdrawn"],
            reason=given["reason"],
            nature=Nature(given["nature"]) if given["nature"] else None,
        )
        results = []
        try:
            with ExitStack() as stack:
                stack.enter_context(rare_collections())
                report = (
                    stack.enter_context(given["report"].open("wb")) if given["report"] else None
                )
                tree = stack.enter_context(_opened(given["path"]))
                self._has_several_files = len(tree.files) > 1
                recognised, unknown = find_formats(tree, given["format"])
                for folder in unknown:
                    self.stdout.write(f"{folder}: no known data set, skipped")
                for left_out in tree.left_out:
                    self.stdout.write(f"{left_out.path}: {left_out.reason}")
                for files in recognised:
                    result = self._import(files, options, given["path"])
                    results.append(result)
                    if report is not None:
                        report.write(json_lines(result.lines))
                    self._show(result, is_one_of_several=len(recognised) > 1)
                    if not (result.is_done or options.is_dry_run):
                        break
        except InputError as error:
            raise CommandError(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            reason = f"The connection to the database was lost ({str(error).strip()}). Run the same command again."
            raise CommandError(reason) from error
        except OSError as error:
            raise CommandError(f"{error.filename or given['path']}: {error.strerror}.") from error
        if any(result.rows["rejected"] or not _is_good(result) for result in results):
            raise CommandError(_verdict(results))

    def _import(self, files: RecognisedFiles, options: ImportOptions, path: str) -> ImportResult:
        batch = ImportBatch.objects.create(
            file_name=Path(path).name[:300] or "-",
            source_ref=options.source,
            publishes=options.publishes,
            is_partial=options.is_partial,
            withdraws=options.withdraws,
            restores=options.restores,
            reason=options.reason,
            nature=options.nature or "",
        )
        progress = _ProgressBar(files.name, self)
        try:
            return run(files, options, by=None, batch=batch, progress=progress)
        finally:
            progress.close()

    def _show(self, result: ImportResult, *, is_one_of_several: bool) -> None:
        for outcome in ("proposed", "near", "vanished", "withdrawn", "warning"):
            self._list(result.of(outcome), self.stdout, is_cut=outcome != "proposed")
        self._list(result.of("not_published"), self.stderr)
        self._list(result.of("not_withdrawn"), self.stderr)
        self._list(result.of("rejected"), self.stderr)
        if (result.is_done or result.is_dry_run) and not result.rows["rejected"]:
            start = "Dry run, nothing was written: " if result.is_dry_run else ""
            name = f"{result.dataset}: " if is_one_of_several or result.unit == "rows" else ""
            self.stdout.write(f"{start}{name}{result.summary()}.")

    def _list(self, lines: list[ReportLine], stream: Any, *, is_cut: bool = False) -> None:
        shown = 3 if is_cut else SHOWN
        for line in lines[:shown]:
            stream.write(line.text(with_file=self._has_several_files))
        if len(lines) > shown:
            stream.write(
                f"... and {len(lines) - shown} more like this ({lines[0].outcome}); --report FILE writes them all"
            )


class _ProgressBar:
    """A bar on a terminal, else a line every ten seconds."""

    def __init__(self, name: str, command: Command) -> None:
        self._name = name
        self._command = command
        self._bar: Any = None
        self._stage = ""
        self._next = time.monotonic() + PAUSE

    def __call__(self, stage: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            if stage != self._stage:
                self.close()
                self._bar = tqdm(total=total or None, desc=f"{self._name}, {stage}", unit=" rows")
            self._bar.update(done - self._bar.n)
        elif time.monotonic() >= self._next:
            self._next = time.monotonic() + PAUSE
            of = f" of {total}" if total else ""
            self._command.stderr.write(f"{self._name}, {stage}: {done}{of}")
        self._stage = stage

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _opened(path: str) -> Any:
    if path == "-":
        return open_stream(sys.stdin.buffer, "standard input")
    if not Path(path).exists():
        raise CommandError(f"there is no file {path}")
    return open_input(Path(path))


def _is_good(result: ImportResult) -> bool:
    return not any(map(result.of, ("rejected", "not_published", "not_withdrawn")))


def _verdict(results: list[ImportResult]) -> str:
    bad = results[-1] if not results[-1].is_done else next(r for r in results if not _is_good(r))
    start = "Some rows were left out" if bad.is_done else "Nothing was written"
    earlier = ", ".join(result.dataset for result in results[:-1])
    before = f" (imported before it: {earlier})" if earlier else ""
    name = f"{bad.dataset}: " if bad.unit == "rows" else ""
    return f"{start}: {name}{bad.summary()}{before}."
