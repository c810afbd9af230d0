"""A note for curators, and the protection of fields, leave a published record published; they are guarded as all else is."""

from __future__ import annotations

import pytest
from django.test import Client

from records.badges import Badge
from records.models import Change
from tests.factories.people import make_person
from tests.factories.records import publish_whole
from tests.records.admin.filling import address, errors_of, filled

pytestmark = pytest.mark.django_db


def test_a_note_leaves_nothing_to_be_published_and_its_author_no_writer(
    contributor: Client, publisher: Client
) -> None:
    person = make_person("Marco Rubio")
    publish_whole(person)
    published = Change.objects.count()
    note = {"curators_note": "Ask in May.", "locked_fields": ["family_name"]}

    sent = contributor.post(address(person), filled(contributor.get(address(person))) | note)

    assert sent.status_code == 302
    person.refresh_from_db()
    assert (person.curators_note, person.locked_fields) == ("Ask in May.", ["family_name"])
    assert (person.has_unpublished_changes, person.writers) == (False, [])
    page = publisher.get(address(person))
    assert page.context["original"].badge == Badge.PUBLISHED
    assert b"The public still sees" not in page.content
    assert publisher.get("/admin/").context["waiting"] == []
    steps = publisher.get(address(person, "history")).context["change_sets"]
    (changed,) = [row for step in steps if step.who == "contributor" for row in step.rows]
    assert {field.name: (field.before, field.after) for field in changed.fields} == {
        "curators note": ("", "Ask in May."),
        "locked fields": ("", "family_name"),
    }
    publisher.post(address(person), filled(page) | {"_publish": "1", "_nature": "correction"})
    assert Change.objects.count() == published


def test_a_note_beside_a_fact_waits_with_the_fact(contributor: Client) -> None:
    person = make_person("Marco Rubio")
    publish_whole(person)
    data = filled(contributor.get(address(person)))

    contributor.post(
        address(person), data | {"curators_note": "As the embassy says.", "family_name": "Rubio"}
    )

    person.refresh_from_db()
    assert person.has_unpublished_changes
    assert person.noted_at is not None


def test_two_notes_at_once_are_asked_about_and_a_note_beside_a_fact_is_kept(
    contributor: Client, publisher: Client
) -> None:
    person = make_person("Marco Rubio")
    mine = filled(contributor.get(address(person))) | {"curators_note": "Mine."}
    also = filled(contributor.get(address(person))) | {"given_name": "Marco"}
    theirs = filled(publisher.get(address(person))) | {"curators_note": "Theirs."}
    assert publisher.post(address(person), theirs).status_code == 302

    asked = contributor.post(address(person), mine)
    kept = contributor.post(address(person), also)

    assert errors_of(asked)[0].startswith("Somebody changed the same fields")
    assert kept.status_code == 302
    person.refresh_from_db()
    assert (person.curators_note, person.given_name) == ("Theirs.", "Marco")
