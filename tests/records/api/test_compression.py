"""Compression: a client that asks for it gets the same answer in fewer bytes, and everybody else as before."""

import gzip
import json
import sys
from typing import Any

import pytest

from config.api.compression import WORTHWHILE
from config.api.formats import Format, Json
from records.api.views import EditionViewSet
from records.publishing.publish import publish
from tests.factories.records import make_topic

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

pytestmark = pytest.mark.django_db

UNPACK: dict[str | None, Any] = {"zstd": zstd.decompress, "gzip": gzip.decompress, None: bytes}
VARY = "Accept, Accept-Encoding, Authorization"


@pytest.fixture(autouse=True)
def topics():
    made = [make_topic(f"topic-{number}") for number in range(5)]
    publish(*made, by=None)
    return made


def ask(client, address, accepted, **headers):
    """An answer under /api/v1/, its body unpacked."""
    response = client.get(f"/api/v1/{address}", headers={"accept-encoding": accepted, **headers})
    body = b"".join(response) if response.streaming else response.content
    return response, UNPACK[response.headers.get("Content-Encoding")](body)


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("zstd", "zstd"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip,deflate", "gzip"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("gzip;q=0.5, zstd;q=0.5, identity;q=0.1", "zstd"),
        ("zstd;q=0, gzip;q=0.001", "gzip"),
        ("*", "gzip"),
        ("*;q=0.5, gzip;q=0", None),
        ("gzip;q=0.5, identity", None),
        ("gzip;q=0.5, identity;q=0.5", "gzip"),
        ("zstd;q=0", None),
        ("identity", None),
        ("", None),
        ("br, deflate", None),
        ("identity;q=0, zstd", "zstd"),
        ("*;q=0, gzip", "gzip"),
        (", ;;q, gzip;q=zstd", "gzip"),
    ],
)
def test_the_coding_is_the_one_that_the_caller_likes_best(client, accepted, expected):
    plain = client.get("/api/v1/topics/")
    assert len(plain.content) > WORTHWHILE

    response, body = ask(client, "topics/", accepted)

    assert response.headers.get("Content-Encoding") == expected
    assert body == plain.content
    assert response.headers["Content-Length"] == str(len(response.content))
    assert response.headers["Vary"] == VARY


@pytest.mark.parametrize("accepted", ["identity;q=0", "*;q=0", "br, *;q=0", "identity;q=0, br"])
def test_who_takes_nothing_that_there_is_gets_a_problem(client, accepted):
    response, body = ask(client, "topics/", accepted)

    assert (response.status_code, json.loads(body)["code"]) == (406, "not_acceptable")
    assert json.loads(body)["available"] == [
        {"content_coding": "zstd"},
        {"content_coding": "gzip"},
    ]


@pytest.mark.parametrize("coding", ["zstd", "gzip"])
def test_what_fits_one_packet_is_left_as_it_is_unless_that_is_refused(client, coding):
    plain = client.get("/api/v1/topics/topic-1/?fields=label")

    response, body = ask(client, "topics/topic-1/?fields=label", coding)
    assert "Content-Encoding" not in response.headers
    assert body == plain.content

    response, body = ask(client, "topics/topic-1/?fields=label", f"identity;q=0, {coding}")
    assert response.headers["Content-Encoding"] == coding
    assert body == plain.content


@pytest.mark.parametrize(
    "address",
    ["topics/", "openapi.json", "openapi.yaml", "exchange.schema.json", "docs/", "problems/"],
)
@pytest.mark.parametrize("coding", ["zstd", "gzip"])
def test_everything_is_compressed_and_smaller(client, address, coding):
    plain = client.get(f"/api/v1/{address}").content
    response, body = ask(client, address, coding)

    if len(plain) < WORTHWHILE:
        assert address == "docs/"
    else:
        assert response.headers["Content-Encoding"] == coding
        assert len(response.content) < len(plain) / 2
    assert body == plain


@pytest.mark.parametrize("coding", ["zstd", "gzip"])
def test_a_long_problem_is_compressed(client, coding):
    wrong = "&".join(f"nonsense{number}=1" for number in range(20))
    response, body = ask(client, f"topics/?{wrong}", coding)

    assert response.status_code == 400
    assert response.headers["Content-Encoding"] == coding
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Vary"] == VARY
    assert len(json.loads(body)["errors"]) == 20


# Versions


@pytest.mark.parametrize("coding", ["zstd", "gzip"])
def test_each_coding_of_a_record_has_a_strong_version_of_its_own(client, coding):
    plain = client.get("/api/v1/topics/topic-1/")
    response, _body = ask(client, "topics/topic-1/", coding)
    tag = response.headers["ETag"]

    assert tag == plain.headers["ETag"][:-1] + f'.{coding}"'
    for given, accepted, status in (
        (tag, coding, 304),
        (tag, "identity", 200),
        (plain.headers["ETag"], coding, 200),
        (plain.headers["ETag"], "identity", 304),
    ):
        again, _body = ask(client, "topics/topic-1/", accepted, **{"if-none-match": given})
        assert again.status_code == status, (given, accepted)


