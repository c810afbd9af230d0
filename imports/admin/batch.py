"""Imports at the desk: the list, the upload, and the page of an import."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

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
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html

from imports import worker
from imports.admin import actions
from imports.admin.actions import ACTIONS, UNDO, Action
from imports.admin.base import PagesAdmin
from imports.admin.page import OUTCOME_LABELS, address, name_of, page_context, progress_of, state_of
from imports.admin.upload import UploadForm
from imports.models import AT_WORK, ImportBatch
from imports.report import open_report
from imports.worker import SILENCE, Task, stopped

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

#: Imports from the desk that run at the same time: each is a process of its own.
AT_ONCE = 4


class ImportList(ChangeList):
    """The list of imports, which marks those whose process has ended."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        ended = stopped(self.result_list)
        for batch in self.result_list:
            batch.is_stopped = batch.pk in ended


@admin.register(ImportBatch)
class ImportAdmin(PagesAdmin):
    """Imports, with the actions of imports.admin.actions."""

    list_display = ("file_name", "dataset", "status_badge", "row_counts", "who", "started_at")
    list_filter = ("status", "dataset")
    list_select_related = ("by",)
    search_fields = ("file_name", "message")
    list_title = "Imports"
    list_class = ImportList

    # Addresses and rights

    def pages(self) -> list[URLPattern]:
        return [
            path("", self.changelist_view, name="changelist"),
            path("add/", self.upload, name="add"),
            path("<uuid:batch_id>/", self.page, name="change"),
            path("<uuid:batch_id>/status/", self.status, name="status"),
            path("<uuid:batch_id>/report/", self.report, name="report"),
            *(
                path(f"<uuid:batch_id>/{a.name}/", partial(self.perform, action=a), name=a.name)
                for a in ACTIONS.values()
            ),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).defer("content", "report")
        has_file = ExpressionWrapper(Q(content__isnull=False), output_field=BooleanField())
        annotated: QuerySet[Any] = rows.annotate(has_file=has_file)
        return annotated

    # The list

    @admin.display(description="status", ordering="status")
    def status_badge(self, batch: Any) -> SafeString:
        state, label = state_of(batch, is_stopped=batch.is_stopped)
        return format_html('<span class="badge badge-import-{}">{}</span>', state, label)

    @admin.display(description="rows")
    def row_counts(self, batch: ImportBatch) -> str:
        return ", ".join(
            f"{batch.rows[name]:,} {label.lower()}"
            for name, label in OUTCOME_LABELS.items()
            if batch.rows.get(name)
        )

    @admin.display(description="by", ordering="by__username")
    def who(self, batch: ImportBatch) -> str:
        return name_of(batch.by)

    # The upload

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Store a file, and start the check."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(
            request.POST if request.method == "POST" else None,
            request.FILES if request.method == "POST" else None,
            may_publish=actions.may_publish(request.user),
            at_once=actions.may_publish_at_once(request.user),
        )
        if form.is_bound and _is_busy():
            form.add_error(
                None, f"{AT_ONCE} imports are under way. Wait until one of them is done."
            )
        if form.is_valid():
            batch = self._store(request, form.cleaned_data)
            return HttpResponseRedirect(address("change", batch))
        context = {"media": self.media + form.media, "form": form}
        return self.render(request, "upload", "Import a file", context)

    def _store(self, request: HttpRequest, form: dict[str, Any]) -> ImportBatch:
        account: Any = request.user
        with transaction.atomic():
            batch = ImportBatch.objects.create(
                file_name=form["file"].name,
                dataset=form["dataset"],
                source_ref=str(form["source"].pk) if form["source"] else "",
                publishes=form.get("publishes", False),
                is_partial=form["is_partial"],
                withdraws=form.get("withdraws", False),
                restores=form.get("restores", False),
                reason=form["reason"],
                nature=form.get("nature", ""),
                by=account,
                content=form["file"].read(),
            )
            self.log_addition(request, batch, "Uploaded.")
            transaction.on_commit(partial(worker.start, batch.pk, Task.DRY_RUN, account))
        return batch

    # The pages of an import

    def page(self, request: HttpRequest, batch_id: UUID) -> HttpResponse:
        batch = self._batch(request, batch_id)
        state, label = state_of(batch, is_stopped=batch.is_stopped)
        possible = {
            action.name.replace("-", "_"): action
            for action in ACTIONS.values()
            if actions.is_allowed(request.user, action, batch)
            and actions.is_possible(action, batch)
        }
        context = {
            "batch": batch,
            "who": name_of(batch.by),
            "state": state,
            "state_label": label,
            "possible": possible,
            "may_publish": actions.may_publish_at_once(request.user, batch.records),
            "seen": actions.seen(batch),
            **page_context(batch, self.admin_site, request.GET, state=state),
        }
        return self.render(request, "page", str(batch), context)

    def status(self, request: HttpRequest, batch_id: UUID) -> HttpResponse:
        batch = self._batch(request, batch_id)
        state, _label = state_of(batch, is_stopped=batch.is_stopped)
        return JsonResponse({"state": state, **progress_of(batch)})

    def report(self, request: HttpRequest, batch_id: UUID) -> HttpResponseBase:
        """Download the report as lines of JSON."""
        batch = self._batch(request, batch_id)
        name = f"import-{batch.started_at:%Y%m%d-%H%M%S}-report.ndjson"
        return FileResponse(
            open_report(batch.pk),
            as_attachment=True,
            filename=name,
            content_type="application/x-ndjson",
        )

    def perform(self, request: HttpRequest, batch_id: UUID, *, action: Action) -> HttpResponseBase:
        """Do an action; an undo has a page to confirm it first."""
        batch = self._batch(request, batch_id)
        if not actions.is_allowed(request.user, action, batch):
            raise PermissionDenied(actions.who_may(action, batch))
        if request.method != "POST":
            if action != UNDO:
                return HttpResponseNotAllowed(["POST"])
            if actions.is_possible(action, batch):
                title = f"Undo the import of {batch.file_name}"
                return self.render(request, "undo", title, {"batch": batch})
        elif actions.perform(action, batch, request.user, request.POST.dict()):
            self.log_change(request, batch, f"{action.label.rstrip('…')}.")
            return HttpResponseRedirect(address("change", batch))
        text = "No change: somebody else has already started or changed this import."
        self.message_user(request, text, messages.WARNING)
        return HttpResponseRedirect(address("change", batch))

    def _batch(self, request: HttpRequest, batch_id: UUID) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        batch: Any = self.get_queryset(request).select_related("by").filter(pk=batch_id).first()
        if batch is None:
            raise Http404
        batch.is_stopped = batch.pk in stopped([batch])
        return batch


def _is_busy() -> bool:
    """Whether the most imports that may run at the same time are running."""
    at_work = ImportBatch.objects.filter(status__in=AT_WORK, by__isnull=False)
    return at_work.filter(changed_at__gt=timezone.now() - SILENCE).count() >= AT_ONCE
