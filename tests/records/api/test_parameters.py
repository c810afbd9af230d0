"""Whatever is wrong in a query string is refused, all of it at once, with what was probably meant."""

from uuid import UUID

import pytest

from config.api import docs
from config.urls import resources
from events.views import EventViewSet
from people.models import StateCode
from records.api.views import EditionViewSet
from records.publishing.publish import publish
from tests.factories.events import make_event_type
from tests.factories.people import make_state
from tests.factories.records import make_topic

pytestmark = pytest.mark.django_db

LONG = "x" * 201

# Query, then for each fault: code, parameter, suggestion.
CASES = [
    # Names
    ("stat=US", [("unknown_parameter", "stat", "state")]),
    ("state__in=US", [("unknown_parameter", "state__in", "state")]),
    ("state__al=US", [("unknown_parameter", "state__al", "state")]),
    ("Status=occurred", [("unknown_parameter", "Status", "status")]),
    ("zzzzzzzz=1", [("unknown_parameter", "zzzzzzzz", None)]),
    ("=1", [("unknown_parameter", "", None)]),
    # Names, by what they mean before how they are spelled
    ("country=US", [("unknown_parameter", "country", "state")]),
    ("country_code=US", [("unknown_parameter", "country_code", "state")]),
    ("country__in=US", [("unknown_parameter", "country__in", "state")]),
    ("participant.country=US", [("unknown_parameter", "participant.country", "participant.state")]),
    ("from=2025", [("unknown_parameter", "from", "date_after")]),
    ("since=2025", [("unknown_parameter", "since", "date_after")]),
    ("start_date=2025", [("unknown_parameter", "start_date", "date_after")]),
    ("year=2025", [("unknown_parameter", "year", "date_after")]),
    ("to=2025", [("unknown_parameter", "to", "date_before")]),
    ("until=2025", [("unknown_parameter", "until", "date_before")]),
    ("end_date=2025", [("unknown_parameter", "end_date", "date_before")]),
    ("limit=10", [("unknown_parameter", "limit", "page_size")]),
    ("per_page=10", [("unknown_parameter", "per_page", "page_size")]),
    ("size=10", [("unknown_parameter", "size", "page_size")]),
    ("sort=date", [("unknown_parameter", "sort", "ordering")]),
    ("order_by=date", [("unknown_parameter", "order_by", "ordering")]),
    ("q=x", [("unknown_parameter", "q", "search")]),
    ("query=x", [("unknown_parameter", "query", "search")]),
    ("text=x", [("unknown_parameter", "text", "search")]),
    ("name=x", [("unknown_parameter", "name", "search")]),
    ("page=2", [("unknown_parameter", "page", "cursor")]),
    ("offset=10", [("unknown_parameter", "offset", "cursor")]),
    ("actor=x", [("unknown_parameter", "actor", "person")]),
    ("people=x", [("unknown_parameter", "people", "person")]),
    ("participant=x", [("unknown_parameter", "participant", "person")]),
    ("org=x", [("unknown_parameter", "org", "organization")]),
    ("kind=meeting", [("unknown_parameter", "kind", "type")]),
    ("modified_since=2025", [("unknown_parameter", "modified_since", "published_after")]),
    ("month=5", [("unknown_parameter", "month", "date_after")]),
    ("president=obama", [("unknown_parameter", "president", "person")]),
    ("visitor=obama", [("unknown_parameter", "visitor", "participant.person")]),
    ("host=US", [("unknown_parameter", "host", "participant.state")]),
    ("category=visit", [("unknown_parameter", "category", "type")]),
    ("select=title", [("unknown_parameter", "select", "fields")]),
    # Operators of others: never the opposite of what is asked
    ("state!=US", [("unknown_parameter", "state!", "state__not")]),
    ("state__ne=US", [("unknown_parameter", "state__ne", "state__not")]),
    ("country__exclude=US", [("unknown_parameter", "country__exclude", "state__not")]),
    ("country__not=US", [("unknown_parameter", "country__not", "state__not")]),
    ("stat__not=US", [("unknown_parameter", "stat__not", "state__not")]),
    ("between__ne=US,PK", [("unknown_parameter", "between__ne", None)]),
    ("state__lte=US", [("unknown_parameter", "state__lte", None)]),
    ("date__lte=2020", [("unknown_parameter", "date__lte", "date_before")]),
    ("date__gt=2020", [("unknown_parameter", "date__gt", "date_after")]),
    ("year__max=2020", [("unknown_parameter", "year__max", "date_before")]),
    ("max_date=2020", [("unknown_parameter", "max_date", "date_before")]),
    ("event_type=visit", [("unknown_parameter", "event_type", "type")]),
    ("include=parent", [("unknown_parameter", "include", "expand")]),
    # Several values, divided as elsewhere
    ("state=US|PK", [("invalid_reference", "state", "US,PK")]),
    ("state=US;%20PK", [("invalid_reference", "state", "US,PK")]),
    # Repeats of what takes one value
    ("page_size=5&page_size=5", [("repeated_parameter", "page_size", None)]),
    ("cursor=a&cursor=b", [("repeated_parameter", "cursor", None)]),
    ("search=a&search=b", [("repeated_parameter", "search", None)]),
    ("ordering=date&ordering=label", [("repeated_parameter", "ordering", None)]),
    ("date_after=2025&date_after=2026", [("repeated_parameter", "date_after", None)]),
    ("parent__isnull=true&parent__isnull=true", [("repeated_parameter", "parent__isnull", None)]),
    (
        "published_after=2025-01-01&published_after=2025-01-02",
        [("repeated_parameter", "published_after", None)],
    ),
    ("state=US&state=", [("empty_value", "state", None)]),
    ("state=US&state=%FF", [("invalid_encoding", "state", None)]),
    (
        "&".join(f"state=s{number}" for number in range(101)),
        [("too_many_values", "state", None)],
    ),
    # Words of closed lists, drafts like what was never there
    ("type=metting", [("invalid_choice", "type", "meeting")]),
    ("type=meeting,Meting", [("invalid_choice", "type", "meeting")]),
    ("type__not=metting", [("invalid_choice", "type__not", "meeting")]),
    ("type=secret-meeting", [("invalid_choice", "type", "meeting")]),
    ("topic=critical-mineral", [("invalid_choice", "topic", "critical-minerals")]),
    ("topic=critical-mineral-draft", [("invalid_choice", "topic", "critical-minerals")]),
    ("state=PQ", [("invalid_choice", "state", "PK")]),
    ("state=kp", [("invalid_choice", "state", "PK")]),
    ("state=UK", [("invalid_choice", "state", "GB")]),
    ("state=PAC", [("invalid_choice", "state", "PAK")]),
    ("state=XXXX", [("invalid_choice", "state", None)]),
    ("state=iso3166-1-alpha-2:pk", [("invalid_choice", "state", "iso3166-1-alpha-2:PK")]),
    ("state=iso3166-1-alpha-2:ZZ", [("invalid_choice", "state", None)]),
    (
        "state=US&type=metting&status=ocurred",
        [("invalid_choice", "status", "occurred"), ("invalid_choice", "type", "meeting")],
    ),
    # Instants
    ("published_after=2025", [("invalid_instant", "published_after", None)]),
    ("published_after=2025-13-01", [("invalid_instant", "published_after", None)]),
    ("published_after=2025-05-01T00:00:00", [("invalid_instant", "published_after", None)]),
    ("published_after=2025-05-01T25:00:00Z", [("invalid_instant", "published_after", None)]),
    ("published_after=0000-05-01", [("invalid_instant", "published_after", None)]),
    (
        "published_after=2025-05-01T00:00:00+02:00",
        [("invalid_instant", "published_after", "2025-05-01T00:00:00%2B02:00")],
    ),
    # Records and identifiers
    ("id=a/b", [("invalid_reference", "id", None)]),
    ("identifier=Q1", [("invalid_reference", "identifier", None)]),
    ("identifier=wikidata:", [("invalid_reference", "identifier", None)]),
    (f"id={','.join(f'x{number}' for number in range(101))}", [("too_many_values", "id", None)]),
    ("%ff=1", [("invalid_encoding", "%ff", None)]),
    # Empty
    ("state=", [("empty_value", "state", None)]),
    ("state", [("empty_value", "state", None)]),
    ("state=%20", [("empty_value", "state", None)]),
    ("state=US,,PK", [("empty_value", "state", None)]),
    ("state=,", [("empty_value", "state", None)]),
    ("state=US,", [("empty_value", "state", None)]),
    ("cursor=", [("empty_value", "cursor", None)]),
    ("search=", [("empty_value", "search", None)]),
    ("date_after=", [("empty_value", "date_after", None)]),
    # Bytes
    ("state=%FF", [("invalid_encoding", "state", None)]),
    ("state=%C3%28", [("invalid_encoding", "state", None)]),
    ("search=%00", [("invalid_encoding", "search", None)]),
    ("search=a%00b", [("invalid_encoding", "search", None)]),
    ("search=%zz", [("invalid_encoding", "search", None)]),
    ("search=100%", [("invalid_encoding", "search", None)]),
    ("search=%ED%A0%80", [("invalid_encoding", "search", None)]),
    # Sizes
    ("page_size=0", [("out_of_range", "page_size", None)]),
    ("page_size=-1", [("out_of_range", "page_size", None)]),
    ("page_size=201", [("out_of_range", "page_size", None)]),
    ("page_size=99999999999999999999999999", [("out_of_range", "page_size", None)]),
    ("page_size=1e3", [("invalid_number", "page_size", None)]),
    ("page_size=%D9%A5", [("invalid_number", "page_size", None)]),
    ("page_size=+5", [("invalid_number", "page_size", None)]),
    ("page_size=2.5", [("invalid_number", "page_size", None)]),
    ("count=all", [("invalid_choice", "count", None)]),
    ("count=exakt", [("invalid_choice", "count", "exact")]),
    (f"search={LONG}", [("too_long", "search", None)]),
    (f"search={'a+' * 17}", [("too_many_values", "search", None)]),
    (
        f"state={','.join(f's{number}' for number in range(101))}",
        [("too_many_values", "state", None)],
    ),
    (f"state={','.join(['US'] * 101)}", [("too_many_values", "state", None)]),
    (f"state={LONG}", [("too_long", "state", None)]),
    # Words
    ("status=ocurred", [("invalid_choice", "status", "occurred")]),
    ("status=occurred,xx", [("invalid_choice", "status", None)]),
    ("status=OCCURRED", [("invalid_choice", "status", "occurred")]),
    ("ordering=dat", [("invalid_choice", "ordering", "date")]),
    ("ordering=--date", [("invalid_choice", "ordering", "-date")]),
    ("ordering=date,label", [("invalid_choice", "ordering", "label")]),
    ("participant.role=mediatr", [("invalid_choice", "participant.role", "mediator")]),
    ("date_after=2025&date_match=sure", [("invalid_choice", "date_match", None)]),
    ("date_match=certain", [("missing_parameter", "date_match", None)]),
    # Dates
    ("date_after=0000", [("invalid_date", "date_after", None)]),
    ("date_after=-500", [("invalid_date", "date_after", None)]),
    ("date_after=10000", [("invalid_date", "date_after", None)]),
    ("date_after=2025-13", [("invalid_date", "date_after", None)]),
    ("date_after=2025-02-30", [("invalid_date", "date_after", None)]),
    ("date_after=2025-2-3", [("invalid_date", "date_after", None)]),
    ("date_after=196X", [("invalid_date", "date_after", None)]),
    ("date_after=yesterday", [("invalid_date", "date_after", None)]),
    ("date_after=%D9%A2025", [("invalid_date", "date_after", None)]),
    ("date_after=2025-05-10T00:00:00Z", [("invalid_date", "date_after", None)]),
    ("date_after=2026&date_before=2025", [("reversed_range", "date_after", None)]),
    ("date_after=2025-06&date_before=2025-05", [("reversed_range", "date_after", None)]),
    # Booleans
    ("parent__isnull=0", [("invalid_boolean", "parent__isnull", "false")]),
    # References
    ("state=P%20K", [("invalid_reference", "state", None)]),
    ("state=US,%20PK", [("invalid_reference", "state", "PK")]),
    ("state=a/b", [("invalid_reference", "state", None)]),
    ("state=(", [("invalid_reference", "state", None)]),
    ("state=wikidata:", [("invalid_reference", "state", None)]),
    ("state=:Q1", [("invalid_reference", "state", None)]),
    ("state=Stra%C3%9Fe", [("invalid_reference", "state", None)]),
    # Fields
    ("fields=titel", [("unknown_field", "fields", "title")]),
    ("fields=participations.rolle", [("unknown_field", "fields", "participations.role")]),
    ("fields=title.x", [("unknown_field", "fields", None)]),
    ("fields=title..x", [("unknown_field", "fields", None)]),
    ("omit=citation", [("unknown_field", "omit", "citations")]),
    ("fields=%25", [("unknown_field", "fields", None)]),
    # Several at once
    (
        "stat=US&page_size=0&ordering=dat&status=ocurred&date_after=2026&date_before=2025&fields=titel&cursor=x",
        [
            ("unknown_parameter", "stat", "state"),
            ("invalid_choice", "status", "occurred"),
            ("reversed_range", "date_after", None),
            ("invalid_choice", "ordering", "date"),
            ("unknown_field", "fields", "title"),
            ("out_of_range", "page_size", None),
            ("invalid_cursor", "cursor", None),
        ],
    ),
]


