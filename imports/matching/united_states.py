"""Offices of the United States that several data sets name, and their holders by the ids that data sets have for them.

    identifiers_beside("pocom", "buren-martin-van")
    # (("bioguide", "V000009"), ("govtrack", "411074"), ("pocom", "van-buren-martin"), ("pocom", "buren-martin-van"))

The table holds those whom history.state.gov knows too. It calls two of them by one id as travellers and by another as
diplomats: an importer that says all ids of a person makes one record of them, whichever data set comes first. And it calls
two persons by one id: the 27th president as a traveller, and a grandson of the same name as a diplomat. The president
has the id as one of `travels-person`, and none of `pocom`.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from people.models import OfficeClass

#: The scheme of the offices that several data sets name.
OFFICE = "us-office"
#: Their titles and classes.
OFFICES = {
    "president": ("President of the United States", OfficeClass.HEAD_OF_STATE),
    "vice-president": (
        "Vice President of the United States",
        OfficeClass.DEPUTY_HEAD_OF_GOVERNMENT,
    ),
    "secretary-of-state": (
        "Secretary of State of the United States",
        OfficeClass.FOREIGN_MINISTER,
    ),
}
#: Facts of ours: who is who. A person may have several ids of `pocom`, parted by bars.
TABLE = Path(__file__).parent / "us-persons.csv"
SCHEMES = ("bioguide", "govtrack", "pocom", "travels-person")

Identifiers = tuple[tuple[str, str], ...]


def identifiers_beside(scheme: str, value: str) -> Identifiers:
    """Return all identifiers of the person whom a scheme calls so, scheme and value; none where the table lacks it."""
    return _read().get((scheme, value), ())


@cache
def _read() -> dict[tuple[str, str], Identifiers]:
    found: dict[tuple[str, str], Identifiers] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            identifiers = tuple(
                (scheme, value)
                for scheme in SCHEMES
                for value in filter(None, row[scheme].split("|"))
            )
            found |= dict.fromkeys(identifiers, identifiers)
    return found
