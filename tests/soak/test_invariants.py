"""The invariants of `make soak` hold for what was published in order, and each notices what breaks it."""

from __future__ import annotations

from django.db import connection, transaction

from records.models import Topic
from records.publishing.publish import publish, withdraw
from records.registry import all_kinds
from tests.factories.records import make_topic
from tests.soak.invariants import all_invariants
from tests.soak.recomputed import differences, statements

EVENT = "(SELECT record_id FROM events_eventedition WHERE superseded_at IS NULL AND document IS NOT NULL ORDER BY record_id LIMIT 1)"
#: What would break each of them, were there not the rules of the database, which are off meanwhile.
BREAKING = {
    "Positions of the feed are 1, 2, 3 ... without a gap.": "DELETE FROM records_change WHERE position = 7",
    "The feed's time never goes back.": "UPDATE records_change SET at = at + interval '1 day' WHERE position = 7",
    "The feed of each state names changes that are there.": "UPDATE records_changeofstate SET position = 10000000"
    " WHERE position = (SELECT max(position) FROM records_changeofstate)",
    "No label waits to be propagated.": "INSERT INTO records_pendinglabel (record_id, since, done_kind)"
    " VALUES (gen_random_uuid(), now(), '')",
    "Only merged references lead on, to a record that has a reference.": "UPDATE records_reference"
    f" SET standing = 'merged', merged_into = gen_random_uuid() WHERE id = {EVENT}",
    "Every record that was ever published has exactly one newest edition.": "UPDATE events_eventedition"
    f" SET superseded_at = now() WHERE record_id = {EVENT}",
    "The newest edition is the last revision, and revisions have no gaps.": "UPDATE events_eventedition"
    f" SET revision = revision + 1 WHERE record_id = {EVENT}",
    "An edition ends when the next one is published.": "UPDATE events_eventedition"
    f" SET superseded_at = now() WHERE record_id = {EVENT}",
    "Each edition is a row of the feed, and each row of the feed an edition.": "UPDATE records_change"
    f" SET revision = revision + 1 WHERE record_id = {EVENT}",
    "A document says its own id, revision and time.": "UPDATE events_eventedition"
    f" SET document = replace(document, '\"revision\":', '\"revision\":1') WHERE record_id = {EVENT}",
    "Only withdrawals and mergers have no document.": "UPDATE events_eventedition"
    f" SET document = NULL WHERE record_id = {EVENT}",
    "A record is at the desk what its newest edition says.": "UPDATE events_event"
    f" SET editorial_state = 'draft' WHERE id = {EVENT}",
    "The reference of a record says what its newest edition says.": "UPDATE records_reference"
    f" SET standing = 'withdrawn' WHERE id = {EVENT}",
    "Whatever was published by somebody, the audit has too.": "UPDATE events_eventhistory"
    f" SET published_at = published_at - interval '1 s' WHERE pgh_obj_id = {EVENT}",
    "Nothing is listed, found or counted by a record that is not public.": "UPDATE events_eventposting"
    f" SET record_id = gen_random_uuid() WHERE record_id = {EVENT}",
    "The audit of each row ends with what the row is, or with its deletion.": "UPDATE events_event"
    f" SET title = 'Torn' WHERE id = {EVENT}",
    "Every foreign key leads to a row.": f"UPDATE events_event SET type_id = gen_random_uuid() WHERE id = {EVENT}",
}
#: What would make each table say something else than the documents do.
OTHERWISE = {
    "events_eventedition": "UPDATE events_eventedition SET sort_label = 'x' WHERE record_id = " + EVENT,
    "records_reference": "UPDATE records_reference SET code = 'x' WHERE id = " + EVENT,
    "events_eventposting": f"DELETE FROM events_eventposting WHERE record_id = {EVENT}",
    "events_eventsum": "UPDATE events_eventsum SET count = count + 1 ",
    "records_moment": f"UPDATE records_moment SET kind = 'x' WHERE record_id = {EVENT}",
    "records_momentposting": f"DELETE FROM records_momentposting WHERE record_id = {EVENT}",
    "records_publishedname": "DELETE FROM records_publishedname WHERE kind = 'person'",
    "records_datedpart": "DELETE FROM records_datedpart",
    "records_publishedword": "DELETE FROM records_publishedword WHERE word = 'pakistan'",
}  # fmt: skip


def without_rules(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        number = cursor.rowcount
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    return int(number)


def test_they_hold_for_the_sample_story(story: None) -> None:
    gone, topic = make_topic("gone"), make_topic("going")
    publish(gone, topic, by=None)
    withdraw(gone, by=None, reason="An error.")
    Topic.objects.filter(pk=topic.pk).update(label="Gone on")
    publish(topic, by=None)

    assert {each.name: rows for each in all_invariants() if (rows := each.broken())} == {}
    assert differences() == []


def test_each_of_them_notices_what_breaks_it(story: None) -> None:
    by_name = {each.name: each for each in all_invariants()}
    assert BREAKING.keys() == by_name.keys()

    unnoticed = []
    for name, statement in BREAKING.items():
        with transaction.atomic():
            assert without_rules(statement), name
            unnoticed += [] if by_name[name].broken() else [name]
            transaction.set_rollback(True)
    assert unnoticed == []


def test_each_table_beside_the_editions_is_compared_with_them(story: None) -> None:
    assert {*OTHERWISE} >= {*statements()} - {kind.editions._meta.db_table for kind in all_kinds()}
    for statement in OTHERWISE.values():
        assert without_rules(statement), statement

    assert {table for table, _side, _row in differences()} == OTHERWISE.keys()
