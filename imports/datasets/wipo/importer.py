"""Who is party to the treaties that WIPO administers: a table of signatures, instruments and entries into force.

Each line is one party of one treaty; the lines of a treaty become its agreement. The status of the agreement and of its
parties follows from the actions (docs/agreement-status.md): each party has the day on which the treaty entered into force
for it, so that nothing is said of the treaty as a whole.

- A name stands for the party of today, whatever was called so when it signed. Organizations are parties in their own name.
- A declaration of continued application is a succession: a new state says that the treaty, which applied to its territory
  before, goes on to bind it. Both take effect from independence on, and so before they were made.
- A treaty that is not in the table of ours is made of its name, with a warning.

Citations name the party or the treaty alone: the file is made anew each month, and would be cited anew by its lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.dataset import Dataset, register
from imports.datasets.wipo.agreements import TREATY, agreements, warn_of_unknown_treaties
from imports.datasets.wipo.files import read_files, recognises
from imports.datasets.wipo.parties import find_parties, organizations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.dataset import Document, NearMatch, Row
    from imports.files.tree import Tree

NAME = "wipo"


def translate(tree: Tree, source: str) -> Iterator[Row | Document | NearMatch]:
    """Yield the organizations and the agreements, then the lines in their order."""
    memberships, unread = read_files(tree)
    yield from unread
    for each in memberships:
        each.becomes.append(("agreement", f"{TREATY}:{each.treaty.name}"))
    find_parties(memberships)
    warn_of_unknown_treaties(memberships)
    good = [membership for membership in memberships if membership.is_good]
    yield from organizations(good, source)
    yield from agreements(good, source)
    yield from (membership.row() for membership in memberships)


DATASET = register(
    Dataset(
        name=NAME,
        title="Membership of WIPO treaties",
        source={
            "slug": "wipo-treaty-membership",
            "kind": "dataset",
            "title": "Membership to Copyright Treaties",
            "publisher": "World Intellectual Property Organization",
            "web_address": "https://datahub.io/core/membership-to-copyright-treaties",
        },
        recognises=recognises,
        translate=translate,
        after=("gsh", "pocom"),
    ),
)
