"""What is odd about an agreement but possible."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from agreements.effects import SIGNING
from agreements.models import (
    ActionKind,
    Agreement,
    AgreementAction,
    AgreementForm,
    AgreementLink,
    AgreementLinkKind,
    AgreementParty,
    MonetaryValue,
)
from records.bulk import among
from records.models import EditorialState, FoundWarning
from records.registry import Checks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from django.db.models import Model

IN_FORCE_BEFORE_SIGNATURE = "in_force_before_signature"
EFFECT_BEFORE_ACTION = "effect_before_action"
SEVERAL_EXPIRIES = "several_expiries"
PARTY_ENDED = "party_ended"
CURRENCY_OUT_OF_USE = "currency_out_of_use"
PACKAGE_UNLIKE = "package_unlike"


def _find(keys: Sequence[UUID]) -> Iterator[FoundWarning]:
    agreements = Agreement.objects.filter(among("pk", keys)).exclude(
        editorial_state=EditorialState.MERGED
    )
    members = Count("linked_from", filter=Q(linked_from__kind=AgreementLinkKind.PART_OF_PACKAGE))
    counted: list[Any] = list(agreements.annotate(members=members).order_by("pk"))
    actions = _by_agreement(AgreementAction, keys, "party__state", "party__organization")
    parties = _by_agreement(AgreementParty, keys, "state", "organization")
    values = _by_agreement(MonetaryValue, keys, "currency")
    links = _by_agreement(AgreementLink, keys, "linked_agreement")
    for agreement in counted:
        key = agreement.pk
        yield from _entry_before_signature(key, actions[key])
        yield from _effect_before_action(key, actions[key])
        yield from _several_expiries(key, actions[key])
        yield from _ended_parties(key, parties[key], actions[key])
        yield from _currencies_out_of_use(key, values[key], actions[key])
        yield from _package_unlike(agreement, links[key])


def _by_agreement(
    model: type[Model], keys: Sequence[UUID], *related: str
) -> defaultdict[UUID, list[Any]]:
    """Return the parts of agreements, in their order."""
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    rows: Any = model._default_manager.filter(among("agreement", keys))
    for row in rows.select_related(*related):
        found[row.agreement_id].append(row)
    return found


def _signed(actions: list[AgreementAction]) -> list[AgreementAction]:
    return [action for action in actions if action.kind in SIGNING]


def _first_signature(actions: list[AgreementAction]) -> tuple[date | None, date | None]:
    """Bounds of the first signature."""
    earliest = [action.date.earliest for action in _signed(actions)]
    latest = [action.date.latest for action in _signed(actions) if action.date.latest]
    return min((day for day in earliest if day), default=None) if all(earliest) else None, min(
        latest, default=None
    )


def _entry_before_signature(key: UUID, actions: list[AgreementAction]) -> Iterator[FoundWarning]:
    signed, _latest = _first_signature(actions)
    for action in actions:
        entry = action.effective_date or action.date
        if (
            action.kind == ActionKind.ENTRY_INTO_FORCE
            and signed
            and entry.latest
            and entry.latest < signed
        ):
            detail = f"It entered into force ({entry}) before anybody signed it."
            yield FoundWarning(key, IN_FORCE_BEFORE_SIGNATURE, detail, f"actions.{action.pk}.date")
            return


def _effect_before_action(key: UUID, actions: list[AgreementAction]) -> Iterator[FoundWarning]:
    for action in actions:
        done, effect = action.date.earliest, action.effective_date.latest
        if done and effect and effect < done:
            detail = f"{action} took effect ({action.effective_date}) before it was done."
            place = f"actions.{action.pk}.effective_date"
            yield FoundWarning(key, EFFECT_BEFORE_ACTION, detail, place)


def _several_expiries(key: UUID, actions: list[AgreementAction]) -> Iterator[FoundWarning]:
    expiries = [
        action for action in actions if action.kind == ActionKind.EXPIRY and action.party is None
    ]
    if len(expiries) > 1:
        days = ", ".join(str(action.effective_date or action.date) for action in expiries)
        detail = f"It expires more than once ({days}): after an extension, keep only the expiry that holds now."
        yield FoundWarning(key, SEVERAL_EXPIRIES, detail)


def _ended_parties(
    key: UUID, parties: list[AgreementParty], actions: list[AgreementAction]
) -> Iterator[FoundWarning]:
    earliest, _latest = _first_signature(actions)
    for party in parties:
        actor = party.state or party.organization
        if actor is None or actor.end.latest is None:
            continue
        if earliest and actor.end.latest < earliest:
            detail = f"{actor} ended ({actor.end}) before the agreement was signed."
        else:
            detail = f"{actor} ended ({actor.end}): record what happened to its participation in the agreement."
        place = f"parties.{party.pk}.{actor.object_kind}"
        yield FoundWarning(key, PARTY_ENDED, detail, place, actor.pk)


def _currencies_out_of_use(
    key: UUID, values: list[MonetaryValue], actions: list[AgreementAction]
) -> Iterator[FoundWarning]:
    earliest, latest = _first_signature(actions)
    if earliest is None and latest is None:
        return
    for value in values:
        if not value.currency.was_in_use(earliest, latest):
            detail = f"{value.currency} was not in use when the agreement was signed."
            yield FoundWarning(key, CURRENCY_OUT_OF_USE, detail, f"values.{value.pk}.currency")


def _package_unlike(agreement: Any, links: list[AgreementLink]) -> Iterator[FoundWarning]:
    for link in links:
        whole = link.linked_agreement
        if link.kind == AgreementLinkKind.PART_OF_PACKAGE and whole.form != AgreementForm.PACKAGE:
            detail = f"It is part of “{whole}”, which is not a package."
            place = f"links.{link.pk}.linked_agreement"
            yield FoundWarning(agreement.pk, PACKAGE_UNLIKE, detail, place, whole.pk)
    if agreement.item_count is not None and agreement.members > agreement.item_count:
        detail = (
            f"Its number of items is {agreement.item_count}, but {agreement.members} agreements "
            "are recorded as part of it."
        )
        yield FoundWarning(agreement.pk, PACKAGE_UNLIKE, detail, "item_count")


CHECKS = Checks(
    {
        IN_FORCE_BEFORE_SIGNATURE: "In force before signature",
        EFFECT_BEFORE_ACTION: "Effect before the act",
        SEVERAL_EXPIRIES: "Several expiries",
        PARTY_ENDED: "Party that is no more",
        CURRENCY_OUT_OF_USE: "Currency not in use",
        PACKAGE_UNLIKE: "Package and parts do not fit",
    },
    _find,
)
