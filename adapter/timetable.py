"""When runs begin: after an interval, or at times of the hospital's day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.interval import IntervalTrigger

from adapter.settings import Settings
from adapter.settings.kinds import DAYS

AT_ONCE = "at-once"
LOOKED_AHEAD = 30  # runs, to find the longest time between two: a weekend, say


def trigger_of(settings: Settings) -> Any:
    """When runs begin: after an interval, or at times of the hospital's day."""
    place, zone = settings.schedule, ZoneInfo(settings.hospital.time_zone)
    if place.every_minutes is not None:
        return IntervalTrigger(minutes=place.every_minutes, timezone=UTC)
    return OrTrigger([_at(time_of_day, zone) for time_of_day in place.times])


def full_trigger_of(settings: Settings) -> Any | None:
    """When full runs begin; None: never."""
    zone = ZoneInfo(settings.hospital.time_zone)
    times = [_at(time_of_day, zone) for time_of_day in settings.schedule.full_times]
    return OrTrigger(times) if times else None


def digest_trigger_of(settings: Settings) -> Any | None:
    """When somebody wants a digest at an hour of their own; None: nobody does."""
    mail, zone = settings.outputs.email, settings.hospital.time_zone
    hours = {(one.digest, one.time_zone or zone) for one in mail.recipients if mail.enabled and one.digest != AT_ONCE}
    times = [_at(hour, ZoneInfo(place)) for hour, place in sorted(hours)]
    return OrTrigger(times) if times else None


class AtTime(BaseTrigger):  # type: ignore[misc]
    """Once on each of some days, at an hour of a place's clock.

    The scheduler's own trigger fires twice where a clock goes back over the hour, and then for ever at that instant.
    """

    def __init__(self, days: Iterable[int], clock: time, zone: ZoneInfo) -> None:
        self._days, self._clock, self._zone = frozenset(days), clock, zone

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The first time from now on; where one has fired, the next after it, that what was missed be known."""
        start, before = now.astimezone(UTC), previous_fire_time and previous_fire_time.astimezone(UTC)
        if before is not None:
            start = min(start, before + timedelta(microseconds=1))
        day = start.astimezone(self._zone).date() - timedelta(1)
        while True:
            # An hour that the clock jumps over is counted on from before the jump; one that comes twice is the first.
            moment = datetime.combine(day, self._clock, self._zone).astimezone(UTC)
            if day.weekday() in self._days and moment >= start and (before is None or moment > before):
                return moment
            day += timedelta(1)


def _at(time_of_day: str, zone: ZoneInfo) -> AtTime:
    """The trigger of `06:00` or `mon-fri 06:00`."""
    days, _, clock = time_of_day.rpartition(" ")
    first, _, last = days.partition("-")
    numbers = range(DAYS.index(first), DAYS.index(last or first) + 1) if first else range(7)
    return AtTime(numbers, time.fromisoformat(clock), zone)


def interval_s(trigger: Any, now: datetime) -> float:
    """The longest time between two runs, as far as is looked ahead."""
    before = moment = trigger.get_next_fire_time(None, now)
    longest = timedelta()
    for _ in range(LOOKED_AHEAD):
        moment = trigger.get_next_fire_time(before, before + timedelta(microseconds=1))
        longest, before = max(longest, moment - before), moment
    return longest.total_seconds()
