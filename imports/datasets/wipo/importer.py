"""Who is party to the treaties that WIPO administers: a table of signatures, instruments and entries into force.

Each line is one party of one treaty; the lines of a treaty become its agreement. The status of the agreement and of its
parties follows from the actions (docs/agreement-status.md): each party has the day on which the treaty entered into force
for it, so that nothing is said of the treaty as a whole.

- A name stands for the party of today, whatever was called so when it signed. Organizations are parties in their own name.
- A declaration of continued application is a succession: a new state says that the treaty, which applied to its territory
  before, goes on to bind it. Both take effect from independence on, and so before they were made.
- A treaty that is not in the table of ours is made of its name, with a warning.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from anyascii import anyascii
from django.utils.text import slugify

from agreements.models import ActionKind, Laterality, LegalCharacter, PartyRole
from config.faults import Fault, choose_from, nearest
from imports.dataset import Dataset, NearMatch, Row, register
from imports.datasets.wipo.treaties import Treaty, treaty_called
from imports.files.csv_files import read_table
from imports.files.tree import InputError
from imports.matching.states import Crosswalk, OrganizationMatch, UnknownStateError, folded
from people.models import Organization, OrganizationIdentifier, OrganizationName
from records.identity import SLUG_LENGTH
from records.models import EditorialState, Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from imports.dataset import Document
    from imports.files.csv_files import Line
    from imports.files.tree import File, Tree

NAME = "wipo"
TREATY = "wipo-treaty"
PARTY = "wipo-party"
COLUMNS = (
    "Contracting Party",
    "Treaty",
    "Signature Date",
    "Instrument Type",
    "Instrument Date",
    "Entry Into Force Date",
)
#: By which act a party is bound.
INSTRUMENTS = {
    "Ratification": ActionKind.RATIFICATION,
    "Acceptance": ActionKind.ACCEPTANCE,
    "Approval": ActionKind.APPROVAL,
    "Accession": ActionKind.ACCESSION,
    "Formal Confirmation": ActionKind.FORMAL_CONFIRMATION,
    "Definitive Signature": ActionKind.DEFINITIVE_SIGNATURE,
    "Succession": ActionKind.SUCCESSION,
    "Declaration of Succession": ActionKind.SUCCESSION,
    "Notification of Succession": ActionKind.SUCCESSION,
    "Declaration/Notification of Succession": ActionKind.SUCCESSION,
    "Declaration of Continued Application": ActionKind.SUCCESSION,
}
_BY_FOLDED = {folded(name): kind for name, kind in INSTRUMENTS.items()}
_LOCATOR = 200


@dataclass(eq=False)
class Membership:
    """A line: what one party did about one treaty."""

    line: Line
    file: str
    id: str
    party: str
    treaty: Treaty
    signed: str = ""
    instrument: str = ""
    bound: str = ""
    in_force: str = ""
    ref: tuple[str, str] = ("", "")  #: kind and reference of the party
    organization: OrganizationMatch | None = None
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    skipped: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it becomes something."""
        return not (self.faults or self.skipped)

    def row(self) -> Row:
        """Return what the import counts."""
        becomes = [("agreement", f"{TREATY}:{self.treaty.name}")]
        if self.organization:
            becomes.append(("organization", f"{PARTY}:{self.organization.name}"))
        return Row(
            self.id,
            self.file,
            f"line {self.line.number}",
            self.line.cells,
            becomes=tuple(becomes) if self.is_good else (),
            skipped="" if self.faults else self.skipped,
            faults=tuple(self.faults),
            warnings=tuple(self.warnings),
        )


def recognises(tree: Tree) -> bool:
    """Return whether there is a table of memberships."""
    return bool(_tables(tree))


def translate(tree: Tree, source: str) -> Iterator[Row | Document | NearMatch]:
    """Yield the organizations and the agreements, then the lines in their order."""
    memberships: list[Membership] = []
    for file in _tables(tree):
        try:
            memberships += [_read(line, file.path) for line in read_table(file, COLUMNS)]
        except InputError as error:
            yield Row.unread(error)
            # The list of a treaty's parties is whole, or it is not told.
            memberships = [each for each in memberships if each.file != file.path]
    _find_repeated(memberships)
    _find_parties(memberships)
    _warn_of_unknown_treaties(memberships)
    good = [membership for membership in memberships if membership.is_good]
    yield from _organizations(good, source)
    yield from _agreements(good, source)
    yield from (membership.row() for membership in memberships)


def _tables(tree: Tree) -> list[File]:
    return [file for file in tree.matching("*.csv") if _has_columns(file)]


def _has_columns(file: File) -> bool:
    try:
        with file.open() as stream:
            header = stream.readline(4096).decode(errors="replace")
    except InputError:
        return False
    return all(name in header for name in COLUMNS)


