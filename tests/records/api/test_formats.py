"""A format is one class: lists, sub-lists, details, negotiation and schema take it from where it is listed."""

import json

import pytest
from drf_spectacular.generators import SchemaGenerator

from config.api.formats import Format, Json
from records.api import search
from records.api.views import EditionViewSet
from records.publishing.publish import publish
from tests.factories.records import make_topic

pytestmark = pytest.mark.django_db


class Lines(Format):
    """One document per line, all pages, and the number of them at the end."""

    format = "lines"
    media_type = "text/x-lines"
    is_whole = True

    def page(self, documents, envelope, shape):
        count = 0
        yield f"{','.join(shape)}\n".encode()
        for count, document in enumerate(documents, start=1):  # noqa: B007 - counts
            yield f"{document}\n".encode()
        yield f"{count} of {envelope['total']['value']}\n".encode()

    def document(self, document, shape):
        return f"{','.join(shape)}\n{document}\n".encode()


@pytest.fixture(autouse=True)
def _lines(monkeypatch):
    monkeypatch.setattr(EditionViewSet, "renderer_classes", [Json, Lines])


@pytest.fixture
def metals():
    """Publish three topics: the lines of a list of them that has their codes alone."""
    topics = [make_topic(label) for label in ("antimony", "gold", "silver")]
    publish(*topics, by=None)
    return [f'{{"id":"{one.pk}","object":"topic","code":"{one.code}"}}' for one in topics]


def lines(response):
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/x-lines"
    return b"".join(response).decode().splitlines()


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("&format=lines", "text/html"),
        ("", "text/x-lines"),
        ("", "application/json;q=0.5, text/x-lines"),
    ],
)
def test_list_in_another_format_has_all_pages(client, metals, query, accept):
    response = client.get(
        f"/api/v1/topics/?fields=code&page_size=2{query}", headers={"accept": accept}
    )

    assert response.streaming
    assert "ETag" not in response.headers
    assert lines(response) == ["id,object,code", *metals, "3 of 3"]


def test_list_in_another_format_goes_on_from_a_cursor(client, metals):
    after = client.get("/api/v1/topics/?fields=code&page_size=1").json()["next"]

    assert lines(client.get(f"{after}&format=lines"))[1:] == [*metals[1:], "2 of 2"]


def test_sub_list_in_another_format(client, metals):
    found = lines(client.get("/api/v1/topics/gold/revisions/?format=lines"))

    assert found[0] == "revision,action,published_at,reason,merged_into,url"
    assert json.loads(found[1])["action"] == "published"


def test_detail_in_another_format_is_another_version(client, metals):
    plain = client.get("/api/v1/topics/gold/?fields=code,slug")
    response = client.get("/api/v1/topics/gold/?fields=code,slug&format=lines")
    tag = response.headers["ETag"]

    assert lines(response) == ["id,object,slug,code", plain.content.decode()]
    assert tag != plain.headers["ETag"]
    for query, status in (("&format=lines", 304), ("", 200)):
        again = client.get(
            f"/api/v1/topics/gold/?fields=code,slug{query}", headers={"if-none-match": tag}
        )
        assert again.status_code == status


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "text/x-lines;q=0.5, */*"])
def test_first_format_is_the_default(client, metals, accept):
    response = client.get("/api/v1/topics/", headers={"accept": accept} if accept else {})

    assert response.headers["Content-Type"] == "application/json"


def test_formats_are_listed_when_none_is_acceptable(client):
    response = client.get("/api/v1/topics/", headers={"accept": "text/csv"})

    assert response.status_code == 406
    assert [each["format"] for each in response.json()["available"]] == ["json", "lines"]


def test_schema_names_the_format_where_it_is_available():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    paths = schema["paths"]

    for address in (
        "/api/v1/topics/",
        "/api/v1/topics/{ref}/",
        "/api/v1/topics/{ref}/revisions/",
        "/api/v1/topics/{ref}/revisions/{number}/",
    ):
        operation = paths[address]["get"]
        parameter = next(each for each in operation["parameters"] if each["name"] == "format")
        name = parameter["schema"]["$ref"].removeprefix("#/components/schemas/")
        assert schema["components"]["schemas"][name]["enum"] == ["json", "lines"]
        assert operation["responses"]["200"]["content"]["text/x-lines"] == {
            "schema": {"type": "string"}
        }
    index = paths["/api/v1/"]["get"]
    assert list(index["responses"]["200"]["content"]) == ["application/json", "text/html"]


@pytest.mark.parametrize("page_size", [1, 2, 50])
def test_a_search_in_another_format_has_all_finds_ranked_or_not(client, monkeypatch, page_size):
    publish(*[make_topic(f"metal-{number}") for number in range(6)], make_topic("x"), by=None)
    address = f"/api/v1/topics/?search=metal&fields=code&page_size={page_size}&format=lines"
    ranked = lines(client.get(address))

    monkeypatch.setattr(search, "RANKED", 2)

    whole = lines(client.get(address))
    assert sorted(whole[1:-1]) == sorted(ranked[1:-1])
    assert len(whole) == 1 + 6 + 1
