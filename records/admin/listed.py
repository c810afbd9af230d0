"""Records that name the one in the form: listed there with links, edited on their own pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.admin.utils import display_for_field, label_for_field
from django.urls import reverse

from records.badges import BADGE, badge_html

if TYPE_CHECKING:
    from records.models import Record

#: A form shows so many; the rest is behind a link to the list.
LISTED = 25


@dataclass(frozen=True)
class Listed:
    """A table of the records of one kind whose `named_by` names the record in the form."""

    title: str
    model: type[Record]
    named_by: str
    columns: tuple[str, ...]  #: after the label, which is the first column
    related: tuple[str, ...] = ()  #: relations that labels and columns show

    def about(self, record: Any) -> dict[str, Any]:
        """Return the table for a record, in one query."""
        opts = self.model._meta
        rows = self.model._default_manager.filter(**{self.named_by: record}).select_related(
            *self.related
        )
        found: list[Any] = list(rows.annotate(badge=BADGE)[: LISTED + 1])
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
                for row in found[:LISTED]
            ],
            "is_cut": len(found) > LISTED,
            "all": f"{reverse(f'{name}_changelist')}?{self.named_by}__id__exact={record.pk}",
            "add": f"{reverse(f'{name}_add')}?{self.named_by}={record.pk}",
        }


def _cell(row: Any, column: str) -> str:
    field = row._meta.get_field(column)
    return display_for_field(getattr(row, column), field, "")
