"""Who else may do something: every refusal ends with that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from records.models import Record

#: Names that a refusal lists.
SHOWN = 5
_BACKEND = "django.contrib.auth.backends.ModelBackend"


def able(
    verb: str, model: type[Record], *, other_than: Collection[int | None] = ()
) -> QuerySet[User]:
    """Return the active members of staff who may do something with a kind of record, superusers among them."""
    opts = model._meta
    users: QuerySet[User] = get_user_model().objects.with_perm(
        f"{opts.app_label}.{verb}_{opts.model_name}", backend=_BACKEND
    )
    others = users.filter(is_staff=True).exclude(pk__in=[key for key in other_than if key])
    return others.order_by("username")


def who_can(verb: str, model: type[Record], *, other_than: Collection[int | None] = ()) -> str:
    """Say whom to ask."""
    names = [name_of(user) for user in able(verb, model, other_than=other_than)[: SHOWN + 1]]
    if not names:
        what = model._meta.verbose_name_plural
        return f"Nobody else may {verb} {what}: ask an administrator to give somebody that right."
    more = " or another" if len(names) > SHOWN else ""
    return f"Ask {' or '.join(names[:SHOWN])}{more}."


def name_of(user: User | None) -> str:
    """Return what people call an account."""
    return "somebody" if user is None else user.get_full_name() or user.get_username()
