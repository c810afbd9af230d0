"""Tenures of the register: kinds, ends, starts and notes."""

from __future__ import annotations

import pytest

from imports.datasets.pocom.milestones import end_reason, sentences
from imports.datasets.pocom.offices import mission_class, organization_name
from tests.imports.datasets.pocom.files import (
    RUDOLF,
    appointment,
    codes,
    organization_mission,
    position,
    translated,
)
from tests.imports.datasets.pocom.tenure_files import told

pytestmark = pytest.mark.usefixtures("states")


NOMINEES = {
    "Not commissioned; nomination rejected by the Senate.": "not_confirmed",
    "Not commissioned; nomination withdrawn before the Senate acted upon it.": "not_confirmed",
    "Not commissioned; nomination tabled by the Senate.": "not_confirmed",
    "Nomination of May 23, 2006, not acted upon by the Senate.": "not_confirmed",
    "Nominated July 3, 2018; nominaion returned by the Senate on January 3, 2019.": "not_confirmed",
    "Nomination announced on May 1, 1999, but not submitted to the Senate.": "not_confirmed",
    "Took oath of office under recess appointment, but did not proceed to post; nomination of "
    "May 1, 1890, was withdrawn before the Senate acted upon it.": "not_confirmed",
    "Not commissioned, although his nomination had been confirmed by the Senate.": "did_not_serve",
    "Declined appointment.": "did_not_serve",
    "Commissioned during a recess of the Senate; declined appointment.": "did_not_serve",
    "Did not serve under this appointment.": "did_not_serve",
    "Took oath of office, but did not proceed to post.": "did_not_serve",
    "Died en route to post.": "did_not_serve",
    "Had not presented credentials prior to his assassination.": "did_not_serve",
    "Commission cancelled.": "did_not_serve",
    "Appointment revoked.": "did_not_serve",
    "Proceeded to post, but was not formally received at court.": "did_not_serve",
    "was Acting Director, Jan 1954-Mar 1955.": "acting",
    "Served as Acting Director; a nomination was not acted upon by the Senate.": "acting",
}


@pytest.mark.parametrize(("note", "kind"), NOMINEES.items())
def test_the_note_says_why_a_nominee_did_not_serve(tmp_path, note, kind):
    tenures, rows = told(tmp_path, nominees=appointment("rr-1890-rass-01", note=note))

    assert (tenures[0]["kind"], codes(rows[0])) == (kind, [])
    assert tenures[0]["end_status"] == ("unknown" if kind == "acting" else "ended")
    assert [tenures[0][member] for member in ("start", "end", "end_reason")] == [None] * 3


def test_a_nominee_without_a_word_did_not_serve_unless_there_is_a_start(tmp_path):
    tenures, rows = told(
        tmp_path,
        nominees=appointment("rr-1890-rass-01", appointed="1890-01-01")
        + appointment("rr-1891-rass-01", started="1891-01-01"),
    )

    assert [(tenure["kind"], tenure["end_status"]) for tenure in tenures] == [
        ("did_not_serve", "ended"),
        ("substantive", "unknown"),
    ]
    assert [codes(row) for row in rows] == [["kind_not_said"], ["kind_not_said"]]


@pytest.mark.parametrize(
    ("role", "note", "kind"),
    [
        ("ambassador-e-p", "Nomination later rejected by the Senate.", "substantive"),
        ("ambassador-e-p", "Did not present credentials.", "substantive"),
        ("charge-daffaires", "", "substantive"),
        ("charge-daffaires-ad-interim", "", "ad_interim"),
        ("charge-daffaires-pro-tem", "", "ad_interim"),
        ("acting-principal-officer", "", "acting"),
        ("ambassador-e-p", "Served as Acting Director.", "acting"),
        ("ambassador-e-p", "Served as Acting Secretary, Aug 23-Dec 8, 1992.", "substantive"),
    ],
)
def test_who_is_listed_served_in_the_way_that_the_role_says(tmp_path, role, note, kind):
    chief = appointment("rr-1890-rass-01", role=role, note=note, started="1890-01-01")

    assert [tenure["kind"] for tenure in told(tmp_path, chief)[0]] == [kind]


def test_a_listed_principal_who_declined_did_not_serve(tmp_path):
    note = "Commissioned during a recess of the Senate; declined appointment."
    who = appointment("aide-1890-rass", role="aide", tag="principal", appointed="1890", note=note)
    files = RUDOLF | {"positions-principals/aide.xml": position("aide", "Aide", who)}

    _rows, documents, _near = translated(tmp_path, files)

    assert [
        (document["kind"], document["milestones"])
        for (kind, _), document in documents.items()
        if kind == "tenure"
    ] == [
        (
            "did_not_serve",
            [{"kind": "appointed", "date": "1890"}, {"kind": "declined", "note": note}],
        )
    ]


