"""Load the service for a while, kill what it is made of meanwhile, and see whether it kept what it promised.

    make soak                       # 30 minutes
    make soak MINUTES=5
    make soak ARGS="--kills 200"    # until so many kills have been survived, one a second, if that is sooner
    make soak ARGS="--migration"    # no kills: 10,000 requests at half load while a migration changes their table

The service runs as `make run` starts it, on a database of its own that is removed afterwards. The table goes to standard
output; the exit code is 0 if all of it holds. See docs/soak.md.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.factories.servers import (
    clean_environment,
    data_folder,
    free_port,
    serving,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.factories.servers import Service
    from tests.soak.kills import Kills
    from tests.soak.ledger import Ledger
    from tests.soak.load import Backups, Follower, Load

READERS, PUBLISHERS, IMPORTERS, TOPICS = 3, 3, 2, 6
#: Seconds between two kills, at most: of a run that counts minutes, and of one that counts kills.
PAUSES = {"minutes": 8.0, "kills": 1.0}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("MINUTES") or 30))
    parser.add_argument(
        "--kills", type=int, default=0, help="end after so many kills, if that is sooner"
    )
    parser.add_argument("--migration", action="store_true", help="migrate under traffic instead")
    arguments = parser.parse_args()
    os.environ.pop("DATABASE_URL", None)
    # What is started again finds its modules compiled, as it does elsewhere.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["WORKERS"] = "2"
    port = free_port()
    with data_folder() as var, tempfile.TemporaryDirectory() as folder:
        os.environ["CHANCERY_VAR"] = str(var)
        log = Path(folder) / "service.log"
        try:
            with serving(port, log, CHANCERY_VAR=str(var), WORKERS="2") as service:
                service.wait_for(
                    "/readyz", seconds=600
                )  # the first start loads what ships with the project
                is_good = soak(service, arguments, Path(folder))
        finally:
            _show_errors(log)
    sys.exit(0 if is_good else 1)


def soak(service: Service, arguments: argparse.Namespace, folder: Path) -> bool:
    import django  # noqa: PLC0415 - the environment must be set first

    django.setup()

    from tests.soak.kills import Kills  # noqa: PLC0415 - Django must be set up
    from tests.soak.ledger import Ledger  # noqa: PLC0415
    from tests.soak.load import Backups, Follower, Importer, Publisher, finish  # noqa: PLC0415

    ledger = Ledger()
    accounts, key, topics = _furnish()
    if arguments.migration:
        from tests.soak.migration import try_migration  # noqa: PLC0415 - Django must be set up

        return try_migration(service, ledger)
    follower = Follower(service.port, key)
    backups = Backups(service.port, ledger, folder)
    publishers = [
        Publisher(f"publisher-{number}", service.port, ledger) for number in range(PUBLISHERS)
    ]
    importers = [
        Importer(f"importer-{number}", service.port, ledger) for number in range(IMPORTERS)
    ]
    loads: list[Load] = [
        follower, backups, *publishers, *importers,
        *_others(service.port, accounts, topics, ledger),
    ]  # fmt: skip
    kills = Kills(service, publishers, importers)
    for load in loads:
        load.start()
    _disturb(kills, arguments, ledger)
    finish(loads)
    return _report(service, loads, kills, ledger, follower, backups, accounts, key)


def _others(
    port: int, accounts: dict[str, str], topics: list[list[str]], ledger: Ledger
) -> list[Load]:
    from tests.soak.load import Desk, LogIns, Reader  # noqa: PLC0415 - Django must be set up

    (first, *others) = accounts.items()
    return [
        *(Reader(f"reader {number}", port) for number in range(READERS)),
        LogIns(port, *first),
        *(Desk(port, one, own, ledger) for one, own in zip(others, topics, strict=True)),
    ]


def _furnish() -> tuple[dict[str, str], str, list[list[str]]]:
    """Make accounts, a key, and what the load needs to be there; return passwords by name, the key, and the topics of each desk."""
    from django.contrib.auth.models import Group, User  # noqa: PLC0415 - Django must be set up

    from records.models import ApiKey, Source, Topic  # noqa: PLC0415
    from records.publishing.publish import publish  # noqa: PLC0415
    from records.roles import PUBLISHER  # noqa: PLC0415

    accounts = {}
    for name in ("soak-publisher", "soak-desk-0", "soak-desk-1"):
        accounts[name] = secrets.token_urlsafe(12)
        user = User.objects.create_user(name, password=accounts[name], is_staff=True)
        user.groups.add(Group.objects.get(name=PUBLISHER))
    _key, token = ApiKey.make(owner="Soak", by=None)
    source = Source.objects.create(slug="soak-source", kind="news", title="Soak")
    publish(source, by=None)
    topics = [
        [
            str(Topic.objects.create(slug=slug, code=slug, label="Round 0").pk)
            for number in range(TOPICS)
            for slug in [f"soak-desk-{desk}-{number}"]
        ]
        for desk in range(2)
    ]
    return accounts, token, topics


def _disturb(kills: Kills, arguments: argparse.Namespace, ledger: Ledger) -> None:
    pause = PAUSES["kills" if arguments.kills else "minutes"]
    end = time.monotonic() + arguments.minutes * 60
    said = time.monotonic()
    while time.monotonic() < end and not 0 < arguments.kills <= kills.count:
        time.sleep(random.uniform(0.2, pause))  # noqa: S311 - no secret
        kills.once()
        if time.monotonic() > said + 30:
            said = time.monotonic()
            print(f"{kills.count} kills, {ledger.counts().total()} writes", file=sys.stderr)


def _report(  # noqa: PLR0917 - all that is reported on
    service: Service,
    loads: list[Load],
    kills: Kills,
    ledger: Ledger,
    follower: Follower,
    backups: Backups,
    accounts: dict[str, str],
    key: str,
) -> bool:
    """Print what was done and what came of it; return whether all is as it must be."""
    from django.db import connections  # noqa: PLC0415 - Django must be set up

    from tests.soak.invariants import SHOWN, all_invariants  # noqa: PLC0415 - Django must be set up
    from tests.soak.ledger import compare  # noqa: PLC0415
    from tests.soak.recomputed import differences  # noqa: PLC0415
    from tests.soak.restored import wrongs_of  # noqa: PLC0415

    service.wait_for("/readyz")
    connections.close_all()  # the server was killed meanwhile
    # As docs/soak.md says: what a stopped process left is finished by this.
    subprocess.run(
        [sys.executable, "manage.py", "propagate_labels"], check=True, capture_output=True,
        env={**clean_environment(), "CHANCERY_VAR": os.environ["CHANCERY_VAR"]},
    )  # fmt: skip
    print("\n| Load | outcomes |\n|---|---|")
    for load in loads:
        print(f"| {load.name} | {_counts(load.outcomes)} |")
    print("\n| Killed | times | back after, median | longest |\n|---|---|---|---|")
    for name, seconds in sorted(kills.seconds.items()):
        print(
            f"| {name} | {len(seconds)} | {statistics.median(seconds):.1f} s | {max(seconds):.1f} s |"
        )
    print(f"\n{kills.count} kills. Acknowledged writes: {_counts(ledger.counts())}.", flush=True)
    verdict = compare(ledger)
    broken: dict[str, list[Any]] = {
        "No client saw anything but answers, refusals and interruptions.": [
            fault for load in loads for fault in load.faults
        ],
        "All that was killed came back within a minute.": kills.faults,
        "No acknowledged write is lost.": verdict.lost,
        "No write is there in part.": verdict.torn,
    }
    checks: dict[str, Callable[[], list[Any]]] = {
        "A copy that followed the feed has all that is public, and missed no position.": (
            lambda: _of_copy(follower)
        ),
        "Accounts and keys are there.": lambda: _of_accounts(service, accounts, key),
        "A backup that was made meanwhile is restored, and has what was acknowledged before it.": (
            lambda: wrongs_of(*backups.last) if backups.last else ["none was made"]
        ),
        **{each.name: each.broken for each in all_invariants()},
        "All that is kept beside editions is what their documents say.": differences,
    }
    for name, check in checks.items():
        try:
            broken[name] = check()
        except Exception as error:  # noqa: BLE001 - the other checks are to be seen too
            broken[name] = [f"not checked: {type(error).__name__}: {error}"]
    print("\n| Must hold | broken by |\n|---|---|")
    for name, rows in broken.items():
        print(f"| {name} | {len(rows)} |")
    for name, rows in broken.items():
        for row in rows[:SHOWN]:
            print(f"BROKEN: {name} {row}")
    is_good = not any(broken.values())
    print("\nGreen: all of it holds." if is_good else "\nRed.")
    return is_good


def _counts(counter: Any) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in counter.most_common()) or "none"


def _of_copy(follower: Follower) -> list[str]:
    from records.models import Change  # noqa: PLC0415 - Django must be set up
    from tests.factories.copies import current  # noqa: PLC0415

    follower.copy.follow()
    positions = list(Change.objects.order_by("position").values_list("position", flat=True))
    found = []
    # A page that was read and not kept, for its documents could not be loaded, is read again.
    if sorted(set(follower.copy.seen)) != positions:
        found.append("positions were missed")
    public = current()
    found += [
        f"{key} differs"
        for key in public.keys() | follower.copy.documents.keys()
        if public.get(key) != follower.copy.documents.get(key)
    ]
    return found


def _of_accounts(service: Service, accounts: dict[str, str], key: str) -> list[str]:
    from tests.soak.load import Client  # noqa: PLC0415 - Django must be set up

    client = Client(service.port)
    found = [name for name, password in accounts.items() if client.log_in(name, password)]
    status, headers, _body = Client(service.port).ask(
        "/api/v1/states/PK/", Authorization=f"Bearer {key}"
    )
    return found if status == 200 else [*found, f"the key: {status} {headers}"]


def _show_errors(log: Path) -> None:
    """Show how often the service's log ends a traceback with what, and its last lines."""
    lines = log.read_text(errors="replace").splitlines()
    errors: list[str] = []
    for number, line in enumerate(lines):
        if line.startswith("Traceback"):
            rest = (each for each in lines[number + 1 :] if each[:1] not in {"", " "})
            errors.append(next(rest, "")[:200])
        elif errors and line.startswith(
            ("During handling of the above", "The above exception was")
        ):
            errors.pop()  # the last of a chain counts
    for text, number in Counter(errors).most_common(10):
        print(f"log: {number} x {text}", file=sys.stderr)
    for line in lines[-3:]:
        print(f"log: {line[:300]}", file=sys.stderr)


if __name__ == "__main__":
    main()