# Lines


def _read(line: Line, path: str) -> Membership:
    cells = {name: " ".join(cell.split()) for name, cell in line.cells.items()}
    party, treaty = cells["Contracting Party"], treaty_called(cells["Treaty"])
    found = Membership(
        line, path, f"{treaty.name}/{party}", party, treaty, faults=list(line.faults)
    )
    for name, value in (("Contracting Party", party), ("Treaty", treaty.name)):
        if not value:
            found.faults.append(
                Fault("required", "This is missing.", pointer=f"/{name}", value=value)
            )
    found.instrument = cells["Instrument Type"]
    found.signed = _day(found, "Signature Date", cells)
    found.bound = _day(found, "Instrument Date", cells)
    found.in_force = _day(found, "Entry Into Force Date", cells)
    if found.instrument and folded(found.instrument) not in _BY_FOLDED:
        reason = f"“{found.instrument}” is no instrument that is known: {choose_from(INSTRUMENTS)}."
        near = nearest(found.instrument, INSTRUMENTS)
        found.faults.append(
            Fault(
                "unknown_value",
                reason,
                pointer="/Instrument Type",
                value=found.instrument,
                suggestion=near,
            )
        )
    if found.bound and not found.instrument:
        reason = "There is a day, and no instrument."
        found.faults.append(Fault("required", reason, pointer="/Instrument Type", value=""))
    if not (found.signed or found.instrument or found.in_force or found.faults):
        reason = "It says of no act of this party."
        found.faults.append(Fault("no_act", reason, pointer="", value=found.id))
    if not found.faults:
        _warn(found)
    return found


def _day(found: Membership, name: str, cells: dict[str, str]) -> str:
    given = cells[name]
    try:
        return date.fromisoformat(given).isoformat() if given else ""
    except ValueError:
        reason = f"“{given}” is no day, written as 1886-09-09."
        found.faults.append(Fault("bad_date", reason, pointer=f"/{name}", value=given))
        return ""


def _warn(found: Membership) -> None:
    """Say what is odd about the days of a line, all of which are kept."""
    at = "/Entry Into Force Date"
    if found.in_force and not found.instrument:
        reason = "It is in force for the party, and no instrument says by what act."
        found.warnings.append(Fault("no_instrument", reason, pointer=at, value=found.in_force))
    if found.bound and found.in_force and found.in_force < found.bound:
        reason = f"It entered into force for the party before the instrument of {found.bound}."
        found.warnings.append(
            Fault("in_force_before_instrument", reason, pointer=at, value=found.in_force)
        )
    if found.signed and found.in_force and found.in_force < found.signed:
        reason = f"It entered into force for the party before the signature of {found.signed}."
        found.warnings.append(
            Fault("in_force_before_signature", reason, pointer=at, value=found.in_force)
        )
    if found.signed and found.bound and found.bound < found.signed:
        reason = f"The instrument is older than the signature of {found.signed}."
        warning = Fault(
            "instrument_before_signature", reason, pointer="/Instrument Date", value=found.bound
        )
        found.warnings.append(warning)
    if found.instrument and not found.bound:
        reason = "The instrument has no day."
        found.warnings.append(Fault("no_date", reason, pointer="/Instrument Date", value=""))


def _find_repeated(memberships: Sequence[Membership]) -> None:
    """Skip a line that says the same as one before it."""
    counts: dict[str, int] = defaultdict(int)
    first: dict[str, Membership] = {}
    for each in memberships:
        before = first.setdefault(each.id, each)
        counts[each.id] += 1
        if before is each:
            continue
        each.id = f"{each.id}/{counts[each.id]}"
        if each.line.cells == before.line.cells and not before.faults:
            each.skipped = f"Line {before.line.number} of {before.file} says the same."


def _find_parties(memberships: Sequence[Membership]) -> None:
    """Say which state or organization each line means. The same one twice in a treaty is rejected the second time."""
    crosswalk = Crosswalk.read()
    parties: dict[tuple[str, tuple[str, str]], Membership] = {}
    for each in memberships:
        if not each.is_good:
            continue
        each.organization = crosswalk.organization(NAME, each.party)
        if each.organization:
            each.ref = ("organization", f"{PARTY}:{each.organization.name}")
        else:
            try:
                each.ref = ("state", crosswalk.state(NAME, each.party).ref)
            except UnknownStateError as error:
                each.faults.append(error.at("/Contracting Party"))
                continue
        before = parties.setdefault((each.treaty.name, each.ref), each)
        if before is not each:
            reason = f"Line {before.line.number} of {before.file} is about this party to this treaty ({before.party})."
            each.faults.append(
                Fault("duplicate", reason, pointer="/Contracting Party", value=each.party)
            )


