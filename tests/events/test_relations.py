"""Relations: what the public reads of them, and that a pair of states has one."""

from __future__ import annotations

import pytest

from events.models import (
    RelationEdition,
)
from people.models import State
from records.publishing.publish import publish
from tests.factories.documents import citation, document_of, opening, reference
from tests.factories.events import (
    make_event,
    make_period,
    make_relation,
    make_statement,
)
from tests.factories.people import (
    make_organization,
    make_state,
)
from tests.factories.records import make_source, make_topic, publish_whole

pytestmark = pytest.mark.django_db


def test_relation_shows_the_pair_and_its_periods() -> None:
    us, pk = make_state("United States", alpha_2="US"), make_state("Pakistan", alpha_2="PK")
    ceasefire, reset = make_event("Ceasefire"), make_event("Reset")
    minerals = make_topic("critical-minerals", label="Critical minerals")
    institute = make_organization("Institute", classification="ngo")
    source = make_source(title="S1")
    relation = make_relation(pk, us, source=source)
    make_period(relation, start="2025-05/..", start_event=ceasefire, end_status="ongoing")
    make_period(
        relation,
        dimension="cooperation_area",
        direction="first_to_second",
        value="exploring",
        end="2026",
        end_status="ended",
        end_event=reset,
        topics=(minerals,),
        asserted_by_organization=institute,
        asserted_by_as_given="analysts",
    )

    publish_whole(relation)

    assert document_of(relation) == {
        **opening(relation, "Pakistan \N{EN DASH} United States"),
        "states": [
            reference(us, "United States", code="US"),  # made first, so its id is the smaller one
            reference(pk, "Pakistan", code="PK"),
        ],
        "periods": [
            {
                "dimension": "tenor",
                "direction": "mutual",
                "value": "warming",
                "start": {
                    "edtf": "2025-05/..",
                    "earliest": "2025-05-01",
                    "latest": None,
                    "precision": "interval",
                    "text": None,
                },
                "end": None,
                "end_status": "ongoing",
                "start_event": reference(ceasefire, "Ceasefire"),
                "end_event": None,
                "topics": [],
                "asserted_by": None,
                "asserted_by_as_given": None,
            },
            {
                "dimension": "cooperation_area",
                "direction": "first_to_second",
                "value": "exploring",
                "start": None,
                "end": {
                    "edtf": "2026",
                    "earliest": "2026-01-01",
                    "latest": "2026-12-31",
                    "precision": "year",
                    "text": None,
                },
                "end_status": "ended",
                "start_event": None,
                "end_event": reference(reset, "Reset"),
                "topics": [reference(minerals, "Critical minerals", code="critical-minerals")],
                "asserted_by": reference(institute, "Institute"),
                "asserted_by_as_given": "analysts",
            },
        ],
        "identifiers": [],
        "citations": [citation(source)],
    }
    assert relation.slug == "pakistan-united-states"


def test_relation_is_renamed_with_its_states() -> None:
    relation = make_relation(make_state("Burma"), make_state("China"))
    statement = make_statement(about=(relation,))
    publish_whole(statement)

    State.objects.filter(name="Burma").update(name="Myanmar")
    publish(State.objects.get(name="Myanmar"), by=None)

    assert RelationEdition.objects.current().get().label == "China \N{EN DASH} Myanmar"
    assert document_of(statement)["about"][0]["label"] == "China \N{EN DASH} Myanmar"


def test_a_pair_is_one_relation_whichever_state_is_named_first() -> None:
    us, pk = make_state(), make_state()
    relation = make_relation(pk, us)

    assert (relation.state_a, relation.state_b) == (us, pk)
