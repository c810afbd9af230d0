"""The states that ship with the project, put together from the tables."""

from __future__ import annotations

from dataclasses import replace

from people.reference_data import dissolved
from people.reference_data.entry import Code, Entry
from people.reference_data.former import RENAMED, STATES, SUCCESSIONS, UNCODED, former_codes
from people.reference_data.present import present_entries


def all_states() -> list[Entry]:
    """Return every state and territory of ISO 3166-1 and 3166-3, Kosovo, and a few that no list has."""
    withdrawn = former_codes()
    renamed: dict[str, list[Code]] = {}
    for alpha_4, alpha_2 in RENAMED.items():
        renamed.setdefault(alpha_2, []).extend(withdrawn[alpha_4])
    entries = []
    for alpha_2, entry in present_entries():
        # A new name leaves some codes as they were (BY, most numbers): those are no past ones.
        kept = {(code.scheme, code.value) for code in entry.codes}
        past = [code for code in renamed.get(alpha_2, []) if (code.scheme, code.value) not in kept]
        entries.append(replace(entry, codes=[*entry.codes, *past]))
    entries += [replace(entry, codes=withdrawn[alpha_4]) for alpha_4, entry in STATES.items()]
    entries += [*UNCODED, *dissolved.STATES]
    successions = SUCCESSIONS | dissolved.SUCCESSIONS
    return [replace(entry, predecessors=successions.get(entry.slug, [])) for entry in entries]
