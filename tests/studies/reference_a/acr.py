"""Section 3.2, 3.3 and "I2" of section 12: ACR 1997."""

from tests.studies.reference_a.probe import Probe
from tests.studies.reference_a.records import ICD, SNOMED, condition, form, item, lab, panel

CELLS = "10*9/L"
P = Probe  # one a row: section, sentence, resources, answers, parameters
MET, NOT, UNKNOWN = "met", "not_met", "unknown"
WBC, LYM, PLT, DSDNA = "6690-2", "731-0", "777-3", "31348-6"
CAST_RBC, CAST_GRAN, CAST_ANY, CAST_HYAL, CAST_WBC, CAST_MIX = (
    "5807-3",
    "5793-5",
    "9842-6",
    "5796-8",
    "5820-6",
    "38995-7",
)
RPR, VDRL, TREP = "20507-0", "5292-8", "22587-0"


def cast(code: str, value: object) -> dict:
    return lab(code, value, "/[LPF]" if isinstance(value, (int, float)) else "")


def sheet(*names: str) -> dict:
    return form({f"acr97.{name}": True for name in names})


NO_CASTS = [cast(CAST_RBC, 0), cast(CAST_GRAN, 0)]
NORMAL_BLOOD = [lab(WBC, 6, CELLS), lab(LYM, 2, CELLS), lab(PLT, 200, CELLS), form({"acr97.hemolytic_anemia": False})]

HAEMATOLOGIC = [
    P("3.2", f"{name}: two occasions", [lab(code, value, CELLS, on=50), lab(code, value, CELLS, on=10)], {"acr.hematologic": MET})
    for name, code, value in (("leukopenia", WBC, 3.9), ("lymphopenia", "26474-7", 1.4), ("lymphopenia, manual", "732-8", 1.49))
] + [
    P("3.2", "the limit itself is not below", [*NORMAL_BLOOD[2:], lab(WBC, 4.0, CELLS), lab(WBC, 4.0, CELLS, on=90), lab(LYM, 1.5, CELLS), lab(LYM, 1.5, CELLS, on=90)], {"acr.hematologic": NOT}),
    P("3.2", "one abnormal result and no second occasion: unknown", [*NORMAL_BLOOD[1:], lab(WBC, 3.0, CELLS)], {"acr.hematologic": UNKNOWN}),
    P("parameters", "two occasions, fewer than two abnormal: absent", [*NORMAL_BLOOD, lab(WBC, 3.0, CELLS, on=90)], {"acr.hematologic": NOT}),
    P("3.2", "twice on one day is one occasion", [*NORMAL_BLOOD[1:], lab(WBC, 3.0, CELLS, on="2026-03-01T08:00:00+08:00"), lab(WBC, 3.1, CELLS, on="2026-03-01T16:00:00+08:00")], {"acr.hematologic": UNKNOWN}),
    P("12", "one abnormal and one that nobody can judge: unknown", [*NORMAL_BLOOD[1:], lab(WBC, 3.0, CELLS, on=40), lab(WBC, 3000, CELLS, on=90)], {"acr.hematologic": UNKNOWN}),
    P("12", "one month is not two occasions for sure", [lab(WBC, 3.0, CELLS, on="2026-01"), lab(WBC, 3.1, CELLS, on="2026-01-20")], {"acr.hematologic": UNKNOWN}),
    P("3.2", "platelets once", [lab(PLT, 99, CELLS, on=700)], {"acr.hematologic": MET}),
    P("3.2", "all measured and normal, haemolysis absent", NORMAL_BLOOD, {"acr.hematologic": NOT}),
    P("3.2", "normal, haemolysis not looked for", NORMAL_BLOOD[:3], {"acr.hematologic": UNKNOWN}),
    P("3.2", "reticulocytes normal: no haemolytic anaemia with reticulocytosis", [*NORMAL_BLOOD[:3], lab("14196-0", 60, CELLS, high=100)], {"acr.hematologic": NOT}),
    P("3.2", "haemolytic anaemia stated", [sheet("hemolytic_anemia")], {"acr.hematologic": MET}),
    P("12", "haemolysis stated, antiglobulin test negative: present", [sheet("hemolytic_anemia"), lab("1007-4", "阴性")], {"acr.hematologic": MET}),
    P("3.3", "autoimmune haemolytic anaemia coded", [condition("413603009", system=SNOMED, clinical="resolved")], {"acr.hematologic": MET}),
    P("3.2", "attributed to a drug", [*NORMAL_BLOOD, lab(PLT, 50, CELLS, on=60, note="due to heparin")], {"acr.hematologic": NOT}),
    P("3.1", "autoimmune haemolysis put down to a drug", [*NORMAL_BLOOD[:3], condition("413603009", system=SNOMED, note=[{"text": "due to penicillin"}])], {"acr.hematologic": UNKNOWN, "eular.autoimmune_hemolysis": UNKNOWN}),
    P("10", "percent alone is not enough", [lab("26474-7", 10, "%"), lab("26474-7", 9, "%", on=90)], {"acr.hematologic": UNKNOWN}),
    P("parameters", "two_occasions_single_result=absent", [*NORMAL_BLOOD[1:], lab(WBC, 3.0, CELLS)], {"acr.hematologic": NOT}, {"two_occasions_single_result": "not_met"}),
]  # fmt: skip

