"""Every page of the desk opens, costs the same whatever it shows, and lists no relation in full."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event
from records.admin.boxes import RecordSelect
from records.admin.record import RecordAdmin
from records.admin.through_fields import ThroughField
from records.desk_search import search as search_rows
from records.models import Part
from records.publishing.merge import merge
from records.publishing.publish import publish
from records.registry import all_kinds
from tests.factories.events import make_event
from tests.factories.every_kind import EVERY_KIND
from tests.factories.people import make_office, make_person, make_state, make_tenure
from tests.factories.records import make_source, make_topic
from tests.records.admin.filling import address


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, url
    return len(captured)


def relations_in_full(response: Any) -> list[str]:
    """The fields of a page's forms that list all that could be chosen."""
    page_forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        page_forms += [*inline.formset.forms, inline.formset.empty_form]
    return [
        f"{type(form).__name__}.{name}"
        for form in page_forms
        for name, field in form.fields.items()
        if isinstance(field, forms.ModelChoiceField)
        and not isinstance(field.widget, forms.HiddenInput)
        and not isinstance(_inner(field), RecordSelect)
    ]


def test_every_kind_of_record_has_its_place_at_the_desk() -> None:
    for kind in all_kinds():
        assert isinstance(admin.site.get_model_admin(kind.model), RecordAdmin)


def test_every_part_of_a_record_can_be_edited_at_the_desk() -> None:
    edited = set()
    for kind in all_kinds():
        for inline in admin.site.get_model_admin(kind.model).inlines:
            fields = inline.form.base_fields.values()
            edited |= {inline.model}
            edited |= {field.to.model for field in fields if isinstance(field, ThroughField)}

    assert {model for model in apps.get_models() if issubclass(model, Part)} == edited


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_pages_cost_the_same_whatever_they_show_and_list_no_relation_in_full(
    kind: str, publisher: Client
) -> None:
    one = EVERY_KIND[kind].with_parts(1)
    ContentType.objects.get_for_model(type(one))  # which Django remembers from then on
    with CaptureQueriesContext(connection) as form:
        assert relations_in_full(publisher.get(address(one))) == []
    counts = (
        queries(publisher, address(type(one), "changelist")),
        len(form),
        queries(publisher, address(one, "history")),
    )
    three = EVERY_KIND[kind].with_parts(3)

    assert (
        queries(publisher, address(type(three), "changelist")),
        queries(publisher, address(three)),
        queries(publisher, address(three, "history")),
    ) == counts
    assert counts == EVERY_KIND[kind].desk_queries


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_other_pages_open(kind: str, publisher: Client) -> None:
    record = EVERY_KIND[kind].with_parts(1)

    for page in ("delete", "publish", "withdraw", "restore", "merge", "unmerge"):
        assert publisher.get(address(record, page)).status_code == 200, page
    assert publisher.get(address(type(record), "add")).status_code == 200


def _inner(field: Any) -> Any:
    return (
        field.widget.widget if isinstance(field.widget, RelatedFieldWidgetWrapper) else field.widget
    )


def search(client: Client, model: str, field: str, term: str, **more: Any) -> list[str]:
    app, name = model.split(".")
    response = client.get(
        reverse("admin:autocomplete"),
        {"app_label": app, "model_name": name, "field_name": field, "term": term, **more},
    )
    assert response.status_code == 200
    return [result["text"] for result in response.json()["results"]]


def test_searches_show_what_tells_records_apart(contributor: Client) -> None:
    pakistan = make_state("Pakistan", alpha_2="PK")
    india = make_state("India", alpha_2="IN")
    for country in (pakistan, india):
        make_office("Foreign Minister", state=country)
    make_event("Call about trade", when="2025-09-13")
    make_event("Call about trade")

    assert search(contributor, "people.office", "state", "pakis") == ["Pakistan (PK) · draft"]
    assert search(contributor, "people.office", "state", "PK") == ["Pakistan (PK) · draft"]
    assert search(contributor, "people.office", "state", "pk") == ["Pakistan (PK) · draft"]
    assert sorted(search(contributor, "people.tenure", "office", "foreign")) == [
        "Foreign Minister (India) · draft",
        "Foreign Minister (Pakistan) · draft",
    ]
    assert sorted(search(contributor, "events.event", "parent", "trade")) == [
        "Call about trade (2025-09-13) · draft",
        "Call about trade (undated) · draft",
    ]


