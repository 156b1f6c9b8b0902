"""Section 4 and "I3" of section 12: SELENA-SLEDAI, its items and how a score can arrive."""

from tests.studies.reference_a.probe import Probe
from tests.studies.reference_a.records import (
    HL7,
    LOINC,
    OWN,
    SNOMED,
    concept,
    condition,
    day,
    form,
    item,
    lab,
    panel,
    total,
)

CELLS = "10*9/L"
P = Probe  # one a row: section, sentence, resources, answers, parameters
MET, NOT, UNKNOWN = "met", "not_met", "unknown"
RBC, WBC_URINE, P24, UPCR, C3, C4, CH50, TEMP = (
    "13945-1",
    "5821-4",
    "2889-4",
    "2890-2",
    "4485-9",
    "4498-2",
    "4532-8",
    "8310-5",
)
CAST_RBC, CAST_GRAN, CAST_ANY = "5807-3", "5793-5", "9842-6"
WEIGHTS = {
    "seizure": 8, "psychosis": 8, "organic_brain_syndrome": 8, "visual_disturbance": 8, "cranial_nerve": 8, "lupus_headache": 8, "cva": 8, "vasculitis": 8,
    "arthritis": 4, "myositis": 4, "urinary_casts": 4, "hematuria": 4, "proteinuria": 4, "pyuria": 4,
    "rash": 2, "alopecia": 2, "mucosal_ulcers": 2, "pleurisy": 2, "pericarditis": 2, "low_complement": 2, "increased_dna_binding": 2,
    "fever": 1, "thrombocytopenia": 1, "leukopenia": 1,
}  # fmt: skip
SEROLOGY = {"low_complement", "increased_dna_binding"}


def whole(*present: str, **more: object) -> dict[str, object]:
    """All 24 descriptors, these present."""
    return {f"sledai.{name}": name in present for name in WEIGHTS} | more


def urine(value: object, code: str = RBC, **more: object) -> dict:
    return lab(code, value, "/[HPF]" if isinstance(value, (int, float)) else "", **more)


DEFINITION = [
    P("4.1", f"{name} weighs {weight}", [form(whole(name))], {"sledai": (weight, weight), "clinical": (0 if name in SEROLOGY else weight,) * 2})
    for name, weight in WEIGHTS.items()
] + [
    P("4.1", f"{name} absent takes {weight} off", [form({f"sledai.{name}": False})], {"sledai": (0, 105 - weight)})
    for name, weight in WEIGHTS.items()
] + [
    P("4.1", "maximum 105, clinical 101", [form(whole(*WEIGHTS))], {"sledai": (105, 105), "clinical": (101, 101), "I3": MET, "I3a": MET, "I3b": MET}),
    P("4", "8 with a clinical part of 6", [form(whole("arthritis", "rash", "low_complement"))], {"sledai": (8, 8), "clinical": (6, 6), "I3": MET}),
    P("4", "8 with a clinical part of 4", [form(whole("arthritis", "increased_dna_binding", "low_complement"))], {"sledai": (8, 8), "clinical": (4, 4), "I3a": MET, "I3b": NOT, "I3": NOT}),
    P("4", "7", [form(whole("arthritis", "rash", "fever"))], {"sledai": (7, 7), "clinical": (7, 7), "I3a": NOT, "I3b": MET, "I3": NOT}),
]  # fmt: skip

