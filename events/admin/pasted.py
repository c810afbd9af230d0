"""Participants pasted from a spreadsheet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from events.models import Presence, Role
from people.models import Office, Organization, Person, State, Tenure
from records.admin.boxes import shown_as
from records.admin.pasted import (
    OFFERED,
    WORDS,
    Cell,
    Choice,
    Column,
    Named,
    NewRow,
    Offer,
    Paste,
    Sheet,
    Text,
    likely_of,
)
from records.lookup.days import is_possible
from records.models import EditorialState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from records.admin.picker import Likely


@dataclass(frozen=True)
class Capacity(Column):
    """The office in which a person acted: one that the person held, by the name of the office, or else words."""

    def understand(self, sheet: Sheet) -> None:
        """Find the offices that are called so, and of these the tenures of the person. Those possible on the day come first."""
        pairs = sheet.filled(self.name)
        people = {
            UUID(who.removeprefix("person:"))
            for row, _cell in pairs
            if (who := row.cells.get("who", Cell("")).chosen).startswith("person:")
        }
        held: defaultdict[str, list[Tenure]] = defaultdict(list)
        rows = Tenure.objects.filter(person__in=people).exclude(
            editorial_state=EditorialState.MERGED
        )
        for tenure in rows.order_by("pk") if people else ():
            held[str(tenure.person_id)].append(tenure)
        texts = list(dict.fromkeys(cell.text for _row, cell in pairs))
        likely = dict(zip(texts, likely_of(sheet, Office, texts), strict=True))
        keys = [str(tenure.pk) for each in held.values() for tenure in each]
        known = shown_as(sheet.site, Tenure, keys, sheet.on) if keys else {}
        for row, cell in pairs:
            who = row.cells.get("who", Cell("")).chosen
            tenures = held.get(who.removeprefix("person:"), [])
            if not who and cell.chosen != WORDS:
                problem = "Say first who it is: a capacity is an office that the person held."
                cell.is_wrong(problem, [Offer(cell.text, "Keep as words", chosen=WORDS)])
                continue
            tenures.sort(key=lambda each: not is_possible(each, sheet.on))
            self._settle(cell, tenures, likely[cell.text], known, sheet)

    def _settle(
        self,
        cell: Cell,
        tenures: Sequence[Tenure],
        likely: Likely,
        known: Mapping[str, tuple[str, str]],
        sheet: Sheet,
    ) -> None:
        if cell.chosen == WORDS:
            cell.means(cell.text, ("capacity_text", cell.text, cell.text))
            return
        exact = [each for each in tenures if str(each.office_id) in likely.exact]
        possible = [each for each in exact if is_possible(each, sheet.on)]
        near = [each for each in tenures if str(each.office_id) in likely.others]
        found = [each for each in tenures if str(each.pk) == cell.chosen] or (
            possible if len(possible) == 1 else []
        )
        if len(found) == 1:
            key = cell.chosen = str(found[0].pk)
            label = known[key][0]
            cell.means(str(found[0].office), (self.name, key, label))
            return
        cell.chosen = ""
        offers = [
            Offer(str(each.office), label, hint, str(each.pk))
            for each in dict.fromkeys([*exact, *near, *tenures])
            for label, hint in [known[str(each.pk)]]
        ]
        words = Offer(cell.text, "Keep as words", chosen=WORDS)
        cell.is_wrong(
            f"“{cell.text}” may be any of these."
            if exact
            else f"No office of theirs is called “{cell.text}”.",
            [*offers[: OFFERED - 1], words],
        )


class ParticipationPaste(Paste):
    """Participants: who, in which role and capacity, on whose behalf."""

    needed = "who"
    order = ("who", "role", "offices")
    example = "Who, Role, Capacity: one participant in each line"
    columns = (
        Named(
            "who",
            "Who",
            ("participant", "person", "name", "organization", "state", "delegate"),
            models={"person": Person, "organization": Organization, "state": State},
            noun="person, organization or state",
            words="name_as_given",
        ),
        Choice("role", "Role", choices=tuple(Role.choices)),
        Capacity("offices", "Capacity", ("office", "title", "position", "function", "as")),
        Named(
            "on_behalf_of",
            "On behalf of",
            ("for", "representing", "country", "delegation"),
            models={"on_behalf_of_state": State, "on_behalf_of_organization": Organization},
            noun="state or organization",
        ),
        Text("side", "Side", longest=80),
        Choice("presence", "Presence", choices=tuple(Presence.choices)),
    )

    def make(self, sheet: Sheet, record: Any, new: Sequence[str]) -> None:
        """Make a participation of each row whose participant is not there in that role."""
        there = {
            (f"{name}:{getattr(row, f'{name}_id')}", row.role)
            for row in (record.participations.all() if record is not None else ())
            for name in ("person", "organization", "state")
        }
        lines: dict[tuple[str, str], int] = {}
        for row in sheet.rows:
            who = row.cells["who"]
            if not who.fields:
                continue
            ((_field, _key, label),) = who.fields
            given = row.given
            role = given.get("role", ("role", Role.PARTICIPANT.value, Role.PARTICIPANT.label))
            named = (who.chosen if who.chosen != WORDS else f"{WORDS}:{label}", role[1])
            if named in lines:
                row.note = (
                    f"{label} stands in line {lines[named]} in that role too: it is left out here."
                )
            elif named in there:
                row.note = f"{label} takes part already, as {role[2].lower()}: it is left out."
            else:
                if who.chosen in new:
                    row.note = f"{label} is among the new rows of the form already."
                row.makes.append(_participation(given, role))
            lines.setdefault(named, row.line)


def _participation(given: dict[str, Any], role: tuple[str, str, str]) -> NewRow:
    def shown(name: str) -> str:
        return str(given[name][2]) if name in given else ""

    cells = [
        shown("who"),
        role[2],
        *(shown(name) for name in ("offices", "on_behalf_of", "side", "presence")),
    ]
    # What the form asks for is sent too: a hidden row has no defaults.
    defaults = {
        "presence": ("presence", Presence.UNKNOWN.value, Presence.UNKNOWN.label),
        "order": ("order", "0", "0"),
    }
    return NewRow("participations", cells, [*(defaults | given | {"role": role}).values()])
