"""When runs begin: after an interval, or at times of the hospital's day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from adapter.settings import Settings

LOOKED_AHEAD = 30  # runs, to find the longest time between two: a weekend, say


def trigger_of(settings: Settings) -> Any:
    """When runs begin: after an interval, or at times of the hospital's day."""
    place, zone = settings.schedule, ZoneInfo(settings.hospital.time_zone)
    if place.every_minutes is not None:
        return IntervalTrigger(minutes=place.every_minutes, timezone=UTC)
    return OrTrigger([_at(time_of_day, zone) for time_of_day in place.times])


def _at(time_of_day: str, zone: ZoneInfo) -> CronTrigger:
    """The trigger of `06:00` or `mon-fri 06:00`: names of days, since its numbers are not those of cron."""
    days, _, clock = time_of_day.rpartition(" ")
    hour, minute = clock.split(":")
    return CronTrigger(day_of_week=days or "*", hour=int(hour), minute=int(minute), timezone=zone)


def interval_s(trigger: Any, now: datetime) -> float:
    """The longest time between two runs, as far as is looked ahead."""
    before = moment = trigger.get_next_fire_time(None, now)
    longest = timedelta()
    for _ in range(LOOKED_AHEAD):
        moment = trigger.get_next_fire_time(before, before + timedelta(microseconds=1))
        longest, before = max(longest, moment - before), moment
    return longest.total_seconds()
