"""What is odd about an agreement but possible."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agreements.effects import SIGNING
from agreements.models import ActionKind, AgreementForm, AgreementLinkKind

if TYPE_CHECKING:
    from datetime import date

    from agreements.models import Agreement, AgreementAction


def warnings_of(agreement: Agreement) -> list[str]:
    """Return the warnings for the form of an agreement (queries the database)."""
    actions = list(agreement.actions.select_related("party__state", "party__organization"))
    return [
        *_entry_before_signature(actions),
        *_effect_before_action(actions),
        *_several_expiries(actions),
        *_ended_parties(agreement, actions),
        *_currencies_out_of_use(agreement, actions),
        *_package_size(agreement),
    ]


def _signed(actions: list[AgreementAction]) -> list[AgreementAction]:
    return [action for action in actions if action.kind in SIGNING]


def _first_signature(actions: list[AgreementAction]) -> tuple[date | None, date | None]:
    """Bounds of the first signature."""
    earliest = [action.date.earliest for action in _signed(actions)]
    latest = [action.date.latest for action in _signed(actions) if action.date.latest]
    return min((day for day in earliest if day), default=None) if all(earliest) else None, min(
        latest, default=None
    )


def _entry_before_signature(actions: list[AgreementAction]) -> Iterator[str]:
    signed, _latest = _first_signature(actions)
    for action in actions:
        entry = action.effective_date or action.date
        if (
            action.kind == ActionKind.ENTRY_INTO_FORCE
            and signed
            and entry.latest
            and entry.latest < signed
        ):
            yield f"It entered into force ({entry}) before anybody signed it."
            return


def _effect_before_action(actions: list[AgreementAction]) -> Iterator[str]:
    for action in actions:
        done, effect = action.date.earliest, action.effective_date.latest
        if done and effect and effect < done:
            yield f"{action} took effect ({action.effective_date}) before it was done."


def _several_expiries(actions: list[AgreementAction]) -> Iterator[str]:
    expiries = [
        action for action in actions if action.kind == ActionKind.EXPIRY and action.party is None
    ]
    if len(expiries) > 1:
        days = ", ".join(str(action.effective_date or action.date) for action in expiries)
        yield f"It expires more than once ({days}): after an extension, keep only the expiry that holds now."


def _ended_parties(agreement: Agreement, actions: list[AgreementAction]) -> Iterator[str]:
    earliest, _latest = _first_signature(actions)
    for party in agreement.parties.select_related("state", "organization"):
        actor = party.state or party.organization
        if actor is None or actor.end.latest is None:
            continue
        if earliest and actor.end.latest < earliest:
            yield f"{actor} ended ({actor.end}) before the agreement was signed."
        else:
            yield f"{actor} ended ({actor.end}): record what happened to its participation in the agreement."


def _currencies_out_of_use(agreement: Agreement, actions: list[AgreementAction]) -> Iterator[str]:
    earliest, latest = _first_signature(actions)
    if earliest is None and latest is None:
        return
    for value in agreement.values.select_related("currency"):
        if not value.currency.was_in_use(earliest, latest):
            yield f"{value.currency} was not in use when the agreement was signed."


def _package_size(agreement: Agreement) -> Iterator[str]:
    wholes = agreement.links.filter(kind=AgreementLinkKind.PART_OF_PACKAGE).select_related(
        "linked_agreement"
    )
    for link in wholes:
        if link.linked_agreement.form != AgreementForm.PACKAGE:
            yield f"It is part of “{link.linked_agreement}”, which is not a package."
    members = agreement.linked_from.filter(kind=AgreementLinkKind.PART_OF_PACKAGE).count()
    if agreement.item_count is not None and members > agreement.item_count:
        yield f"Its number of items is {agreement.item_count}, but {members} agreements are recorded as part of it."