RENAL = [
    P("3.2", "proteinuria over 0.5 g/day, persistent", [lab("2889-4", 0.9, "g/(24.h)", on=60), lab("2889-4", 0.8, "g/(24.h)")], {"acr.renal": MET}),
    P("12", "UPCR serves the renal item", [lab("2890-2", 900, "mg/g", on=60), lab("2890-2", 800, "mg/g")], {"acr.renal": MET}),
    P("12", "UPCR and 24 h together", [lab("2890-2", 900, "mg/g", on=60), lab("2889-4", 0.8, "g/(24.h)")], {"acr.renal": MET}),
    P("3.2", "once is not persistent", [lab("2889-4", 0.9, "g/(24.h)"), *NO_CASTS], {"acr.renal": UNKNOWN}),
    P("3.2", "normal and no casts", [lab("2889-4", 0.1, "g/(24.h)"), *NO_CASTS], {"acr.renal": NOT}),
    P("3.2", "not quantified: 4+ persistent", [lab("20454-5", "4+", on=60), lab("20454-5", "++++")], {"acr.renal": MET}),
    P("3.2", "sources differ on 3+: unknown", [lab("20454-5", "3+", on=60), lab("57735-3", "+++"), *NO_CASTS], {"acr.renal": UNKNOWN}),
    P("3.2", "4+ once and negative once is not persistent", [lab("20454-5", "4+", on=60), lab("20454-5", "阴性"), *NO_CASTS], {"acr.renal": NOT}),
    P("3.2", "3+ once and negative once is not persistent", [lab("20454-5", "3+", on=60), lab("20454-5", "阴性"), *NO_CASTS], {"acr.renal": NOT}),
    P("3.2", "4+ once: unknown", [lab("20454-5", "4+"), *NO_CASTS], {"acr.renal": UNKNOWN}),
    P("3.2", "4+ and 3+: open between the sources", [lab("20454-5", "4+", on=60), lab("20454-5", "3+"), *NO_CASTS], {"acr.renal": UNKNOWN}),
    P("10", "a test strip in mg/dL is no grade", [lab("5804-0", 300, "mg/dL", on=60), lab("5804-0", 30, "mg/dL"), *NO_CASTS], {"acr.renal": UNKNOWN}),
    P("3.2", "2+ is below either", [lab("20454-5", "2+", on=60), lab("2887-8", "++"), *NO_CASTS], {"acr.renal": NOT}),
    P("3.2", "negative", [lab("20454-5", "阴性"), *NO_CASTS], {"acr.renal": NOT}),
    P("3.2", "quantified: the dipstick is not asked", [lab("20454-5", "4+", on=60), lab("20454-5", "4+"), lab("2889-4", 0.1, "g/(24.h)"), *NO_CASTS], {"acr.renal": NOT}),
    P("9", "albumin is not protein", [lab("9318-7", 2000, "mg/g"), lab("9318-7", 2000, "mg/g", on=90), *NO_CASTS], {"acr.renal": UNKNOWN}),
    *(P("3.2", f"casts count: {code} {value}", [cast(code, value)], {"acr.renal": MET}) for code, value in ((CAST_RBC, 1), (CAST_GRAN, 2), ("33225-4", 1), (CAST_MIX, 1), (CAST_RBC, "阳性"), (CAST_GRAN, "1-3/LP"))),
    *(P("3.2", f"casts that are not in the list: {code}", [lab("2889-4", 0.1, "g/(24.h)"), *NO_CASTS, cast(code, 3)], {"acr.renal": NOT}) for code in (CAST_WBC, CAST_HYAL, "33223-9")),
    P("12", "only one kind of cast reported, 0: unknown", [lab("2889-4", 0.1, "g/(24.h)"), cast(CAST_RBC, 0)], {"acr.renal": UNKNOWN}),
    P("12", "only granular reported, 0: unknown", [lab("2889-4", 0.1, "g/(24.h)"), cast(CAST_GRAN, 0)], {"acr.renal": UNKNOWN}),
    P("3.2", "casts of any kind 0", [lab("2889-4", 0.1, "g/(24.h)"), cast(CAST_ANY, 0)], {"acr.renal": NOT}),
    P("3.2", "casts of unknown kind seen", [lab("2889-4", 0.1, "g/(24.h)"), cast(CAST_ANY, 3)], {"acr.renal": UNKNOWN}),
    P("3.2", "未见 is 0", [lab("2889-4", 0.1, "g/(24.h)"), cast(CAST_RBC, "未见"), cast(CAST_GRAN, "未见")], {"acr.renal": NOT}),
]  # fmt: skip

