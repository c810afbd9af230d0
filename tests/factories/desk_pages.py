"""One page of each type of the desk, as the desk answers it: for tests that look at all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.test import Client
from django.urls import reverse

from imports import worker
from people.models import Person
from records.models import ApiKey, PossibleDuplicate
from records.publishing import review
from records.publishing.merge import merge
from records.publishing.publish import withdraw
from records.publishing.warnings import renew
from records.registry import all_kinds
from records.roles import ADMINISTRATOR, CONTRIBUTOR
from tests.factories.events import make_event, make_participation
from tests.factories.every_kind import EVERY_KIND
from tests.factories.imports import UPLOAD, Desk, file_of, page_of, person, work_here
from tests.factories.people import make_office, make_person, make_state, make_tenure
from tests.factories.records import make_source, publish_whole
from tests.factories.staff import client_of, member_of_staff
from tests.records.admin.filling import address, filled

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from tests.factories.imports import Capture


def every_page(
    patch: pytest.MonkeyPatch, capture: Capture
) -> Iterator[tuple[str, Any]]:
    """Yield the name and the answer of a page of each type. The administrator asks, unless the page is for others."""
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
    yield from _of_every_kind(desk)


def _of_the_desk(desk: Client, nobody: Client, words: str) -> Iterator[tuple[str, Any]]:
    yield "log-in", nobody.get(reverse("admin:login"))
    yield "log-in refused", nobody.post(reverse("admin:login"), {"username": "x", "password": "y"})
    yield "home", desk.get(reverse("admin:index"))
    yield "search", desk.get(reverse("admin:search"), {"q": "Rubio"})
    yield "guide", desk.get(reverse("admin:guide"))
    yield "warnings", desk.get(reverse("admin:records_recordwarning_changelist"))
    yield "names in words", desk.get("/admin/events/event/in-words/")
    yield "name in words", desk.get("/admin/events/event/in-words/name/", {"name": words.lower()})
    yield "not found", desk.get("/admin/nowhere/")
    yield "cannot be shown", desk.get(address(Person, "changelist"), {"names__name": "x"})


def _of_a_record(desk: Client, other: Client, event: Any, rubio: Person) -> Iterator[tuple[str, Any]]:
    yield "form of a changed record", desk.get(address(event))
    yield "form of a contributor", other.get(address(event))
    yield "history", desk.get(address(event, "history"))
    yield "compare", desk.get(address(event, "compare"))
    yield "revert", desk.get(address(event, "revert"), {"to": "r1"})
    yield "publish", desk.get(address(event, "publish"))
    yield "withdraw", desk.get(address(event, "withdraw"))
    yield "delete refused", desk.get(address(event, "delete"))
    yield "not allowed", other.get(address(event, "publish"))
    draft = make_event("Another meeting", when="2025-05-18")
    make_participation(draft, make_person("Ishaq Dar"))
    yield "delete", desk.get(address(draft, "delete"))
    yield "save and publish, with others", desk.post(
        address(draft), filled(desk.get(address(draft))) | {"_publish": "1"}
    )
    wrong = filled(desk.get(address(draft))) | {"title": "", "when_edtf": "May 2025"}
    yield "form with errors", desk.post(address(draft), wrong)
    stale = filled(desk.get(address(draft))) | {"title": "Mine"}
    draft.title = "Theirs"
    draft.save()
    yield "conflict", desk.post(address(draft), stale)
    twin = make_person("Marco Rubio", birth="1971")
    renew({"person": [rubio.pk, twin.pk]})
    yield "form with a warning", desk.get(address(twin))
    yield "merge, to choose", desk.get(address(twin, "merge"))
    yield "merge", desk.get(address(twin, "merge"), {"survivor": str(rubio.pk)})
    merge(twin, rubio, by=None, reason="The same.")
    yield "form of a merged record", desk.get(address(twin))
    yield "undo a merge", desk.get(address(twin, "unmerge"))
    gone = make_state("Ruritania")
    publish_whole(gone)
    withdraw(gone, by=None, reason="There is no such state.")
    yield "form of a withdrawn record", desk.get(address(gone))
    yield "restore", desk.get(address(gone, "restore"))
    yield "window of a box", desk.get(address(Person, "add"), {"_popup": "1"})


def _of_a_review(cy: Any, desk: Client, event: Any) -> Iterator[tuple[str, Any]]:
    yield "review, not begun", desk.get(address(event, "review"))
    review.submit(event, by=cy, note="Look at the summary.")
    review.comment(event, by=cy, text="As the source says.", field="summary")
    yield "review", desk.get(address(event, "review"))
    yield "reviews", desk.get(reverse("admin:reviews"))
    yield "form under review", desk.get(address(event))


def _of_imports(
    patch: pytest.MonkeyPatch, capture: Capture, desk: Client
) -> Iterator[tuple[str, Any]]:
    patch.setattr(worker, "start", work_here)
    hands = Desk(capture)
    publish_whole(make_source(slug="atlas"))
    yield "imports", desk.get(reverse("admin:imports_importbatch_changelist"))
    yield "upload", desk.get(UPLOAD)
    wrong = hands.upload(desk, file_of(person("a-1", birth="1735-13", nmae="Ann")))
    yield "rejected import", desk.get(page_of(wrong))
    right = hands.upload(desk, file_of(person("a-2", birth="1735")))
    yield "checked import", desk.get(page_of(right))
    hands.press(desk, right, "import")
    yield "import", desk.get(page_of(right))
    yield "undo an import", desk.get(f"{page_of(right)}undo/")
    low, high = sorted(make_person("Jane Doe").pk for _ in range(2))
    pair = PossibleDuplicate.objects.create(
        kind="person", record_id=low, other_id=high, score=0.9, reason="Same name."
    )
    yield "possible duplicates", desk.get(reverse("admin:records_possibleduplicate_changelist"))
    yield "possible duplicate", desk.get(f"/admin/records/possibleduplicate/{pair.pk}/")


def _of_accounts(desk: Client, ada: Any) -> Iterator[tuple[str, Any]]:
    yield "accounts", desk.get(reverse("admin:auth_user_changelist"))
    yield "account", desk.get(address(ada))
    yield "new account", desk.get(reverse("admin:auth_user_add"))
    yield "groups", desk.get(reverse("admin:auth_group_changelist"))
    yield "group", desk.get(address(ada.groups.get()))
    yield "password of an account", desk.get(f"/admin/auth/user/{ada.pk}/password/")
    yield "own password", desk.get(reverse("admin:password_change"))
    yield "access attempts", desk.get(reverse("admin:axes_accessattempt_changelist"))
    yield "new key", desk.get(address(ApiKey, "add"))
    made = {"owner": "Wire", "label": "", "expires_at_0": "", "expires_at_1": ""}
    yield "key, shown once", desk.post(address(ApiKey, "add"), made)
    yield "keys", desk.get(address(ApiKey, "changelist"))
    yield "key", desk.get(address(ApiKey.objects.get()))


def _of_every_kind(desk: Client) -> Iterator[tuple[str, Any]]:
    for kind in all_kinds():
        record = EVERY_KIND[kind.name].with_parts(1)
        name = kind.model._meta.verbose_name
        yield f"{name}: list", desk.get(address(kind.model, "changelist"))
        yield f"{name}: new", desk.get(address(kind.model, "add"))
        yield f"{name}: form", desk.get(address(record))
