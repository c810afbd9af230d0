"""The choices of a merge: of each fact in which the two differ, which is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import ForeignKey

from records.admin.boxes import labels_of
from records.admin.history import text_of
from records.publishing.facts import columns_of_fact
from records.publishing.merge import facts_to_choose

if TYPE_CHECKING:
    from django.http import HttpRequest

    from records.publishing.merge import Fact

#: Says that the page had the choices, so that none chosen means that nothing is taken.
DECIDED = "_decided"


@dataclass(frozen=True)
class Choice:
    """One fact, as the page offers it."""

    field: str  #: the name of its buttons
    name: str
    title: str
    kept: str
    gone: str
    is_taken: bool
    is_list: bool


def is_decided(request: HttpRequest) -> bool:
    """Whether the page had the choices."""
    return DECIDED in request.POST


def taken_from(request: HttpRequest, loser: Any) -> set[str] | None:
    """Return the names of the facts that are taken from a loser; None where nobody was asked."""
    if not is_decided(request):
        return None
    opening = f"take-{loser.pk}-"
    return {
        name.removeprefix(opening)
        for name, value in request.POST.items()
        if name.startswith(opening) and value == "yes"
    }


def choices_of(
    request: HttpRequest, site: Any, loser: Any, survivor: Any, filled: set[str]
) -> list[Choice]:
    """Return the facts in which two records differ. What the survivor lacks is taken, of the first that has it: `filled` has those."""
    facts = facts_to_choose(loser, survivor)
    said = taken_from(request, loser)
    labels = _labels(site, type(loser), [loser, survivor])
    choices = []
    for fact in facts:
        by_default = fact.fills_blank and fact.name not in filled
        if by_default:
            filled.add(fact.name)
        choices.append(
            Choice(
                f"take-{loser.pk}-{fact.name}",
                fact.name,
                fact.title,
                _shown(fact, survivor, fact.kept, labels),
                _shown(fact, loser, fact.gone, labels),
                by_default if said is None else fact.name in said,
                fact.table is not None,
            )
        )
    return choices


def _shown(fact: Fact, record: Any, values: tuple[Any, ...], labels: Any) -> str:
    """Return what a record says of a fact, in words."""
    if fact.table is not None:
        return "; ".join(map(str, values))
    model = type(record)
    columns = columns_of_fact(model, fact.name)
    if len(columns) > 1:
        date = getattr(record, fact.name)
        return f"{date}: {date.meaning()}" if date.edtf else date.meaning() if date else ""
    (name,) = columns
    field = next(each for each in model._meta.concrete_fields if each.attname == name)
    return text_of(field, record, labels)


def _labels(site: Any, model: Any, records: list[Any]) -> dict[Any, dict[str, str]]:
    """Return the labels of the records that these name."""
    found: dict[Any, dict[str, str]] = {}
    for each in model._meta.concrete_fields:
        if isinstance(each, ForeignKey) and site.is_registered(each.remote_field.model):
            keys = {str(key) for record in records if (key := getattr(record, each.attname))}
            if keys:
                labels = labels_of(site, each.remote_field.model, keys, plain=True)
                found.setdefault(each.remote_field.model, {}).update(labels)
    return found
