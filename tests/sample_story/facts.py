"""The 46 facts of the sample story: for each, what to ask the API, and what the answer says and cites.

Expected values are written short: a reference is the label of the record that it names, an uncertain date is its EDTF, or
the source's words and the precision. Only the members that are named here are compared, lists with all their items;
`participations[role=host]` picks items. Citations are written `evidence` or `evidence: to whom the source attributes it`,
for the record as a whole ("") or for one of its fields; all must be to the one source.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SOURCE = "News story on a telephone call between the US Secretary of State and Pakistan's deputy prime minister"

MINISTRY = "Ministry of Foreign Affairs of Pakistan"
PM_OFFICE = "Prime Minister's Office of Pakistan"
PACKAGE = (
    "Package of agreements between Pakistan and two companies on critical minerals and logistics"
)
CALL = "Telephone call between Marco Rubio and Ishaq Dar"
MEETING = "Meeting of Shehbaz Sharif with a US delegation on mining deals"
CEASEFIRE = "Ceasefire between India and Pakistan"
LUNCHEON = "Luncheon given by Donald Trump in honour of Asim Munir"
WITHDRAWAL = "Withdrawal of US forces from Afghanistan"
USSM, MOTA = "United States Strategic Metals", "Mota-Engil"
US_PK, INDIA_PK = "Pakistan – United States", "India – Pakistan"  # noqa: RUF001 - as labels are written


@dataclass(frozen=True)
class Fact:
    """One answer of the API that shows one fact, or several that belong together."""

    numbers: tuple[int, ...]
    address: str
    says: Any  #: of a list, its results; else the document
    cites: dict[str, list[str]] = field(default_factory=lambda: {"": ["reported"]})


def fact(numbers: int | tuple[int, ...], address: str, says: Any, **cites: list[str]) -> Fact:
    """Make a row of the table; `whole` cites the record as a whole."""
    found = {"" if name == "whole" else name: value for name, value in cites.items()}
    numbers = numbers if isinstance(numbers, tuple) else (numbers,)
    return Fact(numbers, address, says, found) if found else Fact(numbers, address, says)


def holds(person: str, office: str) -> dict[str, Any]:
    """Return a tenure whose start nobody told."""
    return {
        "person": person,
        "office": office,
        "start": None,
        "end": None,
        "end_status": "unknown",
        "kind": "substantive",
    }


def period(dimension: str, value: str, **fields: Any) -> dict[str, Any]:
    """Return a period of a relation of which no more is known than the fields say."""
    unknown: dict[str, Any] = {
        "start": None,
        "end": None,
        "end_status": "unknown",
        "start_event": None,
        "end_event": None,
        "topics": [],
    }
    return {"dimension": dimension, "direction": "mutual", "value": value, **unknown, **fields}


FACTS = (
    fact(
        1,
        "tenures/?person=marco-rubio",
        [holds("Marco Rubio", "Secretary of State of the United States")],
    ),
    fact(
        1,
        "offices/secretary-of-state-of-the-united-states/",
        {
            "organization": "US Department of State",
            "state": "United States",
            "classification": "foreign_minister",
        },
    ),
    fact(
        2,
        "tenures/?person=ishaq-dar&ordering=label",
        [
            holds("Ishaq Dar", "Deputy Prime Minister of Pakistan"),
            holds("Ishaq Dar", "Foreign Minister of Pakistan"),
        ],
    ),
    fact(
        2,
        "offices/?state=PK&classification=deputy_head_of_government,foreign_minister&ordering=label",
        [
            {
                "title": "Deputy Prime Minister of Pakistan",
                "organization": "Government of Pakistan",
            },
            {"title": "Foreign Minister of Pakistan", "organization": MINISTRY},
        ],
    ),
    fact(
        3,
        "events/?state__all=US,PK&type=call",
        [
            {
                "label": CALL,
                "type": "Call",
                "when": "“Saturday night” (part_of_day)",
                "end": None,
                "status": "occurred",
            }
        ],
        whole=[f"reported: {MINISTRY}"],
        when=[f"reported: {MINISTRY}"],
    ),
    fact(
        4,
        "events/rubio-dar-call/",
        {
            "attendance": "remote",
            "participations": [
                {
                    "participant": "Marco Rubio",
                    "role": "caller",
                    "presence": "remote",
                    "on_behalf_of": "United States",
                },
                {
                    "participant": "Ishaq Dar",
                    "role": "callee",
                    "presence": "remote",
                    "on_behalf_of": "Pakistan",
                },
            ],
        },
        participations=[f"reported: {MINISTRY}", "inferred"],
    ),
    fact(
        5,
        "events/rubio-dar-call/",
        {
            "participations[role=caller]": [
                {
                    "capacity_text": "Secretary",
                    "capacities": [
                        {
                            "office": "Secretary of State of the United States",
                            "tenure": "Marco Rubio, Secretary of State of the United States",
                            "evidence": "reported",
                        },
                    ],
                },
            ],
            "participations[role=callee]": [
                {
                    "capacity_text": "Deputy Prime Minister",
                    "capacities": [
                        {
                            "office": "Deputy Prime Minister of Pakistan",
                            "tenure": "Ishaq Dar, Deputy Prime Minister of Pakistan",
                            "evidence": "reported",
                        },
                        {
                            "office": "Foreign Minister of Pakistan",
                            "tenure": "Ishaq Dar, Foreign Minister of Pakistan",
                            "evidence": "inferred",
                        },
                    ],
                },
            ],
        },
        participations=[f"reported: {MINISTRY}", "inferred"],
    ),
    fact(
        6,
        "events/?topic=bilateral-relations",
        [
            {
                "label": CALL,
                "topics": ["Global developments", "Regional developments", "Bilateral relations"],
            }
        ],
        topics=[f"reported: {MINISTRY}"],
    ),
    fact(
        7,
        "statements/both-sides-want-closer-ties/",
        {
            "kind": "paraphrase",
            "speaker": None,
            "speaker_as_given": "both sides",
            "date": None,
            "event": None,
            "about": [US_PK],
            "topics": ["Bilateral relations", "Economic cooperation"],
        },
    ),
    fact(
        8,
        "statements/?about=rubio-dar-call",
        [{"kind": "press_release", "speaker": MINISTRY, "date": None, "about": [CALL]}],
        whole=[f"reported: {MINISTRY}"],
    ),
    fact(
        (9, 10),
        "statements/?about=pakistan-united-states&speaker=ministry-of-foreign-affairs-of-pakistan&ordering=label",
        [
            {
                "summary": "Both are satisfied with the direction in which ties are moving.",
                "part_of": "Pakistan's foreign ministry gives its account of the call with the US Secretary…",
                "event": None,
                "about": [US_PK],
            },
            {
                "summary": "Both commit themselves anew to strengthening ties in many areas.",
                "part_of": "Pakistan's foreign ministry gives its account of the call with the US Secretary…",
                "event": CALL,
                "about": [US_PK],
            },
        ],
        whole=[f"reported: {MINISTRY}"],
    ),
    fact(
        11,
        "relations/pakistan-united-states/",
        {
            "periods[dimension=cooperation_area]": [
                period(
                    "cooperation_area",
                    "exploring",
                    topics=["Critical minerals", "Digital currency", "Real estate"],
                ),
            ],
        },
        periods=["reported", "reported: analysts"],
    ),
    fact(
        11,
        "statements/?about=government-of-pakistan&topic=digital-currency",
        [
            {
                "kind": "claim",
                "summary": "The two capitals look into working together on critical minerals, digital currency, real estate and in other sectors.",
                "about": [
                    US_PK,
                    "Government of Pakistan",
                    "Government of the United States",
                ],
            },
        ],
    ),
    fact(
        11,
        "organizations/?classification=government&ordering=label&search=Islamabad",
        [{"label": "Government of Pakistan", "names": [{"name": "Islamabad", "kind": "metonym"}]}],
        names=["inferred"],
    ),
    fact(
        11,
        "organizations/government-of-the-united-states/",
        {"names": [{"name": "Washington", "kind": "metonym"}]},
        names=["inferred"],
    ),
    fact(
        12,
        "agreements/?party=PK&form=package",
        [
            {
                "label": PACKAGE,
                "actions": [
                    {
                        "kind": "signature",
                        "party": None,
                        "date": "“last Monday” (day)",
                        "effective_date": None,
                    },
                ],
            },
        ],
        actions=["reported", f"reported: {PM_OFFICE}"],
    ),
    fact(
        13,
        "agreements/?party=PK&topic=critical-minerals&currency=USD&value__gte=500000000",
        [
            {
                "label": PACKAGE,
                "values": [
                    {
                        "amount": "500000000.00",
                        "amount_max": None,
                        "currency": "USD",
                        "qualifier": "exact",
                        "kind": "investment",
                        "scope": "package",
                        "as_reported": "500 million US dollars",
                    },
                ],
            },
        ],
        values=["reported"],
    ),
    fact(
        14,
        "agreements/pakistan-critical-minerals-package/",
        {"form": "package", "item_count": None},
    ),
    fact(
        15,
        "agreements/pakistan-critical-minerals-package/",
        {
            "parties": [
                {"party": "Pakistan", "role": "signatory"},
                {"party": USSM, "role": "signatory"},
                {"party": MOTA, "role": "signatory"},
            ],
        },
        parties=["reported"],
    ),
    fact(
        15,
        "organizations/?classification=company&ordering=label",
        [
            {"name": MOTA, "domicile": "United States", "state": None, "contested": True},
            {"name": USSM, "domicile": "United States", "state": None, "contested": False},
        ],
        domicile=["reported"],
    ),
    fact(
        (16, 17),
        "agreements/?topic=critical-minerals",
        [{"topics": ["Critical minerals", "Rare earth elements", "Logistics infrastructure"]}],
        topics=["reported"],
    ),
    fact((16, 17), "topics/rare-earth-elements/", {"broader": "Critical minerals"}, whole=[]),
    fact((16, 17), "topics/logistics-infrastructure/", {"broader": "Infrastructure"}, whole=[]),
    fact(
        18,
        "statements/?speaker=prime-ministers-office-of-pakistan",
        [
            {
                "kind": "paraphrase",
                "summary": "The agreements were concluded when the prime minister met the delegation.",
                "about": [MEETING, PACKAGE],
            },
        ],
        whole=[f"reported: {PM_OFFICE}"],
    ),
    fact(
        18,
        "agreements/?event=sharif-meeting-with-us-delegation",
        [{"label": PACKAGE, "actions": [{"kind": "signature", "event": MEETING}]}],
        actions=["reported", f"reported: {PM_OFFICE}"],
    ),
    fact(
        19,
        "events/?participant.person=shehbaz-sharif&participant.role=host",
        [
            {
                "label": MEETING,
                "type": "Meeting",
                "when": None,
                "participations[role=host]": [
                    {
                        "participant": "Shehbaz Sharif",
                        "capacity_text": "Prime Minister",
                        "capacities": [
                            {"office": "Prime Minister of Pakistan", "evidence": "reported"}
                        ],
                        "on_behalf_of": "Pakistan",
                        "presence": "present",
                    },
                ],
            },
        ],
        participations=[f"reported: {PM_OFFICE}"],
    ),
    fact(
        (20, 21, 22),
        "events/?participant.organization=mota-engil&participant.role=visitor",
        [
            {
                "label": MEETING,
                "participations[role=visitor]": [
                    {
                        "participant": USSM,
                        "name_as_given": None,
                        "presence": "represented",
                        "on_behalf_of": None,
                    },
                    {
                        "participant": MOTA,
                        "name_as_given": None,
                        "presence": "represented",
                        "on_behalf_of": None,
                    },
                    {
                        "participant": None,
                        "name_as_given": "high-level US delegation",
                        "on_behalf_of": USSM,
                    },
                    {
                        "participant": None,
                        "name_as_given": "high-level US delegation",
                        "on_behalf_of": MOTA,
                    },
                ],
            },
        ],
        participations=[f"reported: {PM_OFFICE}"],
    ),
    fact(
        (21, 22),
        "organizations/?classification=company&ordering=label",
        [
            {"name": MOTA, "topics": ["Mining", "Infrastructure"]},
            {"name": USSM, "topics": ["Mining", "Infrastructure"]},
        ],
        topics=[f"reported: {PM_OFFICE}"],
    ),
    fact(
        23,
        "tenures/?person=natalie-baker",
        [holds("Natalie Baker", "US Chargé d'Affaires in Pakistan")],
    ),
    fact(
        23,
        "offices/us-charge-daffaires-in-pakistan/",
        {
            "classification": "head_of_mission",
            "mission_class": "charge",
            "organization": "US Embassy in Islamabad",
            "state": "United States",
            "accredited_to": ["Pakistan"],
        },
    ),
    fact(
        (24, 25),
        "statements/?speaker=natalie-baker&ordering=label",
        [
            {
                "summary": "Deals like these are a priority for the US administration, since critical minerals matter to the security and the prosperity of the country.",
                "capacities": [
                    {"office": "US Chargé d'Affaires in Pakistan", "evidence": "reported"}
                ],
                "about": ["Administration of President Trump", PACKAGE],
                "event": None,
                "topics": ["Critical minerals", "Security", "Prosperity"],
            },
            {
                "summary": "She hopes for further agreements between companies of the two countries.",
                "capacities": [
                    {"office": "US Chargé d'Affaires in Pakistan", "evidence": "reported"}
                ],
                "about": [PACKAGE],
                "event": None,
                "topics": ["Critical minerals"],
            },
        ],
        whole=["reported: Natalie Baker"],
    ),
    fact(
        26,
        "organizations/trump-administration/",
        {
            "name": "Administration of President Trump",
            "classification": "government",
            "parent": "Government of the United States",
            "state": "United States",
        },
        whole=["reported: Natalie Baker"],
    ),
    fact(
        26,
        "tenures/?person=donald-trump",
        [holds("Donald Trump", "President of the United States")],
    ),
    fact(
        26,
        "offices/president-of-the-united-states/",
        {"classification": "head_of_state", "state": "United States"},
    ),
    fact(
        (27, 28),
        "events/?person=ishaq-dar&type=meeting",
        [
            {
                "participations[role=participant]": [
                    {
                        "participant": "Ishaq Dar",
                        "capacities": [
                            {"office": "Deputy Prime Minister of Pakistan", "evidence": "reported"},
                            {"office": "Foreign Minister of Pakistan", "evidence": "reported"},
                        ],
                        "presence": "present",
                    },
                    {
                        "participant": "Asim Munir",
                        "name_as_given": "Field Marshal Asim Munir",
                        "capacity_text": "Army Chief",
                        "capacities": [
                            {"office": "Chief of Army Staff of Pakistan", "evidence": "reported"}
                        ],
                        "presence": "present",
                    },
                    {"name_as_given": "several government ministers"},
                ],
            },
        ],
        participations=[f"reported: {PM_OFFICE}"],
    ),
    fact(
        28,
        "people/asim-munir/",
        {"names": [{"name": "Field Marshal", "kind": "rank", "start": None, "end": None}]},
        names=["reported"],
    ),
    fact(
        28,
        "offices/chief-of-army-staff-of-pakistan/",
        {
            "classification": "military_chief",
            "names": [
                {"name": "Chief of Army Staff", "kind": "official"},
                {"name": "Army Chief", "kind": "alias"},
            ],
        },
        names=["reported"],
    ),
    fact(
        29,
        "events/sharif-meeting-with-us-delegation/",
        {
            "participations[name_as_given=several government ministers]": [
                {
                    "participant": None,
                    "role": "participant",
                    "on_behalf_of": "Pakistan",
                    "presence": "present",
                },
            ],
        },
        participations=[f"reported: {PM_OFFICE}"],
    ),
    fact(
        30,
        "statements/?about=sharif-meeting-with-us-delegation&kind=claim",
        [
            {
                "summary": "Who came shows how much weight Islamabad gives to these partnerships.",
                "speaker_as_given": "the story",
                "about": [MEETING, "Government of Pakistan", PACKAGE],
            },
        ],
    ),
    fact(
        31,
        "relations/pakistan-united-states/",
        {
            "periods[value=warming]": [
                period(
                    "tenor", "warming", start="2025-05", end_status="ongoing", start_event=CEASEFIRE
                ),
            ],
        },
        periods=["reported", "reported: analysts"],
    ),
    fact(
        32,
        "events/?participant.role=mediator",
        [
            {
                "label": CEASEFIRE,
                "type": "Ceasefire",
                "when": "2025-05",
                "participations": [
                    {"participant": "India", "role": "party", "contested": False},
                    {"participant": "Pakistan", "role": "party", "contested": False},
                    {
                        "participant": "Donald Trump",
                        "role": "mediator",
                        "capacities": [{"office": "President of the United States"}],
                        "on_behalf_of": "United States",
                        "contested": True,
                    },
                ],
            },
        ],
        when=["reported"],
        participations=["reported"],
    ),
    fact(
        (33, 34),
        "statements/?kind=analysis&about=pakistan-united-states&topic=bilateral-relations",
        [
            {
                "summary": "A diplomatic reset after years of strained ties.",
                "speaker": None,
                "speaker_as_given": "analysts",
                "about": [US_PK],
            },
        ],
        whole=["reported: analysts"],
    ),
    fact(
        34,
        "relations/pakistan-united-states/",
        {
            "periods[value=strained]": [
                period(
                    "tenor",
                    "strained",
                    end="../2025-04",
                    end_status="ended",
                    asserted_by_as_given="analysts",
                ),
            ],
        },
        periods=["reported", "reported: analysts"],
    ),
    fact(
        (35, 36, 37),
        "events/?type=hospitality&person=asim-munir",
        [
            {
                "label": LUNCHEON,
                "when": None,
                "participations": [
                    {
                        "participant": "Donald Trump",
                        "role": "host",
                        "capacities": [{"office": "President of the United States"}],
                        "on_behalf_of": "United States",
                    },
                    {
                        "participant": "Asim Munir",
                        "role": "honoree",
                        "capacity_text": "Chief of Army Staff",
                        "capacities": [{"office": "Chief of Army Staff of Pakistan"}],
                        "on_behalf_of": "Pakistan",
                    },
                ],
            },
        ],
        participations=["reported"],
    ),
    fact(
        38,
        "statements/?about=trump-luncheon-for-munir",
        [
            {
                "kind": "claim",
                "summary": "The luncheon was a symbolic gesture.",
                "speaker_as_given": "the story",
            },
        ],
    ),
    fact(
        (39, 40),
        "relations/pakistan-united-states/",
        {"periods[dimension=engagement]": [period("engagement", "low", start_event=WITHDRAWAL)]},
        periods=["reported", "reported: analysts"],
    ),
    fact(
        39,
        "events/?state__all=AF,US",
        [
            {
                "label": WITHDRAWAL,
                "type": "Troop withdrawal",
                "when": None,
                "places": [{"place": None, "state": "Afghanistan", "role": "affected"}],
                "participations": [
                    {"participant": "US armed forces", "on_behalf_of": "United States"}
                ],
            },
        ],
    ),
    fact(
        40,
        "statements/?about=us-withdrawal-from-afghanistan",
        [
            {
                "kind": "claim",
                "summary": "Contacts at high level mostly lapsed after the US forces had left Afghanistan, which left a gap.",
                "about": [WITHDRAWAL, US_PK],
            },
        ],
    ),
    fact(
        41,
        "statements/dialogue-to-rebuild-trust/",
        {"kind": "claim", "summary": "The dialogue is meant to rebuild trust.", "about": [US_PK]},
    ),
    fact(
        42,
        "statements/?about=south-asia",
        [
            {
                "kind": "analysis",
                "summary": "The rapprochement is expected to affect the balance of power in South Asia.",
                "speaker_as_given": "analysts",
                "about": [US_PK, "South Asia"],
            },
        ],
        whole=["reported: analysts"],
    ),
    fact(
        43,
        "statements/?about=india-pakistan",
        [
            {
                "kind": "analysis",
                "summary": "The rapprochement is expected to affect relations between India and Pakistan.",
                "speaker_as_given": "analysts",
                "about": [INDIA_PK],
            },
        ],
        whole=["reported: analysts"],
    ),
    fact(
        44,
        "statements/?about=AF&kind=analysis",
        [
            {
                "summary": "The rapprochement is expected to affect Afghanistan.",
                "speaker_as_given": "analysts",
                "about": ["Afghanistan"],
            },
        ],
        whole=["reported: analysts"],
    ),
    fact(
        45,
        "statements/?about=AF&kind=claim",
        [{"summary": "Security in Afghanistan is fragile.", "about": ["Afghanistan"]}],
    ),
    fact(
        46,
        "sources/?kind=news",
        [
            {
                "title": SOURCE,
                "publisher": None,
                "authors": [],
                "web_address": None,
                "published": None,
                "retrieved_on": "2026-11-23",
            },
        ],
        whole=[],
    ),
)
