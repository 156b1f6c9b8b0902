"""Completed years and the CKD-EPI estimates, against published values and the formulas written down a second time."""

import math
from datetime import date
from decimal import Decimal

import pytest

from adapter.screening.equations import EDITIONS, age_range, completed_years, filtration_rate, rounded
from adapter.screening.model import Fact, Kind, Person, Quantity, Span

DAY = Span(date(2026, 3, 16), date(2026, 3, 16))


def day(text):
    return Span(date.fromisoformat(text), date.fromisoformat(text))


def month(first, last):
    return Span(date.fromisoformat(first), date.fromisoformat(last))


def creatinine(low, high=None, **opened):
    quantity = Quantity(low and Decimal(low), (high or low) and Decimal(high or low), "umol/L", **opened)
    return Fact("creatinine", Kind.RESULT, "Observation/1", start=DAY, quantity=quantity)


def born(years_ago, sex="male"):
    return Person("someone", day(f"{2026 - years_ago}-01-01"), sex)


# Written from the papers, as sums of logarithms, so that no line is shared with the core.
def ckd_epi_2021(mg_dl, age, sex):
    kappa, alpha = (0.7, -0.241) if sex == "female" else (0.9, -0.302)
    log = math.log(142) + (alpha if mg_dl <= kappa else -1.200) * math.log(mg_dl / kappa) + age * math.log(0.9938)
    return math.exp(log) * (1.012 if sex == "female" else 1)


def ckd_epi_2009(mg_dl, age, sex):
    kappa, alpha = (0.7, -0.329) if sex == "female" else (0.9, -0.411)
    log = math.log(141) + (alpha if mg_dl <= kappa else -1.209) * math.log(mg_dl / kappa) + age * math.log(0.993)
    return math.exp(log) * (1.018 if sex == "female" else 1)


@pytest.mark.parametrize(
    ("edition", "mg_dl", "age", "sex", "whole"),
    [
        ("ckd_epi_2021", 1.2, 55, "male", 71),  # kidney.org's worked example
        ("ckd_epi_2009", 1.2, 55, "male", 68),
        ("ckd_epi_2021", 0.9, 0, "male", 142),  # at kappa, without years, the constant is left
        ("ckd_epi_2021", 0.7, 0, "female", 144),
        ("ckd_epi_2009", 0.9, 0, "male", 141),
        ("ckd_epi_2009", 0.7, 0, "female", 144),
    ],
)
def test_published_and_hand_computed_values(edition, mg_dl, age, sex, whole):
    assert round(EDITIONS[edition].estimate(mg_dl, age, sex)) == whole


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("age", [18, 30, 55, 65, 90])
@pytest.mark.parametrize("mg_dl", [0.3, 0.69, 0.7, 0.71, 0.89, 0.9, 0.91, 1.2, 2.5, 8.0])
def test_the_editions_agree_with_the_papers(mg_dl, age, sex):
    assert EDITIONS["ckd_epi_2021"].estimate(mg_dl, age, sex) == pytest.approx(ckd_epi_2021(mg_dl, age, sex))
    assert EDITIONS["ckd_epi_2009"].estimate(mg_dl, age, sex) == pytest.approx(ckd_epi_2009(mg_dl, age, sex))


def test_creatinine_comes_in_micromoles_and_age_counts_on_the_day_of_the_sample():
    person = Person("someone", day("1970-03-17"), "male")  # 55 on the day of the sample, 56 the day after
    estimate = filtration_rate("ckd_epi_2021", creatinine("106.08"), person)
    assert estimate.exact
    assert float(estimate.low) == pytest.approx(ckd_epi_2021(1.2, 55, "male"))
    older = filtration_rate("ckd_epi_2021", creatinine("106.08"), Person("someone", day("1970-03-16"), "male"))
    assert float(older.low) == pytest.approx(ckd_epi_2021(1.2, 56, "male"))


