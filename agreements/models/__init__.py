"""What was agreed: agreements with their parties, actions, values and links, and currencies."""

from agreements.models.action import ActionKind, AgreementAction
from agreements.models.agreement import (
    Agreement,
    AgreementCitation,
    AgreementDepositary,
    AgreementForm,
    AgreementIdentifier,
    AgreementName,
    AgreementTopic,
    Laterality,
    LegalCharacter,
)
from agreements.models.currency import Currency
from agreements.models.link import AgreementLink, AgreementLinkKind
from agreements.models.party import NOT_BOUND, AgreementParty, AgreementRepresentative, PartyRole
from agreements.models.subject import AgreementSubject
from agreements.models.value import MonetaryValue, Qualifier, Scope, ValueKind

from agreements.editions.agreement import AgreementEdition  # isort: skip  # it derives the status from what is above

__all__ = [
    "NOT_BOUND",
    "ActionKind",
    "Agreement",
    "AgreementAction",
    "AgreementCitation",
    "AgreementDepositary",
    "AgreementEdition",
    "AgreementForm",
    "AgreementIdentifier",
    "AgreementLink",
    "AgreementLinkKind",
    "AgreementName",
    "AgreementParty",
    "AgreementRepresentative",
    "AgreementSubject",
    "AgreementTopic",
    "Currency",
    "Laterality",
    "LegalCharacter",
    "MonetaryValue",
    "PartyRole",
    "Qualifier",
    "Scope",
    "ValueKind",
]
