"""Uncertain dates on a model, in forms and in documents of the API, on a real PostgreSQL."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.migrations.writer import MigrationWriter

from config.dates.edtf import read
from config.dates.fields import (
    EdtfField,
    UncertainDateField,
    interval_constraint,
    uncertain_date_constraints,
)
from config.dates.values import EdtfError, UncertainDate
from tests.config.dates.spell import Reign, Spell, create_table

MAY = UncertainDate.parse("2025-05")


@pytest.fixture
def table(db):
    create_table()


# Columns


def test_the_columns_are_ordinary_and_keep_their_place():
    assert [(field.name, type(field).__name__) for field in Spell._meta.local_fields] == [
        ("id", "BigAutoField"),
        ("start_edtf", "EdtfField"),
        ("start_text", "CharField"),
        ("start_precision", "CharField"),
        ("start_earliest", "DateField"),
        ("start_latest", "DateField"),
        ("holder", "CharField"),
        ("end_edtf", "EdtfField"),
        ("end_text", "CharField"),
        ("end_precision", "CharField"),
        ("end_earliest", "DateField"),
        ("end_latest", "DateField"),
    ]


def test_a_migration_can_write_the_column_and_its_checks_down():
    column, imports = MigrationWriter.serialize(EdtfField(help_text="When."))
    check, _ = MigrationWriter.serialize(interval_constraint("spell", "start", "end"))

    assert (
        column
        == "config.dates.fields.EdtfField(blank=True, default='', help_text='When.', max_length=100)"
    )
    assert imports == {"import config.dates.fields"}
    assert check.startswith(
        "config.dates.fields.BoundsConstraint(condition=models.Q(('end_latest__gte'"
    )


def test_every_column_explains_itself():
    described = [
        field for field in Spell._meta.local_fields if field.name.startswith(("start", "end"))
    ]

    assert all(field.help_text and field.verbose_name for field in described)
    assert Spell.start.help_text == "When it began."
    assert Spell.end.verbose_name == "end of the spell"


def test_heirs_of_an_abstract_model_share_the_declaration_but_no_columns():
    assert isinstance(Reign.start, UncertainDateField)
    assert Reign._meta.get_field("start_edtf") is not Spell._meta.get_field("start_edtf")
    assert Reign(start="1961").start == UncertainDate.parse("1961")


# The attribute


@pytest.mark.parametrize("value", ["2025-05", MAY, {"edtf": "2025-05"}, MAY.as_document()])
def test_the_attribute_takes_text_value_and_document(value):
    assert Spell(start=value).start == MAY


def test_assigning_fills_every_column():
    spell = Spell()

    spell.start = "2025-05/.."

    assert [getattr(spell, column) for column in Spell.start.column_names] == [
        "2025-05/..",
        "",
        date(2025, 5, 1),
        None,
        "interval",
    ]


def test_assigning_none_clears_every_column():
    spell = Spell(start="1961")

    spell.start = None

    assert spell.start == UncertainDate()
    assert not spell.start


def test_assigning_what_is_no_edtf_is_refused_and_changes_nothing():
    spell = Spell(start="1961")

    with pytest.raises(EdtfError, match="there is no month 13"):
        spell.start = "1961-13"

    assert spell.start == UncertainDate.parse("1961")


# Saving


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    "value",
    [
        UncertainDate.parse("0001"),
        UncertainDate.parse("9999-12-31"),
        UncertainDate.parse("../1990", "before the treaty"),
        UncertainDate.parse("", "Saturday night", "part_of_day"),
        UncertainDate.parse("2025-05-10T17:30:00Z"),
        UncertainDate(),
    ],
)
def test_a_date_comes_back_from_the_database_as_it_was(value):
    spell = Spell.objects.create(start=value)

    assert Spell.objects.get(pk=spell.pk).start == value


@pytest.mark.usefixtures("table")
def test_saving_derives_the_bounds_from_the_edtf_column():
    spell = Spell(start_edtf="1961", start_earliest=date(1970, 1, 1))

    spell.save()

    assert Spell.objects.get().start == UncertainDate.parse("1961")


@pytest.mark.usefixtures("table")
def test_saving_an_emptied_edtf_column_clears_the_bounds():
    spell = Spell.objects.create(start="1961")

    spell.start_edtf = ""
    spell.save()

    assert Spell.objects.get().start == UncertainDate()


@pytest.mark.usefixtures("table")
def test_bulk_create_derives_the_bounds():
    Spell.objects.bulk_create([Spell(start_edtf="1961"), Spell(start_edtf="", start_text="later")])

    assert [spell.start for spell in Spell.objects.order_by("pk")] == [
        UncertainDate.parse("1961"),
        UncertainDate.parse("", "later"),
    ]


@pytest.mark.usefixtures("table")
def test_bulk_update_writes_what_was_assigned():
    spell = Spell.objects.create(start="1961")

    spell.start = "1962"
    Spell.objects.bulk_update([spell], Spell.start.column_names)

    assert Spell.objects.get().start == UncertainDate.parse("1962")


@pytest.mark.usefixtures("table")
def test_an_update_takes_all_columns_of_a_value():
    Spell.objects.create(start="1961")

    Spell.objects.update(**Spell.start.columns("1962"))

    assert Spell.objects.get().start == UncertainDate.parse("1962")


@pytest.mark.usefixtures("table")
def test_update_or_create_takes_the_attribute():
    Spell.objects.update_or_create(holder="Dar", defaults={"start": "2024"})
    Spell.objects.update_or_create(holder="Dar", defaults={"start": "2024-03"})

    assert Spell.objects.get().start == UncertainDate.parse("2024-03")


@pytest.mark.usefixtures("table")
def test_saving_some_fields_saves_the_columns_that_are_named():
    spell = Spell.objects.create(start="1961", end="1962")

    spell.start = "1960"
    spell.end = "1963"
    spell.save(update_fields=Spell.start.column_names)

    saved = Spell.objects.get()
    assert (saved.start.edtf, saved.end.edtf) == ("1960", "1962")


@pytest.mark.usefixtures("table")
def test_what_is_no_edtf_is_never_stored():
    with pytest.raises(EdtfError), transaction.atomic():
        Spell(start_edtf="1961-13").save()

    assert Spell.objects.count() == 0


@pytest.mark.usefixtures("table")
def test_reading_rows_parses_nothing():
    Spell.objects.create(start="1961", end="[1962,1963]")
    before = read.cache_info()

    spell = Spell.objects.get()

    assert (spell.start.earliest, spell.end.latest) == (date(1961, 1, 1), date(1963, 12, 31))
    assert read.cache_info() == before


# Validation


@pytest.mark.usefixtures("table")
def test_full_clean_derives_the_bounds():
    spell = Spell(start_edtf="1961")

    spell.full_clean()

    assert spell.start == UncertainDate.parse("1961")


@pytest.mark.usefixtures("table")
def test_full_clean_clears_the_bounds_of_an_emptied_date():
    spell = Spell(start="1961")

    spell.start_edtf = ""
    spell.full_clean()

    assert spell.start == UncertainDate()


@pytest.mark.usefixtures("table")
def test_full_clean_names_the_column_and_the_fix():
    with pytest.raises(ValidationError) as refusal:
        Spell(start_edtf="1961-7").full_clean()

    assert refusal.value.message_dict == {
        "start_edtf": [
            "“1961-7” is not taken: months and days have two digits, as in 2025-05-01, or XX if unknown. Perhaps meant: 1961-07 (some day in July 1961).",
        ]
    }


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("1961", "1961"),
        ("1961", "1961-01-01"),
        ("1961-12-31", "1961"),
        ("1961/..", ""),
        ("", "1961"),
        ("../1970", "1961"),
    ],
)
def test_an_interval_that_may_be_in_order_is_taken(start, end):
    spell = Spell(start=start, end=end)

    spell.full_clean()
    spell.save()

    assert Spell.objects.count() == 1


@pytest.mark.usefixtures("table")
def test_an_interval_that_certainly_ends_before_it_starts_is_refused_with_a_message():
    with pytest.raises(ValidationError) as refusal:
        Spell(start="1962", end="1961").full_clean()

    assert refusal.value.message_dict == {"__all__": ["A spell cannot end before it starts."]}


# constraint → a row, given as its columns, that breaks only it
BROKEN: dict[str, dict[str, str | None]] = {
    "spell_start_earliest_is_not_after_latest": {
        "start_earliest": "1962-01-01",
        "start_latest": "1961-01-01",
    },
    "spell_start_stays_within_years_1_to_9999": {"start_latest": "10000-01-01"},
    "spell_start_bounds_come_from_edtf": {"start_edtf": ""},
    "spell_end_earliest_is_not_after_latest": {
        "end_earliest": "1965-01-01",
        "end_latest": "1964-01-01",
    },
    "spell_end_stays_within_years_1_to_9999": {"end_latest": "infinity"},
    "spell_end_bounds_come_from_edtf": {"end_earliest": None, "end_latest": None},
    "spell_does_not_certainly_end_before_it_starts": {
        "end_earliest": "1960-01-01",
        "end_latest": "1960-12-31",
    },
}


def test_every_constraint_is_broken_below():
    assert {constraint.name for constraint in Spell._meta.constraints} == set(BROKEN)


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses_what_was_written_past_the_field(name):
    Spell.objects.create(start="1961", end="1962/..")
    assignments = ", ".join(f"{column} = %s" for column in BROKEN[name])

    with (
        pytest.raises(IntegrityError, match=f'"{name}"'),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        # The columns are those of the table above.
        cursor.execute(f"UPDATE tests_spell SET {assignments}", list(BROKEN[name].values()))  # noqa: S608


@pytest.mark.usefixtures("table")
def test_the_database_refuses_an_edtf_without_precision():
    Spell.objects.create(start="1961")

    with pytest.raises(IntegrityError, match="spell_start_bounds_come_from_edtf"):
        Spell.objects.update(start_precision="")


def test_a_name_that_postgresql_would_cut_off_is_refused():
    with pytest.raises(ValueError, match="longer than the 63 bytes"):
        uncertain_date_constraints("relation_period_milestone", "effective_date")