NEGATIVE = [
    lab(DSDNA, "阴性"),
    lab("5356-1", "阴性"),
    lab("3181-5", 2, "[GPL'U]/mL", high=20),
    lab("3182-3", 2, "[MPL'U]/mL", high=20),
    lab("3281-3", "阴性"),
]
REAGIN = [lab(RPR, "阳性", on=200), lab(VDRL, "阳性", on=5)]

IMMUNOLOGIC = [
    *(P("3.2", f"{result['code']['coding'][0]['code']} abnormal", [result], {"acr.immunologic": MET}) for result in (lab(DSDNA, "阳性"), lab("31627-3", "阳性"), lab("3181-5", 21, "[GPL'U]/mL", high=20), lab("3182-3", "弱阳性"), lab("3281-3", "阳性"))),
    P("3.2", "all negative; no syphilis test on record", NEGATIVE, {"acr.immunologic": NOT}),
    P("3.2", "complement is no item", [*NEGATIVE, lab("4485-9", 0.3, "g/L", low=0.8)], {"acr.immunologic": NOT, "acr": (0, 10)}),
    P("3.2", "anti-beta2GP1 is not in the list", [*NEGATIVE, lab("44448-9", "阳性")], {"acr.immunologic": NOT}),
    P("3.2", "the LE-cell test was dropped", [lab("13507-9", "阳性")], {"acr.immunologic": UNKNOWN}),
    P("12", "false-positive syphilis: two 183 days apart, treponemal negative", [*REAGIN, lab(TREP, "阴性")], {"acr.immunologic": MET}),
    P("12", "a single one: unknown", [*NEGATIVE, lab(RPR, "阳性"), lab(TREP, "阴性")], {"acr.immunologic": UNKNOWN}),
    P("12", "182 days apart: unknown", [*NEGATIVE, lab(RPR, "阳性", on=187), lab(RPR, "阳性", on=5), lab(TREP, "阴性")], {"acr.immunologic": UNKNOWN}),
    P("12", "183 days apart", [*NEGATIVE, lab(RPR, "阳性", on=188), lab(RPR, "阳性", on=5), lab(TREP, "阴性")], {"acr.immunologic": MET}),
    P("3.2", "not confirmed by a treponemal test: unknown", [*NEGATIVE, *REAGIN], {"acr.immunologic": UNKNOWN}),
    P("3.2", "treponemal positive: a true positive", [*NEGATIVE, *REAGIN, lab(TREP, "阳性")], {"acr.immunologic": NOT}),
    P("3.2", "reagin negative", [*NEGATIVE, lab(RPR, "阴性")], {"acr.immunologic": NOT}),
    P("3.2", "reagin as a titre with a range", [*NEGATIVE, lab(RPR, "阳性 1:4", on=300), lab(RPR, "阳性(1:2)"), lab(TREP, "阴性")], {"acr.immunologic": MET}),
]  # fmt: skip

