"""Tables of the exchange form: what is exported as CSV is imported as the same, and each fault names its cell."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from agreements.models import Currency
from config.spreadsheets import guarded, unguarded
from imports.files.tree import InputError
from records.exchange.cells import layout
from records.exchange.export import export
from records.exchange.shapes import exchange_of
from records.exchange.tables import Table
from records.models import Topic
from tests.factories.events import make_event_type
from tests.factories.every_kind import empty_all_kinds
from tests.factories.imports import import_path
from tests.factories.records import make_source, make_topic

STORABLE = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))

#: Text that tables, or programs that read them, may change.
ODD = [
    *('q"uo"te', ";semi", "a; b", " lead", "tail "),
    *("+49 1", "-5", "=1+1", "@x", "\uff1dx", "'=x", "''=x", "'lead"),
    *("[x", "{y", "null", "true", "1e5", "007"),
]
#: Such as long texts alone may have.
ODD_LINES = ["a\rb", "a\nb", "a\r\nb", "\n", "\t=1", 'q"\n"']


def lines() -> bytes:
    file = io.BytesIO()
    export(file)
    return file.getvalue()


def tables(folder: Path, *options: str) -> dict[str, bytes]:
    call_command("export", str(folder), "--format", "csv", *options)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def rejected(result: Any) -> list[tuple[str, int | None, str, str]]:
    return [
        (each.file, each.line, each.fault.pointer, each.fault.code)
        for each in result.of("rejected")
    ]


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("options", [(), ("--spreadsheets",)])
def test_tables_imported_into_an_empty_database_are_exported_as_the_same_bytes(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    make_topic("formula", label="=1+1", alternative_labels=["@SUM(A1)", "'=2", "a;b", "-5"])
    before, written = lines(), tables(tmp_path / "out", *options)
    assert len(written) == 13

    unchanged = import_path(tmp_path / "out")
    assert dict(unchanged.rows) == {"unchanged": len(before.splitlines())}

    empty_all_kinds()
    Currency.objects.all().delete()
    call_command("load_reference", app=["agreements"], verbosity=0)
    assert lines() == b""
    created = import_path(tmp_path / "out")
    assert dict(created.rows) == {"created": len(before.splitlines())}
    assert lines() == before
    assert tables(tmp_path / "again", *options) == written


@pytest.mark.django_db
@pytest.mark.parametrize("options", [(), ("--spreadsheets",)])
def test_odd_text_comes_back_from_an_archive_of_tables(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    for number, odd in enumerate(ODD):
        make_topic(f"first-{number}", label=odd, alternative_labels=[odd, "x"])
        make_topic(f"last-{number}", label=f"Last {number}", alternative_labels=["x", odd])
    for odd in ODD_LINES:
        make_event_type(description=odd)
    count = 2 * len(ODD) + len(ODD_LINES)
    before, written = lines(), tables(tmp_path / "out", *options)
    archive = tmp_path / "out.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name, data in written.items():
            packed.writestr(name, data)

    assert dict(import_path(archive).rows) == {"unchanged": count}

    empty_all_kinds()
    assert dict(import_path(archive).rows) == {"created": count}
    assert lines() == before
    assert tables(tmp_path / "again", *options) == written


@pytest.mark.django_db
def test_a_table_has_a_column_for_each_member_and_three_for_an_uncertain_date(
    tmp_path: Path,
) -> None:
    source = make_source(
        title="Diary", slug="diary", authors=["Ann", "Bob; Esq."], published="1891-05"
    )

    assert tables(tmp_path, "--object", "source") == {
        "sources.csv": (
            "object,id,slug,kind,title,publisher,authors,web_address,archived_at,published,published.text,"
            "published.precision,retrieved_on,language,licence,content_hash,contested,identifiers\r\n"
            f'source,{source.pk},diary,{source.kind},Diary,,"[""Ann"",""Bob; Esq.""]",,,1891-05,,,,,,,false,\r\n'
        ).encode()
    }


@pytest.mark.django_db
def test_a_formula_is_text_and_a_spreadsheet_sees_none(tmp_path: Path) -> None:
    make_topic("formula", label="=HYPERLINK(A1)")

    (plain,) = tables(tmp_path / "plain", "--object", "topic").values()
    (safe,) = tables(tmp_path / "safe", "--object", "topic", "--spreadsheets").values()

    assert b",=HYPERLINK(A1)," in plain
    assert safe.startswith(b"\xef\xbb\xbf'object,")
    assert b",'=HYPERLINK(A1)," in safe


@pytest.mark.django_db
def test_an_empty_cell_empties_and_a_column_that_is_not_there_leaves_as_it_is(
    tmp_path: Path,
) -> None:
    make_topic("mining", alternative_labels=["digging"], broader=make_topic("economy"))
    path = write(tmp_path, "topics.csv", "slug,broader\nmining,\n,\n")

    assert dict(import_path(path).rows) == {"updated": 1}

    topic = Topic.objects.get(slug="mining")
    assert (topic.broader, topic.alternative_labels) == (None, ["digging"])


@pytest.mark.django_db
def test_fault_names_the_line_in_which_its_row_begins(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "terms.csv",
        "object,slug,code,label,broader,contested,alternative_labels,identifiers,curators_note\r\n"
        'topic,a,a,A,,,,,"A\r\nand B"\r\n'
        "topic,b,b,B,nothing,,,,\r\n"
        "topic,c,c,C,,perhaps,,,\r\n"
        "topic,d,d,D,,,,[{,\r\n"
        "topic,e,e,E\r\n"
        "person,f,f,F,,,,,\r\n"
        "topic,g,g,G,d,,x;;y,,\r\n",
    )

    result = import_path(path)

    assert sorted(rejected(result)) == [
        ("terms.csv", 4, "/broader", "unknown_reference"),
        ("terms.csv", 5, "/contested", "wrong_type"),
        ("terms.csv", 6, "/identifiers", "json"),
        ("terms.csv", 7, "", "ragged_row"),
        ("terms.csv", 8, "/object", "unknown_object"),
        ("terms.csv", 9, "/alternative_labels", "wrong_type"),
    ]
    assert dict(result.rows) == {"created": 1, "rejected": 6}
    assert not Topic.objects.exists()


@pytest.mark.django_db
def test_partial_import_keeps_good_rows_and_rejects_those_that_name_a_bad_one(
    tmp_path: Path,
) -> None:
    path = write(
        tmp_path,
        "topics.csv",
        "slug;code;label;broader;identifiers\na;a;A;;\nb;b;B;c;\nc;c;C;;x\n",
    )

    result = import_path(path, is_partial=True)

    assert dict(result.rows) == {"created": 1, "rejected": 2}
    assert rejected(result) == [
        ("topics.csv", 4, "/identifiers", "json"),
        ("topics.csv", 3, "/broader", "rejected_reference"),
    ]
    assert [topic.slug for topic in Topic.objects.all()] == ["a"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "text", "code", "words"),
    [
        ("topics.csv", "slug,lable\na,A\n", "unknown_field", "did you mean “label”?"),
        ("topics.csv", "slug,url\na,A\n", "derived_field", "leave the column out"),
        ("topics.csv", "slug,slug\na,a\n", "duplicate_column", "slug"),
        ("sources.csv", "slug,published.text\na,May\n", "required", "“published” is missing"),
        ("things.csv", "object,slug\ntopik,a\n", "unknown_object", "“topik” is no kind"),
        ("topics.csv", 'slug,label\na,"A\nb,B\n', "quotes", "quotes"),
        ("topics.csv", b"slug,label\na,\xff\n", "encoding", "UTF-8"),
        ("topics.csv", b"slug,label\na,\0\n", "nul", "NUL"),
        ("topics.csv", "slug,label\n".encode("utf-16"), "encoding", "UTF-16"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_as_a_whole(
    tmp_path: Path, name: str, text: str | bytes, code: str, words: str
) -> None:
    path = write(tmp_path, name, text)

    with pytest.raises(InputError) as refused:
        import_path(path)

    assert (refused.value.code, refused.value.file) == (code, name)
    assert words in refused.value.reason


@pytest.mark.django_db
def test_a_list_of_thousands_is_one_cell(tmp_path: Path) -> None:
    make_topic("mining", alternative_labels=[f"label number {n}" for n in range(20_000)])
    tables(tmp_path, "--object", "topic")

    assert dict(import_path(tmp_path).rows) == {"unchanged": 1}


@pytest.mark.django_db
def test_a_table_of_something_else_is_no_exchange_file(tmp_path: Path) -> None:
    path = write(tmp_path, "airports.csv", "name,code\nZenda,ZND\n")

    with pytest.raises(InputError) as refused:
        import_path(path)

    assert refused.value.code == "unknown_format"


@pytest.mark.django_db
def test_tables_and_lines_of_a_folder_may_name_each_other(tmp_path: Path) -> None:
    write(tmp_path, "topics.csv", "slug,code,label,broader\nmining,mining,Mining,economy\n")
    write(
        tmp_path,
        "more.ndjson",
        b'\xef\xbb\xbf{"object":"topic","slug":"economy","code":"economy","label":"Economy"}',
    )

    assert dict(import_path(tmp_path).rows) == {"created": 2}
    assert Topic.objects.get(slug="mining").broader == Topic.objects.get(slug="economy")


def test_tables_go_to_a_folder_or_one_to_standard_output() -> None:
    with pytest.raises(CommandError, match="name a folder"):
        call_command("export", "--format", "csv")
    with pytest.raises(CommandError, match="add --format csv"):
        call_command("export", "--spreadsheets")


@given(STORABLE)
def test_what_is_guarded_is_no_formula_and_comes_back_as_it_was(text: str) -> None:
    safe = guarded(text)

    assert unguarded(safe) == text
    assert not safe.startswith(("=", "+", "-", "@")) or safe.lstrip("-").replace(".", "").isdigit()


@given(st.lists(STORABLE.filter(bool)), STORABLE.filter(bool), st.booleans())
def test_any_text_comes_back_from_its_cells(labels: list[str], label: str, flag: bool) -> None:  # noqa: FBT001 - hypothesis
    topic = exchange_of("topic")
    assert topic is not None
    members = layout(topic)
    document = {
        "object": "topic",
        "slug": "a",
        "label": label,
        "alternative_labels": labels,
        "contested": flag,
    }

    cells = {
        column: cell
        for name, value in document.items()
        for column, cell in zip(members[name].columns, members[name].write(value), strict=True)
    }

    assert Table(topic, cells).line(cells) == (
        document | {"alternative_labels": labels or None},
        [],
    )
