"""A new record is added once, however often its form is sent: the form brings the id that the record gets.

A double click, a page that is sent again after *Back* or a crash, and a second tab with the same form find the record there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core import signing
from django.utils.html import format_html

from records.admin.publishing import address_of
from records.identity import new_id

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from records.models import Record

#: The field of the form.
NEW = "_new"
_SALT = "records.admin.once"


def ticket_for(model: type[Record]) -> str:
    """Return the id of a record to be added, signed: nobody chooses one."""
    return signing.dumps([model.object_kind, new_id().hex], salt=_SALT)


def id_on(ticket: str, model: type[Record]) -> UUID | None:
    """Return the id that a form brings; None where it brings none of ours for the kind."""
    try:
        kind, key = signing.loads(ticket, salt=_SALT)
    except signing.BadSignature:
        return None
    return UUID(key) if kind == model.object_kind else None


def added_already(key: UUID | None, model: type[Record]) -> SafeString | None:
    """Say which record a form has added already; None where it has added none."""
    record: Any = model._default_manager.filter(pk=key).first() if key else None
    if record is None:
        return None
    return format_html(
        'This form was sent before, and added “<a href="{}">{}</a>”. Save it again only if you want another one.',
        address_of(record),
        record,
    )
