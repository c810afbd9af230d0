"""Questions to the API, and what it answers."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client


def get(client: Client, address: str, status: int = 200) -> dict[str, Any]:
    """Return the answer to an address below /api/v1/, which must have that status."""
    response = client.get(f"/api/v1/{address}")
    content: dict[str, Any] = json.loads(response.content)
    assert response.status_code == status, content
    return content


def slugs(client: Client, address: str) -> list[str]:
    """Return the slugs of the records that a list shows."""
    return [document["slug"] for document in get(client, address)["results"]]
