"""Every address of the desk and every role: what is refused is refused with who can do it, and shows nothing.

The addresses are read from the resolver. A new page fails here until a table says what it asks for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, resolve

from events.models import Event
from imports.models import ImportBatch
from people.models import Person
from records.models import ApiKey, BulkEdit, Part, PossibleDuplicate, SavedList
from records.publishing import review
from records.publishing.steps import record_model
from records.publishing.warnings import renew
from records.registry import all_kinds
from records.roles import ADMINISTRATOR, CONTRIBUTOR, PUBLISHER, REVIEWER
from tests.factories.events import make_event
from tests.factories.every_kind import EVERY_KIND
from tests.factories.people import make_person
from tests.factories.staff import client_of, member_of_staff

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

#: Somebody who may look at all kinds of record, and somebody who may look at topics only.
READER, TOPICS = "reader", "reader of topics"

#: What pages of a record, and of a list, ask for: the verb for its kind.
VIEW = {
    "changelist", "export", "compare", "preview", "history", "save_list", "delete_list",
    # The deeds of a review ask for rights of their own.
    "review",
    # Of an import.
    "status", "report",
}  # fmt: skip
CHANGE = {
    "revert", "change_field", "together", "undo_together", "paste", "unresolved", "unresolved_name", "unresolved_undo",
    # Of an import, and of an account.
    "import", "check", "give-up", "publish-later", "go-on", "undo", "password_change",
}  # fmt: skip
#: A form is looked at by those who may see it; a press of the import's button asks for more than the change of an import.
BY_METHOD = {"change": ("view", "change")}
BY_ONE_METHOD = {
    "export", "save_list", "delete_list", "undo_together", "unresolved_undo",
}  # fmt: skip
PUBLISH = {"publish", "withdraw", "restore", "merge", "unmerge"}
SAME = {"add", "delete"}
#: Pages of the desk itself, for all who may enter it, and for everybody.
OWN = {
    "index", "search", "session", "guide", "reviews",
    "password_change", "password_change_done", "autocomplete", "app_list",
}  # fmt: skip
OPEN = {"login", "logout", "jsi18n"}

SECRET = "Zyxquill"
REFUSED = "admin/refused.html"


@dataclass(frozen=True)
class Page:
    """An address of the desk."""

    name: str  #: as the resolver has it, such as `people_person_merge`
    route: str
    model: Any = None  #: of which it is
    page: str = ""

    def address(self, keys: dict[str, Any]) -> str:
        """Return the address of a record that is there, or of none."""
        given = {"app_label": "people", "url": "nowhere/", "member": "participations", **keys}
        found = re.sub(
            r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>",
            lambda match: str(given[match[1] or match[2]]),
            self.route,
        )
        return "/admin/" + re.sub(r"[$^]", "", found)

    def right(self, *, is_post: bool) -> str:
        """Return the right that it asks for."""
        if self.page in BY_METHOD:
            verb = BY_METHOD[self.page][is_post]
        elif self.page in SAME:
            verb = self.page
        else:
            (verb,) = (
                verb
                for verb, those in (("view", VIEW), ("change", CHANGE), ("publish", PUBLISH))
                if self.page in those
            )
        if self.model is ImportBatch and verb == "publish":
            verb = "change"
        model = record_model(self.model) if issubclass(self.model, Part) else self.model
        return f"{model._meta.app_label}.{verb}_{model._meta.model_name}"


@cache
def pages() -> list[Page]:
    """Return all addresses; those without a name only redirect."""
    models = {f"{m._meta.app_label}_{m._meta.model_name}": m for m in admin.site._registry}
    found = []
    for name, route in _routes(admin.site.urls[0], ""):
        start = next((each for each in models if name.startswith(f"{each}_")), "")
        page = name.removeprefix(f"{start}_") if start else ""
        found.append(Page(name, route, models.get(start), page))
    return found


def _routes(patterns: Any, before: str) -> Iterator[tuple[str, str]]:
    for each in patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, route)
        elif isinstance(each, URLPattern) and each.name:
            yield each.name, route


def test_the_table_has_every_page_and_no_other() -> None:
    of_models = {page.page for page in pages() if page.model is not None}

    assert of_models == VIEW | CHANGE | PUBLISH | SAME | BY_METHOD.keys()
    assert {page.name for page in pages() if page.model is None} == OWN | OPEN


@pytest.fixture(scope="module")
def keys(module_transaction: None) -> dict[Any, dict[str, Any]]:
    """A row of each kind with a draft's text, and what hangs on it, by model."""
    author = member_of_staff(PUBLISHER, "author")
    rows: dict[Any, Any] = {kind.model: EVERY_KIND[kind.name].make() for kind in all_kinds()} | {
        Person: make_person(SECRET),
        Event: make_event(SECRET),
    }
    renew({"person": [make_person(SECRET).pk, rows[Person].pk]})
    review.submit(rows[Event], by=author, note=SECRET)
    low, high = sorted((rows[Person].pk, make_person(f"{SECRET} II").pk))
    pair = PossibleDuplicate.objects.create(
        kind="person", record_id=low, other_id=high, score=0.9, reason=SECRET
    )
    batch = ImportBatch.objects.create(file_name=SECRET, dataset="chancery", status="done")
    api_key, _token = ApiKey.make(owner=SECRET, by=author)
    found = {model: {"object_id": row.pk} for model, row in rows.items()}
    for kind in all_kinds():
        edit = BulkEdit.objects.create(
            kind=kind.name, action="x", what=SECRET, count=1, context_id=uuid4(), by=author
        )
        SavedList.objects.create(kind=kind.name, name=SECRET, owner=author, is_shared=True)
        found[kind.model]["key"] = edit.pk
    found[ImportBatch] = {"batch_id": batch.pk}
    found[PossibleDuplicate] = {"pair_id": pair.pk}
    found[ApiKey] = {"object_id": api_key.pk}
    found[User] = {"object_id": author.pk, "id": author.pk}
    return found


