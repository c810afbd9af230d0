"""Faults to plant in a copy of the code, each with the tests that should notice it.

They are of the sort that an editor makes in good faith: a condition dropped, a check forgotten, a day too few. Of each the old
text stands exactly once in its file (tests/guards/test_faults.py looks), so that a fault is never planted in vain.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A change of one file that breaks a rule."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]  #: as pytest takes them
    #: Whether it changes a migration, so that the tests need a database of their own.
    is_in_schema: bool = False


FAULTS = (
    Fault(
        "former tenures of a person count in people/?state=",
        "people/filters.py",
        'found = [Clause(is_current("tenure")), *needed]',
        "found = [*needed]",
        ("tests/people/test_filters.py::test_only_what_tenures_and_offices_say_now_counts",),
    ),
    Fault(
        "former versions of an office count in tenures/?state=",
        "people/filters.py",
        "f\" WHERE {is_current('office')} AND {condition.sql})\"",
        'f" WHERE {condition.sql})"',
        ("tests/people/test_filters.py::test_only_what_tenures_and_offices_say_now_counts",),
    ),
    Fault(
        "lists show withdrawn records",
        "records/api/pages.py",
        "return compiled(editions, CURRENT)",
        "return compiled(editions, type(CURRENT)(superseded_at__isnull=True))",
        ("tests/records/api/test_lists.py",),
    ),
    Fault(
        "a document names a withdrawn record",
        "records/publishing/documents.py",
        "if reference is not None and reference.standing == Standing.PUBLISHED:\n                self._given",
        "if reference is not None:\n                self._given",
        (
            "tests/records/publishing/test_publish.py::test_a_withdrawn_record_is_named_in_no_new_document",
        ),
    ),
    Fault(
        "a reference is filled from the working record",
        "records/publishing/documents.py",
        "                self._given[key].update(reference.embedded())\n            else:",
        "                self._given[key].update(reference.embedded())\n"
        "                from records.registry import kind_named\n"
        "                row = kind_named(self.named.get(key, reference.kind)).model._default_manager\n"
        "                self._given[key]['label'] = str(row.get(pk=key))\n"
        "            else:",
        (
            "tests/records/publishing/test_publish.py::test_a_draft_label_does_not_leak_through_a_document_that_names_the_record",
        ),
    ),
    Fault(
        "the feed is not locked",
        "records/publishing/feed.py",
        '" SELECT pg_advisory_xact_lock(%s);"',
        '" SELECT %s;"',
        (
            "tests/records/publishing/test_races.py::test_positions_become_visible_in_order_and_without_gaps",
        ),
    ),
    Fault(
        "locks are taken in another order",
        "records/publishing/locks.py",
        "    for kind in all_kinds():\n        if keys.get(kind.name):",
        "    for kind in reversed(list(all_kinds())):\n        if keys.get(kind.name):",
        ("tests/records/publishing/test_locks.py",),
    ),
    Fault(
        "anybody may merge",
        "records/publishing/merge.py",
        "    demand_permission(by, [type(loser), type(survivor)])\n",
        "",
        (
            "tests/records/publishing/test_publish.py::test_a_contributor_cannot_withdraw_restore_or_merge",
        ),
    ),
    Fault(
        "anybody may withdraw",
        "records/publishing/publish.py",
        "    demand_permission(by, map(type, records))\n",
        "",
        (
            "tests/records/publishing/test_publish.py::test_a_contributor_cannot_withdraw_restore_or_merge",
        ),
    ),
    Fault(
        "anybody may undo an import",
        "imports/admin/actions.py",
        "    return publishes or (batch.by_id is not None and batch.by_id == user.pk)",
        "    return True",
        (
            "tests/imports/admin/test_upload.py::test_an_import_of_somebody_else_is_looked_at_and_left_alone",
        ),
    ),
    Fault(
        "a publication does not compare with what was shown",
        "records/publishing/publish.py",
        "    if seen is not None and (unseen := _unseen(drafts, seen)):\n        raise CurationRefused(unseen)\n",
        "",
        (
            "tests/records/admin/test_publishing.py::TestWhatWasSeen::test_an_edit_after_the_page_was_shown_is_shown_before_it_is_published",
        ),
    ),
    Fault(
        "a form opened before another change is saved",
        "records/admin/record.py",
        'is_stale = written_at is not None and typed.get("_seen", "") != written_at.isoformat()',
        "is_stale = False",
        ("tests/records/admin/test_lost_updates.py",),
    ),
    Fault(
        "an import does not look again at what it read",
        "records/exchange/load.py",
        "if work.there and work.changes]",
        "if False]",
        ("tests/imports/test_beside_officers.py",),
    ),
    Fault(
        "an import overwrites what a curator decided",
        "records/exchange/load.py",
        "compare(plan, found, locked.get(plan.pk, ()), self._options.adding)",
        "compare(plan, found, (), self._options.adding)",
        (
            "tests/records/exchange/test_load.py::test_locked_fields_are_proposed_and_not_overwritten",
        ),
    ),
    Fault(
        "anybody's header names the client's address",
        "config/security.py",
        'meta["REMOTE_ADDR"] = client_of(peer, meta.get("HTTP_X_FORWARDED_FOR", ""), proxies)',
        'meta["REMOTE_ADDR"] = meta.get("HTTP_X_FORWARDED_FOR", "").split(",")[0] or peer',
        ("tests/records/api/test_access.py::test_a_forged_address_changes_nothing",),
    ),
    Fault(
        "a merged record forgets that it was withdrawn",
        "records/publishing/merge.py",
        "                was_withdrawn=was_withdrawn,\n",
        "",
        (
            "tests/records/api/test_as_of.py::test_nothing_of_one_that_was_withdrawn_comes_back_by_a_merge",
        ),
    ),
    Fault(
        "a range lacks its last day",
        "config/dates/reach.py",
        'return ")" if last in {None, date.max} else f"{last}]"',
        'return ")" if last in {None, date.max} else f"{last})"',
        ("tests/config/dates/test_reach.py",),
    ),
    Fault(
        "as_of leaves out what was replaced since",
        "records/as_of.py",
        '{current_still(editions, moment)} UNION ALL {shown} UNION ALL {gone} UNION ALL {instead}"',
        '{current_still(editions, moment)} UNION ALL {gone} UNION ALL {instead}"',
        ("tests/records/api/test_as_of.py::test_a_record_is_then_what_it_was",),
    ),
    Fault(
        "a CSV file that breaks off does not say so",
        "config/api/downloads.py",
        "            yield self.cut(lines.number, envelope, shape, problem)\n",
        '            yield b""\n',
        (
            "tests/records/api/test_downloads.py::test_a_database_that_fails_while_a_list_is_sent_shows",
        ),
    ),
    Fault(
        "an event is not posted under the pairs of its states",
        "events/editions/event.py",
        "        posted += _place_in_whole(document)\n",
        "        posted = posted[:1] + _place_in_whole(document)\n",
        ("tests/events/test_postings.py::test_postings_follow_what_is_published",),
    ),
    Fault(
        "the timeline keeps the facts of withdrawn records",
        "records/publishing/feed.py",
        "return [] if self.is_tombstone else moment_rows(self.kind, self.document)",
        "return moment_rows(self.kind, self.document)",
        (
            "tests/records/api/test_timeline.py::test_withdrawn_drafts_and_merged_records_are_in_no_timeline",
        ),
    ),
    Fault(
        "sums do not lose what was published before",
        "events/migrations/0001_initial.py",
        "SELECT -1, past.terms",
        "SELECT 0, past.terms",
        ("tests/events/test_sums.py::test_sums_follow_corrections_withdrawals_and_mergers",),
        is_in_schema=True,
    ),
    Fault(
        "a merge leaves documents with the old name",
        "records/publishing/merge.py",
        "            propagate({gone.pk: kind.name}, turn)\n",
        "",
        (
            "tests/records/publishing/test_labels.py::test_documents_that_name_a_merged_record_name_the_survivor",
        ),
    ),
    Fault(
        "a state's feed does not say that a record has left it",
        "records/publishing/feed.py",
        "return dict.fromkeys(now, False) | dict.fromkeys(before - now, True)",
        "return dict.fromkeys(now, False)",
        ("tests/records/api/test_changes.py::test_a_scope_says_what_enters_and_leaves_it",),
    ),
    Fault(
        "texts take characters that are not seen",
        "config/text.py",
        '(0x202A, 0x202E, "a character that turns the direction of writing")',
        '(0x202A, 0x202D, "a character that turns the direction of writing")',
        ("tests/config/test_text.py",),
    ),
)
