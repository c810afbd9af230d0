"""Dates and times have one form on all pages."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.template import Context, Template


def test_times_are_in_utc_and_say_so_and_days_are_in_words() -> None:
    shown = Template("{{ at }}; {{ at|date:'DATETIME_FORMAT' }}; {{ day }}").render(
        Context({"at": datetime(2026, 5, 1, 9, 30, 59, tzinfo=UTC), "day": date(2026, 5, 1)})
    )

    assert shown == "1 May 2026, 09:30 UTC; 1 May 2026, 09:30 UTC; 1 May 2026"
