"""Set-up of the whole test suite: a database of its own, and no test left out unseen."""

import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management.commands import flush
from django.db import connections, transaction
from django.test import Client
from django.test import client as test_client
from hypothesis import HealthCheck, given
from hypothesis import settings as property_settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from config.db import embedded
from records.roles import ADMINISTRATOR, CONTRIBUTOR, PUBLISHER
from tests.factories.databases import copy_template, drop
from tests.factories.servers import copied, data_folder, prepared_in
from tests.factories.staff import logged_in
from tests.factories.story import load_story

# Processes that tests start read the bytecode that the first of them wrote, also where a container asks for none.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Importing it would open the pool of connections, which then keeps sessions and their settings from one test to another.
sys.modules["config.wsgi"] = None  # type: ignore[assignment] # so that an import is an error

# How long an example takes says more of the machine than of the code.
property_settings.register_profile(
    "chancery", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
property_settings.load_profile("chancery")


#: Modules that start processes: commands, the service, clients in other languages, browsers. The longest come first.
STARTING = (
    "test_accessibility_in_browser.py",
    "test_kills.py",
    "test_serve.py",
    "test_service.py",
    "test_workers.py",
    "test_clients.py",
    "test_in_browser.py",
    "test_boxes_in_browser.py",
    "test_draft_in_browser.py",
    "test_browser.py",
    "test_migrate.py",
    "test_pool.py",
    "test_lint.py",
)
#: Modules with the longest of those tests that compute. Again the longest come first.
COMPUTING = (
    "test_as_of_in_histories.py",
    "test_as_of_from_revisions.py",
    "test_ways.py",
    "test_counts.py",
    "test_every_combination.py",
    "test_side_by_side.py",
    "test_leaks.py",
    "test_timeline.py",
    "test_answers.py",
    "test_edtf_properties.py",
    "test_unmerge.py",
    "test_fuzz.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with long tests, so that no worker is left with one of them when the others are done.

    Each worker begins with its share of the list, and takes of the others' ends when it is through. The first one's begins with what
    starts processes: it prepares a database once, and the others compute while it waits. The last one's begins with what computes longest.
    """
    starting = sorted(_of(items, STARTING), key=lambda item: STARTING.index(item.path.name))
    computing = sorted(_of(items, COMPUTING), key=lambda item: COMPUTING.index(item.path.name))
    others = [item for item in items if item.path.name not in STARTING + COMPUTING]
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    before = max(0, len(items) - len(items) // workers - len(starting))
    items[:] = [*starting, *others[:before], *computing, *others[before:]]


def _of(items: list[pytest.Item], modules: tuple[str, ...]) -> list[pytest.Item]:
    return [item for item in items if item.path.name in modules]


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays until the end: it would read all that lives, each time that it looks at all.

    That is what there is before the first test, and what a look at all has left: pages, forms and templates that are made once.
    Commands that a test runs do the same meanwhile, and would have all of it looked at again when they are done.
    """
    _begin_drawing()
    gc.collect()
    gc.freeze()
    gc.callbacks.append(_freeze)
    gc.unfreeze = lambda: None


@property_settings(max_examples=1, database=None)
@given(st.none())
def _begin_drawing(nothing: None) -> None:
    """Have Hypothesis set up its random numbers: it asks the collector who refers to them, which says nothing of what is spared.

    Where the variable `CI` is set it does so with the first property test of a process, which failed.
    """


def _freeze(phase: str, seen: dict[str, int]) -> None:
    if phase == "stop" and seen["generation"] == 2:
        gc.freeze()


_making_template: list[subprocess.Popen[bytes]] = []


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let the database be made while the workers look for tests: the first of them would wait for it, and the others with it."""
    if worker := getattr(session.config, "workerinput", None):
        _load_share(session.config.args, int(worker["workerid"][2:]), worker["workercount"])
    if settings.EMBEDDED and getattr(session.config.option, "numprocesses", None):
        _making_template.append(
            subprocess.Popen(
                [sys.executable, "-m", "tests.factories.databases"], cwd=embedded.PROJECT
            )
        )


def _load_share(args: list[str], number: int, workers: int) -> None:
    """Load a share of the test modules before the others, where all are asked for.

    When pytest first loads a module it rewrites its assertions, and keeps the outcome. All workers look for tests in all modules, in the
    same order: in a new checkout each would rewrite them all.
    """
    tests = Path(__file__).parent
    if [Path(arg).resolve() for arg in args] == [tests]:
        for path in sorted(tests.rglob("test_*.py"))[number::workers]:
            import_module(".".join(path.relative_to(tests.parent).with_suffix("").parts))


def pytest_sessionfinish() -> None:
    """Collect the process that made the database, and stop the browser, if a test has started one."""
    for process in _making_template:
        process.wait()
        embedded.test_server().stop_if_unused()  # where no test needed it
    if browser := sys.modules.get("tests.factories.browser"):
        browser.stop_browser()


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Send the tests to the embedded test server, unless DATABASE_URL names a server.

    The database's name carries the process id, so that two runs at once do not meet; TEST_DATABASE gives one that is kept, and migrated
    rather than copied.
    """
    default = connections.settings["default"]
    default["TEST"]["NAME"] = os.environ.get("TEST_DATABASE", f"test_chancery_{os.getpid()}")
    if not settings.EMBEDDED:
        yield
        return
    server = embedded.test_server()
    server.hold()
    default.update(server.django_settings())
    if "TEST_DATABASE" not in os.environ:
        creation: Any = connections["default"].creation
        creation.create_test_db = lambda **_options: copy_template(
            connections["default"], default["TEST"]["NAME"]
        )
        creation._destroy_test_db = lambda name, _verbosity: drop(name)
    yield
    server.stop_if_unused()


@pytest.fixture(scope="session", autouse=True)
def no_rate_limits() -> Iterator[None]:
    """Let tests ask as often as they like; those of the limits set some."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "RATE_LIMIT_ANONYMOUS", 0)
        patch.setattr(settings, "RATE_LIMIT_KEYED", 0)
        yield


@pytest.fixture(scope="session", autouse=True)
def empty_tables_cheaply() -> Iterator[None]:
    """Empty the tables after a test with real transactions by DELETE: TRUNCATE makes new files for all of them.

    The history refuses deletions, so the triggers are off meanwhile. Permissions and groups stay: they are part of the
    schema rather than of a test. So nothing is left for what makes them after a migration, which takes as long as a test.
    """
    kept = {"django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}

    def sql_flush(_style: object, tables: Iterable[str], **_options: object) -> list[str]:
        statements = [
            "SET session_replication_role = replica",
            *(f'DELETE FROM "{table}"' for table in tables if table not in kept),  # noqa: S608
            "SET session_replication_role = DEFAULT",
        ]
        return ["; ".join(statements)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections["default"].ops, "sql_flush", sql_flush)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_now, **_options: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def remember_pages_only() -> Iterator[None]:
    """Let the test client keep what a page was made of, but no copy of it for each of its fields: a form has hundreds."""
    pieces = ("django/forms/", "admin/widgets/", "admin/includes/", "admin/edit_inline/")
    store = test_client.store_rendered_templates  # type: ignore[attr-defined]  # named nowhere but in its module

    def store_pages(*seen: Any, template: Any, **others: Any) -> None:
        if not (template.name or "").startswith(pieces):
            store(*seen, template=template, **others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(test_client, "store_rendered_templates", store_pages)
        yield


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what is marked `browser` where there is none."""
    if item.get_closest_marker("browser"):
        from tests.factories.browser import CHROMIUM  # noqa: PLC0415 - loading its driver takes time

        if CHROMIUM is None:
            pytest.skip(
                "No Chromium on this machine: apt-get install chromium-headless-shell, and this test runs too."
            )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn skipped tests into failures where none may be skipped (.ci/run sets the variable)."""
    report = yield
    if report.skipped and os.environ.get("CHANCERY_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} was skipped, and CHANCERY_NO_SKIPS is set: {report.longrepr}"
        )
    return report


@pytest.fixture(scope="module")
def module_transaction(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A transaction around all tests of a module, for records that are made once and only read; rolled back in the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def story(db: None) -> None:
    """Load what a newcomer sees: the reference data and the sample story."""
    load_story()


@pytest.fixture
def contributor(db: None) -> Client:
    """Somebody who edits."""
    return logged_in(CONTRIBUTOR)


@pytest.fixture
def publisher(db: None) -> Client:
    """Somebody who also publishes."""
    return logged_in(PUBLISHER)


@pytest.fixture
def administrator(db: None) -> Client:
    """Somebody who also looks after accounts."""
    return logged_in(ADMINISTRATOR)


@pytest.fixture
def var(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of the test's own; whatever runs in it is stopped afterwards."""
    with data_folder() as folder:
        monkeypatch.setenv("CHANCERY_VAR", str(folder))
        monkeypatch.delenv("DATABASE_URL", raising=False)
        yield folder


@pytest.fixture(scope="session")
def initialised() -> Iterator[Path]:
    """An empty database that has been initialised once, for tests to copy."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as top:
        Path(top).chmod(0o755)
        patch.setenv("CHANCERY_VAR", top)
        server = embedded.main_server()
        server.start()
        server.stop()
        yield server.folder


@pytest.fixture
def server(var: Path, initialised: Path) -> embedded.Server:
    """A server that has run before and is stopped now."""
    var.mkdir()
    copied(initialised, var)
    return embedded.main_server()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder on which the service has run before, with the sample story, for tests to copy."""
    own = tmp_path_factory.getbasetemp()
    return prepared_in(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture
def prepared_server(var: Path, prepared: Path) -> embedded.Server:
    """A server that is stopped now, on whose database the service has run before."""
    copied(prepared, var)
    return embedded.main_server()
