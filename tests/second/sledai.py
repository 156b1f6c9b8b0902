"""SELENA-SLEDAI a second time, from section 4 of the clinical reference and sledai.csv."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from tests.population.chart import AS_OF, Chart, Diagnosis, Form, Result
from tests.second.reading import (
    ABSENT,
    FIRM,
    PRESENT,
    UNKNOWN,
    Between,
    State,
    When,
    abnormal,
    number,
    over,
    under,
    usable,
)
from tests.second.reading import when as spans
from tests.second.states import any_of, newest, preferring, stated

WEIGHTS = {  # sledai.csv
    "seizure": 8, "psychosis": 8, "organic_brain_syndrome": 8, "visual_disturbance": 8, "cranial_nerve": 8,
    "lupus_headache": 8, "cva": 8, "vasculitis": 8, "arthritis": 4, "myositis": 4, "urinary_casts": 4, "hematuria": 4,
    "proteinuria": 4, "pyuria": 4, "rash": 2, "alopecia": 2, "mucosal_ulcers": 2, "pleurisy": 2, "pericarditis": 2,
    "low_complement": 2, "increased_dna_binding": 2, "fever": 1, "thrombocytopenia": 1, "leukopenia": 1,
}  # fmt: skip
SEROLOGY = ("low_complement", "increased_dna_binding")
INFECTED = ("pyuria", "hematuria", "fever")
LOOK_BACK, MAX_AGE, RECENT = timedelta(10), timedelta(30), timedelta(90)
HALF = Fraction("0.5")


class Sledai(NamedTuple):
    """The items, and the total and its clinical part as ranges; `conflict`: the total contradicts the items."""

    items: dict[str, State]
    total: tuple[int, int]
    clinical: tuple[int, int]
    conflict: bool
    unusable: bool = False  # the newest total cannot be one, and neither an older one nor a form stands in for it

    def at_least(self, part: str, limit: int) -> State:
        """Does the total or the clinical part reach the limit?"""
        if self.conflict or self.unusable:
            return UNKNOWN
        low, high = self.total if part == "total" else self.clinical
        return PRESENT if low >= limit else ABSENT if high < limit else UNKNOWN


def possible(chart: Chart) -> list[Sledai]:
    """Score a chart on the index date, once for each day of which a form dated by its month may be."""
    partial = {
        form.when: when for form in chart.forms if (when := spans(form.when)) and when.first < _day_of(when.last)
    }
    dated = [chart.forms]
    for text, when in partial.items():
        days = range((min(when.last.date(), AS_OF) - when.first.date()).days + 1)
        on = [str(when.first.date() + timedelta(day)) for day in days]
        dated = [
            tuple(replace(form, when=day) if form.when == text else form for form in forms)
            for forms in dated
            for day in on
        ]
    return [sledai(replace(chart, forms=forms)) for forms in dated]


def _day_of(instant: datetime) -> datetime:
    return datetime.combine(instant.date(), datetime.min.time())


def sledai(chart: Chart) -> Sledai:
    """Score a chart whose forms are dated to the day."""
    forms = [form for form in chart.forms if _is_bedside(form)]
    totals = [form for form in chart.forms if form.total is not None and form.total <= 105 and _in_time(form)]
    anchor = max((_on(form) for form in [*forms, *totals]), default=AS_OF)
    unusable = any(
        form.total is not None and form.total > 105 and _in_time(form) and _on(form) >= anchor for form in chart.forms
    )
    on_form = [form for form in forms if _on(form) == anchor]
    on_total = [form for form in totals if _on(form) == anchor]
    measured = measured_items(chart, anchor)
    items = {item: stated(measured.get(item, UNKNOWN), _said(on_form, item), undo=True) for item in WEIGHTS}
    whole, clinical = bounds(items), bounds(items, without=SEROLOGY)
    serology = bounds({item: items[item] for item in SEROLOGY})
    if not on_total:
        return Sledai(items, whole, clinical, conflict=False, unusable=unusable)
    said = {form.total for form in on_total if form.total is not None}
    low, high = min(said), max(said)
    conflict = len(said) > 1 or not whole[0] <= low <= whole[1]
    narrowed = (max(clinical[0], low - serology[1]), min(clinical[1], high - serology[0]))
    return Sledai(items, (low, high), narrowed, conflict or narrowed[0] > narrowed[1], unusable)


def bounds(items: dict[str, State], without: Iterable[str] = ()) -> tuple[int, int]:
    """Unknown items give nothing to the lower bound and their weight to the upper one."""
    left = {item: state for item, state in items.items() if item not in without}
    low = sum(WEIGHTS[item] for item, state in left.items() if state == PRESENT)
    return low, sum(WEIGHTS[item] for item, state in left.items() if True in state)


def _on(form: Form) -> date:
    found = spans(form.when)
    assert found
    return found.first.date()


def _in_time(form: Form) -> bool:
    return form.status == "completed" and timedelta(0) <= AS_OF - _on(form) <= MAX_AGE


def _is_bedside(form: Form) -> bool:
    return _in_time(form) and any(one.item.startswith("sledai.") for one in form.answers)


def _said(forms: list[Form], item: str) -> State | None:
    """What the newest form says; two of one day that disagree leave it unknown."""
    words = {one.word for form in forms for one in form.answers if one.item == f"sledai.{item}"}
    if not words:
        return None
    return UNKNOWN if len(words) > 1 else PRESENT if words == {"present"} else ABSENT


def measured_items(chart: Chart, anchor: date) -> dict[str, State]:
    """The nine items of laboratory and thermometer, from ten days before the anchor up to the index date."""
    first = anchor - LOOK_BACK

    def of(*concepts: str) -> list[Result]:
        return [one for one in chart.results if one.concept in concepts]

    def low(concept: str) -> State:
        return newest(of(concept), first, lambda one: abnormal(one, "low"))

    def now(concept: str) -> State:
        return newest(of(concept), first, lambda one: over(one, "0"))

    red, granular = now("cast_rbc"), now("cast_granular")
    found = {
        "urinary_casts": _casts(red, granular, now("cast_any"), _doubted(of("cast_rbc", "cast_granular"), first)),
        "hematuria": newest(of("urine_rbc_hpf"), first, lambda one: over(one, "5")),
        "pyuria": newest(of("urine_wbc_hpf"), first, lambda one: over(one, "5")),
        "proteinuria": proteinuria(of("protein_24h", "upcr"), first),
        "low_complement": _low_complement(low("c3"), low("c4"), low("ch50")),
        "increased_dna_binding": newest(of("anti_dsdna"), first, lambda one: abnormal(one, "high")),
        "fever": newest(of("body_temperature"), first, lambda one: over(one, "38")),
        "thrombocytopenia": newest(of("platelets"), first, lambda one: under(one, "100")),
        "leukopenia": newest(of("wbc"), first, lambda one: under(one, "3")),
    }
    if any(_infected(one, first) for one in chart.diagnoses if one.concept == "urinary_infection"):
        found |= {item: found[item] if found[item] == ABSENT else UNKNOWN for item in INFECTED}
    return found


def _casts(red: State, granular: State, of_any_kind: State, doubted: bool) -> State:
    """Red-cell casts count, plain granular ones are open; absent with both at 0, or with no casts of any kind."""
    if red == PRESENT or (red == ABSENT and granular == ABSENT):
        return red
    return ABSENT if of_any_kind == ABSENT and not doubted else UNKNOWN


def _doubted(results: list[Result], first: date) -> bool:
    """Is there one in the window that a sum of 0 does not outvote: one above 0, or that cannot be judged?"""
    kinds = [
        [one for one in results if one.concept == concept and _perhaps_in(one, first)]
        for concept in ("cast_rbc", "cast_granular")
    ]
    return any(kind and newest(kind, first, lambda one: over(one, "0")) != ABSENT for kind in kinds)


def _perhaps_in(one: Result, first: date) -> bool:
    found = spans(one.when)
    return usable(one) and bool(found and found.last.date() >= first)


def _low_complement(c3: State, c4: State, ch50: State) -> State:
    """CH50 need not be known where C3 and C4 are normal; a low one counts."""
    return PRESENT if ch50 == PRESENT else any_of(c3, c4)


def _infected(one: Diagnosis, first: date) -> bool:
    if one.verification in {"refuted", "entered-in-error"}:
        return False
    begun, ended = spans(one.onset), spans(one.abated)
    return not (begun and begun.first.date() > AS_OF) and not (ended and ended.last.date() < first)


def proteinuria(results: list[Result], first: date) -> State:
    """More than 0.5 g a day and new, or risen by more than 0.5: SELENA. A ratio in g/g serves like g/24 h."""
    kept = preferring(results, "protein_24h", lambda one: over(one, "0.5"))
    return newest(kept, first, lambda one: _new_or_risen(one, [o for o in results if o.concept == one.concept]))


def _new_or_risen(one: Result, kind: list[Result]) -> State:
    high, value, mine = over(one, "0.5"), number(one), spans(one.when)
    if high == ABSENT or value is None or mine is None:
        return high
    earlier = [other for other in kind if _is_earlier(other, mine.first)]
    if not earlier or any(_perhaps_earlier(other, mine) for other in kind if other is not one):
        return UNKNOWN
    latest = max(spans(other.when).first for other in earlier)  # type: ignore[union-attr]
    last = [number(other) for other in earlier if spans(other.when).last >= latest]  # type: ignore[union-attr]
    state = frozenset().union(*(any_of(_not(low.above(HALF)), _risen(low, value)) for low in last if low))
    if state != ABSENT:
        return state if high == PRESENT else UNKNOWN
    recent = [number(other) for other in earlier if spans(other.when).last >= mine.first - RECENT]  # type: ignore[union-attr]
    dipped = any(True in any_of(_not(low.above(HALF)), _risen(low, value)) for low in recent if low)
    return UNKNOWN if dipped else ABSENT


def _perhaps_earlier(other: Result, mine: When) -> bool:
    """Is one of them of a month or a year that holds the other: which came first is not known."""
    found = spans(other.when)
    if found is None or not usable(other) or other.status not in FIRM:
        return False
    partial = any(when.first.date() != when.last.date() for when in (found, mine))
    return partial and found.first <= mine.last and found.last >= mine.first


def _is_earlier(other: Result, first: object) -> bool:
    found = spans(other.when)
    return usable(other) and other.status in FIRM and number(other) is not None and bool(found and found.last < first)  # type: ignore[operator]


def _not(state: State) -> State:
    return frozenset(not one for one in state)


def _risen(before: Between, now: Between) -> State:
    """Did it rise by more than 0.5, for every pair of numbers the two may stand for?"""
    most = None if now.high is None or before.low is None else now.high - before.low
    least = None if now.low is None or before.high is None else now.low - before.high
    open_low = now.low_open or before.high_open
    gap = Between(least, open_low, most, now.high_open or before.low_open)
    return gap.above(HALF)
