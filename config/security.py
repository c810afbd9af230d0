"""What a browser may do with our pages, and which requests carry a session."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pghistory.middleware import HistoryMiddleware

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Everything comes from this host: no inline script or style, no frame, nothing from outside.
# The data: addresses are icons inside the style sheets of Swagger UI.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Send the policy with every answer; a view may set a narrower one of its own."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response

    return middleware


class NotForTheAPI:
    """Leave the API out of a middleware of Django's.

    The API knows keys, not sessions: no cookie is read there, so no other site can use one.
    It also saves 50 microseconds per request, as much as reading a stored document.
    """

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:  # what the stubs say of Django's own
        if request.path_info.startswith("/api/"):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc] # the middleware that it stands before


class StaffSessionMiddleware(NotForTheAPI, SessionMiddleware):
    """Sessions, outside the API."""


class StaffAuthenticationMiddleware(NotForTheAPI, AuthenticationMiddleware):
    """`request.user`, outside the API."""


class StaffMessageMiddleware(NotForTheAPI, MessageMiddleware):
    """Messages to staff, outside the API."""


class StaffHistoryMiddleware(NotForTheAPI, HistoryMiddleware):
    """Who changed what, outside the API, where nothing is changed: it adds a statement to each."""
