"""Reads a page's forms as a browser would, so that a test can change what it wants and send all of it."""

from __future__ import annotations

import json
from typing import Any

from django.urls import reverse


def address(record: Any, page: str = "change") -> str:
    """Return the address of a page of the desk: of a record, or of a model (`add`, `changelist`)."""
    opts = record._meta
    args = [] if isinstance(record, type) else [record.pk]
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=args)


def filled(response: Any) -> dict[str, Any]:
    """Return what the browser would send for the form as it stands."""
    data: dict[str, Any] = {}
    _take(data, response.context["adminform"].form)
    for inline in response.context["inline_admin_formsets"]:
        _take(data, inline.formset.management_form)
        for form in inline.formset.forms:
            _take(data, form)
    data["_warned"] = response.context["warned"]
    original = response.context.get("original")
    if original is not None:
        data["_seen"] = original.written_at.isoformat()
        data["_was"] = response.context["was"]
    elif "new" in response.context:
        data["_new"] = response.context["new"]
    return data


def agreed(response: Any) -> dict[str, Any]:
    """Return what the browser would send of the records that the page would publish: what they are, and as what they were shown."""
    shown = response.context["dependencies"]
    return {
        "_also": [str(link["key"]) for link in shown["also"]],
        "_shown": shown["fingerprints"],
    }


def decided(response: Any) -> dict[str, Any]:
    """Return what the browser would send of a merge as the page proposes it."""
    mergers = response.context["mergers"]
    choices = {
        choice.field: "yes" if choice.is_taken else "no"
        for merger in mergers
        for choice in merger["facts"]
    }
    return {"_decided": "1", "_shown": " ".join(each["seen"] for each in mergers), **choices}


def merge_at_desk(client: Any, record: Any, **data: str) -> Any:
    """Look at a merge and confirm it as the page proposes it; return the answer."""
    there = address(record, "merge")
    page = client.post(there, data | {"_preview": "1"})
    return client.post(there, data | decided(page) | {"_confirm": "1"})


def prefix_of(response: Any, model: Any) -> str:
    """Return the prefix of an inline's fields."""
    (prefix,) = [
        inline.formset.prefix
        for inline in response.context["inline_admin_formsets"]
        if inline.formset.model is model
    ]
    return str(prefix)


def add_row(data: dict[str, Any], prefix: str, **fields: Any) -> int:
    """Add a row to an inline, as its "Add another" does; return its number."""
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    data[f"{prefix}-TOTAL_FORMS"] = number + 1
    data.update({f"{prefix}-{number}-{name}": value for name, value in fields.items()})
    return number


def add_pasted(data: dict[str, Any], preview: Any) -> None:
    """Add what an answer to a pasted text makes, as the page does: lines with hidden fields."""
    for row in preview["rows"]:
        for new in row["makes"] or ():
            labels = {name: [label] for name, _value, label in new["fields"]}
            packed = json.dumps({"cells": new["cells"], "labels": labels})
            fields = {name: value for name, value, _label in new["fields"]}
            add_row(data, new["member"], **fields, _packed=packed)


def errors_of(response: Any) -> list[str]:
    """Return every error on the page."""
    found = list(response.context["errors"])
    return [
        str(error) for group in found for error in (group if isinstance(group, list) else [group])
    ]


def _take(data: dict[str, Any], form: Any) -> None:
    for bound in form:
        value = bound.value()
        if value is None or value is False:
            continue
        if isinstance(value, list | tuple):
            data[bound.html_name] = [str(each) for each in value]
        else:
            data[bound.html_name] = "on" if value is True else str(value)
