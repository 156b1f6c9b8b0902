"""How answers are spelt: words, numbers in text, components, ranges, partial dates; and the odd corners of each section."""

import pytest

from tests.reference.probes import (
    SYSTEMS,
    WHO,
    Probe,
    answer,
    coded,
    cond,
    day,
    form,
    lab,
    med,
    person,
    probe,
    proc,
    put,
    word,
)

HIV, BLOT, RNA = "56888-1", "5221-7", "20447-9"
SAG, HBC, DNA = "5196-1", "13952-7", "42595-9"
EGFR, UMOL = "62238-1", "14682-9"
NO = form(attest__kidney_transplant=False, attest__dialysis=False)
TNO = form(attest__kidney_transplant=False)
ML = "mL/min/{1.73_m2}"
URINE, SERUM, QUANT, STATUS = "2106-3", "2118-8", "19080-1", "82810-3"
REST = form(attest__pregnancy_planned=False, attest__lactating=False)
NEG = lab(URINE, "阴性", 3)
MAN = person("male")
B_NO = form(attest__b_cell_therapy_1y=False)
T_NO = form(attest__tcm_immunosuppressive=False)
IGG = "2465-3"
RTX = "利妥昔单抗"
sagneg = lab(SAG, "阴性")
hbcpos = lab(HBC, "阳性")


def comp(code: str, value: str):
    """Return one line of a panel."""
    return {"code": coded(f"loinc:{code}"), "valueString": value}