@pytest.fixture(scope="module")
def words(module_transaction):
    """What the cases name rightly or nearly, and drafts whose names are nearer still."""
    states = [make_state("United States", alpha_2="US"), make_state("Britain", alpha_2="GB")]
    pakistan = make_state("Pakistan", alpha_2="PK")
    StateCode.objects.create(state=pakistan, scheme="iso3166-1-alpha-3", value="PAK")
    meeting = make_event_type("meeting")
    publish(*states, pakistan, meeting, make_topic("critical-minerals"), by=None)
    make_event_type("secret-meeting")
    make_topic("critical-mineral-draft")
    make_state("Draft", alpha_2="PQ")


@pytest.mark.usefixtures("words")
@pytest.mark.parametrize(("query", "faults"), CASES)
def test_a_fault_is_refused_and_named(client, query, faults):
    response = client.get(f"/api/v1/events/?{query}")

    problem = response.json()
    assert (response.status_code, response.headers["Content-Type"]) == (
        400,
        "application/problem+json",
    )
    found = [
        (fault["code"], fault.get("parameter"), fault.get("suggestion"))
        for fault in problem["errors"]
    ]
    assert found == faults
    assert problem["code"] == "invalid_parameters"
    assert problem["type"] == "/api/v1/problems/invalid_parameters/"
    assert all(fault["detail"].endswith(".") for fault in problem["errors"])


