"""Results read as the clinical reference says: what a result may mean, as the set of answers it leaves possible.

An item's state is a set: {True} present, {False} absent, {True, False} unknown. Written from REFERENCE.md, sections 1,
3, 4, 10 and 12, and from its tables, not from the product.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from tests.population.chart import AS_OF, Result

State = frozenset[bool]
PRESENT, ABSENT, UNKNOWN = frozenset({True}), frozenset({False}), frozenset({True, False})
CHINA = timezone(timedelta(hours=8))
FIRM, SOFT = {"final", "amended", "corrected"}, {"preliminary", "unknown"}
F = Fraction
UNITS = {  # units.csv: factor to the canonical unit
    "wbc": {"10*9/L": F(1), "/uL": F(1, 1000), "10*3/uL": F(1)},
    "lymphocytes": {"10*9/L": F(1), "/uL": F(1, 1000)},
    "platelets": {"10*9/L": F(1), "/uL": F(1, 1000)},
    "protein_24h": {"g/(24.h)": F(1), "mg/(24.h)": F(1, 1000)},
    "upcr": {"g/g{creat}": F(1), "mg/g{creat}": F(1, 1000), "mg/mmol{creat}": F("0.00884"), "mg/mg{creat}": F(1)},
    "urine_rbc_hpf": {"/[HPF]": F(1), "": F(1)},
    "urine_wbc_hpf": {"/[HPF]": F(1), "": F(1)},
    "cast_rbc": {"/[LPF]": F(1)},
    "cast_granular": {"/[LPF]": F(1)},
    "cast_mixed_cellular": {"/[LPF]": F(1)},
    "cast_any": {"/[LPF]": F(1)},
    "c3": {"g/L": F(1), "mg/dL": F("0.01"), "mg/L": F("0.001")},
    "c4": {"g/L": F(1), "mg/dL": F("0.01"), "mg/L": F("0.001")},
    "ch50": {"U/mL": F(1)},
    "anti_dsdna": {"[IU]/mL": F(1)},
    "anti_sm": {"[arb'U]/mL": F(1)},
    "acl_igg": {"[GPL'U]/mL": F(1)},
    "acl_igm": {"[MPL'U]/mL": F(1)},
    "anti_b2gp1_igg": {"[arb'U]/mL": F(1)},
    "anti_b2gp1_igm": {"[arb'U]/mL": F(1)},
    "ldh": {"U/L": F(1)},
    "haptoglobin": {"g/L": F(1), "mg/dL": F("0.01")},
    "bilirubin_indirect": {"umol/L": F(1)},
    "reticulocytes": {"10*9/L": F(1)},
    "creatinine": {"umol/L": F(1), "mg/dL": F("88.4")},
    "egfr": {"mL/min/{1.73_m2}": F(1)},
    "ana_titer": {"{titer}": F(1)},
}
PLAUSIBLE = {  # units.csv: plausible_low, plausible_high
    "wbc": ("0.05", 500), "lymphocytes": (0, 300), "platelets": (1, 3000), "body_temperature": (30, 44),
    "protein_24h": (0, 40), "upcr": (0, 40), "urine_rbc_hpf": (0, 10000), "urine_wbc_hpf": (0, 10000),
    "cast_rbc": (0, 1000), "cast_granular": (0, 1000), "cast_mixed_cellular": (0, 1000), "cast_any": (0, 1000),
    "c3": ("0.02", 4), "c4": ("0.005", 2), "ch50": (0, 500),
    "anti_dsdna": (0, 10000), "anti_sm": (0, 10000), "acl_igg": (0, 10000), "acl_igm": (0, 10000),
    "anti_b2gp1_igg": (0, 10000), "anti_b2gp1_igm": (0, 10000), "ldh": (0, 20000), "haptoglobin": (0, 10),
    "bilirubin_indirect": (0, 1000), "reticulocytes": (0, 1000), "creatinine": (10, 3000), "egfr": (0, 250),
    "ana_titer": (1, 1000000),
}  # fmt: skip
POSITIVE = {"阳性", "弱阳性", "反应性", "positive"}
NEGATIVE = {"阴性", "非反应性", "未检出", "negative"}
NOT_MEASURED = {"not-performed", "unknown", "asked-declined"}  # dataAbsentReason: there is no result


class Between(NamedTuple):
    """The numbers a result may stand for; an open end is not itself among them, and None has no end."""

    low: Fraction | None
    low_open: bool
    high: Fraction | None
    high_open: bool

    def above(self, limit: Fraction) -> State:
        """Is it more than the limit?"""
        yes = self.high is None or self.high > limit
        no = self.low is None or self.low < limit or (self.low == limit and not self.low_open)
        return frozenset({True} if yes else ()) | frozenset({False} if no else ())

    def below(self, limit: Fraction) -> State:
        """Is it less than the limit?"""
        yes = self.low is None or self.low < limit
        no = self.high is None or self.high > limit or (self.high == limit and not self.high_open)
        return frozenset({True} if yes else ()) | frozenset({False} if no else ())


class When(NamedTuple):
    """The minutes in which it may have been, in China's time."""

    first: datetime
    last: datetime


