"""Keys with which programs ask the API: for a higher rate limit, and so that their operators can be reached."""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from records.constraints import plain_text

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User

#: An owner's live keys: the one in use, and the next one while programs change over.
PLACES = (1, 2)
_SECRET_BYTES = 32
_TOKEN = re.compile(r"chancery_([0-9a-f]{8})_[A-Za-z0-9_-]{43}", re.ASCII)


def digest_of(token: str) -> bytes | None:
    """Return what is stored of a key; None for what was never one of ours.

    Plain SHA-256: 256 random bits cannot be guessed, so that a slow hash would protect nothing.
    """
    return sha256(token.encode()).digest() if _TOKEN.fullmatch(token) else None


@plain_text
class ApiKey(models.Model):
    """A key of the API. The key itself is shown once, when it is made, and never stored."""

    #: What the role of the API may do with the table (config/db/api_role.py).
    api_may: ClassVar[tuple[str, ...]] = (
        "SELECT (id, digest, expires_at, revoked_at)",
        "UPDATE (last_used_at)",
    )

    owner = models.CharField(
        max_length=100, help_text="Whose key it is: a person or an organization that can be asked."
    )
    label = models.CharField(max_length=100, blank=True, help_text="What it is used for.")
    prefix = models.CharField(
        max_length=8, help_text="The part of the key by which it can be recognised; no secret."
    )
    digest = models.BinaryField(max_length=32, help_text="SHA-256 of the key.")
    place = models.PositiveSmallIntegerField(
        null=True, help_text="Which of its owner's two live keys it is; empty once it is revoked."
    )
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="From when it is refused (UTC). Empty: never."
    )
    last_used_at = models.DateTimeField(
        null=True, help_text="When it was last used, to the minute."
    )
    revoked_at = models.DateTimeField(null=True, help_text="Since when it is refused.")
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "API key"
        default_permissions = ("view", "add", "change")
        ordering: ClassVar[list[str]] = ["-made_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["prefix"], name="api_key_prefix_is_its_own"),
            models.UniqueConstraint(fields=["digest"], name="api_key_digest_is_its_own"),
            models.CheckConstraint(
                condition=Q(place__in=PLACES), name="api_key_place_is_one_of_two"
            ),
            models.UniqueConstraint(
                Lower("owner"),
                F("place"),
                name="api_key_owner_has_at_most_two_live",
                violation_error_message="This owner has two live keys already. Revoke one of them first.",
            ),
            models.CheckConstraint(
                condition=Q(place__isnull=False, revoked_at=None)
                | Q(place=None, revoked_at__isnull=False),
                name="api_key_has_a_place_until_it_is_revoked",
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("made_at")),
                name="api_key_expires_after_it_is_made",
                violation_error_message="The key must expire in the future.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… of {self.owner}"

    @classmethod
    def make(
        cls, *, owner: str, label: str = "", expires_at: datetime | None = None, by: User | None
    ) -> tuple[Self, str]:
        """Make a key and return it with its text, which nobody can read again.

        Expired keys of the owner give their places up. Raises ValidationError where the owner has two live keys.
        """
        prefix = secrets.token_hex(4)
        token = f"chancery_{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        now = timezone.now()
        key = cls(
            owner=owner,
            label=label,
            prefix=prefix,
            digest=digest_of(token),
            made_at=now,
            made_by=by,
            expires_at=expires_at,
        )
        try:
            with transaction.atomic():
                live = cls.objects.filter(owner__iexact=owner, revoked_at=None)
                live.filter(expires_at__lte=now).update(place=None, revoked_at=F("expires_at"))
                taken = set(live.values_list("place", flat=True))
                key.place = next((place for place in PLACES if place not in taken), PLACES[0])
                key.save()
        except IntegrityError as error:
            broken = {each.name: each for each in cls._meta.constraints}
            name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
            if name not in broken:
                raise
            raise ValidationError(broken[name].get_violation_error_message()) from error
        return key, token

    def revoke(self, *, by: User | None) -> None:
        """Have it refused from now on, by every process within a second. A revoked key stays as it was revoked."""
        ApiKey.objects.filter(pk=self.pk, revoked_at=None).update(
            place=None, revoked_at=timezone.now(), revoked_by=by
        )
        self.refresh_from_db()