def _warn_of_unknown_treaties(memberships: Sequence[Membership]) -> None:
    warned = set()
    for each in memberships:
        if each.is_good and not each.treaty.is_known and each.treaty.name not in warned:
            warned.add(each.treaty.name)
            reason = f"There is no treaty “{each.treaty.name}” in imports/datasets/wipo/treaties.csv: its title is its name here."
            each.warnings.append(
                Fault("unknown_treaty", reason, pointer="/Treaty", value=each.treaty.name)
            )


# Organizations


def _organizations(
    memberships: Sequence[Membership], source: str
) -> Iterator[Document | NearMatch]:
    """Yield each organization once. Of several that are there with its name, none is taken for it."""
    found = {each.organization.name: each for each in memberships if each.organization}
    if not found:
        return
    known = _known(list(found))
    for name, each in found.items():
        abbreviation = each.organization.abbreviation if each.organization else ""
        document: Document = {
            "object": "organization",
            "slug": _slug(name),
            "name": name,
            "classification": "igo",
            "identifiers": [{"scheme": PARTY, "value": name}],
            "citations": [_citation(source, each.party)],
        }
        if abbreviation:
            document["names"] = [{"name": abbreviation, "kind": "alias"}]
        there = known.get(folded(name), [])
        if len(there) == 1:
            document["id"] = str(there[0])
        yield document
        if len(there) > 1:
            for pk in there:
                reason = f"It is called {name}, as is another."
                yield NearMatch("organization", f"{PARTY}:{name}", str(pk), 0.9, reason)


def _known(names: Sequence[str]) -> dict[str, list[UUID]]:
    """Return the organizations that bear a name and are not known by this data set yet, by folded name."""
    wanted = {folded(name) for name in names}
    found: dict[str, list[UUID]] = defaultdict(list)
    there = (
        Organization.objects.order_by()
        .exclude(editorial_state__in=(EditorialState.MERGED, EditorialState.WITHDRAWN))
        .exclude(pk__in=OrganizationIdentifier.objects.filter(scheme=PARTY).values("record_id"))
    )
    others = OrganizationName.objects.filter(record__in=there).values_list("record_id", "name")
    for pk, name in sorted({*there.values_list("pk", "name"), *others}):
        if folded(name) in wanted and pk not in found[folded(name)]:
            found[folded(name)].append(pk)
    return found


# Agreements


def _agreements(memberships: Sequence[Membership], source: str) -> Iterator[Document]:
    by_treaty: dict[Treaty, list[Membership]] = defaultdict(list)
    for each in memberships:
        by_treaty[each.treaty].append(each)
    for treaty, own in by_treaty.items():
        document: Document = {
            "object": "agreement",
            "slug": _slug(treaty.short_title or treaty.title),
            "title": treaty.title,
            "form": treaty.form,
            "legal_character": LegalCharacter.TREATY_BINDING.value,
            "laterality": Laterality.MULTILATERAL.value,
            "identifiers": [{"scheme": TREATY, "value": treaty.name}],
            "parties": [{"party": _ref(each), "role": _role(each)} for each in own],
            "actions": [*_adoption(treaty), *(action for each in own for action in _actions(each))],
            "citations": [_citation(source, treaty.name)],
        }
        if treaty.short_title:
            document["short_title"] = treaty.short_title
        yield document


def _slug(name: str) -> str:
    return slugify(anyascii(name))[:SLUG_LENGTH].strip("-")


def _citation(source: str, locator: str) -> Document:
    # The name alone: the file is made anew each month, and would be cited anew by its lines.
    return {
        "source": source,
        "locator": locator[:_LOCATOR],
        "evidence": Evidence.REPORTED.value,
    }


def _ref(each: Membership) -> Document:
    kind, ref = each.ref
    return {"object": kind, "ref": ref}


def _role(each: Membership) -> str:
    is_bound = each.instrument or each.in_force
    return (PartyRole.CONTRACTING if is_bound else PartyRole.SIGNATORY).value


def _adoption(treaty: Treaty) -> Iterator[Document]:
    if treaty.adopted:
        yield {"kind": ActionKind.ADOPTION.value, "date": treaty.adopted}


def _actions(each: Membership) -> Iterator[Document]:
    party = _ref(each)
    if each.signed:
        yield {"kind": ActionKind.SIGNATURE.value, "party": party, "date": each.signed}
    if each.instrument:
        kind = _BY_FOLDED[folded(each.instrument)]
        action: Document = {"kind": kind.value, "party": party, "date": each.bound or None}
        if folded(kind.label) != folded(each.instrument):
            action["instrument"] = each.instrument
        yield action
    if each.in_force:
        yield {"kind": ActionKind.ENTRY_INTO_FORCE.value, "party": party, "date": each.in_force}


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