@cache
def when(text: str) -> When | None:
    """A FHIR date or instant as the time it spans; None where there is none."""
    if not text:
        return None
    if "/" in text:
        begun, ended = (when(end) for end in text.split("/"))
        assert begun and ended
        return When(begun.first, ended.last)
    if "T" in text:
        instant = datetime.fromisoformat(text).astimezone(CHINA).replace(tzinfo=None)
        return When(instant, instant)
    parts = [int(part) for part in text.split("-")]
    year, month, day = [*parts, 0, 0][:3]
    first = date(year, month or 1, day or 1)
    last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    return When(datetime.combine(first, datetime.min.time()), datetime.combine(last, datetime.max.time()))


def usable(one: Result) -> bool:
    """Does it count at all: its status, a value or a failed one, and that it did not begin after the index date (1)."""
    spans = when(one.when)
    return one.reason not in NOT_MEASURED and one.status in FIRM | SOFT and not (spans and spans.first.date() > AS_OF)


def number(one: Result) -> Between | None:
    """The canonical numbers it may stand for; None where it has no readable one."""
    if one.value is None:
        return None
    ends = [_canonical(one.concept, one.unit, F(end)) for end in (one.value, one.upto) if end is not None]
    low, high = (F(str(end)) for end in PLAUSIBLE[one.concept])
    if any(end is None or not low <= end <= high for end in ends):
        return None
    first, last = ends[0], ends[-1]
    if one.comparator in {"<", "<="}:
        return Between(None, True, last, one.comparator == "<")
    if one.comparator in {">", ">="}:
        return Between(first, one.comparator == ">", None, True)
    return Between(first, False, last, False)


def _canonical(concept: str, unit: str, value: Fraction) -> Fraction | None:
    if concept == "body_temperature":
        return {"Cel": value, "[degF]": (value - 32) / F("1.8")}.get(unit)
    factor = UNITS[concept].get(unit)
    return None if factor is None else value * factor


def readable(one: Result) -> bool:
    """Can anything be made of it: a number in a known unit and range, words, or the laboratory's flag alone."""
    return bool(one.word) or number(one) is not None or (one.value is None and bool(one.flag))


def over(one: Result, limit: str) -> State:
    """Is it above a fixed limit? 偶见, 未见 and negative words are not; 满视野 is."""
    if one.word:
        return ABSENT if one.word in NEGATIVE | {"偶见", "未见"} else PRESENT if one.word == "满视野" else UNKNOWN
    found = number(one)
    return UNKNOWN if found is None else found.above(F(limit))


def under(one: Result, limit: str) -> State:
    """Is it below a fixed limit?"""
    found = number(one)
    return UNKNOWN if found is None else found.below(F(limit))


def abnormal(one: Result, side: str) -> State:
    """Is it beyond the report's own limit on this side ("low" or "high"), by number, by flag or by words?"""
    if one.word:
        return PRESENT if one.word in POSITIVE else ABSENT if one.word in NEGATIVE else UNKNOWN
    found, end = number(one), one.low if side == "low" else one.high
    if found is None and one.value is not None:
        return UNKNOWN
    if found is not None and end is not None:
        limit = _canonical(one.concept, one.unit, F(end))
        assert limit is not None
        return found.below(limit) if side == "low" else found.above(limit)
    yes = {"low": {"L", "LL"}, "high": {"H", "HH", "POS"}}[side]
    return PRESENT if one.flag in yes else ABSENT if one.flag else UNKNOWN


def caused(one: Result) -> bool:
    """Does a note begin with another cause than lupus (section 1: due to …, 由…引起, 考虑…所致)?"""
    note = one.note.lower()
    put_down = (
        note.startswith("due to") or (note[:1] == "由" and "引起" in note) or (note[:2] == "考虑" and "所致" in note)
    )
    return put_down and "lupus" not in note and "狼疮" not in note
