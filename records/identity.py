"""How records are named: time-ordered ids and plain slugs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from anyascii import anyascii
from django.utils.text import slugify
from uuid6 import uuid7

if TYPE_CHECKING:
    from django.db.models import Model

SLUG_LENGTH = 120


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562, section 5.7): unique, and ordered by time of making."""
    return UUID(bytes=uuid7().bytes)


@lru_cache(maxsize=20_000)
def id_of_text(text: str) -> UUID:
    """Return the id that is written so. The same ids come again and again in a batch, and making one takes a while."""
    return UUID(text)


def free_slug(model: type[Model], text: str) -> str:
    """Return a slug made of `text` that no record of this kind has yet (`ishaq-dar`, `ishaq-dar-2`)."""
    base = slugify(anyascii(text))[: SLUG_LENGTH - 6].strip("-") or str(model._meta.model_name)
    taken = set(
        model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True),
    )
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"