#: Words before the date of the end: what they make of it, what is left of them, and why it ended.
ENDINGS = {
    "": ("terminated", None, ""),
    "Left post on": ("left_post", None, ""),
    "Left Strelsau.": ("left_post", "Left Strelsau", ""),
    "Departed post on": ("left_post", "Departed post", ""),
    "Presented recall on": ("recalled", "Presented recall", "recalled"),
    "Recall presented by successor": ("recalled", "Recall presented by successor", "recalled"),
    "Recall requested by Government of Ruritania on": (
        "other",
        "Recall requested by Government of Ruritania",
        "",
    ),
    "Died at post on": ("died_in_post", None, "died"),
    "Assassinated at post on": ("died_in_post", "Assassinated at post", "died"),
    "Died at Zenda": ("died_in_post", "Died at Zenda", "died"),
    "Declared persona non grata by Government of Ruritania; left post,": (
        "persona_non_grata",
        "Declared persona non grata by Government of Ruritania; left post",
        "expelled",
    ),
    "Notified the Government of Ruritania that he had resigned": (
        "resigned",
        "Notified the Government of Ruritania that he had resigned",
        "resigned",
    ),
    "Ruritania severed diplomatic relations with the United States on": (
        "terminated",
        "Ruritania severed diplomatic relations with the United States",
        "relations_severed",
    ),
    "The United States declared war on Ruritania on": (
        "terminated",
        "The United States declared war on Ruritania",
        "relations_severed",
    ),
    "Normal relations interrupted on": ("other", "Normal relations interrupted", ""),
    "Promoted to Minister Resident": ("other", "Promoted to Minister Resident", "transferred"),
    "Recommissioned to Zenda only": ("other", "Recommissioned to Zenda only", "transferred"),
    "Appointment terminated": ("terminated", None, ""),
    "Relinquished charge": ("terminated", "Relinquished charge", ""),
    "Superseded on": ("terminated", "Superseded", ""),
    "Position abolished": ("terminated", "Position abolished", "office_abolished"),
    "Ruritania was annexed to Zenda": (
        "terminated",
        "Ruritania was annexed to Zenda",
        "office_abolished",
    ),
    "Recess appointment expired. Left post on": (
        "left_post",
        "Recess appointment expired. Left post",
        "term_ended",
    ),
    "Government of Ruritania left Strelsau on": (
        "other",
        "Government of Ruritania left Strelsau",
        "",
    ),
    "Had farewell audience": ("other", "Had farewell audience", ""),
}


@pytest.mark.parametrize(("words", "expected"), ENDINGS.items())
def test_how_an_appointment_ended(tmp_path, words, expected):
    kind, note, reason = expected
    milestone = {"kind": kind, "date": "1891-02-03"} | ({"note": note} if note else {})

    tenures, _rows = told(tmp_path, appointment("rr-1890-rass-01", ended=(words, "1891-02-03")))

    assert (tenures[0]["milestones"], tenures[0]["end_reason"]) == ([milestone], reason or None)
    assert end_reason(words) == reason


def test_an_end_without_a_day_is_an_end(tmp_path):
    tenures, _rows = told(
        tmp_path, appointment("rr-1890-rass-01", started="1890-01-01", ended=("Left post on", ""))
    )

    assert (tenures[0]["end_status"], tenures[0]["end"], tenures[0]["milestones"][1]) == (
        "ended",
        None,
        {"kind": "left_post"},
    )


STARTS = [
    ("ambassador-e-p", "", "credentials_presented", None),
    ("minister-resident", "", "credentials_presented", None),
    ("charge-daffaires", "", "credentials_presented", None),
    ("charge-daffaires-ad-interim", "", "other", "Took charge"),
    ("principal-officer", "", "other", "Took charge"),
    ("ambassador-e-p", "Entered on duty", "other", "Entered on duty"),
    ("ambassador-e-p", "Officially recognized on", "other", "Officially recognized"),
    (
        "ambassador-e-p",
        "Transmitted credentials by note on",
        "credentials_presented",
        "Transmitted credentials by note",
    ),
    (
        "ambassador-e-p",
        "In lieu of a letter of credence, submitted a copy on",
        "other",
        "In lieu of a letter of credence, submitted a copy",
    ),
]


@pytest.mark.parametrize(("role", "words", "kind", "note"), STARTS)
def test_how_an_appointment_started(tmp_path, role, words, kind, note):
    milestone = {"kind": kind, "date": "1890-02-03"} | ({"note": note} if note else {})

    tenures, _rows = told(
        tmp_path, appointment("rr-1890-rass-01", role=role, started=(words, "1890-02-03"))
    )

    assert tenures[0]["milestones"] == [milestone]