TOTALS = [
    P("4.1", "a bare total of 10 proves the clinical part", [total(10)], {"sledai": (10, 10), "clinical": (6, 10), "I3": MET, "I3b": MET}),
    P("4.1", "8 does not", [total(8)], {"sledai": (8, 8), "clinical": (4, 8), "I3a": MET, "I3b": UNKNOWN, "I3": UNKNOWN}),
    P("4.1", "9 does not", [total(9)], {"clinical": (5, 9), "I3b": UNKNOWN}),
    P("4.1", "7 fails", [total(7)], {"I3a": NOT, "I3": NOT}),
    P("4.1", "8 with normal serology of the days: taken off", [total(8), lab(C3, 1.0, "g/L", low=0.8), lab(C4, 0.3, "g/L", low=0.1), lab("31348-6", "阴性")], {"clinical": (8, 8), "I3": MET}),
    P("4.1", "9 with both abnormal", [total(9), lab(C3, 0.4, "g/L", low=0.8), lab("31348-6", "阳性")], {"sledai": (9, 9), "clinical": (5, 5), "I3b": NOT}),
    P("4.1", "serology follows the same rule: 11 days before the anchor", [total(8), lab(C3, 1.0, "g/L", low=0.8, on=16), lab(C4, 0.3, "g/L", low=0.1), lab("31348-6", "阴性")], {"clinical": (6, 8)}),
    P("4.1", "serology 10 days before the anchor", [total(8), lab(C3, 1.0, "g/L", low=0.8, on=15), lab(C4, 0.3, "g/L", low=0.1), lab("31348-6", "阴性")], {"clinical": (8, 8)}),
    P("4.1", "serology on the same form is taken off", [form({"sledai.total": 8, "sledai.low_complement": False, "sledai.increased_dna_binding": False})], {"clinical": (8, 8), "I3": MET}),
    P("4.1", "one of the two present, the other unknown", [form({"sledai.total": 8, "sledai.low_complement": True})], {"clinical": (4, 6), "I3b": UNKNOWN}),
    P("4.1", "total 10, both present: 6", [form({"sledai.total": 10, "sledai.low_complement": True, "sledai.increased_dna_binding": True})], {"clinical": (6, 6), "I3": MET}),
    P("4.1", "one present, one absent", [form({"sledai.total": 8, "sledai.low_complement": True, "sledai.increased_dna_binding": False})], {"clinical": (6, 6), "I3": MET}),
    P("12", "a newer total that cannot be read never lets an older form stand in", [form(whole("seizure"), on=9), total(120, on=3)], {"I3": UNKNOWN, "I3a": "unknown: unreadable"}),
    P("12", "an older one does not disturb", [total(120, on=9), form(whole("seizure"), on=3)], {"sledai": (8, 8), "I3": MET}),
    P("4.3", "as a quantity", [total({"valueQuantity": {"value": 12, "unit": "分"}})], {"sledai": (12, 12)}),
    P("4.3", "as a quantity of {score}", [total({"valueQuantity": {"value": 12, "unit": "{score}", "code": "{score}"}})], {"sledai": (12, 12)}),
    P("4.3", "as a text", [total({"valueString": "12分"})], {"sledai": (12, 12)}),
    P("4.3", "on a form", [form({"sledai.total": 12})], {"sledai": (12, 12)}),
    P("4.3", "on a form as a decimal", [form({"sledai.total": 12.0})], {"sledai": (12, 12)}),
    P("4.3", "at least 10", [total({"valueQuantity": {"value": 10, "comparator": ">="}})], {"I3": MET}),
    P("4.3", "105 can be", [total(105)], {"sledai": (105, 105), "I3": MET}),
    P("4.3", "above 105 is not usable", [total(106)], {"I3": UNKNOWN, "I3a": "unknown: unreadable"}),
    P("4.3", "30 days", [total(12, on=30)], {"I3": MET}),
    P("4.3", "31 days is not usable", [total(12, on=31)], {"sledai": (0, 105), "I3": UNKNOWN}),
    P("4.3", "64392-4 is the damage index", [lab("64392-4", {"valueInteger": 12})], {"sledai": (0, 105), "I3": UNKNOWN}),
    P("1", "a preliminary total", [total(12, status="preliminary")], {"sledai": (0, 105), "I3": UNKNOWN}),
    P("1", "an undated total", [total(12, on=None)], {"sledai": (0, 105), "I3": UNKNOWN}),
    P("12", "two totals of one day", [total(12), total(6)], {"I3": UNKNOWN, "I3a": "unknown: conflict"}),
    P("12", "the later total alone", [total(12, on=9), total(6, on=3)], {"sledai": (6, 6), "I3": NOT}),
    P("12", "total below what the laboratory alone gives", [total(3), urine(20), urine(20, WBC_URINE)], {"I3": UNKNOWN, "I3a": "unknown: conflict"}),
    P("12", "the laboratory at the total", [total(8), urine(20), urine(20, WBC_URINE)], {"sledai": (8, 8), "clinical": (8, 8), "I3": MET}),
    P("12", "total later than the form: the total alone", [form(whole("seizure"), on=9), total(6, on=3)], {"sledai": (6, 6), "sledai.seizure": UNKNOWN, "I3a": NOT}),
    P("12", "form later than the total: the form alone", [total(20, on=9), form(whole("arthritis"), on=3)], {"sledai": (4, 4), "I3": NOT}),
    P("12", "same date: agreeing", [form(whole("arthritis", "seizure")), total(12)], {"sledai": (12, 12), "I3": MET}),
    P("12", "same date: disagreeing is a conflict", [form(whole("arthritis")), total(12)], {"I3": UNKNOWN, "I3a": "unknown: conflict"}),
    P("4.3", "stated on the form against its own items", [form(whole("arthritis", **{"sledai.total": 12}))], {"I3": UNKNOWN, "I3a": "unknown: conflict"}),
    P("12", "total with incomplete items: both ranges", [form({"sledai.arthritis": True, "sledai.rash": True, "sledai.seizure": False, "sledai.total": 9})], {"sledai": (9, 9), "clinical": (6, 9), "I3": MET}),
    P("12", "incomplete items above the total", [form({"sledai.arthritis": True, "sledai.seizure": True, "sledai.total": 9})], {"I3": UNKNOWN, "I3a": "unknown: conflict"}),
]  # fmt: skip

