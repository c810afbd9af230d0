"""Lists of the desk answer what the API answers, once all is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from records.lists import ask
from records.publishing.previews import bring_up_to_date
from records.registry import all_kinds, filters_of, kind_named

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db


def public(kind: Any, query: dict[str, str]) -> set[str]:
    found: set[str] = set()
    address = f"/api/v1/{kind.resource}/?{urlencode({**query, 'page_size': 200, 'fields': 'id'})}"
    while address:
        answer = Client().get(address).json()
        assert "results" in answer, answer
        found.update(each["id"] for each in answer["results"])
        address = answer["next"]
    return found


def test_x(story: None) -> None:
    q = {"state": "PK"}
    kind = kind_named("event")
    a = public(kind, q)
    asked = ask(kind, q.items())
    assert not asked.faults
    assert {str(k) for k in asked.filtered(kind.model.objects.all()).values_list("pk", flat=True)} == a
    for k in all_kinds():
        k.model.objects.update(curators_note="x")
    assert bring_up_to_date() == 0
    assert {str(k) for k in asked.filtered(kind.model.objects.all()).values_list("pk", flat=True)} == a
    print(len(a))
