"""Pages of a resource: the envelope, its links, and walking through them."""

import json
from itertools import pairwise

import pytest

from records.curation import publish
from tests.factories.records import make_source, make_topic

pytestmark = pytest.mark.django_db


def get(client, address, **headers):
    response = client.get(address, headers=headers)
    return response, json.loads(response.content)


def test_a_list_is_an_envelope_around_stored_documents(client):
    minerals = make_topic("critical-minerals")
    (edition,) = publish(minerals, by=None)

    response, content = get(client, "/api/v1/topics/")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert list(content) == ["results", "next", "previous", "total"]
    assert content == {
        "results": [json.loads(edition.document)],
        "next": None,
        "previous": None,
        "total": {"value": 1, "relation": "eq"},
    }
    assert edition.document.encode() in response.content