FORMS = [
    P("4.3", "24 components of booleans", [panel(whole("arthritis", "rash", "low_complement"))], {"sledai": (8, 8), "clinical": (6, 6), "I3": MET}),
    P("4.3", "24 components in Chinese words", [panel({name: "有" if said else "无" for name, said in whole("arthritis", "rash", "pyuria").items()})], {"sledai": (10, 10), "I3": MET}),
    P("4.3", "24 components, coded", [panel({name: {"valueCodeableConcept": concept(SNOMED, "52101004" if said else "2667000")} for name, said in whole("arthritis", "rash", "pyuria").items()})], {"sledai": (10, 10)}),
    P("4.3", "a form of answers coded yes and no", [form({name: {"valueCoding": {"system": f"{HL7}/v2-0136", "code": "Y" if said else "N"}} for name, said in whole("arthritis", "rash", "pyuria").items()})], {"sledai": (10, 10)}),
    P("4.3", "a form of words", [form({name: "存在" if said else "不存在" for name, said in whole("arthritis", "rash", "pyuria").items()})], {"sledai": (10, 10)}),
    P("4.3", "components and a total in the value", [panel(whole("arthritis", "rash", "pyuria")) | {"code": concept(OWN, "sledai.total"), "valueInteger": 10}], {"sledai": (10, 10)}),
    P("4.2", "not ticked is not assessed", [form({"sledai.arthritis": True})], {"sledai": (4, 105), "sledai.rash": "unknown: not_assessed"}),
    P("4.3", "a form of nested groups", [{**form({}), "item": [{"linkId": "g1", "item": form({"sledai.arthritis": True, "sledai.rash": True})["item"]}]}], {"sledai": (6, 105)}),
    P("1", "a form in progress", [form(whole("arthritis"), status="in-progress")], {"sledai": (0, 105), "I3": UNKNOWN}),
    P("1", "a form entered in error", [form(whole("arthritis"), status="entered-in-error")], {"sledai": (0, 105)}),
    P("12", "only the newest form", [form(whole("seizure"), on=12), form({"sledai.rash": True}, on=3)], {"sledai": (2, 105), "sledai.seizure": UNKNOWN}),
    P("12", "measured, marked present: the form, conflict", [form({"sledai.hematuria": True}), urine(1)], {"sledai.hematuria": MET, "conflict I3a": True}),
    P("1", "measured, marked absent: the form", [form({"sledai.hematuria": False}), urine(20)], {"sledai.hematuria": NOT, "conflict I3a": True}),
    P("4.3", "a condition is a hint: unknown", [condition("G40.9", onsetDateTime=day(4)), condition("3723001", system=SNOMED, onsetDateTime=day(4))], {"sledai.seizure": UNKNOWN, "sledai.arthritis": UNKNOWN, "sledai": (0, 105)}),
    P("4.1", "laboratory from 10 days before the anchor", [form({"sledai.rash": True}, on=20), urine(20, on=30)], {"sledai.hematuria": MET}),
    P("4.1", "11 days before it", [form({"sledai.rash": True}, on=20), urine(20, on=31)], {"sledai.hematuria": "unknown: too_old"}),
    P("4.1", "between anchor and index date, the newest", [form({"sledai.rash": True}, on=20), urine(20, on=18), urine(2, on=1)], {"sledai.hematuria": NOT}),
    P("12", "the anchor is the newest usable form: one too old is none", [form({"sledai.rash": True}, on=31), urine(20, on=12)], {"sledai.hematuria": "unknown: too_old"}),
    P("12", "a form in progress is no anchor", [form({"sledai.rash": True}, on=20, status="in-progress"), urine(20, on=25)], {"sledai.hematuria": "unknown: too_old"}),
    P("12", "a total above 105 is no anchor", [total(120, on=20), urine(20, on=25)], {"sledai.hematuria": "unknown: too_old"}),
    P("12", "a bare total is an anchor", [total(12, on=20), urine(20, on=30)], {"sledai.hematuria": MET}),
    P("parameters", "sledai_max_age_days=60", [form(whole("seizure"), on=60)], {"sledai": (8, 8)}, {"sledai_max_age_days": "60"}),
    P("parameters", "sledai_descriptor_window_days=30", [urine(20, on=30)], {"sledai.hematuria": MET}, {"sledai_descriptor_window_days": "30"}),
    P("parameters", "sledai_anchor=index date", [form({"sledai.rash": True}, on=20), urine(20, on=30)], {"sledai.hematuria": UNKNOWN}, {"sledai_anchor": "index_date"}),
]  # fmt: skip

