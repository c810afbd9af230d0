"""Measure the curation desk: the boxes in which records are chosen, forms, lists, the front page, comparisons.

    python -m benchmarks.desk                          # 200,000 events, 200,000 persons in var/bench, kept for the next run
    python -m benchmarks.desk --events 20000 --only boxes,forms

A section is a function of this module that yields pages, each with its goal: add it to `SECTIONS`. They are asked as a member of staff
asks them, in this process: `cost` measures them. CPU times are means in milliseconds, of Python and of PostgreSQL apart; what is over
its goal is named. Compare within one run only.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.databases import create, exists, running_server, url
from benchmarks.progress import say
from benchmarks.tables import number, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.test import Client

    from agreements.models import Agreement
    from records.models import Record

    #: What a form sends.
    Sent = dict[str, list[str]]

DATABASE = "bench_desk"
WARM, ROUNDS = 2, 6
#: Of so many published records one was changed since.
CHANGED = 20
#: The day of the summit.
SUMMIT = "2024-05-18"
HEAD = ("Page", "Python, ms", "PostgreSQL, ms", "Queries", "kB", "Goal", "Over")
#: What is typed into the box of a person: frequent, rare, several words, misspelt, begun, short, in another script, with a title, within
#: words, long, unknown, and what is no name.
TYPED = (
    "john", "smith", "kerry", "john kerry", "mohammed ali khan", "al", "jo", "joh", "j", "kery", "jhon", "smiht", "john kery", "jhon kery",
    "mohamed kahn", "gadafi", "president kerry", "Черчилль", "王", "arbarl", "xyzzyq", "lorem ipsum dolor " * 17, "50%", "1999", "PK",
    "bench-77", "019a2b3c-0000-7000-8000-000000000000",
)  # fmt: skip
#: What is typed into the box of other records, by the field.
TYPED_ELSEWHERE = {
    "people.office.state": ("pakistan", "PK", "pakstan", "united sta", "xyzzyq"),
    "people.tenure.office": ("minister", "foreign minster"),
    "people.office.organization": ("ministry", "minstry of"),
    "events.event.parent": ("visit", "visit of", "foreign minster"),
    "events.participationcapacity.tenure": ("john", "minister", "kery"),
    "agreements.agreementparty.agreement": ("treaty", "treaty on oil"),
}
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
        measure(chosen, arguments.events, arguments.persons)
        return
    with running_server():
        os.environ["DATABASE_STATEMENT_TIMEOUT"] = "0"
        if not exists(DATABASE):
            create(DATABASE)
        subprocess.run(
            [sys.executable, "-m", "benchmarks.desk", "--measure", *sys.argv[1:]],
            env={**os.environ, "DATABASE_URL": url(DATABASE)},
            check=True,
        )


def measure(chosen: list[str], events: int, persons: int) -> None:
    import django  # noqa: PLC0415 - the environment must be set first

    django.setup()
    make_records_of_desk(events, persons)
    client = member_of_staff()
    gc.collect()
    gc.freeze()  # as a worker does with what it has loaded
    for name in chosen:
        rows = []
        for page in SECTIONS[name]():
            rows.append(cost(client, page).row(page))
            say(f"{name}: {', '.join(filter(None, rows[-1]))}")
        print(f"\n{table(HEAD, rows)}", flush=True)


def make_records_of_desk(events: int, persons: int) -> None:
    """Make and publish what the desk shows. One record in `CHANGED` was changed since, so that lists find it by its preview."""
    from django.core.management import call_command  # noqa: PLC0415 - Django must be set up first
    from django.db import connection  # noqa: PLC0415

    from benchmarks.fill import make_records, publish_records  # noqa: PLC0415
    from events.models import Event  # noqa: PLC0415
    from records.models import HAS_PREVIEW  # noqa: PLC0415
    from records.publishing.previews import bring_up_to_date  # noqa: PLC0415
    from records.registry import all_kinds  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    with Path(os.devnull).open("w") as nowhere:
        call_command("load_reference", verbosity=0, stdout=nowhere)
    if Event.objects.filter(slug="bench-summit").exists():
        if Event.objects.count() != events + 1:
            sys.exit(
                f"{DATABASE} holds other data than EVENTS={events}: drop it, or set CHANCERY_VAR."
            )
        return
    make_records(events)
    add_persons(persons)
    keep_words()
    for _part in publish_records(events):
        pass
    _treaty()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # without history
        for kind in all_kinds():
            cursor.execute(
                # In the course of a year.
                f"UPDATE \"{kind.model._meta.db_table}\" SET published_at = published_at - interval '1 year',"
                " changed_at = changed_at - random() * interval '1 year'"
                " WHERE editorial_state = 'published' AND hashtext(id::text) %% %s = 0",
                [CHANGED],
            )
            cursor.execute(
                "INSERT INTO records_duepreview (kind, record_id)"
                f" SELECT '{kind.name}', id FROM \"{kind.model._meta.db_table}\" AS record WHERE {HAS_PREVIEW.format('record')}"
            )
        cursor.execute("SET session_replication_role = DEFAULT")
    say("making previews")
    bring_up_to_date()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    _summit()


def add_persons(count: int) -> None:
    """Add invented persons up to this number: every eighth is called John, and family names have two or three syllables."""
    from django.db import connection  # noqa: PLC0415 - Django must be set up first

    from people.models import Person, PersonCitation  # noqa: PLC0415

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
        fields = PersonCitation._meta.concrete_fields
        columns = [str(field.column) for field in fields if not field.primary_key]
        selected = ", ".join(
            "person.id" if name == "record_id" else f'model."{name}"' for name in columns
        )
        names = ", ".join(f'"{name}"' for name in columns)
        cursor.execute(
            f"INSERT INTO people_personcitation ({names}) SELECT {selected} FROM people_person AS person,"
            " (SELECT * FROM people_personcitation LIMIT 1) AS model WHERE person.slug LIKE 'bench-%'"
        )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE people_person")


def keep_words() -> None:
    """Write the words of all names, as triggers do that are off while records are generated."""
    from django.apps import apps  # noqa: PLC0415 - Django must be set up first
    from django.db import connection  # noqa: PLC0415

    from records.models import KeepWords, WorkingWord  # noqa: PLC0415
    from records.models.word import SHORTEST_WORD, kind_of_names  # noqa: PLC0415

    table = WorkingWord._meta.db_table
    columns = [
        (model, trigger.column)
        for model in apps.get_models()
        for trigger in getattr(model._meta, "triggers", ())
        if isinstance(trigger, KeepWords)
    ]
    with connection.cursor() as cursor:
        for model, column in columns:
            cursor.execute(
                f'INSERT INTO {table} (kind, word) SELECT DISTINCT %s, found.word FROM "{model._meta.db_table}" AS named,'
                f" unnest(string_to_array(btrim(chancery_folded(named.{column})), ' ')) AS found (word)"
                f" WHERE length(found.word) >= {SHORTEST_WORD} AND NOT EXISTS"
                f" (SELECT FROM {table} AS known WHERE known.kind = %s AND known.word = found.word)",
                [kind_of_names(model), kind_of_names(model)],
            )
        cursor.execute(f"ANALYZE {table}")


def member_of_staff() -> Client:
    from django.contrib.auth.models import User  # noqa: PLC0415 - Django must be set up first
    from django.test import Client  # noqa: PLC0415

    user, _made = User.objects.get_or_create(username="bench", is_staff=True, is_superuser=True)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


@dataclass(frozen=True)
class Page:
    """A page to ask for, or a form to fill in as it came and to send."""

    what: str
    address: str
    #: What it may cost: `cpu`, of Python and PostgreSQL together, and `postgresql` in ms, `queries`, `kb`.
    goal: dict[str, float] = field(default_factory=dict)
    #: Changes what the form sends; without, the page is only shown.
    fill: Callable[[Sent, int], None] | None = None


@dataclass(frozen=True)
class Cost:
    """What one request costs."""

    python: float
    postgresql: float
    queries: int
    kb: float

    def row(self, page: Page) -> tuple[str, ...]:
        seen = {
            "cpu": self.python + self.postgresql,
            "postgresql": self.postgresql,
            "queries": self.queries,
            "kb": self.kb,
        }
        units = {"cpu": "ms", "postgresql": "ms of PostgreSQL", "queries": "queries", "kb": "kB"}
        goal = ", ".join(f"{most:g} {units[name]}" for name, most in page.goal.items())
        over = ", ".join(
            f"{number(seen[name])} {units[name]}"
            for name, most in page.goal.items()
            if seen[name] > most
        )
        return (
            page.what, number(self.python), number(self.postgresql), str(self.queries), number(self.kb), goal, over,
        )  # fmt: skip


def cost(client: Client, page: Page) -> Cost:
    """Return what one request costs: the CPU time of Python and of PostgreSQL, its queries and the size of its answer.

    A form is asked for anew before it is sent; only the sending counts.
    """
    from django.db import connection  # noqa: PLC0415 - Django must be set up first
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    clock = (~backend << 3) | 2  # clock_getcpuclockid(3)
    python = postgresql = 0.0
    kb = queries = 0.0
    for number_of_round in range(-WARM, ROUNDS):
        sent = filled(client, page, number_of_round) if page.fill else None
        connection.queries_log.clear()  # which keeps so many only
        before = time.process_time(), time.clock_gettime(clock)
        with CaptureQueriesContext(connection) as captured:
            response: Any = (
                client.get(page.address) if sent is None else client.post(page.address, sent)
            )
            queries = len(captured)  # before the next request empties the log
        after = time.process_time(), time.clock_gettime(clock)
        if response.status_code != (200 if sent is None else 302):
            said = re.findall(r'<ul class="errorlist.*?</ul>', response.content.decode(), re.DOTALL)
            sys.exit(f"{page.what}, {page.address}: the answer is {response.status_code}. {said}")
        if number_of_round >= 0:
            python += after[0] - before[0]
            postgresql += after[1] - before[1]
        kb = len(response.content) / 1000
    each = 1000 / ROUNDS
    return Cost(python * each, postgresql * each, int(queries), kb)


def filled(client: Client, page: Page, number_of_round: int) -> Sent:
    """Ask for the form of a page, and return what a browser would send of it, changed as the page says."""
    assert page.fill is not None  # noqa: S101 - for the type checker
    form = Form()
    form.feed(client.get(page.address).content.decode())
    page.fill(form.sent, number_of_round)
    return form.sent


class Form(HTMLParser):
    """Reads what a browser would send of the fields of a page; of the buttons, "Save and continue editing"."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: Sent = {"_continue": ["1"]}
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in found and self._select:
            self.sent.setdefault(self._select, []).append(found.get("value", ""))
        elif tag == "textarea" and name:
            self._textarea = name
            self.sent[name] = [""]
        elif tag == "input" and name:
            kind = found.get("type", "text")
            is_sent = kind not in {"submit", "button", "file", "checkbox", "radio"} or (
                kind in {"checkbox", "radio"} and "checked" in found
            )
            if is_sent:
                self.sent.setdefault(name, []).append(
                    found.get("value", "on" if kind in {"checkbox", "radio"} else "")
                )

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            # The first line break after the tag is no part of the text.
            self.sent[self._textarea][0] += (
                data.removeprefix("\n") if not self.sent[self._textarea][0] else data
            )