@pytest.mark.usefixtures("words")
@pytest.mark.parametrize(
    ("query", "detail"),
    [
        (
            "year=2020",
            "There is no such parameter here. One day, month or year is asked for with both `date_after` and `date_before`, which are inclusive.",
        ),
        ("type=trip", "“trip” is the code of no event type: /api/v1/event-types/ has them all."),
        ("state=UK", "“UK” is the code of no state."),
        (
            "between=US-PK",
            "One state is named; name exactly two different ones, with a comma between them.",
        ),
        ("date_after=today", "“today” is not a plain date; write YYYY, YYYY-MM or YYYY-MM-DD."),
        ("date_after=1/2/99", "“1/2/99” is not a plain date; write YYYY, YYYY-MM or YYYY-MM-DD."),
    ],
)
def test_a_fault_says_how_to_mend_it(client, query, detail):
    (fault,) = client.get(f"/api/v1/events/?{query}").json()["errors"]

    assert fault["detail"] == detail


def test_too_many_parameters_are_refused(client):
    query = "&".join(f"p{number}=1" for number in range(21))

    problem = client.get(f"/api/v1/events/?{query}").json()

    assert [fault["code"] for fault in problem["errors"]] == ["too_many_parameters"]


@pytest.mark.usefixtures("words")
def test_a_parameter_may_be_repeated_as_often_as_it_takes_values(client):
    """Twenty different names, one of them a hundred times."""
    known = list(EventViewSet.list_parameters.values())
    # Exactly two are taken by `between`, and `id` and `identifier` are no words.
    special = {"state", "between", "id", "identifier"}
    others = [each for each in known if each.is_list and each.name not in special][:19]
    words = [f"{each.name}={choice(each)}" for each in others]

    twenty = "&".join([*words, *["state=PK"] * 100])
    one_more = f"{twenty}&page_size=5"

    assert client.get(f"/api/v1/events/?{twenty}").status_code == 200
    faults = client.get(f"/api/v1/events/?{one_more}").json()["errors"]
    assert [fault["code"] for fault in faults] == ["too_many_parameters"]


