"""A date as a hospital wrote it becomes the days it may mean, and the instant where one is given."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from adapter.screening.model import Span

EARLIEST, LATEST = 1800, 2200
FURTHEST_OFFSET = timedelta(hours=14)
COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?=$|[Tt\s])|(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?=$|[Zz+\-\s.])", re.ASCII)
WRITTEN = re.compile(
    r"(?P<year>\d{4})(?:[-/](?P<month>\d\d?)(?:[-/](?P<day>\d\d?))?)?"
    r"(?:(?:[Tt]|\s+)(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
    r"\s*(?P<offset>[Zz]|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Day:
    """The days that a date may mean and, where the hour is known, the instant in UTC (`2024-05-03T02:15:00Z`)."""

    span: Span
    time: str = ""


def span(value: object, zone: ZoneInfo) -> Day | None:
    """Return what a FHIR date, dateTime or instant means in the site's zone; None where nothing is written.

    Raises ValueError with the reason where the date is damaged: the caller quarantines it.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"a date is text, not {type(value).__name__}")
    text = unicodedata.normalize("NFKC", value).strip() if len(value) <= 80 else "?"
    if not text:
        return None
    found = WRITTEN.fullmatch(COMPACT.sub(_spread, text, count=1) if text[:5].isdigit() else text)
    if found is None:
        raise ValueError("not a date of the form 2024, 2024-05 or 2024-05-03, with or without a time")
    days = _days(found)
    return Day(days) if found["hour"] is None else _instant(found, days, zone)


def _spread(found: re.Match[str]) -> str:
    year, month, day, *_ = parts = [part for part in found.groups() if part]
    return f"{year}-{month}-{day}" + ("T" + ":".join(parts[3:]) if len(parts) > 3 else "")


def _days(found: re.Match[str]) -> Span:
    year = int(found["year"])
    if not EARLIEST <= year <= LATEST:
        raise ValueError(f"the year is before {EARLIEST} or after {LATEST}")
    if found["month"] is None:
        return Span(date(year, 1, 1), date(year, 12, 31))
    month = int(found["month"])
    if not 1 <= month <= 12:
        raise ValueError("there is no such month")
    last = calendar.monthrange(year, month)[1]
    if found["day"] is None:
        return Span(date(year, month, 1), date(year, month, last))
    if not 1 <= int(found["day"]) <= last:
        raise ValueError("the month has no such day")
    day = date(year, month, int(found["day"]))
    return Span(day, day)


def _instant(found: re.Match[str], days: Span, zone: ZoneInfo) -> Day:
    if found["day"] is None:
        raise ValueError("a time without a day")
    midnight = datetime(days.first.year, days.first.month, days.first.day, tzinfo=_zone(found["offset"]) or zone)
    local = (midnight + _clock(found)).astimezone(zone)
    return Day(Span(local.date(), local.date()), local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def _clock(found: re.Match[str]) -> timedelta:
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    # 24:00:00 is the next midnight; second 60 is a leap second
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise ValueError("there is no such time of day")
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _zone(offset: str | None) -> timezone | None:
    if not offset:
        return None
    if offset in "Zz":
        return UTC
    minutes = int(offset[-2:]) if len(offset) > 3 else 0
    away = timedelta(hours=int(offset[1:3]), minutes=minutes)
    if away > FURTHEST_OFFSET or minutes > 59:
        raise ValueError("there is no such time zone")
    return timezone(-away if offset[0] == "-" else away)
