"""Review at the desk: submitted, discussed, approved in just one content; and nobody publishes what they wrote."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from records.models import Change, Nature, Review, Topic, TopicIdentifier
from records.publishing import review
from records.publishing.dependencies import gather
from records.publishing.drafts import revisions_of
from records.publishing.merge import merge
from records.publishing.publish import CurationRefused, publish, restore, withdraw
from records.publishing.revert import revert, step_of
from records.publishing.steps import steps_of
from records.publishing.unmerge import unmerge
from records.roles import CONTRIBUTOR, PUBLISHER, REVIEWER
from tests.factories.races import at_once
from tests.factories.records import make_topic
from tests.factories.staff import client_of, member_of_staff
from tests.records.admin.filling import add_row, address, errors_of, filled, prefix_of

# Writers are kept by transaction: each request has its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ama(db: None) -> User:
    """An author, who may also publish."""
    return member_of_staff(PUBLISHER, "ama")


@pytest.fixture
def bo(db: None) -> User:
    return member_of_staff(PUBLISHER, "bo")


@pytest.fixture
def second_person(settings: Any) -> None:
    settings.SECOND_PERSON = True


def written(topic: Topic, by: User, **fields: Any) -> Topic:
    """Save the form of a topic as somebody."""
    page = client_of(by).get(address(topic))
    assert client_of(by).post(address(topic), filled(page) | fields).status_code == 302
    topic.refresh_from_db()
    return topic


def public_label(topic: Topic) -> str | None:
    response = Client().get(f"/api/v1/topics/{topic.pk}/")
    return response.json()["label"] if response.status_code == 200 else None


def press(user: User, topic: Topic, button: str, **fields: str) -> Any:
    """Send a button of the review page as it was shown just now."""
    page = client_of(user).get(address(topic, "review"))
    return send(user, topic, page, button, **fields)


def send(user: User, topic: Topic, page: Any, button: str, **fields: str) -> Any:
    dependencies = page.context["dependencies"]
    data = {"_shown": dependencies["fingerprints"], "_shown_at": page.context["shown_at"]}
    return client_of(user).post(address(topic, "review"), data | fields | {f"_{button}": "1"})


def refusals(response: Any) -> list[str]:
    assert response.status_code == 200, response.status_code
    return [each.code for each in response.context["refusals"]]


def state_of(topic: Topic) -> tuple[str, str]:
    topic.refresh_from_db()
    last = Review.objects.filter(record_id=topic.pk).latest("pk")
    return topic.editorial_state, last.state


class TestWays:
    def test_a_draft_is_submitted_sent_back_corrected_approved_and_published(
        self, ama: User
    ) -> None:
        author, reviewer = member_of_staff(CONTRIBUTOR, "cy"), member_of_staff(REVIEWER, "rae")
        topic = written(make_topic("mining"), author, label="Minning")

        assert press(author, topic, "submit", text="Please look.").status_code == 302
        assert state_of(topic) == ("in_review", "waiting")
        assert press(reviewer, topic, "take").status_code == 302
        for _click in range(2):
            said = press(reviewer, topic, "comment", text="One n.", field="label")
            assert said.status_code == 302
        assert press(reviewer, topic, "send_back", text="Mind the spelling.").status_code == 302
        assert state_of(topic) == ("draft", "sent_back")
        form = client_of(author).get(address(topic)).content.decode()
        assert re.search(r'<li data-field="label"><b>rae</b> commented at <code>label</code>', form)
        written(topic, author, label="Mining")
        assert press(author, topic, "submit").status_code == 302
        assert press(reviewer, topic, "approve").status_code == 302
        assert state_of(topic) == ("in_review", "approved")
        assert public_label(topic) is None

        publish(topic, by=ama)

        assert state_of(topic) == ("published", "published")
        assert public_label(topic) == "Mining"
        history = client_of(author).get(address(topic, "history")).context["change_sets"]
        assert [(each.who, each.action, each.reason) for each in reversed(history) if each.action][
            :8
        ] == [
            ("cy", "submitted for review", "Please look."),
            ("rae", "took the review", ""),
            ("rae", "commented at label", "One n."),
            ("rae", "sent back", "Mind the spelling."),
            ("cy", "submitted for review", ""),
            ("rae", "approved", ""),
            ("ama", "publish", ""),
        ]

    def test_a_change_of_a_published_record_is_submitted_and_published_with_its_nature(
        self, ama: User, bo: User, second_person: None
    ) -> None:
        topic = make_topic("mining")
        publish(topic, by=None)
        assert refusals(press(ama, topic, "submit")) == ["nothing_to_review"]
        written(topic, ama, label="Mines")

        assert press(ama, topic, "submit", to=str(bo.pk)).status_code == 302
        assert state_of(topic) == ("published", "waiting")
        assert refusals(press(bo, topic, "approve_and_publish")) == ["no_nature"]
        assert state_of(topic) == ("published", "waiting")
        done = press(bo, topic, "approve_and_publish", _nature="correction")

        assert done.status_code == 302
        assert state_of(topic) == ("published", "published")
        assert public_label(topic) == "Mines"
        assert Change.objects.latest("position").nature == "correction"

    def test_an_approval_falls_when_the_content_changes_and_not_by_a_note(
        self, ama: User, bo: User
    ) -> None:
        topic = written(make_topic("mining"), ama, label="Mines")
        press(ama, topic, "submit")
        shown = client_of(bo).get(address(topic, "review"))
        written(topic, ama, label="All mines")

        assert refusals(send(bo, topic, shown, "approve")) == ["changed_since_shown"]
        assert press(bo, topic, "approve").status_code == 302
        written(topic, ama, curators_note="Ask again in May.")
        assert client_of(bo).get(address(topic, "review")).context["is_approved"] is True
        written(topic, ama, label="Every mine")

        page = client_of(bo).get(address(topic, "review"))
        assert (page.context["is_approved"], page.context["has_fallen"]) == (False, True)
        assert [turn.is_mine for turn in review.waiting(bo)] == [True]

    def test_an_approval_is_of_which_drafts_are_named_too(self, ama: User, bo: User) -> None:
        one, other = make_topic("ores"), make_topic("stones")
        topic = written(make_topic("mining"), ama, broader=str(one.pk))
        press(ama, topic, "submit")
        assert press(bo, topic, "approve").status_code == 302

        def shown() -> list[bool]:
            pages = (client_of(bo).get(address(topic, page)) for page in ("change", "review"))
            return [page.context["is_approved"] for page in pages]

        assert shown() == [True, True]
        written(topic, ama, broader=str(other.pk))
        assert shown() == [False, False]

    def test_who_waits_for_whom(self, ama: User, bo: User) -> None:
        author, other = member_of_staff(CONTRIBUTOR, "cy"), member_of_staff(REVIEWER, "rae")
        sent, taken, fresh = (written(make_topic(), author, label=f"L{n}") for n in range(3))
        for topic in (sent, taken, fresh):
            press(author, topic, "submit")
        press(bo, sent, "send_back", text="No.")
        press(bo, taken, "take")

        def turns(user: User) -> dict[Any, tuple[bool, str]]:
            return {turn.record.pk: (turn.is_mine, turn.waits_for) for turn in review.waiting(user)}

        assert turns(author) == {
            sent.pk: (True, "cy, to correct it"),
            taken.pk: (False, "bo, to review it"),
            fresh.pk: (False, "anybody who may review topics"),
        }
        assert [turns(other)[each.pk][0] for each in (sent, taken, fresh)] == [False, False, True]
        assert [turns(bo)[each.pk][0] for each in (sent, taken, fresh)] == [False, True, True]
        page = client_of(bo).get("/admin/reviews/")
        assert [len(page.context[part]) for part in ("mine", "others")] == [2, 1]

    def test_a_deleted_draft_and_a_merged_one_wait_for_nobody(self, ama: User, bo: User) -> None:
        gone, loser, survivor = (written(make_topic(), ama, label=f"L{n}") for n in range(3))
        press(ama, gone, "submit")
        press(ama, loser, "submit")

        gone.delete()
        merge(loser, survivor, by=bo, reason="The same.")

        states = set(Review.objects.values_list("state", flat=True))
        assert (states, review.waiting(bo)) == ({"deleted", "merged"}, [])


class TestWhoMay:
    def test_every_refusal_says_who_can(self, ama: User) -> None:
        author = member_of_staff(CONTRIBUTOR, "cy")
        rae = member_of_staff(REVIEWER, "rae")
        topic = written(make_topic("mining"), author, label="Mines")
        press(author, topic, "submit")

        refused = press(author, topic, "approve")
        (refusal,) = refused.context["refusals"]
        assert refusal.detail == "You may not review topics. Ask ama or rae."
        written(topic, rae, label="My mines")
        (own,) = press(rae, topic, "approve").context["refusals"]
        assert own.detail.endswith("so somebody else reviews it. Ask ama.")
        (alone,) = press(rae, topic, "assign", to=str(rae.pk)).context["form"]["to"].errors
        assert alone.startswith("Select a valid choice.")
        assert client_of(rae).post(address(topic, "publish"), {"_confirm": "1"}).status_code == 403
        assert state_of(topic) == ("in_review", "waiting")

    def test_the_one_who_submitted_it_takes_it_back_and_others_do_not(self, ama: User) -> None:
        author, other = member_of_staff(CONTRIBUTOR, "cy"), member_of_staff(CONTRIBUTOR, "di")
        topic = written(make_topic("mining"), author, label="Mines")
        press(author, topic, "submit")

        assert refusals(press(other, topic, "take_back")) == ["submitted_by_another"]
        assert press(author, topic, "take_back").status_code == 302
        assert state_of(topic) == ("draft", "taken_back")


class TestTwoAtOnce:
    def test_one_of_two_reviewers_takes_it_and_the_other_is_told(self, ama: User, bo: User) -> None:
        author = member_of_staff(CONTRIBUTOR, "cy")
        topic = written(make_topic("mining"), author, label="Mines")
        press(author, topic, "submit")

        results = at_once(lambda: review.take(topic, by=ama), lambda: review.take(topic, by=bo))

        (refused,) = [each for each in results if each is not None]
        assert isinstance(refused, CurationRefused)
        assert refused.refusals[0].code == "taken_already"
        winner = Review.objects.get().reviewer
        assert winner is not None
        assert refused.refusals[0].detail.startswith(f"{winner.username} has taken")

    def test_approving_and_sending_back_at_once_end_as_one_after_the_other(
        self, ama: User, bo: User
    ) -> None:
        author = member_of_staff(CONTRIBUTOR, "cy")
        topic = written(make_topic("mining"), author, label="Mines")
        press(author, topic, "submit")
        content = gather(topic).fingerprints[topic.pk]

        def approve() -> None:
            review.approve(topic, by=ama, seen=content)
            publish(topic, by=ama)

        results = at_once(approve, lambda: review.send_back(topic, by=bo, text="No."))

        told = [each.refusals[0].code for each in results if isinstance(each, CurationRefused)]
        assert told in ([], ["no_review"])
        assert state_of(topic) == ("published", "published")

    def test_a_change_made_while_another_one_approves_is_not_approved(
        self, ama: User, bo: User
    ) -> None:
        topic = written(make_topic("mining"), ama, label="Mines")
        press(ama, topic, "submit")
        content = gather(topic).fingerprints[topic.pk]
        page = filled(client_of(ama).get(address(topic))) | {"label": "Other mines"}

        at_once(
            lambda: review.approve(topic, by=bo, seen=content),
            lambda: client_of(ama).post(address(topic), page),
        )

        topic.refresh_from_db()
        now = Review.objects.get()
        assert topic.label == "Other mines"
        assert not review.stands(now, topic)


@pytest.mark.usefixtures("second_person")
class TestSecondPerson:
    """No path publishes what one wrote oneself; each ends with the record as it was in public."""

    @pytest.fixture
    def topic(self, ama: User) -> Topic:
        topic = make_topic("mining")
        publish(topic, by=None)
        return written(topic, ama, label="Mines")

    @pytest.fixture(autouse=True)
    def nothing_went_out(self, topic: Topic) -> Any:
        yield
        assert public_label(topic) == "Mining"

    def test_form(self, topic: Topic, ama: User, bo: User) -> None:
        page = client_of(ama).get(address(topic))
        assert b'name="_publish"' not in page.content
        data = filled(page) | {"_publish": "1", "_nature": "correction"}
        (error,) = errors_of(client_of(ama).post(address(topic), data))
        assert error.endswith("so somebody else publishes it. Ask bo.")
        # And a person who wrote nothing until now, but changes it with the same button.
        data = filled(client_of(bo).get(address(topic))) | {"label": "All mines"}
        again = client_of(bo).post(
            address(topic), data | {"_publish": "1", "_nature": "correction"}
        )
        assert len(errors_of(again)) == 1
        topic.refresh_from_db()
        assert (topic.label, topic.writers) == ("Mines", [ama.pk])

    def test_new_record(self, ama: User) -> None:
        page = client_of(ama).get(address(Topic, "add"))
        new = {"code": "new", "label": "New", "_publish": "1"}
        assert len(errors_of(client_of(ama).post(address(Topic, "add"), filled(page) | new))) == 1
        assert not Topic.objects.filter(code="new").exists()

    def test_page_and_list_action_also_with_others_work(
        self, topic: Topic, ama: User, bo: User
    ) -> None:
        written(topic, bo, alternative_labels="Pits")
        assert sorted(topic.writers) == [ama.pk, bo.pk]
        for user in (ama, bo):
            page = client_of(user).get(address(topic, "publish"))
            shown = page.context["dependencies"]["fingerprints"]
            data = {"_confirm": "1", "nature": "correction", "_shown": shown}
            response = client_of(user).post(address(topic, "publish"), data)
            assert refusals(response) == ["own_work"]
            listed = {"action": "publish_selected", "_selected_action": [str(topic.pk)], **data}
            assert refusals(client_of(user).post(address(Topic, "changelist"), listed)) == [
                "own_work"
            ]

    def test_review_page(self, topic: Topic, ama: User) -> None:
        press(ama, topic, "submit")
        assert refusals(press(ama, topic, "approve_and_publish", _nature="correction")) == [
            "own_work"
        ]

    def test_superuser(self, topic: Topic) -> None:
        root = User.objects.create_superuser("root", password="x")
        written(topic, root, alternative_labels="Pits")
        with pytest.raises(CurationRefused):
            publish(topic, by=root)

    def test_approval_of_another_does_not_help(self, topic: Topic, ama: User, bo: User) -> None:
        press(ama, topic, "submit")
        press(bo, topic, "approve")
        with pytest.raises(CurationRefused):
            publish(topic, by=ama)

    def test_change_of_a_part_alone(self, topic: Topic, ama: User, bo: User) -> None:
        Topic.objects.filter(pk=topic.pk).update(writers=[])
        page = client_of(ama).get(address(topic))
        data = filled(page)
        add_row(data, prefix_of(page, TopicIdentifier), scheme="wikidata", value="Q1")
        assert client_of(ama).post(address(topic), data).status_code == 302
        with pytest.raises(CurationRefused):
            publish(topic, by=ama)

    def test_a_form_opened_before_the_publication_and_saved_after_it(
        self, ama: User, bo: User
    ) -> None:
        other = make_topic("other")
        publish(other, by=None)
        mine = filled(client_of(ama).get(address(other))) | {"label": "Another"}
        publish(other, by=bo)
        assert client_of(ama).post(address(other), mine).status_code == 302
        with pytest.raises(CurationRefused):
            publish(other, by=ama)
        publish(other, by=bo)

    def test_merged_into_what_another_one_would_publish(self, topic: Topic, ama: User) -> None:
        loser = written(make_topic("loser"), ama, label="The loser")
        TopicIdentifier.objects.create(record=loser, scheme="wikidata", value="Q1")
        cy = member_of_staff(PUBLISHER, "cy")
        survivor = make_topic("survivor")
        publish(survivor, by=None)

        merge(loser, survivor, by=cy, reason="The same.")

        survivor.refresh_from_db()
        assert sorted(survivor.writers) == [ama.pk, cy.pk]
        for user in (ama, cy):
            with pytest.raises(CurationRefused):
                publish(survivor, by=user)

    def test_merged_for_a_fact_alone(self, ama: User) -> None:
        loser = make_topic("loser", alternative_labels=["Pits"])
        survivor = make_topic("survivor")
        publish(survivor, by=None)

        merge(loser, survivor, by=ama, reason="The same.", taken={"alternative_labels"})

        survivor.refresh_from_db()
        assert (survivor.alternative_labels, survivor.writers) == (["Pits"], [ama.pk])
        with pytest.raises(CurationRefused):
            publish(survivor, by=ama)

    def test_reverted_by_its_publisher(self, ama: User, bo: User) -> None:
        topic = make_topic("lithium")
        publish(topic, by=None)
        written(topic, bo, label="Lithium ore")
        publish(Topic.objects.get(pk=topic.pk), by=ama, nature=Nature.CORRECTION)
        topic.refresh_from_db()
        steps = steps_of(Topic, topic.pk)
        first = step_of(topic, 1, steps, revisions_of(topic))
        assert first is not None

        revert(topic, first, by=ama, reason="It was right.", seen=topic.written_at)

        topic.refresh_from_db()
        assert topic.writers == [ama.pk]
        with pytest.raises(CurationRefused):
            publish(topic, by=ama, nature=Nature.CORRECTION)
        publish(topic, by=bo, nature=Nature.CORRECTION)

    def test_a_merge_that_is_undone_leaves_the_survivor_to_somebody_else(
        self, ama: User, bo: User
    ) -> None:
        loser, survivor = make_topic("loser"), make_topic("survivor")
        TopicIdentifier.objects.create(record=loser, scheme="wikidata", value="Q1")
        publish(loser, survivor, by=None)
        merge(loser, survivor, by=ama, reason="The same.")
        loser.refresh_from_db()
        publish(Topic.objects.get(pk=survivor.pk), by=bo, nature=Nature.CORRECTION)

        unmerge(Topic.objects.get(pk=loser.pk), by=ama, reason="Two after all.")

        survivor.refresh_from_db()
        assert (survivor.has_unpublished_changes, survivor.writers) == (True, [ama.pk])
        publish(survivor, by=bo, nature=Nature.CORRECTION)

    def test_withdrawn_and_restored_stays_written_by_its_writer(
        self, topic: Topic, ama: User, bo: User
    ) -> None:
        withdraw(topic, by=ama, reason="Wrong.")
        with pytest.raises(CurationRefused):
            publish(topic, by=ama)
        restore(topic, by=ama)
        topic.refresh_from_db()
        assert topic.writers == [ama.pk]

    def test_a_writer_who_saves_while_an_older_instance_is_saved_is_not_forgotten(
        self, topic: Topic, ama: User, bo: User
    ) -> None:
        old = Topic.objects.get(pk=topic.pk)
        written(topic, bo, alternative_labels="Pits")
        old.label = "Shafts"
        old.save()
        topic.refresh_from_db()
        assert topic.writers == [ama.pk, bo.pk]
