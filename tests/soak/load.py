"""The clients that read and write while the service is disturbed: readers, a copy that follows the feed, the desk, log-ins, publishers, imports."""

from __future__ import annotations

import http.client
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from contextlib import suppress
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson

from config.db import embedded
from tests.factories.copies import Copy
from tests.factories.imports import ndjson
from tests.factories.servers import clean_environment
from tests.soak.ledger import MARK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.soak.ledger import Ledger

#: Longer than the service's own limits.
TIMEOUT = 40
#: Seconds after which a client tries again that got none.
PAUSE_AFTER_CUT = 0.5
PATHS = (
    "/api/v1/events/",
    "/api/v1/events/?state=pakistan&page_size=10",
    "/api/v1/events/?search=visit",
    "/api/v1/events/?date_after=1910&date_before=1990",
    "/api/v1/events/counts/?by=year",
    "/api/v1/timeline/?state=pakistan",
    "/api/v1/people/",
    "/api/v1/topics/",
    "/api/v1/changes/?after=0&page_size=50",
    "/api/v1/autocomplete/?q=pak",
    "/api/v1/states/PK/",
)


class Cut(Exception):  # noqa: N818 - it is expected: something was killed
    """No answer came, or a 503 that says to come back."""


class Client:
    """A client of the service that keeps cookies."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.cookies: SimpleCookie = SimpleCookie()

    def ask(
        self, path: str, form: Mapping[str, Any] | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body. Raises Cut."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)
        body = None
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v.value}" for k, v in self.cookies.items())
        if form is not None:
            body = urlencode(form, doseq=True)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request("POST" if form is not None else "GET", path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Cut("no answer") from error
        finally:
            connection.close()
        if answer.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
            raise Cut("answered 503")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies.load(value)
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, content

    def log_in(self, name: str, password: str) -> str:
        """Return what went wrong; nothing where it did not. Raises Cut."""
        self.cookies.clear()
        self.ask("/admin/login/")
        token = self.cookies["csrftoken"].value
        form = {"username": name, "password": password, "csrfmiddlewaretoken": token}
        status, _headers, page = self.ask("/admin/login/", form)
        said = re.search(r'class="errornote">(.*?)</p>', page.decode(), re.DOTALL)
        return (
            ""
            if status == http.HTTPStatus.FOUND
            else f"{status} {said[1] if said else page[:200]!r}"
        )


class Load(threading.Thread, ABC):
    """A thread that does one thing again and again until it is stopped, and counts how that ended."""

    pause = 0.05

    def __init__(self, name: str, port: int) -> None:
        super().__init__(name=name, daemon=True)
        self.client = Client(port)
        self.outcomes: Counter[str] = Counter()
        self.faults: list[str] = []  #: what must not happen, whatever is killed
        self._told_to_end = threading.Event()

    @abstractmethod
    def once(self) -> str:
        """Do it once; return the outcome. Raises Cut."""

    def run(self) -> None:
        while not self._told_to_end.wait(self.pause):
            try:
                self.outcomes[self.once()] += 1
            except Cut as cut:
                self.outcomes[str(cut)] += 1
                self._told_to_end.wait(PAUSE_AFTER_CUT)
            except Exception as error:  # noqa: BLE001 - the thread must live on, and the table says what it was
                self.fault(f"{type(error).__name__}: {error}")

    def fault(self, what: str) -> str:
        self.faults.append(f"{self.name}: {what}"[:400])
        return "fault"

    def end(self) -> None:
        self._told_to_end.set()


class Reader(Load):
    """Asks for pages, and looks whether what it gets is whole."""

    pause = 0.02

    def once(self) -> str:
        path = random.choice(PATHS)  # noqa: S311 - no secret
        status, _headers, body = self.client.ask(path)
        if status != http.HTTPStatus.OK:
            return self.fault(f"{path} answered {status}: {body[:200]!r}")
        document = orjson.loads(body)
        for record in document.get("results", []):
            if record.get("slug", "").startswith("soak-") and record["object"] == "event":
                marks = {
                    record["title"],
                    record["summary"],
                    *(part["name_as_given"] for part in record["participations"]),
                }
                if len(marks) != 1:
                    return self.fault(f"{path}: {record['slug']} is torn: {sorted(marks)}")
        return "answered"


class Follower(Load):
    """Keeps a copy that follows the change feed."""

    pause = 0.2

    def __init__(self, port: int, key: str) -> None:
        super().__init__("follower", port)
        self._key = key
        self.copy = Copy(page_size=100, ask=self._body)

    def once(self) -> str:
        self.copy.step()
        return "pages"

    def _body(self, path: str) -> bytes:
        status, _headers, body = self.client.ask(path, Authorization=f"Bearer {self._key}")
        if status != http.HTTPStatus.OK:
            msg = f"{path} answered {status}"
            raise ValueError(msg)
        return body


class LogIns(Load):
    """Logs in."""

    pause = 1.0

    def __init__(self, port: int, name: str, password: str) -> None:
        super().__init__("log-ins", port)
        self._account = name, password

    def once(self) -> str:
        refusal = self.client.log_in(*self._account)
        return self.fault(f"the right password was refused: {refusal}") if refusal else "let in"


class Desk(Load):
    """Saves topics in the forms of the desk, and publishes them."""

    pause = 0.1

    def __init__(
        self, port: int, account: tuple[str, str], topics: list[str], ledger: Ledger
    ) -> None:
        super().__init__(f"desk {account[0]}", port)
        self._account, self._topics, self._ledger = account, topics, ledger
        self._number = 0
        self._is_in = False

    def once(self) -> str:
        if not self._is_in:
            refusal = self.client.log_in(*self._account)
            self._is_in = not refusal
            return self.fault(f"refused: {refusal}") if refusal else "log-ins"
        self._number += 1
        key = self._topics[self._number % len(self._topics)]
        path = f"/admin/records/topic/{key}/change/"
        status, _headers, page = self.client.ask(path)
        if status == http.HTTPStatus.FOUND:
            self._is_in = False
            return "logged out"
        if status != http.HTTPStatus.OK:
            return self.fault(f"{path} answered {status}: {page[:200]!r}")
        form = Form.of(page.decode())
        form["label"] = MARK.format(self._number)
        is_published = self._number % 3 == 0
        form |= {"_publish": "1", "_nature": "correction"} if is_published else {"_save": "1"}
        status, _headers, page = self.client.ask(path, form)
        if status == http.HTTPStatus.FOUND:
            self._ledger.note("saved", key, self._number)
            if is_published:
                self._ledger.note("published", key, self._number)
            return "saved"
        if status == http.HTTPStatus.OK:  # with what was wrong
            return "refused"
        return self.fault(f"POST {path} answered {status}: {page[:200]!r}")


class Form(HTMLParser):
    """Reads the fields of a page's form as a browser would send them, buttons apart."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, Any] = {}
        self._in_form = False
        self._select = self._area = ""

    @classmethod
    def of(cls, page: str) -> dict[str, Any]:
        form = cls()
        form.feed(page)
        return form.fields

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name = has.get("name") or ""
        if tag == "form":
            self._in_form = (has.get("id") or "").endswith("_form")
        elif not self._in_form or (not name and tag != "option") or "disabled" in has:
            return
        elif tag == "input" and has.get("type") not in {"submit", "button", "image", "file"}:
            if has.get("type") not in {"checkbox", "radio"} or "checked" in has:
                self.fields[name] = has.get("value") or ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in has:
            self.fields[self._select] = has.get("value") or ""
        elif tag == "textarea":
            self._area = name
            self.fields[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data.removeprefix("\n")


class Processes(Load):
    """Keeps one process at work, which may be killed and is started again."""

    def __init__(self, name: str, port: int, ledger: Ledger) -> None:
        super().__init__(name, port)
        self.ledger = ledger
        self.process: subprocess.Popen[str] | None = None
        self.acknowledged = 0
        self._is_killed = False

    def begin(self, *command: str) -> subprocess.Popen[str]:
        self._is_killed = False
        self.process = subprocess.Popen(
            [sys.executable, *command], cwd=embedded.PROJECT, text=True, start_new_session=True,
            env={**clean_environment(), "CHANCERY_VAR": os.environ["CHANCERY_VAR"]},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        return self.process

    def kill(self) -> bool:
        """Kill the process, if one is at work."""
        if self.process is None or self.process.poll() is not None:
            return False
        self._is_killed = True
        self.process.kill()
        return True

    def end(self) -> None:
        super().end()
        self.kill()


class Publisher(Processes):
    """A process that edits and publishes: `tests.soak.writer`."""

    def __init__(self, name: str, port: int, ledger: Ledger) -> None:
        super().__init__(name, port, ledger)
        self._generation = 0
        self.has_written = False  #: since its process was started

    def once(self) -> str:
        self._generation += 1
        self.has_written = False
        process = self.begin("-m", "tests.soak.writer", self.name, str(self._generation * 100_000))
        assert process.stdout
        for line in process.stdout:
            # The last line of one that was killed may have been written in part.
            words = line.split() if line.endswith("\n") else []
            if len(words) != 3:
                continue
            deed, key, number = words
            if deed != "failed":
                self.ledger.note(deed, key, int(number))
                self.acknowledged += 1
                self.has_written = True
            self.outcomes[deed] += 1
        complaint = process.stderr.read() if process.stderr else ""
        if process.wait() and not self._is_killed:
            return self.fault(f"ended by itself: {complaint[-300:]}")
        return "processes"


class Importer(Processes):
    """A process that imports a file and publishes it; one that was stopped imports the same file again."""

    ROWS = 150

    def __init__(self, name: str, port: int, ledger: Ledger) -> None:
        super().__init__(name, port, ledger)
        self._number = 0

    def once(self) -> str:
        self._number += 1
        slugs = [f"soak-{self.name}-{self._number}-{row}" for row in range(self.ROWS)]
        cited = {"citations": [{"source": "soak-source"}]}
        persons = [{"object": "person", "slug": slug, "name": slug, **cited} for slug in slugs]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "persons.ndjson"
            path.write_bytes(ndjson(*persons))
            while not self._told_to_end.is_set():
                process = self.begin("manage.py", "import", str(path), "--publish")
                output, complaint = process.communicate()
                if process.returncode == 0:
                    self.ledger.note_import(slugs)
                    self.acknowledged += 1
                    return "imports"
                if "Traceback" in complaint and not self._is_killed:
                    return self.fault(f"{complaint[-300:]}{output[-100:]}")
                self.outcomes["stopped"] += 1
                time.sleep(0.5)
        return "given up"


class Backups(Processes):
    """Writes dumps, each with what had been acknowledged before it was begun. The last one that was finished is kept."""

    pause = 20.0

    def __init__(self, port: int, ledger: Ledger, folder: Path) -> None:
        super().__init__("backups", port, ledger)
        self._folder = folder
        self._number = 0
        self.last: tuple[Path, Path] | None = None  #: a dump, and the ledger as it was before

    def once(self) -> str:
        self._number += 1
        dump, ledger = (self._folder / f"{self._number}.{end}" for end in ("dump", "ledger"))
        self.ledger.write(ledger)
        process = self.begin("manage.py", "backup", str(dump))
        _output, complaint = process.communicate()
        if process.returncode == 0:
            if self.last is not None:
                for path in self.last:
                    path.unlink()
            self.last = dump, ledger
            return "backups"
        if self._is_killed:
            return "killed at the end"
        # PostgreSQL was killed meanwhile: it says so in a line, and leaves no file that could be taken for a dump.
        if "Traceback" in complaint or dump.exists():
            return self.fault(f"{complaint[-300:]}")
        return "stopped"


def finish(loads: list[Load]) -> None:
    """End all, and wait for them."""
    for load in loads:
        load.end()
    for load in loads:
        with suppress(RuntimeError):
            load.join(TIMEOUT * 2)
