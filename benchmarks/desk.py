"""Measure the curation desk: the boxes in which records are chosen, forms, lists.

    python -m benchmarks.desk                          # 200,000 events, 200,000 persons in var/bench, kept for the next run
    python -m benchmarks.desk --events 20000 --only boxes

A section is a function of this module that yields lines of its table: add it to `SECTIONS`. Each line is a page or a search, asked as a
member of staff asks it, in this process: `pages` measures it. CPU times are means in milliseconds, of Python and of PostgreSQL apart.
Compare within one run only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from benchmarks.databases import MAIN, copy, exists, running_server, url
from benchmarks.progress import say
from benchmarks.tables import number, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

DATABASE = "bench_desk"
WARM, ROUNDS = 3, 12
HEAD = ("Page", "Python, ms", "PostgreSQL, ms", "Queries", "kB")
#: What is typed into the box of a person: frequent, rare, several words, misspelt, short, unknown.
TYPED = (
    "john", "smith", "kerry", "john kerry", "al", "jo", "kery", "john kery", "mohamed kahn", "gadafi", "xyzzyq",
)  # fmt: skip
GIVEN = (
    "Mary", "Anna", "Peter", "Paul", "Mohammed", "Ali", "Maria", "Jean", "Ivan", "Wei", "Fatima", "Carlos", "George",
)  # fmt: skip
FAMILY = ("Smith", "Khan", "Silva", "Ivanov", "Nguyen")
PARTS = (
    "bar",
    "den",
    "kov",
    "lin",
    "mor",
    "nas",
    "rel",
    "sut",
    "tam",
    "vil",
    "wes",
    "zor",
    "gal",
    "hes",
    "jun",
    "pex",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=int(os.environ.get("EVENTS", "200000")))
    parser.add_argument("--persons", type=int, default=200_000)
    parser.add_argument("--only", default="", help=f"sections, of {','.join(SECTIONS)}")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    chosen = [name for name in arguments.only.split(",") if name] or list(SECTIONS)
    if unknown := set(chosen) - set(SECTIONS):
        parser.error(f"There is no section {', '.join(sorted(unknown))}.")
    if arguments.measure:
        measure(chosen, arguments.persons)
        return
    with running_server():
        os.environ["DATABASE_STATEMENT_TIMEOUT"] = "0"
        if not exists(DATABASE):
            from benchmarks.fill import fill  # noqa: PLC0415 - the environment must be set first

            fill(arguments.events)
            from django.db import connection  # noqa: PLC0415 - as above

            connection.close()
            copy(MAIN, DATABASE)
        subprocess.run(
            [sys.executable, "-m", "benchmarks.desk", "--measure", *sys.argv[1:]],
            env={**os.environ, "DATABASE_URL": url(DATABASE)},
            check=True,
        )


def measure(chosen: list[str], persons: int) -> None:
    import django  # noqa: PLC0415 - the environment must be set first

    django.setup()
    add_persons(persons)
    client = member_of_staff()
    for name in chosen:
        rows = [
            (what, *figures)
            for what, address in SECTIONS[name]()
            for figures in [cost(client, address)]
        ]
        print(f"\n{table(HEAD, rows)}", flush=True)


def add_persons(count: int) -> None:
    """Add invented persons up to this number: every eighth is called John, and family names have two or three syllables."""
    from django.db import connection  # noqa: PLC0415 - Django must be set up first

    from people.models import Person  # noqa: PLC0415

    there = Person.objects.count()
    if there >= count:
        return
    say(f"adding {count - there:,} persons")
    model, _made = Person.objects.get_or_create(slug="bench-0", defaults={"name": "John Kerry"})
    columns = [str(field.column) for field in Person._meta.concrete_fields if not field.generated]
    own = {
        "id": "gen_random_uuid()",
        "slug": "'bench-' || n",
        "name": (
            "CASE WHEN n %% 8 = 0 THEN 'John' ELSE (%(given)s::text[])[1 + n %% %(givens)s] END || ' ' ||"
            " CASE WHEN n %% 50 = 1 THEN (%(family)s::text[])[1 + n / 50 %% %(families)s]"
            " ELSE initcap((%(parts)s::text[])[1 + n %% 16] || (%(parts)s::text[])[1 + n / 16 %% 16]"
            " || (%(parts)s::text[])[1 + n / 256 %% 16]) END"
        ),
    }
    selected = ", ".join(own.get(name, f'model."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # without history
        cursor.execute(
            f"INSERT INTO people_person ({names}) SELECT {selected}"
            " FROM people_person AS model, generate_series(1, %(count)s) AS n WHERE model.id = %(model)s",
            {
                "given": list(GIVEN),
                "givens": len(GIVEN),
                "family": list(FAMILY),
                "families": len(FAMILY),
                "parts": list(PARTS),
                "count": count - there,
                "model": model.pk,
            },
        )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE people_person")


def member_of_staff() -> Client:
    from django.contrib.auth.models import User  # noqa: PLC0415 - Django must be set up first
    from django.test import Client  # noqa: PLC0415

    user, _made = User.objects.get_or_create(username="bench", is_staff=True, is_superuser=True)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def cost(client: Client, address: str) -> tuple[str, ...]:
    """Return the CPU time of Python and of PostgreSQL for one request, its queries and the size of its answer."""
    from django.db import connection  # noqa: PLC0415 - Django must be set up first
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    def ask() -> Any:
        response = client.get(address)
        if response.status_code != 200:
            sys.exit(f"{address} answers with {response.status_code}.")
        return response

    for _round in range(WARM):
        ask()
    with CaptureQueriesContext(connection) as captured:
        size = len(ask().content)
        queries = len(captured)  # before the next request empties the log
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    clock = (~backend << 3) | 2  # clock_getcpuclockid(3)
    python, postgresql = time.process_time(), time.clock_gettime(clock)
    for _round in range(ROUNDS):
        ask()
    python, postgresql = time.process_time() - python, time.clock_gettime(clock) - postgresql
    each = 1000 / ROUNDS
    return (
        number(python * each), number(postgresql * each), str(queries), number(size / 1000),
    )  # fmt: skip


# Sections


def boxes() -> Iterator[tuple[str, str]]:
    """The box of a person, while somebody types."""
    from django.urls import reverse  # noqa: PLC0415 - Django must be set up first
    from django.utils.http import urlencode  # noqa: PLC0415

    for typed in TYPED:
        asked = {
            "app_label": "people", "model_name": "tenure", "field_name": "person", "term": typed, "on": "2024-05-18",
        }  # fmt: skip
        yield f"a person: {typed}", f"{reverse('admin:autocomplete')}?{urlencode(asked)}"


SECTIONS: dict[str, Callable[[], Iterator[tuple[str, str]]]] = {"boxes": boxes}

if __name__ == "__main__":
    main()
