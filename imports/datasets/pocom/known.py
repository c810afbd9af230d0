"""Records of the database that pocom names: the United States, its Department of State, organizations, shared offices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imports.datasets.kit import citation, identifiers, slug_of
from imports.matching.persons import GONE
from imports.matching.united_states import OFFICE
from people.models import Organization as OrganizationRecord
from people.models import OrganizationClass, OrganizationIdentifier

if TYPE_CHECKING:
    from uuid import UUID

    from imports.dataset import Document
    from imports.matching.persons import PersonIndex
    from imports.matching.states import Crosswalk

SCHEME = "pocom-organization"
DEPARTMENT = ("us-department-of-state", "US Department of State")


@dataclass(frozen=True)
class Organization:
    """An organization as this data set knows it."""

    value: str  #: its id of the scheme
    name: str
    classification: str
    slug: str
    locator: str
    record: UUID | None = (
        None  #: the record of the database that it is, where that does not have the id yet
    )
    state: str = ""  #: what documents call the state whose organ it is

    @property
    def ref(self) -> str:
        return f"{SCHEME}:{self.value}"

    def document(self, source: str) -> Document:
        document: Document = {"object": "organization"}
        if self.record:
            document["id"] = str(self.record)
        document |= {
            "slug": self.slug,
            "identifiers": identifiers((SCHEME, self.value)),
            "name": self.name,
            "classification": str(self.classification),
        }
        if self.state:
            document["state"] = self.state
        return document | {"citations": [citation(source, self.locator)]}


class KnownRecords:
    """Records that other sources may have made, found by what they are called. Two queries.

    Raises `InputError` where not even the United States are there.
    """

    def __init__(self, crosswalk: Crosswalk, index: PersonIndex) -> None:
        self.home = crosswalk.home("united-states")
        self._index = index
        self._identified = set(
            OrganizationIdentifier.objects.filter(scheme=SCHEME).values_list("value", flat=True)
        )
        self._by_name: dict[tuple[str, str], list[tuple[UUID, str]]] = {}
        for pk, slug, name, classification in (
            OrganizationRecord.objects.exclude(editorial_state__in=GONE)
            .filter(classification__in=(OrganizationClass.IGO, OrganizationClass.MINISTRY))
            .order_by("pk")
            .values_list("pk", "slug", "name", "classification")
        ):
            self._by_name.setdefault((classification, name), []).append((pk, slug))

    def organization(self, value: str, name: str, locator: str) -> Organization:
        """Return an intergovernmental organization, the one of this name where there is one already."""
        found = self._by_name.get((OrganizationClass.IGO, name), [])
        is_new = value not in self._identified
        return Organization(
            value,
            name,
            OrganizationClass.IGO,
            slug_of(name, otherwise=value),
            locator,
            found[0][0] if is_new and len(found) == 1 else None,
        )

    def department(self, locator: str) -> Organization:
        """Return the Department of State, which most principal officers belong to."""
        slug, name = DEPARTMENT
        value = "department-of-state"
        known = self._by_name.get((OrganizationClass.MINISTRY, name), [])
        found = [pk for pk, known_slug in known if known_slug == slug]
        return Organization(
            value,
            name,
            OrganizationClass.MINISTRY,
            slug,
            locator,
            found[0] if found and value not in self._identified else None,
            self.home.ref,
        )

    def has_office(self, scheme: str, value: str) -> bool:
        return self._index.office_by_identifier(scheme, value) is not None

    def shared_office(self, shared: str, title: str) -> UUID | None:
        """Return the office of those that several data sets name, by its identifier or else by its title."""
        if not shared:
            return None
        return self._index.office(OFFICE, shared, title, self.home.id)

    def unidentified_office(self, shared: str, title: str) -> UUID | None:
        """Return it only where its record does not have the identifier yet."""
        if self._index.office_by_identifier(OFFICE, shared):
            return None
        return self.shared_office(shared, title)
