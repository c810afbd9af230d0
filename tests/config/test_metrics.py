"""`/metrics`: what is counted, what the database says, and that the dashboard and the alerts name nothing else."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import LazySettings
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from imports.models import ImportBatch
from records.models import Change
from records.publishing.publish import publish
from tests.factories.records import make_topic

# Asking for metrics gives the connection back to the pool.
pytestmark = pytest.mark.django_db(transaction=True)

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations"

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def measured(settings: LazySettings) -> Client:
    """A client of a service with METRICS on."""
    settings.MIDDLEWARE = ["config.metrics.MetricsMiddleware", *settings.MIDDLEWARE]
    return Client()


@pytest.fixture(autouse=True)
def snapshots(settings: LazySettings, tmp_path: Path) -> Path:
    settings.SNAPSHOTS_DIR = tmp_path / "snapshots"
    return tmp_path / "snapshots"


def samples(client: Client) -> Samples:
    response = client.get("/metrics")
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


def of(found: Samples, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


def test_there_are_none_unless_asked_for(client: Client) -> None:
    assert client.get("/metrics").status_code == 404


def test_requests_are_counted_by_route_status_and_format(measured: Client) -> None:
    topic = make_topic("mining")
    publish(topic, by=None)
    measured.get("/api/v1/topics/")
    for _ in range(3):
        measured.get("/api/v1/topics/mining/")
    etag = measured.get("/api/v1/topics/mining").headers["ETag"]
    measured.get(f"/api/v1/topics/{topic.pk}/", headers={"if-none-match": etag})
    measured.get("/api/v1/topics/nothing/")
    measured.get("/api/v1/topics/?stat=1")
    measured.get("/api/v1/docs/")
    measured.get("/wp-login.php")
    measured.get("/admin/records/topic/")
    measured.get("/healthz")

    found = samples(measured)

    counted = {
        (labels["route"], labels["status"], labels["format"]): value
        for (name, pairs), value in found.items()
        if name == "chancery_requests_total"
        for labels in [dict(pairs)]
    }
    assert counted == {
        ("topics-list", "200", "json"): 1,
        ("topics-list", "400", "problem"): 1,
        ("topics-detail", "200", "json"): 4,
        ("topics-detail", "304", "none"): 1,
        ("topics-detail", "404", "problem"): 1,
        ("docs", "200", "html"): 1,
        ("unmatched", "404", "html"): 1,
        ("desk", "302", "html"): 1,
    }
    assert of(found, "chancery_request_seconds_count", route="topics-detail") == 6
    assert 0 < of(found, "chancery_request_seconds_sum", route="topics-detail") < 60


def test_the_feed_the_database_and_imports_say_how_they_are(measured: Client) -> None:
    before = samples(measured)
    for _ in range(3):
        publish(make_topic(), by=None)
    sign_of_life = datetime(2026, 3, 1, 12, tzinfo=UTC)
    ImportBatch.objects.create(file_name="a", status="running", changed_at=datetime.now(UTC))
    ImportBatch.objects.create(file_name="b", status="running", changed_at=sign_of_life)
    ImportBatch.objects.create(file_name="c", status="done")

    found = samples(measured)

    assert of(before, "chancery_feed_position") == 0
    assert ("chancery_last_publication_timestamp_seconds", frozenset()) not in before
    assert ("chancery_import_heartbeat_timestamp_seconds", frozenset()) not in before
    newest = Change.objects.order_by("-position")[0]
    assert of(found, "chancery_feed_position") == newest.position
    at = of(found, "chancery_last_publication_timestamp_seconds")
    assert at == pytest.approx(newest.at.timestamp())
    assert of(found, "chancery_imports_at_work", status="running") == 2
    assert of(found, "chancery_imports_at_work", status="checking") == 0
    heartbeat = of(found, "chancery_import_heartbeat_timestamp_seconds")
    assert heartbeat == sign_of_life.timestamp()
    assert of(found, "chancery_database_up") == 1
    assert of(found, "chancery_database_connections", state="active") >= 1
    assert of(found, "chancery_database_pool_size") == 2 * 16


def test_requests_are_shown_without_a_database(
    measured: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable() -> None:
        raise OperationalError("no answer")

    measured.get("/api/v1/docs/")
    monkeypatch.setattr("records.metrics.feed", unreachable)

    found = samples(measured)

    assert of(found, "chancery_database_up") == 0
    assert of(found, "chancery_requests_total", route="docs", status="200", format="html") == 1


def test_the_last_snapshot_says_when_it_was_finished(
    measured: Client, snapshots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "chancery_last_snapshot_timestamp_seconds"
    assert (name, frozenset()) not in samples(measured)
    publish(make_topic(), by=None)
    for _ in range(2):
        call_command("snapshot", verbosity=0)
    manifest = json.loads((snapshots / "latest" / "manifest.json").read_text())

    def unreachable() -> None:
        raise OperationalError("no answer")

    monkeypatch.setattr("config.metrics.database", unreachable)

    found = samples(measured)

    assert of(found, name) == pytest.approx(datetime.fromisoformat(manifest["made_at"]).timestamp())
    assert of(found, "chancery_database_up") == 0


# The dashboard and the alerts


def expressions() -> list[str]:
    dashboard = json.loads((OPERATIONS / "dashboard.json").read_text())
    shown = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = yaml.safe_load((OPERATIONS / "alerts.yaml").read_text())["groups"][0]["rules"]
    return shown + [rule["expr"] for rule in rules]


def test_the_dashboard_and_the_alerts_name_metrics_and_labels_that_exist(measured: Client) -> None:
    publish(make_topic(), by=None)
    call_command("snapshot", verbosity=0)
    measured.get("/api/v1/topics/")
    ImportBatch.objects.create(file_name="a", status="running")
    labels: dict[str, set[str]] = {}
    for name, pairs in samples(measured):
        labels.setdefault(name, set()).update(dict(pairs))

    used: dict[str, set[str]] = {}
    for expression in expressions():
        names = re.findall(r"\b(chancery_\w+)(?:\{([^}]*)\})?", expression)
        grouped = re.findall(r"\bby \(([^)]*)\)", expression)
        for name, chosen in names:
            asked = set(re.findall(r"(\w+)=", chosen))
            asked |= {each.strip() for each in ",".join(grouped).split(",") if each.strip()}
            used.setdefault(name, set()).update(asked)
        assert names, expression
        assert expression.count("(") == expression.count(")")

    assert {name: asked - labels.get(name, {"no such metric"}) for name, asked in used.items()} == {
        name: set() for name in used
    }
    assert used.keys() <= labels.keys()
    # And all there is, is shown: the rest are what a histogram and a counter have besides.
    families = {re.sub(r"_(bucket|count|sum|created)$", "", name) for name in labels}
    families -= {
        "chancery_requests",
        "chancery_database_up",
        "chancery_import_heartbeat_timestamp_seconds",
    }
    assert families <= {re.sub(r"_bucket$", "", name) for name in used}


def test_alerts_say_for_how_long_how_badly_and_what_to_do() -> None:
    rules: list[dict[str, Any]] = yaml.safe_load((OPERATIONS / "alerts.yaml").read_text())[
        "groups"
    ][0]["rules"]

    assert [rule["alert"] for rule in rules] == [
        "ChanceryAnswersWithErrors",
        "ChanceryDatabaseUnreachable",
        "ChanceryImportStuck",
        "ChancerySnapshotOld",
    ]
    page = (OPERATIONS.parent / "operations.md").read_text()
    for rule in rules:
        assert rule["for"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"].keys() == {"summary", "description"}
        assert f"`{rule['alert']}`" in page