@pytest.mark.parametrize("coding", ["zstd", "gzip"])
@pytest.mark.parametrize("address", ["topics/topic-1/", "topics/"])
def test_an_answer_without_a_body_has_the_headers_that_caches_need(client, coding, address):
    first, _body = ask(client, address, coding)
    again, body = ask(client, address, coding, **{"if-none-match": first.headers["ETag"]})

    assert (again.status_code, body) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary", "Last-Modified"):
        assert again.headers.get(name) == first.headers.get(name)
    assert not {"Content-Encoding", "Content-Length", "Content-Type"} & set(again.headers)


def test_a_list_has_one_weak_version_for_all_codings(client):
    tags = {
        ask(client, "topics/", accepted)[0].headers["ETag"] for accepted in ("", "zstd", "gzip")
    }

    (tag,) = tags
    assert tag.startswith('W/"')


def test_equal_answers_have_equal_bytes(client):
    for coding in ("zstd", "gzip"):
        first, _body = ask(client, "topics/", coding)
        assert first.content == ask(client, "topics/", coding)[0].content


@pytest.mark.parametrize("address", ["topics/", "topics/topic-1/", "problems/", "openapi.json"])
def test_head_has_the_headers_of_get(client, address):
    for coding in ("zstd", "gzip"):
        get, _body = ask(client, address, coding)
        head = client.head(f"/api/v1/{address}", headers={"accept-encoding": coding})

        ours = {"X-Request-ID"}
        assert head.content == b""
        assert {name: head.headers[name] for name in head.headers if name not in ours} == {
            name: get.headers[name] for name in get.headers if name not in ours
        }


# Streams


class Lines(Format):
    """One document per line."""

    format = "lines"
    media_type = "text/x-lines"
    is_whole = True

    def page(self, documents, envelope, shape):
        for document in documents:
            yield f"{document}\n".encode()


@pytest.mark.parametrize("coding", ["zstd", "gzip"])
def test_a_stream_is_compressed_while_it_is_sent(client, monkeypatch, coding):
    read = []

    class Watched(Lines):
        def page(self, documents, envelope, shape):
            for number in range(20_000):
                read.append(number)
                yield b"%d %d\n" % (number, hash((number, coding)))

    monkeypatch.setattr(EditionViewSet, "renderer_classes", [Json, Watched])
    response = client.get("/api/v1/topics/?format=lines", headers={"accept-encoding": coding})
    stream = iter(response)
    pieces = [next(stream)]
    read_by_then = len(read)
    pieces += stream

    assert response.headers["Content-Encoding"] == coding
    assert "Content-Length" not in response.headers
    assert all(pieces)
    assert read_by_then < 20_000
    lines = UNPACK[coding](b"".join(pieces)).splitlines()
    assert lines == [b"%d %d" % (number, hash((number, coding))) for number in range(20_000)]


@pytest.mark.parametrize("coding", ["zstd", "gzip"])
def test_a_stream_has_the_same_lines_compressed(client, monkeypatch, coding):
    monkeypatch.setattr(EditionViewSet, "renderer_classes", [Json, Lines])

    plain = b"".join(client.get("/api/v1/topics/?format=lines&page_size=2"))
    response, body = ask(client, "topics/?format=lines&page_size=2", coding)

    assert response.headers["Content-Encoding"] == coding
    assert (body, plain.count(b"\n")) == (plain, 5)


@pytest.mark.parametrize("coding", ["zstd", "gzip"])
def test_a_stream_that_breaks_off_lacks_its_end(client, monkeypatch, coding):
    class Broken(Lines):
        def page(self, documents, envelope, shape):
            yield b"one\n"
            raise OSError("the database is gone")

    monkeypatch.setattr(EditionViewSet, "renderer_classes", [Json, Broken])
    response = client.get("/api/v1/topics/?format=lines", headers={"accept-encoding": coding})
    pieces = []
    with pytest.raises(OSError, match="gone"):
        pieces.extend(response)

    with pytest.raises((EOFError, zstd.ZstdError)):
        UNPACK[coding](b"".join(pieces))


# Elsewhere


def test_the_desk_is_not_compressed(publisher):
    for address in ("/admin/", "/admin/login/", "/"):
        response = publisher.get(address, headers={"accept-encoding": "gzip, zstd"}, follow=True)
        assert response.status_code == 200
        assert "Content-Encoding" not in response.headers
