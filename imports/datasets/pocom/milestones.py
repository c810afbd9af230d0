"""The steps of an appointment, from its dates, from what leads up to them, and from its note.

Every sentence of a note becomes a milestone: of the kind and with the date that it gives, otherwise an undated `other` that
repeats it, so that nothing is lost. What a date is called where nothing stands before it is how the data set's own code
tables call it: a chief's `started` is the presentation of credentials, a principal's the entry on duty.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

from imports.datasets.pocom.dates import MONTH, Reading, dates_in
from people.models import EndReason, MilestoneKind, TenureMilestone

if TYPE_CHECKING:
    from imports.datasets.pocom.rows import Appointment

_NOTE_LENGTH = TenureMilestone._meta.get_field("note").max_length or 300


def _patterns(*pairs: tuple[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), kind) for pattern, kind in pairs)


_DIED = r"\b(?:died|assassinated|killed)\b"
_RESIGNED = r"\bresign(?:ed|ation)\b"
_RECALL = r"\b(?:presented|transmitted) recall\b|\brecall (?:presented|transmitted)\b|^recalled\b"
_OVER = (
    r"\b(?:terminated|relinquished charge|severed|broke|declared war|closed|suspended operations|abolished"
    r"|eliminated|expired|ceased|annexed|absorbed|incorporated|superseded)\b"
)
_OTHER_OFFICE = (
    r"\b(?:promoted|recommissioned|reaccredited|title changed|became|presented credentials as)\b"
    r"|^appointed \w+ of\b"
)
_NO_OFFICE = r"\bposition (?:abolished|eliminated)\b|\bannexed\b|\babsorbed\b|\bincorporated into\b"
#: How an appointment ended, by the words before the date. The first that fits counts.
_ENDINGS = _patterns(
    (r"persona non grata", MilestoneKind.PERSONA_NON_GRATA),
    (_DIED, MilestoneKind.DIED_IN_POST),
    (_RESIGNED, MilestoneKind.RESIGNED),
    (_RECALL, MilestoneKind.RECALLED),
    (r"(?:^|[.;]\s*)(?:probably |presumably )?(?:left|departed)\b", MilestoneKind.LEFT_POST),
    (_OVER, MilestoneKind.TERMINATED),
)
#: Why it ended, as far as the words prove it. To present one's letter of recall is to be recalled (VCDR 1961, art. 43(a)); that
#: the receiving state asked for it does not prove that it was done, nor that somebody was expelled.
_REASONS = _patterns(
    (r"persona non grata", EndReason.EXPELLED),
    (_DIED, EndReason.DIED),
    (_RESIGNED, EndReason.RESIGNED),
    (_RECALL, EndReason.RECALLED),
    (r"\b(?:severed|broke)\b.*\brelations\b|\bdeclared war on\b", EndReason.RELATIONS_SEVERED),
    (_OTHER_OFFICE, EndReason.TRANSFERRED),
    (_NO_OFFICE, EndReason.OFFICE_ABOLISHED),
    (r"\bappointment expired\b", EndReason.TERM_ENDED),
)
#: What a sentence says of the date that follows these words.
_DATED = _patterns(
    (r"\b(?:re-?)?nominat(?:ed|ions?)(?: on| of)?$", MilestoneKind.NOMINATED),
    (r"\brecommissioned(?: after confirmation)?(?: on)?$", MilestoneKind.APPOINTED),
    (r"\bconfirmed(?: by the senate)?(?: on)?$", MilestoneKind.CONFIRMED),
    (
        r"\b(?:presented|delivered) (?:his |her |new |the )*credentials(?: in \w+)?(?: on)?$",
        MilestoneKind.CREDENTIALS_PRESENTED,
    ),
    (r"^arrived at post(?: on)?$", MilestoneKind.ARRIVED),
    (r"\bleft post(?: again)?(?: on| about)?$", MilestoneKind.LEFT_POST),
    (r"\bdied at (?:his |her )?post(?: on)?$", MilestoneKind.DIED_IN_POST),
    (r"\bresigned(?: on| effective)?$", MilestoneKind.RESIGNED),
    (r"\b(?:withdrawn|returned|rejected)\b.*$", MilestoneKind.OTHER),
)
#: What a sentence says without a date.
_UNDATED = _patterns(
    (r"\bdeclined\b", MilestoneKind.DECLINED),
    (r"\btook (?:the )?oath of office\b", MilestoneKind.SWORN_IN),
    (r"\bdied at (?:his |her )?post\b", MilestoneKind.DIED_IN_POST),
    (r"^resigned\b", MilestoneKind.RESIGNED),
    (r"\bpersona non grata\b", MilestoneKind.PERSONA_NON_GRATA),
    (r"^(?:not commissioned; )?nominat", MilestoneKind.NOMINATED),
    (r"^left post\b", MilestoneKind.LEFT_POST),
)
#: Notes that say no more than the kind of their milestone.
_IDLE = {
    MilestoneKind.LEFT_POST: "left post",
    MilestoneKind.DIED_IN_POST: "died at post",
    MilestoneKind.TERMINATED: "appointment terminated",
    MilestoneKind.ARRIVED: "arrived at post",
}
#: Titles whose holders present credentials. A chargé ad interim does not (VCDR 1961, art. 19: he is notified).
_PRESENTS = re.compile(
    r"(?:ambassador|envoy|minister|commissioner|agent|diplomatic-agent|personal-representative|representative-)"
    r"|charge-daffaires(?!.*(?:ad-interim|pro-tem))"
)
_CREDENTIALS = re.compile(r"\bcreden(?:tials|ce)\b", re.IGNORECASE)
_NO_CREDENTIALS = re.compile(r"\b(?:in lieu|predecessor|no record|not issued)\b", re.IGNORECASE)
_QUALIFIER = re.compile(
    r"(?:(?:on|or|soon|shortly|about|before|after|between|and|in)\b[\s,]*)+", re.IGNORECASE
)
#: A full stop after these ends no sentence.
_SENTENCE_END = re.compile(
    rf"(?<!\bJr)(?<!\bSr)(?<!\bSt)(?<!\bMr)(?<!\bDr)(?<!\bNo)(?<!\b[A-Z])(?<!\.[A-Z])[.](?:[”\"])?\s+(?=[“\"A-Z])(?!{MONTH})"
)
_MONTH_STOP = re.compile(rf"\b{MONTH}$")


def milestones_of(appointment: Appointment) -> list[dict[str, Any]]:
    """Return the milestones as the exchange form has them, in the order of the data set."""
    found = []
    for name, kind_of in _STEPS.items():
        reading, note = appointment.dates[name], appointment.notes[name]
        if reading or note:
            kind, words = kind_of(appointment, note)
            found.append(milestone(kind, reading, _beyond(kind, words, reading)))
    for sentence in sentences(appointment.note):
        found += _of_sentence(sentence)
    return found


def end_reason(note: str) -> str:
    """Return why it ended, as far as the words before the date prove it; "" where they do not."""
    return _first(_REASONS, note)


def milestone(kind: str, date: Reading, note: str = "") -> dict[str, Any]:
    """Return a milestone; a note that is too long is cut."""
    document: dict[str, Any] = {"kind": str(kind)}
    if date:
        document["date"] = date.document()
    if note:
        document["note"] = textwrap.shorten(note, _NOTE_LENGTH, placeholder=" …")
    return document


def _appointed(_appointment: Appointment, note: str) -> tuple[str, str]:
    return MilestoneKind.APPOINTED, note


def _arrived(_appointment: Appointment, note: str) -> tuple[str, str]:
    return MilestoneKind.ARRIVED, note


def _started(appointment: Appointment, note: str) -> tuple[str, str]:
    if appointment.mission.form == "position":
        return MilestoneKind.OTHER, note or "Entered on duty"
    presents = bool(_PRESENTS.match(appointment.role))
    if not note or _QUALIFIER.fullmatch(note):
        if presents:
            return MilestoneKind.CREDENTIALS_PRESENTED, note
        return MilestoneKind.OTHER, f"Took charge {note}".strip()
    is_presented = _CREDENTIALS.search(note) and not _NO_CREDENTIALS.search(note)
    return (MilestoneKind.CREDENTIALS_PRESENTED if is_presented else MilestoneKind.OTHER), note


def _ended(_appointment: Appointment, note: str) -> tuple[str, str]:
    if not note:
        return MilestoneKind.TERMINATED, ""
    return _first(_ENDINGS, note) or MilestoneKind.OTHER, note


_STEPS = {"appointed": _appointed, "arrived": _arrived, "started": _started, "ended": _ended}


def _first(patterns: tuple[tuple[re.Pattern[str], str], ...], words: str) -> str:
    return next((kind for pattern, kind in patterns if pattern.search(words)), "")


def _beyond(kind: str, note: str, date: Reading) -> str:
    """Return what a note says beyond the kind and the date of its milestone."""
    if date.text and note and (date.text.startswith(note) or note.startswith(date.text)):
        return ""  # the date's own words
    bare = re.sub(r"[\s,.]*\b(?:on|as of)\W*$|[\s,.]+$", "", note)
    return "" if bare.lower() == _IDLE.get(MilestoneKind(kind)) else bare


def sentences(note: str) -> list[str]:
    """Return the sentences of a note, each short enough to be kept."""
    found: list[str] = []
    begin = 0
    for stop in _SENTENCE_END.finditer(note):
        if not _MONTH_STOP.search(note[: stop.start()]):
            found.append(note[begin : stop.end()].strip())
            begin = stop.end()
    found.append(note[begin:].strip())
    return [part for each in found if each for part in textwrap.wrap(each, _NOTE_LENGTH)]


def _of_sentence(sentence: str) -> list[dict[str, Any]]:
    """Return the milestones of a sentence: the first repeats all of it, the others their own part."""
    found: list[dict[str, Any]] = []
    last = 0
    for begin, end, date in dates_in(sentence):
        before = re.split(r"[;.]", sentence[last:begin])[-1].strip(" ,")
        if kind := _first(_DATED, _unqualified(before)):
            words = sentence[last:end].strip(" ,;") if found else sentence
            found.append(milestone(kind, date, words))
        last = end
    if not found:
        kind = _first(_UNDATED, sentence) or MilestoneKind.OTHER
        found.append(milestone(kind, Reading(), sentence))
    return found


def _unqualified(words: str) -> str:
    """Return words without what their end says of how well the date is known: that is in the date."""
    return re.sub(r"\s+(?:about|around|before|after|late in|early in)$", "", words)
