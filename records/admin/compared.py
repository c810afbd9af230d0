"""The rows of a comparison as HTML. A treaty has a row for each party and each action, and a template for each value takes long."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from django.utils.safestring import mark_safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.utils.safestring import SafeString

    from records.admin.readable import Group, Row, Value

#: What stands before the word that says how a row differs.
SIGNS = {"added": "+", "removed": "−", "changed": "≠"}  # noqa: RUF001 - a minus
#: The element of what differs, on the left and on the right.
OLD, NEW = "del", "ins"


def pair_html(groups: Iterable[Group], left: str, right: str, *, only_changes: bool) -> SafeString:
    """Return the rows of two versions with these titles, with what differs marked."""
    sides = f'<td data-side="{escape(left)}">', f'<td data-side="{escape(right)}">'
    return mark_safe(  # noqa: S308 - its texts are escaped one by one
        "\n".join(
            f"<tr{_class(row)}>{heading}"
            f"{sides[0]}{_values(row.left, OLD)}</td>{sides[1]}{_values(row.right, NEW)}</td>"
            f'<td class="mark">{_mark(row)}</td></tr>'
            for heading, row in _numbered(groups)
            if row.mark or not only_changes
        )
    )


def single_html(groups: Iterable[Group], *, is_left: bool) -> SafeString:
    """Return the rows of one version that is compared with nothing."""
    return mark_safe(  # noqa: S308 - its texts are escaped one by one
        "\n".join(
            f"<tr>{heading}<td>{_values(row.left if is_left else row.right)}</td></tr>"
            for heading, row in _numbered(groups)
        )
    )


def _numbered(groups: Iterable[Group]) -> Iterator[tuple[str, Row]]:
    for group in groups:
        name = escape(group.name)
        for number, row in enumerate(group.rows, 1):
            item = f' <span class="number">{number}</span>' if row.is_item else ""
            yield f'<th scope="row">{name}{item}</th>', row


def _class(row: Row) -> str:
    return f' class="{row.mark}"' if row.mark else ""


def _mark(row: Row) -> str:
    return f'<span aria-hidden="true">{SIGNS[row.mark]}</span> {row.mark}' if row.mark else ""


def _values(values: Sequence[Value], marked_by: str = "") -> str:
    return "".join(_value(value, marked_by) for value in values)


def _value(value: Value, marked_by: str) -> str:
    name = f'<span class="name">{escape(value.name)}</span> ' if value.name else ""
    if marked_by and value.pieces:
        text = "".join(
            f"<{marked_by}>{escape(piece)}</{marked_by}>" if differs else escape(piece)
            for piece, differs in value.pieces
        )
    else:
        text = escape(value.text)
    return f'<span class="value">{name}{text}</span>'