def choice(parameter):
    """A value that the parameter takes."""
    schema = parameter.schema() if callable(parameter.schema) else parameter.schema
    named = {"type": "meeting", "type__not": "meeting"}
    if "topic" in parameter.name:
        return "critical-minerals"
    if "state" in parameter.name:
        return "PK"
    return named.get(parameter.name) or schema.get("enum", [UUID(int=0)])[0]


def test_a_query_too_long_to_look_at_is_refused(client):
    response = client.get(f"/api/v1/events/?search={'x' * 16_400}")

    assert (response.status_code, response.json()["code"]) == (414, "uri_too_long")


def test_at_most_fifty_faults_are_listed(client):
    response = client.get(
        f"/api/v1/events/?status={','.join(f'x{number}' for number in range(100))}"
    )

    assert len(response.json()["errors"]) == 50


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/",
        "/api/v1/problems/",
        "/api/v1/problems/not_found/",
        "/api/v1/topics/gold/",
        "/api/v1/topics/gold/revisions/",
        "/api/v1/topics/gold/revisions/1/",
        "/api/v1/relations/US/PK/",
    ],
)
def test_addresses_without_filters_are_as_strict(client, address):
    publish(make_topic("gold"), by=None)

    problem = client.get(f"{address}?formt=json")

    assert problem.status_code == 400
    assert [(fault["code"], fault["suggestion"]) for fault in problem.json()["errors"]] == [
        ("unknown_parameter", "format")
    ]


