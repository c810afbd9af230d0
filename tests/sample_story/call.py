"""Facts 1 to 11: who spoke, about what, and what the ministry says of it."""

from __future__ import annotations

from tests.sample_story.telling import CALL, MINISTRY, US_PK, fact, holds, period

CALL_FACTS = (
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
)
