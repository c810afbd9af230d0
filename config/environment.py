"""The settings that come from the environment: read, checked, refused with the variable's name.

An empty variable counts as absent, so that `NAME=` in an env file means "the default".
"""

import os
from ipaddress import IPv4Network, IPv6Network, ip_network

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def switch(name: str, *, default: bool) -> bool:
    value = text(name, "on" if default else "off").lower()
    if value in {"on", "1", "true", "yes"}:
        return True
    if value in {"off", "0", "false", "no"}:
        return False
    raise ImproperlyConfigured(f"{name} must be on or off, not {value!r}.")


def number(name: str, default: int, *, at_least: int, at_most: int) -> int:
    value = text(name, str(default))
    # isdecimal() alone would accept digits of other scripts.
    if value.isascii() and value.isdecimal() and at_least <= int(value) <= at_most:
        return int(value)
    raise ImproperlyConfigured(
        f"{name} must be a whole number from {at_least} to {at_most}, not {value!r}."
    )


def host() -> str:
    """Where the service listens."""
    return text("HOST", "127.0.0.1")


def port() -> int:
    return number("PORT", 8000, at_least=1, at_most=65535)


def workers() -> int:
    """Processes that serve requests."""
    return number("WORKERS", 2, at_least=1, at_most=64)


def threads() -> int:
    """Requests that each worker process serves at once, and so the connections that it keeps.

    Most of them wait for the database: with few threads, cheap questions wait behind a few expensive ones (docs/decisions/0102).
    """
    return number("THREADS", 16, at_least=1, at_most=64)


def choice(name: str, default: str, *, of: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in of:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(of)}, not {value!r}.")
    return value


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(word) for word in words(name)]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} must list addresses or networks, such as 10.0.0.0/8: {error}."
        ) from None
