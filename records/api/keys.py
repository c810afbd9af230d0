"""Keys of the API as requests carry them: `Authorization: Bearer chancery_…`."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from django.db import DatabaseError
from django.utils import timezone

from config.api.problems import Problem
from records.models import ApiKey
from records.models.api_key import digest_of

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)

#: Seconds for which a process believes what it read of a key: a revoked one is refused by all within a second.
FRESH_SECONDS = 0.5
#: Seconds after which a key that was not used is forgotten.
KEPT_SECONDS = 60
#: Seconds between two notes of when a key was used.
NOTED_SECONDS = 60
CHALLENGE = 'Bearer realm="chancery"'


@dataclass(slots=True)
class KnownKey:
    """A key that this process has seen lately."""

    pk: int
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: float  #: by the process's own clock
    noted_at: float = -NOTED_SECONDS


class Keys:
    """The keys that this process has seen lately, read anew all at once: whatever their number, two statements a second."""

    def __init__(self) -> None:
        self._known: dict[bytes, KnownKey] = {}
        self._read_at = 0.0
        self._lock = Lock()

    def owner_of(self, authorization: str) -> str:
        """Return the name under which the bearer is counted. Raises Problem `unauthenticated`."""
        scheme, _, token = authorization.partition(" ")
        digest = digest_of(token.strip()) if scheme.lower() == "bearer" else None
        key = self._find(digest) if digest is not None else None
        if key is None:
            raise _refused(
                "The key is not known here. Keys are sent as `Authorization: Bearer chancery_…`."
            )
        if key.revoked_at is not None:
            raise _refused("The key is revoked.")
        if key.expires_at is not None and key.expires_at <= timezone.now():
            raise _refused(f"The key expired at {key.expires_at:%Y-%m-%dT%H:%M:%SZ}.")
        return f"key {key.pk}"

    def _find(self, digest: bytes) -> KnownKey | None:
        now = time.monotonic()
        with self._lock:
            if now - self._read_at >= FRESH_SECONDS:
                self._known = {
                    each: key
                    for each, key in self._known.items()
                    if now - key.used_at < KEPT_SECONDS
                }
                self._read([*self._known, digest], now)
                self._read_at = now
                self._note(now)
            elif digest not in self._known:
                self._read([digest], now)
            key = self._known.get(digest)
            if key is not None:
                key.used_at = now
            return key

    def _read(self, digests: list[bytes], now: float) -> None:
        # In no order: the API's role may read no other columns.
        found_keys = ApiKey.objects.order_by().filter(digest__in=digests)
        rows = found_keys.values_list("digest", "pk", "expires_at", "revoked_at")
        found = {}
        for digest, pk, expires_at, revoked_at in rows:
            before = self._known.get(bytes(digest)) or KnownKey(pk, None, None, used_at=now)
            found[bytes(digest)] = replace(before, expires_at=expires_at, revoked_at=revoked_at)
        for digest in digests:
            self._known.pop(digest, None)
        self._known |= found

    def _note(self, now: float) -> None:
        """Write down, at most once a minute for each, which keys were used."""
        used = [key for key in self._known.values() if key.used_at - key.noted_at >= NOTED_SECONDS]
        if not used:
            return
        for key in used:
            key.noted_at = now
        try:
            ApiKey.objects.filter(pk__in=[key.pk for key in used], revoked_at=None).update(
                last_used_at=timezone.now()
            )
        except DatabaseError as error:  # read-only, perhaps: reading goes on
            logger.warning("When keys were used cannot be written: %s", str(error).strip())


def _refused(detail: str) -> Problem:
    return Problem(
        "unauthenticated",
        detail,
        headers={"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'},
    )
