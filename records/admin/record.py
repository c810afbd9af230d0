"""The form and list that every kind of record shares."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.models import Exists, OuterRef, ProtectedError, Q
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.html import format_html

from records.admin import conflict, once, warnings
from records.admin.boxes import RecordSelect, offer_new, show_chosen
from records.admin.change_field import ChangeField, change_selected
from records.admin.compare import ComparePage
from records.admin.database_errors import message_of
from records.admin.exporting import ListExport
from records.admin.fieldsets import fieldsets_html
from records.admin.forms import NATURES, Lines, RecordForm
from records.admin.history import HistoryPage, changes_since
from records.admin.lines import numbered, table_of
from records.admin.list_filters import FIRST, LAST
from records.admin.lists import ListPaginator, RecordChangeList
from records.admin.parts import FEW, keys_of, own_key, save_changed
from records.admin.pasting import PastePage, box_of
from records.admin.picker import label_column, ranked, span_of
from records.admin.publishing import (
    PublishingActions,
    address_of,
    hold_with_others,
    is_own_work,
    said_nature,
    shown,
)
from records.admin.related_tables import RelatedTable
from records.admin.relations import Relations, marked_up_texts
from records.admin.review import SUBMIT, ReviewPage
from records.admin.saved_lists import SavedLists
from records.admin.warnings import NOT_SAVED, UnseenWarnings
from records.badges import BADGE, badge_html
from records.desk_search import narrowed
from records.lookup.days import days_of
from records.lookup.working import find_named
from records.models import EditorialState
from records.publishing.deeds import ContentionError, deed
from records.publishing.previews import forget
from records.publishing.publish import UNSEEN, CurationRefused
from records.publishing.review import reviews_of
from records.publishing.warnings import renew
from records.registry import kind_of
from records.roles import roles_with

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django import forms
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

    from records.lookup.reading import Days

#: Shown to a person whose form was opened before somebody else's change.
BOTH_CHANGED = (
    "Somebody changed the same fields after you opened this record. Choose at each of them which to keep: "
    "nothing is saved yet."
)
CHANGED_ELSEWHERE = (
    "Somebody changed other parts of this record after you opened it. Your form has these changes now: "
    "look at them, then send it again. Nothing is saved yet."
)
KEPT_BOTH = "Somebody else changed other parts of this record while you had it open. Both are saved: see its history."

#: What a list of actions begins with.
EMPTY_CHOICE = "---------"
#: Records that a message names.
NAMED = 5


def delete_drafts(desk: RecordAdmin, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
    """Ask to delete what was never published; say of the rest why it cannot be, and who can do what instead."""
    public = list(queryset.order_by("pk").exclude(published_at=None)[: NAMED + 1])
    if not public:
        return delete_selected(desk, request, queryset)
    names = ", ".join(f"“{record}”" for record in public[:NAMED])
    more = " and others" if len(public) > NAMED else ""
    were, them = ("was", "it") if len(public) == 1 else ("were", "them")
    desk.message_user(request, _never_deleted(f"{names}{more} {were}", them), messages.ERROR)
    return None


def _never_deleted(these_were: str, them: str) -> str:
    return (
        f"Nothing is deleted: {these_were} published, and what was ever published is never deleted. "
        f"A publisher can withdraw {them}, or merge {them} into another record."
    )


def _merged_meanwhile(record: Any) -> str:
    return (
        f"Nothing is saved: “{record}” was merged into “{record.merged_into}” after you opened its form. "
        "Go back to see what you typed, and write it there."
    )


class RecordAdmin(
    Relations,
    ListExport,
    SavedLists,
    HistoryPage,
    ComparePage,
    ReviewPage,
    ChangeField,
    PastePage,
    PublishingActions,
):
    """Base of all records' admin classes: the rules of the desk. They declare what is particular to their kind."""

    form = RecordForm
    actions = (change_selected, *PublishingActions.actions)
    change_form_template = "admin/record_form.html"
    change_list_template = "admin/record_list.html"
    save_on_top = True
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    paginator = ListPaginator
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        ArrayField: {"form_class": Lines},
        models.URLField: {"assume_scheme": "https"},
    }

    #: Rows of the form's first part, as in fieldsets.
    rows: ClassVar[Sequence[str | Sequence[str]]] = ()
    #: Columns of the list between the label and the status.
    columns: ClassVar[Sequence[str]] = ()
    #: The filters of the API that the list shows first, in this order.
    first_filters: ClassVar[Sequence[str]] = ()
    #: What records of the kind should have and may lack: words, and the relation that then has no rows.
    #: Beside those that editions say (`Edition.lacking`).
    lacking: ClassVar[Mapping[str, str]] = {}
    #: What the list is sorted by in groups, each of which an index has (`records.admin.sorting`): of kinds of which there are many.
    sorted_by_groups: ClassVar[Sequence[str]] = ()
    #: Fields that the search of this kind looks through, in its list and in the fields that refer to it. In
    #: `search_fields` any part of the text matches, in `whole_search_fields` only the whole.
    search_fields: ClassVar[list[str] | tuple[str, ...]] = ()
    whole_search_fields: ClassVar[Sequence[str]] = ("slug", "identifiers__value")
    #: The date whose day the boxes of the form send with a search (`when`).
    day: ClassVar[str] = ""
    #: Tables of records that refer to this one, below its form.
    related_tables: ClassVar[Sequence[RelatedTable]] = ()

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["records/desk.css"]}
        js: ClassVar[list[str]] = ["records/list.js"]

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).annotate(badge=BADGE)
        return rows

    def get_list_display(self, request: HttpRequest) -> list[Any]:  # noqa: ARG002 - Django's signature
        return ["__str__", *self.columns, "publication", "changed_at"]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:  # noqa: ARG002 - Django's signature
        return [*FIRST, *self.list_filter, *LAST]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RecordChangeList]:  # noqa: ARG002 - Django's signature
        return RecordChangeList

    def complete_rows(self, rows: Sequence[Any]) -> None:
        """Read what the columns of a page of the list show beside its rows, in a fixed number of queries."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Put our own deletion in the place of Django's."""
        actions: dict[str, Any] = super().get_actions(request)
        if "delete_selected" in actions:
            _theirs, name, words = actions["delete_selected"]
            actions["delete_selected"] = (delete_drafts, name, words)
        return actions

    def get_action_choices(self, request: HttpRequest, default_choices: Any = None) -> Any:
        """Say in the empty choice which actions are missing, and who has them."""
        if default_choices is None:
            needed = self._not_allowed(request).partition(":")[0]
            default_choices = [("", f"{EMPTY_CHOICE} {needed}".strip())]
        return super().get_action_choices(request, default_choices)

    def get_list_select_related(self, request: HttpRequest) -> Any:  # noqa: ARG002 - Django's signature
        named = [field.name for field in self._searched() if field.name in self.columns]
        return [*named, *self.label_related]

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        """Find parts of words, whatever their accents, and the record of that name (id, slug, code, `scheme:value`)."""
        found = narrowed(
            queryset, search_term, parts_of=self.search_fields, whole=self.whole_search_fields
        )
        term = search_term.strip()
        # Ids, slugs and codes are found whole by the search itself.
        if ":" in term and (named := find_named(kind_of(self.model), [term])[term]):
            keys = [record.merged_into or record.pk for record in named]
            found = queryset.filter(Q(pk__in=keys) | Q(pk__in=found.order_by().values("pk")))
        return found, False

    def picked(self, rows: QuerySet[Any], typed: str, on: Days | None) -> QuerySet[Any]:
        """Return the records that a box of a form lists, for something that was `on` one of these days."""
        return ranked(
            rows, typed, parts_of=self.search_fields, whole=self.whole_search_fields, on=on
        )

    def hints(self, rows: Sequence[Any], on: Days | None) -> dict[Any, str]:  # noqa: ARG002 - for kinds that change
        """Return what a box says below the labels of these records, by their keys: here, when they were."""
        return {row.pk: span_of(row) for row in rows}

    @admin.display(description="publication", ordering="badge")
    def publication(self, record: Any) -> SafeString:
        count = getattr(record, "warning_count", 0)
        if not count:
            return badge_html(record.badge)
        return format_html(
            "{} {} {}", badge_html(record.badge), count, "warning" if count == 1 else "warnings"
        )

    def label(self, row: Any) -> str:
        """Return the label, with the editorial state of a record that is not published."""
        name = self.label_of(row)
        return name if row.is_published else f"{name} · {row.get_editorial_state_display().lower()}"

    @property
    def media(self) -> forms.Media:
        """Add the scripts of searched foreign keys, which the list's filters use too."""
        field: Any = self.model._meta.get_field("merged_into")
        return super().media + RecordSelect(field, self.admin_site).media

    # The form

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Read with the record those that it names, and whether there is more to show beside it: what is not there is not asked for."""
        rows = self.get_queryset(request).select_related(*self._shown_related())
        column: Any = self.model._meta.get_field(from_field or "id")
        try:
            key = column.to_python(object_id)
            return rows.annotate(**self._beside).get(**{column.name: key})
        except (self.model.DoesNotExist, ValidationError, ValueError):
            return None

    @cached_property
    def _beside(self) -> dict[str, Any]:
        """What is read with each record, as expressions: they are the same for all."""
        it = OuterRef("pk")
        return {
            "is_reviewed": Exists(reviews_of(it)),
            "is_warned": Exists(warnings.rows_of(it)),
            **{
                keys_of(own := own_key(self.model, inline)): ArraySubquery(
                    own.model._base_manager.filter(**{own.name: it})
                    .order_by()
                    .values("pk")[: FEW + 1]
                )
                for inline in self.inlines
            },
            **{
                f"has_related_{place}": Exists(table.rows_of(it))
                for place, table in enumerate(self.related_tables)
            },
        }

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 - Django's signature
        return [
            (None, {"fields": self.rows}),
            ("Editorial", {"fields": ("slug", "contested", "curators_note")}),
            ("Protected from imports", {"fields": ("locked_fields",), "classes": ("collapse",)}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:  # noqa: ARG002
        """Fix the slug from the first publication on."""
        return ["slug"] if obj is not None and obj.published_at is not None else []

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        **kwargs: Any,
    ) -> Any:
        """Give the form the errors of the first try, so that it comes back with them and with all that was typed."""
        options = {"help_texts": marked_up_texts(self.model), **kwargs}
        form: Any = super().get_form(request, obj, change=change, **options)
        form.refused = getattr(request, "desk_refused", ())
        offer_new(form, self.admin_site, request)
        if day := form.base_fields.get(f"{self.day}_edtf"):
            day.widget.attrs["data-day-of-record"] = ""
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Fill in what was typed into the box that opened the form (`?typed=`)."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        label = label_column(self.model)
        if label and "typed" in request.GET:
            initial.setdefault(label, request.GET["typed"])
        return initial

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes of a merged record: it only redirects to another."""
        merged = obj is not None and obj.editorial_state == EditorialState.MERGED
        return super().has_change_permission(request, obj) and not merged

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to delete a record that was ever published: it is withdrawn instead."""
        return super().has_delete_permission(request, obj) and (
            obj is None or obj.published_at is None
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the form, or save it (and publish, if the button says so) completely or not at all.

        What the database or publishing refuses becomes errors of the same form, and so do warnings that it had not shown.
        """
        extra = dict(extra_context or {})
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra)
        request.POST = conflict.in_order(request.POST)  # type: ignore[assignment] # Django types it for reading

        @deed
        def save() -> Any:
            with transaction.atomic():
                met = self._meet(request, object_id)
                return super(RecordAdmin, self).changeform_view(
                    request, object_id, form_url, extra | met
                )

        try:
            return save()
        except PermissionDenied:
            record = self.get_object(request, unquote(object_id)) if object_id else None
            if record is None or record.editorial_state != EditorialState.MERGED:
                raise
            raise PermissionDenied(_merged_meanwhile(record)) from None
        except (IntegrityError, DataError, ContentionError) as error:
            refused = [self._added_already(request) or message_of(error)]
        except UnseenWarnings:
            refused = [NOT_SAVED]
        except CurationRefused as refusal:
            refused = [each.detail for each in refusal.refusals]
            dependencies = getattr(request, "desk_dependencies", None)
            if dependencies is not None and dependencies.also:
                extra["dependencies"] = shown(dependencies)
                unseen = [each.detail for each in refusal.refusals if each.code == UNSEEN]
                refused = unseen or [
                    "Nothing is saved or published yet: see above which other records must be published too."
                ]
        setattr(request, "desk_refused", tuple(refused))  # noqa: B010 - Django's request takes attributes, its type does not say so
        return super().changeform_view(request, object_id, form_url, extra)

    def _meet(self, request: Any, object_id: str | None) -> dict[str, Any]:
        """Hold the record while it is saved; merge what was sent with what somebody else changed after the form was opened."""
        if object_id is None:
            setattr(request, "desk_new", once.id_on(request.POST.get(once.NEW, ""), self.model))  # noqa: B010 - Django's request takes attributes
            if already := self._added_already(request):
                request.desk_refused = (already,)
            return {}
        try:
            key = self.model._meta.pk.to_python(object_id)
        except ValidationError:  # no key: Django's to answer
            return {}
        # As it was sent: where the whole is done again, it is merged again.
        typed = request.desk_typed = getattr(request, "desk_typed", request.POST)
        written_at = hold_with_others(request, self.model, [key]).get(key)
        is_stale = written_at is not None and typed.get("_seen", "") != written_at.isoformat()
        if not (is_stale or conflict.ASKED in typed):
            return {}
        record = self.get_object(request, object_id)
        if record is None or not self.has_change_permission(request, record):
            return {}
        form, formsets = self._unbound(request, record, typed)
        merged = conflict.merge(typed, form, formsets)
        request.POST, request.desk_merged = merged.data, merged
        request.desk_refused = ()
        if merged.asked:
            request.desk_refused = (BOTH_CHANGED,)
        elif is_stale and {"_publish", SUBMIT} & typed.keys():
            request.desk_refused = (CHANGED_ELSEWHERE,)
        elif is_stale:
            request.desk_kept_both = True
        return {"conflicting": changes_since(self.model, object_id, typed.get("_seen", ""))}

    def _added_already(self, request: Any) -> str | None:
        """Say that the form has added its record; the next time that it is sent it adds another one."""
        already = once.added_already(getattr(request, "desk_new", None), self.model)
        if already is not None:
            request.desk_new = None
        return already

    def save_form(self, request: Any, form: Any, change: Any) -> Any:
        """Give a new record the id that its form brings, before its parts are made."""
        record = super().save_form(request, form, change)
        if not change and getattr(request, "desk_new", None):
            record.pk = request.desk_new
        return record

    def _unbound(self, request: HttpRequest, record: Any, typed: Any) -> tuple[Any, list[Any]]:
        """Return the form and the formsets as they would be shown now, with the rows that were sent."""
        form = self.get_form(request, record, change=True)(instance=record)
        formsets: list[Any] = []
        numbers: Counter[str] = Counter()
        for formset_class, inline in self.get_formsets_with_inlines(request, record):
            prefix = formset_class.get_default_prefix()
            numbers[prefix] += 1
            if numbers[prefix] > 1:
                prefix = f"{prefix}-{numbers[prefix]}"
            formset: Any = formset_class(
                instance=record, prefix=prefix, queryset=inline.get_queryset(request)
            )
            formset.show(conflict.sent_keys(typed, prefix).values())
            formsets.append(formset)
        return form, formsets

    def render_change_form(  # noqa: PLR0917 - Django's signature
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        change: bool = False,  # noqa: FBT001, FBT002
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        form = context["adminform"].form
        formsets = [inline.formset for inline in context["inline_admin_formsets"]]
        merged = getattr(request, "desk_merged", None)
        if merged is not None:
            conflict.ask(self.admin_site, form, formsets, merged)
        day = f"{self.day}_edtf"
        on = days_of(str(form[day].value() or "")) if day in form.fields else None
        show_chosen(self.admin_site, _forms_in(context), on)
        if alone := [each for each in context["inline_admin_formsets"] if each.formset.is_alone]:
            return self._one_row(request, alone[0])
        for inline in context["inline_admin_formsets"]:
            inline.pages = inline.formset.other_pages(request)
            inline.table = table_of(inline, request)
            may_paste = inline.has_add_permission and not context["is_popup"]
            inline.paste = box_of(self, inline.opts, obj) if may_paste else None
        context["error_links"] = list(_error_links(_forms_in(context)))
        may_publish = self.has_publish_permission(request)
        is_merged = obj is not None and obj.editorial_state == EditorialState.MERGED
        context |= {
            "show_publish": may_publish
            and not is_merged
            and not context["is_popup"]
            and not is_own_work(request, obj),
            "show_submit": not is_merged and not context["is_popup"],
            "not_allowed": "" if is_merged or context["is_popup"] else self._not_allowed(request),
            **warnings.show(request, context, obj),
        }
        if NOT_SAVED in getattr(request, "desk_refused", ()):
            # There is no error: what Django says of errors would send the person looking for one.
            context |= {"errors": [], "not_saved": NOT_SAVED}
        if obj is None:
            sent = request.POST.get(once.NEW, "")
            is_kept = getattr(request, "desk_new", None) is not None
            context["new"] = sent if is_kept else once.ticket_for(self.model)
        else:
            context |= {
                "badge": badge_html(obj.badge),
                "was": conflict.written(conflict.shown_in(form, formsets)),
                "related_tables": [
                    table.shown_for(obj, is_empty=not getattr(obj, f"has_related_{place}", True))
                    for place, table in enumerate(self.related_tables)
                ],
                "publishing_actions": self.actions_offered(request, obj),
                "was_published": obj.published_at is not None,
                "natures": NATURES if obj.is_published else (),
                "said_nature": said_nature(request),
                **self.review_shown(request, obj),
            }
        # With all that stands beside the fields by now.
        context["fieldsets"] = fieldsets_html(context["adminform"], "fieldset-0")
        return super().render_change_form(
            request, context, add=add, change=change, form_url=form_url, obj=obj
        )

    def _not_allowed(self, request: HttpRequest) -> str:
        """Say which buttons are missing, who has them, and how to hand over."""
        name = f"{self.opts.app_label}.{{}}_{self.opts.model_name}"
        if not self.has_change_permission(request):
            return f"You may look at this record. Changing it needs {roles_with(name.format('change'))}."
        if not self.has_publish_permission(request):
            needs = roles_with(name.format("publish"))
            return f"Publishing, withdrawing and merging need {needs}: submit it for review."
        return ""

    def _one_row(self, request: HttpRequest, inline: Any) -> HttpResponse:
        """Return the form of an opened row, for a page that has its line (`?_one=`)."""
        forms = [form for form in numbered(inline) if form.original is not None]
        if not forms:
            raise Http404
        row = {"was": conflict.written(conflict.shown_in_rows(inline.formset)), "form": forms[0]}
        return TemplateResponse(
            request, "admin/edit_inline/one_row.html", {"inline_admin_formset": inline, **row}
        )

    def get_formsets_with_inlines(
        self, request: HttpRequest, obj: Any = None
    ) -> Iterator[tuple[Any, Any]]:
        """Make only the rows that are asked for, where that is one alone."""
        pairs = list(super().get_formsets_with_inlines(request, obj))
        alone = [(formset, inline) for formset, inline in pairs if formset.is_alone]
        yield from alone or pairs

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        if change:
            if form.has_changed():
                save_changed(obj)
        else:
            super().save_model(request, obj, form, change)

    def save_related(self, request: Any, form: Any, formsets: Any, change: Any) -> None:
        """Save the parts, let the database check everything now, warn, and publish if the button says so."""
        super().save_related(request, form, formsets, change)
        connection.check_constraints()
        warnings.demand_seen(request, form.instance, formsets)
        if "_publish" in request.POST:
            self.publish_from_form(request, form.instance)
            connection.check_constraints()

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        self._warn(request, obj)
        return self._published(request, obj) or super().response_add(
            request, obj, post_url_continue
        )

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        self._warn(request, obj)
        if getattr(request, "desk_kept_both", False):
            self.message_user(request, KEPT_BOTH, messages.WARNING)
        return self._published(request, obj) or super().response_change(request, obj)

    def _warn(self, request: HttpRequest, obj: Any) -> None:
        for warning in getattr(request, "desk_warnings", ()):
            self.message_user(request, f"{obj}: {warning.detail}", messages.WARNING)
        warnings.say(request, getattr(request, "desk_turned", ()))

    def _published(self, request: HttpRequest, obj: Any) -> HttpResponse | None:
        """Return to the form after publishing, go on to the review."""
        if SUBMIT in request.POST:
            saved = f"“{obj}” is saved. Say below what to look at, and submit it."
            self.message_user(request, saved, messages.SUCCESS)
            return HttpResponseRedirect(address_of(obj, "review"))
        if "_publish" not in request.POST:
            return None
        self.message_user(request, self.published_message([obj]), messages.SUCCESS)
        return HttpResponseRedirect(address_of(obj))

    # Deletion

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:

        @deed
        def delete() -> Any:
            with transaction.atomic():
                return super(RecordAdmin, self).delete_view(request, object_id, extra_context)

        try:
            return delete()
        except PermissionDenied:
            record = self.get_object(request, unquote(object_id))
            if record is None or record.published_at is None:
                raise
            msg = _never_deleted(f"“{record}” was", "it")
            raise PermissionDenied(msg) from None
        except (IntegrityError, ProtectedError, ContentionError) as error:
            self.message_user(request, message_of(error), messages.ERROR)
            return HttpResponseRedirect(request.path.removesuffix("delete/") + "change/")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        key = obj.pk
        super().delete_model(request, obj)
        # Before it is said that it is deleted: somebody may have named it since it was looked at.
        connection.check_constraints()
        renew({self.model.object_kind: [key]})
        forget(self.model.object_kind, [key])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            keys = list(queryset.order_by().values_list("pk", flat=True))
            super().delete_queryset(request, queryset)
            connection.check_constraints()
            renew({self.model.object_kind: keys})
            forget(self.model.object_kind, keys)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Run an action of the list; show as a message what the database refuses."""

        @deed
        def act() -> Any:
            with transaction.atomic():
                return super(RecordAdmin, self).response_action(request, queryset, *args, **kwargs)

        try:
            return act()
        except (IntegrityError, ProtectedError, ContentionError) as error:
            self.message_user(request, message_of(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


def _error_links(forms: Iterable[Any]) -> Iterator[tuple[str, str, str]]:
    """Yield the element, label and words of each error of a field."""
    for form in forms:
        for bound in form if form.is_bound else ():
            for error in bound.errors:
                text = "choose which to keep" if conflict.ASKED in error else str(error)
                there = getattr(form, "line_id", "") or bound.id_for_label or bound.auto_id
                yield there, str(bound.label), text


def _forms_in(context: dict[str, Any]) -> Iterator[Any]:
    yield context["adminform"].form
    for inline in context["inline_admin_formsets"]:
        yield from inline.formset.forms
