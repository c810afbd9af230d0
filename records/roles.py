"""Who may do what at the desk: four groups, each with the permissions of the one before and more."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

from records.models import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.apps.registry import Apps

CONTRIBUTOR = "contributor"  #: writes, edits, and deletes what was never published
REVIEWER = "reviewer"  #: also reviews: takes, sends back and approves what others submit
PUBLISHER = "publisher"  #: also publishes, withdraws, restores and merges
ADMINISTRATOR = "administrator"  #: also looks after accounts, locked-out log-ins, keys of the API and lists that others saved

_EDITING = ("view", "add", "change", "delete")


def keep_roles(*, apps: Apps = installed, **_signal: Any) -> None:
    """Make the groups, or set their permissions to exactly those that they have here.

    Called after every `migrate`, and after every flush of a test database: permissions are rows that exist only then.
    That is why this is a signal's receiver, as is `config.db.api_role.keep_role`, and not a data migration. An installation that
    needs other permissions adds a group of its own.
    """
    try:
        groups = apps.get_model("auth", "Group").objects
        permissions = apps.get_model("auth", "Permission").objects
    except LookupError:
        return  # the accounts' own tables are being removed
    for config in installed.get_app_configs():
        # Django makes the permissions of each app after its own signal; here all are needed at the first.
        create_permissions(config, verbosity=0, apps=apps)
    found = {
        (permission.content_type.app_label, permission.codename): permission
        for permission in permissions.select_related("content_type")
    }
    for role, rights in rights_of_roles().items():
        group, _made = groups.get_or_create(name=role)
        group.permissions.set(found[right] for right in rights if right in found)


def roles_with(right: str) -> str:
    """Return the roles that have a right (`people.publish_person`), in words; nothing where none has it."""
    app, _, codename = right.partition(".")
    names = [role for role, rights in _rights().items() if (app, codename) in rights]
    return f"the role {' or '.join(names)}" if names else ""


@cache
def _rights() -> dict[str, set[tuple[str, str]]]:
    return rights_of_roles()


def rights_of_roles() -> dict[str, set[tuple[str, str]]]:
    edits = {(app, f"{verb}_{name}") for app, name in _record_models() for verb in _EDITING}
    edits |= {(app, f"view_{name}") for app, name in _looked_up_models()}
    edits |= {("records", f"{verb}_possibleduplicate") for verb in ("view", "change")}
    edits |= {
        (config.label, right)
        for config in installed.get_app_configs()
        for right in getattr(config, "contributor_rights", ())
    }
    reviews = edits | {(app, f"review_{name}") for app, name in _record_models()}
    publishes = reviews | {(app, f"publish_{name}") for app, name in _record_models()}
    accounts = {("auth", f"{verb}_{name}") for name in ("user", "group") for verb in _EDITING}
    lock_outs = {("axes", f"{verb}_accessattempt") for verb in ("view", "delete")}
    keys = {("records", f"{verb}_apikey") for verb in ("view", "add", "change")}
    lists = {("records", "delete_savedlist")}
    return {
        CONTRIBUTOR: edits,
        REVIEWER: reviews,
        PUBLISHER: publishes,
        ADMINISTRATOR: publishes | accounts | lock_outs | keys | lists,
    }


def _record_models() -> Iterator[tuple[str, str]]:
    for model in installed.get_models():
        if issubclass(model, Record):
            yield model._meta.app_label, str(model._meta.model_name)


def _looked_up_models() -> Iterator[tuple[str, str]]:
    """Reference tables beside the records, which no one edits at the desk (currencies)."""
    ours = {app for app, _name in _record_models()}
    for model in installed.get_models():
        if model._meta.app_label in ours and tuple(model._meta.default_permissions) == ("view",):
            yield model._meta.app_label, str(model._meta.model_name)
