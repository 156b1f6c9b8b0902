"""Whether somebody was exposed to a drug in a window: certainly, perhaps or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from adapter.screening.model import Because, Fact, Kind, Reading
from adapter.screening.picks.windows import EVER, is_open

NOTHING, ANYTHING = Decimal(0), Decimal("Infinity")


def exposed(fact: Fact, start: date, as_of: date, *, only_open: bool = False) -> tuple[bool, Because | None]:
    """Say whether the exposure counts for the window from `start` to `as_of`, and what doubt it carries.

    The last day of exposure lies between two bounds; a window that opens between them leaves the answer unknown.
    """
    if only_open:
        return _going_on(fact, as_of)
    diagnosis = fact.kind is Kind.CONDITION
    if diagnosis and fact.open is False and fact.end is None and not (fact.start and fact.start.last >= start):
        return False, Because.TOO_OLD  # over, and nobody wrote down when: it counts only where it began in the window
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


def strong_enough(
    readings: Sequence[Reading], daily: Decimal, days: int, start: date, as_of: date
) -> tuple[Reading, ...]:
    """Keep the exposures of a window whose doses together reach the daily dose on so many days, in a row or not.

    If they do so only perhaps, because a dose, a date or a status is not known, all stay in doubt; else nothing.
    """
    surely = perhaps = 0
    for first, days_long in _stretches(readings, start, as_of):
        least, most = _together(readings, first, as_of)
        surely += days_long if least >= daily else 0
        perhaps += days_long if most >= daily else 0
    if surely >= days:
        return tuple(reading for reading in readings if reading.sure and _dose(reading.fact)[0] > NOTHING)
    if perhaps < days:
        return ()
    return tuple(replace(reading, doubt=reading.doubt or Because.INDETERMINATE) for reading in readings)


def _stretches(readings: Sequence[Reading], start: date, as_of: date) -> Iterator[tuple[date, int]]:
    """The window in pieces in which no exposure begins or ends: the first day of each, and how long it is."""
    edges = {start, as_of + timedelta(days=1)}
    for reading in readings:
        for first, last in (_sure_days(reading.fact, as_of), _possible_days(reading.fact, as_of)):
            edges |= {day for day in (first, last + timedelta(days=1)) if start < day <= as_of}
    return ((first, (then - first).days) for first, then in pairwise(sorted(edges)))


def _together(readings: Sequence[Reading], day: date, as_of: date) -> tuple[Decimal, Decimal]:
    """The least and the most of all drugs on a day.

    Two drugs add up, and so do two administrations. An order and a statement of one drug may be the same tablets: of
    the two at least the stronger was taken, and at most both.
    """
    given: dict[str, Decimal] = {}
    told: dict[str, Decimal] = {}
    most = NOTHING
    for reading in readings:
        fact, (low, high) = reading.fact, _dose(reading.fact)
        if _holds(_sure_days(fact, as_of), day) and reading.sure:
            if ("via", "MedicationAdministration") in fact.extra:
                given[fact.item] = given.get(fact.item, NOTHING) + low
            else:
                told[fact.item] = max(told.get(fact.item, NOTHING), low)
        most += high if _holds(_possible_days(fact, as_of), day) else NOTHING
    least = sum((max(given.get(drug, NOTHING), told.get(drug, NOTHING)) for drug in {*given, *told}), NOTHING)
    return least, most


def _dose(fact: Fact) -> tuple[Decimal, Decimal]:
    dose = fact.daily_dose
    if dose is None:
        return NOTHING, ANYTHING
    return NOTHING if dose.low is None else dose.low, ANYTHING if dose.high is None else dose.high


def _sure_days(fact: Fact, as_of: date) -> tuple[date, date]:
    """The first and the last day on which the exposure certainly went on; the last before the first where on none."""
    first = fact.start.last if fact.start is not None else date.max
    return first, last_day_bounds(fact, as_of)[0]


def _possible_days(fact: Fact, as_of: date) -> tuple[date, date]:
    return fact.start.first if fact.start is not None else EVER, last_day_bounds(fact, as_of)[1]


def _holds(days: tuple[date, date], day: date) -> bool:
    return days[0] <= day <= days[1]


def begun_anew(facts: Sequence[Fact], days: int, as_of: date) -> list[Fact]:
    """Leave out what only goes on: the same drug was on record already, or in so many days before."""

    def goes_on(fact: Fact, before: Fact) -> bool:
        if before.item != fact.item or before.concept != fact.concept or not before.start or not fact.start:
            return False
        lasted_to = last_day_bounds(before, as_of)[0]
        return before.start.last < fact.start.first and (fact.start.first - lasted_to).days <= days

    return [fact for fact in facts if not any(goes_on(fact, other) for other in facts)]


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