# Sections


def boxes() -> Iterator[Page]:
    """The box of a person, while somebody types, and those of other records."""
    from django.urls import reverse  # noqa: PLC0415 - Django must be set up first
    from django.utils.http import urlencode  # noqa: PLC0415

    for field_of_box, texts in {"people.tenure.person": TYPED, **TYPED_ELSEWHERE}.items():
        app, model, name = field_of_box.split(".")
        for typed in texts:
            asked = {
                "app_label": app, "model_name": model, "field_name": name, "term": typed, "on": "2024-05-18",
            }  # fmt: skip
            address = f"{reverse('admin:autocomplete')}?{urlencode(asked)}"
            yield Page(f"{name}: {typed[:40]}", address, {"postgresql": 5})


def forms() -> Iterator[Page]:
    """The forms of a summit with 8 participants and of a treaty with 182 parties, shown and saved; a person, a tenure, new records."""
    from agreements.models import Agreement  # noqa: PLC0415 - Django must be set up first
    from events.models import Event  # noqa: PLC0415
    from people.models import Person, Tenure  # noqa: PLC0415

    summit, treaty = _summit(), _treaty()
    yield Page("an event with 8 participants", _address(summit), {"cpu": 100, "queries": 15})
    asked = {"queries": 25.0}
    yield Page("  saved unchanged", _address(summit), asked, lambda _sent, _round: None)
    changed = _change("participations")
    yield Page("  saved, one participant changed", _address(summit), asked, changed)
    yield Page("a treaty with 182 parties", _address(treaty), {"cpu": 150, "kb": 200})
    opened = f"{_address(treaty)}?parties-open={treaty.parties.earliest('pk').pk}"
    yield Page("  saved, one party changed", opened, asked, _change("parties"))
    tenure = Tenure.objects.select_related("person").earliest("pk")
    yield Page("a person", _address(tenure.person), {"cpu": 100})
    yield Page("a tenure", _address(tenure), {"cpu": 100})
    for model in (Event, Agreement, Person, Tenure):
        name = model._meta.verbose_name
        yield Page(f"a new {name}", _address(model, "add"), {"cpu": 100})


