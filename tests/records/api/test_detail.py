"""One record: found by any of its names, versioned, moved, withdrawn or not there."""

import json
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from records.editions import TopicEdition
from records.models import TopicIdentifier
from records.publishing.merge import merge
from records.publishing.publish import publish, restore, withdraw
from tests.factories.records import make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def gold():
    topic = make_topic("gold")
    TopicIdentifier.objects.create(record=topic, scheme="wikidata", value="Q897")
    TopicIdentifier.objects.create(record=topic, scheme="odd", value="a b/c:d?é")
    publish(topic, by=None)
    return topic


def document_of(topic, revision=1):
    return TopicEdition.objects.get(record_id=topic.pk, revision=revision).document


def rename(topic, label):
    topic.label = label
    topic.save()
    publish(topic, by=None)


def test_a_record_is_found_by_each_of_its_names_with_and_without_the_last_slash(client, gold):
    expected = document_of(gold).encode()

    for ref in (str(gold.pk), str(gold.pk).upper(), "gold", "wikidata:Q897"):
        for slash in ("/", ""):
            response = client.get(f"/api/v1/topics/{ref}{slash}")
            assert (response.status_code, response.content) == (200, expected), ref
    assert response.headers["Content-Type"] == "application/json"


def test_one_record_takes_one_query_by_id_and_two_by_another_name(client, gold):
    for ref, expected in ((str(gold.pk), 1), ("gold", 2), ("wikidata:Q897", 2)):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/api/v1/topics/{ref}/")
        assert len(queries) == expected


def test_what_is_not_published_is_the_same_404_as_what_was_never_there(client, gold):
    draft = make_topic("secret")
    answers = set()
    for ref in (
        draft.pk,
        "secret",
        uuid4(),
        "never-there",
        "wikidata:Q1",
        "%00",
        "a%00b",
        "%FF",
        "%C3%28",
        "x" * 500,
        "%0A",
        "gold%0A",
        "a%20b",
        "é",
        "'",
        ":",
    ):
        for place in ("", "revisions/", "revisions/1/"):
            response = client.get(f"/api/v1/topics/{ref}/{place}")
            problem = json.loads(response.content)
            del problem["instance"], problem["request_id"]
            answers.add((response.status_code, json.dumps(problem)))

    assert len(answers) == 1
    assert answers.pop()[0] == 404


@pytest.mark.parametrize(
    "number", ["0", "-1", "2", "01", "x", "1.0", "99999999999999999999", "%D9%A1"]
)
def test_a_revision_that_never_was_is_not_found(client, gold, number):
    assert client.get(f"/api/v1/topics/gold/revisions/{number}/").status_code == 404


# Versions


def test_a_record_has_a_strong_version_and_is_not_sent_twice(client, gold):
    first = client.get("/api/v1/topics/gold/")
    tag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    assert tag.startswith('"')
    assert tag == client.get(f"/api/v1/topics/{gold.pk}/").headers["ETag"]

    for conditions in (
        {"if-none-match": tag},
        {"if-none-match": f'"x", W/{tag}'},
        {"if-none-match": "*"},
        {"if-modified-since": modified},
        {"if-none-match": tag, "if-modified-since": "Mon, 01 Jan 1990 00:00:00 GMT"},
    ):
        again = client.get("/api/v1/topics/gold/", headers=conditions)
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag), (
            conditions
        )

    for conditions in (
        {"if-none-match": '"x"'},
        {"if-none-match": "nonsense"},
        {"if-none-match": '"x"', "if-modified-since": modified},
        {"if-modified-since": "Mon, 01 Jan 1990 00:00:00 GMT"},
        {"if-modified-since": "nonsense"},
    ):
        assert client.get("/api/v1/topics/gold/", headers=conditions).content == first.content, (
            conditions
        )


def test_who_has_the_version_is_told_so_before_the_document_is_read(client, gold):
    tag = client.get("/api/v1/topics/gold/").headers["ETag"]

    with CaptureQueriesContext(connection) as queries:
        client.get(f"/api/v1/topics/{gold.pk}/", headers={"if-none-match": tag})

    assert ["document" in query["sql"] for query in queries] == [False]


