"""Agreements, each from the lines about one treaty."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from agreements.models import ActionKind, Laterality, LegalCharacter, PartyRole
from imports.datasets.kit import citation, identifiers, slug_of
from imports.matching.states import folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imports.dataset import Document
    from imports.datasets.wipo.rows import Membership
    from imports.datasets.wipo.treaties import Treaty

TREATY = "wipo-treaty"


def warn_of_unknown_treaties(memberships: Sequence[Membership]) -> None:
    warned = set()
    for each in memberships:
        if each.is_good and not each.treaty.is_known and each.treaty.name not in warned:
            warned.add(each.treaty.name)
            reason = f"There is no treaty “{each.treaty.name}” in imports/datasets/wipo/treaties.csv: its title is its name here."
            each.warn("/Treaty", each.treaty.name, reason, "unknown_treaty")


def agreements(memberships: Sequence[Membership], source: str) -> Iterator[Document]:
    by_treaty: dict[Treaty, list[Membership]] = defaultdict(list)
    for each in memberships:
        by_treaty[each.treaty].append(each)
    for treaty, own in by_treaty.items():
        document: Document = {
            "object": "agreement",
            "slug": slug_of(treaty.short_title or treaty.title),
            "title": treaty.title,
            "form": treaty.form,
            "legal_character": LegalCharacter.TREATY_BINDING.value,
            "laterality": Laterality.MULTILATERAL.value,
            "identifiers": identifiers((TREATY, treaty.name)),
            "parties": [{"party": _ref(each), "role": _role(each)} for each in own],
            "actions": [*_adoption(treaty), *(action for each in own for action in _actions(each))],
            "citations": [citation(source, treaty.name)],
        }
        if treaty.short_title:
            document["short_title"] = treaty.short_title
        yield document


def _ref(each: Membership) -> Document:
    kind, ref = each.ref
    return {"object": kind, "ref": ref}


def _role(each: Membership) -> str:
    is_bound = each.instrument or each.in_force
    return (PartyRole.CONTRACTING if is_bound else PartyRole.SIGNATORY).value


def _adoption(treaty: Treaty) -> Iterator[Document]:
    if treaty.adopted:
        yield {"kind": ActionKind.ADOPTION.value, "date": treaty.adopted}


def _actions(each: Membership) -> Iterator[Document]:
    party = _ref(each)
    if each.signed:
        yield {"kind": ActionKind.SIGNATURE.value, "party": party, "date": each.signed}
    if each.act:
        action: Document = {"kind": each.act.value, "party": party, "date": each.bound or None}
        if folded(each.act.label) != folded(each.instrument):
            action["instrument"] = each.instrument
        yield action
    if each.in_force:
        yield {"kind": ActionKind.ENTRY_INTO_FORCE.value, "party": party, "date": each.in_force}
