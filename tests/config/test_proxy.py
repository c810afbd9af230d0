"""The proxy's configuration and compose.yaml, kept in step with what the service expects of them."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network

import yaml
from django.conf import settings

from config.api.body import MAX_BODY
from config.db.embedded import PROJECT
from config.gate.bodies import FORM_OF_A_STRANGER, UPLOAD

NGINX = (PROJECT / "docs" / "operations" / "nginx.conf").read_text()
COMPOSE = yaml.safe_load((PROJECT / "compose.yaml").read_text())
_UNITS = {"k": 1024, "m": 1024**2}


def location(name: str) -> str:
    found = re.search(rf"location {re.escape(name)} \{{(.*?)\n        \}}", NGINX, re.DOTALL)
    assert found, name
    return found[1]


def body_size(text: str) -> int:
    found = re.search(r"client_max_body_size (\d+)([km]);", text)
    assert found
    return int(found[1]) * _UNITS[found[2]]


def test_bodies_that_the_service_takes_pass_and_hardly_larger_ones() -> None:
    for allowed, text in (
        (MAX_BODY, NGINX.partition("server {")[0]),
        (FORM_OF_A_STRANGER.size, location("= /admin/login/")),
        (UPLOAD.size, location("/admin/")),
    ):
        assert allowed <= body_size(text) <= 1.1 * allowed
    assert "proxy_request_buffering off" in location("/admin/")


def test_the_proxy_alone_is_believed_and_says_who_asks() -> None:
    proxy, chancery = COMPOSE["services"]["proxy"], COMPOSE["services"]["chancery"]
    (network,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    address = proxy["networks"]["default"]["ipv4_address"]

    assert chancery["environment"]["TRUSTED_PROXIES"] == address
    assert ip_address(address) in ip_network(network["subnet"])
    # Docker gives nobody else the address.
    assert ip_address(address) not in ip_network(network["ip_range"])
    assert "ports" not in chancery
    sent = dict(re.findall(r"proxy_set_header (\S+) (\S+);", NGINX))
    assert sent["X-Forwarded-For"] == "$remote_addr"
    assert sent["X-Forwarded-Proto"] == "$scheme"
    assert sent["Host"] == "$http_host"
    # A setting of its own in a location would drop all of them there.
    assert NGINX.count("proxy_set_header") == len(sent)
    assert "return 404" in location("= /metrics")


def test_compose_gives_variables_that_are_read() -> None:
    known = {
        *re.findall(r"^([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE),
    }
    chancery = COMPOSE["services"]["chancery"]["environment"]

    assert chancery.keys() - known == set()
    assert chancery["DATABASE_API_USER"] == settings.DATABASES["default"]["API_USER"]
