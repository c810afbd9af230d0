"""Publishing, withdrawing, restoring and merging at the desk, with what is refused and what is offered instead."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from events.models import Event, EventCitation, EventEdition
from people.models import Person, PersonEdition
from records.exchange.load import load
from records.models import Change, Source, Topic, TopicEdition
from records.publishing.merge import merge
from records.publishing.publish import publish, withdraw
from tests.factories.events import make_event
from tests.factories.every_kind import EVERY_KIND
from tests.factories.people import make_office, make_person, make_state, make_tenure
from tests.factories.records import make_source, make_topic, publish_whole
from tests.records.admin.filling import address, agreed, decided, errors_of, filled, prefix_of


def feed() -> list[tuple[str, str]]:
    return list(Change.objects.order_by("position").values_list("action", "kind"))


def document(editions: Any, record: Any) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(
        editions.objects.current().get(record_id=record.pk).document
    )
    return found


def send(client: Client, record: Any, **changes: Any) -> Any:
    return client.post(address(record), filled(client.get(address(record))) | changes)


class TestSaveAndPublish:
    """One button: both, or neither."""

    def test_publishes_what_was_just_typed(self, publisher: Client) -> None:
        topic = make_topic("mining")

        response = send(publisher, topic, _publish="1", label="Mining and quarrying")

        assert response.status_code == 302
        assert response.url == address(topic)
        assert document(TopicEdition, topic)["label"] == "Mining and quarrying"
        page = publisher.get(response.url)
        assert [str(message) for message in page.context["messages"]] == [
            f'The topic “Mining and quarrying” is published as <a href="{address(topic, "compare")}?right=r1">revision 1</a>.'
        ]
        assert "badge-published" in page.context["badge"]

    def test_publishes_a_new_record(self, publisher: Client) -> None:
        page = filled(publisher.get(address(Topic, "add")))
        data = page | {"code": "mining", "label": "Mining", "_publish": "1"}

        response = publisher.post(address(Topic, "add"), data)

        topic = Topic.objects.get()
        assert response.url == address(topic)  # type: ignore[attr-defined]
        assert document(TopicEdition, topic)["revision"] == 1

    def test_asks_why_a_public_record_changes_and_assumes_nothing(self, publisher: Client) -> None:
        topic = make_topic("mining")
        publish(topic, by=None)

        response = send(publisher, topic, _publish="1", label="Mining and quarrying")

        assert errors_of(response) == [
            "The record is public already. Say why it changes, beside the button that publishes it."
        ]
        assert response.context["adminform"].form["label"].value() == "Mining and quarrying"
        assert document(TopicEdition, topic)["label"] == "Mining"
        page = response.content.decode()
        assert page.count('name="_nature"') == 2
        assert page.count('<option value="">Why does it change?</option>') == 2
        assert " selected>Correction" not in page

    @pytest.mark.parametrize("said", [["correction"], ["", "correction"], ["correction"] * 2])
    def test_publishes_with_what_was_said(self, publisher: Client, said: list[str]) -> None:
        topic = make_topic("mining")
        publish(topic, by=None)

        response = send(publisher, topic, _publish="1", label="Mines", _nature=said)

        assert response.status_code == 302, errors_of(response)
        change = Change.objects.get(position=2)
        assert (change.nature, change.changed) == ("correction", ["/label"])

    @pytest.mark.parametrize(
        "said", [[], [""], ["reference"], ["nonsense"], ["correction", "development"]]
    )
    def test_does_not_guess_what_was_said(self, publisher: Client, said: list[str]) -> None:
        topic = make_topic("mining")
        publish(topic, by=None)

        response = send(publisher, topic, _publish="1", label="Mines", _nature=said)

        assert len(errors_of(response)) == 1
        assert len(feed()) == 1
        topic.refresh_from_db()
        assert topic.label == "Mining"

    def test_asks_nothing_of_what_was_never_public_or_is_not_any_more(
        self, publisher: Client
    ) -> None:
        topic = make_topic("mining")
        assert 'name="_nature"' not in publisher.get(address(topic)).content.decode()
        publish(topic, by=None)
        withdraw(topic, by=None, reason="Not so.")

        page = publisher.get(address(topic))
        response = send(publisher, topic, _publish="1")

        assert 'name="_nature"' not in page.content.decode()
        assert response.status_code == 302
        assert feed()[-1] == ("restored", "topic")

    def test_a_contributor_is_not_asked(self, contributor: Client) -> None:
        topic = make_topic("mining")
        publish(topic, by=None)

        assert 'name="_nature"' not in contributor.get(address(topic)).content.decode()

    def test_says_that_a_citation_is_missing_and_saves_nothing(self, publisher: Client) -> None:
        person = make_person("Marco Rubio")
        person.citations.all().delete()

        response = send(publisher, person, _publish="1", given_name="Marco")

        assert errors_of(response) == [
            "Marco Rubio has no citation: add at least one source before publishing."
        ]
        assert response.context["adminform"].form["given_name"].value() == "Marco"
        person.refresh_from_db()
        assert (person.given_name, person.editorial_state) == ("", "draft")
        assert feed() == []

    def test_offers_to_publish_what_is_missing_all_the_way_down(self, publisher: Client) -> None:
        held = make_tenure(office=make_office("Foreign Minister", state=make_state("Pakistan")))
        record = make_event("A call")
        record.participations.create(
            person=held.person, role="caller"
        ).participation_capacities.create(tenure=held)

        response = send(publisher, record, _publish="1", title="A telephone call")

        assert errors_of(response) == [
            "Nothing is saved or published yet: see above which other records must be published too."
        ]
        offered = response.context["dependencies"]
        sources = Source.objects.count()
        assert sorted(link["kind"] for link in offered["also"]) == sorted(
            ["event type", "office", "person", "state", "tenure", *["source"] * sources]
        )
        assert offered["obstacles"] == []
        assert feed() == []

        data = filled(response) | agreed(response) | {"_publish": "1"}
        response = publisher.post(address(record), data)

        assert response.status_code == 302, errors_of(response)
        assert document(EventEdition, record)["title"] == "A telephone call"
        assert len(feed()) == len(offered["also"]) + 1

    def test_publishes_nothing_that_was_not_shown(self, publisher: Client) -> None:
        record = make_event("A call")
        response = send(publisher, record, _publish="1")
        data = filled(response) | agreed(response) | {"_publish": "1"}
        # Meanwhile the source's record is fine, but the event's type got a broader one.
        record.type.broader = type(record.type)(code="contact", label="Contact")
        record.type.broader.full_clean()
        record.type.broader.save()
        record.type.save()

        response = publisher.post(address(record), data)

        assert response.status_code == 200
        assert "Contact" in {link["name"] for link in response.context["dependencies"]["also"]}
        assert feed() == []

    def test_says_what_is_in_the_way_of_what_is_missing(self, publisher: Client) -> None:
        held = make_tenure()
        held.person.citations.all().delete()

        response = send(publisher, held, _publish="1")

        assert [each["detail"] for each in response.context["dependencies"]["obstacles"]] == [
            f"{held.person} has no citation: add at least one source before publishing."
        ]
        assert response.context["dependencies"]["obstacles"][0]["address"] == address(held.person)
        assert "Save, and publish all of these" not in response.content.decode()

    def test_needs_the_right_to_publish_what_goes_along(self, db: None) -> None:
        user = User.objects.create_user("half", is_staff=True)
        user.groups.add(Group.objects.get(name="contributor"))
        user.user_permissions.add(Permission.objects.get(codename="publish_person"))
        client = Client()
        client.force_login(user)
        person = make_person("Marco Rubio")
        response = send(client, person, _publish="1")

        data = filled(response) | agreed(response) | {"_publish": "1"}
        response = client.post(address(person), data)

        assert errors_of(response) == [
            (
                "You may edit sources, but not publish or withdraw them. "
                "Nobody else may publish sources: ask an administrator to give somebody that right."
            )
        ]
        assert feed() == []

    def test_a_published_record_stays_as_it_is_until_it_is_published_again(
        self, publisher: Client
    ) -> None:
        topic = make_topic("mining")
        publish(topic, by=None)

        send(publisher, topic, label="Mines")

        assert document(TopicEdition, topic)["label"] == "Mining"
        assert "badge-changed" in publisher.get(address(topic)).context["badge"]

    @pytest.mark.parametrize("kind", EVERY_KIND)
    def test_every_kind_is_published_with_all_its_parts_in_one_go(
        self, kind: str, publisher: Client
    ) -> None:
        record = EVERY_KIND[kind].with_parts(1)
        response = send(publisher, record, _publish="1")
        if response.status_code == 200:
            # What the makers leave without a source is no concern here.
            for obstacle in response.context["dependencies"]["obstacles"]:
                _cite(obstacle["address"])
            response = send(publisher, record, _publish="1", **agreed(response))
            if response.status_code == 200:
                response = send(publisher, record, _publish="1", **agreed(response))

        assert response.status_code == 302, errors_of(response)
        record.refresh_from_db()
        assert record.is_published


def _cite(form_address: str) -> None:
    _empty, _admin, app, model, key, _page, _end = form_address.split("/")
    record = apps.get_model(app, model)._default_manager.get(pk=UUID(key))
    record.citations.create(source=make_source())


class TestPages:
    """The pages of the actions, and the actions of the list that lead to them."""

    def run(self, client: Client, action: str, *records: Any, **data: Any) -> Any:
        return client.post(
            address(type(records[0]), "changelist"),
            {
                "action": f"{action}_selected",
                "_selected_action": [str(record.pk) for record in records],
                **data,
            },
        )

    def test_several_are_published_together_with_what_they_need(self, publisher: Client) -> None:
        broader = make_topic("raw-materials")
        topics = [make_topic("mining", broader=broader), make_topic("oil", broader=broader)]

        page = self.run(publisher, "publish", *topics)
        assert [link["name"] for link in page.context["dependencies"]["also"]] == ["Raw materials"]
        assert feed() == []
        response = self.run(
            publisher, "publish", *topics, _confirm="1", reason="First batch.", **agreed(page)
        )

        assert response.status_code == 302
        assert len(feed()) == 3
        assert set(TopicEdition.objects.values_list("reason", flat=True)) == {"First batch."}

    def test_several_that_are_public_are_published_when_it_is_said_why(
        self, publisher: Client
    ) -> None:
        topics = [make_topic("mining"), make_topic("oil"), make_topic("new")]
        publish(*topics[:2], by=None)
        for topic in topics:
            topic.label = f"{topic.label}!"
            topic.save()

        page = self.run(publisher, "publish", *topics)
        refused = self.run(publisher, "publish", *topics, _confirm="1")
        assert page.context["form"]["nature"].value() is None
        assert refused.context["form"].errors == {"nature": ["This field is required."]}
        assert len(feed()) == 2
        seen = agreed(page) | {"_confirm": "1"}
        self.run(publisher, "publish", *topics, nature="reference", **seen)
        assert len(feed()) == 2
        response = self.run(publisher, "publish", *topics, nature="recoding", **seen)

        assert response.status_code == 302
        found = Change.objects.filter(position__gt=2).values_list("action", "nature")
        assert sorted(found) == [
            ("published", ""),
            ("updated", "recoding"),
            ("updated", "recoding"),
        ]

    def test_drafts_are_published_without_saying_why(self, publisher: Client) -> None:
        page = self.run(publisher, "publish", make_topic("mining"), make_topic("oil"))

        assert "nature" not in page.context["form"].fields

    def test_publishing_is_refused_for_all_when_one_lacks_something(
        self, publisher: Client
    ) -> None:
        good, bad = make_person("Good"), make_person("Bad")
        bad.citations.all().delete()
        publish_sources = [citation.source for citation in good.citations.all()]
        publish(*publish_sources, by=None)

        response = self.run(publisher, "publish", good, bad, _confirm="1")

        assert [refusal.detail for refusal in response.context["refusals"]] == [
            "Bad has no citation: add at least one source before publishing."
        ]
        assert not PersonEdition.objects.exists()

    def test_a_withdrawal_says_why(self, publisher: Client) -> None:
        topic = make_topic("mining")
        publish(topic, by=None)

        response = publisher.post(address(topic, "withdraw"), {"_confirm": "1", "reason": "  "})
        assert response.context["form"].errors == {"reason": ["This field is required."]}
        response = publisher.post(
            address(topic, "withdraw"), {"_confirm": "1", "reason": "An error."}
        )

        assert response.status_code == 302
        edition = TopicEdition.objects.newest().get()
        assert (edition.action, edition.reason) == ("withdrawn", "An error.")

    def test_what_others_name_is_not_withdrawn_and_said_so(self, publisher: Client) -> None:
        broader = make_topic("raw-materials")
        narrower = make_topic("mining", broader=broader)
        publish(broader, narrower, by=None)

        response = self.run(publisher, "withdraw", broader, _confirm="1", reason="An error.")

        assert [refusal.code for refusal in response.context["refusals"]] == ["still_named"]
        assert len(feed()) == 2

    def test_several_are_withdrawn_and_restored(self, publisher: Client) -> None:
        topics = [make_topic("mining"), make_topic("oil")]
        publish(*topics, by=None)

        assert (
            self.run(publisher, "withdraw", *topics, _confirm="1", reason="Both wrong.").status_code
            == 302
        )
        assert [action for action, _kind in feed()[2:]] == ["withdrawn", "withdrawn"]
        assert self.run(publisher, "restore", *topics, _confirm="1").status_code == 302
        assert [action for action, _kind in feed()[4:]] == ["restored", "restored"]

    def test_restoring_what_is_not_withdrawn_is_refused_for_all(self, publisher: Client) -> None:
        gone, there = make_topic("mining"), make_topic("oil")
        publish(gone, there, by=None)
        withdraw(gone, by=None, reason="Wrong.")

        response = self.run(publisher, "restore", gone, there, _confirm="1")

        assert [refusal.code for refusal in response.context["refusals"]] == ["not_withdrawn"]
        assert len(feed()) == 3

    def test_a_merge_shows_what_would_move_before_it_does(self, publisher: Client) -> None:
        kept, gone = make_person("Ishaq Dar"), make_person("Mohammad Ishaq Dar")
        gone.names.create(name="Dar")
        held = make_tenure(gone)
        publish_whole(kept)
        data = {"survivor": str(kept.pk), "reason": "The same man."}

        page = publisher.post(address(gone, "merge"), data | {"_preview": "1"})
        (merger,) = page.context["mergers"]
        assert page.context["form"]["reason"].value() == "The same man."
        assert [(str(move), move.rows) for move in merger["moves"]] == [
            ("The name that is not chosen would be kept as a further name", ()),
            (
                "1 person name would go to Ishaq Dar, but for those that it has already",
                ("Dar",),
            ),
            (
                "1 person citation would go to Ishaq Dar, but for those that it has already",
                (str(gone.citations.get()),),
            ),
            ("1 tenure would name Ishaq Dar (person)", (str(held),)),
        ]
        # Without a look at it there is no merge.
        page = publisher.post(address(gone, "merge"), data | {"_confirm": "1"})
        assert page.status_code == 200
        assert Person.objects.get(pk=gone.pk).merged_into is None
        response = publisher.post(address(gone, "merge"), data | decided(page) | {"_confirm": "1"})

        assert response.url == address(kept)  # type: ignore[attr-defined]
        held.refresh_from_db()
        assert held.person == kept
        assert Person.objects.get(pk=gone.pk).merged_into == kept

    def test_of_several_one_is_chosen_to_stay(self, publisher: Client) -> None:
        topics = [make_topic("mining"), make_topic("mines"), make_topic("quarries")]

        page = self.run(publisher, "merge", *topics)
        assert page.context["choice"].count('type="radio"') == 3
        page = self.run(publisher, "merge", *topics, _confirm="1", reason="Same.")
        assert "Choose the record to keep." in page.context["choice"]
        data = {"reason": "Same.", "survivor": str(topics[1].pk)}
        page = self.run(publisher, "merge", *topics, **data)
        response = self.run(publisher, "merge", *topics, _confirm="1", **data, **decided(page))

        assert response.status_code == 302
        assert [Topic.objects.get(pk=topic.pk).merged_into for topic in topics] == [
            topics[1],
            None,
            topics[1],
        ]

    def test_a_merged_record_is_shown_and_not_edited(self, publisher: Client) -> None:
        kept, gone = make_topic("mining"), make_topic("mines")
        data = {"reason": "Same.", "survivor": str(kept.pk)}
        page = self.run(publisher, "merge", kept, gone, **data)
        self.run(publisher, "merge", kept, gone, _confirm="1", **data, **decided(page))

        page = publisher.get(address(gone)).content.decode()

        assert "Merged into" in page
        assert 'name="_save"' not in page
        assert publisher.post(address(gone), {"label": "x"}).status_code == 403

    def test_a_form_opened_before_its_record_was_merged_says_where_to_write(
        self, publisher: Client
    ) -> None:
        survivor, gone = make_topic("mining"), make_topic("mines")
        data = filled(publisher.get(address(gone))) | {"label": "All mines"}
        merge(gone, survivor, by=None, reason="The same.")

        response = publisher.post(address(gone), data)

        assert response.status_code == 403
        assert response.context["reason"] == (
            "Nothing is saved: “Mines” was merged into “Mining” after you opened its form. "
            "Go back to see what you typed, and write it there."
        )
        assert "not allowed to do this" not in response.content.decode()

    def test_a_record_that_vanished_is_not_found(self, publisher: Client) -> None:
        topic = make_topic("mining")
        url = address(topic, "publish")
        topic.delete()

        assert publisher.get(url).status_code == 404
        assert publisher.get("/admin/records/topic/%00/publish/").status_code == 404

    def test_hundreds_are_left_to_the_command(
        self, publisher: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("records.admin.publishing.AT_ONCE", 1)

        response = self.run(publisher, "publish", make_topic(), make_topic(), _confirm="1")

        assert response.status_code == 302
        assert feed() == []


class TestWhatWasSeen:
    """Nothing is published in another form than the publisher saw."""

    def confirm(self, client: Client, page: Any, record: Any, **data: Any) -> Any:
        hidden = {"_confirm": "1", "_shown_at": page.context["shown_at"]}
        return client.post(address(record, "publish"), agreed(page) | hidden | data)

    def test_an_edit_after_the_page_was_shown_is_shown_before_it_is_published(
        self, publisher: Client, contributor: Client
    ) -> None:
        topic = make_topic("mining")
        page = publisher.get(address(topic, "publish"))
        send(contributor, topic, label="Mines")

        again = self.confirm(publisher, page, topic, reason="Checked.")

        assert feed() == []
        assert [refusal.detail for refusal in again.context["refusals"]] == [
            "Mines was changed after it was shown to you: look at it again. Nothing is published yet."
        ]
        ((record, change_sets),) = again.context["unseen"]
        assert record == topic
        assert [
            (change_set.who, each.name, each.after)
            for change_set in change_sets
            for row in change_set.rows
            for each in row.fields
            if row.verb == "changed"
        ] == [("contributor", "label", "Mines")]

        assert self.confirm(publisher, again, topic).status_code == 302
        assert document(TopicEdition, topic)["label"] == "Mines"

    def test_a_part_counts_and_what_is_not_public_does_not(
        self, publisher: Client, contributor: Client
    ) -> None:
        person = make_person("Marco Rubio")
        publish(*(citation.source for citation in person.citations.all()), by=None)
        page = publisher.get(address(person, "publish"))

        send(contributor, person, curators_note="Looks good.")
        part = person.names.create(name="Little Marco")
        assert self.confirm(publisher, page, person).status_code == 200
        assert not PersonEdition.objects.exists()
        part.delete()
        # It is again what was shown.
        assert self.confirm(publisher, page, person).status_code == 302

    def test_an_import_in_between_is_shown(self, publisher: Client) -> None:
        topics = [make_topic("mining"), make_topic("oil")]
        pages = TestPages()
        page = pages.run(publisher, "publish", *topics)
        line = {"object": "topic", "slug": "oil", "alternative_labels": ["petroleum"]}
        assert load(BytesIO(orjson.dumps(line)), by=None).is_done

        refused = pages.run(publisher, "publish", *topics, _confirm="1", **agreed(page))

        assert [refusal.record.code for refusal in refused.context["refusals"]] == ["oil"]
        assert feed() == []
        done = pages.run(publisher, "publish", *topics, _confirm="1", **agreed(refused))
        assert done.status_code == 302
        assert len(feed()) == 2

    def test_of_two_tabs_the_one_that_shows_the_record_as_it_is_publishes_it(
        self, publisher: Client, contributor: Client
    ) -> None:
        topic = make_topic("mining")
        old = publisher.get(address(topic, "publish"))
        send(contributor, topic, label="Mines")
        new = publisher.get(address(topic, "publish"))

        assert self.confirm(publisher, old, topic).status_code == 200
        assert feed() == []
        assert self.confirm(publisher, new, topic).status_code == 302

    def test_an_edit_of_what_goes_along_is_shown_before_it_is_published(
        self, publisher: Client, contributor: Client
    ) -> None:
        topic = make_topic("mining", broader=make_topic("economy"))
        response = send(publisher, topic, _publish="1", label="Mines")
        send(contributor, topic.broader, label="Economics")
        data = filled(response) | agreed(response) | {"_publish": "1"}

        refused = publisher.post(address(topic), data)

        assert errors_of(refused) == [
            "Economics was changed after it was shown to you: look at it again. Nothing is published yet."
        ]
        assert feed() == []
        response = publisher.post(address(topic), data | agreed(refused))
        assert response.status_code == 302
        assert document(TopicEdition, topic.broader)["label"] == "Economics"
        assert document(TopicEdition, topic)["label"] == "Mines"

    @pytest.mark.parametrize("shown", ["", "x", "x:y", "\x00:", ":"])
    def test_a_confirmation_that_does_not_say_what_it_saw_shows_it(
        self, publisher: Client, shown: str
    ) -> None:
        topic = make_topic("mining")

        response = publisher.post(
            address(topic, "publish"), {"_confirm": "1", "_shown": shown, "_shown_at": shown}
        )

        assert response.status_code == 200
        assert feed() == []


def test_a_removed_citation_and_publishing_are_refused_together(publisher: Client) -> None:
    record = EVERY_KIND["event"].with_parts(0)
    EventCitation.objects.create(record=record, source=make_source())
    page = publisher.get(address(record))
    prefix = prefix_of(page, EventCitation)

    response = publisher.post(
        address(record), filled(page) | {f"{prefix}-0-DELETE": "on", "_publish": "1"}
    )

    assert response.status_code == 200
    assert record.citations.count() == 1
    assert not Event.objects.exclude(editorial_state="draft").exists()
