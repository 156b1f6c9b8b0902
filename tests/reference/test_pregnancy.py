"""Section 8, E3, and section 12: pregnancy, planning, lactation."""

import pytest

from tests.reference.probes import Probe, answer, cond, form, lab, person, probe, word

URINE, SERUM, QUANT, STATUS = "2106-3", "2118-8", "19080-1", "82810-3"
REST = form(attest__pregnancy_planned=False, attest__lactating=False)
NEG = lab(URINE, "阴性", 3)
MAN = person("male")
IU = "[IU]/L"


def quant(value: object, on: int = 3, **more):
    return lab(QUANT, value, on, IU, **more)


PREGNANT = (
    "10:Z33",
    "10:Z34",
    "10:Z34.9",
    "10:Z35",
    "10:O10",
    "10:O30",
    "10:Z32.1",
    "cm:Z33.1",
    "cm:Z34.90",
    "cm:O09",
    "cm:O09.90",
    "cm:Z32.01",
    "sct:77386006",
    "10:O11",
    "10:O14.1",
    "10:O16",
    "10:O20",
    "10:O21",
    "10:O26.8",
    "10:O36",
    "10:O40",
    "10:O46",
    "10:O48",
    "cm:O48.0",
    "cm:Z3A.20",
    "cm:O24.410",
    "cn:Z33.x00",
    "cn:Z34.900",
)
ABORTIVE = (
    "10:O00",
    "10:O00.1",
    "10:O01",
    "10:O02",
    "10:O03.9",
    "10:O04",
    "10:O05",
    "10:O06",
    "10:O07",
    "10:O08",
    "cm:O03.9",
    "cm:O08",
    "cm:O00.90",
)

