"""Uncertain dates in forms and in the admin, and the preview of their meaning."""

import json

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.staticfiles import finders
from django.forms import modelform_factory
from django.test import RequestFactory

from config.dates.preview import edtf_meaning
from config.dates.values import UncertainDate
from tests.config.dates.spell import Spell, create_table


@pytest.fixture
def table(db):
    create_table()


SpellForm = modelform_factory(
    Spell, fields=["start_edtf", "start_text", "start_precision", "end_edtf"]
)


@pytest.mark.usefixtures("table")
def test_a_form_saves_a_date():
    form = SpellForm({"start_edtf": " 1961? ", "start_text": "about 1961"})

    form.save()

    assert Spell.objects.get().start == UncertainDate.parse("1961?", "about 1961")


@pytest.mark.usefixtures("table")
def test_a_form_saves_words_with_the_precision_that_was_chosen():
    form = SpellForm({"start_text": "Saturday night", "start_precision": "part_of_day"})

    form.save()

    assert Spell.objects.get().start == UncertainDate.parse("", "Saturday night", "part_of_day")


@pytest.mark.usefixtures("table")
def test_a_form_clears_a_date():
    spell = Spell.objects.create(start="1961")

    SpellForm({"start_edtf": "", "start_precision": "year"}, instance=spell).save()

    assert Spell.objects.get().start == UncertainDate()


@pytest.mark.usefixtures("table")
def test_a_form_says_what_would_be_right():
    form = SpellForm({"start_edtf": "1960s"})

    assert form.errors == {
        "start_edtf": [
            "“1960s” is not taken: write a decade with X for the unknown digit, as in 196X. Perhaps meant: 196X (some day in the years 1960 to 1969)."
        ]
    }


@pytest.mark.usefixtures("table")
def test_a_form_refuses_a_nul():
    assert SpellForm({"start_edtf": "1961\0"}).errors == {
        "start_edtf": ["Null characters are not allowed."]
    }


@pytest.mark.usefixtures("table")
def test_a_form_refuses_an_end_before_the_start_though_nobody_types_bounds():
    form = SpellForm({"start_edtf": "1962", "end_edtf": "1961"})

    assert form.errors == {"__all__": ["A spell cannot end before it starts."]}


@pytest.mark.usefixtures("table")
def test_a_form_with_the_end_alone_still_compares_it_with_the_start():
    spell = Spell.objects.create(start="1962")
    form = modelform_factory(Spell, fields=["end_edtf"])({"end_edtf": "1961"}, instance=spell)

    assert form.errors == {"__all__": ["A spell cannot end before it starts."]}


def test_the_input_shows_what_the_edtf_means():
    form = SpellForm(instance=Spell(start="[2025-09-06,2025-09-13]"))

    assert '<span class="edtf-meaning" aria-live="polite">6 or 13 September 2025</span>' in str(
        form["start_edtf"]
    )


@pytest.mark.usefixtures("table")
def test_the_input_shows_no_meaning_of_what_has_none():
    form = SpellForm({"start_edtf": "<script>"})

    assert '<span class="edtf-meaning" aria-live="polite"></span>' in str(form["start_edtf"])
    assert "<script>" not in str(form["start_edtf"])


def test_the_admin_keeps_the_input_and_loads_its_script_from_a_file():
    form = admin.ModelAdmin(Spell, admin.AdminSite()).get_form(RequestFactory().get("/"))()

    assert 'class="edtf-meaning"' in str(form["start_edtf"])
    assert "config/uncertain-date.js" in str(form.media)
    assert "start_earliest" not in form.fields


@pytest.mark.parametrize("file", ["config/uncertain-date.js", "config/uncertain-date.css"])
def test_the_files_of_the_input_are_served(file):
    assert finders.find(file)


def test_a_list_in_the_admin_shows_and_sorts_by_the_date():
    assert str(label_for_field("end", Spell)) == "end of the spell"
    assert getattr(Spell.end.fget, "admin_order_field", None) == "end_earliest"


# The live preview


def preview(edtf, user):
    request = RequestFactory().get("/", {"edtf": edtf})
    request.user = user
    return edtf_meaning(request)


@pytest.mark.parametrize(
    ("edtf", "answer"),
    [
        ("2025-05/..", {"meaning": "from May 2025, open end"}),
        (" 1961 ", {"meaning": "some day in 1961"}),
        ("", {"meaning": ""}),
        (
            "1961-",
            {
                "error": "“1961-” is not taken: it ends in a hyphen with nothing after it; remove the hyphen.",
                "readings": [],
            },
        ),
        (
            "10 May 2025",
            {
                "error": "“10 May 2025” is not EDTF: write 2025-05-10 (10 May 2025).",
                "readings": [{"edtf": "2025-05-10", "meaning": "10 May 2025"}],
            },
        ),
    ],
)
def test_the_preview_answers_with_the_meaning_or_the_reason(edtf, answer):
    response = preview(edtf, User(is_staff=True, is_active=True))

    assert json.loads(response.content) == answer


def test_the_preview_is_for_staff():
    assert preview("1961", AnonymousUser()).status_code == 302
