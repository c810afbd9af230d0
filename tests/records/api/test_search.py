"""Full text: names as they are, prose by its stems, the best first, and a bounded number of them ranked."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pytest

from config.api import pagination
from config.api.pagination import Cursor
from events.models import EventEdition
from people.models import Person, PersonName, StateCode
from records.api import months, search
from records.publishing.publish import publish
from tests.factories.answers import get
from tests.factories.events import make_event, make_event_type, make_participation
from tests.factories.people import make_office, make_part, make_person, make_state
from tests.factories.records import make_source, make_topic, publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def found(client: Client, resource: str, words: str, **more: str) -> list[str]:
    """Return the slugs on all pages of a search."""
    rest = "".join(f"&{name}={value}" for name, value in more.items())
    address: str | None = f"/api/v1/{resource}/?search={quote(words)}{rest}"
    slugs: list[str] = []
    while address:
        page: dict[str, Any] = client.get(address).json()
        slugs += [record["slug"] for record in page["results"]]
        parts = urlsplit(page["next"] or "")
        address = f"{parts.path}?{parts.query}" if page["next"] else None
    return slugs


def test_names_are_compared_as_they_are_and_prose_by_its_stems(client: Client) -> None:
    source, kind = make_source(title="Nothing"), make_event_type("meeting")
    publish(
        source,
        kind,
        make_person("Robert Visits", slug="robert", source=source),
        make_person("Roberts Visit", slug="roberts", source=source),
        make_event(
            "Visiting the minister",
            slug="visiting",
            summary="Roberts spoke.",
            source=source,
            type=kind,
        ),
        by=None,
    )

    # "Roberts" is no other form of "Robert", but begins with it.
    assert found(client, "people", "roberts") == ["roberts"]
    assert sorted(found(client, "people", "robert")) == ["robert", "roberts"]
    assert found(client, "people", "robert visits") == ["robert"]
    assert found(client, "people", "visits robert") == ["robert"]
    assert found(client, "events", "ministers visited") == ["visiting"]
    assert found(client, "events", "robert minister") == ["visiting"]


def test_stems_names_and_marks_never_meet(client: Client) -> None:
    source, kind = make_source(title="Nothing"), make_event_type("meeting")
    event = make_event("Gala", slug="gala", when="2025-05", source=source, type=kind)
    make_participation(event, make_person("Samantha Power", source=source), role="host")
    prose = make_event(
        "Fair", slug="fair", summary="Great powers' visits.", source=source, type=kind
    )
    publish_whole(source, kind, *Person.objects.all(), event, prose)

    # "Powers" has the stem of "power", but no such name; "pow" begins both.
    assert found(client, "events", "powers") == ["fair"]
    assert sorted(found(client, "events", "power")) == ["fair", "gala"]
    assert sorted(found(client, "events", "pow")) == ["fair", "gala"]
    assert found(client, "events", "visiting power") == ["fair"]
    for mark in ("@2025", "@2025-05", "2025-05", "2025", "@undated", "undated", "@"):
        assert found(client, "events", mark) == []
        assert found(client, "events", mark, ordering="-date") == []
    (names,) = EventEdition.objects.filter(slug="gala").values_list("search", flat=True)
    assert names == "' gala' '@2025' '@2025-05' 'gala':1A 'power':3B 'samantha':2B"


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("lavrov", True),
        ("LAVRÓV", True),
        ("sergey lav", True),
        ("lav sergey", False),
        ("lav", True),
        ("avrov", False),
        ("лавров", True),
        ("Сергей ЛАВ", True),
        ("لافروف", True),
        ("لافر", True),
        ("拉夫罗夫", True),
        ("al-saud", True),
        ("saud", True),
        ("al saud", True),
        ("saud-lavrov", True),
        ("o'neill", True),
        ("'", False),
        ("\\", False),
        ("z:*", False),
        ("lavrov & !sergey", True),  # signs are no operators
    ],
)
def test_words_of_every_script_and_beginnings_of_the_last(
    client: Client,
    words: str,
    is_found: bool,  # noqa: FBT001 - a column of the table
) -> None:
    source = make_source(title="Nothing")
    person = make_person("Sergey Lavrov", slug="lavrov", source=source)
    for name in ("Сергей Лавров", "سيرغي لافروف", "拉夫罗夫", "Al-Saud O'Neill"):
        make_part(PersonName, record=person, name=name)
    publish(source, person, by=None)

    assert (found(client, "people", words) == ["lavrov"]) is is_found


def test_an_exact_label_or_code_comes_first(client: Client) -> None:
    chad = make_state("Chad", alpha_2="TD", slug="chad")
    other = make_state("Chad Chad Chad", slug="other")
    make_part(StateCode, state=other, scheme="cow", value="TDX")
    publish(
        chad,
        other,
        make_topic("td", label="Chad policy", slug="td"),
        make_topic("x", label="Td td", slug="x"),
        by=None,
    )

    assert found(client, "states", "CHÁD") == ["chad", "other"]
    assert found(client, "states", "td") == ["chad", "other"]
    assert found(client, "topics", "TD") == ["td", "x"]


def test_labels_that_begin_with_the_text_come_before_those_that_have_its_words(
    client: Client,
) -> None:
    source = make_source(title="Nothing")
    titles = {
        "begun": "Secretary of State of the Union",
        "inside": "Under Secretary of State, Department of State",
        "exact": "Secretary of State",
    }
    offices = [make_office(title, slug=slug, source=source) for slug, title in titles.items()]
    publish(source, *offices, by=None)

    assert found(client, "offices", "secretary of state") == ["exact", "begun", "inside"]


DAYS = [
    *[f"{year}-{month:02}-10" for year in (1999, 2024, 2025) for month in (1, 6, 12)],
    "2025-12-10", "2030-03-01", "", "1850", "2025-12", "2025-12-11", "0001", "9999-12-31",
]  # fmt: skip


#: What the statistics may say of all words but the last, and of the last: nothing, much, or that the index need not be asked.
SHARES = [(0.0, 0.0), (1.0, 1.0), (0.3, 0.05), (0.05, 0.3)]


def guess(monkeypatch: pytest.MonkeyPatch, whole: float, last: float) -> None:
    """Have finds looked for as if words had these shares of records, whose days lie in a few years."""
    known = [date(1999, 6, 1), date(2000, 2, 1), date(2024, 3, 1), date(2025, 7, 1)]
    monkeypatch.setattr(months, "shares", lambda *_asked: (whole, last, last))
    monkeypatch.setattr(months, "days", lambda _editions: known)
    monkeypatch.setattr(months, "rows", lambda _editions: 60.0)
    monkeypatch.setattr(months, "LEAST", 3)


@pytest.fixture
def events(client: Client) -> None:
    """Events that all have one word, some of them more often, in many months; the exact label is of an undated one."""
    source, kind = make_source(title="Nothing"), make_event_type("meeting")
    made = [
        make_event(f"Talks {'talks ' * (number % 4)}{number}", when=day, source=source, type=kind)
        for number, day in enumerate(DAYS)
    ]
    made.append(make_event("Talks", slug="exact", source=source, type=kind))
    made.append(make_event("Parley", when="2026", source=source, type=kind))
    publish(source, kind, *made, by=None)


@pytest.mark.parametrize("filters", [{}, {"date_after": "1999"}])
@pytest.mark.parametrize("ranked", [1, 7, len(DAYS), len(DAYS) + 1, 100])
def test_of_too_many_finds_the_newest_and_the_exact_ones_are_ranked(
    client: Client,
    events: None,
    monkeypatch: pytest.MonkeyPatch,
    ranked: int,
    filters: dict[str, str],
) -> None:
    whole = found(client, "events", "talks", **filters)
    newest = found(client, "events", "talks", ordering="-date", **filters)
    assert sorted(whole) == sorted(newest)
    assert filters or len(whole) == len(DAYS) + 1
    monkeypatch.setattr(search, "RANKED", ranked)
    kept = {*newest[:ranked], *({"exact"} & set(newest))}

    # However the finds are looked for, the same ones are ranked.
    for share in SHARES:
        guess(monkeypatch, *share)
        bounded = found(client, "events", "talks", page_size="5", **filters)
        assert bounded == [slug for slug in whole if slug in kept]
    rest = "".join(f"&{name}={value}" for name, value in filters.items())
    total = client.get(f"/api/v1/events/?search=talks{rest}").json()["total"]
    assert total["value"] == min(len(newest), ranked + 1)


@pytest.mark.parametrize("share", SHARES)
def test_of_too_many_finds_those_with_the_whole_last_word_are_ranked(
    client: Client, monkeypatch: pytest.MonkeyPatch, share: tuple[float, float]
) -> None:
    source, kind = make_source(title="Nothing"), make_event_type("meeting")
    towns = [("Lima", 2001), ("Limassol", 2010)]
    made = [
        make_event(
            f"{town} {n}", slug=f"{town}-{n}".lower(), when=f"{year + n}", source=source, type=kind
        )
        for town, year in towns
        for n in range(3)
    ]
    publish(source, kind, *made, by=None)
    guess(monkeypatch, *share)

    for ranked, expected in [
        (2, {"lima-1", "lima-2"}),
        (3, {"limassol-0", "limassol-1", "limassol-2"}),
        (5, {"lima-1", "lima-2", "limassol-0", "limassol-1", "limassol-2"}),
    ]:
        monkeypatch.setattr(search, "RANKED", ranked)
        assert set(found(client, "events", "lima", page_size="1")) == expected


def test_persons_beyond_the_bound_are_the_last_published(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_source(title="Nothing")
    publish(source, by=None)
    for number in range(6):
        publish(make_person(f"Jan Jansen {number}", slug=f"jan-{number}", source=source), by=None)
    publish(make_person("Jan", slug="jan", source=source), by=None)
    publish(make_person("Jan Last", slug="last", source=source), by=None)
    monkeypatch.setattr(search, "RANKED", 2)

    assert sorted(found(client, "people", "jan")) == ["jan", "last"]
    publish(make_person("Jan Latest", slug="latest", source=source), by=None)
    publish(make_person("Jan Latest of all", slug="of-all", source=source), by=None)
    assert found(client, "people", "jan", page_size="1")[0] == "jan"
    assert sorted(found(client, "people", "jan", page_size="1")) == ["jan", "latest", "of-all"]


RANGES = [
    "",
    "&date_after=2024-06",
    "&date_before=2024",
    "&date_after=1999-06-10&date_before=2025",
    "&date_after=2000&date_before=2025&date_match=any",
    "&date_before=1500",
    "&date_after=2031",
]


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("counted", [1_000, 7, 2])
def test_pages_in_any_order_and_their_number_however_they_are_found(
    client: Client,
    events: None,
    monkeypatch: pytest.MonkeyPatch,
    share: tuple[float, float],
    counted: int,
) -> None:
    guess(monkeypatch, *share)
    for module in (search, pagination):
        monkeypatch.setattr(module, "COUNTED", counted)
    for ordering, filters in product(["-date", "date", "label", "-published_at"], RANGES):
        asked = f"events/?ordering={ordering}{filters}"
        listed = get(client, f"{asked}&page_size=200")["results"]
        meant = [each["slug"] for each in listed if each["label"].startswith("Talks")]
        total = {
            "value": min(len(meant), counted),
            "relation": "gte" if len(meant) > counted else "eq",
        }
        for words in ("talks", "tal", "talk ta"):
            crawled: list[str] = []
            address, before = f"{asked}&search={quote(words)}&page_size=6", None
            while address:
                page = get(client, address)
                assert (asked, words, page["total"]) == (asked, words, total)
                crawled += [each["slug"] for each in page["results"]]
                if before:
                    back = get(client, page["previous"].partition("/api/v1/")[2])
                    assert back["results"] == before
                address, before = (page["next"] or "").partition("/api/v1/")[2], page["results"]
            assert (asked, words, crawled) == (asked, words, meant)


@pytest.mark.parametrize("is_down", [True, False])
@pytest.mark.parametrize("share", [0.001, 0.04, 0.3, 0.9])
@pytest.mark.parametrize("key", [None, "0001-01-01", "1999-06-30", "2025-12-31", "9999-12-31"])
@pytest.mark.parametrize(
    "bounds", [(None, None), (date(2001, 5, 3), None), (date(1, 1, 1), date(2003, 12, 31))]
)
def test_spans_follow_one_another_and_leave_no_month_out(
    *, is_down: bool, share: float, key: str | None, bounds: tuple[date | None, date | None]
) -> None:
    known = [date(1995 + number, 1 + number % 12, 5) for number in range(31)]
    region = months.Region(*bounds, None, (), is_undated=True)
    cursor = Cursor(">", key, "") if key else None
    spans = list(months._spans(known, share, is_down, cursor, region))

    covered = [month for first, end in spans for month in range(first, end)]
    first, end = 1995 * 12, 2026 * 12
    place = key and date.fromisoformat(key).year * 12 + date.fromisoformat(key).month - 1
    if place:
        first, end = (first, min(end, place + 1)) if is_down else (max(first, place), end)
    low, high = bounds
    first = max(first, low.year * 12 + low.month - 1) if low else first
    end = min(end, high.year * 12 + high.month) if high else end
    assert sorted(covered) == list(range(first, end))
    assert spans == sorted(spans, reverse=is_down)
    if share < 0.1 and not key and not any(bounds):
        assert len(spans) > 3


def test_marks_of_a_span_are_months_and_whole_years() -> None:
    assert months._marks(2025 * 12 + 10, 2028 * 12 + 1) == (
        "'@2025-11' | '@2025-12' | '@2026' | '@2027' | '@2028-01'"
    )


@pytest.mark.parametrize(
    ("words", "is_noted"),
    [
        ('"state visit"', True),
        ("“state visit”", True),
        ("obama OR putin", True),
        ("obama AND putin", True),
        ("NOT putin", True),
        ("obama -putin", True),
        ('Thomas "Tip" O\'Neill', False),
        ("TRINIDAD AND TOBAGO", False),
        ("Trinidad and Tobago", False),
        ("Asia-Pacific", False),
        ("2009 - 2012", False),
    ],
)
def test_a_search_written_for_another_engine_is_noted(
    client: Client, words: str, *, is_noted: bool
) -> None:
    for address in ("people/", "people/counts/"):
        notes = get(client, f"{address}?search={quote(words)}")["notes"]

        assert [(note["code"], note["parameter"], note["value"]) for note in notes] == [
            ("search_words", "search", words)
        ] * is_noted
