"""Forms sent as a browser sends them: what is saved, and what comes back when it cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from agreements.models import Agreement, AgreementAction, AgreementParty
from events.models import Participation, Relation, RelationPeriod
from people.models import Person, PersonCitation, PersonName, Tenure
from records.models import Record, Source, Topic
from records.publishing.publish import publish
from records.publishing.steps import tables_of
from tests.factories.agreements import make_agreement
from tests.factories.events import make_event
from tests.factories.every_kind import EVERY_KIND
from tests.factories.people import make_person, make_state, make_tenure
from tests.factories.records import make_source, make_topic
from tests.records.admin.filling import add_row, address, errors_of, filled, prefix_of


def history_of(record: Record) -> int:
    """Count the changes kept of the record and its parts, of whichever record."""
    tables = tables_of(type(record))
    return sum(table.history.rel.related_model.objects.count() for table in tables)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_saving_a_form_as_it_came_changes_nothing_and_a_note_nothing_that_is_published(
    kind: str, contributor: Client
) -> None:
    record = EVERY_KIND[kind].with_parts(2)
    record.refresh_from_db()
    before = history_of(record), record.changed_at, record.written_at
    data = filled(contributor.get(address(record)))

    response = contributor.post(address(record), data)

    assert response.status_code == 302, errors_of(response)
    record.refresh_from_db()
    assert (history_of(record), record.changed_at, record.written_at) == before

    response = contributor.post(address(record), data | {"curators_note": "Look again."})

    assert response.status_code == 302, errors_of(response)
    record.refresh_from_db()
    assert record.curators_note == "Look again."
    assert record.changed_at == before[1]
    assert record.written_at == record.noted_at > before[2]
    assert history_of(record) == before[0] + 1


def test_a_person_is_added_with_parts(contributor: Client) -> None:
    page = contributor.get(address(Person, "add"))
    cited, ministry = make_source(), make_person("A Spokesman")
    data = filled(page) | {
        "name": "Ishaq Dar",
        "birth_edtf": "1950~",
        "birth_text": "about 1950",
        "living": "living",
        "locked_fields": ["birth"],
    }
    add_row(
        data,
        prefix_of(page, PersonName),
        name="Mohammad Ishaq Dar",
        kind="official",
        start_edtf="1950",
    )
    add_row(
        data,
        prefix_of(page, PersonCitation),
        source=cited.pk,
        field="birth",
        evidence="reported",
        stance="supports",
        attributed_to_person=ministry.pk,
    )

    response = contributor.post(address(Person, "add"), data)

    assert response.status_code == 302, errors_of(response)
    dar = Person.objects.get(name="Ishaq Dar")
    assert dar.slug == "ishaq-dar"
    assert (dar.birth.edtf, dar.birth.text, str(dar.birth.earliest)) == (
        "1950~",
        "about 1950",
        "1950-01-01",
    )
    assert dar.locked_fields == ["birth"]
    assert dar.editorial_state == "draft"
    assert [(name.name, name.start.edtf) for name in dar.names.all()] == [
        ("Mohammad Ishaq Dar", "1950")
    ]
    assert [
        (each.source, each.field, each.attributed_to_person) for each in dar.citations.all()
    ] == [(cited, "birth", ministry)]


def test_a_participation_is_added_with_its_capacities(contributor: Client) -> None:
    record = EVERY_KIND["event"].with_parts(0)
    dar = make_person("Ishaq Dar")
    deputy, minister = make_tenure(dar), make_tenure(dar)
    page = contributor.get(address(record))
    data = filled(page)
    add_row(
        data,
        prefix_of(page, Participation),
        person=dar.pk,
        role="callee",
        presence="remote",
        order="0",
        offices=[str(deputy.pk)],
        inferred_offices=[str(minister.pk)],
    )
    assert contributor.post(address(record), data).status_code == 302

    taking_part = record.participations.get()
    rows = taking_part.participation_capacities.order_by("evidence").values_list(
        "tenure", "evidence"
    )
    assert list(rows) == [(minister.pk, "inferred"), (deputy.pk, "reported")]


def test_a_capacity_moves_between_said_and_inferred(contributor: Client) -> None:
    record = EVERY_KIND["event"].with_parts(1)
    taking_part = record.participations.get(person__isnull=False)
    said = taking_part.participation_capacities.get(evidence="reported").tenure
    page = contributor.get(address(record))
    data = filled(page)
    (number,) = [
        number
        for number in range(2)
        if data.get(f"participations-{number}-person") == str(taking_part.person_id)
    ]
    inferred = data[f"participations-{number}-inferred_offices"]
    data[f"participations-{number}-offices"] = inferred
    data[f"participations-{number}-inferred_offices"] = [str(said.pk)]

    assert contributor.post(address(record), data).status_code == 302

    rows = taking_part.participation_capacities.order_by("evidence").values_list(
        "tenure", "evidence"
    )
    assert [(str(tenure), evidence) for tenure, evidence in rows] == [
        (str(said.pk), "inferred"),
        (inferred[0], "reported"),
    ]


def test_a_capacity_of_somebody_else_is_an_error_of_the_form(contributor: Client) -> None:
    record = EVERY_KIND["event"].with_parts(0)
    page = contributor.get(address(record))
    data = filled(page)
    add_row(
        data,
        prefix_of(page, Participation),
        person=make_person().pk,
        role="caller",
        presence="unknown",
        order="0",
        offices=[str(make_tenure().pk)],
    )

    response = contributor.post(address(record), data)

    assert errors_of(response) == ["A capacity is a tenure of the person who took part."]
    assert not record.participations.exists()


def test_a_relation_takes_its_states_in_any_order(contributor: Client) -> None:
    one, other = sorted([make_state("India"), make_state("Pakistan")], key=lambda state: state.pk)
    page = contributor.get(address(Relation, "add"))
    data = filled(page) | {"state_a": other.pk, "state_b": one.pk}
    topic = make_topic()
    add_row(
        data,
        prefix_of(page, RelationPeriod),
        dimension="tenor",
        value="warming",
        direction="mutual",
        start_edtf="2025-05/..",
        end_status="unknown",
        fields_of_it=[str(topic.pk)],
    )

    response = contributor.post(address(Relation, "add"), data)

    assert response.status_code == 302, errors_of(response)
    relation = Relation.objects.get()
    assert (relation.state_a, relation.state_b) == (one, other)
    assert [row.topic for row in relation.periods.get().period_topics.all()] == [topic]


def test_an_agreement_takes_the_actions_of_its_own_parties_only(contributor: Client) -> None:
    record, other = make_agreement(form="package"), make_agreement(form="package")
    own = AgreementParty.objects.create(agreement=record, state=make_state())
    foreign = AgreementParty.objects.create(agreement=other, state=make_state())

    def sign(party: AgreementParty) -> object:
        page = contributor.get(address(record))
        data = filled(page)
        prefix = prefix_of(page, AgreementAction)
        add_row(
            data,
            prefix,
            kind="signature",
            party=party.pk,
            date_text="last Monday",
            date_precision="",
        )
        return contributor.post(address(record), data)

    assert sign(own).status_code == 302  # type: ignore[attr-defined]
    assert errors_of(sign(foreign)) == [
        "Select a valid choice. That choice is not one of the available choices."
    ]
    assert [action.party for action in Agreement.objects.get(pk=record.pk).actions.all()] == [own]


def test_lists_are_typed_one_per_line(contributor: Client) -> None:
    data = filled(contributor.get(address(Source, "add"))) | {
        "kind": "news",
        "title": "A story",
        "authors": "Smith, John\r\n\r\n  Doe, Jane \r\n",
    }

    assert contributor.post(address(Source, "add"), data).status_code == 302
    source = Source.objects.get()
    assert source.authors == ["Smith, John", "Doe, Jane"]
    assert filled(contributor.get(address(source)))["authors"] == "Smith, John\nDoe, Jane"


def test_slugs_are_made_of_the_label_and_fixed_by_the_first_publication(publisher: Client) -> None:
    make_topic("mining")
    data = filled(publisher.get(address(Topic, "add"))) | {
        "code": "mines",
        "label": "Mining",
        "slug": "",
    }
    assert publisher.post(address(Topic, "add"), data).status_code == 302
    topic = Topic.objects.get(code="mines")
    assert topic.slug == "mining-2"
    publish(topic, by=None)

    page = publisher.get(address(topic))
    assert "slug" not in page.context["adminform"].form.fields
    assert publisher.post(address(topic), filled(page) | {"slug": "other"}).status_code == 302

    topic.refresh_from_db()
    assert topic.slug == "mining-2"


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("birth_edtf", "2025-13", "month"),
        ("birth_edtf", "0000", "year"),
        ("birth_edtf", "Saturday night", ""),
        ("name", "", "required"),
        ("name", "x" * 301, "at most 300"),
        ("name", "A\x00B", "Null characters"),
        ("slug", "a slug", "slug"),
        ("locked_fields", "no_such_field", "valid choice"),
    ],
)
def test_wrong_values_come_back_as_errors(
    contributor: Client, field: str, typed: str, message: str
) -> None:
    person = make_person("Marco Rubio")
    data = filled(contributor.get(address(person))) | {field: typed, "curators_note": "Kept."}

    response = contributor.post(address(person), data)

    (error,) = errors_of(response)
    assert message.lower() in error.lower()
    assert response.context["adminform"].form["curators_note"].value() == "Kept."
    person.refresh_from_db()
    assert (person.name, person.curators_note) == ("Marco Rubio", "")


def test_a_form_without_what_its_label_is_made_of_is_an_error(contributor: Client) -> None:
    page = contributor.get(address(Tenure, "add"))

    response = contributor.post(
        address(Tenure, "add"), filled(page) | {"person": "nonsense", "office": ""}
    )

    assert (
        errors_of(response)
        == [
            "“nonsense” is not a valid UUID.",
            "This field is required.",
        ]
        or len(errors_of(response)) == 2
    )


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_empty_forms_come_back_with_errors(kind: str, contributor: Client) -> None:
    model = type(EVERY_KIND[kind].with_parts(0))

    response = contributor.post(address(model, "add"), {})

    # Not even the forms' own bookkeeping was sent.
    assert response.status_code == 200
    assert errors_of(response)


def test_a_citation_names_a_field_of_the_document(contributor: Client) -> None:
    record = make_event()
    page = contributor.get(address(record))

    response = contributor.post(address(record), filled(page) | {"citations-0-field": "wen"})
    assert errors_of(response) == ["The document has no field “wen”. Did you mean “when”?"]

    response = contributor.post(
        address(record), filled(page) | {"citations-0-field": "participations.role"}
    )
    assert response.status_code == 302


def test_many_parts_are_shown_and_saved_page_by_page(
    contributor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("records.admin.parts.FEW", 1)
    monkeypatch.setattr("records.admin.parts.PartInline.per_page", 2)
    person = make_person("Marco Rubio")
    keys = [person.names.create(name=f"Name {number}").pk for number in range(5)]

    def names(response: Any) -> list[str]:
        (inline,) = [
            each
            for each in response.context["inline_admin_formsets"]
            if each.formset.prefix == "names"
        ]
        return [str(row) for row in inline.formset.page_rows]

    first = contributor.get(address(person))
    assert names(first) == ["Name 0", "Name 1"]
    assert filled(first)["names-INITIAL_FORMS"] == "0"
    assert "names-page=2" in first.content.decode()
    second_page = f"{address(person)}?names-page=2"
    opened = f"{second_page}&names-open={keys[2]}&names-open={keys[3]}"
    second = contributor.get(opened)
    assert names(second) == ["Name 2", "Name 3"]
    data = filled(second) | {"names-0-name": "Another name", "names-1-DELETE": "on"}
    add_row(data, "names", name="Name 5", kind="alias")
    assert contributor.post(second_page, data).status_code == 302

    left = person.names.order_by("pk").values_list("name", flat=True)
    assert list(left) == ["Name 0", "Name 1", "Another name", "Name 4", "Name 5"]
    for strange in ("0", "-1", "x", "99999999", "²"):
        assert contributor.get(f"{address(person)}?names-page={strange}").status_code == 200
