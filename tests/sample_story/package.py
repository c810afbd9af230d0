"""Facts 12 to 30: the agreements with two companies, who was there, and what was said about them."""

from __future__ import annotations

from tests.sample_story.telling import MEETING, MOTA, PACKAGE, PM_OFFICE, USSM, fact, holds

PACKAGE_FACTS = (
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
)
