"""Plant faults in a copy of the code, and see whether the tests notice: `python -m tests.guards.plant [words of a fault's name]`.

The copy is a temporary folder. One database (TEST_DATABASE) serves all faults but those of the schema, and is made by the first run,
which must pass: it runs the tests of all chosen faults on the code as it is. The command ends with 1 where a fault was not noticed, or
could not be planted.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.guards.faults import FAULTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.guards.faults import Fault

ROOT = Path(__file__).parents[2]
#: How long the tests of one fault may take: a lock that is missing may make them wait for ever.
SECONDS = 1_800


class CannotPlantError(Exception):
    """The code is not any more what a fault was written for."""


def main(words: Sequence[str], *, is_quick: bool) -> int:
    chosen = [fault for fault in FAULTS if all(word in fault.name for word in words)]
    if not chosen:
        sys.stderr.write("No fault has such a name.\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        _copy(copy)
        if not is_quick:
            tests = sorted({test for fault in chosen for test in fault.tests})
            passed, said = _run(copy, tests, "--reuse-db", "--create-db")
            if not passed:
                sys.stderr.write(f"The tests fail without any fault:\n{said}\n")
                return 1
        missed = [fault for fault in chosen if not _is_noticed(copy, fault)]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} faults noticed.")
    return 1 if missed else 0


def _copy(target: Path) -> None:
    """Copy what git knows of, as it stands; the environment is linked."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source = ROOT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)
    (target / ".venv").symlink_to((ROOT / ".venv").resolve())


def _is_noticed(copy: Path, fault: Fault) -> bool:
    """Plant the fault, run its tests, say what noticed it, and take it out again."""
    begun = time.monotonic()
    path = copy / fault.file
    text = path.read_text()
    if text.count(fault.old) != 1:
        msg = f"{fault.file} has {text.count(fault.old)} times, and not once, what “{fault.name}” changes."
        raise CannotPlantError(msg)
    path.write_text(text.replace(fault.old, fault.new))
    try:
        passed, said = _run(copy, fault.tests, "" if fault.is_in_schema else "--reuse-db")
    finally:
        path.write_text(text)
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
    verdict = "NOT NOTICED" if passed else f"noticed by {failed[0] if failed else said[-300:]}"
    more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
    print(f"{fault.name}: {verdict}{more} ({time.monotonic() - begun:.0f} s)", flush=True)
    return not passed


def _run(copy: Path, tests: Sequence[str], *database: str) -> tuple[bool, str]:
    """Run tests in the copy, until one fails; return whether all pass, and what was printed."""
    options = [*filter(None, database)]  # without any, the tests make a database of their own
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    name = environment.get("TEST_DATABASE", "test_chancery_planted")
    environment["TEST_DATABASE"] = name if options else f"{name}_schema"
    command = [".venv/bin/python", "-m", "pytest", "-q", "-x", "--tb=no", "-p", "no:cacheprovider"]
    try:
        done = subprocess.run(
            [*command, "-p", "no:randomly", *options, *tests],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False, "the tests, which never ended"
    return done.returncode == 0, done.stdout + done.stderr


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "words", nargs="*", help="Plant only faults with these words in their names."
    )
    parser.add_argument(
        "--quick", action="store_true", help="Leave out the run on the code as it is."
    )
    given = parser.parse_args()
    sys.exit(main(given.words, is_quick=given.quick))
