"""Parties pasted from a spreadsheet, with the days of what they did."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from agreements.admin.action import ACTORS
from agreements.models import ActionKind, AgreementParty, PartyRole
from records.admin.pasted import (
    WORDS,
    Cell,
    Choice,
    Day,
    Named,
    NewRow,
    Paste,
    Row,
    Sheet,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Done(Day):
    """The day of an action of the party."""

    def has_heading(self, text: str) -> bool:
        """Know the headings of the UN Treaty Collection too, which name several ways to become a party: "Accession(a), Ratification"."""
        if super().has_heading(text):
            return True
        bare = _MARK_IN_HEADING.sub("", text)
        ways = [each.strip().casefold() for each in bare.split(",")]
        if self.name == ActionKind.SIGNATURE:
            return ways == ["signature", "succession to signature"]
        is_several = len(ways) > 1 or bare != text
        return self.name == ActionKind.RATIFICATION and is_several and {*ways} <= WAYS

    def settle(self, cell: Cell, text: str, orders: Mapping[str, str]) -> None:
        """Read the day, and the marks of the UN Treaty Collection behind it, which say in which way a state became a party."""
        kind = self.name
        mark = text.rpartition(" ")[2]
        if kind == ActionKind.RATIFICATION and mark in MARKS and cell.chosen != WORDS:
            kind, text = MARKS[mark], text.removesuffix(mark).strip()
        super().settle(cell, text, orders)
        if not cell.problem:
            label = ActionKind(kind).label
            shown = cell.shown if kind == self.name else f"{cell.shown} ({label.lower()})"
            cell.means(shown, ("kind", kind, label), *cell.fields)


#: Marks of the UN Treaty Collection behind a day in the column of ratifications.
MARKS = {
    "A": ActionKind.ACCEPTANCE,
    "AA": ActionKind.APPROVAL,
    "a": ActionKind.ACCESSION,
    "c": ActionKind.FORMAL_CONFIRMATION,
    "d": ActionKind.SUCCESSION,
}
#: Ways to become a party, as headings have them, and a mark behind one.
WAYS = {ActionKind.RATIFICATION.label.casefold()} | {
    kind.label.casefold() for kind in MARKS.values()
}
_MARK_IN_HEADING = re.compile(r" ?\([A-Za-z]{1,2}\)")
#: Other headings of columns of actions.
HEADINGS = {
    ActionKind.SIGNATURE: ("signed", "signed on"),
    ActionKind.RATIFICATION: (
        "ratified",
        "ratified on",
    ),
    ActionKind.ACCEPTANCE: ("accepted",),
    ActionKind.APPROVAL: ("approved",),
    ActionKind.ACCESSION: ("acceded",),
    ActionKind.ENTRY_INTO_FORCE: ("in force", "entered into force"),
    ActionKind.WITHDRAWAL: ("withdrew",),
}


class PartyPaste(Paste):
    """Parties, each with the days of what it did."""

    needed = "party"
    order = ("party", "signature", "ratification")
    example = "Party, Signature, Ratification: one party in each line"
    columns = (
        Named(
            "party",
            "Party",
            ("state", "country", "organization", "participant", "name", "member"),
            models=ACTORS,
            noun="state or organization",
        ),
        Choice("role", "Role", choices=tuple(PartyRole.choices)),
        Text("side", "Side", longest=80),
        Text("represented_by_text", "Represented by", ("signed by", "signatory", "representative")),
        *(
            Done(
                kind.value,
                kind.label,
                (f"{kind.label} date", f"date of {kind.label}", *HEADINGS.get(kind, ())),
            )
            for kind in ActionKind
        ),
    )

    def make(self, sheet: Sheet, record: Any, new: Sequence[str]) -> None:
        """Make a party of each row that names none that is there, and an action of each day that is not there."""
        there: dict[str, list[AgreementParty]] = {}
        for party in record.parties.order_by("pk") if record is not None else ():
            there.setdefault(f"{_field_of(party)}:{party.key}", []).append(party)
        done = {
            (each.party_id, each.kind, each.date_edtf or each.date_text)
            for each in (record.actions.all() if record is not None else ())
        }
        said: set[tuple[str, str, str]] = set()
        lines: dict[str, int] = {}
        for row in sheet.rows:
            who = row.cells["party"]
            if who.fields:
                self._make(
                    row,
                    there.get(who.chosen, []),
                    done,
                    said,
                    is_new=who.chosen in new,
                    line=lines.get(who.chosen),
                )
                lines.setdefault(who.chosen, row.line)

    def _make(
        self,
        row: Row,
        there: Sequence[AgreementParty],
        done: set[tuple[int | None, str, str]],
        said: set[tuple[str, str, str]],
        *,
        is_new: bool,
        line: int | None,
    ) -> None:
        who = row.cells["party"]
        ((field, key, label),) = who.fields
        given = row.given
        role = given.get("role", ("role", PartyRole.CONTRACTING.value, PartyRole.CONTRACTING.label))
        roles = [party.get_role_display().lower() for party in there]
        in_role = [party for party in there if party.role == role[1]]
        is_there = bool(is_new or line or in_role or (there and "role" not in given))
        actions = [
            (row.cells[kind.value], row.cells[kind.value].fields)
            for kind in ActionKind
            if kind.value in row.cells and row.cells[kind.value].fields
        ]
        keys = {party.pk for party in there}
        fresh = [
            (cell, fields)
            for cell, fields in actions
            if not {(pk, fields[0][1], fields[1][1]) for pk in keys} & done
            and (who.chosen, fields[0][1], fields[1][1]) not in said
        ]
        said |= {(who.chosen, fields[0][1], fields[1][1]) for _cell, fields in fresh}
        if not is_there:
            days = "; ".join(f"{fields[0][2]} {fields[1][1]}" for _cell, fields in fresh)
            words = [
                given[name][2] if name in given else "" for name in ("side", "represented_by_text")
            ]
            row.makes.append(
                NewRow(
                    "parties",
                    [label, role[2], *words, days],
                    [
                        (field, key, label),
                        role,
                        *(given[name] for name in ("side", "represented_by_text") if name in given),
                    ],
                )
            )
        party = (
            ("party", str((in_role or there)[0].pk), label)
            if there
            else ("party", f"{field}:{key}", label)
        )
        for _cell, fields in fresh:
            row.makes.append(
                NewRow(
                    "actions",
                    [fields[0][2], label, fields[1][1], "", ""],
                    [fields[0], party, *fields[1:]],
                )
            )
        notes = []
        if line:
            notes.append(f"{label} stands in line {line} too: it becomes one party.")
        elif is_new:
            notes.append(f"{label} is among the new rows of the form already.")
        elif there:
            more = "" if is_there else f" This adds it as {role[2].lower()}."
            notes.append(f"{label} is a party already, as {' and '.join(roles)}.{more}")
        notes += [
            f"{fields[0][2]} {fields[1][1]} is there already."
            for cell, fields in actions
            if (cell, fields) not in fresh
        ]
        row.note = " ".join(notes)


def _field_of(party: AgreementParty) -> str:
    return "state" if party.state_id else "organization"