def pasted() -> Iterator[Page]:
    """New records with rows that were pasted, saved: an agreement with 500 parties and 1,000 actions, an event with 1,000 participants."""
    from agreements.models import Agreement  # noqa: PLC0415 - Django must be set up first
    from events.models import Event  # noqa: PLC0415

    goal: dict[str, float] = {"cpu": 10_000, "queries": 50}
    for rows in (50, 500):
        what = f"an agreement with {rows} parties and {2 * rows:,} actions"
        yield Page(what, _address(Agreement, "add"), goal, _paste_parties(rows))
    for rows in (100, 1000):
        what = f"an event with {rows:,} participants with unresolved names"
        yield Page(what, _address(Event, "add"), goal, _paste_participants(rows))
    for model in (Agreement, Event):
        model._default_manager.filter(slug__startswith="bench-pasted-").delete()


def compare() -> Iterator[Page]:
    """The pages that compare: of the treaty with 182 parties, its draft beside nothing published."""
    for record, what in (
        (_summit(), "an event with 8 participants"),
        (_treaty(), "a treaty with 182 parties"),
    ):
        yield Page(f"{what}, compared", _address(record, "compare"), {"cpu": 150})
        yield Page(f"{what}, its history", _address(record, "history"), {"cpu": 150})


def home() -> Iterator[Page]:
    """The front page."""
    from django.urls import reverse  # noqa: PLC0415 - Django must be set up first

    yield Page("the front page", reverse("admin:index"), {"postgresql": 30})