def test_who_arrived_and_did_not_present_credentials_started_on_arrival(tmp_path):
    tenures, _rows = told(
        tmp_path,
        appointment("rr-1890-rass-01", appointed="1889-09-01", arrived="1890-01-01"),
        appointment("rr-1891-rass-01", appointed="1891-09-01", ended="1892-01-01"),
    )

    assert [tenure["start"] for tenure in tenures] == ["1890-01-01", None]


#: Sentences of a note, and their milestones.
NOTES = {
    "Recommissioned on December 9, 1947, after confirmation.": [("appointed", "1947-12-09")],
    "Nomination of April 8, 2004, withdrawn on October 8, 2004.": [
        ("nominated", "2004-04-08"),
        ("other", "2004-10-08", "withdrawn on October 8, 2004"),
    ],
    "Reaccredited when Ruritania became a republic; presented new credentials on May 1, 1950.": [
        ("credentials_presented", "1950-05-01")
    ],
    "Rassendyll left post June 10, 1967.": [("left_post", "1967-06-10")],
    "Arrived at post on May 3, 1861, and was received.": [("arrived", "1861-05-03")],
    "Declined appointment.": [("declined", None)],
    "Took oath of office, but did not proceed to post.": [("sworn_in", None)],
    "Did not take oath of office.": [("other", None)],
    "Died at post before presenting credentials.": [("died_in_post", None)],
    "Resigned on May 1, 1861.": [("resigned", "1861-05-01")],
    "Nomination not acted upon by the Senate.": [("nominated", None)],
    "The legation was established on May 1, 1861, with another in charge.": [("other", None)],
    "Commissioned to the Kingdom of Ruritania.": [("other", None)],
}


@pytest.mark.parametrize(("note", "expected"), NOTES.items())
def test_sentences_of_a_note_are_milestones(tmp_path, note, expected):
    milestones = [
        {"kind": kind} | ({"date": day} if day else {}) | {"note": rest[0] if rest else note}
        for kind, day, *rest in expected
    ]

    tenures, _rows = told(tmp_path, appointment("rr-1890-rass-01", note=note))

    assert tenures[0]["milestones"] == milestones


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("", []),
        ("One. Two.", ["One.", "Two."]),
        ("Served with J. Doe, Jr. Then left.", ["Served with J. Doe, Jr. Then left."]),
        (
            "Went to the U.S. Embassy on Jan. 4, 1912.",
            ["Went to the U.S. Embassy on Jan. 4, 1912."],
        ),
        ("To “Zenda.” Left.", ["To “Zenda.”", "Left."]),
        ("word " * 70, ["word " * 59 + "word", "word " * 9 + "word"]),
    ],
)
def test_notes_are_cut_between_sentences(note, expected):
    assert sentences(note.strip()) == expected


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("ambassador-e-p", "ambassador"),
        ("envoy-extraordinary-minister-plenipotentiary", "envoy"),
        ("minister", "envoy"),
        ("minister-resident-consul-general", "envoy"),
        ("charge-daffaires", "charge"),
        ("charge-daffaires-consul-general", "charge"),
        ("charge-daffaires-ad-interim", ""),
        ("charge-daffaires-pro-tem", ""),
        ("deputy-ambassador", ""),
        ("administrator", ""),
        ("agent", ""),
    ],
)
def test_classes_of_heads_of_mission(role, expected):
    assert mission_class(role) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Representative of the U.S.A. to the African Union", "African Union"),
        ("U.S. Permanent Representative to the United Union (Zenda)", "United Union"),
        ("Representative of the U.S.A. on the Council of the Air Union (Zenda)", "Air Union"),
        ("Representative of the U.S.A. to the Council of Zenda", "Council of Zenda"),
        ("Representative to the Union, with the rank of Ambassador to the World", "Union"),
        ("Ambassador to the U.S. Office for Negotiations (Zenda)", ""),
        ("Observer", ""),
    ],
)
def test_names_of_organizations_in_titles(title, expected):
    assert organization_name(title) == expected


def test_a_mission_whose_title_names_no_organization_is_an_office_without_one(tmp_path):
    chief = appointment("xx-1990-rass", role="xx", territory="", started="1990-01-01")
    files = RUDOLF | {"missions-orgs/xx.xml": organization_mission("xx", "Observer", chief)}

    rows, documents, _near = translated(tmp_path, files)

    assert codes(rows["organization:xx"]) == ["no_organization"]
    assert [kind for kind, _slug in documents] == ["person", "office", "tenure"]
