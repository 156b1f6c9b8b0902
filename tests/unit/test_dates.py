"""A date means the days it may mean, in the site's zone."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.facts.results.dates import Day, span
from adapter.screening.model import Span

JINAN = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28)),
        ("2024/05", date(2024, 5, 1), date(2024, 5, 31)),
        ("2024-05-03", date(2024, 5, 3), date(2024, 5, 3)),
        ("2024-5-3", date(2024, 5, 3), date(2024, 5, 3)),
        ("2024/05/03", date(2024, 5, 3), date(2024, 5, 3)),
        ("20240503", date(2024, 5, 3), date(2024, 5, 3)),
        ("  2024-05-03\t", date(2024, 5, 3), date(2024, 5, 3)),
        ("２０２４-05-03", date(2024, 5, 3), date(2024, 5, 3)),
        ("1800-01-01", date(1800, 1, 1), date(1800, 1, 1)),
        ("2200-12-31", date(2200, 12, 31), date(2200, 12, 31)),
    ],
)
def test_a_date_is_the_days_it_may_mean(text, first, last):
    assert span(text, JINAN) == Day(Span(first, last), "")


@pytest.mark.parametrize(
    ("text", "day", "time"),
    [
        ("2024-05-03T10:15:00+08:00", date(2024, 5, 3), "2024-05-03T02:15:00Z"),
        ("2024-05-03T23:30:00Z", date(2024, 5, 4), "2024-05-03T23:30:00Z"),
        ("2024-05-03T00:30:00-05:00", date(2024, 5, 3), "2024-05-03T05:30:00Z"),
        ("2024-05-03T12:00:00-05:00", date(2024, 5, 4), "2024-05-03T17:00:00Z"),
        ("2024-05-03T10:15:00", date(2024, 5, 3), "2024-05-03T02:15:00Z"),
        ("2024-05-03 10:15:00", date(2024, 5, 3), "2024-05-03T02:15:00Z"),
        ("2024/05/03 10:15", date(2024, 5, 3), "2024-05-03T02:15:00Z"),
        ("2024-05-03T10:15", date(2024, 5, 3), "2024-05-03T02:15:00Z"),
        ("2024-05-03T10:15:00+0800", date(2024, 5, 3), "2024-05-03T02:15:00Z"),
        ("2024-05-03T10:15:00 +08", date(2024, 5, 3), "2024-05-03T02:15:00Z"),
        ("2024-05-03T24:00:00", date(2024, 5, 4), "2024-05-03T16:00:00Z"),
        ("2024-12-31T23:59:60Z", date(2025, 1, 1), "2025-01-01T00:00:00Z"),
        ("2024-05-03T10:15:00.1Z", date(2024, 5, 3), "2024-05-03T10:15:00Z"),
        ("2024-05-03T10:15:00.123456789123Z", date(2024, 5, 3), "2024-05-03T10:15:00Z"),
        ("20240503101500", date(2024, 5, 3), "2024-05-03T02:15:00Z"),
        ("20240503101500+0800", date(2024, 5, 3), "2024-05-03T02:15:00Z"),
        ("2024-05-03t10:15:00z", date(2024, 5, 3), "2024-05-03T10:15:00Z"),
    ],
)
def test_an_instant_counts_on_its_day_in_the_zone(text, day, time):
    assert span(text, JINAN) == Day(Span(day, day), time)


def test_one_instant_falls_on_two_days_in_two_zones():
    assert span("2024-05-03T23:30:00Z", NEW_YORK).span.first == date(2024, 5, 3)
    assert span("2024-05-03T23:30:00Z", JINAN).span.first == date(2024, 5, 4)


def test_summer_time_is_the_zone_s():
    assert span("2024-07-01T12:00:00", NEW_YORK).time == "2024-07-01T16:00:00Z"
    assert span("2024-01-01T12:00:00", NEW_YORK).time == "2024-01-01T17:00:00Z"


@pytest.mark.parametrize("nothing", [None, "", "   "])
def test_nothing_written_is_no_date(nothing):
    assert span(nothing, JINAN) is None


@pytest.mark.parametrize(
    ("damaged", "why"),
    [
        ("2024-02-30", "no such day"),
        ("2023-02-29", "no such day"),
        ("2024-05-00", "no such day"),
        ("2024-13", "no such month"),
        ("2024-00-01", "no such month"),
        ("20241301", "no such month"),
        ("1799-12-31", "year"),
        ("2201", "year"),
        ("0000", "year"),
        ("9999-12-31", "year"),
        ("2024-05T10:00", "without a day"),
        ("2024T10:00", "without a day"),
        ("2024-05-03T25:00:00", "time of day"),
        ("2024-05-03T24:00:01", "time of day"),
        ("2024-05-03T10:60", "time of day"),
        ("2024-05-03T10:15:61", "time of day"),
        ("2024-05-03T10:15:00+19:00", "time zone"),
        ("2024-05-03T10:15:00+08:99", "time zone"),
        ("03/05/1980", "not a date"),
        ("05-03-2024", "not a date"),
        ("yesterday", "not a date"),
        ("2024年5月3日", "not a date"),
        ("2024-05-", "not a date"),
        ("202405", "not a date"),
        ("24-05-03", "not a date"),
        ("2024-05-03T10", "not a date"),
        ("2024-05-03T10:15:00 PM", "not a date"),
        ("2024-05-03Z", "not a date"),
        ("2" * 10000, "not a date"),
        (20240503, "text"),
        (True, "text"),
        (["2024"], "text"),
        ({}, "text"),
    ],
)
def test_a_damaged_date_says_why(damaged, why):
    with pytest.raises(ValueError, match=why):
        span(damaged, JINAN)


@given(st.one_of(st.text(), st.from_regex(r"[0-9]{4}([-/ ]?[0-9T:.+Zz -]{0,20})?"), st.integers(), st.none()))
def test_no_input_crashes(value):
    with suppress(ValueError):
        found = span(value, JINAN)
        assert found is None or found.span.first <= found.span.last


@given(st.integers(min_value=-(2**31), max_value=2**32))
def test_a_written_instant_comes_back(seconds):
    text = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert span(text, JINAN).time == text
