"""What is not taken as EDTF, and the reason that the person who typed it reads."""

import pytest

from config.dates.values import EdtfError, UncertainDate

REFUSALS = [
    # Days and months that do not exist
    (
        "2025-13",
        "there is no month 13; months run from 01 to 12 (21 to 41 are seasons and parts of a year).",
    ),
    (
        "2025-00",
        "there is no month 00; months run from 01 to 12 (21 to 41 are seasons and parts of a year).",
    ),
    ("2025-02-30", "there is no day 30 in February 2025; days run from 01 to 28."),
    ("2025-02-29", "there is no day 29 in February 2025; days run from 01 to 28."),
    ("2025-05-00", "there is no day 00 in May 2025; days run from 01 to 31."),
    ("2025-21-01", "21 stands for a season or part of a year, which has no days; write 2025-21."),
    # Years outside 1 to 9999
    ("0000", "it reaches into year 0, and years run from 0001 to 9999."),
    ("000X", "it reaches into year 0, and years run from 0001 to 9999."),
    ("-0001", "years run from 0001 to 9999, four digits each; negative years are not taken."),
    ("-0044-03-15", "years run from 0001 to 9999, four digits each; negative years are not taken."),
    ("10000", "years run from 0001 to 9999, four digits each."),
    ("12025-05", "years run from 0001 to 9999, four digits each."),
    ("Y12025", "years run from 0001 to 9999, four digits each; longer years (Y...) are not taken."),
    (
        "Y-12025",
        "years run from 0001 to 9999, four digits each; longer years (Y...) are not taken.",
    ),
    ("476", "years run from 0001 to 9999, four digits each, as in 0476."),
    ("9999-24", "it may reach outside the years 0001 to 9999."),
    ("0001-24", "it may reach outside the years 0001 to 9999."),
    # Left over, left out, or of another format
    ("9999-XX-XX-", "it ends in a hyphen with nothing after it; remove the hyphen."),
    ("1961-", "it ends in a hyphen with nothing after it; remove the hyphen."),
    ("1961-7", "months and days have two digits, as in 2025-05-01, or XX if unknown."),
    ("20250510", "put hyphens between year, month and day, as in 2025-05-10."),
    ("2025.05.10", "write hyphens between year, month and day, as in 2025-05-10."),
    ("10-05-2025", "the year comes first: write YYYY-MM-DD."),
    (
        "10/05/2025",
        "an interval has one slash between its start and its end; within a date write hyphens.",
    ),
    ("2025-130", "days of the year are not taken; write YYYY-MM-DD."),
    ("2025-W19", "weeks are not taken; write the days, as in 2025-05-05/2025-05-11."),
    ("1960s", "write a decade with X for the unknown digit, as in 196X."),
    (
        "19X1",
        "X stands for the last digits of a year, a whole month or a whole day, as in 1961-XX.",
    ),
    ("196u", "an unknown digit is a capital X, as in 196X or 1961-XX."),
    ("1961-xx", "an unknown digit is a capital X, as in 196X or 1961-XX."),
    (
        "XXXX",
        "only the last one or two digits of a year may be X; write 1000/1999 for a longer time.",
    ),
    (
        "1XXX",
        "only the last one or two digits of a year may be X; write 1000/1999 for a longer time.",
    ),
    (
        "196X-05",
        "a year with an X stands alone; write 196X, or give all four digits before a month.",
    ),
    ("1961-XX-15", "a day needs its month; write 1961-XX-XX, or 1961 alone."),
    (
        "1961-0X",
        "X stands for the last digits of a year, a whole month or a whole day, as in 1961-XX.",
    ),
    (
        "?1961",
        "one qualifier (?, ~ or %) may stand at the very end of a date, where it covers all of it.",
    ),
    (
        "2004-06~-11",
        "one qualifier (?, ~ or %) may stand at the very end of a date, where it covers all of it.",
    ),
    (
        "1961?~",
        "one qualifier (?, ~ or %) may stand at the very end of a date, where it covers all of it.",
    ),
    (
        "1E3",
        "EDTF has no words; write digits here and keep the source's words in the text beside it.",
    ),
    ("1950S2", "years in exponents or with significant digits are not taken."),
    (
        "unknown",
        "EDTF has no words; write digits here and keep the source's words in the text beside it.",
    ),
    ("+2025", "a date is YYYY, YYYY-MM or YYYY-MM-DD, as in 1961, 1961-07 or 1961-07-15."),
    ("1961..", "an open interval has a slash, as in 2025-05/.. or ../1990."),
    ("1961,1962", "several dates make a set in brackets, as in [2025-09-06,2025-09-13]."),
    ("1961[1962]", "a set is enclosed as a whole, as in [2025-09-06,2025-09-13]."),
    # Intervals
    (
        "2025-09/2025-05",
        "it ends (May 2025) before it starts (September 2025); swap the two, or correct one.",
    ),
    (
        "../..",
        "an interval needs a date on one side at least; leave the field empty when none is known.",
    ),
    (
        "/",
        "an interval needs a date on one side at least; leave the field empty when none is known.",
    ),
    (
        "1961/1962/1963",
        "an interval has one slash between its start and its end; within a date write hyphens.",
    ),
    ("[1961]/1962", "a set that opens with [ closes with ] at the very end."),
    ("1961/[1962]", "a set does not stand within an interval or another set."),
    (
        "2025-05-10T17:30:00Z/..",
        "only dates stand in an interval or a set, no time of day; shorten 2025-05-10T17:30:00Z to its date.",
    ),
    # Sets
    ("[]", "the set is empty; name its dates, separated by commas."),
    ("{}", "the set is empty; name its dates, separated by commas."),
    ("[", "a set that opens with [ closes with ] at the very end."),
    ("[1961}", "a set that opens with [ closes with ] at the very end."),
    ("[1961,]", "a comma has no date beside it; remove the comma or add the date."),
    ("[..]", "two dots need a date on one side at least."),
    ("[1961,..1962]", "“..DATE” may only come first in a set, and “DATE..” only last."),
    ("[1961..,1962]", "“..DATE” may only come first in a set, and “DATE..” only last."),
    ("[1962..1961]", "it ends (1961) before it starts (1962); swap the two, or correct one."),
    ("[{1961}]", "a set does not stand within an interval or another set."),
    # Times
    (
        "2025-05-10T25:00:00Z",
        "there is no such time; hours run from 00 to 23, minutes and seconds from 00 to 59.",
    ),
    (
        "2025-05-10T23:60:00Z",
        "there is no such time; hours run from 00 to 23, minutes and seconds from 00 to 59.",
    ),
    (
        "2025-05-10T17:30Z",
        "a date with a time is YYYY-MM-DDThh:mm:ss and a zone, as in 2025-05-10T17:30:00Z or +05:00.",
    ),
    ("2025-05-10T17:30:00+16:00", "there is no such zone; offsets run from -15:59 to +15:59."),
    ("2025-05-10T17:30:00-00:00", "the zone -00:00 is not allowed; write Z or +00:00."),
    (
        "2025-05T17:30:00Z",
        "a time needs a whole day without X or qualifier before it, as in 2025-05-10T17:30:00Z.",
    ),
    (
        "2025-05-10?T17:30:00Z",
        "a time needs a whole day without X or qualifier before it, as in 2025-05-10T17:30:00Z.",
    ),
]

