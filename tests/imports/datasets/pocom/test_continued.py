"""Appointments that outlast the state to which they were made."""

from __future__ import annotations

from datetime import date

import pytest

from imports.datasets.pocom.importer import DATASET
from people.models import State, Tenure, TenureIdentifier
from records.publishing.publish import publish
from tests.factories.people import make_state
from tests.imports.datasets.importing import import_folder
from tests.imports.datasets.pocom.files import (
    ROLES,
    RUDOLF,
    appointment,
    citation,
    group,
    mission,
    translated,
    write,
)

CZECH = "missions-countries/czech-republic.xml"
NOTE = "The Czech and Slovak Federal Republic ceased to exist on December 31, 1992."


@pytest.fixture
def states(db):
    make_state("United States", slug="united-states")
    make_state("Ruritania", slug="ruritania")
    make_state("Czechia", slug="czechia", start="1993-01-01")
    make_state("Czechoslovakia", slug="czechoslovakia", start="1918-10-28", end="1992-12-31")
    make_state("Kingdom of Montenegro", slug="kingdom-of-montenegro", end="1918-12-01")


def basora(key: str = "cz-1992-baso-01", started: str = "1992-07-20", ended: str = "1995-07-15"):
    return appointment(
        key,
        territory="czech-republic",
        appointed="1992-06-15",
        started=started,
        ended=("Left post on", ended),
        note=NOTE,
    )


def of_kind(documents, kind):
    return {slug: document for (object_, slug), document in documents.items() if object_ == kind}


def test_the_tenure_ends_with_the_state_and_goes_on_in_one_to_the_next(states, tmp_path):
    files = RUDOLF | ROLES | {CZECH: mission(basora(), territory="czech-republic")}

    rows, documents, _near = translated(tmp_path, files)

    ceased = {"kind": "other", "note": NOTE}
    shared = {
        "object": "tenure",
        "person": "pocom:rassendyll-rudolf",
        "kind": "substantive",
        "end_status": "ended",
        "citations": citation(f"{CZECH}, cz-1992-baso-01"),
    }
    assert of_kind(documents, "tenure") == {
        "rassendyll-rudolf-czechoslovakia-ambassador-e-p-1992": shared
        | {
            "slug": "rassendyll-rudolf-czechoslovakia-ambassador-e-p-1992",
            "identifiers": [{"scheme": "pocom-appointment", "value": "cz-1992-baso-01"}],
            "office": "pocom-office:czechoslovakia/ambassador-e-p",
            "start": "1992-07-20",
            "end": "1992-12-31",
            "end_reason": "office_abolished",
            "milestones": [
                {"kind": "appointed", "date": "1992-06-15"},
                {"kind": "credentials_presented", "date": "1992-07-20"},
                ceased,
                {
                    "kind": "other",
                    "date": "1992-12-31",
                    "note": "Czechoslovakia ended; the appointment went on as one to Czechia.",
                },
            ],
        },
        "rassendyll-rudolf-czechia-ambassador-e-p-1993": shared
        | {
            "slug": "rassendyll-rudolf-czechia-ambassador-e-p-1993",
            "identifiers": [{"scheme": "pocom-appointment", "value": "cz-1992-baso-01~czechia"}],
            "office": "pocom-office:czechia/ambassador-e-p",
            "start": "1993-01-01",
            "end": "1995-07-15",
            "end_reason": None,
            "milestones": [
                {
                    "kind": "other",
                    "date": "1993-01-01",
                    "note": "The appointment went on from one to Czechoslovakia, which had ended.",
                },
                {"kind": "left_post", "date": "1995-07-15"},
                ceased,
            ],
        },
    }
    row = rows["appointment:cz-1992-baso-01"]
    assert [(fault.code, fault.detail) for fault in row.warnings] == [
        (
            "outlives_state",
            "Czechoslovakia ended on 1992-12-31, before the appointment did: the tenure goes on in one to Czechia from 1993-01-01.",
        )
    ]
    assert set(row.becomes) == {
        ("office", "pocom-office:czechoslovakia/ambassador-e-p"),
        ("office", "pocom-office:czechia/ambassador-e-p"),
        ("tenure", "pocom-appointment:cz-1992-baso-01"),
        ("tenure", "pocom-appointment:cz-1992-baso-01~czechia"),
    }