def lists() -> Iterator[Page]:
    """Lists, as they come, later in them, filtered, searched and sorted: each filter alone, frequent and rare values, and some together."""
    from django.contrib.auth.models import User  # noqa: PLC0415 - Django must be set up first
    from django.utils.http import urlencode  # noqa: PLC0415

    from agreements.models import Agreement  # noqa: PLC0415
    from events.models import Event, EventType, Participation, Place, Statement  # noqa: PLC0415
    from people.models import Person, Tenure  # noqa: PLC0415
    from records.models import SavedList, Source, Topic  # noqa: PLC0415

    topic, place, source = (each.objects.order_by("pk")[0].slug for each in (Topic, Place, Source))
    kind = EventType.objects.get(slug="call").slug
    busy = Participation.objects.exclude(person=None).order_by("pk")[0].person
    assert busy is not None  # noqa: S101 - for the type checker
    owner = User.objects.get(username="bench")
    query = urlencode({"state": "US", "status": "cancelled"})
    SavedList.objects.get_or_create(
        name="US, cancelled", kind="event", owner=owner, query=f"?{query}"
    )
    asked: dict[type[Record], Sequence[str]] = {
        Event: (
            "", "?p=2", "?p=10", "?q=visit", "?q=visit&p=2", "?q=visit&p=10", "?q=oil", "?q=oil+talks", "?q=xyzzyq",
            "?publication=changed", "?publication=draft", "?publication=published", "?publication=merged", "?publication=changed&q=visit",
            "?warnings=any", "?unresolved=yes", "?contested=yes", "?changed_by=me", "?changed_since=2026-06-01",
            "?without=participants", "?without=places", "?without=citations",
            "?state=US", "?state=US&p=2", "?state=US&p=10", "?state=TV", "?state__all=US,PK", "?state__not=US", "?between=US,PK",
            f"?person={busy.slug}", f"?person__not={busy.slug}", "?role=host", "?role=mediator",
            "?participant.role=host&state=US", f"?participant.person={busy.slug}", f"?type={kind}", f"?type__not={kind}",
            "?status=occurred", "?status=cancelled", "?status__not=occurred", "?attendance=remote", "?visit_class=official",
            f"?topic={topic}", f"?topic__not={topic}", f"?place={place}", f"?source={source}", "?parent__isnull=false", "?has_parts=true",
            "?date_after=2020&date_before=2020", "?date_after=1990", "?date_before=1990", "?date_before=1990&p=10",
            "?date_before=1990&date_match=any", "?date_after=1950&date_before=1950", "?published_after=2026-01-01",
            f"?state=US&type={kind}", "?state=US&date_before=1990", "?state=PK&status=cancelled", f"?{query}", f"?topic={topic}&state=PK",
            "?publication=changed&state=US", "?contested=yes&state=US", "?without=places&state=US",
            "?q=visit&state=US", "?q=oil&state=PK", "?q=talks&state=PK", "?q=oil&status=cancelled", "?q=visit&date_before=1990",
            "?o=3", "?o=-3", "?o=4", "?o=-4", "?o=5", "?o=-5", "?o=6", "?o=-6", "?o=7", "?o=-7", "?o=5&state=US",
        ),
        Agreement: (
            "", "?q=oil", "?party=US", "?party__all=US,PK", "?between=US,PK", "?form=treaty", "?status=in_force",
            "?in_force_on=2020", "?status=in_force&status_on=1990", "?signed_after=2010", "?action.kind=ratification", "?currency=USD",
            f"?topic={topic}", f"?source={source}", "?q=oil&party=US", "?without=parties", "?o=2", "?o=3", "?o=5",
        ),
        Person: (
            "", "?p=10", "?q=john", "?q=john&p=10", "?q=kerry", "?q=john+kerry", "?state=US", "?state=TV", "?classification=minister",
            "?classification=head_of_mission", "?holding_on=2020", "?state=US&holding_on=2020", f"?source={source}",
            "?publication=changed", "?publication=changed&q=john", "?changed_by=me", "?contested=yes", "?living=yes",
            "?without=offices", "?without=citations", "?state=US&q=john", "?o=3", "?o=-3", "?o=4", "?o=-4", "?o=6", "?o=-6", "?o=7",
        ),
        Tenure: (
            "", "?q=john", "?state=US", "?classification=minister", "?kind=in_office", "?end_status=ended", "?on=2020", "?start_after=2010",
            "?milestone.kind=nomination", f"?source={source}", "?state=US&on=2020", "?q=john&state=US", "?o=2", "?o=3",
        ),
        Statement: (
            "", "?q=oil", "?about=US", "?between=US,PK", "?kind=remarks", f"?topic={topic}", f"?source={source}",
            "?q=oil&about=US", "?without=subjects", "?publication=changed", "?o=2", "?o=3",
        ),
    }  # fmt: skip
    for model, queries in asked.items():
        for each in queries:
            what = f"{model._meta.verbose_name_plural}: {each or 'all'}"
            yield Page(what, f"{_address(model, 'changelist')}{each}", {"postgresql": 30})


