"""PostgreSQL looks at tables that have grown before anybody asks for what is in them."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.db import connection, transaction

from config.db.statistics import renew_statistics
from records.exchange.load import load
from records.publishing.publish import publish
from tests.factories.imports import ndjson, person
from tests.factories.records import make_source

pytestmark = pytest.mark.django_db(transaction=True)

PERSONS = 60


def known_rows(table: str) -> int:
    """How many rows the planner takes a table to have; -1 where nobody has looked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        return int(cursor.fetchone()[0])


def test_tables_that_changed_much_are_looked_at_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE grown AS SELECT generate_series(1, 500) AS number")
    try:
        with transaction.atomic():
            assert renew_statistics() == []
        assert known_rows("grown") == -1

        assert "grown" in renew_statistics()
        assert known_rows("grown") == 500
        assert renew_statistics() == []

        # A tenth more is not much.
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO grown SELECT generate_series(1, 90)")
            assert renew_statistics() == []
            cursor.execute("INSERT INTO grown SELECT generate_series(1, 20)")
            assert renew_statistics() == ["grown"]
            # What has lost all rows is soon filled again, or dropped.
            cursor.execute("DELETE FROM grown")
            assert renew_statistics() == []
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE grown")


def test_what_was_imported_is_known_when_it_is_public() -> None:
    publish(make_source(slug="atlas"), by=None)
    renew_statistics()

    report = load(
        BytesIO(ndjson(*[person(f"envoy-{number}") for number in range(PERSONS)])),
        by=None,
        publish=True,
    )

    assert report.published == PERSONS
    assert known_rows("people_person") == PERSONS
    assert known_rows("people_personedition") == PERSONS
    assert renew_statistics() == []
