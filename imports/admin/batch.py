"""Imports at the desk: a file is uploaded, checked, looked at, and then imported or given up."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import (
    FileResponse,
    Http404,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html

from imports import starting
from imports.admin import actions
from imports.admin.actions import ACTS, UNDO, Act
from imports.admin.page import ENDINGS, address, name_of, progress_of, shown, state_of
from imports.admin.upload import UploadForm
from imports.kept_report import open_report
from imports.models import AT_WORK, ImportBatch
from imports.pulse import SILENCE, stopped
from imports.starting import Step
from records.admin.record import BoundedPaginator

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

    _ModelAdmin = admin.ModelAdmin[ImportBatch]
else:
    _ModelAdmin = admin.ModelAdmin

#: Imports from the desk that may be at work at the same time: each is a process, and takes its share of the machine.
AT_ONCE = 4


class ImportList(ChangeList):
    """The list of imports, which knows whose process has ended."""

    def get_results(self, request: HttpRequest) -> None:
        """Look up all of a page at once."""
        super().get_results(request)
        ended = stopped(self.result_list)
        for batch in self.result_list:
            batch.is_stopped = batch.pk in ended


@admin.register(ImportBatch)
class ImportAdmin(_ModelAdmin):
    """Imports. What is done with one is an act of imports.admin.actions, which decides when and by whom."""

    list_display = ("file_name", "dataset", "status_badge", "row_counts", "who", "started_at")
    list_filter = ("status", "dataset")
    list_select_related = ("by",)
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    search_fields = ("file_name", "message")
    actions = None

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["imports/imports.css"]}

    # Addresses and rights

    def get_urls(self) -> list[URLPattern]:
        """The list, the upload, and the pages of an import; its form and deletion there are not."""
        pages = [
            path("", self.changelist_view, name="changelist"),
            path("add/", self.add_view, name="add"),
            path("<uuid:batch_id>/", self.page, name="change"),
            path("<uuid:batch_id>/status/", self.status, name="status"),
            path("<uuid:batch_id>/report/", self.report, name="report"),
            *(
                path(f"<uuid:batch_id>/{act.name}/", partial(self.act, act=act), name=act.name)
                for act in ACTS.values()
            ),
        ]
        for page in pages:
            page.callback = self.admin_site.admin_view(page.callback)
            page.name = f"imports_importbatch_{page.name}"
        return pages

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave the long columns where they are."""
        rows = super().get_queryset(request).defer("content", "report")
        has_file = ExpressionWrapper(Q(content__isnull=False), output_field=BooleanField())
        return rows.annotate(has_file=has_file)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002 - Django's signature
        """Use the list that knows whose process has ended."""
        return ImportList

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Imports are kept: they say where records came from."""
        return False

    # The list

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show the list; nobody selects an import to change it."""
        return super().changelist_view(request, {"title": "Imports", **(extra_context or {})})

    @admin.display(description="status", ordering="status")
    def status_badge(self, batch: Any) -> SafeString:
        """Show the status as a coloured word."""
        state, words = state_of(batch, is_stopped=batch.is_stopped)
        return format_html('<span class="badge badge-import-{}">{}</span>', state, words)

    @admin.display(description="rows")
    def row_counts(self, batch: ImportBatch) -> str:
        """Show how the rows ended."""
        return ", ".join(
            f"{batch.rows[name]:,} {words.lower()}"
            for name, words in ENDINGS.items()
            if batch.rows.get(name)
        )

    @admin.display(description="by", ordering="by__username")
    def who(self, batch: ImportBatch) -> str:
        """Show who uploaded it."""
        return name_of(batch.by)

    # The upload

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """Take a file, and start the check."""
        del form_url
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(
            request.POST if request.method == "POST" else None,
            request.FILES if request.method == "POST" else None,
            may_publish=actions.may_publish(request.user),
        )
        if form.is_bound and _is_busy():
            form.add_error(
                None, f"{AT_ONCE} imports are under way. Wait until one of them is done."
            )
        if form.is_valid():
            batch = self._upload(request, form.cleaned_data)
            return HttpResponseRedirect(address("change", batch))
        context = {
            **self.admin_site.each_context(request),
            "title": "Import a file",
            "opts": self.opts,
            "media": self.media + form.media,
            "form": form,
            **(extra_context or {}),
        }
        return self._render(request, "upload", context)

    def _upload(self, request: HttpRequest, given: dict[str, Any]) -> ImportBatch:
        account: Any = request.user
        with transaction.atomic():
            batch = ImportBatch.objects.create(
                file_name=given["file"].name,
                dataset=given["dataset"],
                source_ref=str(given["source"].pk) if given["source"] else "",
                publishes=given.get("publishes", False),
                is_partial=given["is_partial"],
                withdraws=given.get("withdraws", False),
                reason=given["reason"],
                by=account,
                content=given["file"].read(),
            )
            self.log_addition(request, batch, "Uploaded.")
            transaction.on_commit(partial(starting.start, batch.pk, Step.DRY_RUN, account))
        return batch

    # The pages of an import

    def page(self, request: HttpRequest, batch_id: UUID) -> HttpResponse:
        """Show how far it is, what it would do or did, and what can be done now."""
        batch = self._batch(request, batch_id)
        state, words = state_of(batch, is_stopped=batch.is_stopped)
        possible = {
            act.name.replace("-", "_"): act
            for act in ACTS.values()
            if actions.may(request.user, act, batch) and actions.fits(act, batch)
        }
        context = {
            **self.admin_site.each_context(request),
            "title": str(batch),
            "opts": self.opts,
            "media": self.media,
            "batch": batch,
            "who": name_of(batch.by),
            "state": state,
            "state_words": words,
            "possible": possible,
            "may_publish": actions.may_publish(request.user, batch.records),
            "seen": actions.seen(batch),
            **shown(batch, self.admin_site, request.GET, state=state),
        }
        return self._render(request, "page", context)

    def status(self, request: HttpRequest, batch_id: UUID) -> HttpResponse:
        """Answer the script that keeps the page up to date."""
        batch = self._batch(request, batch_id)
        state, _words = state_of(batch, is_stopped=batch.is_stopped)
        return JsonResponse({"state": state, **progress_of(batch)})

    def report(self, request: HttpRequest, batch_id: UUID) -> HttpResponseBase:
        """Hand out all remarks as lines of JSON."""
        batch = self._batch(request, batch_id)
        name = f"import-{batch.started_at:%Y%m%d-%H%M%S}-report.ndjson"
        return FileResponse(
            open_report(batch.pk),
            as_attachment=True,
            filename=name,
            content_type="application/x-ndjson",
        )

    def act(self, request: HttpRequest, batch_id: UUID, *, act: Act) -> HttpResponseBase:
        """Do something with it, on request only; an undoing is asked about first."""
        batch = self._batch(request, batch_id)
        if not actions.may(request.user, act, batch):
            raise PermissionDenied
        if request.method != "POST":
            if act != UNDO:
                return HttpResponseNotAllowed(["POST"])
            if actions.fits(act, batch):
                return self._ask(request, batch)
        elif actions.do(act, batch, request.user, request.POST.dict()):
            self.log_change(request, batch, f"{act.words.rstrip('…')}.")
            return HttpResponseRedirect(address("change", batch))
        told = "Nothing was done: it is under way already, or was checked or decided anew. This is how it stands."
        self.message_user(request, told, messages.WARNING)
        return HttpResponseRedirect(address("change", batch))

    def _ask(self, request: HttpRequest, batch: ImportBatch) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Undo the import of {batch.file_name}",
            "opts": self.opts,
            "media": self.media,
            "batch": batch,
        }
        return self._render(request, "undo", context)

    def _batch(self, request: HttpRequest, batch_id: UUID) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        batch: Any = self.get_queryset(request).select_related("by").filter(pk=batch_id).first()
        if batch is None:
            raise Http404
        batch.is_stopped = batch.pk in stopped([batch])
        return batch

    def _render(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"admin/imports/importbatch/{name}.html", context)


def _is_busy() -> bool:
    """Whether as many imports are under way as the machine is to bear."""
    at_work = ImportBatch.objects.filter(status__in=AT_WORK, by__isnull=False)
    return at_work.filter(changed_at__gt=timezone.now() - SILENCE).count() >= AT_ONCE