def _address(record: Record | type[Record], page: str = "change") -> str:
    from django.urls import reverse  # noqa: PLC0415 - Django must be set up first

    arguments = [] if isinstance(record, type) else [record.pk]
    return reverse(
        f"admin:{record._meta.app_label}_{record._meta.model_name}_{page}", args=arguments
    )


def _change(rows: str) -> Callable[[Sent, int], None]:
    """Write another text into the first row of a part, another one in each round."""

    def fill(sent: Sent, number_of_round: int) -> None:
        texts = re.compile(rf"{rows}-\d+-(name_as_given|side|text|note)$")
        name = next(name for name in sent if texts.match(name))
        sent[name] = [f"Changed {number_of_round}"]

    return fill


def _paste_parties(count: int) -> Callable[[Sent, int], None]:
    """Add parties, each of which signed and ratified, as rows that were pasted and not opened."""
    from agreements.models import PartyRole  # noqa: PLC0415 - Django must be set up first
    from people.models import State  # noqa: PLC0415

    states = list(State.objects.order_by("pk").values_list("pk", flat=True)[:182])
    parties = [(str(state), role) for role in PartyRole.values for state in states][:count]

    def fill(sent: Sent, number_of_round: int) -> None:
        _new(sent, f"agreement-{count}", number_of_round, form="treaty")
        for state, role in parties:
            _add_row(sent, "parties", state=state, role=role)
            for kind, day in (("signature", "2015-12-12"), ("ratification", "2016-11-04")):
                _add_row(sent, "actions", kind=kind, party=f"state:{state}", date_edtf=day)

    return fill


