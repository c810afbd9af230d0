"""The kinds of record that publishing knows from here. What is named comes before what names it."""

from people.editions.office import OfficeEdition
from people.editions.organization import OrganizationEdition
from people.editions.person import PersonEdition
from people.editions.state import StateEdition
from people.editions.tenure import TenureEdition
from people.hints import offices_of, states_of
from people.models import Office, Organization, Person, State, Tenure
from people.serializers import (
    OfficeReferenceSerializer,
    OfficeSerializer,
    OrganizationSerializer,
    PersonSerializer,
    StateReferenceSerializer,
    StateSerializer,
    TenureSerializer,
)
from people.warnings import PERSON_CHECKS, TENURE_CHECKS
from records.registry import Codes, Kind, Question, register

STATE = register(
    Kind(
        name="state",
        resource="states",
        model=State,
        editions=StateEdition,
        serializer=StateSerializer,
        reference=StateReferenceSerializer,
        is_cited=False,
        codes=Codes(
            "codes",
            called="its ISO 3166 code",
            bare={2: "iso3166-1-alpha-2", 3: "iso3166-1-alpha-3", 4: "iso3166-3"},
            former="iso3166-3",
            schemes=("iso3166-1-alpha-2", "iso3166-1-alpha-3", "iso3166-1-numeric", "iso3166-3"),
            # Reserved by ISO 3166 for these states, whose codes are others.
            mistaken={"UK": "GB", "EL": "GR"},
        ),
        part_keys={"codes": ("scheme", "value"), "predecessors": ("state",)},
        example="PK",
    ),
)
ORGANIZATION = register(
    Kind(
        name="organization",
        resource="organizations",
        model=Organization,
        editions=OrganizationEdition,
        serializer=OrganizationSerializer,
    ),
)
PERSON = register(
    Kind(
        name="person",
        resource="people",
        model=Person,
        editions=PersonEdition,
        serializer=PersonSerializer,
        desk_members={"name": ""},
        hints=offices_of,
        states=states_of,
        checks=PERSON_CHECKS,
    ),
)
OFFICE = register(
    Kind(
        name="office",
        resource="offices",
        model=Office,
        editions=OfficeEdition,
        serializer=OfficeSerializer,
        reference=OfficeReferenceSerializer,
        cited_members=("periods",),
        part_keys={"periods": ("kind",)},
    ),
)
TENURE = register(
    Kind(
        name="tenure",
        resource="tenures",
        model=Tenure,
        editions=TenureEdition,
        serializer=TenureSerializer,
        part_keys={"milestones": ("kind",)},
        checks=TENURE_CHECKS,
        question=Question(3, "Every office that Ishaq Dar holds or held", "person=ishaq-dar"),
    ),
)
