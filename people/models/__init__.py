"""Who acts: states, organizations, persons, offices and tenures."""

from people.editions.office import OfficeEdition
from people.editions.organization import OrganizationEdition
from people.editions.person import PersonEdition
from people.editions.state import StateEdition
from people.editions.tenure import TenureEdition
from people.models.citation import AttributedCitation
from people.models.holding import (
    HELD_MILESTONES,
    IN_OFFICE,
    NEVER_HELD,
    EndStatus,
    MilestoneKind,
    TenureKind,
)
from people.models.name import DatedName
from people.models.office import (
    MissionClass,
    Office,
    OfficeAccreditation,
    OfficeCitation,
    OfficeClass,
    OfficeIdentifier,
    OfficeName,
    OfficePeriod,
    OfficePeriodKind,
)
from people.models.organization import (
    Organization,
    OrganizationCitation,
    OrganizationClass,
    OrganizationIdentifier,
    OrganizationName,
    OrganizationTopic,
)
from people.models.person import Living, Person, PersonCitation, PersonIdentifier, PersonName
from people.models.state import (
    State,
    StateCitation,
    StateCode,
    StateIdentifier,
    StateKind,
    StateName,
    StateSuccession,
    SuccessionKind,
)
from people.models.tenure import (
    EndReason,
    Tenure,
    TenureCitation,
    TenureIdentifier,
    TenureMilestone,
)

__all__ = [
    "HELD_MILESTONES",
    "IN_OFFICE",
    "NEVER_HELD",
    "AttributedCitation",
    "DatedName",
    "EndReason",
    "EndStatus",
    "Living",
    "MilestoneKind",
    "MissionClass",
    "Office",
    "OfficeAccreditation",
    "OfficeCitation",
    "OfficeClass",
    "OfficeEdition",
    "OfficeIdentifier",
    "OfficeName",
    "OfficePeriod",
    "OfficePeriodKind",
    "Organization",
    "OrganizationCitation",
    "OrganizationClass",
    "OrganizationEdition",
    "OrganizationIdentifier",
    "OrganizationName",
    "OrganizationTopic",
    "Person",
    "PersonCitation",
    "PersonEdition",
    "PersonIdentifier",
    "PersonName",
    "State",
    "StateCitation",
    "StateCode",
    "StateEdition",
    "StateIdentifier",
    "StateKind",
    "StateName",
    "StateSuccession",
    "SuccessionKind",
    "Tenure",
    "TenureCitation",
    "TenureEdition",
    "TenureIdentifier",
    "TenureKind",
    "TenureMilestone",
]
