"""How much of a drug a day: from numbers and known timings, in prednisone equivalents; words are not guessed at."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.facts.read import facts_of

TIMING = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
UCUM = "http://unitsofmeasure.org"


def mg(value, unit="mg"):
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def dosage(value, timing, **more):
    dose = value if isinstance(value, list) else [{"doseQuantity": mg(value)}]
    return {"doseAndRate": dose, "timing": timing} | more


def every(frequency=1, period=1, unit="d", **more):
    return {"repeat": {"frequency": frequency, "period": period, "periodUnit": unit, **more}}


def code(said, system=TIMING):
    return {"code": {"coding": [{"system": system, "code": said}]}}


DAILY = every()
JUNE, JULY = {"start": "2026-06-01", "end": "2026-06-30"}, {"start": "2026-07-01", "end": "2026-07-31"}


def dose(one, *dosages, kind="MedicationStatement", drug="醋酸泼尼松片", **cells):
    found = one(kind, status="completed", code_text=drug, dosages=list(dosages), **cells).daily_dose
    return None if found is None else (found.low, found.high)


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (DAILY, 60),
        (every(2), 120),
        (every(1, 2), 30),
        (every(1, 8, "h"), 180),
        (every(7, 1, "wk"), 60),
        (every(when=["PCM"]), 60),
        ({"repeat": {"period": 1, "periodUnit": "d"}}, 60),
        (code("QD"), 60),
        (code("bid"), 120),
        (code("TID"), 180),
        (code("QOD"), 30),
    ],
)
def test_the_timing_makes_a_dose_daily(one, timing, expected):
    assert dose(one, dosage(60, timing)) == (expected, expected)


@pytest.mark.parametrize(
    "told",
    [
        {"text": "60mg qd"},
        dosage(60, {}),
        dosage(60, {"repeat": {"frequency": 1}}),
        dosage(60, every(1, 1, "mo")),
        dosage(60, every(0)),
        dosage(60, every(1, frequencyMax=2)),
        dosage(60, code("QD", "http://hospital.example/timings")),
        dosage(60, {"code": {"text": "QD"}}),
        dosage([{"doseQuantity": mg(12, "片")}], DAILY),
        dosage([{"doseQuantity": mg(60) | {"comparator": "<"}}], DAILY),
        dosage([{"doseQuantity": {"value": 60}}], DAILY),
        dosage([{"doseQuantity": mg("sixty")}], DAILY),
        dosage([{"doseQuantity": mg(60)}, {"doseQuantity": mg(50)}], DAILY),
        dosage([{"doseRange": {"low": mg(60)}}], DAILY),
        dosage([{"doseRange": {"low": mg(60), "high": mg(40)}}], DAILY),
        dosage([], DAILY),
    ],
)
def test_what_numbers_do_not_give_is_unknown(one, told):
    assert dose(one, told) is None
    assert dose(one, dosage(40, DAILY), told) is None


def test_a_range_stays_a_range_and_a_gram_is_a_thousand_milligrams(one):
    assert dose(one, dosage([{"doseRange": {"low": mg(40), "high": mg(60)}}], DAILY)) == (40, 60)
    assert dose(one, dosage([{"doseQuantity": mg(Decimal("0.5"), "g")}], DAILY)) == (500, 500)
    assert dose(one, dosage([{"doseQuantity": mg(60)}, {"doseQuantity": mg(60)}], DAILY)) == (60, 60)


@pytest.mark.parametrize(
    ("drug", "amount"),
    [
        ("泼尼松", 5),
        ("泼尼松龙", 5),
        ("甲泼尼龙", 4),
        ("曲安西龙", 4),
        ("地塞米松", "0.75"),
        ("倍他米松", "0.75"),
        ("氢化可的松", 20),
        ("可的松", 25),
    ],
)
def test_each_drug_has_its_equivalent(one, drug, amount):
    assert dose(one, dosage(Decimal(amount), DAILY), drug=drug) == (5, 5)


@pytest.mark.parametrize("drug", ["地夫可特", "环磷酰胺"])
def test_a_drug_without_an_equivalent_has_no_dose(one, drug):
    assert dose(one, dosage(60, DAILY), drug=drug) is None
    assert dose(one, dosage([{"doseQuantity": {"value": 60}}], DAILY), drug=drug) is None


@pytest.mark.parametrize(
    ("dosages", "expected"),
    [
        ((dosage(40, DAILY), dosage(20, DAILY)), (60, 60)),
        ((dosage(60, DAILY, sequence=1), dosage(40, DAILY, sequence=2)), (40, 60)),
        ((dosage(60, every(boundsPeriod=JUNE)), dosage(40, every(boundsPeriod=JULY))), (0, 100)),
        (
            (dosage(60, every(boundsPeriod=JUNE), sequence=1), dosage(40, every(boundsPeriod=JULY), sequence=2)),
            (0, 60),
        ),
        ((dosage(60, DAILY, asNeededBoolean=True),), (0, 60)),
        ((dosage(60, every(dayOfWeek=["mon", "tue"])),), (0, 60)),
        ((dosage(500, every(boundsDuration={"value": 3, "unit": "d"})),), (0, 500)),
        ((dosage(60, every(count=3)),), (0, 60)),
    ],
)
def test_doses_together_one_after_the_other_and_for_part_of_the_time(one, dosages, expected):
    assert dose(one, *dosages, kind="MedicationRequest", intent="order") == expected


def test_the_dates_of_an_order_are_its_own_and_those_in_a_statement_are_not(one):
    bounded = dosage(60, every(boundsPeriod=JUNE))
    assert dose(one, bounded, kind="MedicationRequest", intent="order") == (60, 60)
    assert dose(one, bounded) == (0, 60)


def test_an_administration_gives_its_dose_on_its_day(one):
    given_at = {"dose": mg(500)}
    assert dose(one, given_at, kind="MedicationAdministration", effective_date="2026-03-01", drug="甲泼尼龙") == (
        625,
        625,
    )
    days = {"effective_start": "2026-03-01", "effective_end": "2026-03-03"}
    assert dose(one, given_at, kind="MedicationAdministration", **days) == (0, 500)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "doseAndRate",
                        "doseQuantity",
                        "doseRange",
                        "low",
                        "high",
                        "value",
                        "unit",
                        "code",
                        "coding",
                        "timing",
                        "repeat",
                        "frequency",
                        "period",
                        "periodUnit",
                        "dose",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_no_dosage_crashes(read_whatever, told):
    read_whatever("MedicationStatement", status="active", code_text="泼尼松", dosages=told)
    read_whatever("MedicationStatement", status="active", code_text="泼尼松", dosages=[told])


@pytest.fixture(scope="module")
def read_whatever(context):
    return lambda resource_type, **cells: facts_of({"id": "x"} | cells, resource_type, context)
