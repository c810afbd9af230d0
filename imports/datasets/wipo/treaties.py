"""The treaties that the World Intellectual Property Organization administers: what lists call them, and their titles."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agreements.models import AgreementForm

#: Facts of ours, from the treaties themselves: a list of parties names a treaty by a word.
TABLE = Path(__file__).parent / "treaties.csv"
#: Words of a name that say what form it has, the most particular first.
_FORMS = (AgreementForm.PROTOCOL, AgreementForm.CONVENTION, AgreementForm.AGREEMENT)


@dataclass(frozen=True, slots=True)
class Treaty:
    """A treaty. `name` is what the data set calls it, whichever of its names a file uses."""

    name: str
    title: str
    short_title: str
    form: str
    adopted: str  #: EDTF, "" where it is not known
    is_known: bool = True


def treaty_called(name: str) -> Treaty:
    """Return the treaty of that name; one that is not in the table is made of its name alone."""
    known = _by_name().get(_folded(name))
    if known:
        return known
    words = _folded(name).split()
    form = next((form for form in _FORMS if form.value in words), AgreementForm.TREATY)
    return Treaty(name, name, "", form.value, "", is_known=False)


@cache
def _by_name() -> dict[str, Treaty]:
    found = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            treaty = Treaty(
                row["name"], row["title"], row["short_title"], row["form"], row["adopted"]
            )
            for name in (row["name"], *filter(None, row["other_names"].split("|"))):
                found[_folded(name)] = treaty
    return found


def _folded(name: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", name.lower()))
