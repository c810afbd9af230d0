"""The form and list that every kind of record shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.postgres.fields import ArrayField
from django.core.paginator import Paginator
from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.models import ProtectedError, Q
from django.http import HttpResponseRedirect
from django.utils.functional import cached_property

from records.admin.deeds import Deeds, form_address, shown
from records.admin.forms import BY_HAND, Lines, RecordForm
from records.admin.history import HistoryPage, steps_since
from records.admin.listed import Listed
from records.admin.relations import Labelled, RecordSelect, Relations, show_chosen
from records.admin.violations import message_of
from records.badges import BADGE, BadgeFilter, badge_html
from records.desk_search import search
from records.lookup.working import find_named
from records.models import EditorialState
from records.publishing.publish import CurationRefused
from records.registry import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django import forms
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

    _ModelAdmin = admin.ModelAdmin[Any]
    _Paginator = Paginator[Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _Paginator = Paginator

#: The list counts no further than this: beyond it, searching finds more than paging does.
COUNTED = 10_000


class BoundedPaginator(_Paginator):
    """A paginator that stops counting."""

    @cached_property
    def count(self) -> int:
        """Count the rows, up to the bound."""
        rows: Any = self.object_list
        return int(rows[: COUNTED + 1].count())

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.count > COUNTED


class RecordAdmin(Relations, Labelled, HistoryPage, Deeds, _ModelAdmin):
    """Base of all records' admin classes. They declare what is particular to their kind; the desk's rules are here."""

    form = RecordForm
    change_form_template = "admin/record_form.html"
    save_on_top = True
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    paginator = BoundedPaginator
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        ArrayField: {"form_class": Lines},
        models.URLField: {"assume_scheme": "https"},
    }

    #: Rows of the form's first part, as in fieldsets.
    rows: ClassVar[Sequence[str | Sequence[str]]] = ()
    #: Columns of the list between the label and the status.
    columns: ClassVar[Sequence[str]] = ()
    #: What the search box and every field that names this kind look through; `whole_search_fields` match as a whole only.
    search_fields: ClassVar[list[str] | tuple[str, ...]] = ()
    whole_search_fields: ClassVar[Sequence[str]] = ("slug", "identifiers__value")
    #: Tables of records that name this one.
    listed: ClassVar[Sequence[Listed]] = ()
    #: Relations that the label is made of.
    label_related: ClassVar[Sequence[str]] = ()

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["records/desk.css"]}

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read the badge with each row."""
        rows: QuerySet[Any] = super().get_queryset(request).annotate(badge=BADGE)
        return rows

    def get_list_display(self, request: HttpRequest) -> list[Any]:  # noqa: ARG002 - Django's signature
        """Label, what the kind shows, status."""
        return ["__str__", *self.columns, "publication", "changed_at"]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:  # noqa: ARG002 - Django's signature
        """Status first, then what the kind filters by."""
        return [BadgeFilter, *self.list_filter, "contested"]

    def get_list_select_related(self, request: HttpRequest) -> Any:  # noqa: ARG002 - Django's signature
        """Read the foreign keys among the columns, and what the label needs, with the rows."""
        named = [field.name for field in self._searched() if field.name in self.columns]
        return [*named, *self.label_related]

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        """Find parts of words, whatever their accents, and the record of that name (`PK`, slug, `scheme:value`, id)."""
        found = search(
            queryset, search_term, parts_of=self.search_fields, whole=self.whole_search_fields
        )
        term = search_term.strip()
        # Ids, slugs and codes are found whole by the search itself.
        if ":" in term and (named := find_named(kind_of(self.model), [term])[term]):
            keys = [record.merged_into or record.pk for record in named]
            found = queryset.filter(Q(pk__in=keys) | Q(pk__in=found.order_by().values("pk")))
        return found, False

    @admin.display(description="publication", ordering="badge")
    def publication(self, record: Any) -> SafeString:
        """Show the badge."""
        return badge_html(record.badge)

    def labelled(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Read with each row what its label needs."""
        return queryset.select_related(*self.label_related) if self.label_related else queryset

    def label(self, row: Any) -> str:
        """Return the label, and say when the world does not know the record."""
        name = self.label_of(row)
        return name if row.is_published else f"{name} · {row.get_editorial_state_display().lower()}"

    @property
    def media(self) -> forms.Media:
        """The scripts of searched relations, which the list's filters use too."""
        field: Any = self.model._meta.get_field("merged_into")
        return super().media + RecordSelect(field, self.admin_site).media

    # The form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 - Django's signature
        """What the kind declares, then what every record has."""
        return [
            (None, {"fields": self.rows}),
            ("At the desk", {"fields": ("editorial_state", "slug", "contested", "curators_note")}),
            ("Protected from imports", {"fields": ("locked_fields",), "classes": ("collapse",)}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:  # noqa: ARG002
        """The slug is fixed by the first publication; states beyond review come by deeds."""
        fixed = []
        if obj is not None and obj.published_at is not None:
            fixed.append("slug")
        if obj is not None and obj.editorial_state not in BY_HAND:
            fixed.append("editorial_state")
        return fixed

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        **kwargs: Any,
    ) -> Any:
        """Hand the form what was refused, so that it comes back with everything that was typed."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.refused = getattr(request, "desk_refused", ())
        return form

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A merged record is a sign-post; nobody edits it."""
        merged = obj is not None and obj.editorial_state == EditorialState.MERGED
        return super().has_change_permission(request, obj) and not merged

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was ever published is withdrawn instead."""
        return super().has_delete_permission(request, obj) and (
            obj is None or obj.published_at is None
        )

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Whether the person may publish, withdraw, restore and merge records of this kind."""
        return request.user.has_perm(f"{self.opts.app_label}.publish_{self.opts.model_name}")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the form, or save it: all of it, published if that was asked for, or nothing of it.

        What the database or publishing refuses comes back as errors of the same form.
        """
        extra = dict(extra_context or {})
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra)
        try:
            with transaction.atomic():
                extra |= self._look_for_other_hands(request, object_id)
                return super().changeform_view(request, object_id, form_url, extra)
        except (IntegrityError, DataError) as error:
            refused = [message_of(error)]
        except CurationRefused as refusal:
            refused = [each.detail for each in refusal.refusals]
            gathering = getattr(request, "desk_gathering", None)
            if gathering is not None and gathering.also:
                extra["gathering"] = shown(gathering)
                refused = [
                    "Nothing is saved or published yet: see above what would have to be published along."
                ]
        setattr(request, "desk_refused", tuple(refused))  # noqa: B010 - Django's request takes attributes, its type does not say so
        return super().changeform_view(request, object_id, form_url, extra)

    def _look_for_other_hands(self, request: HttpRequest, object_id: str | None) -> dict[str, Any]:
        """Hold the row while it is saved, and refuse a form that was opened before somebody else's change."""
        key = self.model._meta.pk
        if object_id is None:
            return {}
        try:
            rows = self.model._default_manager.filter(pk=key.to_python(object_id))
        except Exception:  # noqa: BLE001 - an address that is no key is Django's to answer
            return {}
        changed_at = (
            rows.select_for_update(no_key=True).values_list("changed_at", flat=True).first()
        )
        seen = request.POST.get("_seen", "")
        if changed_at is None or seen == changed_at.isoformat():
            return {}
        message = (
            "Somebody changed this record after you opened it; see below what. Nothing of yours is saved yet. "
            "Take over here what you want to keep of it, then save again."
        )
        setattr(request, "desk_refused", (message,))  # noqa: B010 - as above
        return {"meanwhile": steps_since(self.model, object_id, seen)}

    def render_change_form(  # noqa: PLR0917 - Django's signature
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        change: bool = False,  # noqa: FBT001, FBT002
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Add what the desk shows around the form."""
        show_chosen(self.admin_site, _forms_in(context))
        for inline in context["inline_admin_formsets"]:
            inline.pages = _pages(request, inline.formset)
        may_publish = self.has_publish_permission(request)
        merged = obj is not None and obj.editorial_state == EditorialState.MERGED
        context |= {
            "badge": badge_html(obj.badge) if obj is not None else "",
            "warnings": obj.warnings() if obj is not None and hasattr(obj, "warnings") else [],
            "listed": [table.about(obj) for table in self.listed] if obj is not None else [],
            "deeds": self.deeds_open_to(request, obj) if obj is not None else [],
            "public_path": self.public_path(obj) if obj is not None else "",
            "show_publish": may_publish and not merged and not context["is_popup"],
            "was_published": obj is not None and obj.published_at is not None,
        }
        return super().render_change_form(
            request, context, add=add, change=change, form_url=form_url, obj=obj
        )

    def save_related(self, request: Any, form: Any, formsets: Any, change: Any) -> None:
        """Save the parts, let the database check everything now, and publish where that was asked for."""
        super().save_related(request, form, formsets, change)
        connection.check_constraints()
        if "_publish" in request.POST:
            self.publish_from_form(request, form.instance)
            connection.check_constraints()

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """After publishing, stay with the record."""
        self._warn(request, obj)
        return self._published(request, obj) or super().response_add(
            request, obj, post_url_continue
        )

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """After publishing, stay with the record."""
        self._warn(request, obj)
        return self._published(request, obj) or super().response_change(request, obj)

    def _warn(self, request: HttpRequest, obj: Any) -> None:
        for warning in obj.warnings() if hasattr(obj, "warnings") else ():
            self.message_user(request, warning, messages.WARNING)

    def _published(self, request: HttpRequest, obj: Any) -> HttpResponse | None:
        if "_publish" not in request.POST:
            return None
        self.message_user(request, self.published_message([obj]), messages.SUCCESS)
        return HttpResponseRedirect(form_address(obj))

    # Deletion

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Delete, or say what names the record."""
        try:
            with transaction.atomic():
                response = super().delete_view(request, object_id, extra_context)
                connection.check_constraints()
                return response
        except (IntegrityError, ProtectedError) as error:
            self.message_user(request, message_of(error), messages.ERROR)
            return HttpResponseRedirect(request.path.removesuffix("delete/") + "change/")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete all, or none and say why."""
        with transaction.atomic():
            super().delete_queryset(request, queryset)
            connection.check_constraints()

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Run an action; what the database refuses is a message."""
        try:
            with transaction.atomic():
                return super().response_action(request, queryset, *args, **kwargs)
        except (IntegrityError, ProtectedError) as error:
            self.message_user(request, message_of(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


def _forms_in(context: dict[str, Any]) -> Iterator[Any]:
    yield context["adminform"].form
    for inline in context["inline_admin_formsets"]:
        yield from inline.formset.forms


def _pages(request: HttpRequest, formset: Any) -> list[tuple[str, str]]:
    """Return (query, words) of the pages beside the one of these rows."""
    pages = []
    for page, words, is_there in (
        (formset.page - 1, "Rows before these", formset.page > 1),
        (formset.page + 1, "More rows", formset.has_next),
    ):
        query = request.GET.copy()
        query[formset.page_parameter] = str(page)
        if is_there:
            pages.append((f"?{query.urlencode()}#{formset.prefix}-group", words))
    return pages
