"""The boxes in which records are chosen: drafts too, the exact name or code first, and a hint below each result."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.urls import reverse

from config.dates.values import UncertainDate
from people.models import Person, PersonName, State, StateCode, Tenure
from records.admin.picker import likely_each, ranked, tables_of
from records.publishing.merge import merge
from records.registry import kind_named
from tests.factories.events import make_event, make_event_type
from tests.factories.people import make_office, make_part, make_person, make_state, make_tenure
from tests.factories.records import make_source
from tests.factories.staff import client_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def box(client: Client, model: str, field: str, typed: str, **more: Any) -> list[dict[str, Any]]:
    app, name = model.split(".")
    asked = {"app_label": app, "model_name": name, "field_name": field, "term": typed, **more}
    response = client.get(reverse("admin:autocomplete"), asked)
    assert response.status_code == 200
    results: list[dict[str, Any]] = response.json()["results"]
    return results


def people(client: Client, typed: str) -> list[str]:
    return [
        result["text"].partition(" · ")[0]
        for result in box(client, "people.tenure", "person", typed)
    ]


def test_every_state_is_first_by_its_exact_name_and_by_its_exact_code(story: None) -> None:
    states = list(State.objects.all())
    codes = StateCode.objects.filter(scheme="iso3166-1-alpha-2", end_edtf="")
    asked = [
        *((state.name, state.pk) for state in states),
        *((code.value, code.state_id) for code in codes),
    ]
    desk: Any = admin.site.get_model_admin(State)
    texts = [typed for typed, _key in asked]
    with connection.cursor() as cursor:
        # In a database that is used, the planner knows how many there are.
        cursor.execute("ANALYZE people_state, people_statecode, people_statename")

    found = [
        [*likely.exact, *likely.others]
        for first in range(0, len(texts), 40)
        for likely in likely_each(
            State,
            texts[first : first + 40],
            parts_of=desk.search_fields,
            whole=desk.whole_search_fields,
        )
    ]
    wrong = [
        (typed, keys[:1])
        for (typed, key), keys in zip(asked, found, strict=True)
        if keys[:1] != [str(key)]
    ]

    assert (len(states) > 190, len(codes) > 190) == (True, True)
    assert wrong == []


def test_the_likeliest_person_is_first_and_slips_are_forgiven(publisher: Client) -> None:
    for name in (
        "Asif Ali Zardari",
        "Ishaq Dar",
        "Darius Milhaud",
        "John Kerry",
        "Muammar Gaddafi",
    ):
        make_person(name)
    make_part(PersonName, record=Person.objects.get(name="Muammar Gaddafi"), name="معمر القذافي")

    assert people(publisher, "Dar") == ["Ishaq Dar", "Darius Milhaud"]
    assert people(publisher, "dar ishaq") == ["Ishaq Dar"]
    assert people(publisher, "Kery") == ["John Kerry"]
    assert people(publisher, "Gadafi") == ["Muammar Gaddafi"]
    assert people(publisher, "القذ") == ["Muammar Gaddafi"]
    assert people(publisher, "ardari") == ["Asif Ali Zardari"]
    assert people(publisher, "john-kerry") == ["John Kerry"]
    assert people(publisher, str(Person.objects.get(name="Ishaq Dar").pk)) == ["Ishaq Dar"]
    assert people(publisher, "xyzzy") == []
    assert people(publisher, "&") == []


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Mohammed bin Salman", ["bin Salman", "Mohammed Salman", "Muhammad bin Salman", "Salmann"]),
        ("Charles de Gaulle", ["de Gaulle", "Gaulle", "President de Gaulle", "de gaule", "General de Gaulle"]),
        ("Alexander van der Bellen", ["van der Bellen", "Bellen", "der Belen", "President van der Bellen"]),
        ("Muammar Gaddafi", ["Qadhafi", "Gadafi", "Kadafi", "Moammar Khadafy", "Colonel Gaddafi"]),
        ("George Walker Bush", ["G. W. Bush", "GW Bush", "Bush George", "Bush, G.W.", "President Bush", "Buhs"]),
        ("Bashar al-Assad", ["President Assad", "al Assad", "Asad", "assad bashar"]),
        ("Nicolás Maduro", ["Nicolas Maduro", "MADURO", "Madruo"]),
        ("Volodymyr Zelenskyy", ["Zelensky", "Zelenski", "President Zelenskyi"]),
        ("Recep Tayyip Erdoğan", ["Erdogan", "erdoğan", "Tayip Erdogan"]),
        ("Мухаммед Каддафи", ["Каддафи", "Кадафи"]),
    ],
)  # fmt: skip
def test_names_are_found_as_people_write_them(
    publisher: Client, name: str, typed: list[str]
) -> None:
    for other in (
        "George Marshall",
        "Salman Rushdie",
        "Muhammad Ali Jinnah",
        "Charles Bohlen",
        "Ivan Buchan",
    ):
        make_person(other)
    make_person(name)

    assert [(text, people(publisher, text)[:1]) for text in typed] == [
        (text, [name]) for text in typed
    ]


def test_who_certainly_held_an_office_then_comes_first_and_a_family_name_before_a_given_one(
    publisher: Client,
) -> None:
    president, envoy = make_office("President"), make_office("Envoy")
    make_tenure(
        make_person("Thomas Woodrow Wilson"), president, start="1913-03-04", end="1921-03-04"
    )
    make_tenure(make_person("Henry Wilson"), president, start="1873-03-04", end="1875-11-22")
    for title in ("Envoy", "Consul"):
        lane = Person.objects.filter(name="Henry Lane Wilson").first() or make_person(
            "Henry Lane Wilson"
        )
        make_tenure(
            lane, make_office(f"{title} to Mexico"), start="1909"
        )  # until when is not known
    make_tenure(make_person("Wilson Barrett"), envoy, start="1801", end="1805")
    make_person("Ann Wilson Smith")

    def first(typed: str, on: str) -> list[str]:
        found = box(publisher, "people.tenure", "person", typed, on=on)
        return [each["text"].partition(" · ")[0] for each in found]

    assert first("wilson", "1915-05-07") == [
        "Thomas Woodrow Wilson",
        "Henry Lane Wilson",
        "Henry Wilson",
        "Wilson Barrett",
        "Ann Wilson Smith",
    ]
    assert first("wilson", "1874")[0] == "Henry Wilson"
    assert first("wilson", "1803")[:2] == ["Wilson Barrett", "Henry Lane Wilson"]


FORMER_NAMES = {
    "Burma": "Myanmar", "Zaire": "Democratic Republic of the Congo", "DRC": "Democratic Republic of the Congo",
    "Swaziland": "Eswatini", "Czech Republic": "Czechia", "Ivory Coast": "Côte d'Ivoire", "cote divoire": "Côte d'Ivoire",
    "Great Britain": "United Kingdom", "UK": "United Kingdom", "U.K.": "United Kingdom", "South Korea": "South Korea",
    "ROK": "South Korea", "DPRK": "North Korea", "USA": "United States", "U.S.": "United States",
    "United States of America": "United States", "UAE": "United Arab Emirates", "PRC": "China", "KSA": "Saudi Arabia",
    "USSR": "Soviet Union", "Vatican": "Holy See", "Ceylon": "Sri Lanka", "Siam": "Thailand", "Persia": "Iran",
    "Upper Volta": "Burkina Faso", "Turkey": "Türkiye", "Cape Verde": "Cape Verde", "East Timor": "Timor-Leste",
    "St. Lucia": "Saint Lucia", "Pakstan": "Pakistan", "Phillipines": "Philippines", "Columbia": "Colombia",
    "Isreal": "Israel", "Untied States": "United States", "Afganistan": "Afghanistan",
}  # fmt: skip

#: With beginnings of English names, which come before words in other languages: `Corée du Sud`, `Royaume-Uni`.
NAMES_IN_OTHER_LANGUAGES = {
    "Allemagne": "Germany",
    "alemania": "Germany",
    "Германия": "Germany",
    "德国": "Germany",
    "ألمانيا": "Germany",
    "Российская Федерация": "Russia",
    "Corée du Sud": "South Korea",
    "estados unidos": "United States",
    "chine": "China",
    "sud": "Sudan",
    "uni": "United States",
    "equat": "Equatorial Guinea",
    "arge": "Argentina",
    "hon": "Honduras",
    "lib": "Libya",
}


@pytest.mark.parametrize("names", [FORMER_NAMES, NAMES_IN_OTHER_LANGUAGES], ids=["former", "other"])
def test_states_are_found_by_former_and_short_names_misspelt_and_in_other_languages(
    story: None, names: dict[str, str]
) -> None:
    desk: Any = admin.site.get_model_admin(State)
    texts = list(names)
    likely = likely_each(
        State, texts, parts_of=desk.search_fields, whole=desk.whole_search_fields, within=False
    )
    first = [next(iter([*each.exact, *each.others]), None) for each in likely]
    called = {str(state.pk): state.name for state in State.objects.all()}

    assert {text: called.get(key or "") for text, key in zip(texts, first, strict=True)} == names


def test_each_result_has_a_hint_below_its_label(publisher: Client) -> None:
    pakistan = make_state("Pakistan", start="1947-08-14")
    dar = make_person("Ishaq Dar")
    make_tenure(dar, make_office("Finance Minister", state=pakistan), start="2013", end="2017")
    make_tenure(dar, make_office("Foreign Minister", state=pakistan), start="2024-03-11")
    make_event("Call about trade", when="2025-05-10", type=make_event_type("call"))
    make_person("Nobody Known")

    def hints(model: str, field: str, typed: str) -> list[tuple[str, str | None]]:
        return [(each["text"], each.get("hint")) for each in box(publisher, model, field, typed)]

    assert hints("people.tenure", "person", "dar") == [
        ("Ishaq Dar · draft", "Foreign Minister, Pakistan (since 2024)")
    ]
    assert hints("people.tenure", "person", "nobody") == [("Nobody Known · draft", None)]
    assert hints("people.office", "state", "paki") == [("Pakistan · draft", "since 1947")]
    assert hints("events.event", "parent", "call") == [
        ("Call about trade (2025-05-10) · draft", "Call")
    ]


def test_what_is_possible_on_the_day_comes_first_and_all_else_is_marked(publisher: Client) -> None:
    make_state("Germania", end="0476")
    make_state("Germany", start="1949-05-23")
    germany = State.objects.get(name="Germany")
    steinmeier = make_person("Frank-Walter Steinmeier")
    minister = make_office("Foreign Minister", state=germany)
    make_tenure(steinmeier, make_office("President", state=germany), start="2017-03-19")
    make_tenure(steinmeier, minister, start="2013-12-17", end="2017-01-27")

    def states(on: str) -> list[tuple[str, str | None]]:
        found = box(publisher, "people.office", "state", "german", on=on)
        return [(each["text"].split(" · ")[0], each.get("mark")) for each in found]

    def tenures(on: str) -> list[tuple[str, str | None]]:
        found = box(
            publisher, "people.tenuremilestone", "tenure", "", on=on, person=str(steinmeier.pk)
        )
        return [(each["text"].split(", ")[1].split(" (")[0], each.get("mark")) for each in found]

    def hint(on: str) -> str:
        (found,) = box(publisher, "people.tenure", "person", "steinmeier", on=on)
        return str(found["hint"])

    no = "not on that day"
    assert states("2015-05-10") == [("Germany", None), ("Germania, until 0476", no)]
    assert states("0400") == [("Germania, until 0476", None), ("Germany", no)]
    assert tenures("2015-05-10") == [("Foreign Minister", None), ("President", no)]
    assert tenures("2018") == [("President", None), ("Foreign Minister", no)]
    assert tenures("2016/2018") == [("Foreign Minister", None), ("President", None)]
    assert hint("2015-05-10") == "Foreign Minister, Germany (2013–2017)"  # noqa: RUF001 - as years are written
    assert hint("2018-05-10") == "President, Germany (since 2017)"
    # Nothing is marked where the day is not known, or cannot be read.
    for day in ("", "10 May 2015", "someday"):
        assert [mark for _name, mark in states(day) + tenures(day)] == [None] * 4


def test_known_people_are_among_the_first_three_by_their_family_name_with_their_office(
    db: None,
) -> None:
    """Persons of the history of American diplomacy among 528 others who are called alike, asked on a day of their office.

    Every tenth family name is tried with a slip too, of every kind and at every place in turn.
    """
    people = known_people()
    desk: Any = admin.site.get_model_admin(Person)
    on = {
        person.pk: (day, day)
        for person, known in people
        for day in [day_between(known["start"], known["end"])]
    }

    asked = [(person, known, known["family_name"]) for person, known in people]
    for number, (person, known) in enumerate(people[::10]):
        of_name = slips(known["family_name"].lower())
        asked.append((person, known, of_name[number * 7 % len(of_name)]))
    wrong = []
    for person, known, typed in asked:
        keys = desk.picked(Person.objects.all(), typed, on[person.pk]).values_list("pk", flat=True)
        hint = desk.hints([person], on[person.pk])[person.pk]
        if person.pk not in keys[:3] or not hint.startswith(f"{known['office']}, United States ("):
            wrong.append((typed, person.name, hint))

    assert len(people) == 204
    assert wrong == []


def known_people() -> list[tuple[Person, dict[str, str]]]:
    here = Path(__file__).parent
    with (here / "known_people.csv").open(encoding="utf-8") as file:
        known = list(csv.DictReader(file))
    alike = (here / "people_called_alike.txt").read_text(encoding="utf-8").splitlines()
    country = make_state("United States")
    offices = {
        title: make_office(title, state=country) for title in {row["office"] for row in known}
    }
    people = Person.objects.bulk_create(
        Person(name=row["name"], slug=f"known-{number}") for number, row in enumerate(known)
    )
    Person.objects.bulk_create(
        Person(name=name, slug=f"alike-{number}") for number, name in enumerate(alike)
    )
    tenures = []
    for person, row in zip(people, known, strict=True):
        tenure = Tenure(person=person, office=offices[row["office"]], slug=person.slug)
        tenure.start = UncertainDate.parse(row["start"])
        tenure.end = UncertainDate.parse(row["end"])
        tenures.append(tenure)
    Tenure.objects.bulk_create(tenures)
    return list(zip(people, known, strict=True))


def day_between(start: str, end: str) -> date:
    first = UncertainDate.parse(start).earliest
    last = UncertainDate.parse(end).latest
    assert first is not None
    return first + ((last or first) - first) / 2


def slips(word: str) -> list[str]:
    """A letter left out, doubled, wrong and added, and two letters swapped, at each place; of short words what is still three letters long."""
    found = []
    for place, letter in enumerate(word):
        before, after = word[:place], word[place + 1 :]
        wrong = "e" if letter != "e" else "a"
        found += [
            f"{before}{after}",
            f"{before}{letter}{letter}{after}",
            f"{before}{wrong}{after}",
            f"{before}x{letter}{after}",
            f"{before}{after[:1]}{letter}{after[1:]}",
        ]
    return [each for each in found if len(each) > 2 and each != word]


def test_a_new_tenure_is_filled_in_with_what_the_box_knows(publisher: Client) -> None:
    person = make_person("Ishaq Dar")
    office = make_office("Foreign Minister", state=make_state("Pakistan"))
    make_office("Finance Minister")
    query = {"person": str(person.pk), "on": "2025-05-10", "typed": "foreign min", "_popup": "1"}

    def initial(**changed: str) -> dict[str, Any]:
        page = publisher.get(reverse("admin:people_tenure_add"), {**query, **changed})
        form = page.context["adminform"].form
        return {name: form[name].value() for name in ("person", "office", "start_edtf")}

    assert initial() == {
        "person": str(person.pk),
        "office": office.pk,
        "start_edtf": "../2025-05-10",
    }
    # Two offices are called so; the day cannot be read.
    assert initial(typed="minister", on="soon") == {
        "person": str(person.pk), "office": None, "start_edtf": "",
    }  # fmt: skip
    page = publisher.get(reverse("admin:people_person_add"), {"typed": "Ishaq Dar"})
    assert page.context["adminform"].form["name"].value() == "Ishaq Dar"


def test_boxes_show_what_is_chosen_and_offer_a_new_record_to_people_who_may_make_one(
    publisher: Client,
) -> None:
    pakistan = make_state("Pakistan", start="1947-08-14")
    office = make_office("Foreign Minister", state=pakistan)
    page = publisher.get(reverse("admin:people_office_change", args=[office.pk]))
    box = '<select class="record-select" data-context="available-source" aria-describedby="id_state_helptext" id="id_state" name="state">'
    chosen = (
        f'<option value="{pakistan.pk}" data-hint="since 1947" selected>Pakistan · draft</option>'
    )
    asked = "app_label=people&amp;model_name=office&amp;field_name=state"

    assert f'{box}<option value=""></option>{chosen}</select>' in page.text
    new = f' data-address="/admin/autocomplete/?{asked}" data-noun="state" data-new="/admin/people/state/add/"'
    assert f"<record-box{new}></record-box>" in page.text

    seen = User.objects.create_user("reader", is_staff=True)
    seen.user_permissions.add(
        *Permission.objects.filter(codename__in=["change_office", "view_office", "view_state"])
    )
    page = client_of(seen).get(reverse("admin:people_office_change", args=[office.pk]))
    assert "<record-box" in page.text
    assert "/admin/people/state/add/" not in page.text


def test_a_former_code_comes_after_the_one_in_force(publisher: Client) -> None:
    old, new = make_state("Old", end="1990"), make_state("New", start="1990")
    make_part(StateCode, state=old, scheme="iso3166-1-alpha-2", value="YE", end="1990")
    make_part(StateCode, state=new, scheme="iso3166-1-alpha-2", value="YE", start="1991")

    found = box(publisher, "people.office", "state", "ye")

    assert [each["id"] for each in found] == [str(new.pk), str(old.pk)]


def test_of_merged_records_the_survivor_is_found(publisher: Client) -> None:
    source = make_source(title="Nothing")
    kept, gone = (
        make_person("Kept Person", source=source),
        make_person("Gone Person", source=source),
    )
    merge(gone, kept, by=None, reason="The same.")

    assert "Gone Person" not in people(publisher, "gone person")
    assert people(publisher, "gone-person") == ["Kept Person"]


@pytest.mark.parametrize(
    "kind", ["person", "organization", "office", "place", "agreement", "event"]
)
def test_names_are_found_through_indexes(db: None, kind: str) -> None:
    """Without sequential scans there is an index for every column with names, whatever the way to look."""
    model = kind_named(kind).model
    fields = {"person": "name", "organization": "name", "place": "name"}.get(kind, "title")
    (table,) = tables_of(kind_named(kind), [fields])

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        # Of an empty table any index is as good as another.
        for other in (index.name for index in model._meta.indexes):
            if "_folded" not in other:
                cursor.execute(f'DROP INDEX "{other}"')
        for condition in (
            "= ' a b '",
            "LIKE ' jo%%'",
            "LIKE '%% jo%%'",
            "LIKE ANY(ARRAY['%% j_hn %%'])",
        ):
            cursor.execute(
                f"EXPLAIN SELECT FROM {table.table} WHERE {table.folded} {condition}", []
            )
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert f"{model._meta.model_name}_folded" in plan, plan


def test_nothing_that_is_typed_is_an_error(publisher: Client) -> None:
    for typed in ("%", "_", "\\", "'", "a" * 500, "(", "a:b", "scheme:", "…", "ß", "''", "\\%_"):
        ranked(Person.objects.all(), typed, parts_of=["name"], whole=["slug"]).count()
        box(publisher, "people.tenure", "person", typed)
