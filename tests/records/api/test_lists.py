"""Pages of a resource: the envelope, its links, its total, and walking through it in both directions."""

import json
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.api.problems import Problem
from config.api.sql import Clause
from people.models import TenureEdition
from records.api.pages import count
from records.editions import TopicEdition
from records.publishing.publish import publish, withdraw
from tests.factories.people import make_office, make_person, make_tenure
from tests.factories.records import edition_of, make_source, make_topic

pytestmark = pytest.mark.django_db

# Ties, months that contain days, an open start, and dates that nobody knows.
STARTS = [
    "2025-05-10",
    "2025-05",
    "2025-05-10",
    "",
    "1961",
    "../1990",
    "",
    "2024-02-29",
    "0001",
    "9999",
    "",
]


def content(client, address):
    response = client.get(address)
    assert response.status_code == 200, response.content
    return response.json()


def local(link):
    """The path and query of an absolute link."""
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc) == ("http", "testserver")
    return f"{parts.path}?{parts.query}"


def walk(client, address, step="next"):
    """The ids on each page, following a link until there is none."""
    pages = []
    while address:
        page = content(client, address)
        pages.append([record["id"] for record in page["results"]])
        last, address = address, page[step] and local(page[step])
    return pages, last


@pytest.fixture
def tenures():
    source = make_source()
    people = [make_person(f"Person {number}", source=source) for number in range(3)]
    offices = [make_office(f"Office {number}", source=source) for number in range(4)]
    made = [
        make_tenure(people[number % 3], offices[number // 3], start=start, source=source)
        for number, start in enumerate(STARTS)
    ]
    publish(source, *people, *offices, by=None)
    publish(*made, by=None)
    return made


def in_order(ordering):
    """All published tenures, sorted in Python."""
    field = ordering.removeprefix("-")
    column = {"start": "date", "label": "sort_label"}[field]
    rows = list(TenureEdition.objects.current().values_list(column, "record_id"))
    is_descending = ordering.startswith("-")
    known = sorted((row for row in rows if row[0] is not None), reverse=is_descending)
    unknown = sorted(
        (row for row in rows if row[0] is None), key=lambda row: row[1], reverse=is_descending
    )
    return [str(key) for _value, key in known + unknown]


def test_a_list_is_an_envelope_around_stored_documents(client):
    topic = make_topic("critical-minerals")
    publish(topic, by=None)

    response = client.get("/api/v1/topics/")

    assert response.headers["Content-Type"] == "application/json"
    assert response.content == (
        b'{"results":['
        + (edition_of(topic).document or "").encode()
        + b'],"next":null,"previous":null,"total":{"value":1,"relation":"eq"},"notes":[]}'
    )


def test_an_empty_list_is_one_too(client):
    assert (
        client.get("/api/v1/topics/").content
        == b'{"results":[],"next":null,"previous":null,"total":{"value":0,"relation":"eq"},"notes":[]}'
    )


@pytest.mark.parametrize("ordering", ["start", "-start", "label", "-label"])
def test_walking_gives_every_record_once_in_order_in_both_directions(client, tenures, ordering):
    expected = in_order(ordering)
    assert len(expected) == len(STARTS)

    for size in range(1, 8):
        forward, last = walk(client, f"/api/v1/tenures/?ordering={ordering}&page_size={size}")
        backward, _first = walk(client, last, step="previous")

        assert [key for page in forward for key in page] == expected
        assert backward[::-1] == forward


def test_undated_records_come_last_either_way(client, tenures):
    for ordering in ("start", "-start"):
        records = content(client, f"/api/v1/tenures/?ordering={ordering}")["results"]

        assert [record["start"] for record in records[-3:]] == [None, None, None]
        assert all(record["start"] for record in records[:-3])


def test_walking_survives_what_is_published_in_between(client):
    topics = [make_topic(f"topic-{number:02}") for number in range(12)]
    publish(*topics, by=None)
    unchanged = {str(topic.pk) for topic in topics[::2]}

    seen = []
    address = "/api/v1/topics/?ordering=label&page_size=3"
    for changed in [*topics[1::2], *[None] * 10]:
        page = content(client, address)
        seen += [record["id"] for record in page["results"]]
        if changed is not None:  # jumps to the end or to the beginning
            changed.label = f"{'Zebra' if changed.pk.int % 2 else 'Aardvark'} {changed.code}"
            changed.save()
            publish(changed, make_topic(f"new-{changed.code}"), by=None)
        if page["next"] is None:
            break
        address = local(page["next"])

    assert [key for key in seen if key in unchanged] == sorted(unchanged, key=seen.index)
    assert unchanged <= set(seen)


def test_a_page_whose_records_are_gone_still_leads_back(client):
    topics = [make_topic(f"topic-{number}") for number in range(3)]
    publish(*topics, by=None)
    first = content(client, "/api/v1/topics/?page_size=2")
    withdraw(topics[2], by=None, reason="Made in error.")

    page = content(client, local(first["next"]))
    back = content(client, local(page["previous"]))

    assert (page["results"], page["next"], page["total"]) == (
        [],
        None,
        {"value": 2, "relation": "eq"},
    )
    assert back["results"] == first["results"]


def test_links_repeat_the_query_and_stand_in_the_link_header(client):
    publish(*[make_topic(f"topic-{number}") for number in range(5)], by=None)

    first = client.get("/api/v1/topics/?page_size=2&broader__isnull=true&ordering=-code")
    second = client.get(local(first.json()["next"]))

    following = second.json()["next"]
    assert (
        second.headers["Link"]
        == f'<{following}>; rel="next", <{second.json()["previous"]}>; rel="prev"'
    )
    query = parse_qs(urlsplit(following).query)
    del query["cursor"]
    assert query == {"page_size": ["2"], "broader__isnull": ["true"], "ordering": ["-code"]}
    assert "Link" not in client.get("/api/v1/topics/?page_size=5").headers


def test_a_cursor_may_change_page_size_but_nothing_that_decides_what_comes_next(client):
    publish(*[make_topic(f"topic-{number}") for number in range(5)], by=None)
    cursor = parse_qs(urlsplit(content(client, "/api/v1/topics/?page_size=2")["next"]).query)[
        "cursor"
    ][0]

    assert [
        record["code"]
        for record in content(
            client, f"/api/v1/topics/?page_size=3&count=none&fields=code&cursor={cursor}"
        )["results"]
    ] == ["topic-2", "topic-3", "topic-4"]
    for address in (
        "topics/?ordering=-code",
        "topics/?broader__isnull=true",
        "topics/?search=topic",
        "sources/?count=none",
    ):
        problem = client.get(f"/api/v1/{address}&cursor={cursor}")
        assert (problem.status_code, problem.json()["code"]) == (400, "cursor_mismatch"), address


@pytest.mark.parametrize("cursor", ["x", "AAAA", "é", "=", "A" * 300, "A" * 8000, "%00"])
def test_a_cursor_that_is_none_of_ours_is_refused(client, cursor):
    problem = client.get(f"/api/v1/topics/?cursor={cursor}")

    assert problem.status_code == 400
    assert problem.json()["errors"][0]["parameter"] == "cursor"


def test_every_altered_cursor_is_refused(client):
    publish(*[make_topic(f"topic-{number}") for number in range(3)], by=None)
    cursor = parse_qs(urlsplit(content(client, "/api/v1/topics/?page_size=1")["next"]).query)[
        "cursor"
    ][0]

    for place in range(len(cursor)):
        altered = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        problem = client.get(f"/api/v1/topics/?page_size=1&cursor={altered}")
        assert (problem.status_code, problem.json()["code"]) == (400, "invalid_cursor")


# The total


def test_the_total_is_counted_up_to_a_thousand(client, bulk_topics):
    bulk_topics(1000)
    assert content(client, "/api/v1/topics/?page_size=1")["total"] == {
        "value": 1000,
        "relation": "eq",
    }

    bulk_topics(1)
    assert content(client, "/api/v1/topics/?page_size=1")["total"] == {
        "value": 1000,
        "relation": "gte",
    }
    assert content(client, "/api/v1/topics/?page_size=1&count=exact")["total"] == {
        "value": 1001,
        "relation": "eq",
    }
    assert content(client, "/api/v1/topics/?page_size=1&count=none")["total"] is None


@pytest.fixture
def bulk_topics():
    """Editions without their records: the API needs no more."""
    made = iter(range(10**6))

    def make(how_many):
        TopicEdition.objects.bulk_create(
            TopicEdition(
                record_id=UUID(int=number + 1),
                revision=1,
                position=number + 1,
                action="published",
                slug=f"t-{number}",
                label="T",
                sort_label="t",
                document="{}",
                published_at="2026-01-01T00:00:00Z",
                code=f"t-{number}",
            )
            for number, _ in zip(made, range(how_many), strict=False)
        )

    return make


def test_an_exact_count_that_takes_too_long_is_a_problem_and_leaves_the_connection_usable(
    settings, bulk_topics
):
    bulk_topics(10)
    settings.EXACT_COUNT_MILLISECONDS = 50

    with pytest.raises(Problem) as problem:
        count(TopicEdition, Clause("pg_sleep(1) IS NOT NULL"), "exact")

    assert (problem.value.type.code, problem.value.type.status) == ("count_timeout", 503)
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() != ("50ms",)


# Queries


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 1),
        ("page_size=1", 1),
        ("search=topic", 1),
        ("ordering=-published_at", 1),
        ("fields=code", 1),
        ("broader__isnull=true", 1),
        ("broader=topic-0", 2),
        ("broader=topic-0&broader__isnull=false", 2),
        ("id=topic-0", 2),
        ("id=topic-0,nowhere,never", 6),
        ("identifier=wikidata:Q1,wikidata:Q2", 1),
        ("published_after=2020-01-01", 1),
    ],
)
def test_a_page_takes_the_same_number_of_queries_whatever_is_on_it(client, query, expected):
    counts = []
    for wave in (1, 2):
        publish(
            *[make_topic(f"topic-{number}") for number in range(wave - 1, wave * wave)], by=None
        )
        # Statistics, which some questions need, are read once in a while and kept by the process.
        client.get(f"/api/v1/topics/?{query}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/api/v1/topics/?{query}").status_code == 200
        counts.append(len(queries))

    assert counts == [expected, expected]