def _paste_participants(count: int) -> Callable[[Sent, int], None]:
    """Add participants with unresolved names, as rows that were pasted and not opened."""
    from events.models import EventType  # noqa: PLC0415 - Django must be set up first

    kind = str(EventType.objects.get(slug="summit").pk)

    def fill(sent: Sent, number_of_round: int) -> None:
        # Of different days: an event like another one is warned of.
        day = date.fromordinal(date(1900, 1, 1).toordinal() + time.time_ns() // 1000 % 40_000)
        _new(sent, f"event-{count}", number_of_round, type=kind, when_edtf=day.isoformat())
        for place in range(count):
            _add_row(
                sent,
                "participations",
                name_as_given=f"Delegate {place}",
                role="participant",
                presence="unknown",
                order="1",
            )

    return fill


def _new(sent: Sent, name: str, number_of_round: int, **fields: str) -> None:
    slug = f"bench-pasted-{name}-{time.time_ns()}"
    fields |= {"slug": slug, "title": f"Pasted {name} {number_of_round}"}
    sent.update({field: [value] for field, value in fields.items()})


def _add_row(sent: Sent, prefix: str, **fields: str) -> None:
    """Add a row, as the page does of pasted rows."""
    total = f"{prefix}-TOTAL_FORMS"
    number = int(sent[total][0])
    sent[total] = [str(number + 1)]
    fields["_packed"] = '{"cells":["A party","Contracting party"],"labels":{"state":["A state"]}}'
    sent.update({f"{prefix}-{number}-{name}": [value] for name, value in fields.items()})


def _summit() -> Record:
    """Return an event with 8 participants, each with a capacity, 2 sources, 2 topics and a place, published; it is made once."""
    from django.db import transaction  # noqa: PLC0415 - Django must be set up first

    from events.models import (  # noqa: PLC0415
        Event,
        EventCitation,
        EventPlace,
        EventTopic,
        EventType,
        Participation,
        ParticipationCapacity,
        Place,
    )
    from people.models import Tenure  # noqa: PLC0415
    from records.models import Source, Topic  # noqa: PLC0415

    there = Event.objects.filter(slug="bench-summit").first()
    if there is not None:
        return there
    held = Tenure.objects.filter(
        start_latest__lt=SUMMIT, end_latest=None, office__state__isnull=False
    )
    tenures = held.order_by("person_id", "pk").distinct("person_id").select_related("office")
    with transaction.atomic():
        kind = EventType.objects.get(slug="summit")
        event = _made(Event(slug="bench-summit", title="A summit", type=kind, when_edtf=SUMMIT))
        for place, tenure in enumerate(tenures[:8]):
            row = _made(
                Participation(
                    event=event,
                    person=tenure.person,
                    on_behalf_of_state_id=tenure.office.state_id,
                    name_as_given=f"Delegate {place}",
                )
            )
            _made(ParticipationCapacity(participation=row, tenure=tenure))
        _made(EventPlace(event=event, place=Place.objects.order_by("pk")[0]))
        for topic in Topic.objects.order_by("pk")[:2]:
            _made(EventTopic(event=event, topic=topic))
        for source in Source.objects.order_by("pk")[:2]:
            _made(EventCitation(record=event, source=source))
    return _published(event)


def _treaty() -> Agreement:
    """Return an agreement with 182 parties, each of which signed and ratified it, published; it is made once."""
    from django.db import transaction  # noqa: PLC0415 - Django must be set up first

    from agreements.models import (  # noqa: PLC0415
        Agreement,
        AgreementAction,
        AgreementCitation,
        AgreementParty,
    )
    from people.models import State  # noqa: PLC0415
    from records.models import Source  # noqa: PLC0415

    there = Agreement.objects.filter(slug="bench-treaty").first()
    if there is not None:
        return there
    with transaction.atomic():
        treaty: Agreement = _made(
            Agreement(slug="bench-treaty", title="A treaty of all", form="treaty")
        )
        _made(AgreementCitation(record=treaty, source=Source.objects.order_by("pk")[0]))
        for place, state in enumerate(State.objects.order_by("pk")[:182]):
            party = _made(AgreementParty(agreement=treaty, state=state))
            for action, year in (("signature", 1961), ("ratification", 1964)):
                on = f"{year + place % 7}-04-18"
                _made(AgreementAction(agreement=treaty, kind=action, party=party, date_edtf=on))
    _published(treaty)
    return treaty


def _made(row: Any) -> Any:
    row.full_clean()
    row.save()
    return row


def _published(record: Record) -> Record:
    from records.models import Nature  # noqa: PLC0415 - Django must be set up first
    from records.publishing.dependencies import gather  # noqa: PLC0415
    from records.publishing.publish import publish  # noqa: PLC0415
    from records.publishing.warnings import renew  # noqa: PLC0415

    renew({record.object_kind: [record.pk]})
    publish(*gather(record).together, by=None, nature=Nature.DEVELOPMENT)
    return record


SECTIONS: dict[str, Callable[[], Iterator[Page]]] = {
    "boxes": boxes, "forms": forms, "pasted": pasted, "lists": lists, "home": home, "compare": compare,
}  # fmt: skip

if __name__ == "__main__":
    main()
