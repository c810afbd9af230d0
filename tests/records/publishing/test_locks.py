"""Locks are taken in one order, whatever the caller's."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from records.publishing.locks import hold
from records.publishing.publish import lock
from tests.factories.people import make_person, make_state
from tests.factories.records import make_source, make_topic


@pytest.mark.django_db
def test_records_are_locked_kind_by_kind_and_each_by_key() -> None:
    records = [make_person(), make_topic(), make_state(), make_source(), make_topic()]
    keys = {record.object_kind: [record.pk] for record in records}

    with CaptureQueriesContext(connection) as captured:
        hold(keys)
        lock(records)

    locking = [one["sql"] for one in captured if "FOR NO KEY UPDATE" in one["sql"]]
    tables = ["records_source", "records_topic", "people_state", "people_person"]
    assert [re.findall(r'FROM "(\w+)"', sql)[0] for sql in locking] == tables * 2
    # By the first column, which is the key, or by its name.
    by_key = re.compile(r'ORDER BY (1|\S*"id")( ASC)? FOR NO KEY UPDATE')
    assert [sql for sql in locking if not by_key.search(sql)] == []
