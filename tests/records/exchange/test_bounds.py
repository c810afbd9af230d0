"""Files in which more is wrong than anybody reads: what is reported is bounded, and so is what reading them takes."""

from __future__ import annotations

import io
import time
import tracemalloc

import orjson
import pytest

from records.exchange.load import load
from records.exchange.report import FAULTS_OF_A_LINE, MOST_REJECTIONS, Report
from records.models import Topic

pytestmark = pytest.mark.django_db

#: Far above what it takes now, on a machine at work; without bounds it takes minutes and gigabytes.
SECONDS, BYTES = 20, 200_000_000


def take_in(data: bytes, *, partial: bool = False) -> Report:
    began = time.process_time()
    tracemalloc.start()
    try:
        report = load(io.BytesIO(data), by=None, partial=partial)
        assert tracemalloc.get_traced_memory()[1] < BYTES
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < SECONDS
    return report


def topic(number: int, **fields: object) -> bytes:
    slug = f"topic-{number}"
    document = {"object": "topic", "slug": slug, "code": slug, "label": slug, **fields}
    return orjson.dumps(document) + b"\n"


@pytest.mark.parametrize("partial", [False, True])
def test_a_file_of_bad_lines_is_read_no_further_than_its_report_goes(*, partial: bool) -> None:
    report = take_in(topic(0) + b"{}\n" * 1_000_000, partial=partial)

    assert report.is_done is False
    assert not Topic.objects.exists()
    assert len(report.rejections) == MOST_REJECTIONS + 1
    (whole,) = (rejection for rejection in report.rejections if rejection.line is None)
    assert whole.fault.code == "too_many_rejections"
    assert {rejection.fault.code for rejection in report.rejections if rejection.line} == {
        "required"
    }
    assert report.lines == MOST_REJECTIONS + 2


def test_as_many_as_are_reported_keep_nobody_out() -> None:
    report = take_in(topic(0) + b"{}\n" * MOST_REJECTIONS, partial=True)

    assert report.is_done is True
    assert (report.count("created"), report.count("rejected")) == (1, MOST_REJECTIONS)
    assert len(report.rejections) == MOST_REJECTIONS


def test_of_one_line_some_faults_are_listed_and_the_others_counted() -> None:
    unknown = {f"lable{number}": 1 for number in range(100_000)}
    report = take_in(topic(0, **unknown) + topic(1))

    assert {rejection.line for rejection in report.rejections} == {1}
    codes = [rejection.fault.code for rejection in report.rejections]
    assert sorted(codes) == ["more_faults", *["unknown_field"] * FAULTS_OF_A_LINE]
    (more,) = (r.fault for r in report.rejections if r.fault.code == "more_faults")
    assert more.detail == "99,950 more things are wrong with this line."
    assert report.rejections[1].fault.suggestion == "label"
    assert report.count("rejected") == 1


def test_a_hundred_thousand_names_that_stand_twice_are_counted_once_through() -> None:
    pairs = ",".join(f'"n{number}":1,"n{number}":1' for number in range(100_000))
    report = take_in(
        b'{"object":"topic","slug":"a","code":"a","label":"A",' + pairs.encode() + b"}\n"
    )

    codes = [rejection.fault.code for rejection in report.rejections]
    assert sorted(codes) == ["more_faults", *["repeated_name"] * FAULTS_OF_A_LINE]
