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


def test_texts_are_those_that_say_something():
    trip = given(TRIPS)[1]
    assert texts(trip, "country") == ["Mexico"]
    assert text(trip, "country", "none") == "none"  # the first one is empty
    assert texts(trip, "remarks") == []


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


BILLION_LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE lolz [
 <!ENTITY lol "lol">
 <!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
 <!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">
]>
<trips>&lol3;</trips>
"""


@pytest.mark.parametrize(
    "content",
    [
        BILLION_LAUGHS,
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]><a/>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>',
        '<!DOCTYPE a PUBLIC "-//X//EN" "http://127.0.0.1/x.dtd"><a/>',
        "<!DOCTYPE a><a/>",
    ],
)
def test_document_type_is_refused_with_all_that_it_could_name(content):
    assert refused(content).code == "dtd"


def test_entity_that_is_not_of_xml_is_refused_with_what_to_write():
    error = refused("<a>\nPer&uacute;</a>")
    assert (error.code, error.line) == ("entity", 2)
    assert error.reason.endswith("Write the character itself.")


def test_inclusion_is_refused_by_name():
    error = refused(
        '<trips xmlns:xi="http://www.w3.org/2001/XInclude">\n'
        '<xi:include href="file:///etc/passwd" parse="text"/></trips>'
    )
    assert (error.code, error.line) == ("xinclude", 2)


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252", "UTF-16", "utf-7", "x-made-up"])
def test_declared_encoding_other_than_utf8_is_refused_by_name(encoding):
    error = refused(f'<?xml version="1.0" encoding="{encoding}"?><a/>')
    assert (error.code, error.line) == ("encoding", 1)
    assert encoding in error.reason


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wider_encodings_are_refused_by_name(encoding):
    error = refused('<?xml version="1.0"?><a>é</a>'.encode(encoding))
    assert error.code == "encoding"
    assert encoding[:6].upper() in error.reason


def test_latin_1_is_refused_at_its_line():
    error = refused('<?xml version="1.0"?>\n<a>\né</a>'.encode("latin-1"))
    assert (error.code, error.line) == ("encoding", 3)


@pytest.mark.parametrize(
    "reference", ["&#0;", "&#x0;", "&#xD800;", "&#55296;", "&#x8;", "&#xFFFF;"]
)
def test_reference_to_what_is_no_character_is_refused(reference):
    error = refused(f"<a>\n{reference}</a>")
    assert (error.code, error.line) == ("character", 2)


def test_nul_is_refused():
    assert refused("<a>\0</a>").code == "nul"


@pytest.mark.parametrize(
    ("content", "number"),
    [
        ("", 1),
        ("\n\n", 3),
        ("<a>\n<b>\n</a>", 3),
        ("<a>\n", 2),
        ("<a/>\n<b/>", 2),
        ("<a b='1' b='2'/>", 1),
        ("<a>\x01</a>", 1),
        ("<x:a/>", 1),
        ("a,b\n1,2\n", 1),
    ],
)
def test_what_is_not_xml_is_refused_at_its_line(content, number):
    error = refused(content)
    assert (error.code, error.line) == ("xml", number)


def test_depth_is_limited():
    assert given("<a>" * 64 + "</a>" * 64).tag == "a"
    assert refused("<a>" * 3000 + "</a>" * 3000).code == "too_deep"
    assert refused("<a>\n<a>\n<a>" + "</a>" * 3, Limits(depth=2)).line == 3


def test_number_of_elements_is_limited():
    assert len(given("<a><b/><b/><b/></a>", Limits(nodes=4))) == 3
    assert refused("<a><b/><b/><b/><b/></a>", Limits(nodes=4)).code == "too_many_elements"


def test_length_of_a_text_is_limited_however_it_is_cut():
    limits = Limits(cell_size=10)
    assert (
        given("<a><b>12345<!-- -->67890</b><b>1234567890</b></a>", limits)[0].text == "1234567890"
    )
    for content in ("12345678901", "12345<!-- -->678901", "123456<![CDATA[78901]]>"):
        assert refused(f"<a><b>{content}</b></a>", limits).code == "cell_too_long"


def test_white_space_between_many_elements_is_no_long_text():
    content = "<a>" + "\n    <b/>" * 100 + "</a>"
    limits = Limits(cell_size=10)
    assert len(given(content, limits)) == 100


def test_size_of_a_tree_is_limited():
    content = "<a>" + "<b/>" * 100 + "</a>"
    assert refused(content, Limits(memory_bytes=100)).code == "file_too_large"


def test_tag_of_many_attributes_is_refused():
    attributes = " ".join(f'a{number}=""' for number in range(10_000))
    assert refused(f"<a><b {attributes}/></a>").code == "tag_too_long"


def test_comment_without_end_is_refused_before_it_fills_the_memory():
    assert refused("<a><!--" + "x" * 3_000_000).code == "comment_too_long"


def test_namespace_that_makes_every_name_long_is_refused():
    # Each name of the document would be as long as the namespace: 10 kB make 100 MB.
    content = f'<a xmlns="{"x" * 10_000}">{"<b/>" * 10_000}</a>'
    assert refused(content).code == "name_too_long"
    assert refused(f"<{'a' * 1001}/>").code == "name_too_long"
    assert refused(f"<a {'a' * 1001}='1'/>").code == "name_too_long"