@pytest.mark.parametrize("sex", [None, "other", "unknown"])
def test_unknown_sex_gives_an_interval_between_the_two(sex):
    estimate = filtration_rate("ckd_epi_2021", creatinine("106.08"), born(55, sex))
    assert float(estimate.low) == pytest.approx(ckd_epi_2021(1.2, 55, "female"))
    assert float(estimate.high) == pytest.approx(ckd_epi_2021(1.2, 55, "male"))


def test_a_partial_birth_date_gives_an_interval_of_ages():
    person = Person("someone", month("1970-01-01", "1970-12-31"), "male")
    estimate = filtration_rate("ckd_epi_2021", creatinine("106.08"), person)
    assert float(estimate.low) == pytest.approx(ckd_epi_2021(1.2, 56, "male"))
    assert float(estimate.high) == pytest.approx(ckd_epi_2021(1.2, 55, "male"))


def test_a_comparator_on_creatinine_bounds_the_estimate_from_the_other_side():
    estimate = filtration_rate("ckd_epi_2021", creatinine(None, "106.08", high_open=True), born(55))
    assert float(estimate.low) == pytest.approx(ckd_epi_2021(1.2, 55, "male"))
    assert (estimate.high, estimate.low_open) == (None, True)


def test_a_creatinine_above_the_range_of_the_test_bounds_the_estimate_too():
    quantity = Quantity(Decimal(884), None, "umol/L", low_open=True)
    fact = Fact("creatinine", Kind.RESULT, "Observation/1", start=DAY, quantity=quantity)
    estimate = filtration_rate("ckd_epi_2021", fact, born(55))
    assert float(estimate.high) == pytest.approx(ckd_epi_2021(10, 55, "male"))


@pytest.mark.parametrize(
    ("fact", "person"),
    [
        (creatinine("0"), born(55)),
        (creatinine("80"), born(17)),
        (creatinine("80"), Person("someone", month("2007-01-01", "2008-12-31"), "male")),
        (creatinine("80"), Person("someone", None, "male")),
        (Fact("creatinine", Kind.RESULT, "Observation/1", start=DAY), born(55)),
        (Fact("creatinine", Kind.RESULT, "Observation/1", quantity=Quantity(Decimal(80), Decimal(80))), born(55)),
    ],
    ids=["zero", "a child", "perhaps a child", "no birth date", "no number", "undated"],
)
def test_there_is_no_estimate(fact, person):
    assert filtration_rate("ckd_epi_2021", fact, person) is None


def test_an_estimate_is_printed_in_whole_units():
    assert rounded(Quantity(Decimal("29.4"), Decimal("29.6"), "u")) == Quantity(Decimal(29), Decimal(30), "u")
    assert rounded(Quantity(None, Decimal("29.5"))).high == 30


@pytest.mark.parametrize(
    ("birth", "on", "years"),
    [
        ("2008-03-16", "2026-03-16", 18),
        ("2008-03-17", "2026-03-16", 17),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
        ("2008-02-29", "2028-02-28", 19),
        ("2008-02-29", "2028-02-29", 20),
        ("2026-03-16", "2026-03-16", 0),
        ("2000-02-29", "2100-02-28", 99),  # 2100 is a common year
    ],
)
def test_completed_years(birth, on, years):
    assert completed_years(date.fromisoformat(birth), date.fromisoformat(on)) == years


@pytest.mark.parametrize(
    ("on", "years"), [("2026-02-27", 17), ("2026-02-28", 18), ("2028-02-28", 19), ("2028-02-29", 20)]
)
def test_completed_years_read_the_other_way(on, years):
    assert completed_years(date(2008, 2, 29), date.fromisoformat(on), "28 February") == years


@pytest.mark.parametrize(
    ("birth", "ages"),
    [
        (month("2008-03-01", "2008-03-31"), (17, 18)),
        (month("2008-02-01", "2008-02-29"), (18, 18)),
        (month("2008-01-01", "2008-12-31"), (17, 18)),
        (day("2008-03-16"), (18, 18)),
    ],
)
def test_partial_birth_dates_are_intervals_of_ages(birth, ages):
    assert age_range(birth, DAY) == ages
