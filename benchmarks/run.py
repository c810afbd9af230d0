"""Publish synthetic events, read and write them in many ways, and print what each costs.

    make bench                                 # 1,000,000 events in var/bench, kept for the next run
    make bench EVENTS=20000                    # a quick look
    make bench ARGS="--only reads,questions"   # some sections

The tables go to standard output in Markdown, progress to standard error. CPU time is that of the server's processes and
PostgreSQL together. Compare within one run only.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.databases import COPY, drop, running_server
from benchmarks.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterator

SECTIONS = (
    "publishing",
    "sizes",
    "reads",
    "combos",
    "pressure",
    "downloads",
    "one",
    "rename",
    "import",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--events",
        type=int,
        default=int(os.environ.get("EVENTS", "1000000")),
        help="how many events there are; what is measured on the way has a fifth of them (also EVENTS)",
    )
    parser.add_argument("--only", default="", help=f"sections, of {','.join(SECTIONS)}")
    parser.add_argument(
        "--question",
        default="",
        help="the question of the pressure test, instead of the dearest one",
    )
    parser.add_argument(
        "--minutes", type=float, default=5, help="how long the filter combinations may take"
    )
    parser.add_argument("--output", type=Path, help="a file for the tables, beside standard output")
    arguments = parser.parse_args()
    if arguments.events < 1_000:
        parser.error("A benchmark needs 1,000 events or more.")
    chosen = [name for name in arguments.only.split(",") if name] or list(SECTIONS)
    if unknown := set(chosen) - set(SECTIONS):
        parser.error(f"There is no section {', '.join(sorted(unknown))}.")
    with running_server():
        # Commands may take their time; servers have the limit of production.
        os.environ["DATABASE_STATEMENT_TIMEOUT"] = "0"
        report = []
        for part in measure(arguments, chosen):
            print(f"\n{part}", flush=True)
            report.append(part)
            if arguments.output:
                arguments.output.write_text("\n\n".join(report) + "\n")
        say("done")


def measure(arguments: argparse.Namespace, chosen: list[str]) -> Iterator[str]:
    """Yield the parts of the report. What reads comes before what writes, and what writes does so in a copy."""
    from benchmarks.fill import fill  # noqa: PLC0415 - the environment must be set first

    events = arguments.events
    drop(COPY)  # a run that was stopped may have left it
    published = fill(events)

    from benchmarks import combinations, downloads, pressure, reads, sizes, writes  # noqa: PLC0415 - needs Django

    if "publishing" in chosen:
        yield sizes.publishing(published)
    if "sizes" in chosen:
        yield sizes.bytes_per_event(events)
    if "reads" in chosen:
        yield from reads.measure(events)
    if "combos" in chosen:
        yield from combinations.measure(arguments.minutes)
    if "pressure" in chosen:
        yield from pressure.measure(arguments.question)
    if "downloads" in chosen:
        yield from downloads.measure(events)
    if {"one", "rename", "import"} & set(chosen):
        yield from writes.measure(events, chosen)


if __name__ == "__main__":
    main()