SEDIMENT = [
    P("4.1", f"red cells {text}", [urine(text)], {"sledai.hematuria": answer})
    for text, answer in (("3-5/HP", NOT), ("4-6", UNKNOWN), ("6-8", MET), ("满视野", MET), ("偶见", NOT), ("未见", NOT), ("0-1/HPF", NOT), ("6-8/HP", MET), ("5-8/HP", UNKNOWN), (">50/HP", MET), ("满视野/HP", MET), ("偶见/HP", NOT), ("0~3个/HP", NOT), ("阴性", NOT), (5, NOT), (6, MET), ("<5/HP", NOT), (">5/HP", MET), ("10-15个/HP", MET), ("未见异常", NOT))
] + [
    P("4.1", f"white cells {text}", [urine(text, code)], {"sledai.pyuria": answer})
    for text, answer, code in (("3-5/HP", NOT, WBC_URINE), ("4-6", UNKNOWN, WBC_URINE), ("满视野", MET, "46702-7"), (5.1, MET, "46702-7"), (5, NOT, WBC_URINE))
] + [
    P("4.1", "valueRange 6 to 8", [urine({"valueRange": {"low": {"value": 6, "unit": "/HPF"}, "high": {"value": 8, "unit": "/HPF"}}})], {"sledai.hematuria": MET}),
    P("4.1", "the automated count per field", [urine(8, "46419-8")], {"sledai.hematuria": MET}),
    P("10", "per microlitre does not convert", [lab("798-9", 500, "/uL"), lab("51487-7", 500, "/uL")], {"sledai.hematuria": UNKNOWN, "sledai.pyuria": UNKNOWN}),
    P("10", "per microlitre under a field's code", [lab(RBC, 500, "/uL")], {"sledai.hematuria": "unknown: unmapped"}),
    P("4.1", "red-cell casts", [lab(CAST_RBC, 1, "/[LPF]")], {"sledai.urinary_casts": MET}),
    P("4.1", "plain granular above 0: unknown", [lab(CAST_GRAN, 2, "/[LPF]"), lab(CAST_RBC, 0, "/[LPF]")], {"sledai.urinary_casts": UNKNOWN}),
    P("4.1", "both 0: absent", [lab(CAST_GRAN, 0, "/[LPF]"), lab(CAST_RBC, 0, "/[LPF]")], {"sledai.urinary_casts": NOT}),
    P("12", "only one kind, 0: unknown", [lab(CAST_RBC, 0, "/[LPF]")], {"sledai.urinary_casts": UNKNOWN}),
    P("4.1", "none of any kind", [lab(CAST_ANY, 0, "/[LPF]")], {"sledai.urinary_casts": NOT}),
    P("4.1", "hyaline casts do not count", [lab("5796-8", 5, "/[LPF]"), lab(CAST_GRAN, 0, "/[LPF]"), lab(CAST_RBC, 0, "/[LPF]")], {"sledai.urinary_casts": NOT}),
    P("4.1", "hyaline casts alone say nothing", [lab("5796-8", 5, "/[LPF]")], {"sledai.urinary_casts": UNKNOWN}),
    P("4.1", "casts of unknown kind", [lab(CAST_ANY, 2, "/[LPF]")], {"sledai.urinary_casts": UNKNOWN}),
] + [
    P("1", f"an active urinary infection ({code}) leaves them unknown", [condition(code, system=system, onsetDateTime=day(6)), urine(20), urine(20, WBC_URINE), lab(TEMP, 39, "Cel")], {"sledai.hematuria": UNKNOWN, "sledai.pyuria": UNKNOWN, "sledai.fever": UNKNOWN})
    for code, system in (("N39.0", "http://hl7.org/fhir/sid/icd-10"), ("N30.0", "http://hl7.org/fhir/sid/icd-10-cm"), ("N10", "http://hl7.org/fhir/sid/icd-10"), ("68566005", SNOMED))
] + [
    P("12", "undated", [condition("N39.0"), urine(20)], {"sledai.hematuria": UNKNOWN}),
    P("12", "over before the 10 days", [condition("N39.0", onsetDateTime=day(60), abatementDateTime=day(40), clinical="resolved"), urine(20)], {"sledai.hematuria": MET}),
    P("12", "over within the 10 days", [condition("N39.0", onsetDateTime=day(20), abatementDateTime=day(7), clinical="resolved"), urine(20)], {"sledai.hematuria": UNKNOWN}),
    P("12", "normal urine beside it stays absent", [condition("N39.0", onsetDateTime=day(6)), urine(2)], {"sledai.hematuria": NOT}),
    P("12", "the form settles it", [condition("N39.0", onsetDateTime=day(6)), urine(20), form({"sledai.hematuria": True})], {"sledai.hematuria": MET}),
    P("1", "refuted: no infection", [condition("N39.0", onsetDateTime=day(6), verified="refuted"), urine(20)], {"sledai.hematuria": MET}),
    P("1", "attributed: absent", [urine(20, note="考虑月经所致")], {"sledai.hematuria": NOT}),
]  # fmt: skip


