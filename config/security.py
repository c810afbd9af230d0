"""What a browser may do with our pages, which requests carry a session, and whom a request comes from."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pghistory.middleware import HistoryMiddleware

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
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


def trusted_proxies(get_response: GetResponse) -> GetResponse:
    """Put the client's address in place of a trusted proxy's, and drop what anybody else says of addresses and schemes.

    From then on `REMOTE_ADDR` is true for all: rate limits, locked log-ins, logs.
    """
    proxies = settings.TRUSTED_PROXIES
    if not proxies:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        peer = meta.get("REMOTE_ADDR", "")
        if _is_among(proxies, _read(peer)):
            meta["REMOTE_ADDR"] = client_of(peer, meta.get("HTTP_X_FORWARDED_FOR", ""), proxies)
        else:
            meta.pop("HTTP_X_FORWARDED_FOR", None)
            meta.pop("HTTP_X_FORWARDED_PROTO", None)
        return get_response(request)

    return middleware


def client_of(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """Return the client's address: the last one in X-Forwarded-For that no trusted proxy has.

    Each proxy appends whom it hears from, so what stands before the first stranger, read from the end, is that stranger's own
    invention.
    """
    client = _read(peer)
    for hop in reversed(forwarded.split(",")):
        if not _is_among(proxies, client):
            break
        address = _read(hop)
        if address is None:
            break
        client = address
    return str(client) if client is not None else peer


@lru_cache(maxsize=4096)
def network_of(client: str) -> str:
    """Return what a client is counted by: its address; of IPv6 the /64, all of which one client may use as it likes."""
    address = _read(client)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address) >> 64 << 64, 64)))
    return client if address is None else str(address)


@lru_cache(maxsize=4096)
def _read(text: str) -> Address | None:
    """Read an address, perhaps with a port behind it; None for what is no address."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_among(networks: Sequence[Network], address: Address | None) -> bool:
    return address is not None and any(address in network for network in networks)
