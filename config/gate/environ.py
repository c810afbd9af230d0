"""A request as WSGI describes it (PEP 3333), from what granian's own interface (RSGI) says of it."""

from __future__ import annotations

import sys
from typing import IO, Any

_ALWAYS: dict[str, Any] = {
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "Granian",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}
#: What stands between several headers of one name.
_BETWEEN = {"cookie": "; "}


def headers_of(scope: Any) -> dict[str, str]:
    """Return the headers by their names in small letters; several of one name are one."""
    found: dict[str, str] = {}
    for name, value in scope.headers.items():
        if name in found:
            found[name] += _BETWEEN.get(name, ", ") + value
        else:
            found[name] = value
    if scope.authority and "host" not in found:  # HTTP/2
        found["host"] = scope.authority
    return found


def environ_of(scope: Any, headers: dict[str, str], body: IO[bytes], size: int) -> dict[str, Any]:
    """Return the environ of a request whose body has been received."""
    server, _, port = scope.server.rpartition(":")
    environ = {
        **_ALWAYS,
        "PATH_INFO": _disguised(scope.path),
        "QUERY_STRING": _disguised(scope.query_string),
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "REQUEST_METHOD": scope.method,
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.input": body,
        "wsgi.url_scheme": scope.scheme,
    }
    for name, value in headers.items():
        # A name with `_` could pass for one with `-` that a proxy has checked.
        if "_" not in name:
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    environ.pop("HTTP_CONTENT_LENGTH", None)
    if size:
        environ["CONTENT_LENGTH"] = str(size)
    if (content_type := environ.pop("HTTP_CONTENT_TYPE", None)) is not None:
        environ["CONTENT_TYPE"] = content_type
    return environ


def _disguised(text: str) -> str:
    """Return text as WSGI has it: the bytes of its UTF-8 as characters of Latin-1."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")
