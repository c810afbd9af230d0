"""Reference data of this app: the types of event. `manage.py load_reference` loads them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from events.models import EventType
from records.publishing.publish import publish
from records.reference_data import Loaded


@dataclass(frozen=True)
class Coding:
    """How the codebooks of event data code it."""

    goldstein: str
    plover_type: str = ""
    plover_mode: str = ""


#: CAMEO codes in use (CAMEO Event and Actor Codebook 1.1b3, 2012), each with its score on the Goldstein scale (Goldstein 1992,
#: as assigned to CAMEO by the Penn State Event Data Project) and its type and mode in PLOVER (draft 0.8, 2021), which has no
#: place for mere statements and symbolic acts.
CAMEO: dict[str, Coding] = {
    "010": Coding("0.0"),  # make statement
    "017": Coding("0.0"),  # engage in symbolic act
    "040": Coding("1.0", "CONSULT"),  # consult
    "041": Coding("1.0", "CONSULT", "phone"),  # discuss by telephone
    "042": Coding("1.9", "CONSULT", "visit"),  # make a visit
    "045": Coding("5.0", "CONSULT"),  # mediate
    "046": Coding("7.0", "CONSULT"),  # negotiate
    "050": Coding("3.5", "SUPPORT"),  # engage in diplomatic cooperation
    "054": Coding("6.0", "SUPPORT"),  # grant diplomatic recognition
    "057": Coding("8.0", "SUPPORT"),  # sign formal agreement
    "070": Coding("7.0", "AID"),  # provide aid
    "0871": Coding("9.0", "RETREAT", "ceasefire"),  # declare truce, ceasefire
    "0874": Coding("10.0", "RETREAT", "disarm"),  # retreat or surrender militarily
    "114": Coding("-2.0", "ACCUSE", "allege"),  # complain officially
    "130": Coding("-4.4", "THREATEN"),  # threaten
    "161": Coding("-4.0", "SANCTION", "withdraw"),  # reduce or break diplomatic relations
    "163": Coding("-8.0", "COERCE", "restrict"),  # impose embargo, boycott or sanctions
    "166": Coding("-7.0", "SANCTION", "expel"),  # expel or withdraw
}


@dataclass(frozen=True)
class Entry:
    """One type."""

    code: str
    label: str
    cameo: str
    description: str
    broader: str = ""

    def fields(self) -> dict[str, object]:
        """The type's own fields."""
        coding = CAMEO[self.cameo]
        return {
            "code": self.code,
            "slug": self.code,
            "label": self.label,
            "description": self.description,
            "cameo_code": self.cameo,
            "plover_type": coding.plover_type,
            "plover_mode": coding.plover_mode,
            "goldstein": Decimal(coding.goldstein),
        }


