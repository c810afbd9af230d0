"""Full text: names as they are, prose by its stems, the best first, and a bounded number of them ranked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pytest

from people.models import PersonName, StateCode
from records.api import search
from records.publishing.publish import publish
from tests.factories.events import make_event, make_event_type
from tests.factories.people import make_part, make_person, make_state
from tests.factories.records import make_source, make_topic

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


DAYS = [
    *[f"{year}-{month:02}-10" for year in (1999, 2024, 2025) for month in (1, 6, 12)],
    "2025-12-10", "2030-03-01", "", "1850", "2025-12", "2025-12-11", "0001", "9999-12-31",
]  # fmt: skip


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
    for expected in ((0, 10), (5, 1000), (400, 1000), (1000, 1000)):
        monkeypatch.setattr(search.RankedListing, "_expected", lambda _self, it=expected: it)
        bounded = found(client, "events", "talks", page_size="5", **filters)
        assert bounded == [slug for slug in whole if slug in kept]
    rest = "".join(f"&{name}={value}" for name, value in filters.items())
    total = client.get(f"/api/v1/events/?search=talks{rest}").json()["total"]
    assert total["value"] == min(len(newest), ranked + 1)


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


@pytest.mark.parametrize(
    ("months", "now", "last", "expected"),
    [
        (1, "2026-06-30", "2026-06-30", ["month 2026-06"]),
        (2, "2026-01-01", "2026-01-31", ["month 2025-12", "year 2026"]),
        (14, "2026-02-01", "2027-01-05", ["year 2025", "year 2026", "year 2027"]),
        (1, "2026-12-05", "2028-01-01", ["month 2026-12", "year 2027", "year 2028"]),
        (100, "0002-01-01", "0002-01-01", ["year 0001", "year 0002"]),
    ],
)
def test_marks_cover_the_months_up_to_now_and_all_that_follow(
    months: int, now: str, last: str, expected: list[str]
) -> None:
    days = (date.fromisoformat(day) for day in (now, last))
    assert list(search.marks_since(months, *days)) == expected
