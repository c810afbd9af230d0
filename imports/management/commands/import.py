"""`manage.py import`: take in records from files."""  # noqa: N999 - a command is called as its file is

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError
from tqdm import tqdm

from imports.files.opening import open_input, open_stream
from imports.files.tree import InputError
from imports.models import ImportBatch
from imports.options import Terms
from imports.recognise import find_formats, formats
from imports.report import Remark, Result
from imports.run import run

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from imports.recognise import Found

#: Remarks of a sort that are shown on screen; the report has them all.
SHOWN = 50
#: Seconds between two lines of progress where there is no terminal.
PAUSE = 10


class Command(BaseCommand):
    """Take in exchange files or public data sets (docs/imports.md)."""

    help = (
        "Takes in records from exchange files or public data sets, all of it or nothing, and says what became of each row. "
        "Safe to repeat: what is there already stays as it is, and an import that was stopped goes on."
    )

    _has_several_files = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the files and what to do with them."""
        parser.add_argument("path", help="A file, folder, zip or gzip; - reads standard input.")
        parser.add_argument(
            "--format",
            default="auto",
            help=f"{', '.join(formats())}; auto finds out, also for a folder of several data sets.",
        )
        parser.add_argument(
            "--source",
            default="",
            help="The source to cite, by slug, id or scheme:value; the data set's own when left out.",
        )
        parser.add_argument(
            "--publish", action="store_true", help="Publish what is new or changed."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Do all the work, then take it back."
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
            "--report",
            type=Path,
            help="Write all that there is to tell of rows to this file, as lines of JSON.",
        )
        parser.add_argument(
            "--reason",
            default="",
            help="Why, as told to the public in the revisions that are published.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and fail with a summary when anything was rejected."""
        del args
        terms = Terms(
            source=options["source"],
            publishes=options["publish"],
            is_partial=options["partial"],
            is_dry_run=options["dry_run"],
            withdraws=options["withdraw_vanished"],
            reason=options["reason"],
        )
        results = []
        try:
            with ExitStack() as stack:
                report = (
                    stack.enter_context(options["report"].open("wb")) if options["report"] else None
                )
                tree = stack.enter_context(_opened(options["path"]))
                self._has_several_files = len(tree.files) > 1
                found, unknown = find_formats(tree, options["format"])
                for folder in unknown:
                    self.stdout.write(f"{folder}: no data set that is known, left out")
                for left_out in tree.left_out:
                    self.stdout.write(f"{left_out.path}: {left_out.reason}")
                for each in found:
                    result = self._one(each, terms, options["path"])
                    results.append(result)
                    if report is not None:
                        report.writelines(result.lines())
                    self._show(result, is_one_of_several=len(found) > 1)
                    if not (result.is_done or terms.is_dry_run):
                        break
        except InputError as error:
            raise CommandError(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            reason = f"The database went away ({str(error).strip()}). Nothing is half-written: run the same command again."
            raise CommandError(reason) from error
        except OSError as error:
            raise CommandError(f"{error.filename or options['path']}: {error.strerror}.") from error
        if any(result.rows["rejected"] or not _is_good(result) for result in results):
            raise CommandError(_verdict(results))

    def _one(self, found: Found, terms: Terms, path: str) -> Result:
        batch = ImportBatch.objects.create(
            file_name=Path(path).name[:300] or "-",
            source_ref=terms.source,
            publishes=terms.publishes,
            is_partial=terms.is_partial,
            withdraws=terms.withdraws,
            reason=terms.reason,
        )
        progress = _Progress(found.name, self)
        try:
            return run(found, terms, by=None, batch=batch, progress=progress)
        finally:
            progress.close()

    def _show(self, result: Result, *, is_one_of_several: bool) -> None:
        for outcome in ("proposed", "near", "vanished", "warning"):
            self._list(result.of(outcome), self.stdout, is_cut=outcome != "proposed")
        self._list(result.of("not_published"), self.stderr)
        self._list(result.of("rejected"), self.stderr)
        if result.is_done or result.is_dry_run:
            start = "Dry run, nothing was written: " if result.is_dry_run else ""
            name = f"{result.dataset}: " if is_one_of_several or result.unit == "rows" else ""
            if not result.rows["rejected"]:
                self.stdout.write(f"{start}{name}{result.summary()}.")

    def _list(self, remarks: list[Remark], stream: Any, *, is_cut: bool = False) -> None:
        shown = 3 if is_cut else SHOWN
        for remark in remarks[:shown]:
            stream.write(remark.text(with_file=self._has_several_files))
        if len(remarks) > shown:
            stream.write(
                f"... and {len(remarks) - shown} more like this ({remarks[0].outcome}); --report FILE writes them all"
            )


class _Progress:
    """A bar on a terminal, else a line every ten seconds."""

    def __init__(self, name: str, command: Command) -> None:
        self._name = name
        self._command = command
        self._bar: Any = None
        self._stage = ""
        self._next = time.monotonic() + PAUSE

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show how far it is."""
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
        """Leave the terminal tidy."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _opened(path: str) -> Any:
    if path == "-":
        return open_stream(sys.stdin.buffer, "standard input")
    if not Path(path).exists():
        raise CommandError(f"there is no file {path}")
    return open_input(Path(path))


def _is_good(result: Result) -> bool:
    return not result.of("rejected") and not result.of("not_published")


def _verdict(results: list[Result]) -> str:
    bad = results[-1] if not results[-1].is_done else next(r for r in results if not _is_good(r))
    start = "Some rows were left out" if bad.is_done else "Nothing was written"
    before = (
        f" (before it were imported: {', '.join(r.dataset for r in results[:-1])})"
        if results[1:]
        else ""
    )
    name = f"{bad.dataset}: " if bad.unit == "rows" else ""
    return f"{start}: {name}{bad.summary()}{before}."