def g(value: float, on: int, code: str = P24) -> dict:
    return lab(code, value, "g/(24.h)" if code == P24 else "g/g", on=on)


PROTEIN = [
    P("4.1", "new onset", [g(0.3, 60), g(0.9, 3)], {"sledai.proteinuria": MET}),
    P("4.1", "a rise of more than 0.5", [g(0.8, 60), g(1.4, 3)], {"sledai.proteinuria": MET}),
    P("4.1", "a rise of 0.5", [g(0.8, 200), g(1.3, 3)], {"sledai.proteinuria": NOT}),
    P("4.1", "persistent counts only in 2K", [g(2.0, 60), g(2.1, 3)], {"sledai.proteinuria": NOT}),
    P("4.1", "persistent in 2K", [g(2.0, 60), g(2.1, 3)], {"sledai.proteinuria": MET}, {"proteinuria_rule": "sledai2k"}),
    P("4.1", "first-ever value: unknown", [g(2.1, 3)], {"sledai.proteinuria": "unknown: indeterminate"}),
    P("4.1", "first-ever value in 2K", [g(2.1, 3)], {"sledai.proteinuria": MET}, {"proteinuria_rule": "sledai2k"}),
    P("4.1", "not above 0.5", [g(0.5, 3)], {"sledai.proteinuria": NOT}),
    P("4.1", "the newest earlier, not the lowest", [g(0.1, 300), g(1.0, 60), g(1.2, 3)], {"sledai.proteinuria": NOT}),
    P("4.1", "one in the 90 days not above 0.5: unknown", [g(0.4, 80), g(1.0, 40), g(1.2, 3)], {"sledai.proteinuria": UNKNOWN}),
    P("4.1", "one in the 90 days lower by more than 0.5", [g(0.6, 80), g(1.0, 40), g(1.2, 3)], {"sledai.proteinuria": UNKNOWN}),
    P("4.1", "90 days before the present one", [g(0.4, 93), g(1.0, 40), g(1.2, 3)], {"sledai.proteinuria": UNKNOWN}),
    P("4.1", "91 days before", [g(0.4, 94), g(1.0, 40), g(1.2, 3)], {"sledai.proteinuria": NOT}),
    P("4.1", "the same kind: UPCR is not 24 h", [g(0.3, 60, UPCR), g(0.9, 3)], {"sledai.proteinuria": UNKNOWN}),
    P("12", "UPCR in g/g serves", [g(0.3, 60, UPCR), g(0.9, 3, UPCR)], {"sledai.proteinuria": MET}),
    P("12", "UPCR in mg/mmol", [lab(UPCR, 20, "mg/mmol", on=60), lab(UPCR, 100, "mg/mmol", on=3)], {"sledai.proteinuria": MET}),
    P("4.1", "valid values only: the earlier one implausible", [g(90, 60), g(0.9, 3)], {"sledai.proteinuria": UNKNOWN}),
    P("4.1", "an earlier preliminary one is not valid", [g(0.3, 60) | {"status": "preliminary"}, g(0.9, 3)], {"sledai.proteinuria": UNKNOWN}),
    P("4.1", "new onset within the window", [g(0.3, 8), g(0.9, 3)], {"sledai.proteinuria": MET}),
    P("parameters", "proteinuria_reference=lowest in 90 days", [g(0.4, 80), g(1.0, 40), g(1.2, 3)], {"sledai.proteinuria": MET}, {"proteinuria_reference": "lowest_recent"}),
    P("9", "albumin is not protein", [lab("9318-7", 100, "mg/g", on=60), lab("9318-7", 2000, "mg/g", on=3)], {"sledai.proteinuria": UNKNOWN}),
]  # fmt: skip

