"""Addresses of a resource, with and without the last slash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import include, path, re_path

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

#: An id, slug, `scheme:value` or code: anything without a slash, for identifiers hold all sorts of characters.
REF = r"(?P<ref>[^/]+)"


def address(route: str, view: Any, name: str) -> URLPattern:
    """One address, given as a regular expression without anchors and without the last slash."""
    pattern: URLPattern = re_path(rf"^{route}/?\Z", view, name=name)
    return pattern


def resource(viewset: Any) -> list[URLPattern | URLResolver]:
    """All addresses of a viewset: list, counts, detail, revisions, and its own `@action`s."""
    name = viewset.resource
    actions = [
        address(
            f"{REF}/{action.url_path}" if action.detail else action.url_path,
            viewset.as_view(dict(action.mapping), **action.kwargs),
            f"{name}-{action.url_name}",
        )
        for action in viewset.get_extra_actions()
    ]
    below = [
        *actions,
        address("counts", viewset.as_view({"get": "counts"}), f"{name}-counts"),
        address(REF, viewset.as_view({"get": "retrieve"}), f"{name}-detail"),
        address(f"{REF}/revisions", viewset.as_view({"get": "revisions"}), f"{name}-revisions"),
        address(
            rf"{REF}/revisions/(?P<number>[^/]+)",
            viewset.as_view({"get": "revision"}),
            f"{name}-revision",
        ),
    ]
    # What lies below a resource is a list of its own, so that others pass it by in one comparison.
    return [
        address(name, viewset.as_view({"get": "list"}), f"{name}-list"),
        path(f"{name}/", include(below)),
    ]
