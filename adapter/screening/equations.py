"""Named equations that a study may call: completed years and the CKD-EPI estimates of kidney function.

Sources: CKD-EPI 2021, Inker et al., N Engl J Med 385:1737; CKD-EPI 2009, Levey et al., Ann Intern Med 150:604
(without its race factor). Creatinine in mg/dL = umol/L / 88.4; the estimate is in mL/min/1.73 m2.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from adapter.screening.model import Fact, Person, Quantity, Span

UMOL_PER_MG_DL = Decimal("88.4")
ADULT_YEARS = 18
EGFR_UNIT = "mL/min/{1.73_m2}"


@dataclass(frozen=True, slots=True)
class CkdEpi:
    """The coefficients of one edition: (kappa in mg/dL, alpha, sex factor) per sex."""

    constant: float
    max_exponent: float
    age_base: float
    female: tuple[float, float, float]
    male: tuple[float, float, float]

    def estimate(self, creatinine_mg_dl: float, age_years: int, sex: str) -> float:
        """Return the estimated filtration rate in mL/min/1.73 m2."""
        kappa, alpha, factor = self.female if sex == "female" else self.male
        ratio = creatinine_mg_dl / kappa
        low, high = min(ratio, 1.0) ** alpha, max(ratio, 1.0) ** self.max_exponent
        return float(self.constant * low * high * self.age_base**age_years * factor)


EDITIONS = {
    "ckd_epi_2021": CkdEpi(142, -1.2, 0.9938, (0.7, -0.241, 1.012), (0.9, -0.302, 1.0)),
    "ckd_epi_2009": CkdEpi(141, -1.209, 0.993, (0.7, -0.329, 1.018), (0.9, -0.411, 1.0)),
}


def completed_years(born: date, on: date, leap_birthday: str = "1 March") -> int:
    """Return whole years lived; someone born on 29 February turns a year older on 1 March of a common year."""
    birthday = (born.month, born.day)
    if birthday == (2, 29) and leap_birthday != "1 March" and not _leap(on.year):
        birthday = (2, 28)
    return on.year - born.year - ((on.month, on.day) < birthday)


def age_range(birth: Span, on: Span, leap_birthday: str = "1 March") -> tuple[int, int]:
    """Return the fewest and the most completed years that partial dates allow."""
    return (
        completed_years(birth.last, on.first, leap_birthday),
        completed_years(birth.first, on.last, leap_birthday),
    )


def filtration_rate(edition: str, fact: Fact, person: Person, leap_birthday: str = "1 March") -> Quantity | None:
    """Return the estimate for one creatinine, an interval where sex, age or the result leave one; None for none.

    The equations hold for adults; under 18, undated or with an unreadable creatinine there is no estimate.
    """
    creatinine = fact.quantity
    if creatinine is None or fact.start is None or person.birth is None:
        return None
    if creatinine.high is not None and creatinine.high <= 0:
        return None
    youngest, oldest = age_range(person.birth, fact.start, leap_birthday)
    if youngest < ADULT_YEARS:
        return None
    sexes = (person.sex,) if person.sex in {"female", "male"} else ("female", "male")
    equation = EDITIONS[edition]

    def estimate(umol: Decimal) -> list[float]:
        mg_dl = float(umol / UMOL_PER_MG_DL)
        return [equation.estimate(mg_dl, age, sex or "") for sex in sexes for age in (youngest, oldest)]

    slowest = min(estimate(creatinine.high)) if creatinine.high is not None else 0.0
    fastest = max(estimate(creatinine.low)) if creatinine.low else None
    return Quantity(
        Decimal(repr(slowest)),
        None if fastest is None else Decimal(repr(fastest)),
        EGFR_UNIT,
        low_open=creatinine.high_open,
        high_open=creatinine.low_open,
    )


def rounded(estimate: Quantity) -> Quantity:
    """Return the estimate in whole units, as laboratories print it."""

    def whole(number: Decimal | None) -> Decimal | None:
        return None if number is None else number.quantize(Decimal(1), ROUND_HALF_UP)

    return Quantity(whole(estimate.low), whole(estimate.high), estimate.unit, estimate.low_open, estimate.high_open)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
