"""The ways in which a result is not simply a final number, now and then."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

from tests.population.analytes import ANALYTES, BEYOND
from tests.population.chart import Result

CAUSES = ("due to steroid", "Due to infection", "due to menses", "由药物引起", "考虑感染所致", "由剧烈运动引起")
NO_CAUSE = ("复查", "由护士采集", "specimen due tomorrow", "due to active lupus", "考虑狼疮活动所致", "不考虑感染所致")
NOT_MEASURED = ("not-performed", "unknown", "asked-declined")
FAILED = ("error", "not-a-number")


def troubled(rng: Random, one: Result) -> Result:
    """Perhaps another status, a note, no value, or a number that is hard to use."""
    kind = rng.random()
    statuses = ("preliminary", "unknown", "registered", "cancelled", "entered-in-error")
    if kind < 0.05:
        return replace(one, status=rng.choice(statuses))
    if kind < 0.07:
        return replace(one, status=rng.choice(("amended", "corrected")))
    if kind < 0.12:
        return replace(one, note=rng.choice(CAUSES if rng.random() < 0.7 else NO_CAUSE))
    if kind < 0.14:
        nothing = replace(one, value=None, upto=None, comparator="", unit="", word="", low=None, high=None)
        return replace(nothing, reason=rng.choice(NOT_MEASURED + FAILED))
    return one if one.value is None or one.upto is not None else _odd(rng, one, one.value)


def _odd(rng: Random, one: Result, value: Decimal) -> Result:
    """A number with a comparator, out of all range, in no known unit, or judged by the laboratory's flag alone."""
    kind = rng.random()
    if kind < 0.09:
        return replace(one, comparator=rng.choice(("<", ">", "<=", ">=")), value=value or Decimal(1))
    if kind < 0.115:
        return replace(one, value=value * 1000000 + 777777)
    if kind < 0.135:
        return _beyond(rng, one)
    if kind < 0.17:
        return replace(one, unit="furlong")
    if kind < 0.28 and (one.low or one.high):
        return _flagged(rng, one)
    return one


def _beyond(rng: Random, one: Result) -> Result:
    """Just outside what is possible, in the first unit of the test."""
    if one.concept not in BEYOND:
        return one
    unit = next(iter(ANALYTES[one.concept].units))
    return replace(one, value=Decimal(rng.choice(BEYOND[one.concept].split())), unit=unit, low=None, high=None)


def _flagged(rng: Random, one: Result) -> Result:
    """The laboratory's own judgement in place of its limits, now and then without the number too."""
    above = one.high and (not one.low or rng.random() < 0.5)
    flags = ("H", "HH", "N", "N") if above else ("L", "LL", "N", "N")
    if one.concept.startswith(("anti_", "acl_")):
        flags = ("H", "N", "POS", "NEG")
    one = replace(one, low=None, high=None, flag=rng.choice(flags))
    return replace(one, value=None, unit="") if rng.random() < 0.2 else one
