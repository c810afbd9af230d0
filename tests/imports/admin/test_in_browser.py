"""An import in a real browser, its work in a process of its own: uploaded, looked at, imported, watched, reported and undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import Group, User
from django.db import connection

from imports.models import ImportBatch
from people.models import Person
from records.publishing.publish import publish
from records.roles import PUBLISHER
from tests.factories.browser import browser_page
from tests.factories.clicks import counted, demand_row
from tests.factories.imports import ndjson, person
from tests.factories.records import make_source

PERSONS = 40


def again(request: Any, page: Any) -> bool:
    """Whether a page asks for itself."""
    is_first = request.is_navigation_request() and request.redirected_from is None
    return bool(is_first and request.method == "GET" and request.url == page.url)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_file_is_imported_and_undone_in_the_browser(
    live_server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at = connection.settings_dict
    url = f"postgres://{at['USER']}@/{at['NAME']}?host={at['HOST']}"
    monkeypatch.setenv("DATABASE_URL", url)  # for the process that does the work
    user = User.objects.create_user("ada", password="a long pass phrase", is_staff=True)
    user.groups.add(Group.objects.get(name=PUBLISHER))
    publish(make_source(slug="atlas"), by=None)
    wrong, right = tmp_path / "wrong.ndjson", tmp_path / "people.ndjson"
    documents = [person(f"envoy-{n}") for n in range(PERSONS)]
    right.write_bytes(ndjson(*documents))
    documents[3] |= {"birth": "1735-13", "nmae": "Ann"}
    documents[7]["citations"] = [{"source": "no-such-source"}]
    wrong.write_bytes(ndjson(*documents))
    complaints: list[str] = []

    with browser_page(complaints) as page:
        count = counted(page)
        page.goto(f"{live_server.url}/admin/")
        page.fill("#id_username", "ada")
        page.fill("#id_password", "a long pass phrase")
        page.click("input[type=submit]")
        page.wait_for_selector("#waiting")
        count.restart()
        # A page at work loads itself again when it is done: how often depends on who is quicker.
        reloads: list[str] = []
        page.on("request", lambda asked: reloads.append(asked.url) if again(asked, page) else None)
        page.click("#content .model-importbatch a:not(.addlink)")
        page.click("text=Import a file")

        # The page shows everything that is wrong at once, and nothing can be imported.
        page.set_input_files("#id_file", wrong)
        page.click("input[value='Upload and check']")
        page.wait_for_selector(".badge-import-rejected")
        shown = page.inner_text(".report")
        assert all(word in shown for word in ("1735-13", "nmae", "no-such-source"))
        assert page.locator("input[value='Import and publish']").count() == 0
        with page.expect_download() as download:
            page.click("text=Download the report")
        report = [orjson.loads(line) for line in download.value.path().read_bytes().splitlines()]

        page.click(".breadcrumbs a[href='/admin/imports/importbatch/']")
        page.click("text=Import a file")
        page.set_input_files("#id_file", right)
        page.click("input[value='Upload and check']")
        page.wait_for_selector(".badge-import-checked")
        assert "Nothing is written yet" in page.inner_text("#content")
        assert page.request.get(f"{live_server.url}/api/v1/people/").json()["results"] == []

        page.click("input[value='Import and publish']")
        page.wait_for_selector(".badge-import-done")
        public = page.request.get(f"{live_server.url}/api/v1/people/").json()
        assert public["total"]["value"] == PERSONS
        page.click("text=Undo…")
        page.click("input[value='Undo the import']")
        page.wait_for_selector(".badge-import-undone")
        count.loads -= len(reloads)
        demand_row(9, count)
        public = page.request.get(f"{live_server.url}/api/v1/people/").json()
        assert public["results"] == []

    assert [(line["line"], line["field"], line["code"]) for line in report] == [
        (4, "/birth", "bad_date"),
        (4, "/nmae", "unknown_field"),
        (8, "/citations/0/source", "unknown_reference"),
    ]
    assert not Person.objects.exclude(editorial_state="withdrawn").exists()
    assert ImportBatch.objects.filter(status="undone").get().published == PERSONS
    assert complaints == []
