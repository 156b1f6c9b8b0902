"""The table of units turns what it knows, exactly, and nothing else."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.errors import StudyError
from adapter.facts.results.units import Units, plain_unit
from adapter.screening.model import Because

TABLE = Path(__file__).parents[2] / "mappings" / "units.csv"
UNITS = Units.load(TABLE)
ROWS = list(csv.DictReader(TABLE.open(encoding="utf-8")))
ALIASES = list(csv.DictReader(TABLE.with_name("unit-aliases.csv").open(encoding="utf-8")))


def factor(row: dict[str, str]) -> Decimal:
    above, _, below = row["factor"].partition("/")
    return Decimal(above) / Decimal(below or "1")


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["factor"]], ids=lambda row: f"{row['concept']}-{row['unit']}"
)
def test_every_row_converts_by_its_own_factor(row):
    scale = UNITS.named(row["concept"], row["unit"])
    assert scale.unit == row["canonical"] == UNITS.canonical(row["concept"])
    number = Decimal("12.5")
    expected = (number + Decimal(row["offset"] or "0")) * factor(row)
    assert abs(scale.of(number) - expected) < Decimal("1e-20")


@pytest.mark.parametrize(
    "row", [row for row in ROWS if not row["factor"]], ids=lambda row: f"{row['concept']}-{row['unit']}"
)
def test_an_own_scale_keeps_number_and_unit(row):
    scale = UNITS.named(row["concept"], row["unit"])
    assert (scale.own, scale.unit, scale.of(Decimal("1.50"))) == (True, row["unit"], Decimal("1.50"))


@pytest.mark.parametrize("alias", ALIASES, ids=lambda alias: f"{alias['text']}-{alias['concept']}")
def test_every_alias_names_a_row_of_some_concept(alias):
    concepts = alias["concept"].split() or UNITS.concepts()
    assert any(UNITS.named(concept, alias["text"]) for concept in concepts)
    assert all(UNITS.named(concept, alias["text"]) for concept in alias["concept"].split())


# number, unit and result by hand, from the clinical table
@pytest.mark.parametrize(
    ("concept", "number", "unit", "expected"),
    [
        ("creatinine", "1.00", "mg/dL", "88.4"),
        ("creatinine", "2.5", "mg/dl", "221"),
        ("bilirubin_total", "1", "mg/dL", "17.1"),
        ("upcr", "100", "mg/mmol", "0.884"),
        ("upcr", "520", "mg/g", "0.52"),
        ("upcr", "520", "mg/gCr", "0.52"),
        ("upcr", "0.7", "mg/mg", "0.7"),
        ("uacr", "3.4", "mg/mmol", "30.056"),
        ("c3", "52", "mg/dL", "0.52"),
        ("c4", "80", "mg/L", "0.08"),
        ("igg", "700", "MG/DL", "7"),
        ("wbc", "2.9", "K/uL", "2.9"),
        ("wbc", "2.9", "×10⁹/L", "2.9"),
        ("wbc", "2.9", "G/L", "2.9"),
        ("wbc", "2900", "/mm3", "2.9"),
        ("platelets", "99", "10E9/L", "99"),
        ("platelets", "99000", "cells/μL", "99"),
        ("lymphocytes", "1.4", "/nL", "1.4"),
        ("hemoglobin", "11.2", "g/dL", "112"),
        ("hemoglobin", "112", "G/L", "112"),
        ("protein_24h", "520", "mg/24h", "0.52"),
        ("protein_24h", "0.5", "g/d", "0.5"),
        ("protein_24h_concentration", "0.12", "g/dL", "1.2"),
        ("body_temperature", "100.4", "°F", "38"),
        ("body_temperature", "98.6", "degF", "37"),
        ("body_temperature", "38.3", "℃", "38.3"),
        ("alt", "2", "ukat/L", "120"),
        ("ast", "55", "IU/L", "55"),
        ("ldh", "250", "U/L", "250"),
        ("egfr", "1", "mL/s/{1.73_m2}", "60"),
        ("egfr", "29.6", "ml/(min·1.73m²)", "29.6"),
        ("egfr", "29.6", "mL/min/1.73m^2", "29.6"),
        ("hcg_serum_quant", "25", "mIU/mL", "25"),
        ("hbsag_quant", "50", "IU/L", "0.05"),
        ("urine_rbc_hpf", "6", "个/HP", "6"),
        ("urine_rbc_vol", "12", "10*6/L", "12"),
        ("ana_titer", "320", "{titer}", "320"),
        ("anti_dsdna", "120", "KIU/L", "120"),
        ("creatinine", "88.4", "µmol/L", "88.4"),
        ("creatinine", "88.4", "μmol/L", "88.4"),
    ],
)
def test_conversions(concept, number, unit, expected):
    converted = UNITS.convert(concept, Decimal(number), unit)
    assert (converted.number, converted.unit) == (Decimal(expected), UNITS.canonical(concept))


@pytest.mark.parametrize(
    ("concept", "unit"),
    [
        ("egfr", "mL/min"),
        ("protein_24h", "mg/g"),
        ("protein_24h", "g/L"),
        ("protein_24h", "mg"),
        ("upcr", "g/24h"),
        ("upcr", "mg/dL"),
        ("urine_rbc_hpf", "/uL"),
        ("urine_rbc_vol", "/HPF"),
        ("cast_rbc", "/HPF"),
        ("lymphocytes", "%"),
        ("reticulocytes", "%"),
        ("platelets", "10^12/L"),
        ("hcg_serum_quant", "U/L"),
        ("hemoglobin", "mmol/L"),
        ("uacr", "mmol/mol{creat}"),
        ("c3", "IU/mL"),
        ("c3", "g/l/l"),
        ("wbc", "MG/DL"),
        ("creatinine", "Mmol/L"),
        ("protein_dipstick", ""),
        ("c3", ""),
        ("c3", "  "),
    ],
)
def test_what_is_not_in_the_table_is_unmapped_and_named(concept, unit):
    converted = UNITS.convert(concept, Decimal(1), unit)
    assert (converted.number, converted.trouble) == (None, Because.UNMAPPED)
    assert (unit.strip() or "no unit") in converted.reason


@pytest.mark.parametrize(
    ("concept", "unit", "kept"),
    [
        ("anti_dsdna", "U/mL", "U/mL"),
        ("anti_dsdna", "RU/ml", "{RU}/mL"),
        ("acl_igg", "CU", "{CU}"),
        ("hbsag", "COI", "{COI}"),
        ("anti_hcv", "S/CO", "{s_co_ratio}"),
        ("hbv_dna", "copies/ml", "{copies}/mL"),
        ("hbv_dna", "拷贝/mL", "{copies}/mL"),
        ("hiv_rna", "IU/mL", "[IU]/mL"),
    ],
)
def test_an_assay_s_own_scale_is_never_converted(concept, unit, kept):
    assert UNITS.convert(concept, Decimal(80), unit).unit == kept != UNITS.canonical(concept)


@pytest.mark.parametrize(
    ("given_by", "expected"),
    [
        ({"unit_code": "mg/dL", "unit_system": "http://unitsofmeasure.org", "unit_text": "g/L"}, "0.01"),
        ({"unit_code": "mg/dL", "unit_text": "g/L"}, "0.01"),
        ({"unit_code": "mg/dL", "unit_system": "http://hospital/units", "unit_text": "g/L"}, "1"),
        ({"unit_code": "27", "unit_system": "http://unitsofmeasure.org", "unit_text": "g/L"}, "1"),
        ({"unit_text": "g/L", "hint": "mg/dL"}, "1"),
        ({"hint": "mg/dL"}, "0.01"),
    ],
)
def test_code_then_text_then_hint(given_by, expected):
    scale = UNITS.find(
        "c3", given_by.get("unit_text"), given_by.get("unit_code"), given_by.get("unit_system"), given_by.get("hint")
    )
    assert scale.of(Decimal(1)) == Decimal(expected)


def test_a_hint_never_speaks_over_a_unit_that_is_there():
    assert UNITS.convert("c3", Decimal(1), "mg/ml/h", hint="g/L").trouble is Because.UNMAPPED


@pytest.mark.parametrize("concept", ["ana_titer", "sledai.total", "hbsag", "no_such_concept"])
def test_a_dimensionless_concept_needs_no_unit(concept):
    assert UNITS.convert(concept, Decimal(8)).number == 8


@pytest.mark.parametrize(
    ("concept", "number", "unit"),
    [
        ("protein_24h", "520", "g/24h"),
        ("hemoglobin", "11.2", "g/L"),
        ("creatinine", "-1", "umol/L"),
        ("sledai.total", "106", ""),
        ("body_temperature", "98.6", "Cel"),
        ("c3", "NaN", "g/L"),
        ("c3", "1e999999", "g/L"),
        ("c3", "1e-999999", "g/L"),
        ("hbsag", "Infinity", ""),
    ],
)
def test_what_no_measurement_can_be_is_unreadable(concept, number, unit):
    converted = UNITS.convert(concept, Decimal(number), unit)
    assert (converted.number, converted.trouble) == (None, Because.UNREADABLE)


def test_an_override_sets_a_factor_and_can_add_a_site_s_own():
    units = Units.load(TABLE, {("upcr", "mg/mmol{creat}"): Decimal("0.01"), ("urine_rbc_hpf", "/uL"): Decimal("0.18")})
    assert units.convert("upcr", Decimal(70), "mg/mmol").number == Decimal("0.7")
    assert units.convert("urine_rbc_hpf", Decimal(50), "个/uL").number == 9


@pytest.mark.parametrize(
    ("key", "said"), [(("upcrr", "mg/mmol{creat}"), 'Did you mean "upcr"?'), (("c3", "g/L"), "cannot be set")]
)
def test_a_wrong_override_is_named(key, said):
    with pytest.raises(StudyError, match=said.replace("?", r"\?")):
        Units.load(TABLE, {key: Decimal(2)})


HEAD = "concept,canonical,unit,factor,offset,shown,plausible_low,plausible_high,source,note\n"
C3 = "c3,g/L,g/L,1,,g/L,0,4,s,\n"


@pytest.mark.parametrize(
    ("table", "aliases", "said"),
    [
        (HEAD.replace("factor", "facter"), None, r'line 1: no column "factor"\. Did you mean "facter"\?'),
        (HEAD + C3 + "c3,g/L,mg/dL,o.1,,,,,s,\n", None, r'line 3: "o\.1" is not a number'),
        (HEAD + C3 + C3, None, "line 3: .* there twice"),
        (HEAD + C3 + "c3,mg/L,mg/dL,1,,,,,s,\n", None, 'line 3: "c3" has two canonical units; keep g/L'),
        (HEAD + "c3,g/L,mg/dL,0.01,,,,,s,\n", None, '"c3" needs a row for its canonical unit "g/L"'),
        (HEAD + "c3,,mg/dL,0.01,,,,,s,\n", None, "line 2: a factor leads to a canonical unit"),
        (HEAD + C3, "text,unit,concept,note\nmg,gL,,\n", r'line 2: no unit "gL" in units.csv\. Did you mean "g/L"\?'),
        (
            HEAD + C3,
            "text,unit,concept,note\nG/L,g/L,c33,\n",
            r'line 2: no concept "c33" in units.csv\. Did you mean "c3"\?',
        ),
        (
            HEAD + C3 + "c3,g/L,mg/L,0.001,,,,,s,\n",
            "text,unit,concept,note\nx,g/L,,\nx,mg/L,,\n",
            'line 3: "x" .* means "g/L"',
        ),
    ],
)
def test_a_damaged_table_is_named_with_its_line(tmp_path, table, aliases, said):
    (tmp_path / "units.csv").write_text(table, encoding="utf-8")
    if aliases:
        (tmp_path / "unit-aliases.csv").write_text(aliases, encoding="utf-8")
    with pytest.raises(StudyError, match=said):
        Units.load(tmp_path / "units.csv")


def test_a_table_that_is_not_there_is_a_study_error(tmp_path):
    with pytest.raises(StudyError, match="cannot be read"):
        Units.load(tmp_path / "units.csv")


def test_a_study_s_own_table_joins_the_shared_one(tmp_path):
    (tmp_path / "units.csv").write_text(HEAD + "hba1c,%,%,1,,%,3,20,s,\n", encoding="utf-8")
    joined = UNITS.joined_with(Units.load(tmp_path / "units.csv"))
    assert joined.convert("hba1c", Decimal(7), "%").number == 7
    assert joined.convert("c3", Decimal(52), "mg/dL").number == Decimal("0.52")


def test_the_clinical_range_stands_on_the_canonical_row():
    assert (UNITS.named("c3", "mg/dL").low, UNITS.named("c3", "mg/dL").high) == (Decimal("0.02"), Decimal(4))
    assert UNITS.shown("creatinine", "umol/L") == "μmol/L"


def test_superscripts_survive_normalisation():
    assert plain_unit(" × 10⁹ / L ") == "10^9/L"


@given(st.sampled_from(sorted(UNITS.concepts())), st.decimals(), st.text(max_size=20), st.text(max_size=20))
def test_no_input_crashes(concept, number, text, code):
    converted = UNITS.convert(concept, number, text, code)
    assert (converted.number is None) is (converted.trouble is not None)
