"""Records with many parts."""

from __future__ import annotations

import time
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.models import AgreementAction, AgreementParty
from tests.factories.agreements import make_agreement
from tests.factories.people import make_state
from tests.records.admin.filling import address, filled, prefix_of


def test_treaty(publisher: Client) -> None:
    agreement = make_agreement("A treaty")
    parties = AgreementParty.objects.bulk_create(
        AgreementParty(agreement=agreement, state=make_state(f"State {n:03}")) for n in range(182)
    )
    AgreementAction.objects.bulk_create(
        AgreementAction(agreement=agreement, party=p, kind=k, date=d)
        for p in parties
        for k, d in (("signature", "2015-12-12"), ("ratification", "2016-11-04"))
    )
    publisher.get(address(agreement))
    t = time.process_time()
    with CaptureQueriesContext(connection) as c:
        page = publisher.get(address(agreement))
    import pathlib; pathlib.Path("/tmp/grid/page.html").write_bytes(page.content)
    print("GET", len(c), time.process_time() - t, len(page.content))
    import pstats, cProfile; DO=0
    pass
    pass
    pass
    t = time.process_time()
    for i in range(5): publisher.get(address(agreement))
    print("GET 5", (time.process_time() - t)/5)
    page = publisher.get(address(agreement) + f"?parties-open={parties[100].pk}&_one=parties")
    pathlib.Path("/tmp/grid/one.html").write_bytes(page.content)
    page = publisher.get(address(agreement) + f"?parties-open={parties[100].pk}")
    data = filled(page)
    print(len(data), [k for k in data if k.startswith("parties")])
    data["parties-0-role"] = "guarantor"
    t = time.process_time()
    with CaptureQueriesContext(connection) as c:
        page = publisher.post(address(agreement), data)
    print("POST", page.status_code, len(c), time.process_time() - t)
    if page.status_code == 200:
        print(page.context["errors"])
    import os
    if os.environ.get("SHOWQ"):
        for q in c.captured_queries: print(q["sql"][-200:])