LIMITS = [
    *(P("4.1", f"{name} {value} {unit}", [lab(code, value, unit, **more)], {f"sledai.{name}": answer})
      for name, code, value, unit, more, answer in (
        ("fever", TEMP, 38, "Cel", {}, NOT), ("fever", "8328-7", 38.1, "Cel", {}, MET), ("fever", "8331-1", 100.4, "[degF]", {}, NOT), ("fever", "8331-1", 100.5, "[degF]", {}, MET),
        ("thrombocytopenia", "777-3", 100, CELLS, {}, NOT), ("thrombocytopenia", "778-1", 99.9, CELLS, {}, MET), ("leukopenia", "6690-2", 3.0, CELLS, {}, NOT), ("leukopenia", "804-5", 2990, "/uL", {}, MET), ("leukopenia", "6690-2", 3.5, CELLS, {}, NOT),
        ("low_complement", CH50, 20, "U/mL", {"low": 30}, MET), ("low_complement", C4, 0.05, "g/L", {"low": 0.1}, MET), ("low_complement", C3, 40, "mg/dL", {"low": 79}, MET),
        ("increased_dna_binding", "11013-0", 30, "%", {}, MET), ("increased_dna_binding", "11013-0", 25, "%", {}, NOT), ("increased_dna_binding", "5130-0", 30, "%", {"high": 35}, NOT), ("increased_dna_binding", "5130-0", 30, "[IU]/mL", {}, UNKNOWN), ("increased_dna_binding", "5130-0", 30, "U/mL", {"high": 20}, MET),
      )),
    P("4.1", "one descriptor even if both are low", [lab(C3, 0.4, "g/L", low=0.8), lab(C4, 0.05, "g/L", low=0.1)], {"sledai": (2, 105)}),
    P("parameters", "C3 and C4 normal: absent without CH50", [lab(C3, 1, "g/L", low=0.8), lab(C4, 0.2, "g/L", low=0.1)], {"sledai.low_complement": NOT}),
    P("4.1", "C3 and C4 normal, CH50 low", [lab(C3, 1, "g/L", low=0.8), lab(C4, 0.2, "g/L", low=0.1), lab(CH50, 10, "U/mL", low=30)], {"sledai.low_complement": MET}),
    P("4.1", "C3 normal alone", [lab(C3, 1, "g/L", low=0.8)], {"sledai.low_complement": UNKNOWN}),
    P("parameters", "low_complement_absence=needs CH50", [lab(C3, 1, "g/L", low=0.8), lab(C4, 0.2, "g/L", low=0.1)], {"sledai.low_complement": UNKNOWN}, {"low_complement_absence": "ch50"}),
    P("4.1", "the same count: present for one set, absent for the other", [lab("6690-2", 3.5, CELLS), lab(TEMP, 38.2, "Cel")], {"sledai.leukopenia": NOT, "eular.leukopenia": MET, "sledai.fever": MET, "eular.fever": NOT}),
    P("12", "an item of one instrument never serves another", [form({"eular.fever": True, "acr97.arthritis": True, "eular.seizure": True})], {"sledai": (0, 105)}),
    P("4.2", "laboratory items are 23 points", [urine(20), urine(20, WBC_URINE), g(0.1, 60), g(2, 3), lab(CAST_RBC, 2, "/[LPF]"), lab(C3, 0.4, "g/L", low=0.8), lab("31348-6", "阳性"), lab(TEMP, 39, "Cel"), lab("777-3", 20, CELLS), lab("6690-2", 1, CELLS)], {"sledai": (23, 105), "clinical": (19, 101), "I3": MET}),
    P("4.2", "the other 15 are unknown unless entered", [item("sledai.arthritis"), item("sledai.rash", False)], {"sledai": (4, 103)}),
    P("4.3", "a code nobody has mapped", [lab("SLEDAI", {"valueInteger": 12}, system="http://emr.example.org")], {"sledai": (0, 105)}),
    P("4.3", "the total as a component of a visit", [lab("x", system=LOINC, component=[{"code": concept(OWN, "sledai.total"), "valueInteger": 12}])], {"sledai": (12, 12)}),
]  # fmt: skip

PROBES = [*DEFINITION, *TOTALS, *FORMS, *SEDIMENT, *PROTEIN, *LIMITS]