#: Every type, after the one above it.
TYPES: tuple[Entry, ...] = (
    Entry("call", "Call", "041", "A conversation by telephone or video between two or more sides."),
    Entry(
        "meeting",
        "Meeting",
        "040",
        "A conversation in one room, or in one session by video, of any rank and size.",
    ),
    Entry(
        "summit",
        "Summit",
        "040",
        "A meeting of heads of state or government, or announced as a summit.",
        "meeting",
    ),
    Entry(
        "conference",
        "Conference",
        "040",
        "A meeting of many sides with an agenda and a chair.",
        "meeting",
    ),
    Entry(
        "visit",
        "Visit",
        "042",
        "A journey to another state for its own sake, with all that happens during it.",
    ),
    Entry(
        "transit_stop",
        "Transit stop",
        "042",
        "A stop on the way elsewhere, with or without talks.",
        "visit",
    ),
    Entry(
        "negotiation",
        "Negotiation",
        "046",
        "Talks meant to end in an agreement, over one session or many.",
    ),
    Entry(
        "mediation",
        "Mediation",
        "045",
        "A third side proposes to the parties how to settle (UN Charter, art. 33); good offices are included.",
    ),
    Entry(
        "signing",
        "Signing",
        "057",
        "Signatures are put to an agreement (VCLT 1969, arts. 12 and 18).",
    ),
    Entry(
        "announcement", "Announcement", "010", "Something is made known, whatever becomes of it."
    ),
    Entry(
        "press_release",
        "Press release",
        "010",
        "A written announcement to the press.",
        "announcement",
    ),
    Entry(
        "speech",
        "Speech",
        "010",
        "An address to an audience; what was said is recorded as a statement.",
    ),
    Entry("hospitality", "Hospitality", "040", "A meal or reception given for somebody."),
    Entry("luncheon", "Luncheon", "040", "A midday meal given for somebody.", "hospitality"),
    Entry(
        "dinner",
        "Dinner",
        "040",
        "An evening meal given for somebody, state banquets included.",
        "hospitality",
    ),
    Entry(
        "reception", "Reception", "040", "A gathering of guests without a set meal.", "hospitality"
    ),
    Entry(
        "ceremony",
        "Ceremony",
        "017",
        "An act of ceremony: an inauguration, a funeral, an award, a wreath.",
    ),
    Entry(
        "credentials_presentation",
        "Presentation of credentials",
        "050",
        "A head of mission presents letters of credence (VCDR 1961, art. 13).",
        "ceremony",
    ),
    Entry(
        "recognition",
        "Recognition",
        "054",
        "A state or a government is recognised, in words or by an act that implies it.",
    ),
    Entry(
        "relations_established",
        "Relations established",
        "054",
        "Diplomatic relations begin, by mutual consent (VCDR 1961, art. 2).",
    ),
    Entry(
        "relations_upgraded",
        "Relations upgraded",
        "050",
        "The level of representation rises: a legation becomes an embassy, a chargé gives way to an ambassador.",
    ),
    Entry(
        "relations_downgraded",
        "Relations downgraded",
        "161",
        "The level of representation falls, or heads of mission are recalled, while relations go on.",
    ),
    Entry(
        "relations_severed",
        "Relations severed",
        "161",
        "Diplomatic relations are broken off (VCDR 1961, art. 45).",
    ),
    Entry(
        "relations_resumed",
        "Relations resumed",
        "054",
        "Diplomatic relations begin again after they were broken off.",
    ),
    Entry(
        "expulsion",
        "Expulsion",
        "166",
        "Members of a mission must leave: declared personae non gratae (VCDR 1961, art. 9), or a mission is closed.",
    ),
    Entry("sanctions", "Sanctions", "163", "An embargo, a boycott or other sanctions are imposed."),
    Entry("aid", "Aid", "070", "Aid is given: economic, military or humanitarian."),
    Entry(
        "ceasefire",
        "Ceasefire",
        "0871",
        "Fighting is stopped by agreement or declaration, for a time or for good.",
    ),
    Entry(
        "troop_withdrawal",
        "Troop withdrawal",
        "0874",
        "Forces leave territory that they held or where they were stationed.",
    ),
    Entry(
        "protest_note",
        "Protest note",
        "114",
        "A formal complaint, handed over or sent as a diplomatic note.",
    ),
    Entry(
        "threat", "Threat", "130", "Somebody is warned of harm: by force, by sanctions, by a break."
    ),
)


@transaction.atomic
def load() -> list[Loaded]:
    """Make and publish the types that are not there yet, all of them or none.

    A type that is there, known by its code, is the desk's: it is neither touched nor published again.
    """
    known = {
        found.code: found
        for found in EventType.objects.filter(code__in=[entry.code for entry in TYPES])
    }
    new = [entry for entry in TYPES if entry.code not in known]
    for entry in new:
        known[entry.code] = EventType(**entry.fields(), broader=known.get(entry.broader))
    EventType.objects.bulk_create(known[entry.code] for entry in new)
    if new:
        publish(*(known[entry.code] for entry in new), by=None)
    return [Loaded("event types", created=len(new), unchanged=len(TYPES) - len(new))]