panel = put(
    "Observation",
    {
        "status": "final",
        "code": coded(text="乙肝两对半"),
        "subject": WHO,
        "effectiveDateTime": day(5),
        "component": [comp(SAG, "阴性"), comp(HBC, "阴性"), comp("10900-9", "阳性")],
    },
)
PROBES = [
    *(probe("7 E1d", "DNA " + t, "E1d not_met", sagneg, hbcpos, lab(DNA, t)) for t in ("低于检测下限", "低于检测下限(<20IU/ml)", "<20 未检出", "未检出(<20)", "TND", "Target not detected", "<1.0E+02", "<100 IU/mL", "＜20IU/mL", "小于20", "低于最低检出限", "＜最低检出限", "小于检测下限", "无法检出", "没有检出", "检不出", "低于最低可检出浓度", "Not Detected", "阴性(-)", "<5.00E+02 IU/ml")),
    *(probe("7 E1d", "DNA " + t, "E1d met", sagneg, hbcpos, lab(DNA, t)) for t in ("2.34E+05 IU/mL", "2.34×10^5 IU/mL", "检出但低于定量下限", "检出", "阳性(+)", "4.5E3 IU/ml", "123000 IU/ml")),
    *(probe("7 E1d", "DNA " + t, "E1d unknown", sagneg, hbcpos, lab(DNA, t)) for t in ("见报告", "溶血", "可疑", "±", "临界")),
    probe("7 E1d", "DNA 10 below the report's limit 20", "E1d not_met", sagneg, hbcpos, lab(DNA, 10, 3, "[IU]/mL", high=20)),
    probe("7 E1d", "DNA 0", "E1d not_met", sagneg, hbcpos, lab(DNA, 0, 3, "[IU]/mL")),
    probe("7 E1d", "HBsAg positive with DNA not detected", "E1d met", lab(SAG, "阳性"), lab(DNA, "未检出")),
    *(probe("7 E1d", "SAG " + t, "E1d not_met", lab(SAG, t), lab(HBC, "阴性")) for t in ("阴性(0.02)", "0.02(阴性)", "阴性 0.02 IU/mL", "(-)阴性", "阴性(-)", "Non-reactive 0.12", "NEG", "neg(-)", "－", "0.02 阴性")),
    *(probe("7 E1d", "SAG " + t, "E1d met", lab(SAG, t)) for t in ("阳性(+)", "阳性(>250)", "250 阳性", "(+)阳性", "阳性(1:8)", "+", "Reactive", "POSITIVE 3.2", "弱阳性(+)", "1:16 阳性")),
    *(probe("7 E1d", "SAG " + t, "E1d unknown", lab(SAG, t), lab(HBC, "阴性")) for t in ("灰区", "灰区(0.9)", "可疑阳性", "Indeterminate", "Equivocal (0.9)", "borderline", "不确定", "弱阳性？")),
    probe("7 E1d", "core value with word", "E1d not_met", sagneg, lab(HBC, "2.13(阴性)")),
    probe("7 E1d", "core number text", "E1d unknown", sagneg, lab(HBC, "2.13")),
    probe("7 E1d", "core number S/CO with range", "E1d unknown", sagneg, lab(HBC, 0.2, 3, high=1)),
    probe("7 E1d", "core number with limits, DNA none, flag N absent", "E1d unknown", sagneg, lab("22316-4", 8, 3, low=1)),
    probe("7 E1d", "core numeric without flag, DNA not detected? DNA decides whatever core", "E1d unknown", lab(SAG, "±"), lab(DNA, "未检出")),
    probe("7 E1d", "core numeric without flag, DNA not detected", "E1d not_met", sagneg, lab("22316-4", 0.1, high=1), lab(DNA, "未检出")),
    probe("7 E1d", "panel components", "E1d not_met", panel),
    probe("1", "IgG in a component", "E1f met", put("Observation", {"status": "final", "code": coded(text="免疫五项"), "subject": WHO, "effectiveDateTime": day(5), "component": [{"code": coded("loinc:" + IGG), "valueQuantity": {"value": 3.1, "unit": "g/L"}, "referenceRange": [{"low": {"value": 7}}]}]})),
    probe("7 E1c", "HIV log 0 alone", "E1c unknown", lab("29541-0", 0, 3, "{log_copies}/mL")),
    probe("7 E1c", "reactive + log 3.2", "E1c met", lab(HIV, "反应性"), lab("29541-0", 3.2, 3, "{log_copies}/mL")),
    probe("7 E1c", "reactive + log 0 is not detected", "E1c unknown", lab(HIV, "反应性"), lab("29541-0", 0, 3, "{log_copies}/mL")),
    probe("7 E1c", "reactive + RNA <20", "E1c unknown", lab(HIV, "反应性"), lab(RNA, "<20", 3, "{copies}/mL")),
    probe("7 E1c", "screen negative, RNA not detected", "E1c not_met", lab(HIV, "阴性"), lab(RNA, "未检出")),
    probe("7 E1c", "blot alone positive is infection (codes)", "E1c met", lab(BLOT, "阳性")),
    probe("7 E1c", "blot by identifier HIV-1 positive", "E1c unknown", lab("80203-3", "不确定"), lab(HIV, "反应性")),
    probe("7 E1c", "80203-3 says HIV-1 positive", "E1c met", lab("80203-3", "HIV-1 positive"), lab(HIV, "反应性")),
    probe("7 E1c", "80203-3 HIV-1抗体阳性", "E1c met", lab(BLOT, "HIV-1抗体阳性"), lab(HIV, "反应性")),
    probe("7 E1c", "HIV抗体阴性(-)", "E1c not_met", lab(HIV, "HIV抗体阴性(-)")),
    probe("7 E1c", "阴性 S/CO 0.08", "E1c not_met", lab(HIV, "阴性 S/CO 0.08")),
    probe("7 E1c", "待复查 reactive", "E1c unknown", lab(HIV, "待复查")),
    probe("7 E1c", "reactive then negative years later? reactive 800, negative 400", "E1c unknown", lab(HIV, "反应性", 800), lab(HIV, "阴性", 400)),
    probe("6", "two reported of one instant across 30", "E2 unknown conflict", lab(EGFR, 29, 3, ML), lab("33914-3", 31, 3, ML), NO),
    probe("6", "two reported of one day, both below", "E2 met", lab(EGFR, 29, 3, ML), lab("33914-3", 25, 3, ML), NO),
    probe("6", "latest time of one day", "E2 not_met", lab(EGFR, 25, "2026-03-10T08:00:00+08:00", ML), lab(EGFR, 35, "2026-03-10T16:00:00+08:00", ML), NO),
    probe("6", "17 on the sampling date, 18 on the index date", "E2 unknown", person(born="2008-03-10"), lab(UMOL, 60, "2026-03-05", "umol/L"), NO),
    probe("6", "17 on the sampling date, reported", "E2 not_met", person(born="2008-03-10"), lab(EGFR, 100, "2026-03-05", ML), NO),
    probe("6", "creatinine unreadable of the day, reported readable", "E2 not_met", lab(EGFR, 88, 3, ML), lab(UMOL, "溶血", 3), NO),
    probe("6", "range 35-45", "E2 not_met", {**lab(EGFR, 1, 3), "valueQuantity": None, "valueRange": {"low": {"value": 35, "unit": ML}, "high": {"value": 45, "unit": ML}}}, NO),
    probe("6", "range 25-35", "E2 unknown", {**lab(EGFR, 1, 3), "valueQuantity": None, "valueRange": {"low": {"value": 25, "unit": ML}, "high": {"value": 35, "unit": ML}}}, NO),
    probe("6", "implausible 300 newer", "E2 unknown unreadable", lab(EGFR, 80, 9, ML), lab(EGFR, 300, 3, ML), NO),
    probe("6", "N18.0 Chinese 1000 days", "E2 met", cond("cn:N18.0", 1000), NO),
    probe("6", "N18.000 Chinese 1000 days", "E2 met", cond("cn:N18.000", 1000), NO),
    probe("6", "714152005 old", "E2 met", cond("sct:714152005", 1000), NO),
    probe("6", "N18.6 undated", "E2 met", cond("cm:N18.6"), NO),
    probe("6", "N18.5 undated", "E2 unknown", cond("10:N18.5"), NO),
    probe("6", "N18.4 straddles", "E2 unknown", cond("10:N18.4", "2025-12"), NO),
    probe("6", "N18.6 resolved", "E2 unknown no_result", cond("cm:N18.6", 100, clinical="resolved"), NO),
    probe("6", "dialysis completed undated", "E2 unknown undated", proc("sct:302497006"), lab(EGFR, 88, 3, ML), TNO),
    probe("6", "dialysis in progress undated", "E2 met", proc("sct:302497006", status="in-progress"), lab(EGFR, 88, 3, ML), TNO),
    probe("6", "transplant procedure undated", "E2 met", proc("sct:70536003"), lab(EGFR, 88, 3, ML), NO),
    probe("6", "dialysis month straddles 14 days", "E2 unknown", proc("sct:302497006", "2026-02"), lab(EGFR, 88, 3, ML), TNO),
    probe("6", "dialysis this month, cut: the 1st is 15 days ago", "E2 unknown", proc("sct:302497006", "2026-03"), lab(EGFR, 88, 3, ML), TNO),
    probe("6", "on-hold dialysis", "E2 unknown", proc("sct:302497006", 3, "on-hold"), lab(EGFR, 88, 3, ML), TNO),
    probe("6", "presume without eGFR", "E2 unknown", cond("10:M32.9", 900), lab("718-7", 120, 3, "g/L"), absence_policy="presume"),
    probe("6", "egfr low though creatinine of the same day fine", "E2 met", lab(EGFR, 20, 3, ML), lab(UMOL, 60, 3, "umol/L"), NO),
    probe("8 E3", "negative 20 days closes the code but is too old", "E3 unknown too_old", cond("10:Z33", 100), lab(URINE, "阴性", 20), REST),
    probe("8 E3", "status not pregnant closes", "E3 not_met", cond("10:Z33", 100), lab(STATUS, {"coding": [{"system": SYSTEMS["sct"], "code": "60001007"}]}, 3), REST),
    probe("8 E3", "man planned yes", "E3 unknown conflict", MAN, form(attest__pregnancy_planned=True)),
    probe("8 E3", "man lactation code", "E3 unknown conflict", MAN, cond("10:Z39.1", 20)),
    probe("8 E3", "man positive 400 days ago", "E3 not_met", MAN, lab(URINE, "阳性", 400)),
    probe("8 E3", "quant flag N", "E3 not_met", lab(QUANT, 8, 3, "[IU]/L", flag="N"), REST),
    probe("8 E3", "quant flag H", "E3 met", lab(QUANT, 8, 3, "[IU]/L", flag="H"), REST),
    probe("8 E3", "quant >1000", "E3 met", lab(QUANT, ">1000", 3, "[IU]/L"), REST),
    probe("8 E3", "range 0-5, 6", "E3 met", lab(QUANT, 6, 3, "[IU]/L", low=0, high=5), REST),
    probe("8 E3", "text <1.2 mIU/mL", "E3 not_met", lab(QUANT, "<1.2 mIU/mL", 3), REST),
    probe("8 E3", "urine (-)", "E3 not_met", lab(URINE, "(-)", 3), REST),
    probe("8 E3", "code O10 with negative before", "E3 met", cond("10:Z34", 2), lab(URINE, "阴性", 10), REST),
    probe("8 E3", "O03 after the negative: hCG decides", "E3 not_met", cond("10:O03.9", 1), NEG, REST),
    probe("8 E3", "O03 provisional no hcg", "E3 unknown", cond("10:O03.9", 1, verified="provisional"), REST),
    probe("8 E3", "month straddles 300", "E3 unknown", cond("10:Z33", "2025-05"), REST),
    probe("8 E3", "undated pregnancy code", "E3 unknown", cond("10:Z33"), REST),
    probe("8 E5", "completed order of 900 days ago without bounds", "E5 unknown", med(RTX, on=900, kind="Request", status="completed")),
    probe("8 E5", "active order of 900 days ago", "E5 met", med(RTX, on=900, kind="Request")),
    probe("8 E5", "order with bounds ended 400 days ago", "E5 not_met", med(RTX, 500, 400, "completed", kind="Request", on=510), B_NO),
    probe("8 E5", "administration in progress", "E5 met", med(RTX, on=400, kind="Administration", status="in-progress")),
    probe("8 E5", "administration period ended 366", "E5 unknown too_old", med(RTX, 400, 366, "completed", kind="Administration")),
    probe("8 E5", "presume does not outweigh an undated stop", "E5 unknown", cond("10:M32.9", 900), med(RTX, status="stopped"), absence_policy="presume"),
    probe("8 E5", "dispense on-hold? in-progress 100", "E5 met", med(RTX, on=100, kind="Dispense", status="completed")),
    probe("8 E5", "dispense status unknown", "E5 unknown", med(RTX, on=100, kind="Dispense", status="unknown")),
    probe("8 E5", "two drugs in one text", "E5 met", med("甲泼尼龙+利妥昔单抗", 100)),
    probe("8 E5", "leap: P1Y on 365 days", "E5 met", med(RTX, on=365, kind="Administration", status="completed"), bcell_lookback="P1Y"),
    probe("8 E5", "lower-case brand", "E5 met", med("mabthera inj", 100)),
    probe("8 E5", "zuberitamab brand", "E5 met", med("安瑞昔", 100)),
    probe("8 E6", "dispense with supply", "E6 met", {**med("雷公藤多苷片", on=10, kind="Dispense", status="completed"), "daysSupply": {"value": 14, "unit": "d"}}),
    probe("8 E6", "dispense whose supply ended", "E6 not_met", {**med("雷公藤多苷片", on=40, kind="Dispense", status="completed"), "daysSupply": {"value": 14, "unit": "d"}}, T_NO),
    probe("8 E6", "topical tripterygium? systemic not asked", "E6 met", med("雷公藤多苷片", 20)),
    probe("8 E6", "presume with status unknown", "E6 unknown", cond("10:M32.9", 900), med("雷公藤多苷片", 20, status="unknown"), absence_policy="presume"),
    probe("8 E6", "presume", "E6 not_met", cond("10:M32.9", 900), med("羟氯喹", 20), absence_policy="presume"),
    probe("1", "a newer result in error", "E1f unknown unreadable", lab(IGG, 9, 30, "g/L", low=7), lab(IGG, None, 3, dataAbsentReason={"coding": [{"code": "error"}]})),
    probe("12 E1", "descriptors on two days", "E1a unknown", *[word("sledai." + n, "absent", 9) for n in ("seizure", "psychosis", "cva", "organic_brain_syndrome")], *[word("sledai." + n, "absent", 2) for n in ("visual_disturbance", "cranial_nerve", "lupus_headache")]),
    probe("12 E1", "descriptors as observations", "E1a not_met", *[word("sledai." + n, "absent", 2) for n in ("seizure", "psychosis", "cva", "organic_brain_syndrome", "visual_disturbance", "cranial_nerve", "lupus_headache")]),
    probe("12 E1", "recorded 20 days ago, onset given and unreadable", "E1a unknown", cond("10:G40", None, 20, onsetString="去年")),
    probe("12 E1", "onsetPeriod start 20", "E1a met", cond("10:G40", onsetPeriod={"start": day(20)})),
    probe("12 E1", "onsetPeriod over, still active", "E1a met", cond("10:I63", onsetPeriod={"start": day(30), "end": day(25)})),
    probe("12 E1", "onset given as an age, recorded 5 days ago", "E1a unknown", cond("10:G40", None, 5, onsetAge={"value": 12, "unit": "a"})),
]  # fmt: skip


@pytest.mark.parametrize("asked", PROBES, ids=lambda p: f"{p.section}: {p.says}")
def test_a_spelling_is_read_as_the_reference_says(asked: Probe) -> None:
    assert answer(asked) == asked.expected