def test_a_list_reads_editions_and_references_only(client, tenures):
    with CaptureQueriesContext(connection) as queries:
        client.get("/api/v1/tenures/?person=person-0&on=2025&search=office&ordering=-start")
        client.get(f"/api/v1/tenures/{tenures[0].slug}/")
        client.get(f"/api/v1/tenures/{tenures[0].pk}/revisions/1/")

    tables = {
        word.strip('()",').partition(".")[0].strip('"')
        for query in queries
        for word in query["sql"].split()
        if "_" in word
    }
    named = {table for table in tables if table in connection.introspection.table_names()}
    assert named == {"people_tenureedition", "records_reference"}


# Versions


def test_a_list_is_not_sent_twice_while_nothing_on_it_changes(client):
    topic = make_topic("gold")
    publish(topic, by=None)

    first = client.get("/api/v1/topics/")
    again = client.get("/api/v1/topics/", headers={"if-none-match": first.headers["ETag"]})
    publish(make_topic("silver"), by=None)
    later = client.get("/api/v1/topics/", headers={"if-none-match": first.headers["ETag"]})

    assert first.headers["ETag"].startswith('W/"')
    assert (again.status_code, again.content) == (304, b"")
    assert later.status_code == 200
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert first.headers["Vary"] == "Accept, Accept-Encoding, Authorization"


