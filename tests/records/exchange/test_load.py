"""Imports of exchange files: the result of each line, and what the tables hold afterwards."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import orjson
import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import (
    Organization,
    Person,
    PersonName,
    State,
    Tenure,
    TenureMilestone,
)
from records.exchange.load import load
from records.exchange.report import Proposal, Report
from records.models import Source, SourceIdentifier, Topic, TopicEdition
from tests.factories.records import make_source, make_topic

pytestmark = pytest.mark.django_db


def lines(*documents: dict[str, Any]) -> io.BytesIO:
    return io.BytesIO(b"".join(orjson.dumps(document) + b"\n" for document in documents))


def take_in(*documents: dict[str, Any], **options: Any) -> Report:
    return load(lines(*documents), by=None, **options)


def counts(report: Report) -> dict[str, int]:
    return {
        name: report.count(name)
        for name in ("created", "updated", "unchanged", "rejected")
        if report.count(name)
    }


def told(report: Report) -> list[tuple[int | None, str | None, str]]:
    return [
        (rejection.line, rejection.fault.pointer, rejection.fault.code)
        for rejection in report.rejections
    ]


TOPIC = {"object": "topic", "slug": "mining", "code": "mining", "label": "Mining"}
SOURCE = {"object": "source", "slug": "story", "kind": "news", "title": "A story"}
DAR = {
    "object": "person",
    "slug": "ishaq-dar",
    "name": "Ishaq Dar",
    "names": [{"name": "Senator", "kind": "rank", "start": "2024"}],
    "citations": [{"source": "story", "attribution_text": "the ministry"}],
}
OFFICE = {
    "object": "office",
    "slug": "minister",
    "title": "Minister",
    "classification": "foreign_minister",
}
TENURE = {
    "object": "tenure",
    "slug": "dar-minister",
    "person": "ishaq-dar",
    "office": "minister",
    "milestones": [{"kind": "sworn_in", "date": {"text": "in spring", "precision": "season"}}],
}


def test_new_lines_become_drafts_with_their_parts() -> None:
    report = take_in(SOURCE, DAR, OFFICE, TENURE)

    assert (report.is_done, report.lines, counts(report)) == (True, 4, {"created": 4})
    tenure = Tenure.objects.get(slug="dar-minister")
    assert (tenure.person.name, tenure.office.title, tenure.editorial_state) == (
        "Ishaq Dar",
        "Minister",
        "draft",
    )
    assert (tenure.kind, tenure.end_status, bool(tenure.start)) == ("substantive", "unknown", False)
    milestone = TenureMilestone.objects.get(tenure=tenure)
    assert (milestone.date.edtf, milestone.date.text, milestone.date.precision) == (
        "",
        "in spring",
        "season",
    )
    name = PersonName.objects.get(record__slug="ishaq-dar")
    assert (name.name, name.kind, name.start.earliest) == (
        "Senator",
        "rank",
        date(2024, 1, 1),
    )
    citation = Person.objects.get(slug="ishaq-dar").citations.get()
    assert (citation.source.title, citation.attribution_text, citation.evidence) == (
        "A story",
        "the ministry",
        "reported",
    )


def test_lines_may_name_each_other_in_any_order() -> None:
    report = take_in(TENURE, OFFICE, DAR, SOURCE)

    assert counts(report) == {"created": 4}
    assert Tenure.objects.get().person.slug == "ishaq-dar"


def test_the_same_file_again_writes_nothing() -> None:
    take_in(SOURCE, DAR, OFFICE, TENURE, TOPIC)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        report = take_in(SOURCE, DAR, OFFICE, TENURE, TOPIC)

    assert counts(report) == {"unchanged": 5}
    assert [
        query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
    ] == []


def versions(name: PersonName) -> int:
    """How often the row was written."""
    history = apps.get_model("people", "PersonNameHistory")
    return int(history._default_manager.filter(pgh_obj_id=name.pk).count())


def test_a_changed_part_keeps_its_row_and_the_others_are_left_alone() -> None:
    names = [{"name": "A", "kind": "short"}, {"name": "B"}, {"name": "C"}]
    take_in(SOURCE, {**DAR, "names": names})
    before = {name.name: (name.pk, versions(name)) for name in PersonName.objects.all()}

    report = take_in(
        {
            "object": "person",
            "slug": "ishaq-dar",
            "names": [
                {"name": "A", "kind": "short", "language": ""},
                {"name": "B", "start": "1999"},
                {"name": "D"},
            ],
        }
    )

    assert report.rejections == []
    assert counts(report) == {"updated": 1}
    after = {name.name: (name.pk, versions(name)) for name in PersonName.objects.all()}
    assert after["A"] == before["A"]
    assert after["B"] == (before["B"][0], before["B"][1] + 1)
    assert set(after) == {"A", "B", "D"}


def test_what_a_line_leaves_out_stays_and_null_empties_it() -> None:
    take_in(SOURCE, {**DAR, "given_name": "Ishaq", "family_name": "Dar"})

    take_in({"object": "person", "slug": "ishaq-dar", "family_name": None})

    person = Person.objects.get()
    assert (person.given_name, person.family_name, person.names.count()) == ("Ishaq", "", 1)


def test_a_record_is_known_by_id_slug_identifier_or_code() -> None:
    source = make_source(title="Old", slug="old")
    SourceIdentifier.objects.create(record=source, scheme="isbn", value="1")
    topic = make_topic("mining", slug="digging")

    report = take_in(
        {
            "object": "source",
            "identifiers": [{"scheme": "isbn", "value": "1"}],
            "title": "By identifier",
        },
        {"object": "topic", "code": "mining", "label": "By code"},
    )

    assert counts(report) == {"updated": 2}
    assert (Source.objects.get().title, Topic.objects.get().label) == ("By identifier", "By code")
    take_in(
        {"object": "source", "id": str(source.pk), "title": "By id"},
        {"object": "topic", "slug": topic.slug, "label": "By slug"},
    )
    assert (Source.objects.get().title, Topic.objects.get().label) == ("By id", "By slug")


def test_references_take_slug_id_code_or_identifier() -> None:
    state = State.objects.create(name="Pakistan", slug="pakistan")
    state.codes.create(scheme="iso3166-1-alpha-2", value="PK")
    state.codes.create(scheme="cow", value="770", end_edtf="1999")
    parent = make_topic("economy", slug="the-economy")

    report = take_in(
        {
            "object": "organization",
            "slug": "a",
            "name": "A",
            "classification": "ministry",
            "state": "iso3166-1-alpha-2:PK",
        },
        {
            "object": "organization",
            "slug": "b",
            "name": "B",
            "classification": "ministry",
            "state": str(state.pk).upper(),
            "parent": "a",
        },
        {**TOPIC, "broader": "economy"},
    )

    assert report.rejections == []
    assert [organization.state for organization in Organization.objects.order_by("slug")] == [
        state,
        state,
    ]
    assert Topic.objects.get(slug="mining").broader == parent
    ended = take_in({"object": "organization", "slug": "a", "state": "cow:770"})
    assert told(ended) == [(1, "/state", "unknown_reference")]


def test_every_mistake_of_every_line_is_told_at_once_and_nothing_is_written() -> None:
    file = io.BytesIO(
        b"\xef\xbb\xbf"
        + orjson.dumps(
            {
                **SOURCE,
                "titel": "x",
                "kind": "newz",
                "authors": ["a", 1],
                "retrieved_on": "2025-13-01",
            }
        )
        + b'\n\n[1]\nnot json\n"\xff"\n'
        + orjson.dumps({"object": "parson", "slug": "x"})
        + b"\n"
        + orjson.dumps({"object": "topic", "label": "nameless"})
        + b"\n"
        + orjson.dumps({**TOPIC, "broader": "minning", "url": "/x"})
        + b"\n"
        + orjson.dumps({**TOPIC, "label": "again"})
        + b"\n"
        + orjson.dumps(
            {
                "object": "tenure",
                "slug": "t",
                "start": "2025-02-30",
                "milestones": [{"date": 5}, "x"],
                "names": [],
            }
        )
        + b"\n"
    )

    report = load(file, by=None)

    assert told(report) == [
        (1, "/authors", "wrong_type"),
        (1, "/kind", "unknown_value"),
        (1, "/retrieved_on", "bad_date"),
        (1, "/titel", "unknown_field"),
        (3, "", "wrong_type"),
        (4, "", "json"),
        (5, "", "encoding"),
        (6, "/object", "unknown_object"),
        (7, "", "unnamed"),
        (8, "/broader", "unknown_reference"),
        (8, "/url", "derived_field"),
        (9, "", "duplicate"),
        (10, "/milestones/0/date", "bad_date"),
        (10, "/milestones/0/kind", "required"),
        (10, "/milestones/1", "wrong_type"),
        (10, "/names", "unknown_field"),
        (10, "/office", "required"),
        (10, "/person", "required"),
        (10, "/start", "bad_date"),
    ]
    suggestions = {
        rejection.fault.pointer: rejection.fault.suggestion
        for rejection in report.rejections
        if rejection.fault.suggestion
    }
    assert suggestions == {
        "/kind": "news",
        "/titel": "title",
        "/object": "person",
        "/broader": "mining",
    }
    assert (report.lines, counts(report), report.is_done) == (9, {"rejected": 9}, False)
    assert not Source.objects.exists()


def test_who_names_a_rejected_line_is_told_so_and_last() -> None:
    office = {**OFFICE, "classification": "king"}

    report = take_in({**SOURCE, "kind": "x"}, DAR, office, TENURE)

    assert told(report) == [
        (1, "/kind", "unknown_value"),
        (3, "/classification", "unknown_value"),
        (2, "/citations/0/source", "rejected_reference"),
        (4, "/office", "rejected_reference"),
        (4, "/person", "rejected_reference"),
    ]
    assert counts(report) == {"rejected": 4}


def test_a_broken_rule_of_the_database_is_told_in_its_words_with_its_line() -> None:
    people = [
        {"object": "person", "slug": f"p{number}", "name": f"P{number}"} for number in range(7)
    ]
    people[4] |= {"death": "1990", "living": "living"}

    report = take_in(*people)

    assert [(r.line, r.record, r.fault.code, r.fault.detail) for r in report.rejections] == [
        (
            5,
            "p4",
            "person_with_a_death_is_dead",
            "A person with a date of death is dead: set that, or remove the date.",
        ),
    ]
    assert (counts(report), Person.objects.count()) == ({"created": 6, "rejected": 1}, 0)


def test_a_published_record_cannot_lose_its_last_citation() -> None:
    take_in(SOURCE, DAR, publish=True)

    report = take_in({"object": "person", "slug": "ishaq-dar", "citations": []})

    assert [(r.line, r.fault.code) for r in report.rejections] == [
        (1, "published_person_has_a_citation")
    ]
    assert Person.objects.get().citations.count() == 1


def test_names_that_belong_to_different_records_are_refused() -> None:
    make_topic("mining", slug="mining")
    make_topic("trade", slug="trade")

    report = take_in({"object": "topic", "slug": "mining", "code": "trade"})

    assert told(report) == [(1, "", "conflict")]


def test_a_dry_run_reports_and_writes_nothing() -> None:
    report = take_in(SOURCE, DAR, dry_run=True, publish=True)

    assert (counts(report), report.published, report.is_done) == ({"created": 2}, 2, False)
    assert not Source.objects.exists()


def test_publishing_takes_all_records_of_the_file_that_the_world_lacks() -> None:
    take_in(TOPIC)

    report = take_in(SOURCE, TOPIC, publish=True)

    assert (counts(report), report.published) == ({"created": 1, "unchanged": 1}, 2)
    assert take_in(SOURCE, TOPIC, publish=True).published == 0
    assert TopicEdition.objects.count() == 1


def test_what_cannot_be_published_is_rejected_with_its_line() -> None:
    make_topic("economy", slug="economy")

    report = take_in(
        SOURCE, {**TOPIC, "broader": "economy"}, {**DAR, "citations": []}, publish=True
    )

    assert told(report) == [(2, "", "unpublished_reference"), (3, "", "no_citation")]
    assert counts(report) == {"created": 1, "rejected": 2}
    assert not Source.objects.exists()


def test_locked_fields_are_proposed_and_not_overwritten() -> None:
    take_in(SOURCE, DAR)
    Person.objects.update(locked_fields=["name", "names"])

    report = take_in({**DAR, "name": "Somebody", "names": [], "given_name": "Ishaq"})

    assert report.proposals == [
        Proposal(1, "person", "ishaq-dar", "name", "Somebody"),
        Proposal(1, "person", "ishaq-dar", "names", []),
    ]
    person = Person.objects.get()
    assert (person.name, person.given_name, person.names.count()) == ("Ishaq Dar", "Ishaq", 1)


@pytest.mark.parametrize("size", [3, 9])
def test_the_number_of_queries_does_not_depend_on_the_number_of_lines(size: int) -> None:
    people = [
        {
            "object": "person",
            "slug": f"p{n}",
            "name": f"P{n}",
            "names": [{"name": f"N{n}"}],
            "citations": [{"source": "story"}],
        }
        for n in range(size)
    ]
    take_in(SOURCE)

    with CaptureQueriesContext(connection) as queries:
        take_in(*people)

    assert len(queries) == 24
