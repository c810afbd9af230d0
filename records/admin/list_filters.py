"""What only the desk asks its lists: the editorial state, warnings, what is missing, whose work, since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q

from config.api.sql import has_any
from config.dates.values import EdtfError, parse_partial
from records.badges import BadgeFilter
from records.constraints import PublishedIsCited
from records.models import EditorialState, RecordWarning
from records.registry import kind_of
from records.terms import term

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from config.api.sql import Clause
    from records.registry import Kind

UNPUBLISHED = [state for state in EditorialState if state != EditorialState.PUBLISHED]
#: Accounts that a list is offered to be narrowed to.
ACCOUNTS = 200


class DeskFilter(admin.SimpleListFilter):
    """Base of filters of the desk that offer words."""

    is_input = False
    words: ClassVar[Sequence[tuple[str, str]]] = ()

    @classmethod
    def clause(cls, kind: Kind, word: str) -> Clause | None:  # noqa: ARG003 - for those that have some
        """Return the condition on editions and previews that a word means, if they say what is asked; else `queryset` makes one."""
        return None

    def problem(self, value: str) -> str:
        """Say why a value is not understood; nothing where it is."""
        return not_one_of(value, self)

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return self.words


class InputFilter(DeskFilter):
    """Base of those that take what is typed."""

    is_input = True
    words = (("", ""),)  # Django shows no filter without any

    def problem(self, value: str) -> str:  # noqa: ARG002 - whatever is typed is understood
        return ""


class ChangedSince(InputFilter):
    """Records that were changed on a day or later."""

    title = "changed since"
    parameter_name = "changed_since"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 - Django's signature
        day = first_day(self.value() or "")
        return queryset.filter(changed_at__date__gte=day) if day else queryset

    def problem(self, value: str) -> str:
        return "" if first_day(value) else no_day(value)


class ChangedBy(DeskFilter):
    """Records of which somebody wrote what is not published yet."""

    title = "unpublished work of"
    parameter_name = "changed_by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        accounts = get_user_model().objects.filter(is_staff=True, is_active=True)
        names = accounts.order_by("username").values_list("username", flat=True)[:ACCOUNTS]
        return [("me", "me"), *((name, name) for name in names)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not (name := self.value()):
            return queryset
        key = request.user.pk if name == "me" else _account(name)
        # As the index has it.
        work = Q(writers__contains=[key]) & ~Q(writers=[])
        return queryset.filter(work) if key else queryset

    def problem(self, value: str) -> str:
        # Accounts that are no longer offered are understood too.
        is_known = value == "me" or _account(value)
        return "" if is_known else f"“{value}” is the name of no account."


class Warned(DeskFilter):
    """Records with warnings."""

    title = "warnings"
    parameter_name = "warnings"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        checks = kind_of(model_admin.model).checks
        return [("any", "any"), *checks.labels.items()] if checks else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 - Django's signature
        if not (code := self.value()):
            return queryset
        found = RecordWarning.objects.order_by().filter(kind=queryset.model.object_kind)
        if code != "any":
            found = found.filter(code=code)
        return queryset.filter(pk__in=found.values("record_id"))


class Contested(DeskFilter):
    """Records of which sources make competing claims."""

    title = "contested"
    parameter_name = "contested"
    words = (("yes", "yes"), ("no", "no"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 - Django's signature
        value = self.value()
        return queryset.filter(contested=value == "yes") if value in {"yes", "no"} else queryset


class Lacking(DeskFilter):
    """Records without any of some of their parts, or of the records that name them (`RecordAdmin.lacking`).

    What editions and previews say (`Edition.lacking`) is asked of them.
    """

    title = "without"
    parameter_name = "without"

    @classmethod
    def clause(cls, kind: Kind, word: str) -> Clause | None:
        if word not in kind.editions.lacking:
            return None
        return has_any(kind.editions, "terms", [term("without", word)])

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        kind = kind_of(model_admin.model)
        self.relations = dict(model_admin.lacking)
        if kind.is_cited:
            self.relations["citations"] = "citations"
        return [(name, name) for name in (*kind.editions.lacking, *self.relations)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 - Django's signature
        relation = self.relations.get(self.value() or "")
        if relation is None:
            return queryset
        link: Any = queryset.model._meta.get_field(relation)
        rows = link.related_model._default_manager.order_by()
        lacking = Q(~Exists(rows.filter(**{link.field.name: OuterRef("pk")})))
        rules = link.related_model._meta.constraints
        if any(isinstance(rule, PublishedIsCited) for rule in rules):
            # All that is published has one.
            lacking &= Q(editorial_state__in=UNPUBLISHED)
        return queryset.filter(lacking)


#: Filters of every list, before and behind those of the kind.
FIRST, LAST = (BadgeFilter,), (Warned, Lacking, ChangedBy, ChangedSince, Contested)


def by_field(name: str) -> type[DeskFilter]:
    """Return a filter over a field that the API has none for: a word of its choices, or what it holds as it was typed."""

    class ByField(DeskFilter):
        title = name.replace("_", " ")
        parameter_name = name

        def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:  # noqa: ARG002 - Django's signature
            field: Any = model_admin.model._meta.get_field(name)
            self.is_input = not field.choices
            return [(str(key), str(word)) for key, word in field.choices or (("", ""),)]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 - Django's signature
            value = self.value()
            return queryset.filter(**{name: value}) if value else queryset

        def problem(self, value: str) -> str:
            return "" if self.is_input else super().problem(value)

    return ByField


def _account(name: str) -> Any:
    return get_user_model().objects.filter(username=name).values_list("pk", flat=True).first()


def first_day(text: str) -> date | None:
    """Return the first day of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; None for all else."""
    try:
        return parse_partial(text.strip())[0]
    except EdtfError:
        return None


def no_day(text: str) -> str:
    """Say that a text is no day as filters take it."""
    return f"“{text}” is not understood: write YYYY-MM-DD, YYYY-MM or YYYY."


def not_one_of(value: str, spec: admin.SimpleListFilter) -> str:
    """Say that a filter does not offer a value; nothing where it does."""
    offered = [str(key) for key, _word in spec.lookup_choices]
    return "" if value in offered else f"“{value}” is not one of {', '.join(offered)}."


def misunderstood(spec: admin.SimpleListFilter) -> str:
    """Say why what a filter is given is not understood; nothing where it is, or nothing is given."""
    value = spec.value()
    if not value:
        return ""
    return spec.problem(value) if isinstance(spec, DeskFilter) else not_one_of(value, spec)