@pytest.mark.parametrize("comes_alone", [False, True])
def test_another_appointment_to_the_first_state_tells_the_same_tenure(
    states, tmp_path, *, comes_alone
):
    files = (
        RUDOLF
        | ROLES
        | {
            CZECH: mission(basora(), territory="czech-republic"),
            "missions-countries/czechoslovakia.xml": mission(
                appointment(
                    "cs-1992-baso-01",
                    territory="czechoslovakia",
                    started="1992-07-20",
                    ended="1992-12-31",
                ),
                territory="czechoslovakia",
            ),
            # A group names the appointment by its id.
            "concurrent-appointments/one.xml": group("one", "cz-1992-baso-01", "cs-1992-baso-01"),
        }
    )

    # The file of the later state may come first, without the other.
    if comes_alone:
        alone = RUDOLF | ROLES | {CZECH: files[CZECH]}
        import_folder(DATASET, _written(tmp_path / "before", alone))
    result = import_folder(DATASET, _written(tmp_path / "all", files))
    again = import_folder(DATASET, tmp_path / "all")

    assert sorted(
        (
            tenure.slug,
            tenure.start.edtf,
            tenure.end.edtf,
            sorted(tenure.identifiers.values_list("value", flat=True)),
        )
        for tenure in Tenure.objects.all()
    ) == [
        (
            "rassendyll-rudolf-czechia-ambassador-e-p-1993",
            "1993-01-01",
            "1995-07-15",
            ["cz-1992-baso-01~czechia"],
        ),
        (
            "rassendyll-rudolf-czechoslovakia-ambassador-e-p-1992",
            "1992-07-20",
            "1992-12-31",
            ["cs-1992-baso-01", "cz-1992-baso-01"],
        ),
    ]
    assert "rejected" not in result
    assert set(again) == {"unchanged"}


def test_of_two_appointments_that_outlast_the_state_one_keeps_the_tenure_to_it(states, tmp_path):
    told = (basora(), basora("cz-1992-baso-02", started="1992-08-01", ended="1994-01-01"))
    files = RUDOLF | ROLES | {CZECH: mission(*told, territory="czech-republic")}

    result = import_folder(DATASET, _written(tmp_path, files))

    values = TenureIdentifier.objects.order_by("value").values_list("value", "record__start_edtf")
    assert list(values) == [
        ("cz-1992-baso-01", "1992-08-01"),
        ("cz-1992-baso-01~czechia", "1993-01-01"),
        ("cz-1992-baso-02", "1992-08-01"),
        # The same person cannot certainly hold the office twice: the start is kept as words.
        ("cz-1992-baso-02~czechia", ""),
    ]
    assert set(result) == {"created"}


def _written(folder, files):
    write(folder, files)
    return folder


@pytest.mark.parametrize(
    ("territory", "started", "ended", "state", "warnings"),
    [
        pytest.param(
            "czech-republic",
            "1992-07-20",
            "1992-12-31",
            "czechoslovakia",
            [],
            id="ends with the state",
        ),
        pytest.param(
            "czech-republic", "1992-07-20", "1992", "czechoslovakia", [], id="may end with it"
        ),
        pytest.param("czech-republic", "1992-07-20", "", "czechoslovakia", [], id="an unknown end"),
        pytest.param("czech-republic", "1993-01-01", "1995", "czechia", [], id="begins after it"),
        pytest.param("ruritania", "1890", "1995", "ruritania", [], id="the state goes on"),
        pytest.param(
            "montenegro",
            "1914",
            "1918-12-04",
            "kingdom-of-montenegro",
            ["outlives_state"],
            id="no state after it",
        ),
    ],
)
def test_what_does_not_certainly_outlast_its_state_stays_one_tenure(
    states, tmp_path, *, territory, started, ended, state, warnings
):
    told = appointment("xx-1890-rass-01", territory=territory, started=started, ended=ended)
    files = (
        RUDOLF | ROLES | {f"missions-countries/{territory}.xml": mission(told, territory=territory)}
    )

    rows, documents, _near = translated(tmp_path, files)

    (tenure,) = of_kind(documents, "tenure").values()
    assert [tenure["office"], tenure["end"]] == [
        f"pocom-office:{state}/ambassador-e-p",
        ended or None,
    ]
    assert [fault.code for fault in rows["appointment:xx-1890-rass-01"].warnings] == warnings


def test_the_api_names_the_ambassador_on_each_side_of_the_change(states, client, tmp_path):
    for state in State.objects.all():
        publish(state, by=None)
    files = RUDOLF | ROLES | {CZECH: mission(basora(), territory="czech-republic")}
    import_folder(DATASET, _written(tmp_path, files), publishes=True)

    def ambassadors(state: str, on: date) -> list[tuple[str, str]]:
        asked = {"accredited_to": state, "classification": "head_of_mission", "on": on.isoformat()}
        found = client.get("/api/v1/tenures/", asked).json()["results"]
        return [(each["slug"], each["match"]) for each in found]

    czechoslovakia = [("rassendyll-rudolf-czechoslovakia-ambassador-e-p-1992", "certain")]
    czechia = [("rassendyll-rudolf-czechia-ambassador-e-p-1993", "certain")]
    assert ambassadors("czechoslovakia", date(1992, 12, 31)) == czechoslovakia
    assert ambassadors("czechia", date(1992, 12, 31)) == []
    assert ambassadors("czechoslovakia", date(1993, 1, 1)) == []
    assert ambassadors("czechia", date(1993, 1, 1)) == czechia
    assert ambassadors("czechia", date(1994, 1, 1)) == czechia
