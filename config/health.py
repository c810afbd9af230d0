"""Two checks for machines: is the process alive, and can it serve.

`/healthz` checks the process alone: restart it if there is no answer.
`/readyz` checks the database, its migrations, and that what the public reads is not locked: send no traffic while it answers 503.

Both are answered before ALLOWED_HOSTS and the redirect to HTTPS are looked at. Container probes
name the host by an address that nobody can list beforehand and speak plain HTTP, and neither
answer depends on the Host header or reveals a secret.
"""

import json
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string
from psycopg2.errorcodes import QUERY_CANCELED

from config.db.pool.readers import as_reader
from config.security import CONTENT_SECURITY_POLICY, GetResponse


def health_middleware(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info == "/healthz":
            return _respond(*ALIVE)
        if request.path_info == "/readyz":
            obstacles = _obstacles()
            return _respond(*(unavailable(obstacles) if obstacles else ALIVE))
        return get_response(request)

    return middleware


#: What is said where the database is there, and gives no answer within the time of a reader.
LATE = "the database does not answer in time"
#: What is said where the owner of the tables can read them, and the role of the API cannot.
NO_ROLE = (
    "the API's role (DATABASE_API_USER) cannot read what is public: run prepare, which says why"
)
_HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
}
#: Status, headers and body of a good answer.
ALIVE = (200, _HEADERS, b'{"status": "ok"}')


def unavailable(reasons: list[str]) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of an answer that says what is missing."""
    document = {"status": "unavailable", "reasons": reasons}
    return 503, _HEADERS, json.dumps(document).encode()


def _respond(status: int, headers: dict[str, str], body: bytes) -> HttpResponse:
    return HttpResponse(body, status=status, headers=headers)


def _obstacles() -> list[str]:
    """Say what keeps the public from reading. Asked as the API's role; as the owner where that one is of no use."""
    try:
        return _obstacles_to_reading()
    except DatabaseError as error:
        if getattr(error.__cause__, "pgcode", None) == QUERY_CANCELED:
            return [LATE]
    try:
        with as_reader(so=False):
            return _obstacles_to_reading() or [NO_ROLE]
    except DatabaseError:
        return ["the database cannot be reached"]


def _obstacles_to_reading() -> list[str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('django_migrations')")
            if cursor.fetchone() == (None,):
                return ["the database is empty: run migrate"]
            cursor.execute("SELECT app, name FROM django_migrations")
            missing = _migrations() - set(cursor.fetchall())
            if not missing:
                cursor.execute(_look())
    finally:
        connection.close()
    return [f"{len(missing)} migrations are not applied: run migrate"] if missing else []


@cache
def _look() -> str:
    """Return a statement that reads nothing, of every table that readers need: where one is locked, it waits."""
    tables: list[str] = import_string(settings.READINESS_TABLES)()
    return " UNION ALL ".join(f'(SELECT 1 FROM "{table}" LIMIT 0)' for table in tables)  # noqa: S608 - names of ours


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations in the code, which cannot change while the process lives."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(loader.disk_migrations)
