"""Merging fact by fact, and undoing it: the desk, the export and the public have what they had before."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import orjson
import pghistory
import pytest
from django.contrib.auth.models import User
from django.test import Client

from people.models import Person, PersonIdentifier, Tenure
from records.exchange.export import export
from records.models import Change, PossibleDuplicate, Record, Verdict
from records.publishing import labels
from records.publishing.labels import AT_ONCE
from records.publishing.merge import facts_to_choose, merge, moves_with, warnings_of_merging
from records.publishing.publish import CurationRefused, publish, withdraw
from records.publishing.unmerge import plan_unmerge, unmerge
from records.registry import all_kinds, kind_of
from tests.factories.events import make_event, make_participation
from tests.factories.every_kind import EVERY_KIND, Maker
from tests.factories.people import make_office, make_person, make_tenure
from tests.factories.records import edition_of, publish_whole
from tests.records.admin.filling import address

pytestmark = pytest.mark.django_db


def fresh(record: Any) -> Any:
    return type(record)._default_manager.get(pk=record.pk)


def exported() -> bytes:
    file = BytesIO()
    export(file, with_notes=True)
    return file.getvalue()


def served(client: Client, record: Record, **query: str) -> tuple[int, bytes]:
    response = client.get(kind_of(record).path(record.pk), query)
    return response.status_code, response.content


def merged(loser: Record, survivor: Record, **how: Any) -> None:
    merge(fresh(loser), fresh(survivor), by=None, reason="The same.", **how)


def undone(loser: Record, **how: Any) -> Any:
    return unmerge(fresh(loser), by=None, reason="Two after all.", **how)


@pytest.fixture
def two() -> tuple[Person, Person]:
    """Two persons who held the same office, with a birth year of one and an identifier of each."""
    office = make_office("Foreign Minister")
    gone = make_person("Mohammad Ishaq Dar", birth="1950-05", death="2030", living="dead")
    kept = make_person("Ishaq Dar", death="2031", living="dead")
    gone.names.create(name="Dar")
    gone.identifiers.create(scheme="wikidata", value="Q1")
    kept.identifiers.create(scheme="wikidata", value="Q2")
    make_tenure(gone, office, start="2024")
    make_tenure(kept, office, start="2024-03")
    with pghistory.context(why="published"):
        publish_whole(*Tenure.objects.order_by("pk"))
    return gone, kept


def test_what_the_survivor_lacks_is_taken_and_the_rest_when_chosen(
    two: tuple[Person, Person],
) -> None:
    gone, kept = two
    facts = {fact.name: (fact.fills_blank, fact.gone[0]) for fact in facts_to_choose(*two)}
    assert facts == {
        "name": (False, "Mohammad Ishaq Dar"),
        "birth": (True, "1950-05"),
        "death": (False, "2030"),
    }

    merged(gone, kept)

    kept = fresh(kept)
    assert (kept.name, kept.birth.edtf, kept.death.edtf) == ("Ishaq Dar", "1950-05", "2031")


@pytest.mark.parametrize(
    ("taken", "further"), [(set(), "Mohammad Ishaq Dar"), ({"name"}, "Ishaq Dar")]
)
def test_the_name_that_is_not_chosen_is_kept_until_the_merge_is_undone(
    two: tuple[Person, Person], taken: set[str], further: str
) -> None:
    gone, kept = two
    before = exported()
    assert (
        str(moves_with(gone, kept)[0])
        == "The name that is not chosen would be kept as a further name"
    )

    merged(gone, kept, taken=taken)

    assert list(kept.names.values_list("name", "kind")) == [("Dar", "alias"), (further, "alias")]
    assert [row.name for row in plan_unmerge(fresh(gone)).added] == [further]
    undone(gone)
    assert exported() == before


def test_a_name_that_was_changed_after_the_merge_stays(two: tuple[Person, Person]) -> None:
    gone, kept = two
    merged(gone, kept)
    with pghistory.context(why="edited"):
        kept.names.filter(name="Mohammad Ishaq Dar").update(kind="official")

    assert undone(gone).conflicts == [
        "The name “Mohammad Ishaq Dar” was changed after the merge, and stays so."
    ]
    assert list(kept.names.values_list("name", flat=True)) == ["Mohammad Ishaq Dar"]


def test_only_what_was_chosen_is_taken(two: tuple[Person, Person]) -> None:
    gone, kept = two

    merged(gone, kept, taken={"death"})

    kept = fresh(kept)
    assert (kept.name, kept.birth.edtf, kept.death.edtf) == ("Ishaq Dar", "", "2030")


def test_twins_and_identifiers_of_both_are_warned_of(two: tuple[Person, Person]) -> None:
    gone, kept = two
    first, second = Tenure.objects.order_by("pk")

    assert warnings_of_merging(gone, kept) == [
        "Both have a wikidata: Q1 and Q2. One of them may be wrong, or they are two after all.",
        f"Two tenures would be alike: “{first} (since 2024)” and “{second} (since 2024-03)”. Merge these as well, if they are one.",
    ]
    assert [(str(move), move.rows) for move in moves_with(gone, kept)][-1] == (
        "1 tenure would name Ishaq Dar (person)",
        (f"{first} (since 2024)",),
    )


def test_tenures_that_were_certainly_at_other_times_are_no_twins() -> None:
    office = make_office()
    gone, kept = make_person("One"), make_person("Other")
    make_tenure(gone, office, start="2001", end="2002", end_status="ended")
    make_tenure(kept, office, start="2010")

    assert warnings_of_merging(gone, kept) == []


def test_undoing_gives_back_everything(two: tuple[Person, Person], client: Client) -> None:
    gone, kept = two
    event = make_event("A call")
    make_participation(event, gone)
    with pghistory.context(why="published"):
        publish_whole(event)
    records = [gone, kept, *Tenure.objects.order_by("pk"), event]
    before, public = exported(), [served(client, each) for each in records]
    moment = edition_of(event).published_at.isoformat()
    then = [served(client, each, as_of=moment) for each in records]
    merged(gone, kept)
    publish(fresh(kept), by=None)
    assert served(client, gone)[0] == 308
    between = edition_of(kept).published_at.isoformat()
    meanwhile = [served(client, each, as_of=between) for each in records]

    plan = undone(gone)

    assert plan.conflicts == []
    assert exported() == before
    assert [_content(served(client, each)) for each in records] == list(map(_content, public))
    assert [served(client, each, as_of=moment) for each in records] == then
    assert [served(client, each, as_of=between) for each in records] == meanwhile
    told = Change.objects.filter(record_id=gone.pk).order_by("position")
    assert [(each.action, each.revision, each.reason) for each in told] == [
        ("published", 1, ""),
        ("merged", 2, "The same."),
        ("restored", 3, "Two after all."),
    ]
    assert PersonIdentifier.objects.get(value="Q1").record == gone
    assert not fresh(gone).has_unpublished_changes


def _content(answer: tuple[int, bytes]) -> tuple[int, dict[str, Any]]:
    status, content = answer
    return status, {
        name: value
        for name, value in orjson.loads(content).items()
        if name not in {"revision", "published_at", "known_on"}
    }


@pytest.mark.parametrize("maker", EVERY_KIND.values(), ids=EVERY_KIND.keys())
def test_undoing_is_exact_for_every_kind(maker: Maker) -> None:
    gone, kept = maker.with_parts(1), maker.make()
    with pghistory.context(why="published"):
        publish_whole(gone, kept)
    before = exported()

    try:
        merged(gone, kept)
    except CurationRefused:  # two of a pair, for one
        pytest.fail("The two could not be merged.")
    assert exported() != before
    undone(gone)

    assert exported() == before
    assert edition_of(gone).action == "restored"


def test_what_was_changed_since_stays_and_is_said(two: tuple[Person, Person]) -> None:
    gone, kept = two
    merged(gone, kept)
    with pghistory.context(why="an edit"):
        survivor = fresh(kept)
        survivor.birth = "1951"
        survivor.save()
        survivor.names.all().delete()

    plan = plan_unmerge(fresh(gone))
    undone(gone, seen=plan.fingerprint)

    assert plan.conflicts == [
        "The birth of the person “Ishaq Dar” was changed after the merge, and stays so.",
        "A person name was removed after the merge, and stays so.",
    ]
    assert fresh(kept).birth.edtf == "1951"
    assert fresh(gone).birth.edtf == "1950-05"
    assert set(gone.identifiers.values_list("value", flat=True)) == {"Q1"}


def test_what_was_not_shown_is_not_undone(two: tuple[Person, Person]) -> None:
    gone, kept = two
    merged(gone, kept)
    seen = plan_unmerge(fresh(gone)).fingerprint
    with pghistory.context(why="an edit"):
        survivor = fresh(kept)
        survivor.birth = "1951"
        survivor.save()

    with pytest.raises(CurationRefused, match="look at it again"):
        undone(gone, seen=seen)

    assert fresh(gone).editorial_state == "merged"


def test_a_merge_below_another_is_undone_after_that() -> None:
    first, second, third = make_person("One"), make_person("Two"), make_person("Three")
    merged(first, second)
    merged(second, third)

    with pytest.raises(CurationRefused, match="undo that merge first") as refused:
        undone(first)
    assert [each.record for each in refused.value.refusals] == [second]
    undone(second)
    assert fresh(first).merged_into == second
    undone(first)

    assert {fresh(each).editorial_state for each in (first, second, third)} == {"draft"}


def test_ids_that_led_to_the_loser_lead_there_again(client: Client) -> None:
    first, second, third = make_person("One"), make_person("Two"), make_person("Three")
    publish_whole(first, second, third)
    merged(first, second)
    merged(second, third)

    undone(second)

    response = client.get(kind_of(first).path(first.pk))
    assert (response.status_code, response.headers["Location"].rstrip("/")[-36:]) == (
        308,
        str(second.pk),
    )


def test_a_loser_that_was_withdrawn_is_so_again(client: Client) -> None:
    gone, kept = make_person("One"), make_person("Two")
    publish_whole(gone, kept)
    withdraw(gone, by=None, reason="Nobody knows him.")
    before = client.get(kind_of(gone).path(gone.pk)).json()
    merged(gone, kept)

    undone(gone)

    answer = client.get(kind_of(gone).path(gone.pk))
    assert answer.status_code == 410
    assert answer.json()["detail"] == before["detail"]
    assert fresh(gone).editorial_state == "withdrawn"


def test_duplicates_are_asked_again(two: tuple[Person, Person]) -> None:
    gone, kept = two
    third = make_person("I. Dar")
    for other in (kept, third):
        low, high = sorted((gone.pk, other.pk))
        PossibleDuplicate.objects.create(
            kind="person", record_id=low, other_id=high, score=0.9, reason="Alike."
        )
    before = list(PossibleDuplicate.objects.order_by("pk").values())
    merged(gone, kept)
    assert PossibleDuplicate.objects.filter(verdict=Verdict.SAME).exists()

    undone(gone)

    assert list(PossibleDuplicate.objects.order_by("pk").values()) == before


class TestThePages:
    """Choosing, confirming and undoing at the desk."""

    def test_a_merge_is_chosen_seen_in_the_history_and_undone(
        self, publisher: Client, two: tuple[Person, Person]
    ) -> None:
        gone, kept = two
        before = exported()
        there = address(gone, "merge")
        page: Any = publisher.post(there, {"survivor": str(kept.pk), "_preview": "1"})
        (merger,) = page.context["mergers"]
        assert [(each.title, each.kept, each.gone, each.is_taken) for each in merger["facts"]] == [
            ("name", "Ishaq Dar", "Mohammad Ishaq Dar", False),
            ("birth", "", "1950-05: some day in May 1950", True),
            ("death", "2031: some day in 2031", "2030: some day in 2030", False),
        ]
        data = {
            "_confirm": "1",
            "_decided": "1",
            "_shown": merger["seen"],
            "reason": "The same man.",
            "survivor": str(kept.pk),
            f"take-{gone.pk}-birth": "no",
            f"take-{gone.pk}-death": "yes",
        }
        assert publisher.post(there, data).status_code == 302
        assert (fresh(kept).birth.edtf, fresh(kept).death.edtf) == ("", "2030")
        shown: Any = publisher.get(address(kept, "history"))
        rows = [
            (row.verb, row.what, row.name, row.detail)
            for each in shown.context["change_sets"]
            if each.action == "merge"
            for row in each.rows
        ]
        called = "“Mohammad Ishaq Dar (1950-05–2030)”"  # noqa: RUF001
        assert ("merged into this record", called, "", "") in rows
        assert ("added", "person name", "Dar, Alias", f"from {called}") in rows

        page = publisher.get(address(gone, "unmerge"))
        data = {
            "_confirm": "1",
            "_undoing": page.context["undoing"].fingerprint,
            "reason": "Two men.",
        }
        assert publisher.post(address(gone, "unmerge"), data).status_code == 302

        assert exported() == before
        shown = publisher.get(address(kept, "history"))
        verbs = [row.verb for each in shown.context["change_sets"] for row in each.rows]
        assert "is a record of its own again" in verbs

    def test_what_was_changed_after_it_was_shown_is_shown_again(
        self, publisher: Client, two: tuple[Person, Person]
    ) -> None:
        gone, kept = two
        there = address(gone, "merge")
        page: Any = publisher.post(there, {"survivor": str(kept.pk), "_preview": "1"})
        (merger,) = page.context["mergers"]
        kept.names.create(name="Dar Sahib")
        data = {
            "_confirm": "1",
            "_decided": "1",
            "_shown": merger["seen"],
            "reason": "The same man.",
            "survivor": str(kept.pk),
        }

        answer: Any = publisher.post(there, data)

        assert answer.status_code == 200
        assert "look at them again" in answer.content.decode()
        assert fresh(gone).editorial_state == "published"
        data["_shown"] = answer.context["mergers"][0]["seen"]
        assert publisher.post(there, data).status_code == 302

    def test_a_contributor_undoes_nothing(
        self, contributor: Client, two: tuple[Person, Person]
    ) -> None:
        gone, kept = two
        merged(gone, kept)
        assert contributor.get(address(gone, "unmerge")).status_code == 403


def waiting() -> list[str]:
    """Return the published records of which changes wait to be published."""
    return [
        str(record)
        for kind in all_kinds()
        for record in kind.model._default_manager.filter(editorial_state="published")
        if record.has_unpublished_changes or record.writers
    ]


@pytest.mark.parametrize("at_once", [0, AT_ONCE])
def test_only_the_survivor_waits_after_a_merge_and_nothing_after_its_undoing(
    two: tuple[Person, Person], admin_user: User, at_once: int, monkeypatch: Any
) -> None:
    """What names the loser says nothing new by naming the survivor, be it at once or later in public; what waited goes on waiting."""
    monkeypatch.setattr(labels, "AT_ONCE", at_once)
    gone, kept = two
    event, other = make_event("A call"), make_event("A visit")
    make_participation(event, gone)
    make_participation(other, gone)
    with pghistory.context(why="published"):
        publish_whole(event, other)
    type(other)._default_manager.filter(pk=other.pk).update(summary="At length.")
    assert waiting() == ["A visit"]

    merge(fresh(gone), fresh(kept), by=admin_user, reason="The same.")
    assert waiting() == ["Ishaq Dar", "A visit"]
    assert fresh(other).writers == [admin_user.pk]

    unmerge(fresh(gone), by=admin_user, reason="Two after all.")
    assert waiting() == ["A visit"]


def test_what_was_merged_just_now_is_merged_on_once_the_public_has_its_name(
    two: tuple[Person, Person], monkeypatch: Any
) -> None:
    monkeypatch.setattr(labels, "AT_ONCE", 0)
    (gone, kept), third = two, make_person("M. I. Dar")
    event = make_event("A call")
    make_participation(event, gone)
    publish_whole(event, third)
    before = edition_of(event).document
    merged(gone, kept)

    with pytest.raises(CurationRefused, match="not all public records that name it say so yet"):
        merged(kept, third)

    labels.drain()
    merged(kept, third)
    labels.drain()
    undone(kept)
    labels.drain()
    undone(gone)
    labels.drain()
    was, now = (orjson.loads(text or "") for text in (before, edition_of(event).document))
    assert was["participations"] == now["participations"]