@pytest.mark.usefixtures("words")
@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "?&",
        "?page_size=200",
        "?page_size=001",
        "?format=json",
        "?search=a+b",
        "?search=%C3%A9",
        "?state=PK%2CUS",
        "?published_after=2025-05-01",
        "?published_after=2025-05-01T00:00:00.5Z",
        "?published_after=0001-01-01T00:00:00%2B14:00",
        "?published_after=9999-12-31T23:59:59-14:00",
        f"?{'&'.join(['state=PK'] * 100)}",
        f"?{'&'.join(f'person=p{number}' for number in range(100))}",
    ],
)
def test_what_is_right_is_taken(client, query):
    assert client.get(f"/api/v1/events/{query}").status_code == 200


def test_every_documented_parameter_is_taken_and_every_other_refused():
    """The list that requests are checked against is the list that the schema shows: there is only one."""
    for pattern in resources:
        viewset = getattr(getattr(pattern, "callback", None), "cls", None)
        if viewset is None or not issubclass(viewset, EditionViewSet):
            continue
        if not (getattr(pattern, "name", None) or "").endswith("-list"):
            continue
        operation = docs.schema()["paths"][f"/api/v1/{viewset.resource}/"]["get"]
        assert {parameter["name"] for parameter in operation["parameters"]} == set(
            viewset.list_parameters
        )
