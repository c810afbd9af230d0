"""Keys and rate limits as callers meet them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.environment import networks
from records.models import ApiKey, Usage
from tests.factories.records import make_topic, publish_whole

pytestmark = pytest.mark.django_db

LIST = "/api/v1/topics/"


@pytest.fixture
def topic() -> str:
    """The address of a published record."""
    topic = make_topic("mining")
    publish_whole(topic)
    return f"{LIST}mining/"


def made(**fields: Any) -> str:
    return ApiKey.make(**{"owner": "Wire", "by": None, **fields})[1]


def get(address: str, token: str, client: Client | None = None, **headers: str) -> Any:
    return (client or Client()).get(
        address, headers={"authorization": f"Bearer {token}", **headers}
    )


# Keys


def test_a_key_is_256_random_bits_and_only_its_hash_is_kept() -> None:
    key, token = ApiKey.make(owner="Wire", by=None)

    prefix, secret = token.removeprefix("chancery_").split("_", 1)
    assert (len(secret), prefix) == (43, key.prefix)  # 43 characters of base64 hold 256 bits
    with connection.cursor() as cursor:
        cursor.execute("SELECT records_apikey::text FROM records_apikey")
        assert secret not in str(cursor.fetchall())
    assert token != made(owner="Other")


def test_a_key_reads_what_anybody_reads_and_no_shared_cache_keeps_it(topic: str) -> None:
    plain = Client().get(topic)
    keyed = get(topic, made())

    assert keyed.content == plain.content
    assert plain.headers["Cache-Control"] == "public, max-age=60"
    assert keyed.headers["Cache-Control"] == "private, max-age=60"
    for response in (plain, keyed):
        assert "Authorization" in response.headers["Vary"].split(", ")
    again = get(topic, made(), if_none_match=keyed.headers["ETag"])
    assert (again.status_code, again.headers["Cache-Control"]) == (304, "private, max-age=60")


@pytest.mark.parametrize(
    ("authorization", "detail"),
    [
        ("", "The key is not known here."),
        ("Bearer", "The key is not known here."),
        ("Bearer ", "The key is not known here."),
        ("Basic dXNlcjpwYXNz", "The key is not known here."),
        (f"Bearer chancery_{'0' * 8}_{'A' * 43}", "The key is not known here."),
        (f"Bearer chancery_{'0' * 8}_{'A' * 43}\u00e9", "The key is not known here."),
        ("Bearer {expired}", "The key expired at 2020-01-02T00:00:00Z."),
        ("Bearer {revoked}", "The key is revoked."),
        ("Basic {live}", "The key is not known here."),
        ("Bearer {live}x", "The key is not known here."),
    ],
)
@pytest.mark.parametrize("address", [LIST, "/api/v1/", "/api/v1/nothing/", "/api/v1/docs/"])
def test_a_key_that_is_not_valid_is_never_taken_for_none(
    address: str, authorization: str, detail: str
) -> None:
    tokens = {"live": made(owner="One"), "expired": made(owner="Two"), "revoked": made(owner="Two")}
    expired, revoked = ApiKey.objects.filter(owner="Two").order_by("pk")
    day = datetime(2020, 1, 1, tzinfo=UTC)
    ApiKey.objects.filter(pk=expired.pk).update(made_at=day, expires_at=day + timedelta(days=1))
    revoked.revoke(by=None)

    header = authorization.format(**tokens).encode().decode("latin-1")
    response = Client().get(address, headers={"authorization": header})

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="chancery", error="invalid_token"'
    assert response.headers["Cache-Control"] == "no-store"
    problem = response.json()
    assert (problem["code"], problem["instance"]) == ("unauthenticated", address)
    assert problem["detail"].startswith(detail)


@pytest.mark.parametrize("name", ["key", "api_key", "token", "access_token", "API_KEY", "%6Bey"])
def test_a_key_in_the_address_is_refused_and_repeated_nowhere(
    topic: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = made()
    caplog.set_level(logging.DEBUG)

    for before in ("", "fields=id&"):
        response = Client().get(f"{topic}?{before}{name}={token}")

        assert response.status_code == 400
        assert response.json()["code"] == "key_in_query"
        assert response.json()["instance"] == topic
        secret = token[18:]
        assert secret not in str(response.headers) + response.content.decode() + caplog.text


def test_an_owner_has_two_live_keys_and_expired_ones_make_room() -> None:
    made(owner="Wire")
    second, _token = ApiKey.make(
        owner="wire", by=None, expires_at=timezone.now() + timedelta(days=1)
    )
    with pytest.raises(Exception, match="two live keys already"):
        made(owner="WIRE")
    assert ApiKey.objects.count() == 2

    long_ago = timezone.now() - timedelta(days=9)
    ApiKey.objects.filter(pk=second.pk).update(
        made_at=long_ago, expires_at=long_ago + timedelta(days=1)
    )
    made(owner="WIRE")

    second.refresh_from_db()
    assert second.revoked_at == second.expires_at
    assert ApiKey.objects.filter(revoked_at=None).count() == 2


def test_keys_cost_a_statement_now_and_then_and_their_use_is_noted(topic: str) -> None:
    token, other = made(owner="One"), made(owner="Two")
    client = Client()
    for each in (token, other):
        get(topic, each, client)
    address = f"/api/v1/topics/{make_topic_id()}/"

    with CaptureQueriesContext(connection) as captured:
        for each in (token, other, token, other):
            assert get(address, each, client).status_code == 200

    assert sum("records_apikey" in query["sql"] for query in captured) <= 2
    key = ApiKey.objects.get(owner="One")
    assert key.last_used_at is not None
    assert timezone.now() - key.last_used_at < timedelta(minutes=1)


def make_topic_id() -> str:
    topic = make_topic("iron")
    publish_whole(topic)
    return str(topic.pk)


# Rate limits


@pytest.fixture
def limits(settings: LazySettings) -> LazySettings:
    """20 units for an address, 40 for a key, in an hour."""
    settings.RATE_LIMIT_ANONYMOUS = 20
    settings.RATE_LIMIT_KEYED = 40
    settings.RATE_LIMIT_SECONDS = 3600
    settings.RATE_LIMIT_PROCESSES = 2
    return settings


def left(response: Any) -> tuple[str, int]:
    """The policy of an answer, and the units that are left."""
    name, remaining, _seconds = response.headers["RateLimit"].split(";")
    return name.strip('"'), int(remaining.removeprefix("r="))


def test_an_answer_says_what_the_caller_may_use_and_has_left(
    topic: str, limits: LazySettings
) -> None:
    response = Client().get(topic)
    keyed = get(topic, made())

    assert response.headers["RateLimit-Policy"] == '"anonymous";q=20;w=3600'
    assert keyed.headers["RateLimit-Policy"] == '"keyed";q=40;w=3600'
    assert (left(response), left(keyed)) == (("anonymous", 19), ("keyed", 39))
    seconds = int(response.headers["RateLimit"].rpartition("t=")[2])
    assert 1 <= seconds <= 3600
    exposed = response.headers["Access-Control-Expose-Headers"]
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(exposed.split(", "))


@pytest.mark.parametrize(
    ("address", "cost"),
    [
        ("/api/v1/topics/mining/", 1),
        ("/api/v1/topics/?page_size=200", 1),
        ("/api/v1/topics/?search=mining", 5),
        ("/api/v1/topics/?count=exact", 10),
        ("/api/v1/topics/?count=none", 1),
        ("/api/v1/topics/?count=exact&search=mining", 14),
        ("/api/v1/topics/?serach=mining", 1),
        ("/api/v1/autocomplete/?q=min", 1),
        ("/api/v1/", 1),
        ("/api/v1/docs/", 1),
        ("/api/v1/nothing/", 1),
        ("/api/v1/topics/nothing/", 1),
    ],
)
def test_what_requests_cost(topic: str, limits: LazySettings, address: str, cost: int) -> None:
    client = Client()
    client.get(topic)

    assert left(client.get(address))[1] == 20 - 1 - cost


def test_many_names_cost_what_a_count_costs(topic: str, limits: LazySettings) -> None:
    client = Client()
    client.get(topic)
    body = {"queries": [{"name": "mining"}] * 100}

    answer = client.post("/api/v1/resolve/", body, content_type="application/json")

    assert left(answer)[1] == 20 - 1 - 5
    assert left(client.get("/api/v1/topics/counts/?by=code"))[1] < 20 - 1 - 5


@pytest.mark.parametrize(
    "address", ["/api/v1/topics/?count=exact", "/api/v1/topics/mining/", "/api/v1/openapi.json"]
)
def test_a_version_that_the_caller_has_costs_nothing(
    topic: str, limits: LazySettings, address: str
) -> None:
    client = Client()
    etag = client.get(address).headers["ETag"]
    before = left(client.get(topic))

    for _ in range(30):
        response = client.get(address, headers={"if-none-match": etag})
        assert response.status_code == 304
        assert left(response) == before


def test_a_version_that_is_old_costs_what_the_answer_costs(
    topic: str, limits: LazySettings
) -> None:
    client = Client()
    stale = {"if-none-match": '"stale"'}
    address = "/api/v1/topics/?count=exact"

    answers = [client.get(address, headers=stale) for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert [left(each)[1] for each in answers] == [10, 0, 0]


def test_who_has_used_it_up_is_refused_until_the_window_ends(
    topic: str, limits: LazySettings
) -> None:
    client = Client()
    token = made()
    statuses = [client.get(topic).status_code for _ in range(22)]
    refusal = client.get(topic)

    assert statuses == [200] * 20 + [429] * 2
    problem = refusal.json()
    seconds = int(refusal.headers["Retry-After"])
    assert (problem["code"], problem["status"]) == ("too_many_requests", 429)
    assert 1 <= seconds <= 3600
    assert left(refusal) == ("anonymous", 0)
    assert refusal.headers["Cache-Control"] == "no-store"
    # Others are counted by themselves.
    assert left(get(topic, token, client)) == ("keyed", 39)
    assert left(client.get(topic, REMOTE_ADDR="192.0.2.1")) == ("anonymous", 19)
    # Nothing but the API is counted, and asking what may be asked is free.
    assert client.get("/healthz").status_code == client.get("/").status_code == 200
    assert client.options(topic).status_code == 204


def test_a_request_that_costs_more_than_is_left_is_refused_and_costs_nothing(
    topic: str, limits: LazySettings
) -> None:
    client = Client()
    client.get("/api/v1/topics/?count=exact")
    client.get(topic)

    refusal = client.get("/api/v1/topics/?count=exact")

    assert refusal.status_code == 429
    assert "costs 10 of 20 units per 3600 seconds, of which 9 are left" in refusal.json()["detail"]
    assert left(refusal)[1] == 9
    assert left(client.get(topic))[1] == 8


def test_guessing_keys_is_counted_by_the_address(topic: str, limits: LazySettings) -> None:
    client = Client()
    wrong = f"chancery_{'0' * 8}_{'A' * 43}"

    statuses = [get(topic, wrong, client).status_code for _ in range(21)]

    assert statuses == [401] * 20 + [429]
    assert client.get(topic).status_code == 429
    assert get(topic, made(), client).status_code == 200


def test_a_window_of_ipv6_addresses_is_one_caller(topic: str, limits: LazySettings) -> None:
    client = Client()
    first = client.get(topic, REMOTE_ADDR="2001:db8:1:2::1")
    same = client.get(topic, REMOTE_ADDR="2001:db8:1:2:ffff::9")
    other = client.get(topic, REMOTE_ADDR="2001:db8:1:3::1")

    assert [left(each)[1] for each in (first, same, other)] == [19, 18, 19]


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        # Nobody is trusted: whatever is forged counts for nothing.
        ([], "192.0.2.7", "198.51.100.1", "192.0.2.7"),
        # Trusted: the proxy appends whom it hears from; what the client wrote itself stands before that.
        (["192.0.2.0/24"], "192.0.2.7", "198.51.100.1", "198.51.100.1"),
        (["192.0.2.0/24"], "192.0.2.7", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (["192.0.2.0/24"], "192.0.2.7", "203.0.113.9,198.51.100.1, 192.0.2.8", "198.51.100.1"),
        (["192.0.2.0/24"], "192.0.2.7", "198.51.100.1:4711", "198.51.100.1"),
        (["192.0.2.0/24"], "192.0.2.7", "203.0.113.9, nonsense", "192.0.2.7"),
        (["192.0.2.0/24"], "192.0.2.7", "", "192.0.2.7"),
        # Somebody who is no proxy of ours.
        (["192.0.2.0/24"], "203.0.113.9", "198.51.100.1", "203.0.113.9"),
    ],
)
def test_a_forged_address_changes_nothing(
    *,
    topic: str,
    limits: LazySettings,
    proxies: list[str],
    peer: str,
    forwarded: str,
    client: str,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRUSTED_PROXIES", ",".join(proxies))
        limits.TRUSTED_PROXIES = networks("TRUSTED_PROXIES")
    caller = Client()
    caller.get(topic, REMOTE_ADDR=client)

    response = caller.get(topic, REMOTE_ADDR=peer, headers={"x-forwarded-for": forwarded})

    assert left(response)[1] == 18


def test_most_requests_write_nothing_and_the_rest_one_statement(
    topic: str, limits: LazySettings
) -> None:
    limits.RATE_LIMIT_ANONYMOUS = 600
    client = Client()
    client.get(topic)

    with CaptureQueriesContext(connection) as captured:
        for _ in range(99):
            client.get(topic)

    writes = [query["sql"] for query in captured if "records_usage" in query["sql"]]
    # A batch of 15 of the 600 per process: the 16th request writes 16 units down.
    assert len(writes) == 1 + 100 // 16
    assert sum(Usage.objects.values_list("units", flat=True)) == 96


def test_where_the_count_cannot_be_written_each_process_counts_alone(
    topic: str,
    limits: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def unreachable(*_arguments: object) -> int:
        raise OperationalError("cannot execute INSERT in a read-only transaction")

    monkeypatch.setattr(Usage, "add", unreachable)
    client = Client()

    statuses = [client.get(topic).status_code for _ in range(21)]

    assert statuses == [200] * 20 + [429]
    assert caplog.text.count("cannot execute INSERT in a read-only transaction") == 1


def test_the_table_of_counts_is_in_no_log_and_holds_no_address(
    topic: str, limits: LazySettings
) -> None:
    client = Client()
    client.get(topic, REMOTE_ADDR="198.51.100.1")
    client.get(topic, REMOTE_ADDR="198.51.100.1")
    Usage.objects.create(caller=b"0" * 16, until=1, units=7)
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'records_usage'")
        assert cursor.fetchone() == ("u",)

    other = Client()
    other.get(topic)
    other.get(topic)  # another process prunes when it first writes

    assert not Usage.objects.filter(until=1).exists()
    assert "198.51.100.1" not in str(list(Usage.objects.values()))


def test_a_key_that_cannot_be_looked_up_is_not_refused_for_good(
    topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_arguments: object) -> None:
        raise OperationalError("no answer")

    token = made()
    monkeypatch.setattr("records.api.keys.Keys._read", unreachable)

    response = get(topic, token)

    assert response.status_code == 503
    assert response.json()["code"] == "database_unavailable"
    assert "Retry-After" in response.headers