#: What is probably meant, where it can be said.
MEANT = {
    "0001-24": "0001/0024 (from 1 to 24)",
    "1961-7": "1961-07 (some day in July 1961)",
    "20250510": "2025-05-10 (10 May 2025)",
    "2025.05.10": "2025-05-10 (10 May 2025)",
    "10-05-2025": "2025-05-10 (10 May 2025), or 2025-10-05 (5 October 2025)",
    "10/05/2025": "2025-05-10 (10 May 2025), or 2025-10-05 (5 October 2025)",
    "1960s": "196X (some day in the years 1960 to 1969)",
    "1961..": "1961 (some day in 1961)",
    "2025-05-10T25:00:00Z": "2025-05-10 (10 May 2025)",
    "2025-05-10T23:60:00Z": "2025-05-10 (10 May 2025)",
    "2025-05-10T17:30Z": "2025-05-10 (10 May 2025)",
    "2025-05T17:30:00Z": "2025-05 (some day in May 2025)",
    "2025-05-10?T17:30:00Z": "2025-05-10? (10 May 2025 (uncertain))",
    "2025\N{EN DASH}05": "2025-05 (some day in May 2025)",
}

STRAY_CHARACTERS = [
    ("19 61", "EDTF has no spaces, but character 3 is one. Remove it."),
    ("1961\n", "EDTF has no spaces, but character 5 is one. Remove it."),
    ("1961\N{NO-BREAK SPACE}", "EDTF has no spaces, but character 5 is one. Remove it."),
    ("1961\0", "EDTF is written in ASCII letters, digits and signs, but character 5 is U+0000."),
    (
        "\N{ARABIC-INDIC DIGIT ONE}961",
        "EDTF is written in ASCII letters, digits and signs, but character 1 is U+0661.",
    ),
    (
        "2025\N{EN DASH}05",
        "EDTF is written in ASCII letters, digits and signs, but character 5 is U+2013. Use the plain hyphen, -.",
    ),
    ("1" * 101, "This EDTF is 101 characters long; at most 100 are taken."),
]


def probably(edtf: str) -> str:
    return f" Perhaps meant: {MEANT[edtf]}." if edtf in MEANT else ""


@pytest.mark.parametrize(("edtf", "reason"), REFUSALS)
def test_a_refusal_says_why(edtf, reason):
    with pytest.raises(EdtfError) as refusal:
        UncertainDate.parse(edtf)

    assert str(refusal.value).endswith(f" is not taken: {reason}{probably(edtf)}")


@pytest.mark.parametrize(("edtf", "reason"), STRAY_CHARACTERS)
def test_a_stray_character_is_named_with_its_place(edtf, reason):
    with pytest.raises(EdtfError) as refusal:
        UncertainDate.parse(edtf)

    assert str(refusal.value) == f"{reason}{probably(edtf)}"
