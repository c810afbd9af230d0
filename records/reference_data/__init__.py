"""Reference data: rows that ship with the project, one file per model: `<app>/reference_data/<plural of the model>.ndjson`.

Lines are in the exchange form (docs/exchange.md). Those of a plain list that is no kind of record, as the currencies, hold
the fields of its model. States and currencies follow standards: an `update.py` beside the file says which. Topics and event
types are the project's own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction

from records.exchange.load import load
from records.models import Record
from records.publishing.batches import publish_in_batches
from records.registry import kind_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import Model


@dataclass(frozen=True)
class Loaded:
    """Result of loading one file."""

    what: str  #: plural, as in "states"
    created: int
    unchanged: int


def reference_models() -> list[type[Model]]:
    # Settings list an app after those that it builds on.
    return [model for model in apps.get_models() if _file(model).exists()]


def reference_rows(model: type[Model]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _file(model).read_text(encoding="utf-8").splitlines()]


def load_all(labels: Collection[str] = ()) -> list[Loaded]:
    """Create and publish what is missing of the apps with these labels, or of every app.

    A row that exists, known by its slug or code, belongs to the desk: it is neither changed nor published again. So a
    second run changes nothing, and whatever a curator changes, removes or withdraws stays so.
    """
    return [
        _load(model)
        for model in reference_models()
        if not labels or model._meta.app_label in labels
    ]


def _file(model: type[Model]) -> Path:
    folder = Path(apps.get_app_config(model._meta.app_label).path, "reference_data")
    return folder / f"{_plural(model).replace(' ', '-')}.ndjson"


def _plural(model: type[Model]) -> str:
    return str(model._meta.verbose_name_plural)


@transaction.atomic
def _load(model: type[Model]) -> Loaded:
    """Create and publish the missing rows of one file: all or none."""
    rows = reference_rows(model)
    missing = rows
    for key in {"slug", "code"} & rows[0].keys():
        known = set(model._default_manager.values_list(key, flat=True))
        missing = [row for row in missing if row[key] not in known]
    if issubclass(model, Record):
        _create_records(model, missing)
    else:
        model._default_manager.bulk_create(
            model(**{name: value for name, value in row.items() if name != "object"})
            for row in missing
        )
    return Loaded(_plural(model), created=len(missing), unchanged=len(rows) - len(missing))


def _create_records(model: type[Record], rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    lines = "\n".join(json.dumps(row) for row in rows)
    report = load(BytesIO(lines.encode()), by=None, reason="Reference data")
    if report.count("created") != len(rows):
        # Another record of the desk may have a code that is in the file.
        wrong = [str(rejection) for rejection in report.rejections]
        raise ValidationError(wrong or f"Other {_plural(model)} have codes of the reference data.")
    slugs = [row["slug"] for row in rows]
    keys = model._default_manager.filter(slug__in=slugs).values_list("pk", flat=True)
    # In one batch, since they name each other. A record below one that is withdrawn is refused and stays a draft.
    for _batch in publish_in_batches(kind_of(model), keys, by=None, size=len(rows)):
        pass
