"""What is there in a restored database of what was acknowledged before the dump was begun: `python -m tests.soak.restored LEDGER`.

It prints what is wrong, as a list in JSON.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import django
import orjson

from tests.factories.servers import clean_environment, data_folder


def wrongs_of(dump: Path, ledger: Path) -> list[str]:
    """Restore a dump into a database of its own, where its tables are compared with its manifest, and look for what the ledger says."""
    with data_folder() as var:
        environment = {**clean_environment(), "CHANCERY_VAR": str(var)}
        for command in (
            ("manage.py", "restore", str(dump)),
            # As after a stop: what was under way is finished by this.
            ("manage.py", "propagate_labels"),
            ("-m", "tests.soak.restored", str(ledger)),
        ):
            done = subprocess.run(
                [sys.executable, *command], env=environment, check=False, capture_output=True
            )
            if done.returncode:
                return [f"{command[1]}: {done.stderr.decode()[-300:]}"]
    found: list[str] = orjson.loads(done.stdout)
    return found


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()

    from tests.soak.invariants import all_invariants  # noqa: PLC0415 - Django must be set up
    from tests.soak.ledger import Ledger, compare  # noqa: PLC0415
    from tests.soak.recomputed import differences  # noqa: PLC0415

    verdict = compare(Ledger.read(Path(sys.argv[1])))
    found = [
        *verdict.lost,
        *verdict.torn,
        *(f"{each.name} {row}" for each in all_invariants() for row in each.broken()),
        *map(str, differences()),
    ]
    sys.stdout.buffer.write(orjson.dumps(found))


if __name__ == "__main__":
    main()