def somebody(role: str) -> User:
    if role not in {READER, TOPICS, ""}:
        return member_of_staff(role, "asker")
    user = User.objects.create_user("asker", is_staff=True)
    views = Permission.objects.filter(codename__startswith="view_")
    models = [kind.model._meta.model_name for kind in all_kinds()] if role == READER else ["topic"]
    if role:
        user.user_permissions.set(views.filter(content_type__model__in=models))
    return user


def asked(page: Page, user: Any, keys: dict[Any, dict[str, Any]], *, is_post: bool) -> Any:
    """Return the answer of a page, which is not rendered: there are some 700 to look at."""
    address = page.address({"object_id": 1, "key": 1, **keys.get(page.model, {})})
    make = RequestFactory()
    request: Any = make.post(address) if is_post else make.get(address)
    request.user, request.session = user, {}
    request._dont_enforce_csrf_checks = True
    request._messages = FallbackStorage(request)
    request.resolver_match = match = resolve(address)
    return match.func(request, *match.args, **match.kwargs)


def of_one_kind() -> list[Page]:
    """Return the pages of events, and those that are not a record's: what all kinds have is the same code for all."""
    kinds = {kind.model for kind in all_kinds()} - {Event}
    return [page for page in pages() if page.model is not None and page.model not in kinds]


@pytest.mark.parametrize(
    "role", ["", TOPICS, READER, CONTRIBUTOR, REVIEWER, PUBLISHER, ADMINISTRATOR]
)
def test_what_a_role_may_not_do_is_refused_with_who_can(
    role: str, keys: dict[Any, dict[str, Any]]
) -> None:
    user = somebody(role)
    refused = 0
    for is_post in (False, True):
        # Of all kinds once: each answer costs as much as a page.
        for page in of_one_kind() if role or is_post else pages():
            if page.model is None or user.has_perm(page.right(is_post=is_post)):
                continue
            response = asked(page, user, keys, is_post=is_post)

            said = (page.name, is_post, response.status_code, response.get("Location"))
            if response.status_code == 302:  # nothing is there, or the list answers
                assert (page.page, page.model in keys) in {
                    ("history", False),
                    ("change_field", True),
                }, said
            elif response.status_code == 404:
                assert page.page == "paste", said
            elif response.status_code == 405:
                assert page.page in BY_ONE_METHOD, said
            else:
                shown = response.context_data
                text = " ".join([shown["reason"], *shown["said"]])
                assert (response.status_code, response.template_name) == (403, REFUSED), said
                assert "It needs " in text, said
                assert SECRET not in text, said
            refused += 1
    assert refused > 20


def test_an_account_with_the_right_is_not_refused(keys: dict[Any, dict[str, Any]]) -> None:
    user = somebody(PUBLISHER)
    refused = {
        page.name
        for page in of_one_kind()
        if page.model is Event and asked(page, user, keys, is_post=False).status_code == 403
    }

    assert refused == set()


def test_without_a_log_in_all_lead_to_the_log_in(keys: dict[Any, dict[str, Any]]) -> None:
    nobody = AnonymousUser()
    for page in pages():
        for is_post in (False, True):
            if page.name in OPEN:
                continue
            response = asked(page, nobody, keys, is_post=is_post)

            said = (page.name, is_post, response.status_code)
            assert response.status_code == 302, said
            assert response["Location"].startswith("/admin/login/?next=/admin/"), said


@pytest.mark.parametrize("role", [TOPICS, READER])
def test_pages_of_the_desk_show_only_kinds_that_somebody_may_see(
    role: str, keys: dict[Any, dict[str, Any]]
) -> None:
    client = client_of(somebody(role))
    SavedList.objects.filter(kind="topic").delete()
    SavedList.objects.filter(kind="event").update(name=f"{SECRET} list")
    person = {"app_label": "people", "model_name": "tenure", "field_name": "person"}

    found = {
        path: SECRET in client.get(path, query).content.decode()
        for path, query in (
            ("/admin/", {}),
            ("/admin/search/", {"q": "zyxquil"}),
            ("/admin/reviews/", {}),
            ("/admin/autocomplete/", {**person, "term": "zyxquil"}),
        )
    }

    assert set(found.values()) == {role == READER}, found