def test_search_finds_names_identifiers_and_ids_without_accents(contributor: Client) -> None:
    person = make_person("José Šimon")
    person.names.create(name="Pepe el Rápido", kind="alias")
    person.identifiers.create(scheme="wikidata", value="Q42")
    make_person("Somebody Else")

    def found(typed: str) -> list[str]:
        response = contributor.get(reverse("admin:people_person_changelist"), {"q": typed})
        return [str(row) for row in response.context["cl"].result_list]

    for typed in ("simon", "SIMON jose", "rapido", "Q42", str(person.pk), "jose-simon"):
        assert found(typed) == ["José Šimon"], typed
    assert found("rapido else") == []
    assert found("Q4") == []


def test_search_of_a_capacity_is_narrowed_to_the_participant(contributor: Client) -> None:
    dar = make_person("Ishaq Dar")
    make_tenure(dar, make_office("Foreign Minister"))
    make_tenure(make_person("Somebody Else"), make_office("Foreign Minister"))

    ask = ("events.participationcapacity", "tenure", "foreign")
    assert search(contributor, *ask, person=dar.pk) == ["Ishaq Dar, Foreign Minister · draft"]
    assert len(search(contributor, *ask)) == 2
    assert len(search(contributor, *ask, person="nobody")) == 2


def test_merged_records_cannot_be_chosen(publisher: Client) -> None:
    kept, gone = make_topic("mining"), make_topic("minings")
    merge(gone, kept, by=None, reason="The same.")

    assert search(publisher, "records.topic", "broader", "mining") == ["Mining · draft"]


def test_a_search_costs_the_same_whatever_it_finds(contributor: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            search(contributor, "people.office", "state", "state")
        return len(captured)

    make_state()
    first = cost()
    make_state()
    make_state()
    assert (cost(), first) == (9, 9)


def test_list_filters_by_publication_and_by_a_relation(publisher: Client) -> None:
    here, there = make_topic("here"), make_topic("there")
    below = make_topic("below", broader=here)
    publish(here, by=None)
    publish(there, by=None)
    there.label = "There now"
    there.save()

    def listed(**query: str) -> list[str]:
        response = publisher.get(reverse("admin:records_topic_changelist"), query)
        return [row.code for row in response.context["cl"].result_list]

    assert listed(publication="published") == ["here"]
    assert listed(publication="changed") == ["there"]
    assert listed(publication="draft") == ["below"]
    assert listed(broader__id__exact=str(here.pk)) == ["below"]
    assert below.pk


def test_front_page_counts_what_waits(publisher: Client) -> None:
    changed, draft = make_topic("changed"), make_topic("draft")
    make_topic("waiting", editorial_state="in_review")
    publish(changed, by=None)
    changed.label = "Changed now"
    changed.save()
    make_source()

    (sources, topics) = publisher.get("/admin/").context["waiting"]

    assert [cell[0] for cell in topics["cells"]] == ["1", "1", "1"]
    assert [cell[0] for cell in sources["cells"]] == ["", "", "1"]
    assert draft.editorial_state == "draft"


def test_front_page_counts_in_one_query(publisher: Client) -> None:
    make_source()
    few = queries(publisher, "/admin/")
    for kind in EVERY_KIND.values():
        kind.with_parts(1)
    assert queries(publisher, "/admin/") == few


def test_lists_do_not_count_beyond_their_bound(
    publisher: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("records.admin.lists.COUNTED", 2)
    for _ in range(4):
        make_topic()

    response = publisher.get(reverse("admin:records_topic_changelist"))

    assert "more than 2 topics" in response.content.decode()


def test_records_that_name_a_person_are_listed_in_its_form(publisher: Client) -> None:
    held = make_tenure(office=make_office("Foreign Minister"))

    (table,) = publisher.get(address(held.person)).context["related_tables"]

    assert [row["label"] for row in table["rows"]] == [str(held)]
    assert publisher.get(table["all"]).context["cl"].result_count == 1
    assert publisher.get(table["add"]).context["adminform"].form["person"].value() == str(
        held.person.pk
    )


def test_desk_is_closed_to_accounts_that_are_no_staff(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("reader"))

    assert client.get("/admin/").status_code == 302
    assert client.get(reverse("admin:autocomplete")).status_code == 302


def test_search_finds_parts_of_words_through_an_index(db: None) -> None:
    found = search_rows(Event.objects.all(), "gène", parts_of=["title"]).order_by()

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = found.explain()

    assert "event_folded" in plan
