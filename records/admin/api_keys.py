"""Keys of the API at the desk: made, shown once, and revoked. They are never deleted: who had access stays known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from records.admin.generics import AnyModelAdmin, AnyModelForm
from records.admin.page import page_of
from records.models import ApiKey
from records.models.api_key import PLACES

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class ApiKeyForm(AnyModelForm):
    """A key to be made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the two boxes of a moment: the words that Django writes before them are no labels."""
        super().__init__(*args, **kwargs)
        if "expires_at" in self.fields:
            day, hour = self.fields["expires_at"].widget.widgets
            day.attrs["aria-label"], hour.attrs["aria-label"] = (
                "Expires at: date",
                "Expires at: time",
            )

    def clean(self) -> dict[str, Any]:
        """Say before anything is made what `ApiKey.make` would refuse."""
        data = super().clean() or {}
        now = timezone.now()
        expires_at = data.get("expires_at")
        if expires_at is not None and expires_at <= now:
            self.add_error("expires_at", "The key must expire in the future.")
        live = ApiKey.objects.filter(owner__iexact=data.get("owner", ""), revoked_at=None)
        if live.exclude(expires_at__lte=now).count() >= len(PLACES):
            self.add_error(
                "owner", "This owner has two live keys already. Revoke one of them first."
            )
        return data


@admin.register(ApiKey)
class ApiKeyAdmin(AnyModelAdmin):
    """Keys of the API."""

    form = ApiKeyForm
    list_display = (
        "prefix",
        "owner",
        "label",
        "state",
        "made_at",
        "expires_at",
        "last_used_at",
    )
    search_fields = ("prefix", "owner", "label")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    change_form_template = "admin/api_key.html"
    #: What is written when a key is made; afterwards nothing of it changes.
    written = ("owner", "label", "expires_at")
    shown = (
        "prefix",
        *written,
        "state",
        "made_at",
        "made_by",
        "last_used_at",
        "revoked_at",
        "revoked_by",
    )

    @admin.display(description="state")
    def state(self, key: ApiKey) -> str:
        if key.revoked_at is not None:
            return "revoked"
        is_expired = key.expires_at is not None and key.expires_at <= timezone.now()
        return "expired" if is_expired else "live"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's signature
        return self.written if obj is None else self.shown

    def get_readonly_fields(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Any = None,
    ) -> tuple[str, ...]:
        return () if obj is None else self.shown

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    # Making

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().add_view(request, form_url, extra_context)
        except ValidationError as refusal:  # somebody else made one at the same moment
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: Any) -> None:  # noqa: ARG002 - Django's signature
        made, token = ApiKey.make(
            owner=obj.owner,
            label=obj.label,
            expires_at=obj.expires_at,
            by=request.user,  # type: ignore[arg-type]  # staff is logged in
        )
        obj.__dict__.update(made.__dict__)
        setattr(request, "made_token", token)  # noqa: B010 - Django's request takes attributes

    def response_add(
        self,
        request: HttpRequest,
        obj: ApiKey,
        post_url_continue: str | None = None,  # noqa: ARG002 - Django's signature
    ) -> HttpResponse:
        """Show the key, this once: no redirect, for it would have to be kept somewhere until the next page."""
        context = {"key": obj, "token": getattr(request, "made_token")}  # noqa: B009
        return page_of(self, request, "admin/api_key_made.html", "The key is made", context)

    # Revoking

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST":
            return super().change_view(request, object_id, form_url, extra_context)
        key = self.get_object(request, object_id)
        if key is None or not self.has_change_permission(request, key):
            raise PermissionDenied
        if "_revoke" in request.POST and key.revoked_at is None:
            with transaction.atomic():
                key.revoke(by=request.user)
                self.log_change(request, key, "Revoked.")
            self.message_user(request, f"The key {key} is revoked.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:records_apikey_changelist"))
