"""The files of pocom."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from imports.datasets.kit import SourceRow, add_value, facts_of, files_of, head_of, read_roots
from imports.datasets.pocom.dates import Reading, read_date
from imports.datasets.pocom.rows import (
    EVENTS,
    LIVING_CODES,
    Appointment,
    Files,
    Group,
    Mission,
    Note,
    PersonRow,
    Role,
)
from imports.files.xml_files import line, text, texts

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from imports.files.tree import Tree

#: Where the files lie. The code tables say what values mean; they are no rows.
_FOLDERS = (
    "people/*/*.xml",
    "missions-countries/*.xml",
    "missions-orgs/*.xml",
    "positions-principals/*.xml",
    "roles-country-chiefs/*.xml",
    "concurrent-appointments/*.xml",
)
#: Who worked on the file, and when: nothing about its subject.
_EDITORIAL = {"created-by", "created-date", "last-modified-by", "last-modified-date"}
#: Elements that hold prose, which may be marked up.
_PROSE = {"note", "text", "description"}


def recognises(tree: Tree) -> bool:
    """Return whether the folders are those of the data set, or a single file has one of its roots."""
    # Other data sets of the Office of the Historian have people too.
    if any(tree.matching(folder) for folder in _FOLDERS if not folder.startswith("people/")):
        return True
    single = tree.files if len(tree.files) == 1 else ()
    files = tree.matching("people/*/*.xml")[:1] or single
    return any(_has_root(head_of(file)) for file in files)


def _has_root(head: bytes) -> bool:
    if b"<person>" in head:
        return b"<persName>" in head
    return any(f"<{root}".encode() in head for root in _READERS if root not in ("person", "role"))


def read_files(tree: Tree) -> Files:
    """Read all files. What cannot be read is a rejected row."""
    files = Files()
    for path, root in read_roots(files_of(tree, *_FOLDERS), _READERS, files.unread):
        _READERS[root.tag](files, root, path)
    _check_repeated(files)
    return files


def _content_of(element: Element) -> Any:
    """Return what an element says as JSON takes it, without who worked on it."""
    if element.tag in _PROSE or not len(element):
        return text(element, ".")
    content: dict[str, Any] = {f"@{name}": value for name, value in element.attrib.items()}
    for below in element:
        if below.tag in _EDITORIAL:
            continue
        add_value(content, below.tag, _content_of(below))
        if below.attrib and not isinstance(content[below.tag], dict):
            content[f"{below.tag}@"] = dict(below.attrib)
    return content


def _facts(root: Element, path: str, *, name: str = "id") -> dict[str, Any]:
    content = _content_of(root)
    return facts_of(root, path, content if isinstance(content, dict) else {"": content}, name=name)


def _date(row: SourceRow, at: str, value: str, note: str = "") -> Reading:
    reading = read_date(value, note)
    if reading.wrong:
        row.warn(at, value, f"{reading.wrong} It was kept as words.", "bad_date")
    return reading


def _read_person(files: Files, root: Element, path: str) -> None:
    person = PersonRow(
        **_facts(root, path),
        given=text(root, "persName/forename"),
        family=text(root, "persName/surname"),
        generation=text(root, "persName/genName"),
        other_names=texts(root, "persName/altname"),
        old_ids=texts(root, "old-ids/old-id"),
        birth=Reading(),
        death=Reading(),
        death_code=_code(root, "death"),
    )
    for name in ("birth", "death"):
        if text(root, name).lower() not in LIVING_CODES:
            setattr(person, name, _date(person, f"/{name}", text(root, name)))
    person.demand(id=person.id, persName=person.given or person.family)
    files.people.append(person)


def _code(root: Element, name: str) -> str:
    """Return what stands for a date that is not given: the text itself, or an attribute."""
    found = root.find(name)
    marks = [] if found is None else [text(found, "."), *found.attrib.values()]
    return next((mark.lower() for mark in marks if mark.lower() in LIVING_CODES), "")


def _read_mission(files: Files, root: Element, path: str) -> None:
    form = {"country-mission": "country", "org-mission": "organization"}.get(root.tag, "position")
    about = _facts(root, path, name="territory-id" if form == "country" else "id")
    about["content"] = {
        name: value
        for name, value in about["content"].items()
        if name not in ("chiefs", "principals") and not name.startswith("other-")
    }
    mission = Mission(
        **about,
        form=form,
        singular=text(root, "names/singular"),
        category=text(root, "category"),
        starts=texts(root, "start"),
        ends=texts(root, "end"),
        is_ongoing="true" in texts(root, "ongoing"),
    )
    mission.demand(**{"territory-id" if form == "country" else "id": mission.id})
    if form != "country":
        mission.demand(names=mission.singular)
    files.missions.append(mission)
    notes = 0
    for section in root:
        before: Appointment | None = None
        for element in section:
            if element.tag in ("chief", "principal"):
                before = _read_appointment(mission, element, section.tag)
                files.appointments.append(before)
            elif element.tag == "mission-note":
                notes += 1
                files.notes.append(_read_note(mission, element, notes, before))


def _read_appointment(mission: Mission, root: Element, section: str) -> Appointment:
    appointment = Appointment(
        **_facts(root, mission.file),
        mission=mission,
        is_listed=section in ("chiefs", "principals"),
        person=text(root, "person-id"),
        role=text(root, "role-title-id"),
        territory=text(root, "contemporary-territory-id"),
        dates={},
        notes={name: text(root, f"{name}/note") for name in EVENTS},
        note=text(root, "note"),
    )
    for name in EVENTS:
        value = text(root, f"{name}/date")
        at = f"/{name}/date"
        appointment.dates[name] = _date(appointment, at, value, appointment.notes[name])
    appointment.demand(
        id=appointment.id, person_id=appointment.person, role_title_id=appointment.role
    )
    if mission.form == "country":
        appointment.demand(contemporary_territory_id=appointment.territory)
    if not mission.is_good:
        reason = f"The file {mission.file} does not say what it is about."
        appointment.reject("", None, reason, "rejected_reference")
    _warn_of_unknown(appointment, root)
    return appointment


#: Elements of an appointment.
_KNOWN = {"id", "person-id", "role-title-id", "contemporary-territory-id", "note", *EVENTS}


def _warn_of_unknown(appointment: Appointment, root: Element) -> None:
    unknown = [(below.tag, below) for below in root if below.tag not in _KNOWN | _EDITORIAL]
    for name in EVENTS:
        unknown += [
            (f"{name}/{below.tag}", below)
            for below in root.findall(f"{name}/*")
            if below.tag not in ("date", "note")
        ]
    for at, element in unknown:
        if said := text(element, "."):
            appointment.warn(f"/{at}", said, "This is not known here: left out.", "unknown_element")


def _read_note(mission: Mission, root: Element, number: int, after: Appointment | None) -> Note:
    note = Note(
        id=f"{mission.id}/{number}",
        file=mission.file,
        line=line(root),
        content=_content_of(root),
        mission=mission,
        text=text(root, "text"),
        after=after,
    )
    note.demand(text=note.text)
    return note


def _read_role(files: Files, root: Element, path: str) -> None:
    role = Role(**_facts(root, path), singular=text(root, "names/singular"))
    role.demand(id=role.id, names=role.singular)
    files.roles.append(role)


def _read_group(files: Files, root: Element, path: str) -> None:
    group = Group(
        **_facts(root, path),
        person=text(root, "person-id"),
        appointments=list(dict.fromkeys(texts(root, "chief-id"))),
        locale=text(root, "resident-at/locale-id"),
        territory=text(root, "resident-at/contemporary-territory-id"),
    )
    group.demand(id=group.id)
    files.groups.append(group)


#: Readers by the root of the file.
_READERS = {
    "person": _read_person,
    "country-mission": _read_mission,
    "org-mission": _read_mission,
    "principal-position": _read_mission,
    "role": _read_role,
    "concurrent-appointments": _read_group,
}


def _check_repeated(files: Files) -> None:
    """Give rows with the same id names of their own.

    An appointment whose id another one has is one of its own, named after its file too; where both say the same it is
    left out. Of everything else the second is rejected: which of two files about one person is right, nobody knows.
    """
    first: dict[str, SourceRow] = {}
    counts: Counter[str] = Counter()  # of those after the first
    for row in files.rows():
        name = row.name
        before = first.setdefault(name, row)
        if before is row:
            continue
        counts[name] += 1
        # "~" is in no id, so that this is nobody else's.
        own = f"{row.id}~{PurePath(row.file).stem}"
        if f"{name}~{PurePath(row.file).stem}" in first:
            own += f"~{counts[name]}"
        reason = f"{before.file} has {name} too"
        if not isinstance(row, Appointment):
            row.reject("/id", row.id, f"{reason}.", "duplicate")
        elif row.content == before.content:
            row.skipped = f"{reason}, and says the same."
        else:
            row.warn("/id", row.id, f"{reason}: this one is called {own}.", "duplicate_id")
            row.id = own
        row.alias = own
        first[row.name] = row
