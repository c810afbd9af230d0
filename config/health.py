"""Two checks for machines: is the process alive, and can it serve.

`/healthz` checks the process alone: restart it if there is no answer.
`/readyz` checks the database and its migrations: send no traffic while it answers 503.

Both are answered before ALLOWED_HOSTS and the redirect to HTTPS are looked at. Container probes
name the host by an address that nobody can list beforehand and speak plain HTTP, and neither
answer depends on the Host header or reveals a secret.
"""

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from config.security import GetResponse


def health_middleware(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info == "/healthz":
            return _answer([])
        if request.path_info == "/readyz":
            return _answer(_obstacles())
        return get_response(request)

    return middleware


def _answer(obstacles: list[str]) -> JsonResponse:
    if obstacles:
        document, status = {"status": "unavailable", "reasons": obstacles}, 503
    else:
        document, status = {"status": "ok"}, 200
    return JsonResponse(document, status=status, headers={"Cache-Control": "no-store"})


def _obstacles() -> list[str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('django_migrations')")
            if cursor.fetchone() == (None,):
                return ["the database is empty: run migrate"]
            cursor.execute("SELECT app, name FROM django_migrations")
            missing = _migrations() - set(cursor.fetchall())
    except DatabaseError:
        return ["the database cannot be reached"]
    finally:
        connection.close()
    return [f"{len(missing)} migrations are not applied: run migrate"] if missing else []


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations in the code, which cannot change while the process lives."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(loader.disk_migrations)
