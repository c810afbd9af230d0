"""The kinds of record that publishing knows from here. What is named comes before what names it."""

from people.editions import (
    OfficeEdition,
    OrganizationEdition,
    PersonEdition,
    StateEdition,
    TenureEdition,
)
from people.models import Office, Organization, Person, State, Tenure
from people.serializers import (
    OfficeSerializer,
    OrganizationSerializer,
    PersonSerializer,
    StateSerializer,
    TenureSerializer,
)
from records.registry import Kind, Question, register

STATE = register(
    Kind(
        name="state",
        resource="states",
        model=State,
        editions=StateEdition,
        serializer=StateSerializer,
        prefetch=("names", "identifiers", "citations", "codes", "predecessors"),
        is_cited=False,
        code="its ISO 3166 code",
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
        prefetch=("names", "identifiers", "citations", "organization_topics"),
    ),
)
PERSON = register(
    Kind(
        name="person",
        resource="people",
        model=Person,
        editions=PersonEdition,
        serializer=PersonSerializer,
        prefetch=("names", "identifiers", "citations"),
    ),
)
OFFICE = register(
    Kind(
        name="office",
        resource="offices",
        model=Office,
        editions=OfficeEdition,
        serializer=OfficeSerializer,
        prefetch=("names", "identifiers", "citations", "accreditations"),
    ),
)
TENURE = register(
    Kind(
        name="tenure",
        resource="tenures",
        model=Tenure,
        editions=TenureEdition,
        serializer=TenureSerializer,
        prefetch=("identifiers", "citations", "milestones"),
        question=Question(3, "Every office that Ishaq Dar holds or held", "person=ishaq-dar"),
    ),
)