OTHERS = [
    *(P("3.3", f"{code} leaves {name} unknown", [condition(code, system=system)], {f"acr.{name}": "unknown: indeterminate"})
      for code, system, name in (("G40", ICD, "neurologic"), ("F29", ICD, "neurologic"), ("3723001", SNOMED, "arthritis"), ("3238004", SNOMED, "serositis"), ("L93.0", ICD, "discoid_rash"))),
    P("3.2", "any 4 of 11", [sheet("malar_rash", "photosensitivity", "oral_ulcers", "arthritis")], {"I2a": MET, "I2": MET, "acr": (4, 11)}),
    P("3.2", "3 are not enough", [sheet("malar_rash", "photosensitivity", "oral_ulcers")], {"I2a": UNKNOWN, "acr": (3, 11)}),
    P("3.2", "no ANA entry: this set is met while the other fails", [sheet("malar_rash", "photosensitivity", "oral_ulcers", "serositis"), lab("5048-4", "1:40")], {"I2a": MET, "I2b": NOT, "I2": MET, "entry": NOT, "acr": (4, 10)}),
    P("3.2", "at any time", [item("acr97.malar_rash", on=3000), item("acr97.discoid_rash", on=None), lab("5048-4", "1:320", on=2000), lab(PLT, 20, CELLS, on=4000)], {"I2a": MET, "acr": (4, 11)}),
    P("3.2", "as components", [panel({"acr97.malar_rash": True, "acr97.discoid_rash": "有", "acr97.arthritis": "无", "acr97.serositis": False})], {"acr": (2, 9)}),
    P("3.2", "too few left", [form({f"acr97.{n}": False for n in ("malar_rash", "discoid_rash", "photosensitivity", "oral_ulcers", "arthritis", "serositis", "neurologic")}), lab("5048-4", "阴性")], {"I2a": NOT, "acr": (0, 3)}),
    P("3.2", "every item absent on the form", [form({f"acr97.{n}": False for n in ("renal", "hematologic", "immunologic", "ana")})], {"acr": (0, 7)}),
    P("12", "absent does not undo what was measured", [form({"acr97.ana": False, "acr97.hematologic": False}), lab("5048-4", "1:320"), lab(PLT, 20, CELLS)], {"acr": (2, 11)}),
    P("12", "below 1:80 without range: absent; an amount without range says nothing", [lab("8061-4", 90, "{RU}/mL")], {"acr.ana": UNKNOWN}),
    P("12", "<1:100 does not show it either", [lab("5048-4", "<1:100")], {"acr.ana": UNKNOWN}),
    P("parameters", "classification_any=eular only", [sheet("malar_rash", "photosensitivity", "oral_ulcers", "arthritis")], {"I2a": MET, "I2": UNKNOWN}, {"classification_any": "eular_acr_2019"}),
    P("3.3", "an item in doubt counts as unknown", [form({"acr97.malar_rash": "可疑"})], {"acr": (0, 11)}),
]  # fmt: skip

ITEMS = (
    "malar_rash",
    "discoid_rash",
    "photosensitivity",
    "oral_ulcers",
    "arthritis",
    "serositis",
    "renal",
    "neurologic",
    "hematologic",
    "immunologic",
    "ana",
)
EACH = [P("3.2", f"{name} present", [sheet(name)], {"acr": (1, 11)}) for name in ITEMS] + [
    P("3.2", f"{name} absent", [form({f"acr97.{name}": False})], {"acr": (0, 10)}) for name in ITEMS
]

PROBES = [*EACH, *HAEMATOLOGIC, *RENAL, *IMMUNOLOGIC, *OTHERS]
