"""CKD-EPI and the eGFR that counts, a second time: section 6 of the clinical reference and egfr_equations.csv."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from tests.population.analytes import ONE_SEX
from tests.population.chart import AS_OF, Chart, Result
from tests.second.reading import FIRM, Between, State, number, readable, usable
from tests.second.reading import when as spans

WINDOW = timedelta(90)
EQUATIONS = {  # egfr_equations.csv: kappa, alpha, exponent above kappa, constant, age base, factor
    ("ckd_epi_2021", "female"): (0.7, -0.241, -1.2, 142, 0.9938, 1.012),
    ("ckd_epi_2021", "male"): (0.9, -0.302, -1.2, 142, 0.9938, 1.0),
    ("ckd_epi_2009", "female"): (0.7, -0.329, -1.209, 141, 0.993, 1.018),
    ("ckd_epi_2009", "male"): (0.9, -0.411, -1.209, 141, 0.993, 1.0),
}


def ckd_epi(creatinine_mg_dl: float, age: int, sex: str, equation: str = "ckd_epi_2021") -> float:
    """MAth as printed, mL/min/1.73 m²."""
    kappa, alpha, exponent, constant, base, factor = EQUATIONS[equation, sex]
    ratio = creatinine_mg_dl / kappa
    return constant * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** exponent * base**age * factor


class Egfr(NamedTuple):
    """What the eGFR may be: the smallest and largest, `value` where it is one number; None: nothing usable."""

    below_30: State
    value: float | None


NOTHING = Egfr(frozenset({True, False}), None)


def age_on(birth: date, on: date) -> int:
    """Completed years; 29 February comes on 1 March in common years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _births(text: str) -> tuple[date, date]:
    parts = [int(part) for part in text.split("-")]
    year, month, day = (parts + [0, 0])[:3]
    last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    return date(year, month or 1, day or 1), last


def _computed(one: Result, chart: Chart) -> Iterable[Between | float | None]:
    """Every eGFR this creatinine may stand for: both sexes where it is not known, all ages the dates allow."""
    found, time = number(one), spans(one.when)
    if found is None or time is None:
        yield None
        return
    born_first, born_last = _births(chart.birth)
    ages = range(age_on(born_last, time.first.date()), age_on(born_first, min(time.last.date(), AS_OF)) + 1)
    sexes = [chart.gender] if chart.gender in {"female", "male"} else ["female", "male"]
    for sex in sexes:
        for age in ages:
            for end in {found.low, found.high}:
                if age < 18:
                    yield None
                elif end is None:
                    yield 0.0 if found.high is None else 1000.0
                else:
                    yield ckd_epi(float(end) / 88.4, age, sex)


def egfr(chart: Chart) -> Egfr:
    """The newest day's evidence within 90 days: reported before computed, and both where a "<60" does not decide."""
    days: dict[date, list[Result]] = {}
    for one in chart.results:
        if _serves(one, chart):
            time = spans(one.when)
            assert time
            days.setdefault(min(time.last.date(), AS_OF), []).append(one)
    if not days:
        return NOTHING
    return _of_day(days[max(days)], chart)


def _serves(one: Result, chart: Chart) -> bool:
    time = spans(one.when)
    if one.concept not in {"egfr", "creatinine"} or not usable(one) or time is None:
        return False
    wrong_sex = one.code in ONE_SEX.values() and one.code != ONE_SEX.get(chart.gender)
    return not wrong_sex and AS_OF - time.last.date() <= WINDOW


def _of_day(results: list[Result], chart: Chart) -> Egfr:
    if any(one.status not in FIRM or not readable(one) for one in results):
        return NOTHING
    reported = [number(one) for one in results if one.concept == "egfr"]
    states = {found.below(30) for found in reported if found}  # type: ignore[arg-type]
    if states and states <= {frozenset({True}), frozenset({False})}:
        values = {found.low for found in reported if found}
        exact = len(values) == 1 and all(found and found.low == found.high for found in reported)
        return Egfr(frozenset().union(*states), float(values.pop()) if exact else None)  # type: ignore[arg-type]
    found = [value for one in results if one.concept == "creatinine" for value in _computed(one, chart)]
    if not found or None in found:
        return NOTHING
    below = frozenset(value < 30 for value in found)  # type: ignore[operator]
    return Egfr(below, found[0] if len(set(found)) == 1 else None)  # type: ignore[arg-type]