PROBES = [
    probe("8 E3", "male not met", "E3 not_met", MAN),
    probe("12 E3", "man with only an attested yes: unknown", "E3 unknown conflict", MAN, form(attest__lactating=True)),
    probe("8 E3", "positive evidence in a man: unknown, flag", "E3 unknown conflict", MAN, lab(URINE, "阳性")),
    probe("8 E3", "pregnancy code in a man", "E3 unknown conflict", MAN, cond("10:Z33", 30)),
    probe("8 E3", "negative test in a man", "E3 not_met", MAN, NEG),
    probe("8 E3", "all three parts", "E3 not_met", NEG, REST),
    probe("8 E3", "gender other: as a woman", "E3 unknown no_result", person("other")),
    probe("8 E3", "gender unknown: as a woman, cleared", "E3 not_met", person("unknown"), NEG, REST),
    probe("8 E3", "gender missing: as a woman", "E3 met", person(None), lab(URINE, "阳性")),
    probe("8 E3", "the test alone", "E3 unknown no_result", NEG),
    probe("8 E3", "test and lactation, planning missing", "E3 unknown", NEG, form(attest__lactating=False)),
    probe("8 E3", "planning and lactation, test missing", "E3 unknown no_result", REST),
    probe("8 E3", "planned", "E3 met", NEG, form(attest__pregnancy_planned=True)),
    probe("8 E3", "lactating", "E3 met", NEG, form(attest__lactating=True)),
    probe("attestations", "planned 90, lactating 30", "E3 not_met", NEG, word("attest.pregnancy_planned", "no", 90), word("attest.lactating", "no", 30)),
    probe("attestations", "planned 91", "E3 unknown too_old", NEG, word("attest.pregnancy_planned", "no", 91), word("attest.lactating", "no", 30)),
    probe("attestations", "lactating 31", "E3 unknown too_old", NEG, word("attest.pregnancy_planned", "no", 90), word("attest.lactating", "no", 31)),
    probe("8 E3", "hCG positive", "E3 met", lab(URINE, "阳性")),
    probe("8 E3", "serum positive", "E3 met", lab(SERUM, "Positive")),
    probe("8 E3", "negative in 14 days", "E3 not_met", lab(URINE, "阴性", 14), REST),
    probe("8 E3", "negative of 15 days", "E3 unknown too_old", lab(URINE, "阴性", 15), REST),
    probe("parameters pregnancy_test_validity_days", "7", "E3 unknown too_old", lab(URINE, "阴性", 8), REST, pregnancy_test_validity_days="7"),
    probe("parameters pregnancy_test_validity_days", "30", "E3 not_met", lab(URINE, "阴性", 30), REST, pregnancy_test_validity_days="30"),
    probe("8 E3", "a positive in the last 300 days stands", "E3 met", lab(URINE, "阳性", 300), REST),
    probe("8 E3", "a positive of 301 days", "E3 unknown", lab(URINE, "阳性", 301), REST),
    probe("8 E3", "until a later negative one", "E3 not_met", lab(URINE, "阳性", 200), NEG, REST),
    probe("8 E3", "a later negative, itself too old", "E3 unknown", lab(URINE, "阳性", 200), lab(URINE, "阴性", 20), REST),
    probe("8 E3", "status pregnant", "E3 met", lab(STATUS, {"coding": [{"system": "http://snomed.info/sct", "code": "77386006"}]}, 100)),
    probe("8 E3", "status not pregnant in 14 days", "E3 not_met", lab(STATUS, {"coding": [{"system": "http://snomed.info/sct", "code": "60001007"}]}, 3), REST),
    probe("8 E3", "status in words", "E3 met", lab(STATUS, "妊娠", 100)),
    *(probe("8 E3", f"{code} open", "E3 met", cond(code, 300)) for code in PREGNANT),
    *(probe("8 E3", f"{code} of 301 days", "E3 not_met", cond(code, 301), NEG, REST) for code in ("10:Z33", "10:Z34", "10:O24")),
    probe("parameters pregnancy_condition_days", "280", "E3 not_met", cond("10:Z33", 281), NEG, REST, pregnancy_condition_days="280"),
    probe("8 E3", "ended", "E3 not_met", cond("10:Z33", 200, end=60, clinical="resolved"), NEG, REST),
    probe("12 E3", "the 300 days start at onset, else record", "E3 not_met", cond("10:Z33", 320, 200), NEG, REST),
    probe("12 E3", "else record", "E3 met", cond("10:Z33", None, 200)),
    probe("8 E3", "a later negative closes an open pregnancy code", "E3 not_met", cond("10:Z33", 100), NEG, REST),
    probe("12 E3", "code on the day of the negative test: met", "E3 met", cond("10:Z33", 3), NEG, REST),
    probe("12 E3", "code after the negative test: met", "E3 met", cond("10:Z33", 1), NEG, REST),
    probe("8 E3", "provisional", "E3 unknown", cond("10:Z33", 20, verified="provisional"), REST),
    *(probe("8 E3", f"{code}: hCG decides, negative later", "E3 not_met", cond(code, 60), NEG, REST) for code in ABORTIVE),
    *(probe("8 E3", f"{code}: hCG decides, positive", "E3 met", cond(code, 60), lab(URINE, "阳性"), REST) for code in ("10:O00", "10:O03.9", "cm:O03.9")),
    *(probe("8 E3", f"{code}: unknown without it", "E3 unknown", cond(code, 60), REST) for code in ABORTIVE),
    *(probe("codes", f"{code} may be after delivery: unknown", "E3 unknown", cond(code, 60), REST) for code in ("10:O98", "cm:O98", "10:O99", "cm:O99.89")),
    *(probe("codes", f"{code}: hCG and attestation decide", "E3 not_met", cond(code, 60), NEG, REST) for code in ("10:O98.1", "10:O99")),
    probe("8 E3", "serum: report range first", "E3 not_met", quant(7, high=8), REST),
    probe("8 E3", "serum: report range first, above", "E3 met", quant(12, high=8), REST),
    probe("8 E3", "serum <5 negative", "E3 not_met", quant(4.9), REST),
    probe("8 E3", "serum 5 unknown", "E3 unknown indeterminate", quant(5), REST),
    probe("8 E3", "serum 24.9 unknown", "E3 unknown indeterminate", quant(24.9), REST),
    probe("8 E3", "serum 25 positive", "E3 met", quant(25), REST),
    probe("8 E3", "serum flag NEG first", "E3 not_met", quant(6, flag="NEG"), REST),
    probe("8 E3", "serum <1.2", "E3 not_met", quant("<1.2"), REST),
    probe("8 E3", "serum <10 straddles", "E3 unknown indeterminate", quant("<10"), REST),
    probe("10", "mIU/mL numerically equal", "E3 not_met", lab("21198-7", 1.1, 3, "m[IU]/mL"), REST),
    probe("parameters hcg_serum_limits_iu_l", ">5 positive", "E3 met", quant(6), REST, hcg_serum_limits_iu_l="5/5"),
    *(probe("8 E3", f"lactation code {code}", "E3 met", cond(code, 365), NEG) for code in ("10:Z39.1", "cm:Z39.1", "sct:1260078007", "sct:866041003", "sct:69840006", "sct:82374005", "cn:Z39.100")),
    probe("8 E3", "lactation code older than 365 days without end: unknown", "E3 unknown", cond("10:Z39.1", 366), NEG, form(attest__pregnancy_planned=False)),
    probe("12 all", "old-but-active lactation gives way to a no", "E3 not_met", cond("10:Z39.1", 366), NEG, REST),
    probe("8 E3", "lactation ended", "E3 not_met", cond("10:Z39.1", 300, end=100, clinical="resolved"), NEG, REST),
    probe("1", "a lactation code outranks a no", "E3 met", cond("10:Z39.1", 100), NEG, REST),
    probe("parameters lactation_condition_days", "180", "E3 unknown", cond("10:Z39.1", 181), NEG, form(attest__pregnancy_planned=False), lactation_condition_days="180"),
    *(probe("codes O92", f"{code} supports unknown, never met", "E3 unknown", cond(code, 30), NEG, form(attest__pregnancy_planned=False)) for code in ("10:O92", "10:O92.3", "10:O92.5")),
    probe("codes O92", "gives way to a no", "E3 not_met", cond("10:O92.3", 30), NEG, REST),
    probe("1", "± is unknown", "E3 unknown indeterminate", lab(URINE, "±"), REST),
    probe("1", "preliminary", "E3 unknown not_final", lab(URINE, "阴性", status="preliminary"), REST),
    probe("1", "undated", "E3 unknown undated", lab(URINE, "阴性", None), REST),
    probe("1", "newer unreadable", "E3 unknown unreadable", lab(URINE, "阴性", 9), lab(URINE, "未送检", 1), REST),
    probe("8 E3", "urine negative and serum positive of one day", "E3 unknown conflict", lab(URINE, "阴性", 3), lab(SERUM, "阳性", 3), REST),
    probe("8 E3", "coded value in a hospital's own pregnancy status", "E3 not_met", lab(STATUS, "未孕", 3), REST),
]  # fmt: skip


@pytest.mark.parametrize("asked", PROBES, ids=lambda p: f"{p.section}: {p.says}")
def test_pregnancy_is_judged_as_the_reference_says(asked: Probe) -> None:
    assert answer(asked) == asked.expected