def test_the_version_changes_with_the_revision_and_with_the_representation(client, gold):
    tags = [
        client.get(f"/api/v1/topics/gold/{query}").headers["ETag"]
        for query in ("", "?fields=id", "?omit=id", "?fields=id,slug")
    ]
    rename(gold, "Au")
    tags.append(client.get("/api/v1/topics/gold/").headers["ETag"])

    assert len(set(tags)) == 5
    assert (
        client.get("/api/v1/topics/gold/?fields=slug,id").headers["ETag"] != tags[3]
    )  # another revision
    assert (
        client.get(
            "/api/v1/topics/gold/?fields=id", headers={"if-none-match": tags[-1]}
        ).status_code
        == 200
    )


def test_headers_let_anybody_keep_it_a_minute(client, gold):
    headers = client.get("/api/v1/topics/gold/").headers

    assert headers["Cache-Control"] == "public, max-age=60"
    assert headers["Vary"] == "Accept, Accept-Encoding, Authorization"
    assert "Set-Cookie" not in headers


# Parts of a document


def test_fields_pick_and_omit_drops(client, gold):
    whole = json.loads(document_of(gold))
    stays = {"id": str(gold.pk), "object": "topic"}

    assert client.get("/api/v1/topics/gold/?fields=label,identifiers.value").json() == {
        **stays,
        "label": "Gold",
        "identifiers": [{"value": item["value"]} for item in whole["identifiers"]],
    }
    assert client.get("/api/v1/topics/gold/?omit=identifiers.scheme,label").json() == {
        **{name: value for name, value in whole.items() if name != "label"},
        "identifiers": [{"value": item["value"]} for item in whole["identifiers"]],
    }
    assert client.get("/api/v1/topics/gold/?fields=identifiers,identifiers.value").json() == {
        **stays,
        "identifiers": whole["identifiers"],
    }
    assert client.get(
        "/api/v1/topics/gold/?omit=identifiers,identifiers.value"
    ).json().keys() == whole.keys() - {"identifiers"}


def test_id_and_object_stay_whatever_is_picked_or_dropped(client, gold):
    whole = json.loads(document_of(gold))
    stays = {"id": str(gold.pk), "object": "topic"}

    for query, left in (
        ("fields=code", {**stays, "code": "gold"}),
        ("fields=id", stays),
        ("fields=code&omit=id,object,code", stays),
        ("omit=id,object", whole),
        (f"omit={','.join(whole)}", stays),
    ):
        assert client.get(f"/api/v1/topics/gold/?{query}").json() == left
        assert client.get(f"/api/v1/topics/?{query}").json()["results"] == [left]


def test_a_field_that_is_like_none_is_refused_with_those_that_there_are(client, gold):
    (fault,) = client.get("/api/v1/topics/gold/?fields=identifiers.zzz").json()["errors"]

    assert fault == {
        "code": "unknown_field",
        "detail": "There is no field “zzz” in identifiers: choose one of scheme, value.",
        "parameter": "fields",
    }


# Merged and withdrawn


def test_a_merged_record_leads_to_its_survivor_with_the_query(client, gold):
    twin = make_topic("aurum")
    publish(twin, by=None)
    merge(twin, gold, by=None, reason="The same metal.")

    for ref in ("aurum", twin.pk):
        response = client.get(f"/api/v1/topics/{ref}/?fields=code")
        assert (response.status_code, response.headers["Location"]) == (
            308,
            f"/api/v1/topics/{gold.pk}/?fields=code",
        )
        assert response.headers["Cache-Control"] == "public, max-age=60"
        assert "Content-Type" not in response.headers
    assert client.get("/api/v1/topics/aurum/", follow=True).json()["code"] == "gold"
    assert client.get("/api/v1/topics/aurum/revisions/1/").json()["code"] == "aurum"


