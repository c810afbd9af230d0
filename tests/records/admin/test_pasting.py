"""Rows pasted from a spreadsheet: what is understood, what is not and why, and that the form's own save writes them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Agreement
from events.models import Event
from people.models import StateName
from tests.factories.agreements import make_action, make_agreement, make_party
from tests.factories.events import make_event, make_participation
from tests.factories.people import (
    make_office,
    make_organization,
    make_part,
    make_person,
    make_state,
    make_tenure,
)
from tests.records.admin.filling import add_pasted, address, errors_of, filled


def asked(client: Client, record: Any, **data: Any) -> Any:
    """Return the answer to what is asked of pasted rows."""
    member = "parties" if isinstance(record, Agreement) else "participations"
    opts = record._meta
    there = reverse(f"admin:{opts.app_label}_{opts.model_name}_paste", args=[member])
    return client.post(there, {"record": record.pk, "data": json.dumps(data)})


def previewed(client: Client, record: Any, text: str, **more: Any) -> Any:
    answer = asked(client, record, text=text, **more)
    assert answer.status_code == 200, answer.content
    return answer.json()


def mended(preview: Any, **cells: Any) -> dict[str, Any]:
    """Return what the page sends when cells were mended: `party_3` is the party of line 3."""
    names = [column["name"] for column in preview["columns"]]
    rows = []
    for row in preview["rows"]:
        sent = [cells.get(f"{name}_{row['line']}", row["cells"].get(name, {})) for name in names]
        rows.append({"line": row["line"], "texts": row["texts"], "cells": sent})
    return {"columns": names, "headings": [], "rows": rows}


def problems(preview: Any) -> dict[str, tuple[str, list[str]]]:
    """Return what is wrong in which cell, with the labels of what is offered."""
    return {
        f"{name}_{row['line']}": (cell["problem"], [each["label"] for each in cell["offers"]])
        for row in preview["rows"]
        for name, cell in row["cells"].items()
        if "problem" in cell
    }


def made(preview: Any) -> list[list[Any]]:
    """Return, for each row, the lines of what it makes."""
    return [
        [] if row["makes"] is None else [(new["member"], new["cells"]) for new in row["makes"]]
        for row in preview["rows"]
    ]


def test_the_whole_answer_to_a_text(contributor: Client) -> None:
    kenya = make_state("Kenya", alpha_2="KE")
    france = make_state("France", alpha_2="FR")
    agreement = make_agreement()

    answer = previewed(
        contributor, agreement, "Country\tSigned\tRemarks\nke\t22 Apr 2016\tx\n\nFrnce\tsoon\t\n"
    )

    def cell(text: str, shown: str, chosen: str = "") -> dict[str, Any]:
        return {"text": text, "chosen": chosen, "shown": shown}

    assert answer == {
        "columns": [
            {"name": "party", "label": "Party", "heading": "Country"},
            {"name": "signature", "label": "Signature", "heading": "Signed"},
            {"name": "", "label": "", "heading": "Remarks"},
        ],
        "rows": [
            {
                "line": 2,
                "cells": {
                    "party": cell("ke", "Kenya (KE) · draft", f"state:{kenya.pk}"),
                    "signature": cell("22 Apr 2016", "2016-04-22"),
                },
                "texts": ["ke", "22 Apr 2016", "x"],
                "note": "",
                "makes": [
                    {
                        "member": "parties",
                        "cells": [
                            "Kenya (KE) · draft",
                            "Contracting party",
                            "",
                            "",
                            "Signature 2016-04-22",
                        ],
                        "fields": [
                            ["state", str(kenya.pk), "Kenya (KE) · draft"],
                            ["role", "contracting", "Contracting party"],
                        ],
                    },
                    {
                        "member": "actions",
                        "cells": ["Signature", "Kenya (KE) · draft", "2016-04-22", "", ""],
                        "fields": [
                            ["kind", "signature", "Signature"],
                            ["party", f"state:{kenya.pk}", "Kenya (KE) · draft"],
                            ["date_edtf", "2016-04-22", "2016-04-22"],
                        ],
                    },
                ],
            },
            {
                "line": 4,
                "cells": {
                    "party": cell("Frnce", "")
                    | {
                        "problem": "No state or organization is called “Frnce”.",
                        "offers": [
                            {
                                "text": "France (FR) · draft",
                                "label": "France (FR) · draft",
                                "hint": "",
                                "chosen": f"state:{france.pk}",
                                "way": "",
                            }
                        ],
                    },
                    "signature": cell("soon", "")
                    | {
                        "problem": "“soon” is no date.",
                        "offers": [
                            {
                                "text": "soon",
                                "label": "Keep as words",
                                "hint": "a date that is not known",
                                "chosen": "words",
                                "way": "",
                            },
                            {
                                "text": "",
                                "label": "Leave blank",
                                "hint": "",
                                "chosen": "",
                                "way": "",
                            },
                        ],
                    },
                },
                "texts": ["Frnce", "soon", ""],
                "note": "",
                "makes": None,
            },
        ],
        "above": 0,
    }


def test_what_is_mended_in_its_cell_is_understood_and_saved_by_the_form(
    contributor: Client,
) -> None:
    make_state("Kenya", alpha_2="KE")
    france = make_state("France", alpha_2="FR")
    agreement = make_agreement("A treaty")
    # Without headings, as CSV; 13 in the first place says that the day comes first in this column.
    first = previewed(
        contributor, agreement, "Kenya,12/11/2016,13/11/2016 a\nFrnce,2/3/2017,\n,,5 May 2020"
    )
    assert problems(first) == {
        "signature_1": (
            "It may mean more than one day.",
            ["2016-11-12", "2016-12-11", "Keep as words", "Leave blank"],
        ),
        "party_2": ("No state or organization is called “Frnce”.", ["France (FR) · draft"]),
        "signature_2": (
            "It may mean more than one day.",
            ["2017-03-02", "2017-02-03", "Keep as words", "Leave blank"],
        ),
        "party_3": ("Say who it is.", ["Frnce"]),
    }

    second = asked(
        contributor,
        agreement,
        **mended(
            first,
            signature_1={"text": "2016-11-12"},
            party_2={"text": "France (FR) · draft", "chosen": f"state:{france.pk}"},
            signature_2={"text": "spring", "chosen": "words"},
            party_3={"text": "FR"},
        ),
    ).json()

    assert problems(second) == {}
    assert [row["note"] for row in second["rows"]] == [
        "",
        "",
        "France (FR) · draft stands in line 2 too: it becomes one party.",
    ]
    data = filled(contributor.get(address(agreement)))
    add_pasted(data, second)
    for _click in range(2):  # what the first one added is not added again
        assert contributor.post(address(agreement), data).status_code == 302
    parties = agreement.parties.order_by("pk").values_list("state__name", "role")
    assert list(parties) == [("Kenya", "contracting"), ("France", "contracting")]
    actions: Any = agreement.actions.order_by("pk")
    assert [
        (str(action.party.state), action.kind, action.date_edtf, action.date_text)
        for action in actions
    ] == [
        ("Kenya", "signature", "2016-11-12", ""),
        ("Kenya", "accession", "2016-11-13", ""),
        ("France", "signature", "", "spring"),
        ("France", "ratification", "2020-05-05", ""),
    ]
    # One save: one step of the history.
    steps = {
        context
        for name in ("AgreementPartyHistory", "AgreementActionHistory")
        for context in apps.get_model("agreements", name).objects.values_list(
            "pgh_context_id", flat=True
        )
    }
    assert len(steps) == 1


def test_a_party_that_is_there_says_so_and_gets_what_is_new(contributor: Client) -> None:
    kenya, chad, mali = (make_state(name) for name in ("Kenya", "Chad", "Mali"))
    agreement = make_agreement()
    party = make_party(agreement, kenya)
    make_party(agreement, chad, role="signatory")
    make_action(agreement, "signature", "2016-04-22", party=party)

    answer = previewed(
        contributor,
        agreement,
        "Party;Role;Signed;Ratified\nKenya;;22 April 2016;5 May 2016\nChad;guarantor;;\nMali;;;\nChad;;;",
        new=[f"state:{mali.pk}"],
    )

    assert [row["note"] for row in answer["rows"]] == [
        "Kenya · draft is a party already, as contracting party. Signature 2016-04-22 is there already.",
        "Chad · draft is a party already, as signatory. This adds it as guarantor.",
        "Mali · draft is among the new rows of the form already.",
        "Chad · draft stands in line 3 too: it becomes one party.",
    ]
    assert made(answer) == [
        [("actions", ["Ratification", "Kenya · draft", "2016-05-05", "", ""])],
        [("parties", ["Chad · draft", "Guarantor", "", "", ""])],
        [],
        [],
    ]
    (action,) = answer["rows"][0]["makes"]
    assert ["party", str(party.pk), "Kenya · draft"] in action["fields"]


def test_former_names_codes_and_organizations_are_found_and_doubt_is_asked(
    contributor: Client,
) -> None:
    myanmar = make_state("Myanmar", alpha_2="MM")
    make_part(StateName, record=myanmar, name="Burma", kind="former")
    make_state("Congo", alpha_2="CG")
    make_part(StateName, record=make_state("DR Congo", alpha_2="CD"), name="Congo")
    make_organization("European Union")

    answer = previewed(
        contributor, make_agreement(), "Party\nBurma\nMM\nEuropean union\nCongo\n<b>x</b>"
    )

    assert [row["cells"]["party"]["shown"] for row in answer["rows"]] == [
        "Myanmar (MM) · draft",
        "Myanmar (MM) · draft",
        "European Union · draft",
        "",
        "",
    ]
    assert problems(answer) == {
        "party_5": (
            "“Congo” may be any of these.",
            ["Congo (CG) · draft", "DR Congo (CD) · draft"],
        ),
        "party_6": ("No state or organization is called “<b>x</b>”.", []),
    }


@pytest.mark.parametrize(
    ("text", "read"),
    [
        # Lines within a cell, and marks that are doubled: lines are numbered as the rows of the sheet.
        ('Party\tSigned\n"Kenya\n"\t"10 May\n2025"\n"Chad"\t', {2: "Kenya 2025-05-10", 3: "Chad "}),
        # A mark that encloses nothing takes no lines with it.
        ('Party\tSigned\n"Kenya\t2025\n"Chad\t2024\n', {2: "Kenya 2025", 3: "Chad 2024"}),
        ('Party\tSigned\n"Kenya\t2025\nChad\t2024\n', {2: "Kenya 2025", 3: "Chad 2024"}),
        # A title above the headings.
        ("The treaty\t\n\nParty\tSigned\nKenya\t2025", {4: "Kenya 2025"}),
        # Cells that say that there is nothing.
        ("Party\tSigned\nKenya\t—\nChad\tN/A", {2: "Kenya nothing", 3: "Chad nothing"}),
        # Footnotes, of the page that it was copied from.
        ("Party\tSigned\nKenya[1]\t2025 [a]\nChad*\t2024", {2: "Kenya 2025", 3: "Chad 2024"}),
        # Names with commas, one in each line.
        ("Kenya\nChad, Republic of", {1: "Kenya ", 2: "Chad "}),
        # The headings of the UN Treaty Collection.
        (
            "Participant\tSignature, Succession to signature(d)\nKenya\t2025",
            {2: "Kenya 2025"},
        ),
    ],
)  # fmt: skip
def test_sheets_as_they_are_copied(contributor: Client, text: str, read: dict[int, str]) -> None:
    make_state("Kenya")
    make_part(StateName, record=make_state("Chad"), name="Chad, Republic of")

    answer = previewed(contributor, make_agreement(), text)

    assert problems(answer) == {}
    blank = {"shown": ""}
    assert {
        row[
            "line"
        ]: f"{row['cells']['party']['shown'].removesuffix(' · draft')} {row['cells'].get('signature', blank)['shown']}"
        for row in answer["rows"]
    } == read
    assert answer["above"] == (1 if text.startswith("The treaty") else 0)


def test_ways_to_become_a_party_share_a_column_and_no_day_is_made_twice(
    contributor: Client,
) -> None:
    make_state("Kenya")
    make_state("Chad")
    heading = "Ratification, Acceptance(A), Approval(AA), Accession(a)"

    answer = previewed(
        contributor,
        make_agreement(),
        f"Participant\t{heading}\nKenya\t5 Jan 2017 a\nKenya\t5 Jan 2017 a\nChad\t2018",
    )

    assert [column["name"] for column in answer["columns"]] == ["party", "ratification"]
    assert [[cells[0] for member, cells in row if member == "actions"] for row in made(answer)] == [
        ["Accession"], [], ["Ratification"],
    ]  # fmt: skip
    assert answer["rows"][1]["note"] == (
        "Kenya · draft stands in line 2 too: it becomes one party. Accession 2017-01-05 is there already."
    )


def test_a_date_of_several_meanings_says_how_each_is_read(contributor: Client) -> None:
    """A choice is made for all dates of a column that are written alike."""
    make_state("Kenya")

    def ways(*texts: str) -> list[list[tuple[str, str]]]:
        rows = "\n".join(f"Kenya\t{text}" for text in texts)
        answer = previewed(contributor, make_agreement(), f"Party\tSigned\n{rows}")
        return [
            [
                (each["text"], each["way"])
                for each in row["cells"]["signature"].get("offers", ())
                if each["way"]
            ]
            for row in answer["rows"]
        ]

    assert ways("5/10/2016", "10/5/25") == [
        [("2016-10-05", "day/"), ("2016-05-10", "month/")],
        [
            ("2025-05-10", "day/20"),
            ("2025-10-05", "month/20"),
            ("1925-05-10", "day/19"),
            ("1925-10-05", "month/19"),
        ],
    ]
    # Other signs tell nothing, and neither does what is no day.
    assert ways("5/10/2016", "22.4.2016", "22-4-2016", "31/2/2016") == [
        [("2016-10-05", "day/"), ("2016-05-10", "month/")], [], [], [],
    ]  # fmt: skip
    # The last tells that the day comes first in all of them.
    assert ways("10/5/25", "10-May-25", "22/4/16") == [
        [("2025-05-10", "20"), ("1925-05-10", "19")],
        [("2025-05-10", "20"), ("1925-05-10", "19")],
        [("2016-04-22", "20"), ("1916-04-22", "19")],
    ]


def test_participants_with_role_and_capacity(contributor: Client) -> None:
    event = make_event("A summit", when="2024-05-18")
    dar, bilawal = make_person("Ishaq Dar"), make_person("Bilawal Bhutto")
    minister = make_office("Foreign Minister")
    now = make_tenure(dar, minister, start="2024-03-11")
    make_tenure(bilawal, minister, start="2022-04-27", end="2023-08-10")
    make_participation(event, dar, role="chair")
    text = (
        "Name\tRole\tOffice\nIshaq Dar\tHead of delegation\tforeign minister\n"
        "Bilawal Bhutto\thst\tForeign Minister\nSomebody\tObserver\t\nIshaq Dar\tchair\t"
    )

    first = previewed(contributor, event, text, on="2024-05-18")

    assert problems(first) == {
        "role_3": ("“hst” is not in the list.", ["Host"]),
        "offices_3": (
            "“Foreign Minister” may be any of these.",
            [
                "Bilawal Bhutto, Foreign Minister (2022-04-27 to 2023-08-10) · draft",
                "Keep as words",
            ],
        ),
        "who_4": ("No person, organization or state is called “Somebody”.", ["Keep as words"]),
    }
    second = asked(
        contributor,
        event,
        on="2024-05-18",
        **mended(
            first,
            role_3={"text": "Host"},
            offices_3={"text": "Foreign Minister", "chosen": "words"},
            who_4={"text": "Somebody", "chosen": "words"},
        ),
    ).json()
    assert problems(second) == {}
    assert [row["note"] for row in second["rows"]][3] == (
        "Ishaq Dar · draft takes part already, as chair: it is left out."
    )

    data = filled(contributor.get(address(event)))
    add_pasted(data, second)
    answer = contributor.post(address(event), data)
    if answer.status_code == 200:  # warnings, which are saved all the same
        again = filled(answer)
        assert again["participations-TOTAL_FORMS"] == "4"
        data |= {"_warned": again["_warned"]}
        answer = contributor.post(address(event), data)
    assert answer.status_code == 302, errors_of(answer)
    rows = event.participations.exclude(role="chair").order_by("pk")
    assert [
        (
            str(row.person or row.name_as_given),
            row.role,
            list(row.capacities.all()),
            row.capacity_text,
        )
        for row in rows
    ] == [
        ("Ishaq Dar", "head_of_delegation", [now], ""),
        ("Bilawal Bhutto", "host", [], "Foreign Minister"),
        ("Somebody", "observer", [], ""),
    ]


def test_pasted_rows_come_back_as_lines_with_what_is_wrong_elsewhere(contributor: Client) -> None:
    make_state("Kenya")
    make_state("Chad")
    agreement = make_agreement("A treaty")
    answer = previewed(contributor, agreement, "Kenya\t2016-04-22\nChad\t2016-04-22")
    data = filled(contributor.get(address(agreement))) | {"title": ""}
    add_pasted(data, answer)
    # Chad's line is taken away before the form is sent: its action has nobody.
    del data["parties-1-state"], data["parties-1-role"], data["parties-1-_packed"]
    data["parties-0-_packed"] = '{"cells": ["<script>"], "labels": 1}'

    page = contributor.post(address(agreement), data)

    assert set(errors_of(page)) == {
        "This field is required.",
        "This party is not among the parties of the form any more.",
    }
    text = page.content.decode()
    assert '<th scope="row">&lt;script&gt;</th>' in text
    assert text.count('<tr class="packed ') == 2
    assert 'name="actions-0-date_edtf" value="2016-04-22"' in text
    assert "among the parties of this form" in text
    again = filled(page)
    assert again["parties-0-state"] == data["parties-0-state"]
    assert agreement.parties.count() == 0


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"text": " \n\t\n"}, "There is nothing to read."),
        ({"text": "x\n" * 501}, "There are 501 rows; at most 500 are read at once."),
        ({"text": "x\t" * 30 + "x"}, "There are 31 columns; at most 30 are read."),
        ({"text": "é" * 100_001}, "It is longer than 200 kB."),
        ({"columns": ["party", "party"], "rows": []}, "Two columns are the same."),
        ({"columns": ["party"], "rows": 1}, "At most 500 rows are read at once."),
        ({"columns": ["party"], "rows": [1]}, "A row has a line and cells."),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    contributor: Client, data: dict[str, Any], problem: str
) -> None:
    answer = asked(contributor, make_agreement(), **data)
    assert (answer.status_code, answer.json()) == (400, {"problem": problem})


def test_hostile_cells_are_problems_of_their_cells(contributor: Client) -> None:
    make_state("Kenya")
    rows = [
        {"line": 1, "cells": [{"text": "Ken\u202eya"}, {"text": "2016", "chosen": "x"}]},
        {"line": 2, "cells": [{"text": "x" * 501}, "nothing"]},
        {
            "line": 3,
            "cells": [{"text": "Kenya\0", "chosen": "state:' OR 1"}, {"text": [], "chosen": {}}],
        },
        {"line": 4, "cells": [{"text": "*"}, {"text": "[1]"}]},
        {"line": 5, "cells": [{"text": "Kenya" + "*" * 400 + "!"}, {"text": "10-5-25"}]},
    ]
    answer = asked(contributor, make_agreement(), columns=["party", "signature"], rows=rows).json()
    found = {place: problem for place, (problem, _offers) in problems(answer).items()}
    assert list(found) == [
        "party_1", "party_2", "signature_3", "party_4", "signature_4", "party_5", "signature_5",
    ]  # fmt: skip
    assert found["party_2"] == "It is longer than 500 letters."
    assert "U+202E" in found["party_1"]
    assert answer["rows"][2]["cells"]["party"]["shown"] == "Kenya · draft"


def test_who_may_not_change_the_record_is_told_nothing(contributor: Client, client: Client) -> None:
    agreement, event = make_agreement(), make_event()
    opts = Agreement._meta
    there = reverse(f"admin:{opts.app_label}_{opts.model_name}_paste", args=["parties"])

    assert client.post(there, {"data": "{}"}).status_code == 302
    assert contributor.get(there).status_code == 405
    for data in ("", "[]", "{", "[" * 50_000):
        assert contributor.post(there, {"data": data}).status_code == 400
    assert contributor.post(there.replace("parties", "names"), {"data": "{}"}).status_code == 404
    for key in ("nobody", str(event.pk)):
        answer = contributor.post(there, {"record": key, "data": json.dumps({"text": "x"})})
        assert answer.status_code == 404
    Agreement.objects.filter(pk=agreement.pk).update(
        editorial_state="merged", merged_into=make_agreement()
    )
    assert asked(contributor, agreement, text="x").status_code == 403


def test_pasted_rows_are_saved_in_as_many_queries_however_many_they_are(
    contributor: Client,
) -> None:
    names = [str(make_state()) for _each in range(12)]
    minister = make_office("Foreign Minister")
    people = [make_person(f"Delegate {number}") for number in range(12)]
    tenures = [make_tenure(person, minister, start="2020") for person in people]

    def cost(record: Any, text: str) -> int:
        preview = previewed(contributor, record, text)
        assert problems(preview) == {}
        data = filled(contributor.get(address(record)))
        add_pasted(data, preview)
        with CaptureQueriesContext(connection) as captured:
            answer = contributor.post(address(record), data)
        assert answer.status_code == 302, errors_of(answer)
        return len(captured)

    def treaty(rows: int) -> int:
        made = make_agreement(f"A treaty of {rows}")
        days = "\n".join(f"{name}\t2016-04-22\t2017" for name in names[:rows])
        queries = cost(made, f"Party\tSignature\tRatification\n{days}")
        assert [
            (
                str(party.state),
                list(party.actions.order_by("pk").values_list("kind", "date_edtf")),
            )
            for party in made.parties.order_by("pk")
        ] == [
            (name, [("signature", "2016-04-22"), ("ratification", "2017")]) for name in names[:rows]
        ]
        return queries

    def summit(rows: int) -> int:
        made = make_event(f"A summit of {rows}", when="2024-05-18")
        said = "\n".join(f"{person}\tHost\tForeign Minister" for person in people[:rows])
        queries = cost(made, f"Who\tRole\tCapacity\n{said}")
        assert [
            (row.person, row.role, list(row.capacities.all()))
            for row in made.participations.order_by("pk")
        ] == [(people[each], "host", [tenures[each]]) for each in range(rows)]
        return queries

    assert treaty(2) == treaty(12)
    assert summit(2) == summit(12)


def test_a_text_costs_the_same_however_many_rows_it_has(contributor: Client) -> None:
    agreement = make_agreement()
    names = [str(make_state()) for _each in range(20)]

    def cost(rows: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            previewed(contributor, agreement, "\n".join(f"{name}\t2016" for name in names[:rows]))
        return len(captured)

    assert cost(2) == cost(20)
    assert isinstance(make_event(), Event)
