"""Lists of the desk with pages of their own in place of the admin's forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.urls import path

from records.admin.lists import BoundedPaginator
from records.admin.page import page_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.admin.views.main import ChangeList
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class PagesAdmin(_ModelAdmin):
    """A list whose rows have pages of their own. Rows are not deleted: they say where records came from."""

    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    actions = None
    list_title: str
    list_class: Callable[..., ChangeList]

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["imports/imports.css"]}

    def pages(self) -> list[URLPattern]:
        """Return the addresses, which replace the admin's, by the last part of their names."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        start = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path(
                str(page.pattern),
                self.admin_site.admin_view(page.callback),
                name=f"{start}_{page.name}",
            )
            for page in self.pages()
        ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:  # noqa: ARG002 - Django's signature
        return self.list_class

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {"title": self.list_title, **(extra_context or {})})

    def render(
        self, request: HttpRequest, template: str, title: str, context: dict[str, Any]
    ) -> HttpResponse:
        """Answer with a page; its context may replace what all pages have."""
        name = f"admin/imports/{self.opts.model_name}/{template}.html"
        return page_of(self, request, name, title, context)
