"""One page of each type of the desk, as the desk answers it: for tests that look at all of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from django.test import Client
from django.urls import reverse

from events.models import Event
from imports import worker
from people.models import Person
from records.models import ApiKey, PossibleDuplicate
from records.publishing import review
from records.publishing.merge import merge
from records.publishing.publish import withdraw
from records.publishing.warnings import renew
from records.registry import all_kinds
from records.roles import ADMINISTRATOR, CONTRIBUTOR
from tests.factories.events import make_event, make_event_type, make_participation
from tests.factories.every_kind import EVERY_KIND
from tests.factories.imports import UPLOAD, Desk, file_of, page_of, person, work_here
from tests.factories.people import make_office, make_person, make_state, make_tenure
from tests.factories.records import make_source, publish_whole
from tests.factories.staff import client_of, member_of_staff
from tests.records.admin.filling import address, filled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

    from tests.factories.imports import Capture


#: The name of a page, and what asks for it.
Page: TypeAlias = "tuple[str, Callable[[], Any]]"


def every_page(patch: pytest.MonkeyPatch, capture: Capture) -> Iterator[Page]:
    """Yield a page of each type, to be asked for before the next. The administrator asks, unless the page is for others."""
    ada = member_of_staff(ADMINISTRATOR, "ada")
    cy = member_of_staff(CONTRIBUTOR, "cy")
    desk, other, nobody = client_of(ada), client_of(cy), Client()
    rubio = make_person("Marco Rubio")
    tenure = make_tenure(rubio, make_office("Secretary of State"), start="2025-01-21")
    event = make_event("Meeting in Washington", when="2025-05-18", summary="They met.")
    make_participation(event, rubio, tenures=(tenure,))
    words = make_participation(event, "President Assad")
    publish_whole(event)
    event.summary = "They met, and said so."
    event.save()
    yield from _of_the_desk(desk, nobody, words.name_as_given)
    yield from _of_a_record(desk, other, event, rubio)
    yield from _of_a_review(cy, desk, event)
    yield from _of_imports(patch, capture, desk)
    yield from _of_accounts(desk, ada)
    yield from _of_many(desk)
    yield from _of_every_kind(desk)


def _of_the_desk(desk: Client, nobody: Client, words: str) -> Iterator[Page]:
    yield "log-in", lambda: nobody.get(reverse("admin:login"))
    yield (
        "log-in refused",
        lambda: nobody.post(reverse("admin:login"), {"username": "x", "password": "y"}),
    )
    yield "home", lambda: desk.get(reverse("admin:index"))
    yield "search", lambda: desk.get(reverse("admin:search"), {"q": "Rubio"})
    yield "guide", lambda: desk.get(reverse("admin:guide"))
    yield "warnings", lambda: desk.get(reverse("admin:records_recordwarning_changelist"))
    yield "unresolved names", lambda: desk.get("/admin/events/event/unresolved-names/")
    yield (
        "unresolved name",
        lambda: desk.get("/admin/events/event/unresolved-names/name/", {"name": words.lower()}),
    )
    yield "not found", lambda: desk.get("/admin/nowhere/")
    yield "cannot be shown", lambda: desk.get(address(Person, "changelist"), {"names__name": "x"})


def _of_a_record(desk: Client, other: Client, event: Any, rubio: Person) -> Iterator[Page]:
    yield "form of a changed record", lambda: desk.get(address(event))
    yield "form of a contributor", lambda: other.get(address(event))
    yield "history", lambda: desk.get(address(event, "history"))
    yield "compare", lambda: desk.get(address(event, "compare"))
    yield "revert", lambda: desk.get(address(event, "revert"), {"to": "r1"})
    yield "publish", lambda: desk.get(address(event, "publish"))
    yield "withdraw", lambda: desk.get(address(event, "withdraw"))
    yield "delete refused", lambda: desk.get(address(event, "delete"))
    yield "not allowed", lambda: other.get(address(event, "publish"))
    draft = make_event("Another meeting", when="2025-05-18")
    make_participation(draft, make_person("Ishaq Dar"))
    yield "delete", lambda: desk.get(address(draft, "delete"))
    wanted = {"_publish": "1"}
    yield (
        "save and publish, with others",
        lambda: desk.post(address(draft), filled(desk.get(address(draft))) | wanted),
    )
    wrong = filled(desk.get(address(draft))) | {"title": "", "when_edtf": "May 2025"}
    yield "form with errors", lambda: desk.post(address(draft), wrong)
    stale = filled(desk.get(address(draft))) | {"title": "Mine"}
    draft.title = "Theirs"
    draft.save()
    yield "conflict", lambda: desk.post(address(draft), stale)
    twin = make_person("Marco Rubio", birth="1971")
    renew({"person": [rubio.pk, twin.pk]})
    yield "form with a warning", lambda: desk.get(address(twin))
    yield "merge, to choose", lambda: desk.get(address(twin, "merge"))
    yield "merge", lambda: desk.get(address(twin, "merge"), {"survivor": str(rubio.pk)})
    merge(twin, rubio, by=None, reason="The same.")
    yield "form of a merged record", lambda: desk.get(address(twin))
    yield "undo a merge", lambda: desk.get(address(twin, "unmerge"))
    gone = make_state("Ruritania")
    publish_whole(gone)
    withdraw(gone, by=None, reason="There is no such state.")
    yield "form of a withdrawn record", lambda: desk.get(address(gone))
    yield "restore", lambda: desk.get(address(gone, "restore"))
    yield "window of a box", lambda: desk.get(address(Person, "add"), {"_popup": "1"})


def _of_a_review(cy: Any, desk: Client, event: Any) -> Iterator[Page]:
    yield "review, not begun", lambda: desk.get(address(event, "review"))
    review.submit(event, by=cy, note="Look at the summary.")
    review.comment(event, by=cy, text="As the source says.", field="summary")
    yield "review", lambda: desk.get(address(event, "review"))
    yield "reviews", lambda: desk.get(reverse("admin:reviews"))
    yield "form under review", lambda: desk.get(address(event))


def _of_imports(patch: pytest.MonkeyPatch, capture: Capture, desk: Client) -> Iterator[Page]:
    patch.setattr(worker, "start", work_here)
    hands = Desk(capture)
    publish_whole(make_source(slug="atlas"))
    yield "imports", lambda: desk.get(reverse("admin:imports_importbatch_changelist"))
    yield "upload", lambda: desk.get(UPLOAD)
    wrong = hands.upload(desk, file_of(person("a-1", birth="1735-13", nmae="Ann")))
    yield "rejected import", lambda: desk.get(page_of(wrong))
    right = hands.upload(desk, file_of(person("a-2", birth="1735")))
    yield "checked import", lambda: desk.get(page_of(right))
    hands.press(desk, right, "import")
    yield "import", lambda: desk.get(page_of(right))
    yield "undo an import", lambda: desk.get(f"{page_of(right)}undo/")
    low, high = sorted(make_person("Jane Doe").pk for _ in range(2))
    pair = PossibleDuplicate.objects.create(
        kind="person", record_id=low, other_id=high, score=0.9, reason="Same name."
    )
    yield (
        "possible duplicates",
        lambda: desk.get(reverse("admin:records_possibleduplicate_changelist")),
    )
    yield "possible duplicate", lambda: desk.get(f"/admin/records/possibleduplicate/{pair.pk}/")


def _of_accounts(desk: Client, ada: Any) -> Iterator[Page]:
    yield "accounts", lambda: desk.get(reverse("admin:auth_user_changelist"))
    yield "account", lambda: desk.get(address(ada))
    yield "new account", lambda: desk.get(reverse("admin:auth_user_add"))
    yield "groups", lambda: desk.get(reverse("admin:auth_group_changelist"))
    yield "group", lambda: desk.get(address(ada.groups.get()))
    yield "password of an account", lambda: desk.get(f"/admin/auth/user/{ada.pk}/password/")
    yield "own password", lambda: desk.get(reverse("admin:password_change"))
    yield "access attempts", lambda: desk.get(reverse("admin:axes_accessattempt_changelist"))
    yield "new key", lambda: desk.get(address(ApiKey, "add"))
    made = {"owner": "Wire", "label": "", "expires_at_0": "", "expires_at_1": ""}
    yield "key, shown once", lambda: desk.post(address(ApiKey, "add"), made)
    yield "keys", lambda: desk.get(address(ApiKey, "changelist"))
    yield "key", lambda: desk.get(address(ApiKey.objects.get()))


def _of_many(desk: Client) -> Iterator[Page]:
    kind = make_event_type("talks")
    events = [make_event(f"Talks {number}", type=kind, status="planned") for number in range(3)]
    there = address(Event, "change_field")
    wanted = {
        "_keys": " ".join(str(event.pk) for event in events),
        "field": "set:status",
        "value": "occurred",
    }
    yield "change a field", lambda: desk.post(there, wanted | {"_preview": "1"})
    shown = desk.post(there, wanted | {"_preview": "1"}).context["planned"].fingerprint
    desk.post(there, wanted | {"_shown": shown, "_confirm": "1"})
    yield "changed together", lambda: desk.get(address(Event, "together"))
    saved = {"name": "Drafts", "query": "?publication=draft", "is_shared": "on"}
    desk.post(reverse("admin:events_event_save_list"), saved)
    yield (
        "list with a saved list",
        lambda: desk.get(address(Event, "changelist"), {"publication": "draft"}),
    )


def _of_every_kind(desk: Client) -> Iterator[Page]:
    for kind in all_kinds():
        record = EVERY_KIND[kind.name].with_parts(1)
        name = kind.model._meta.verbose_name
        yield f"{name}: list", partial(desk.get, address(kind.model, "changelist"))
        yield f"{name}: new", partial(desk.get, address(kind.model, "add"))
        yield f"{name}: form", partial(desk.get, address(record))
