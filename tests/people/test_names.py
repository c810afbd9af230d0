"""Names taken apart and compared; how good the comparison is, measured on a list of our own (names_gold.csv)."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from people.names import NEAR, SAME, Level, blocks, compare, of_parts, parse
from people.names.likeness import distinctive

with (Path(__file__).parent / "names_gold.csv").open(encoding="utf-8", newline="") as _file:
    GOLD = list(csv.DictReader(_file))
PAGE = settings.BASE_DIR / "docs" / "names.md"

#: What may not be undercut: a little less than what is measured (docs/names.md has the figures).
FLOORS = {
    Level.SAME: (0.96, 0.98),
    Level.NEAR: (0.93, 0.93),
    Level.DIFFERENT: (0.93, 0.90),
}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Dean Gooderham Acheson", {"given": "Dean Gooderham", "family": "Acheson"}),
        ("Acheson, Dean G.", {"given": "Dean G.", "family": "Acheson", "is_ordered": True}),
        (
            "Gen. George C. Marshall, Jr.",
            {"title": "Gen.", "given": "George C.", "family": "Marshall", "suffix": "Jr."},
        ),
        (
            "Field Marshal Asim Munir",
            {"title": "Field Marshal", "given": "Asim", "family": "Munir"},
        ),
        (
            "Crown Prince Hassan bin Talal",
            {"title": "Crown Prince", "given": "Hassan", "particles": "bin", "family": "Talal"},
        ),
        ("Queen Elizabeth II", {"title": "Queen", "given": "Elizabeth", "regnal": "II"}),
        ("Haile Selassie I", {"given": "Haile Selassie", "regnal": "I"}),
        (
            "King Abdullah II ibn Al Hussein",
            {
                "title": "King",
                "given": "Abdullah",
                "particles": "ibn Al",
                "family": "Hussein",
                "regnal": "II",
            },
        ),
        ("Deng Xiaoping", {"given": "Xiaoping", "family": "Deng", "is_family_first": True}),
        ("Kim Dae-jung", {"given": "Dae-jung", "family": "Kim", "is_family_first": True}),
        ("Kim Campbell", {"given": "Kim", "family": "Campbell"}),
        ("U Nu", {"particles": "U", "family": "Nu"}),
        ("Sukarno", {"family": "Sukarno"}),
        ("Miguel de la Madrid", {"given": "Miguel", "particles": "de la", "family": "Madrid"}),
        (
            "Cruz, Juan de la",
            {"given": "Juan", "particles": "de la", "family": "Cruz", "is_ordered": True},
        ),
        (
            "Ortega y Gasset, José",
            {"given": "José", "family": "Ortega y Gasset", "is_ordered": True},
        ),
        ("John V. A. MacMurray", {"given": "John V. A.", "family": "MacMurray"}),
        ("Pierre de L. Boal", {"given": "Pierre de L.", "family": "Boal"}),
        ("Douglas MacArthur 2d", {"given": "Douglas", "family": "MacArthur", "suffix": "II"}),
        (
            'James Earl "Jimmy" Carter',
            {"given": "James Earl", "nickname": "Jimmy", "family": "Carter"},
        ),
        ("J.D. Vance", {"given": "J. D.", "family": "Vance"}),
        ("Al Gore", {"given": "Al", "family": "Gore"}),
        ("Haidar al- Abadi", {"given": "Haidar", "family": "al-Abadi"}),
        ("President", {"title": "President"}),
        ("", {}),
        (" , ", {}),
    ],
)
def test_a_name_is_taken_apart(text: str, parts: dict[str, Any]) -> None:
    name = parse(text)

    found = {field: getattr(name, field) for field in name.__dataclass_fields__ if field != "text"}
    assert {field: value for field, value in found.items() if value} == parts


@pytest.mark.parametrize("pair", GOLD, ids=lambda pair: f"{pair['one']} - {pair['other']}")
def test_a_comparison_is_the_same_both_ways_and_found_through_a_common_key(
    pair: dict[str, str],
) -> None:
    found, back = compare(pair["one"], pair["other"]), compare(pair["other"], pair["one"])

    assert (found.score, found.level) == (back.score, back.level)
    if found.level == Level.SAME:
        assert blocks(pair["one"]) & blocks(pair["other"])


@pytest.mark.parametrize(
    ("one", "other", "level", "is_compatible"),
    [
        ("Anwar Sadat", "Muhammad Anwar es-Sadat", Level.NEAR, True),
        ("Nehru", "Jawaharlal Nehru", Level.NEAR, True),
        ("Carlos Salinas", "Carlos Salinas de Gortari", Level.NEAR, True),
        ("Eduard Sheverdnadze", "Eduard Shevardnadze", Level.NEAR, False),
        ("George Walker Bush", "George Herbert Walker Bush", Level.NEAR, False),
        ("George W. Bush", "George H. W. Bush", Level.DIFFERENT, False),
    ],
)
def test_what_only_lacks_words_is_compatible_and_what_contradicts_or_is_misspelt_is_not(
    one: str, other: str, level: Level, is_compatible: Any
) -> None:
    found = compare(one, other)

    assert (found.level, found.is_compatible) == (level, is_compatible)


def test_the_reasons_say_what_differs() -> None:
    assert compare("Jimmy Carter", "Carter, James Earl, Jr.").reasons == (
        "Jimmy and James may be one name",
        "a middle name in one only",
        "only one has Jr.",
    )


def test_names_known_in_parts_are_not_read_in_another_order() -> None:
    assert compare(of_parts("Thomas", "Paul"), of_parts("Paul", "Thomas")).level == Level.DIFFERENT
    assert compare(of_parts("Dean G.", "Acheson"), "Dean Acheson").level == Level.SAME


def test_a_bare_name_is_idle_beside_a_fuller_one() -> None:
    names = [parse(name) for name in ("George Bush", "George Herbert Walker Bush", "Poppy Bush")]

    assert [name.text for name in distinctive(names)] == [
        "George Herbert Walker Bush",
        "Poppy Bush",
    ]


@pytest.mark.parametrize(
    "text", ["", "President", "   ", ",,,", "...", "''", "III", "(x)", "de la"]
)
def test_a_text_that_is_hardly_a_name_is_no_error(text: str) -> None:
    assert compare(text, "Ann Smith").level == Level.DIFFERENT
    assert compare(text, text).score <= 1
    assert isinstance(blocks(text), frozenset)


def measured() -> dict[Level, tuple[int, float, float]]:
    """Return for each level how many pairs of the list are of it, and precision and recall in finding them."""
    found = Counter(
        (Level(pair["truth"]), compare(pair["one"], pair["other"]).level) for pair in GOLD
    )
    result = {}
    for level in Level:
        is_level = sum(count for (truth, _), count in found.items() if truth == level)
        said = sum(count for (_, level_found), count in found.items() if level_found == level)
        right = found[level, level]
        result[level] = (is_level, right / said, right / is_level)
    return result


def test_precision_and_recall_on_the_gold_list_stay_above_their_floors(
    capsys: pytest.CaptureFixture[str],
) -> None:
    figures = measured()

    with capsys.disabled():
        print(f"\nnames: {len(GOLD)} pairs of the gold list")
        for level, (count, precision, recall) in figures.items():
            print(f"  {level:10}{count:4} pairs  precision {precision:.3f}  recall {recall:.3f}")
    for level, (_count, precision, recall) in figures.items():
        assert precision >= FLOORS[level][0], level
        assert recall >= FLOORS[level][1], level


def test_no_pair_is_said_to_be_the_same_while_the_names_contradict_each_other() -> None:
    """The false ones that are left say nothing of it themselves: a middle name that one leaves out."""
    wrong = [
        f"{pair['one']} / {pair['other']}"
        for pair in GOLD
        if pair["truth"] == Level.DIFFERENT
        and compare(pair["one"], pair["other"]).level == Level.SAME
    ]

    assert wrong == ["John Adams / John Quincy Adams", "Daniel Webster / Daniel Fletcher Webster"]


def test_the_page_has_the_figures_that_are_measured_and_the_thresholds_that_hold() -> None:
    page = PAGE.read_text(encoding="utf-8")

    rows = re.findall(
        r"^\| (same|near|different) \| (\d+) \| ([\d.]+) \| ([\d.]+) \|$", page, re.MULTILINE
    )
    assert rows == [
        (level.value, str(count), f"{precision:.3f}", f"{recall:.3f}")
        for level, (count, precision, recall) in measured().items()
    ]
    assert f"{len(GOLD)} pairs" in page
    assert f"`SAME` = {SAME}" in page
    assert f"`NEAR` = {NEAR}" in page
