"""Whether somebody was exposed to a drug in a window: certainly, perhaps or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from adapter.screening.model import Because, Fact, Kind, Reading
from adapter.screening.picks.windows import EVER, is_open


def exposed(fact: Fact, start: date, as_of: date, *, only_open: bool = False) -> tuple[bool, Because | None]:
    """Say whether the exposure counts for the window from `start` to `as_of`, and what doubt it carries.

    The last day of exposure lies between two bounds; a window that opens between them leaves the answer unknown.
    """
    if only_open:
        return _going_on(fact, as_of)
    diagnosis = fact.kind is Kind.CONDITION
    if diagnosis and fact.open is False and fact.end is None:
        return False, Because.TOO_OLD  # over, and nobody wrote down when
    if fact.doubt is not None and not diagnosis:
        return True, fact.doubt
    first, last = last_day_bounds(fact, as_of)
    if first >= start:
        return True, fact.doubt
    if last < start:
        return False, Because.TOO_OLD
    undated = fact.start is None and fact.end is None
    return True, Because.UNDATED if undated else Because.INDETERMINATE


def long_enough(readings: Sequence[Reading], days: int, as_of: date) -> tuple[Reading, ...]:
    """Keep what lasted so many days; what did so only perhaps, or only together, stays in doubt; else nothing.

    Several short courses are not added up to a sure one: nobody knows the gaps.
    """
    bounds = [duration_bounds(reading.fact, as_of) for reading in readings]
    sure = tuple(reading for reading, (shortest, _) in zip(readings, bounds, strict=True) if shortest >= days)
    if sure or sum(longest for _, longest in bounds) < days:
        return sure
    return tuple(replace(reading, doubt=reading.doubt or Because.INDETERMINATE) for reading in readings)


def duration_bounds(fact: Fact, as_of: date) -> tuple[int, int]:
    """The fewest and the most days that the exposure can have lasted, both ends included, cut at the index date."""
    first, last = last_day_bounds(fact, as_of)
    if fact.start is None:
        return 1, (last - EVER).days
    return max((first - fact.start.last).days + 1, 1), (last - fact.start.first).days + 1


def last_day_bounds(fact: Fact, as_of: date) -> tuple[date, date]:
    """The earliest and the latest day on which the exposure can have ended, cut at the index date."""
    if is_open(fact, as_of):
        return as_of, as_of
    if fact.end is not None:
        return min(fact.end.first, as_of), min(fact.end.last, as_of)
    return (fact.start.first if fact.start else EVER), as_of


def _going_on(fact: Fact, as_of: date) -> tuple[bool, Because | None]:
    """On the index date itself: what is paused, finished or ended is not going on."""
    going = is_open(fact, as_of)
    if fact.doubt is not None:
        return ("status", "on-hold") not in fact.extra, fact.doubt
    if going is None and fact.end is None:
        return False, None
    return going is not False, None if going else Because.INDETERMINATE
