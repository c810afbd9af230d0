"""Attacks on the desk: forms, addresses, lists and searches with values that no page would send.

`Attack(seed).run(rounds)` sends so many requests and returns those that end in a server error, each with what was sent and
the exception. The same seed sends the same requests to the same records. Run it in a database transaction: every request is
taken back, but what stands beside the database (sessions in a cache, for one) is not.
"""

from __future__ import annotations

import random
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.urls import URLPattern, URLResolver

from imports.models import ImportBatch
from records.models import ApiKey, PossibleDuplicate, Record
from tests.factories.every_kind import EVERY_KIND
from tests.factories.records import publish_whole
from tests.factories.staff import client_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Texts that something on the way may not take: the address, the form, the field, the database, the page that shows it again.
VALUES = (
    *[
        "",
        " ",
        "0",
        "-1",
        "1",
        "x",
        "on",
        "None",
        "null",
        "undefined",
        "NaN",
        "Infinity",
        "-0",
        "1e400",
    ],
    *[
        "99999999999999999999999",
        "-99999999999999999999999",
        "2147483648",
        "9223372036854775808",
        "1.5",
        "٣",
    ],
    *[
        "\x00",
        "a\x00b",
        "%00",
        "\x01",
        "\x7f",
        "\x85",
        "\u2028",
        "\u202e",
        "\ufeff",
        "\uffff",
        "\U0010ffff",
    ],
    *["🙂", "é" * 300, "e\u0301" * 200, "x" * 5_000, "a " * 3_000, "\n" * 50, "\t"],
    *[
        "'",
        '"',
        "\\",
        "%",
        "%s",
        "%(x)s",
        "{}",
        "{0}",
        "{{ x }}",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
    ],
    *[
        "../../etc/passwd",
        "//example.org",
        "javascript:alert(1)",
        "http://[",
        "http://example.org:99999/",
        "_3D",
        "_",
    ],
    *[
        "[",
        "(",
        "*",
        "a[",
        "{",
        "[1,2",
        '{"a":',
        ",",
        ",,,",
        "1,2,3",
        "a,b",
        ":",
        "wikidata:",
        ":Q1",
        "a:b:c",
    ],
    *["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "not-a-uuid"],
    *[
        "0000-00-00",
        "9999-12-31",
        "10000-01-01",
        "2001-02-30",
        "2001-13",
        "12:00",
        "2001-01-01 00:00:00+99:99",
    ],
    *[
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "1961?",
        "[1961",
        "../..",
        "Y17E7",
        "-9999",
    ],
)
LOOKUPS = (
    *[
        "exact",
        "iexact",
        "in",
        "isnull",
        "gt",
        "gte",
        "lt",
        "lte",
        "range",
        "year",
        "month",
        "day",
        "week_day",
        "quarter",
    ],
    *[
        "regex",
        "iregex",
        "contains",
        "startswith",
        "search",
        "trigram_similar",
        "among",
        "len",
        "overlap",
        "date",
        "0",
        "0_1",
    ],
    *[
        "id",
        "pk",
        "nosuch",
        "exact__exact",
        "year__gte",
        "date__year",
        "isnull__exact",
        "contained_by",
        "hour",
        "iso_year",
    ],
)
LIST_PARAMETERS = (
    *[
        "o",
        "p",
        "q",
        "all",
        "e",
        "_popup",
        "_to_field",
        "_changelist_filters",
        "_facets",
        "_source_model",
        "publication",
    ],
    *["verdict", "kind", "status__exact", "decade", "action", "index"],
)
FORM_PARAMETERS = (
    *[
        "_popup",
        "_to_field",
        "_continue",
        "_addanother",
        "_publish",
        "_save",
        "_saveasnew",
        "_seen",
        "_also",
        "_shown",
        "_shown_at",
    ],
    *[
        "_nature",
        "_changelist_filters",
        "_source_model",
        "_confirm",
        "post",
        "reason",
        "nature",
        "survivor",
        "next",
        "verdict",
    ],
    *[
        "action",
        "index",
        "select_across",
        "_selected_action",
        "usable_password",
        "csrfmiddlewaretoken",
        "fingerprint",
        "state",
    ],
)
ACTIONS = (
    *[
        "publish_selected",
        "withdraw_selected",
        "restore_selected",
        "merge_selected",
        "delete_selected",
        "revoke",
    ],
    *["", "nosuch", "__class__", "delete_model", "get_actions", "\x00"],
)
CONTENT_TYPES = (
    *[
        "application/json",
        "text/plain",
        "",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "text/html; charset=nosuch",
    ],
    *[
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded; charset=nosuch",
    ],
    *["multipart/form-data; boundary=" + "x" * 300],
)
BODIES = (
    b"",
    b"{",
    b"\xff\xfe\x00",
    b"a=1&a=%ff%fe&%00=%00&=&&&",
    b"&".join(b"a%d=1" % number for number in range(3_000)),
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n',
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="../\x00a"\r\n\r\n1\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--\r\n',
    b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n",
    b"--x--\r\n",
)


@dataclass(frozen=True)
class ServerError:
    """A request that ended in a server error."""

    request: str
    exception: str

    def __str__(self) -> str:
        return f"{self.request}\n{self.exception}"


class Attack:
    """Hostile requests of a superuser, who reaches every page, to records of every kind."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
        user = User.objects.create_superuser("attacker")
        self._client = client_of(user)
        self._client.raise_request_exception = False
        self._exception = ""
        self.records = [maker.with_parts(1) for maker in EVERY_KIND.values()]
        for record in self.records[::2]:
            publish_whole(record)
        first, second = sorted(EVERY_KIND["person"].make().pk for _ in range(2))
        pair = PossibleDuplicate.objects.create(
            kind="person", record_id=first, other_id=second, score=0.9, reason="Alike"
        )
        batch = ImportBatch.objects.create(file_name="a.ndjson", dataset="chancery", status="done")
        key, _token = ApiKey.make(owner="Desk", by=user)
        self._rows = [*self.records, pair, batch, key, user]
        self._addresses = list(_addresses(admin.site.urls[0], "/admin/"))
        self._pages: dict[str, dict[str, Any]] = {}
        self._ways: list[Callable[[], tuple[str, str, Any, str]]] = [
            self._list,
            self._list,
            self._address,
            self._search,
            self._form,
            self._form,
            self._form,
            self._action,
            self._body,
        ]

    def run(self, rounds: int) -> list[ServerError]:
        """Send so many requests, and return those that ended in a server error."""
        got_request_exception.connect(self._note)
        try:
            return [error for _ in range(rounds) if (error := self._once())]
        finally:
            got_request_exception.disconnect(self._note)

    def _note(self, **_signal: Any) -> None:
        self._exception = traceback.format_exc()

    def _once(self) -> ServerError | None:
        method, address, data, content_type = self._random.choice(self._ways)()
        sent = f"{method} {address} {content_type} {data!r}"
        self._exception = ""
        with transaction.atomic():
            try:
                if method == "GET":
                    response = self._client.get(address)
                elif content_type:
                    response = self._client.generic("POST", address, data, content_type)
                else:
                    response = self._client.post(address, data)
                response.content if not response.streaming else list(response)
                if response.status_code < 500 and method == "POST":
                    # What is checked at commit would be an error page too.
                    connection.check_constraints()
            except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
                return ServerError(sent, traceback.format_exc())
            finally:
                transaction.set_rollback(True)
        return ServerError(sent, self._exception) if response.status_code >= 500 else None

    # What is sent

    def _value(self) -> str:
        if self._random.random() < 0.2:
            return str(self._random.choice(self._rows).pk)
        return self._random.choice(VALUES)

    def _query(self, names: Any) -> str:
        pairs = [(names(), self._value()) for _ in range(self._random.randint(1, 4))]
        return urlencode(pairs)

    def _a_list_parameter(self) -> str:
        if self._random.random() < 0.4:
            return self._random.choice(LIST_PARAMETERS)
        model: Any = self._random.choice(list(admin.site._registry))
        hops = []
        for _ in range(self._random.randint(1, 3)):
            field = self._random.choice(model._meta.get_fields())
            hops.append(field.name)
            if field.related_model is None or isinstance(field.related_model, str):
                break
            model = field.related_model
        return "__".join([*hops, self._random.choice(LOOKUPS)])

    def _page_of(self, name: str) -> str:
        row = self._random.choice(self._rows)
        key = quote(str(row.pk if self._random.random() < 0.7 else self._value()), safe="")
        base = f"/admin/{row._meta.app_label}/{row._meta.model_name}/"
        if name in {"", "add"}:
            return f"{base}{name}/".replace("//", "/")
        return f"{base}{key}/{name}/"

    def _list(self) -> tuple[str, str, Any, str]:
        row = self._random.choice(self._rows)
        base = f"/admin/{row._meta.app_label}/{row._meta.model_name}/"
        return "GET", f"{base}?{self._query(self._a_list_parameter)}", None, ""

    def _address(self) -> tuple[str, str, Any, str]:
        address = self._random.choice(self._addresses)
        while "<" in address:
            before, _, rest = address.partition("<")
            address = before + quote(self._value(), safe="") + rest.partition(">")[2]
        method = self._random.choice(["GET", "GET", "POST"])
        query = self._query(lambda: self._random.choice(LIST_PARAMETERS + FORM_PARAMETERS))
        data = {
            self._random.choice(FORM_PARAMETERS): self._value()
            for _ in range(self._random.randint(0, 4))
        }
        return method, f"{address}?{query}", data, ""

    def _search(self) -> tuple[str, str, Any, str]:
        row = self._random.choice(self._rows)
        fields = [field.name for field in row._meta.get_fields()]
        asked = {
            "app_label": row._meta.app_label,
            "model_name": row._meta.model_name,
            "field_name": self._random.choice(fields),
            "term": self._value(),
        }
        for name in ("page", "person", "agreement", "tenure", "on", self._random.choice([*asked])):
            if self._random.random() < 0.3:
                asked[name] = self._value()
        address = self._random.choice(["/admin/autocomplete/", "/admin/edtf-meaning/"])
        return "GET", f"{address}?{urlencode({**asked, 'edtf': self._value()})}", None, ""

    def _form(self) -> tuple[str, str, Any, str]:
        """A form as a browser would send it, with some of it changed, left out, or sent twice."""
        row = self._random.choice(self._rows)
        page = self._random.choice(["change", "change", "change", "add"])
        base = f"/admin/{row._meta.app_label}/{row._meta.model_name}/"
        address = f"{base}add/" if page == "add" else f"{base}{row.pk}/change/"
        if address not in self._pages:
            self._pages[address] = self._filled(address)
        data = dict(self._pages[address])
        names = list(data) or ["x"]
        for _ in range(self._random.randint(1, 6)):
            name = self._random.choice(names)
            match self._random.randint(0, 6):
                case 0:
                    data.pop(name, None)
                case 1:
                    data[name] = [self._value(), self._value()]
                case 2:
                    prefix = name.rpartition("-")[0].rpartition("-")[0] or name
                    for each in [each for each in data if each.startswith(prefix)]:
                        del data[each]
                case 3:
                    totals = [each for each in names if each.endswith("_FORMS")] or names
                    data[self._random.choice(totals)] = self._value()
                case 4:
                    data[self._random.choice(FORM_PARAMETERS)] = self._value()
                case _:
                    data[name] = self._value()
        if self._random.random() < 0.3:
            data["_publish"] = "1"
        query = self._query(lambda: self._random.choice(FORM_PARAMETERS))
        return "POST", f"{address}?{query}" if self._random.random() < 0.3 else address, data, ""

    def _action(self) -> tuple[str, str, Any, str]:
        """An action of a list or of a record's page."""
        data: dict[str, Any] = {"post": "yes", "_confirm": "1", "reason": self._value()}
        for name in (
            "survivor",
            "_also",
            "_shown",
            "_shown_at",
            "nature",
            "select_across",
            "index",
        ):
            if self._random.random() < 0.5:
                data[name] = self._value()
        row = self._random.choice(self._rows)
        base = f"/admin/{row._meta.app_label}/{row._meta.model_name}/"
        if self._random.random() < 0.5:
            page = self._random.choice(
                ["publish", "withdraw", "restore", "merge", "delete", "undo", "import"]
            )
            return "POST", f"{base}{row.pk}/{page}/", data, ""
        data["action"] = self._random.choice(ACTIONS)
        data["_selected_action"] = [str(row.pk), self._value()][: self._random.randint(0, 2)]
        if self._random.random() < 0.3:
            del data["_confirm"]
        return "POST", base, data, ""

    def _body(self) -> tuple[str, str, Any, str]:
        address = self._page_of(self._random.choice(["add", "change", "", "merge", "delete"]))
        if self._random.random() < 0.3:
            uploaded = SimpleUploadedFile(self._value() or "x", self._random.choice(BODIES))
            return (
                "POST",
                "/admin/imports/importbatch/add/",
                {"file": uploaded, "reason": self._value()},
                "",
            )
        kind = self._random.choice(CONTENT_TYPES) or " "
        return "POST", address, self._random.choice(BODIES), kind

    def _filled(self, address: str) -> dict[str, Any]:
        """Return what a browser would send for the form at an address."""
        response: Any = self._client.get(address)
        context = response.context or {}
        data: dict[str, Any] = {}
        if "adminform" not in context:
            return data
        forms = [context["adminform"].form]
        for inline in context.get("inline_admin_formsets", ()):
            forms += [inline.formset.management_form, *inline.formset.forms]
        for form in forms:
            for bound in form:
                value = bound.value()
                if isinstance(value, list | tuple):
                    data[bound.html_name] = [str(each) for each in value]
                elif value not in {None, False}:
                    data[bound.html_name] = "on" if value is True else str(value)
        original = context.get("original")
        if isinstance(original, Record):
            data["_seen"] = original.written_at.isoformat()
        return data


def _addresses(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, address)
        elif "(?P" not in address:
            yield address
