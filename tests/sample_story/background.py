"""Facts 31 to 46: how relations stood before and since, what analysts make of it, and the story itself."""

from __future__ import annotations

from tests.sample_story.telling import (
    CEASEFIRE,
    INDIA_PK,
    LUNCHEON,
    SOURCE,
    US_PK,
    WITHDRAWAL,
    fact,
    period,
)

BACKGROUND_FACTS = (
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
