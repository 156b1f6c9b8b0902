"""Runs begin when the hospital's clock says, through summer time, sleep and steps of the clock, and never twice."""

import random
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from adapter.settings.kinds import DAYS
from adapter.settings.model import Email, Hospital, Outputs, Recipient, Schedule, Settings
from adapter.timetable import digest_trigger_of, full_trigger_of, trigger_of

ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Santiago",
)
YEAR = [date(2026, 1, 1) + timedelta(days) for days in range(365)]
BEGIN, END = datetime(2025, 12, 31, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC)


def placed(zone="Asia/Shanghai", **schedule):
    return Settings(hospital=Hospital(time_zone=zone), schedule=Schedule(**schedule))


def fired(trigger, begin=BEGIN, end=END):
    """Every instant at which a trigger fires."""
    found, moment = [], trigger.get_next_fire_time(None, begin)
    while moment < end:
        found.append(moment)
        moment = trigger.get_next_fire_time(moment, moment + timedelta(microseconds=1))
    return found


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("clock", ["00:00", "00:30", "01:30", "02:00", "02:30", "03:00", "06:00", "23:59"])
def test_69_every_day_of_a_year_has_one_run_also_where_the_clock_goes_forth_and_back(zone, clock):
    place = ZoneInfo(zone)
    runs = [one.astimezone(place) for one in fired(trigger_of(placed(zone, times=(clock,))))]
    by_day = [one.date() for one in runs if one.year == 2026]
    assert by_day == YEAR
    wall = time.fromisoformat(clock)
    there = [one for one in runs if one.time() == wall]
    assert len(runs) - len(there) <= 1, "another time only where the clock jumps over this one"
    assert all(timedelta(hours=22) <= after - before <= timedelta(hours=26) for before, after in pairwise(runs))


@pytest.mark.parametrize(
    ("away", "due"), [(timedelta(hours=8), 1), (timedelta(days=1), 1), (timedelta(days=3650), 1), (timedelta(0), 0)]
)
def test_69_what_was_slept_through_is_made_up_for_by_one_run(away, due):
    """The scheduler's own count of what is due, one run for all of it, and the next one in time again."""
    scheduler = BackgroundScheduler(timezone=UTC)
    trigger = trigger_of(placed(every_minutes=60))
    job = scheduler.add_job(print, trigger, coalesce=True, misfire_grace_time=None, next_run_time=BEGIN)
    scheduler.start(paused=True)
    try:
        now = BEGIN - timedelta(seconds=1) + away
        missed = job._get_run_times(now)
        assert min(len(missed), 1) == due
        if missed:
            assert now < trigger.get_next_fire_time(missed[-1], now) <= now + timedelta(hours=1)
    finally:
        scheduler.shutdown(wait=False)


def said(rng):
    """A random time of ours, with the days it is of."""
    first, last = sorted((rng.randrange(7), rng.randrange(7)))
    clock = f"{rng.randrange(24):02}:{rng.randrange(60):02}"
    days, text = rng.choice(
        [
            ({*range(7)}, clock),
            ({first}, f"{DAYS[first]} {clock}"),
            ({*range(first, last + 1)}, f"{DAYS[first]}-{DAYS[last]} {clock}"),
        ]
    )
    return text, days, time.fromisoformat(clock)


def test_70_two_hundred_times_mean_what_a_calendar_says():
    rng, place = random.Random("times"), ZoneInfo("Asia/Shanghai")
    for _ in range(200):
        text, days, clock = said(rng)
        runs = fired(trigger_of(placed(times=(text,))), END - timedelta(days=30), END)
        whole = [END.date() - timedelta(back) for back in range(28, 1, -1)]
        wanted = [datetime.combine(day, clock, place) for day in whole if day.weekday() in days]
        assert [one for one in runs if whole[0] <= one.astimezone(place).date() <= whole[-1]] == wanted, text


def test_70_two_thousand_cron_lines_are_refused_and_never_misread():
    rng = random.Random("cron")
    fields = (
        "*",
        "0",
        "5",
        "*/15",
        "1-5",
        "7",
        "L",
        "0,30",
        "mon",
        "MON-FRI",
        "6#3",
        "?",
        "15W",
        "@daily",
        "@reboot",
        "61",
    )
    for _ in range(2000):
        line = " ".join(rng.choice(fields) for _ in range(rng.choice((1, 2, 5, 5, 6))))
        with pytest.raises(ValueError, match="expected a time"):
            Schedule(times=(line,))


def test_full_runs_have_times_of_their_own_or_none():
    (first, second) = fired(
        full_trigger_of(placed()), datetime(2026, 3, 14, tzinfo=UTC), datetime(2026, 3, 23, tzinfo=UTC)
    )
    assert (first, second - first) == (datetime(2026, 3, 14, 18, 30, tzinfo=UTC), timedelta(days=7))
    assert full_trigger_of(placed(full_times=())) is None


def test_digests_have_the_hours_that_people_want():
    people = (
        Recipient(address="a@x", digest="08:00"),
        Recipient(address="b@x", digest="08:00", time_zone="Europe/Paris"),
    )
    mail = Email(enabled=True, recipients=(*people, Recipient(address="c@x")))
    begin = datetime(2026, 1, 5, tzinfo=UTC)
    runs = fired(digest_trigger_of(Settings(outputs=Outputs(email=mail))), begin, begin + timedelta(days=1))
    assert [one.astimezone(UTC).hour for one in runs] == [0, 7]
    assert digest_trigger_of(Settings(outputs=Outputs(email=Email(enabled=True, to=("a@x",))))) is None
