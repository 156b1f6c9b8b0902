"""CKD-EPI against published values: the second implementation and the product's own, each by itself."""

import pytest

from adapter.screening import equations
from tests.second.kidney import ckd_epi

# creatinine in umol/L, age, sex, value in mL/min/1.73 m2, decimals that were published
PUBLISHED = {
    # admiral (pharmaverse), tests/testthat/test-compute_kidney.R: from the National Kidney Foundation's calculator
    "ckd_epi_2021": [
        (96.3, 55, "male", 80.2293, 4),
        (70, 52, "female", 89.7175, 4),
        (77, 67, "male", 94.5453, 4),
        (65, 76, "female", 84.4646, 4),
        (1.09 * 88.4, 55, "male", 80, 0),
        (85, 65, "female", 66, 0),
        # ml4oncology, scripts/unit_test.py: from kidney.org/professionals/kdoqi/gfr_calculator
        (200, 70, "male", 30, 0),
        (200, 70, "female", 23, 0),
        (100, 70, "male", 70, 0),
        (100, 70, "female", 52, 0),
        # kidney.org, worked value of the page on the equation: 1.2 mg/dL, a man of 55
        (1.2 * 88.4, 55, "male", 71, 0),
    ],
    # SCREAM, tests/testthat/test-ckd_epi.R: from kidney.org/professionals/kdoqi/gfr_calculator, before 2021
    "ckd_epi_2009": [
        (50, 40, "male", 129, 0),
        (50, 40, "female", 116, 0),
        (30, 50, "male", 148, 0),
        (30, 50, "female", 128, 0),
        (60, 60, "male", 104, 0),
        (60, 60, "female", 95, 0),
        (100, 70, "male", 65, 0),
        (100, 70, "female", 49, 0),
    ],
}
CASES = [(equation, *row) for equation, rows in PUBLISHED.items() for row in rows]


@pytest.mark.parametrize(("equation", "umol", "age", "sex", "value", "decimals"), CASES)
def test_both_agree_with_what_was_published(equation, umol, age, sex, value, decimals):
    second = ckd_epi(umol / 88.4, age, sex, equation)
    product = equations.EDITIONS[equation].estimate(float(umol / 88.4), age, sex)
    exact = 0.1 if decimals else 0.5  # most calculators show whole numbers
    assert second == pytest.approx(value, abs=exact)
    assert product == pytest.approx(value, abs=exact)