def test_a_chain_of_merges_leads_to_the_last_one(client, gold):
    first, second = make_topic("first"), make_topic("second")
    publish(first, second, by=None)
    merge(first, second, by=None, reason="Same.")
    merge(second, gold, by=None, reason="Same.")

    assert client.get("/api/v1/topics/first/").headers["Location"] == f"/api/v1/topics/{gold.pk}/"


def test_a_withdrawn_record_says_why_and_when_and_shows_nothing_else(client, gold):
    rename(gold, "Au")
    withdraw(gold, by=None, reason="Made in error.")

    for place in ("", "revisions/1/", "revisions/2/", "revisions/3/"):
        response = client.get(f"/api/v1/topics/gold/{place}")
        problem = response.json()
        assert (response.status_code, problem["code"], problem["reason"]) == (
            410,
            "withdrawn",
            "Made in error.",
        ), place
        assert problem["withdrawn_at"].endswith("Z")
        assert b"Au" not in response.content

    restore(gold, by=None)
    assert client.get("/api/v1/topics/gold/").json()["revision"] == 4
    assert client.get("/api/v1/topics/gold/revisions/1/").json()["label"] == "Gold"


# Revisions


def test_revisions_are_listed_newest_first_in_the_same_envelope(client, gold):
    rename(gold, "Au")
    withdraw(gold, by=None, reason="Made in error.")

    page = client.get("/api/v1/topics/gold/revisions/").json()

    address = f"/api/v1/topics/{gold.pk}/revisions"
    assert [{**entry, "published_at": None} for entry in page["results"]] == [
        {
            "revision": 3,
            "action": "withdrawn",
            "published_at": None,
            "reason": "Made in error.",
            "merged_into": None,
            "url": f"{address}/3/",
        },
        {
            "revision": 2,
            "action": "updated",
            "published_at": None,
            "reason": None,
            "merged_into": None,
            "url": f"{address}/2/",
        },
        {
            "revision": 1,
            "action": "published",
            "published_at": None,
            "reason": None,
            "merged_into": None,
            "url": f"{address}/1/",
        },
    ]
    assert (page["next"], page["previous"], page["total"]) == (
        None,
        None,
        {"value": 3, "relation": "eq"},
    )


def test_revisions_are_paged(client, gold):
    for label in ("Au", "Aurum", "Oro"):
        rename(gold, label)

    first = client.get("/api/v1/topics/gold/revisions/?page_size=3").json()
    second = client.get(first["next"]).json()

    assert [entry["revision"] for entry in first["results"] + second["results"]] == [4, 3, 2, 1]
    assert client.get(second["previous"]).json()["results"] == first["results"]


def test_each_revision_is_served_as_it_was(client, gold):
    rename(gold, "Au")

    for revision in (1, 2):
        response = client.get(f"/api/v1/topics/gold/revisions/{revision}/")
        assert response.content == document_of(gold, revision).encode()
        assert (
            response.content == client.get(f"/api/v1/topics/{gold.pk}/revisions/{revision}").content
        )


# Methods


def test_head_is_get_without_the_body(client, gold):
    for address in (
        "/api/v1/topics/",
        "/api/v1/topics/gold/",
        "/api/v1/topics/gold/revisions/",
        "/api/v1/",
    ):
        get, head = client.get(address), client.head(address)
        assert (head.status_code, head.content) == (200, b"")
        assert (head.headers["ETag"], head.headers["Content-Length"]) == (
            get.headers["ETag"],
            get.headers["Content-Length"],
        )


@pytest.mark.parametrize("address", ["topics/gold/", "topics/", "", "docs/", "openapi.json"])
def test_options_say_what_may_be_done(client, gold, address):
    response = client.options(f"/api/v1/{address}")

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_an_answer_without_a_body_has_neither_type_nor_length(client, gold):
    tag = client.get("/api/v1/topics/gold/").headers["ETag"]

    for response in (
        client.options("/api/v1/topics/gold/"),
        client.get("/api/v1/topics/gold/", headers={"if-none-match": tag}),
    ):
        assert response.status_code in {204, 304}
        assert not {"Content-Type", "Content-Length"} & set(response.headers)
