"""XML as somebody else wrote it, and XML as somebody wrote it to do harm."""

from __future__ import annotations

from typing import Any

import pytest

from imports.files.limits import DEFAULT_LIMITS, Limits
from imports.files.tree import InputError
from imports.files.xml_files import line, read_xml, text, texts
from tests.imports.files.files_made import file_of, refusal

TRIPS = """<?xml version="1.0" encoding="UTF-8"?>
<!-- trips of one president -->
<trips>
    <trip who="taft">
        <country id="panama">Panama</country>
        <locale>Colón,
            Panama\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}City</locale>
        <remarks>Met <em>President</em> Obaldía.</remarks>
    </trip>
    <?sort by="date"?>
    <trip who="taft"><country/><country id="mexico"> Mexico </country></trip>
</trips>
"""


def given(content: str | bytes, limits: Limits = DEFAULT_LIMITS) -> Any:
    return read_xml(file_of(content, limits))


def refused(content: str | bytes, limits: Limits = DEFAULT_LIMITS) -> InputError:
    return refusal(given, content, limits)


def test_tree_holds_elements_with_their_lines():
    root = given(TRIPS)
    assert [(found.tag, line(found)) for found in root.iter()] == [
        ("trips", 3),
        ("trip", 4),
        ("country", 5),
        ("locale", 6),
        ("remarks", 8),
        ("em", 8),
        ("trip", 11),
        ("country", 11),
        ("country", 11),
    ]
    assert root[0].attrib == {"who": "taft"}


def test_text_has_single_spaces_whatever_white_space_the_file_has():
    trip = given(TRIPS)[0]
    assert text(trip, "locale") == "Colón, Panama City"
    assert text(trip, "remarks") == "Met President Obaldía."
    assert text(trip[0], ".") == "Panama"
    assert text(trip, "notes") == ""
    assert text(trip, "notes", "none") == "none"
    other = given(TRIPS)[1]
    assert text(other, "country", "none") == "none"  # the first one is empty
    assert (texts(other, "country"), texts(other, "remarks")) == (["Mexico"], [])


def test_mark_and_declared_utf8_are_read():
    for head in (
        "\ufeff",
        "\ufeff<?xml version='1.0'?>",
        "<?xml version='1.0' encoding='utf-8'?>",
        "<?xml version='1.0' encoding='US-ASCII'?>",
    ):
        assert given(f"{head}<a>é</a>").text == "é"


def test_long_texts_comments_and_sections_are_read():
    long = "x" * 90_000
    root = given(
        f"<!--{long}--><a><!--{long}--><b>{long}</b><c><![CDATA[{long}]]></c><?pi {long}?></a>"
    )
    assert [len(element.text) for element in root] == [90_000, 90_000]


def test_nothing_is_left_of_comments_and_instructions():
    root = given("<?xml-stylesheet href='http://example.org/x.xsl'?><a>b<!-- c --><?d e?>f</a>")
    assert (root.text, list(root)) == ("bf", [])


BILLION_LAUGHS = """<!DOCTYPE lolz [
 <!ENTITY lol "lol">
 <!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
 <!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">
]>
<trips>&lol3;</trips>
"""
XINCLUDE = """<trips xmlns:xi="http://www.w3.org/2001/XInclude">
<xi:include href="file:///etc/passwd" parse="text"/></trips>"""
REFERENCES = ["&#0;", "&#x0;", "&#xD800;", "&#55296;", "&#x8;", "&#xFFFF;"]
MANY_ATTRIBUTES = " ".join(f'a{number}=""' for number in range(10_000))
ENCODINGS = ["ISO-8859-1", "windows-1252", "UTF-16", "utf-7", "x-made-up"]


@pytest.mark.parametrize(
    ("content", "code", "number"),
    [
        (BILLION_LAUGHS, "dtd", 1),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "dtd", 1),
        ('<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]><a/>', "dtd", 1),
        ('<!DOCTYPE a PUBLIC "-//X//EN" "http://127.0.0.1/x.dtd"><a/>', "dtd", 1),
        ("\n<!DOCTYPE a><a/>", "dtd", 2),
        ("<a>\nPer&uacute;</a>", "entity", 2),
        (XINCLUDE, "xinclude", 2),
        *[(f"<?xml version='1.0' encoding='{name}'?><a/>", "encoding", 1) for name in ENCODINGS],
        ("<a>é</a>".encode("utf-16"), "encoding", 1),
        ("<a>\né</a>".encode("latin-1"), "encoding", 2),
        *[(f"<a>\n{reference}</a>", "character", 2) for reference in REFERENCES],
        ("<a>\0</a>", "nul", 1),
        ("", "xml", 1),
        ("\n\n", "xml", 3),
        ("<a>\n<b>\n</a>", "xml", 3),
        ("<a>\n", "xml", 2),
        ("<a/>\n<b/>", "xml", 2),
        ("<a b='1' b='2'/>", "xml", 1),
        ("<a>\x01</a>", "xml", 1),
        ("<x:a/>", "xml", 1),
        ("a,b\n1,2\n", "xml", 1),
        ("<a>" * 65 + "</a>" * 65, "too_deep", 1),
        ("<a>" * 3000 + "</a>" * 3000, "too_deep", 1),
        # Each name of the document would be as long as the namespace: 10 kB make 100 MB.
        (f'<a xmlns="{"x" * 10_000}">{"<b/>" * 10_000}</a>', "name_too_long", 1),
        (f"<{'a' * 1001}/>", "name_too_long", 1),
        (f"<a {'a' * 1001}='1'/>", "name_too_long", 1),
        (f"<a><b {MANY_ATTRIBUTES}/></a>", "tag_too_long", 1),
        ("<a><!--" + "x" * 3_000_000, "tag_too_long", 1),
    ],
)
def test_what_is_not_read_is_refused_at_its_line(content, code, number):
    error = refused(content)
    assert (error.code, error.line) == (code, number)


@pytest.mark.parametrize(
    ("content", "limits", "code"),
    [
        ("<a>\n<b><c/></b></a>", {"depth": 2}, "too_deep"),
        ("<a>\n<b/><b/><b/><b/></a>", {"nodes": 4}, "too_many_elements"),
        ("<a>\n<b>12345678901</b></a>", {"cell_size": 10}, "cell_too_long"),
        ("<a>\n<b>12345<!-- -->678901</b></a>", {"cell_size": 10}, "cell_too_long"),
        ("<a>\n<b>123456<![CDATA[78901]]></b></a>", {"cell_size": 10}, "cell_too_long"),
        ("<a>\n<b/>12345678901</a>", {"cell_size": 10}, "cell_too_long"),
    ],
)
def test_depth_elements_and_texts_are_limited(content, limits, code):
    error = refused(content, Limits(**limits))
    assert (error.code, error.line) == (code, 2)


def test_file_at_its_limits_is_read():
    assert given("<a>" * 64 + "</a>" * 64).tag == "a"
    root = given(
        "<a>" + "\n    <b>12345<!-- -->67890</b>" * 3 + "</a>", Limits(nodes=4, cell_size=10)
    )
    assert [element.text for element in root] == ["1234567890"] * 3


def test_size_of_a_file_is_limited():
    assert refused("<a/>" + " " * 100, Limits(memory_bytes=100)).code == "file_too_large"
