"""CKD-EPI and the eGFR that counts, a second time: section 6 of the clinical reference and egfr_equations.csv."""

from __future__ import annotations

import math
from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from tests.population.analytes import ONE_SEX
from tests.population.chart import AS_OF, Chart, Result
from tests.second.reading import UNKNOWN, State, number
from tests.second.reading import when as spans
from tests.second.states import newest, preferring

WINDOW = timedelta(90)
EQUATIONS = {  # egfr_equations.csv: kappa, alpha, exponent above kappa, constant, age base, factor
    ("ckd_epi_2021", "female"): (0.7, -0.241, -1.2, 142, 0.9938, 1.012),
    ("ckd_epi_2021", "male"): (0.9, -0.302, -1.2, 142, 0.9938, 1.0),
    ("ckd_epi_2009", "female"): (0.7, -0.329, -1.209, 141, 0.993, 1.018),
    ("ckd_epi_2009", "male"): (0.9, -0.411, -1.209, 141, 0.993, 1.0),
}


def ckd_epi(creatinine_mg_dl: float, age: int, sex: str, equation: str = "ckd_epi_2021") -> float:
    """The equation as printed, mL/min/1.73 m²."""
    kappa, alpha, exponent, constant, base, factor = EQUATIONS[equation, sex]
    ratio = creatinine_mg_dl / kappa
    return constant * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** exponent * base**age * factor


class Egfr(NamedTuple):
    """Whether it is below 30, and the number where there is exactly one."""

    below_30: State
    value: float | None


def age_on(birth: date, on: date) -> int:
    """Completed years; 29 February comes on 1 March in common years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _births(text: str) -> tuple[date, date]:
    parts = [int(part) for part in text.split("-")]
    year, month, day = [*parts, 0, 0][:3]
    last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    return date(year, month or 1, day or 1), last


def _computed(one: Result, chart: Chart) -> list[float | None]:
    """Every eGFR this creatinine may stand for: both sexes where it is not known, all ages the dates allow."""
    found, time = number(one), spans(one.when)
    if found is None or time is None:
        return []
    born_first, born_last = _births(chart.birth)
    ages = range(age_on(born_last, time.first.date()), age_on(born_first, min(time.last.date(), AS_OF)) + 1)
    sexes = [chart.gender] if chart.gender in {"female", "male"} else ["female", "male"]
    ends = [(found.low, math.inf), (found.high, 0.0)]
    return [
        None if age < 18 else bound if end is None else ckd_epi(float(end) / 88.4, age, sex)
        for sex in sexes
        for age in ages
        for end, bound in ends
    ]


def egfr(chart: Chart) -> Egfr:
    """The newest evidence within 90 days: of one day reported before computed, unless a "<60" does not decide."""
    evidence = [one for one in chart.results if _serves(one, chart)]

    def ask(one: Result) -> State:
        return _below_30(one, chart)

    kept = preferring(evidence, "egfr", ask)
    state = newest(kept, AS_OF - WINDOW, ask, excused=False)
    timed = [one for one in kept if spans(one.when) and AS_OF - spans(one.when).last.date() <= WINDOW]  # type: ignore[union-attr]
    values = set(_values(timed[0], chart)) if len(timed) == 1 and state != UNKNOWN else set()
    return Egfr(state, values.pop() if len(values) == 1 else None)


def _serves(one: Result, chart: Chart) -> bool:
    """Rows for one sex serve that sex alone; the equations are for adults."""
    if one.concept == "creatinine":
        return None not in _computed(one, chart)
    wrong_sex = one.code in ONE_SEX.values() and one.code != ONE_SEX.get(chart.gender)
    return one.concept == "egfr" and not wrong_sex


def _values(one: Result, chart: Chart) -> list[float | None]:
    if one.concept == "creatinine":
        return _computed(one, chart)
    found = number(one)
    return [float(found.low)] if found and found.low is not None and found.low == found.high else []


def _below_30(one: Result, chart: Chart) -> State:
    if one.concept == "creatinine":
        values = _computed(one, chart)
        return UNKNOWN if not values else frozenset(v < 30 for v in values if v is not None)
    found = number(one)
    return UNKNOWN if found is None else found.below(Fraction(30))
