"""Accounts of the desk, for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.models import User

from records.admin.generics import AnyUserAdmin

if TYPE_CHECKING:
    from django.http import HttpRequest

admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(AnyUserAdmin):
    """Accounts. Permissions come from the groups; only a superuser can make or change a superuser."""

    list_display = ("username", "first_name", "last_name", "roles", "is_active", "last_login")
    list_filter = ("is_active", "groups", "is_superuser")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="roles")
    def roles(self, account: User) -> str:
        names = [group.name for group in account.groups.all()]
        return ", ".join(["superuser", *names] if account.is_superuser else names)

    def get_readonly_fields(
        self,
        request: HttpRequest,
        obj: Any = None,  # noqa: ARG002 - Django's signature
    ) -> list[str]:
        fixed = ["last_login", "date_joined"]
        return fixed if request.user.is_superuser else [*fixed, "is_superuser", "user_permissions"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep an administrator from taking over a superuser's account."""
        return super().has_change_permission(request, obj) and _may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_change(request, obj)


def _may_change(request: HttpRequest, account: User | None) -> bool:
    return account is None or not account.is_superuser or bool(request.user.is_superuser)
