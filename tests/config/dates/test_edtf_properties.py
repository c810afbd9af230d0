"""What holds for any EDTF, and how our reading compares with that of the `edtf` package (docs/decisions/0020)."""

from time import struct_time

import pytest
from edtf import parse_edtf
from hypothesis import given, settings
from hypothesis import strategies as st

from config.dates.values import EdtfError, UncertainDate
from tests.factories import thorough

years = st.integers(1, 9999).map("{:04}".format)
months = st.builds("{}-{:02}".format, years, st.integers(1, 12))
days = st.dates().map(str)
coarse = st.integers(1, 999).map("{:03}X".format) | st.integers(1, 99).map("{:02}XX".format)
unsaid = (
    st.builds("{}-XX".format, years)
    | st.builds("{}-XX-XX".format, years)
    | st.builds("{}-XX".format, months)
)
plain = years | months | days
dates = st.builds("{}{}".format, plain | coarse | unsaid, st.sampled_from(["", "?", "~", "%"]))
groupings = st.builds("{:04}-{}".format, st.integers(2, 9998), st.integers(21, 41))
edges = st.sampled_from(["", ".."])


def in_order(start, end):
    earliest, latest = UncertainDate.parse(start).earliest, UncertainDate.parse(end).latest
    return earliest is not None and latest is not None and earliest <= latest


intervals = st.tuples(dates, dates).filter(lambda pair: in_order(*pair)).map("/".join)
half_intervals = st.builds("{}/{}".format, dates, edges) | st.builds("{}/{}".format, edges, dates)
members = st.lists(dates, min_size=1, max_size=4).map(",".join)
sets = st.builds("[{}]".format, members) | st.builds("{{{}}}".format, members)
ranges = (
    st.tuples(dates, dates)
    .filter(lambda pair: in_order(*pair))
    .map(lambda pair: f"[{'..'.join(pair)}]")
)
clock = st.times().map(lambda time: time.replace(microsecond=0))
times = st.builds("{}T{}{}".format, days, clock, st.sampled_from(["", "Z", "+05:30"]))
expressions = dates | groupings | intervals | half_intervals | sets | ranges | times


@settings(max_examples=thorough.times(50))
@given(expressions)
def test_every_expression_is_kept_as_written_and_its_bounds_are_in_order(edtf):
    value = UncertainDate.parse(edtf)

    assert value.edtf == edtf
    assert value.earliest or value.latest
    assert value.earliest is None or value.latest is None or value.earliest <= value.latest
    assert value.meaning()
    assert UncertainDate.coerce(value.as_document()) == value


@given(dates, edges)
def test_an_interval_without_an_end_has_no_latest_day(edtf, edge):
    value = UncertainDate.parse(edtf)

    assert UncertainDate.parse(f"{edtf}/{edge}").earliest == value.earliest
    assert UncertainDate.parse(f"{edtf}/{edge}").latest is None
    assert UncertainDate.parse(f"{edge}/{edtf}").earliest is None
    assert UncertainDate.parse(f"{edge}/{edtf}").latest == value.latest


def refusal_of(value):
    """The reason why something is refused, None if it is taken; any other exception is a bug and passes through."""
    try:
        UncertainDate.coerce(value)
    except EdtfError as error:
        return str(error)
    return None


edtf_like = st.text(alphabet="0129XT-+:/.,[]{}?~%Zxu ", max_size=30)
shuffled = expressions.flatmap(st.permutations).map("".join)
scalars = st.none() | st.booleans() | st.integers() | st.text()
keys = st.sampled_from(["edtf", "text", "precision", "earliest", "x"])
documents = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner))


@settings(max_examples=thorough.times(100))
@given(st.text() | edtf_like | shuffled)
def test_any_text_is_read_or_refused_with_a_reason(text):
    assert (refusal_of(text) or ".").endswith(".")


@given(documents)
def test_any_json_is_read_or_refused_with_a_reason(document):
    assert (refusal_of(document) or ".").endswith(".")


# The `edtf` package as an independent reading


def bounds_by_edtf_package(text):
    """Its strict bounds as text; a bound that is not a day is given as it comes."""
    reading = parse_edtf(text)
    return tuple(
        f"{bound.tm_year:04}-{bound.tm_mon:02}-{bound.tm_mday:02}"
        if isinstance(bound, struct_time)
        else bound
        for bound in (reading.lower_strict(), reading.upper_strict())
    )


# The package cannot read an X, nor a doubted decade, within an interval.
simple_dates = st.builds("{}{}".format, plain, st.sampled_from(["", "?", "~", "%"]))
simple_intervals = (
    st.tuples(simple_dates, simple_dates).filter(lambda pair: in_order(*pair)).map("/".join)
)
several = st.lists(years, min_size=2, max_size=4) | st.lists(days, min_size=2, max_size=4)
simple_sets = several.map(lambda members: f"[{','.join(members)}]")


@settings(max_examples=thorough.times(50))
@given(simple_dates | coarse | unsaid | simple_intervals | times | simple_sets)
def test_bounds_agree_with_the_edtf_package(edtf):
    value = UncertainDate.parse(edtf)

    assert (str(value.earliest), str(value.latest)) == bounds_by_edtf_package(edtf)


INFINITY = float("inf")


@pytest.mark.parametrize(
    ("edtf", "ours", "theirs"),
    [
        # An end without limit is an infinite number there, an unknown one is ten years away.
        ("2025-05/..", ("2025-05-01", "None"), ("2025-05-01", INFINITY)),
        ("../1990", ("None", "1990-12-31"), (-INFINITY, "1990-12-31")),
        ("1990/", ("1990-01-01", "None"), ("1990-01-01", "2000-01-01")),
        ("/1990", ("None", "1990-12-31"), ("1980-12-31", "1990-12-31")),
        ("[..1984]", ("None", "1984-12-31"), (-INFINITY, "1984-12-31")),
        # Seasons are the northern ones there, and winter is December alone.
        ("2025-21", ("2025-03-01", "2025-12-31"), ("2025-03-01", "2025-05-31")),
        ("2025-24", ("2024-12-01", "2026-03-31"), ("2025-12-01", "2025-12-31")),
        ("2025-28", ("2024-12-01", "2026-03-31"), ("2025-12-01", "2025-12-31")),
    ],
)
def test_bounds_differ_from_the_edtf_package_where_it_invents_them(edtf, ours, theirs):
    value = UncertainDate.parse(edtf)

    assert (str(value.earliest), str(value.latest)) == ours
    assert bounds_by_edtf_package(edtf) == theirs


@pytest.mark.parametrize("edtf", ["1961-02-29", "2025-09/2025-05", "0000"])
def test_the_edtf_package_takes_what_is_no_date(edtf):
    assert parse_edtf(edtf)
    with pytest.raises(EdtfError):
        UncertainDate.parse(edtf)


def test_the_edtf_package_refuses_a_range_from_a_month_to_a_day():
    with pytest.raises(Exception, match="Invalid input or format"):
        parse_edtf("[2025-05..2025-09-14]")
