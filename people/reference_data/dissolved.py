"""States of the nineteenth century that others dealt with and that no list of codes has.

Mostly those to which the United States sent consuls and ministers (Office of the Historian, “A Guide to the United States'
History of Recognition, Diplomatic, and Consular Relations, by Country, since 1776”), as far as gsh has no territory for them.
"""

from __future__ import annotations

from people.models import StateKind, SuccessionKind
from people.reference_data.entry import Entry, NameEntry, Predecessor
from records.models import NameKind


def _state(name: str, official: str, start: str, end: str, *others: NameEntry) -> Entry:
    names = [NameEntry(official, NameKind.OFFICIAL), *others] if official else list(others)
    return Entry(name, StateKind.HISTORICAL_STATE, start=start, end=end, names=names)


#: The monarchies within the German Empire kept their legations until 1918; those that Prussia annexed ended in 1866.
STATES = (
    _state("Baden", "Grand Duchy of Baden", "1806", "1918"),
    _state("Bavaria", "Kingdom of Bavaria", "1806-01-01", "1918"),
    _state("Brunswick", "Duchy of Brunswick", "1815", "1918"),
    _state("German Empire of 1848", "German Empire", "1848", "1849"),
    _state("Hanover", "Kingdom of Hanover", "1814", "1866-09-20"),
    _state("Hanseatic Republics", "", "1815", "1867"),
    _state(
        "Hesse-Darmstadt",
        "Grand Duchy of Hesse",
        "1806",
        "1918",
        NameEntry("Hesse", NameKind.ALIAS),
    ),
    _state("Hesse-Kassel", "Electorate of Hesse", "1803", "1866-09-20"),
    _state("Kingdom of Sardinia", "", "1720", "1861-03-17"),
    _state(
        "Kingdom of Montenegro",
        "",
        "1852",
        "1918-12-01",
        NameEntry("Principality of Montenegro", end="1910-08-28"),
    ),
    _state("Mecklenburg-Schwerin", "Grand Duchy of Mecklenburg-Schwerin", "1815", "1918"),
    _state("Mecklenburg-Strelitz", "Grand Duchy of Mecklenburg-Strelitz", "1815", "1918"),
    _state("Nassau", "Duchy of Nassau", "1806", "1866-09-20"),
    _state("North German Confederation", "", "1867-07-01", "1871"),
    _state("Oldenburg", "Grand Duchy of Oldenburg", "1815", "1918"),
    _state("Parma", "Duchy of Parma", "1545", "1860"),
    _state(
        "Republic of Genoa",
        "",
        "",
        "1805-06",
        NameEntry("Ligurian Republic", start="1797-06", end="1805-06"),
    ),
    _state("Ryukyu Kingdom", "", "1429", "1879", NameEntry("Lew Chew", NameKind.ALIAS)),
    _state("Saxony", "Kingdom of Saxony", "1806", "1918"),
    _state("Schaumburg-Lippe", "Principality of Schaumburg-Lippe", "1807", "1918"),
    _state("Tuscany", "Grand Duchy of Tuscany", "1569", "1860"),
    _state("Württemberg", "Kingdom of Württemberg", "1806-01-01", "1918"),
)

#: Successor: what came before it. The German monarchies are not here: they joined an empire that left them states.
SUCCESSIONS = {
    "italy": [Predecessor("kingdom-of-sardinia", SuccessionKind.CONTINUATION, "1861-03-17")],
    "kingdom-of-sardinia": [
        Predecessor("parma", SuccessionKind.ABSORPTION, "1860"),
        Predecessor("tuscany", SuccessionKind.ABSORPTION, "1860"),
    ],
    "japan": [Predecessor("ryukyu-kingdom", SuccessionKind.ABSORPTION, "1879")],
    "yugoslavia": [Predecessor("kingdom-of-montenegro", SuccessionKind.UNION, "1918-12-01")],
}
