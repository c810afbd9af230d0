"""Parties of treaties: states, and organizations in their own name."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from imports.dataset import NearMatch
from imports.datasets.kit import citation, identifiers, slug_of
from imports.matching.persons import GONE
from imports.matching.states import Crosswalk, UnknownStateError, folded
from people.models import Organization, OrganizationIdentifier, OrganizationName

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from imports.dataset import Document
    from imports.datasets.wipo.rows import Membership

PARTY = "wipo-party"


def find_parties(memberships: Sequence[Membership]) -> None:
    """Say which state or organization each line means. The same one twice in a treaty is rejected the second time."""
    crosswalk = Crosswalk.read()
    parties: dict[tuple[str, tuple[str, str]], Membership] = {}
    for each in memberships:
        if not each.is_good:
            continue
        each.organization = crosswalk.organization("wipo", each.party)
        if each.organization:
            each.ref = ("organization", f"{PARTY}:{each.organization.name}")
            each.becomes.append(each.ref)
        else:
            try:
                each.ref = ("state", crosswalk.state("wipo", each.party).ref)
            except UnknownStateError as error:
                each.faults.append(error.at("/Contracting Party"))
                continue
        before = parties.setdefault((each.treaty.name, each.ref), each)
        if before is not each:
            reason = f"Line {before.line} of {before.file} is about this party to this treaty ({before.party})."
            each.reject("/Contracting Party", each.party, reason, "duplicate")


def organizations(memberships: Sequence[Membership], source: str) -> Iterator[Document | NearMatch]:
    """Yield each organization once. Of several that are there with its name, none is taken for it."""
    found = {each.organization.name: each for each in memberships if each.organization}
    if not found:
        return
    known = _unidentified(list(found))
    for name, each in found.items():
        abbreviation = each.organization.abbreviation if each.organization else ""
        document: Document = {
            "object": "organization",
            "slug": slug_of(name),
            "name": name,
            "classification": "igo",
            "identifiers": identifiers((PARTY, name)),
            "citations": [citation(source, each.party)],
        }
        if abbreviation:
            document["names"] = [{"name": abbreviation, "kind": "alias"}]
        there = known.get(folded(name), [])
        if len(there) == 1:
            document["id"] = str(there[0])
        yield document
        if len(there) > 1:
            for pk in there:
                reason = f"It is called {name}, as is another."
                yield NearMatch("organization", f"{PARTY}:{name}", str(pk), 0.9, reason)


def _unidentified(names: Sequence[str]) -> dict[str, list[UUID]]:
    """Return the organizations that bear a name and are not known by this data set yet, by folded name."""
    wanted = {folded(name) for name in names}
    found: dict[str, list[UUID]] = defaultdict(list)
    there = (
        Organization.objects.order_by()
        .exclude(editorial_state__in=GONE)
        .exclude(pk__in=OrganizationIdentifier.objects.filter(scheme=PARTY).values("record_id"))
    )
    others = OrganizationName.objects.filter(record__in=there).values_list("record_id", "name")
    for pk, name in sorted({*there.values_list("pk", "name"), *others}):
        if folded(name) in wanted and pk not in found[folded(name)]:
            found[folded(name)].append(pk)
    return found