@pytest.fixture
def columns_read():
    """The names of the columns that each statement brought back."""
    read = []

    def look(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        read.append([column.name for column in context["cursor"].description or ()])
        return result

    with connection.execute_wrapper(look):
        yield read


CONDITIONAL = [
    "topics/",
    "topics/?page_size=2",
    "topics/?page_size=2&ordering=-label&fields=id,label",
    "topics/?count=none&search=topic",
    "topics/topic-1/revisions/?page_size=1",
]


@pytest.mark.parametrize("address", CONDITIONAL)
def test_who_has_a_page_is_told_so_before_a_document_is_read(client, columns_read, address):
    topics = [make_topic(f"topic-{number}") for number in range(5)]
    publish(*topics, by=None)
    withdraw(topics[1], by=None, reason="Made in error.")
    columns_read.clear()
    first = client.get(f"/api/v1/{address}")
    plain = [name for columns in columns_read for name in columns]
    assert {"document", "action"} & set(plain)

    columns_read.clear()
    again = client.get(f"/api/v1/{address}", headers={"if-none-match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    read = [name for columns in columns_read for name in columns]
    assert "position" in read
    assert not {"document", "action"} & set(read)
    for name in ("ETag", "Cache-Control", "Vary", "Link"):
        assert again.headers.get(name) == first.headers.get(name)


@pytest.mark.parametrize("address", CONDITIONAL)
def test_who_has_another_version_gets_the_same_bytes_as_who_has_none(client, columns_read, address):
    topics = [make_topic(f"topic-{number}") for number in range(5)]
    publish(*topics, by=None)
    withdraw(topics[1], by=None, reason="Made in error.")
    page = f"/api/v1/{address}"

    while page:
        columns_read.clear()
        plain = client.get(page)
        statements = len(columns_read)
        columns_read.clear()
        conditional = client.get(page, headers={"if-none-match": '"another"'})

        assert (conditional.status_code, conditional.content) == (200, plain.content)
        names = ("ETag", "Link", "Vary", "Content-Type", "Content-Length")
        for name in names:
            assert conditional.headers.get(name) == plain.headers.get(name)
        assert len(columns_read) == statements + 1
        page = plain.json()["next"]


def test_who_has_a_version_of_an_empty_list_is_told_so(client):
    first = client.get("/api/v1/topics/")

    for tag, status in ((first.headers["ETag"], 304), ('"another"', 200)):
        again = client.get("/api/v1/topics/", headers={"if-none-match": tag})
        assert again.status_code == status
        assert again.content == (first.content if status == 200 else b"")


def test_another_representation_of_a_list_has_another_version(client):
    publish(make_topic("gold"), by=None)

    tags = {
        client.get(f"/api/v1/topics/{query}").headers["ETag"]
        for query in ("", "?fields=id", "?omit=id", "?count=none")
    }

    assert len(tags) == 4


def test_fields_and_omit_cut_documents_down(client):
    broader = make_topic("minerals")
    topic = make_topic("gold", broader=broader)
    publish(broader, topic, by=None)

    cut = content(
        client, "/api/v1/topics/?fields=code,broader.label,broader.id&omit=broader.id&ordering=code"
    )
    assert cut["results"] == [
        {
            "id": str(topic.pk),
            "object": "topic",
            "code": "gold",
            "broader": {"label": "Minerals"},
        },
        {"id": str(broader.pk), "object": "topic", "code": "minerals", "broader": None},
    ]

    whole = json.loads(TopicEdition.objects.get(code="gold").document or "")
    del whole["label"], whole["broader"]["id"]
    assert (
        content(client, "/api/v1/topics/?omit=label,broader.id&ordering=code")["results"][0]
        == whole
    )


def test_a_search_finds_unaccented_words_and_ranks_the_label_first(client):
    publish(
        make_topic("peace", label="Peace of Münster"),
        make_topic("other", label="Other", alternative_labels=["Munster"]),
        make_topic("last", label="Nothing"),
        by=None,
    )

    assert [
        record["code"] for record in content(client, "/api/v1/topics/?search=munster")["results"]
    ] == ["peace", "other"]
    assert [
        record["code"]
        for record in content(client, "/api/v1/topics/?search=MÜNSTER&ordering=code")["results"]
    ] == ["other", "peace"]
    assert content(client, "/api/v1/topics/?search=peace+munster")["total"]["value"] == 1
    assert content(client, "/api/v1/topics/?search=%21%21")["results"] == []
    forward, last = walk(client, "/api/v1/topics/?search=munster&page_size=1")
    backward, _first = walk(client, last, step="previous")
    assert (len(forward), backward[::-1]) == (2, forward)
