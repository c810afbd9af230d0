"""Pages of the desk beside the admin's own lists and forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.response import TemplateResponse
from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.admin import ModelAdmin
    from django.http import HttpRequest


def address_of(admin: ModelAdmin[Any], page: str) -> str:
    """Return the address of a page of a kind of records, such as `changelist`."""
    opts = admin.opts
    return reverse(f"{admin.admin_site.name}:{opts.app_label}_{opts.model_name}_{page}")


def page_of(
    admin: ModelAdmin[Any],
    request: HttpRequest,
    template: str,
    title: str,
    context: Mapping[str, Any],
) -> TemplateResponse:
    """Answer with a page that belongs to a list of the desk. Its context may replace what all such pages have.

    Templates extend `admin/list_page.html`, or `admin/record_page.html` for one record, which is then `original`.
    """
    request.current_app = admin.admin_site.name
    shared = {
        **admin.admin_site.each_context(request),
        "title": title,
        "opts": admin.opts,
        "media": admin.media,
    }
    return TemplateResponse(request, template, {**shared, **context})
