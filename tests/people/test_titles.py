"""What somebody is, taken off who it is."""

from __future__ import annotations

import pytest

from people.names import Titled, strip_titles


@pytest.mark.parametrize(
    ("text", "title", "name"),
    [
        ("Prime Minister Adolfo Suarez", "Prime Minister", "Adolfo Suarez"),
        ("President-elect Felipe Calderon", "President-elect", "Felipe Calderon"),
        ("President- designate Ann Smith", "President-designate", "Ann Smith"),
        ("Acting President Goodluck Jonathan", "Acting President", "Goodluck Jonathan"),
        ("First Deputy Prime Minister Li Peng", "First Deputy Prime Minister", "Li Peng"),
        ("Vice Premier Liu He", "Vice Premier", "Liu He"),
        ("Crown Prince Hassan bin Talal", "Crown Prince", "Hassan bin Talal"),
        ("Sultan Haji Hassanal Bolkiah", "Sultan Haji", "Hassanal Bolkiah"),
        ("Foreign Minister Prince Saud", "Foreign Minister Prince", "Saud"),
        ("Premier and Prince Sihanouk", "Premier and Prince", "Sihanouk"),
        ("His Majesty King Hussein", "His Majesty King", "Hussein"),
        ("Lt. Gen. Brent Scowcroft", "Lt. Gen.", "Brent Scowcroft"),
        ("Secretary of State Vance", "Secretary of State", "Vance"),
        (
            "Chairman of the Council of Ministers Nikolai Ryzhkov",
            "Chairman of the Council of Ministers",
            "Nikolai Ryzhkov",
        ),
        (
            "Minister of Foreign Affairs and Trade Ann Smith",
            "Minister of Foreign Affairs and Trade",
            "Ann Smith",
        ),
        ("PRIME MINISTER ANN SMITH", "PRIME MINISTER", "ANN SMITH"),
        ("Président François Mitterrand", "Président", "François Mitterrand"),
    ],
)
def test_the_longest_title_in_front_is_taken_off(text: str, title: str, name: str) -> None:
    assert strip_titles(text) == Titled(title, name)


@pytest.mark.parametrize(
    ("text", "title", "name"),
    [
        ("Prime MinisterHaidar al-Abadi", "Prime Minister", "Haidar al-Abadi"),
        ("Prime Minster Adrian Nastase", "Prime Minster", "Adrian Nastase"),
        ("Prime Ministere Silvio Berlusconi", "Prime Ministere", "Silvio Berlusconi"),
        ("  President \n  Ann\u00a0Smith ", "President", "Ann Smith"),
    ],
)
def test_a_slip_of_the_pen_does_not_hide_a_title(text: str, title: str, name: str) -> None:
    assert strip_titles(text) == Titled(title, name)


@pytest.mark.parametrize(
    ("text", "title", "name"),
    [
        ("Anwar Sadat, President", "President", "Anwar Sadat"),
        ("Anwar Sadat, President of Egypt", "President of Egypt", "Anwar Sadat"),
        ("Marshall, Gen. George C.", "Gen.", "Marshall, George C."),
        ("General George C. Marshall, Jr.", "General", "George C. Marshall, Jr."),
        (
            "Ann Smith, Minister of Trade, Industry and Tourism",
            "Minister of Trade, Industry and Tourism",
            "Ann Smith",
        ),
    ],
)
def test_a_title_behind_a_comma_is_taken_off(text: str, title: str, name: str) -> None:
    assert strip_titles(text) == Titled(title, name)


@pytest.mark.parametrize(
    ("text", "title", "name"),
    [
        ("Prime Minister Major", "Prime Minister", "Major"),
        ("Prime Minister Mackenzie King", "Prime Minister", "Mackenzie King"),
        ("King, William R.", "", "King, William R."),
        ("Martin Luther King", "", "Martin Luther King"),
        ("Earl Warren", "", "Earl Warren"),
        ("Smith, Earl E. T.", "", "Smith, Earl E. T."),
        ("H.E. Peck", "", "H.E. Peck"),
        ("H.E. President Ann Smith", "H.E. President", "Ann Smith"),
        ("President He Ping", "President", "He Ping"),
        ("Sukarno", "", "Sukarno"),
        ("Presidente Ann Smith", "", "Presidente Ann Smith"),
        ("President", "President", ""),
        ("", "", ""),
    ],
)
def test_a_name_that_looks_like_a_title_stays(text: str, title: str, name: str) -> None:
    assert strip_titles(text) == Titled(title, name)
