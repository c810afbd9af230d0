"""Rows pasted from a spreadsheet: what is understood, what is not and why, and that the form's own save writes them."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client
from django.urls import reverse

from agreements.models import Agreement
from tests.factories.agreements import make_action, make_agreement, make_party
from tests.factories.people import make_state


def preview(client: Client, record: Any, member: str, **asked: Any) -> Any:
    opts = record._meta
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_paste", args=[member])
    answer = client.post(address, {"record": record.pk, "data": json.dumps(asked)})
    return answer.status_code, answer.json()


def test_x(contributor: Client) -> None:
    kenya = make_state("Kenya", alpha_2="KE")
    make_state("France", alpha_2="FR")
    agreement = make_agreement("A treaty")
    text = "State\tSigned\tRatified\tFoo\nKenya\t22 Apr 2016\t4/10/2016\tx\nFrnce\t22/04/2016\t5 Oct 2016 AA\nNowhere\tsoon\t2016-13-01"
    status, told = preview(contributor, agreement, "parties", text=text)
    print(status, json.dumps(told, indent=1))
