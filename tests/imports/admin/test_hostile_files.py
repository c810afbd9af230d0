"""Hostile files, through the page that takes uploads: each is refused in words, and the page stands."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imports.models import ImportBatch, ImportStatus
from people.models import Person
from tests.factories.imports import UPLOAD, Desk, ndjson, page_of, person

pytestmark = pytest.mark.django_db

GOOD = ndjson({"object": "topic", "slug": "mining", "code": "mining", "label": "Mining"})
MEGABYTE = 1024 * 1024


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return file.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    """An entry that is a symbolic link."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info


def encrypted() -> bytes:
    """A zip whose only entry says that it is encrypted."""
    data = bytearray(zipped(("a.ndjson", GOOD)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(mark) + offset
        data[place] |= 1
    return bytes(data)


def lying() -> bytes:
    """A zip whose directory says that its entry is small."""
    data = bytearray(zipped(("a.ndjson", b" " * 5 * MEGABYTE)))
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = struct.pack("<I", 10)
    return bytes(data)


def tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.ndjson"))
    return file.getvalue()


def workbook() -> bytes:
    """As a spreadsheet program writes it, as far as an importer would look."""
    return zipped(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>"))


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">%s]><lolz>&j;</lolz>' % b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)
#: What it is, the name under which it comes, and its bytes.
FILES: dict[str, tuple[str, bytes]] = {
    # Bombs
    "zip bomb": ("a.zip", zipped(("a.ndjson", b" " * 20 * MEGABYTE))),
    "zip that lies about sizes": ("a.zip", lying()),
    "zip in a zip": ("a.zip", zipped(("b.zip", zipped(("a.ndjson", GOOD))))),
    "zip in a zip under a wrong name": ("a.zip", zipped(("b.ndjson", zipped(("a.ndjson", GOOD))))),
    "gzip bomb": ("a.ndjson.gz", gzip.compress(b" " * 20 * MEGABYTE)),
    "gzip in a gzip": ("a.gz", gzip.compress(gzip.compress(GOOD))),
    "empty files": ("a.zip", zipped(*((f"{n}.ndjson", b"") for n in range(300)))),
    "XML entities that multiply": ("a.xml", LAUGHS),
    "XML entity of a file": (
        "a.xml",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    ),
    "XML entity of an address": (
        "a.xml",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://example.org/">]><a>&x;</a>',
    ),
    "XML of great depth": ("a.xml", b"<a>" * 100_000 + b"</a>" * 100_000),
    "XML that includes a file": (
        "a.xml",
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd"/></a>',
    ),
    "YAML aliases that multiply": (
        "a.yml",
        b"a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: [*c, *c, *c]\n",
    ),
    "YAML that calls Python": ("a.yml", b"!!python/object/apply:os.system ['true']\n"),
    "YAML of great depth": ("a.yml", b"[" * 50_000),
    "JSON of great depth": ("a.ndjson", b'{"a":' * 50_000),
    "JSON list of great depth": ("a.ndjson", b"[" * 100_000),
    "one huge line": ("a.ndjson", b'{"object":"topic","label":"' + b"x" * 6 * MEGABYTE + b'"}'),
    "one huge number": ("a.ndjson", b'{"object":"topic","seats":' + b"9" * 100_000 + b"}"),
    # Encodings
    "UTF-16": ("a.ndjson", GOOD.decode().encode("utf-16")),
    "UTF-16 without a mark": ("a.ndjson", GOOD.decode().encode("utf-16-le")),
    "UTF-32": ("a.ndjson", GOOD.decode().encode("utf-32")),
    "Latin-1": ("a.ndjson", '{"object":"topic","label":"Bergbauförderung"}'.encode("latin-1")),
    "half a surrogate pair in bytes": ("a.ndjson", b'{"object":"topic","label":"\xed\xa0\x80"}'),
    "half a surrogate pair, escaped": ("a.ndjson", b'{"object":"topic","label":"\\ud800"}'),
    "cut in the middle of a character": ("a.ndjson", b'{"object":"topic","label":"\xc3'),
    "overlong encoding": ("a.ndjson", b'{"object":"topic","label":"\xc0\xae"}'),
    "XML in another encoding": ("a.xml", b'<?xml version="1.0" encoding="utf-7"?><a/>'),
    "NUL in JSON": ("a.ndjson", b'{"object":"topic","label":"\x00"}'),
    "NUL in JSON, escaped": ("a.ndjson", b'{"object":"topic","slug":"x","label":"a\\u0000"}'),
    "NUL in CSV": ("topics.csv", b"slug,code,label\nmining,mining,Min\x00ing\n"),
    "random bytes": ("a.ndjson", bytes(range(256)) * 40),
    # Tables
    "CSV without an end of quotes": ("topics.csv", b'slug,code,label\nmining,"mining,Mining\n'),
    "CSV of ragged rows": ("topics.csv", b"slug,code,label\nmining\nmining,mining,Mining,x,y\n"),
    "CSV with a column twice": ("topics.csv", b"slug,code,code,label\nmining,a,b,Mining\n"),
    "CSV with a huge cell": (
        "topics.csv",
        b"slug,code,label\nmining,mining," + b"x" * 3 * MEGABYTE,
    ),
    "CSV of 100,000 columns": ("topics.csv", b"slug," * 100_000),
    "CSV of nothing but quotes": ("topics.csv", b'"' * 100_001),
    "workbook": ("topics.xlsx", workbook()),
    "workbook that is damaged": ("topics.xlsx", workbook()[:-30]),
    "workbook of old": ("topics.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    # Archives
    "zip with a name that leads up": ("a.zip", zipped(("../../etc/a.ndjson", GOOD))),
    "zip with an absolute name": ("a.zip", zipped(("/etc/a.ndjson", GOOD))),
    "zip with a name of Windows": ("a.zip", zipped(("C:\\a.ndjson", GOOD))),
    "zip of a link": ("a.zip", zipped((link("a.ndjson"), b"/etc/passwd"))),
    "zip with control characters in a name": ("a.zip", zipped(("a\x1b[2J.ndjson", GOOD))),
    "zip with one name twice": ("a.zip", zipped(("a.ndjson", GOOD), ("A.ndjson", GOOD))),
    "zip that is encrypted": ("a.zip", encrypted()),
    "zip cut off": ("a.zip", zipped(("a.ndjson", GOOD))[:-10]),
    "zip of nothing": ("a.zip", zipped()),
    "tar": ("a.tar", tar()),
    "bzip2": ("a.ndjson.bz2", bz2.compress(GOOD)),
    "xz": ("a.ndjson.xz", lzma.compress(GOOD)),
    # Something else than it seems
    "a page for a browser": ("a.ndjson", b"<!doctype html><script>alert(1)</script>"),
    "a program": ("a.ndjson", b"\x7fELF\x02\x01\x01" + b"\0" * 100),
    "XML under a wrong name": ("a.ndjson", b"<a/>"),
    "JSON under the name of a picture": ("a.jpg", GOOD.replace(b"topic", b"nosuch")),
    "a name with markup": ("<img src=x>.ndjson", b"{}"),
    "a line that is no object": ("a.ndjson", b'"text"\n3\nnull\n[]\n'),
    "a line with a member twice": ("a.ndjson", b'{"object":"topic","object":"state"}'),
    "a kind that is none": ("a.ndjson", b'{"object":"__class__","slug":"x"}'),
    "nothing but line ends": ("a.ndjson", b"\n" * 10_000),
    "nothing but a mark": ("a.ndjson", b"\xef\xbb\xbf"),
}


@pytest.mark.parametrize("what", FILES)
def test_every_hostile_file_is_refused_in_words(desk: Desk, contributor: Client, what: str) -> None:
    name, content = FILES[what]

    batch = desk.upload(contributor, SimpleUploadedFile(name, content))

    page = contributor.get(page_of(batch))
    assert page.status_code == 200
    assert batch.status in {ImportStatus.FAILED, ImportStatus.REJECTED}, batch.message
    assert "Error" not in batch.message.replace("InputError", "")
    assert batch.message
    assert not {"import", "publish"} & set(page.context["possible"])
    assert contributor.get(f"{page_of(batch)}report/").status_code == 200


@pytest.mark.parametrize(
    "name", ["a\x00.ndjson", "../../a.ndjson", "..", "a\n.ndjson", "\u202eanosdn.", "é" * 240, "."]
)
def test_every_hostile_name_of_a_good_file_has_an_answer(
    desk: Desk, contributor: Client, name: str
) -> None:
    file = SimpleUploadedFile("a.ndjson", ndjson(person("ada")))
    file._name = name  # type: ignore[attr-defined] # a browser sends what it likes, and Django's own class cleans it

    response: Any = desk.send(contributor, UPLOAD, file=file)

    assert response.status_code in {200, 302, 400}
    for batch in ImportBatch.objects.all():
        assert contributor.get(page_of(batch)).status_code == 200
    assert not Person.objects.exists()
