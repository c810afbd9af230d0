"""Tables of the records that refer to the one in the form: shown there with links, edited on their own pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.admin.utils import display_for_field, label_for_field
from django.urls import reverse

from records.badges import BADGE, badge_html

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from records.models import Record

#: Rows that a table shows; a link leads to the list with all of them.
SHOWN = 25


@dataclass(frozen=True)
class RelatedTable:
    """A table of the records of one kind whose `foreign_key` names the record in the form."""

    title: str
    model: type[Record]
    foreign_key: str
    columns: tuple[str, ...]  #: after the label, which is the first column
    related: tuple[str, ...] = ()  #: foreign keys that labels and columns show

    def rows_of(self, record: Any) -> QuerySet[Any]:
        """Return the records that name one."""
        rows: QuerySet[Any] = self.model._default_manager.filter(**{self.foreign_key: record})
        return rows

    def shown_for(self, record: Any, *, is_empty: bool = False) -> dict[str, Any]:
        """Return what the template shows for a record: one query, and none where it is known to be empty."""
        opts = self.model._meta
        rows = self.rows_of(record).select_related(*self.related).annotate(badge=BADGE)
        found: list[Any] = [] if is_empty else list(rows[: SHOWN + 1])
        name = f"admin:{opts.app_label}_{opts.model_name}"
        return {
            "title": self.title,
            "kind": opts.verbose_name,
            "headings": [label_for_field(column, self.model) for column in self.columns],
            "rows": [
                {
                    "label": str(row),
                    "address": reverse(f"{name}_change", args=[row.pk]),
                    "cells": [_cell(row, column) for column in self.columns],
                    "badge": badge_html(row.badge),
                }
                for row in found[:SHOWN]
            ],
            "is_cut": len(found) > SHOWN,
            "all": f"{reverse(f'{name}_changelist')}?{self.foreign_key}__id__exact={record.pk}",
            "add": f"{reverse(f'{name}_add')}?{self.foreign_key}={record.pk}",
        }


def _cell(row: Any, column: str) -> str:
    return display_for_field(getattr(row, column), row._meta.get_field(column), "")
