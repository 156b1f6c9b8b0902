"""What a result says, row by row; nothing that a hospital may send crashes the reader."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.facts.results.values import Measured
from adapter.screening.model import Because
from tests.unit.reading import BARE, INTERPRETATION, UNITS, between, exactly, read


@pytest.mark.parametrize(
    ("concept", "text", "interval", "unit"),
    [
        ("c3", "0.52 g/L", "[0.52,0.52]", "g/L"),
        ("c3", "52mg/dL", "[0.52,0.52]", "g/L"),
        ("c3", "０．５２ｇ／Ｌ", "[0.52,0.52]", "g/L"),
        ("c3", "<0.05 g/L", "[,0.05)", "g/L"),
        ("c3", "≤0.05g/L", "[,0.05]", "g/L"),
        ("c3", "0.5-0.6 g/L", "[0.5,0.6]", "g/L"),
        ("wbc", "3.2×10^9/L", "[3.2,3.2]", "10*9/L"),
        ("wbc", "3.2 10⁹/L", "[3.2,3.2]", "10*9/L"),
        ("wbc", "3.2*10^9/L", "[3.2,3.2]", "10*9/L"),
        ("wbc", "3.2 10^9 cells/L", "[3.2,3.2]", "10*9/L"),
        ("wbc", "3.2 10(9)/L", "[3.2,3.2]", "10*9/L"),
        ("wbc", "3.2 109/L", "[3.2,3.2]", "10*9/L"),
        ("platelets", "186X109/L", "[186,186]", "10*9/L"),
        ("hbv_dna", "2.56×10^4 IU/mL", "[25600,25600]", "[IU]/mL"),
        ("hbv_dna", "1.25E+03IU/mL", "[1250,1250]", "[IU]/mL"),
        ("hbv_dna", "<20 IU/mL", "[,20)", "[IU]/mL"),
        ("hbv_dna", "小于 20 IU/mL", "[,20)", "[IU]/mL"),
        ("egfr", "> 90 ml/min/1.73m2", "(90,]", "mL/min/{1.73_m2}"),
        ("egfr", "＜15ml/min/1.73m2", "[,15)", "mL/min/{1.73_m2}"),
        ("egfr", "不小于90 ml/min/1.73m2", "[90,]", "mL/min/{1.73_m2}"),
        ("urine_rbc_hpf", "3-5/HP", "[3,5]", "/[HPF]"),
        ("urine_rbc_hpf", "3－5 个/HP", "[3,5]", "/[HPF]"),
        ("urine_rbc_hpf", "4-6", "[4,6]", "/[HPF]"),
        ("urine_rbc_hpf", "6~8", "[6,8]", "/[HPF]"),
        ("urine_rbc_hpf", "6～8", "[6,8]", "/[HPF]"),
        ("urine_rbc_hpf", "0--1", "[0,1]", "/[HPF]"),
        ("cast_rbc", "0-1/LPF", "[0,1]", "/[LPF]"),
        ("ana_titer", "1:320", "[320,320]", "{titer}"),
        ("ana_titer", "1：320", "[320,320]", "{titer}"),
        ("ana_titer", "1:320 核颗粒型", "[320,320]", "{titer}"),
        ("ana_titer", ">1:1000", "(1000,]", "{titer}"),
        ("ana_titer", "≥1:1000", "[1000,]", "{titer}"),
        ("ana_titer", "<1:80", "[,80)", "{titer}"),
        ("ana_titer", "小于1:100", "[,100)", "{titer}"),
        ("ana_titer", "1/320", "[320,320]", "{titer}"),
        ("ana_titer", "320", "[320,320]", "{titer}"),
        ("ana_titer", "1:320 核颗粒型, 1:100 胞浆型", "[100,320]", "{titer}"),
        ("anti_dsdna", "1:10", "[10,10]", "{titer}"),
        ("anti_dsdna", "120 RU/mL", "[120,120]", "{RU}/mL"),
    ],
)
def test_numbers_in_text(concept, text, interval, unit):
    measured = read(concept, string=text)
    assert (measured.quantity, measured.word, measured.trouble) == (between(interval, unit), None, None)
    assert measured.received == text


@pytest.mark.parametrize(
    ("columns", "quantity", "received"),
    [
        ({"number": Decimal(52), "unit": "mg/dL"}, exactly("0.52", "g/L"), "52 mg/dL"),
        ({"number": Decimal("0.520"), "unit_code": "g/L"}, exactly("0.520", "g/L"), "0.520 g/L"),
        ({"number": 1, "unit": "g/L"}, exactly("1", "g/L"), "1 g/L"),
        ({"number": "12.5", "unit": "mg/dL"}, exactly("0.125", "g/L"), "12.5 mg/dL"),
        ({"number": "<12.5", "unit": "mg/dL"}, between("[,0.125)", "g/L"), "<12.5 mg/dL"),
        ({"number": "12.5", "comparator": ">", "unit": "mg/dL"}, between("(0.125,]", "g/L"), ">12.5 mg/dL"),
        ({"number": Decimal("0.5"), "comparator": "<", "unit": "g/L"}, between("[,0.5)", "g/L"), "<0.5 g/L"),
        ({"number": Decimal("0.5"), "comparator": "≤", "unit": "g/L"}, between("[,0.5]", "g/L"), "≤0.5 g/L"),
        ({"number": Decimal("0.5"), "comparator": "大于", "unit": "g/L"}, between("(0.5,]", "g/L"), "大于0.5 g/L"),
        (
            {"range_low": {"value": Decimal("0.5"), "unit": "g/L"}, "range_high": {"value": Decimal("0.6")}},
            between("[0.5,0.6]", "g/L"),
            "0.5 g/L-0.6",
        ),
        ({"range_low": Decimal("0.5"), "unit": "g/L"}, between("[0.5,]", "g/L"), "0.5- g/L"),
        ({"integer": 1, "unit_code": "g/L"}, exactly("1", "g/L"), "1 g/L"),
        ({"text": "0.9 g/L"}, exactly("0.9", "g/L"), "0.9 g/L"),
    ],
)
def test_a_number_keeps_its_digits_and_its_received_form(columns, quantity, received):
    assert read("c3", **columns) == Measured(quantity, received=received)
    assert str(read("c3", number=Decimal("0.520"), unit="g/L").quantity.low) == "0.520"


@pytest.mark.parametrize(
    ("columns", "quantity"),
    [
        (
            {"ratio_numerator": {"value": Decimal(1)}, "ratio_denominator": {"value": Decimal(320)}},
            exactly("320", "{titer}"),
        ),
        ({"ratio_numerator": 1, "ratio_denominator": 320}, exactly("320", "{titer}")),
        ({"number": Decimal(320), "unit_code": "{titer}"}, exactly("320", "{titer}")),
        ({"integer": 320}, exactly("320", "{titer}")),
        ({"number": Decimal(80), "comparator": "<"}, between("[,80)", "{titer}")),
        (
            {"ratio_numerator": {"value": 1}, "ratio_denominator": {"value": Decimal(100), "comparator": "<"}},
            between("[,100)", "{titer}"),
        ),
    ],
)
def test_titres_that_are_no_text(columns, quantity):
    assert read("ana_titer", **columns).quantity == quantity


def test_a_ratio_of_masses_needs_one_in_the_denominator():
    mg, g = {"value": Decimal(52), "unit": "mg"}, {"value": 1, "unit": "g"}
    assert read("upcr", ratio_numerator=mg, ratio_denominator=g).quantity == exactly("0.052", "g/g{creat}")
    assert read("upcr", ratio_numerator=mg, ratio_denominator={"value": 2, "unit": "g"}).trouble is Because.UNREADABLE
    assert read("ana_titer", ratio_numerator=320, ratio_denominator=1).trouble is Because.UNREADABLE


@pytest.mark.parametrize(
    ("concept", "columns", "trouble"),
    [
        ("c3", {"number": Decimal("0.9")}, Because.UNMAPPED),
        ("c3", {"string": "0.9"}, Because.UNMAPPED),
        ("c3", {"number": Decimal("0.9"), "unit": "IU/mL"}, Because.UNMAPPED),
        ("c3", {"number": Decimal("0.9"), "unit": ["g/L"]}, Because.UNMAPPED),
        ("egfr", {"number": Decimal(60), "unit": "mL/min", "unit_code": "mL/min"}, Because.UNMAPPED),
        ("urine_rbc_hpf", {"string": "20/uL"}, Because.UNMAPPED),
        ("urine_rbc_hpf", {"number": Decimal(5)}, Because.UNMAPPED),
        ("protein_24h", {"number": Decimal(520), "unit": "g/24h"}, Because.UNREADABLE),
        ("c3", {"number": Decimal(-1), "unit": "g/L"}, Because.UNREADABLE),
        ("c3", {"number": Decimal("1e999999"), "unit": "g/L"}, Because.UNREADABLE),
        ("c3", {"number": Decimal("NaN"), "unit": "g/L"}, Because.UNREADABLE),
        ("c3", {"number": object(), "unit": "g/L"}, Because.UNREADABLE),
        ("c3", {"number": True, "unit": "g/L"}, Because.UNREADABLE),
        ("c3", {"number": 0.5, "unit": "g/L"}, Because.UNREADABLE),
        ("c3", {"number": "12,5", "unit": "mg/dL"}, Because.UNREADABLE),
        ("c3", {"number": 10**5000, "unit": "g/L"}, Because.UNREADABLE),
        ("c3", {"number": Decimal(1), "comparator": "ad", "unit": "g/L"}, Because.UNREADABLE),
        ("c3", {"number": Decimal(1), "comparator": 5, "unit": "g/L"}, Because.UNREADABLE),
        ("c3", {"integer": False}, Because.UNREADABLE),
        ("c3", {"range_low": {"value": 2}, "range_high": {"value": 1}, "unit": "g/L"}, Because.UNREADABLE),
        ("c3", {"boolean": "maybe"}, Because.UNREADABLE),
        ("c3", {"date": "2024-05-03"}, Because.UNREADABLE),
        ("c3", {"string": {"a": 1}}, Because.UNREADABLE),
        ("ana_titer", {"string": "1:1,000"}, Because.UNREADABLE),
        ("ana_titer", {"string": "1:100-320"}, Because.UNREADABLE),
        ("c3", {"absent_reason_codings": [{"code": "error"}]}, Because.UNREADABLE),
        ("c3", {"absent_reason_codings": [{"code": "not-performed"}]}, Because.NO_RESULT),
        ("c3", {}, Because.NO_RESULT),
    ],
)
def test_trouble_is_named(concept, columns, trouble):
    measured = read(concept, **columns)
    assert (measured.quantity, measured.trouble) == (None, trouble)


@pytest.mark.parametrize(
    ("columns", "comparator"),
    [
        ({"string": "<20"}, "<"),
        ({"number": Decimal(20), "comparator": "<"}, "<"),
        ({"number": Decimal(20), "comparator": "<", "unit": "stones"}, "<"),
        ({"string": "20"}, ""),
        ({"string": ">20"}, ""),
        ({"number": Decimal(20), "comparator": "<", "unit": "IU/mL"}, ""),
    ],
)
def test_of_a_number_without_a_known_unit_the_upper_bound_is_kept(columns, comparator):
    assert read("hbv_dna", **columns).comparator == comparator


def test_a_hint_speaks_where_no_unit_is():
    assert read("c3", number=Decimal("0.9"), hint="g/L").quantity == exactly("0.9", "g/L")
    assert read("c3", string="90", hint="mg/dL").quantity == exactly("0.90", "g/L")
    assert read("c3", number=Decimal("0.9"), unit="stones", hint="g/L").trouble is Because.UNMAPPED


def test_a_boolean_is_yes_or_no_and_never_a_number():
    assert read("attest.willing", boolean=True) == Measured(word="yes", received="true")
    assert read("attest.willing", boolean=False) == Measured(word="no", received="false")


def test_number_word_and_judgement_are_all_kept():
    measured = read("hbsag", string="12.5 COI 阳性", interpretations=[{"system": INTERPRETATION, "code": "POS"}])
    assert (measured.quantity, measured.word, measured.flag) == (exactly("12.5", "{COI}"), "positive", "positive")
    assert read("hbsag", string="阳性 5.2 XYZ") == Measured(word="positive", received="阳性 5.2 XYZ")


SCRAPS = st.sampled_from(
    [
        "阳性",
        "阴性",
        "-",
        "+",
        "1:320",
        "<",
        "≥",
        "5.2",
        "g/L",
        "/HP",
        "(",
        ")",
        "未",
        "0",
        "10^9",
        "～",
        " ",
        "not ",
        "detected",
        "İ",
        "\udcff",
    ]
)
TEXTS = st.one_of(st.text(max_size=30), st.lists(SCRAPS, max_size=8).map("".join))
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.decimals(), st.floats(), TEXTS)
THINGS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "value",
                    "unit",
                    "code",
                    "system",
                    "display",
                    "low",
                    "high",
                    "text",
                    "coding",
                    "appliesTo",
                    "age",
                    "type",
                    "comparator",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)
NAMES = [
    "number",
    "comparator",
    "unit",
    "unit_system",
    "unit_code",
    "codings",
    "text",
    "string",
    "boolean",
    "integer",
    "ratio_numerator",
    "ratio_denominator",
    "range_low",
    "range_high",
    "date",
    *BARE,
]


@given(
    st.sampled_from([*sorted(UNITS.concepts()), "unheard_of"]),
    st.dictionaries(st.sampled_from(NAMES), THINGS),
    st.one_of(st.none(), TEXTS),
)
def test_no_input_crashes(concept, columns, hint):
    measured = read(concept, hint=hint, **columns)
    measured.received.encode()
    assert any((measured.quantity, measured.word, measured.flag, measured.trouble))


@given(TEXTS, st.sampled_from(["ana_titer", "c3", "urine_rbc_hpf", "protein_dipstick", "hbsag"]))
def test_no_text_crashes(text, concept):
    measured = read(concept, string=text)
    assert measured.trouble in {None, Because.UNREADABLE, Because.UNMAPPED}
