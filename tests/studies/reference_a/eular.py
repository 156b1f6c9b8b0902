"""Section 3.1, 3.3 and "I2" of section 12: EULAR/ACR 2019."""

from tests.studies.reference_a.probe import Probe
from tests.studies.reference_a.records import ICD, SNOMED, condition, day, form, item, lab, panel

CELLS = "10*9/L"
P = Probe  # one a row: section, sentence, resources, answers, parameters
MET, NOT, UNKNOWN = "met", "not_met", "unknown"
ANA, DSDNA, SM, C3, C4, TEMP = "5048-4", "5130-0", "11090-8", "4485-9", "4498-2", "8310-5"
ACL_G, ACL_M, B2_G, B2_M, LA = "3181-5", "3182-3", "44448-9", "44449-7", "3281-3"


def ana(value: object, unit: str = "", **more: object) -> dict:
    return lab(ANA, value, unit, on=400, **more)


def ratio(numerator: object, denominator: object) -> dict:
    return {
        "valueRatio": {
            "numerator": {"value": numerator},
            "denominator": denominator if isinstance(denominator, dict) else {"value": denominator},
        }
    }


TITRES = [
    P("3.3", f"ANA {text} passes", [ana(text)], {"entry": MET, "acr.ana": MET})
    for text in ("1:320", "1：320", "1:320 核颗粒型", ">1:1000", "1:100", "1:80", "阳性 1:320", "阳性(1:100)", "1:100(+)核均质型", "≥1:80", "1/320", "1 : 640")
] + [
    P("3.3", f"ANA {text} does not show 1:80", [ana(text)], {"entry": UNKNOWN})
    for text in ("<1:100", "阳性", "±", "弱阳性", "见报告")
] + [
    P("3.3", f"ANA {text} is below 1:80", [ana(text)], {"entry": NOT, "acr.ana": NOT})
    for text in ("1:40", "<1:80", "阴性", "阴性(-)", "Negative", "<1:40", "阴性 <1:80")
] + [
    P("3.3", "valueRatio 1/320", [ana(ratio(1, 320))], {"entry": MET}),
    P("3.3", "valueRatio below 1:100", [ana(ratio(1, {"value": 100, "comparator": "<"}))], {"entry": UNKNOWN}),
    P("3.3", "valueRatio above 1:1000", [ana(ratio(1, {"value": 1000, "comparator": ">"}))], {"entry": MET}),
    P("3.3", "valueQuantity 320 {titer}", [ana(320, "{titer}")], {"entry": MET}),
    P("3.3", "the other code", [lab("29953-7", "1:160")], {"entry": MET}),
    P("3.3", "valueQuantity <80 {titer}", [ana("<80", "{titer}")], {"entry": NOT}),
    P("3.3", "valueQuantity >=80", [ana(">=80", "{titer}")], {"entry": MET}),
    P("3.1", "entry: at least once, ever", [ana("1:40"), lab(ANA, "1:160", on=3000)], {"entry": MET}),
    P("3.1", "undated counts", [lab(ANA, "1:160", on=None)], {"entry": MET}),
    P("3.1", "no valid ANA: unknown", [lab(ANA, "1:160", status="preliminary")], {"entry": UNKNOWN}),
    P("3.1", "at least one valid and none reaching 1:80", [ana("1:40"), lab(ANA, "阴性")], {"entry": NOT, "I2b": NOT}),
    P("3.3", "positive without titre: unknown for the entry, present for ACR", [lab("8061-4", "阳性")], {"entry": UNKNOWN, "acr.ana": MET}),
    P("3.3", "the presence codes", [lab("42254-3", "阳性")], {"entry": UNKNOWN, "acr.ana": MET}),
    P("3.3", "the presence codes", [lab("47383-5", "positive")], {"entry": UNKNOWN, "acr.ana": MET}),
    P("3.3", "a presence code with a titre", [lab("8061-4", "1:320")], {"entry": MET, "acr.ana": MET}),
    P("3.3", "an amount of a solid phase is no titre", [lab("47383-5", 150, "{RU}/mL", high=20)], {"entry": UNKNOWN, "acr.ana": MET}),
    P("3.3", "an index is no titre", [lab("8061-4", 90, "{index}", high=1)], {"entry": UNKNOWN, "acr.ana": MET}),
    P("3.3", "plain negative counts as below", [lab("8061-4", "阴性")], {"entry": NOT, "acr.ana": NOT}),
    P("3.3", "one negative and a positive without titre", [lab("8061-4", "阴性", on=30), lab("8061-4", "阳性", on=300)], {"entry": UNKNOWN, "acr.ana": MET}),
    P("3.3", "the pattern is no ANA", [lab("14611-8", "核颗粒型")], {"entry": UNKNOWN, "acr.ana": UNKNOWN}),
    P("12", "below 1:80 without the flag: absent for ACR", [ana("1:40")], {"acr.ana": NOT}),
    P("12", "below 1:80 with the laboratory's flag", [ana("1:40", flag="POS")], {"entry": NOT, "acr.ana": MET}),
    P("12", "points are summed even when the entry fails", [ana("1:40"), lab("6690-2", 2, CELLS), lab(SM, "阳性")], {"entry": NOT, "eular": (9, 51), "I2b": NOT}),
    P("parameters", "ana_qualitative_positive=met", [lab("8061-4", "阳性")], {"entry": MET}, {"ana_qualitative_positive": "met"}),
    P("parameters", "ana_plain_negative=unknown", [lab("8061-4", "阴性")], {"entry": UNKNOWN}, {"ana_plain_negative": "unknown"}),
]  # fmt: skip

LIMITS = [
    P("3.1", f"temperature {value}", [lab(code, value, unit, on=900)], {"eular.fever": answer})
    for value, unit, answer, code in (
        (38.3, "Cel", NOT, TEMP), (38.4, "Cel", MET, "8328-7"), (100.9, "[degF]", NOT, "8331-1"), (101, "[degF]", MET, "8332-9"), ("38.5", "℃", MET, "8333-7"),
    )
] + [
    P("3.1", f"white cells {value} {unit}", [lab(code, value, unit)], {"eular.leukopenia": answer})
    for value, unit, answer, code in (
        (4.0, CELLS, NOT, "6690-2"), (3.99, CELLS, MET, "26464-8"), (3900, "/uL", MET, "804-5"), (3.9, "10*3/uL", MET, "6690-2"), (3.9, "G/L", MET, "6690-2"), (3900, "/mm3", MET, "6690-2"), (3.9, "10^9/L", MET, "6690-2"), ("3.9", "×10⁹/L", MET, "6690-2"), (3.9, "K/uL", MET, "6690-2"),
    )
] + [
    P("3.1", f"platelets {value} {unit}", [lab(code, value, unit)], {"eular.thrombocytopenia": answer})
    for value, unit, answer, code in ((100, CELLS, NOT, "777-3"), (99, CELLS, MET, "26515-7"), (99000, "/uL", MET, "778-1"))
] + [
    P("3.1", f"protein {value} {unit}", [lab(code, value, unit)], {"eular.proteinuria": answer})
    for value, unit, answer, code in (
        (0.5, "g/(24.h)", NOT, "2889-4"), (0.51, "g/(24.h)", MET, "2889-4"), (510, "mg/(24.h)", MET, "2889-4"), (510, "mg/24h", MET, "2889-4"), (500, "mg/24h", NOT, "2889-4"), ("0.8", "g/24h", MET, "2889-4"), (510, "mg/d", MET, "2889-4"),
        (510, "mg/g", MET, "2890-2"), (500, "mg/g{creat}", NOT, "34366-5"), (57, "mg/mmol", MET, "13801-6"), (56, "mg/mmol", NOT, "40486-3"), (57, "g/mol", MET, "34366-5"), (0.51, "mg/mg", MET, "34366-5"), (0.51, "g/g", MET, "34366-5"),
        (2000, "mg/g", UNKNOWN, "9318-7"), (3, "g/L", UNKNOWN, "2888-6"), (300, "mg/dL", UNKNOWN, "21482-5"), ("3+", "", UNKNOWN, "20454-5"), (3, "g/L", "unknown: unmapped", "2889-4"),
    )
] + [
    P("3.1", "one item abnormal among UPCR and 24 h", [lab("2889-4", 0.3, "g/(24.h)", on=30), lab("2890-2", 900, "mg/g", on=300)], {"eular.proteinuria": MET}),
    P("parameters", "upcr_mmol_rule=rounded: 0.51 g/g", [lab("2890-2", 51, "mg/mmol")], {"eular.proteinuria": MET}, {"upcr_mmol_rule": "rounded"}),
    P("parameters", "exact: 0.45 g/g", [lab("2890-2", 51, "mg/mmol")], {"eular.proteinuria": NOT}),
    P("parameters", "ever_item_absence=unknown", [lab("777-3", 200, CELLS)], {"eular.thrombocytopenia": UNKNOWN}, {"ever_item_absence": "unknown"}),
]  # fmt: skip


def apl(*without: str, **changed: dict) -> list[dict]:
    normal = {
        ACL_G: lab(ACL_G, 3, "[GPL'U]/mL", high=20), ACL_M: lab(ACL_M, 3, "[MPL'U]/mL", high=20),
        B2_G: lab(B2_G, 3, "{RU}/mL", high=20), B2_M: lab(B2_M, "阴性"), LA: lab(LA, "阴性"),
    }  # fmt: skip
    return [result for code, result in normal.items() if code not in without]


ANTIBODIES = [
    P("3.1", "aCL over 40 GPL", [lab(ACL_G, 41, "[GPL'U]/mL", high=20)], {"eular.antiphospholipid": MET, "acr.immunologic": MET}),
    P("3.1", "aCL of 40 is not over 40", [*apl(ACL_G), lab(ACL_G, 40, "[GPL'U]/mL", high=20)], {"eular.antiphospholipid": NOT, "acr.immunologic": MET}),
    P("3.1", "aCL IgM over 40 MPL", [lab(ACL_M, 45, "MPL/mL", high=20)], {"eular.antiphospholipid": MET}),
    P("10", "RU/mL by the report's limit: positive, level unknown", [lab(ACL_G, 80, "RU/mL", high=20)], {"eular.antiphospholipid": UNKNOWN, "acr.immunologic": MET}),
    P("10", "CU by the report's limit, negative", [*apl(ACL_G), lab(ACL_G, 8, "CU", high=20)], {"eular.antiphospholipid": NOT}),
    P("10", "aCL positive in words: level unknown", [*apl(ACL_G), lab(ACL_G, "阳性")], {"eular.antiphospholipid": UNKNOWN, "acr.immunologic": MET}),
    P("10", "U/mL by the report's limit", [*apl(ACL_M), lab(ACL_M, 50, "U/mL", high=12)], {"eular.antiphospholipid": UNKNOWN, "acr.immunologic": MET}),
    P("3.3", "all five absent", apl(), {"eular.antiphospholipid": NOT}),
    *(P("3.3", f"{code} is needed", apl(code), {"eular.antiphospholipid": "unknown: no_result"}) for code in (ACL_G, ACL_M, B2_G, B2_M, LA)),
    P("3.1", "anti-beta2GP1 above the report's limit", [lab("16135-6", 30, "RU/mL", high=20)], {"eular.antiphospholipid": MET, "acr.immunologic": UNKNOWN}),
    P("3.1", "anti-beta2GP1 IgM positive", [lab("16136-4", "阳性")], {"eular.antiphospholipid": MET}),
    P("3.1", "anti-beta2GP1 without range or flag", [lab(B2_G, 30, "RU/mL")], {"eular.antiphospholipid": "unknown"}),
    P("3.1", "lupus anticoagulant", [lab(LA, "阳性")], {"eular.antiphospholipid": MET, "acr.immunologic": MET}),
    P("9", "the screening step is no positive LA by itself", [lab("34571-0", 60, "s", high=45)], {"eular.antiphospholipid": UNKNOWN, "acr.immunologic": UNKNOWN}),
    P("9", "the screening step flagged high", [lab("34571-0", 60, "s", flag="H")], {"eular.antiphospholipid": UNKNOWN, "acr.immunologic": UNKNOWN}),
    P("9", "the screening step positive in words", [lab("34571-0", "阳性")], {"eular.antiphospholipid": UNKNOWN, "acr.immunologic": UNKNOWN}),
    P("9", "the screening step flagged POS", [lab("34571-0", 60, "s", flag="POS")], {"eular.antiphospholipid": UNKNOWN, "acr.immunologic": UNKNOWN}),
    P("parameters", "apl_negative_set=any three", apl(ACL_M, B2_M), {"eular.antiphospholipid": NOT}, {"apl_negative_set": "3"}),
    *(P("3.1", f"anti-dsDNA {code} {value} {unit}", [lab(code, value, unit, **more)], {"eular.anti_dsdna": answer, "acr.immunologic": MET if answer == MET else UNKNOWN, "sledai.increased_dna_binding": answer})
      for code, value, unit, more, answer in (
        ("5130-0", 101, "[IU]/mL", {"high": 100}, MET), ("32677-7", 100, "IU/mL", {"high": 100}, NOT), ("33800-4", 120, "U/mL", {"high": 100}, MET), ("11013-0", "1:10", "", {"referenceRange": [{"text": "<1:10"}]}, MET),
        ("11013-0", "1:10", "", {}, UNKNOWN), ("31348-6", "阳性", "", {}, MET), ("5130-0", 300, "[IU]/mL", {}, UNKNOWN), ("5130-0", "<10", "IU/mL", {"high": 100}, NOT), ("5130-0", ">800", "IU/mL", {"high": 100}, MET), ("5130-0", 3, "{index}", {"high": 1}, MET),
        ("5130-0", 200, "RU/mL", {"referenceRange": [{"text": "<100"}]}, MET),
      )),
    *(P("3.1", f"anti-Sm {code} {value}", [lab(code, value, unit, high=high)], {"eular.anti_sm": answer})
      for code, value, unit, high, answer in (("11090-8", 30, "RU/mL", 20, MET), ("43182-5", 10, "RU/mL", 20, NOT), ("5356-1", "阳性", "", None, MET), ("31627-3", "阴性", "", None, NOT), ("11090-8", 30, "U/mL", None, UNKNOWN))),
    P("3.1", "anti-dsDNA and anti-Sm 6 for either or both", [lab(SM, "阳性"), lab("31348-6", "阳性")], {"eular": (6, 51)}),
]  # fmt: skip


def c(code: str, value: float, **more: object) -> dict:
    low = {C3: 0.79, C4: 0.16}[code]
    return lab(code, value, "g/L", low=low, **more)


HAEMOLYSIS = {"reticulocytes": lab("60474-4", 200, CELLS, high=100), "haptoglobin": lab("4542-7", 10, "mg/dL", low=30), "indirect": lab("14630-8", 40, "umol/L", high=15), "ldh": lab("2532-0", 500, "U/L", high=250)}  # fmt: skip
DOMAINS = [
    P("3.1", "C3 or C4 = 3", [c(C3, 0.5), c(C4, 0.3)], {"eular.low_c3_or_c4": MET, "eular.low_c3_and_c4": NOT, "eular": (3, 50)}),
    P("3.1", "C3 and C4 = 4", [c(C3, 0.5), c(C4, 0.1)], {"eular.low_c3_and_c4": MET, "eular": (4, 51)}),
    P("12", "low at different times count as both low", [c(C3, 0.5, on=900), c(C4, 0.1, on=20), c(C3, 1.0, on=5), c(C4, 0.3, on=3)], {"eular.low_c3_and_c4": MET}),
    P("12", "only one measured and normal: unknown", [c(C3, 1.0)], {"eular.low_c3_or_c4": "unknown: no_result", "eular": (0, 50)}),
    P("3.1", "both normal: absent", [c(C3, 1.0), c(C4, 0.2)], {"eular.low_c3_or_c4": NOT, "eular": (0, 47)}),
    P("3.1", "per domain the highest: haematologic", [lab("6690-2", 2, CELLS), lab("777-3", 50, CELLS)], {"eular": (4, 51)}),
    P("3.1", "mucocutaneous", [form({"eular.oral_ulcers": True, "eular.nonscarring_alopecia": True, "eular.acute_cutaneous_lupus": True})], {"eular": (6, 51)}),
    P("3.1", "neuropsychiatric and serosal", [form({"eular.delirium": True, "eular.seizure": True, "eular.acute_pericarditis": True, "eular.pleural_or_pericardial_effusion": True})], {"eular": (11, 51)}),
    P("3.1", "constitutional, musculoskeletal", [form({"eular.fever": True, "eular.joint_involvement": True})], {"eular": (8, 51)}),
    P("3.1", "renal: class V 8", [condition("52042003", system=SNOMED)], {"eular": (8, 51), "eular.ln_class_ii_or_v": MET}),
    P("3.1", "class II 8", [condition("4676006", system=SNOMED)], {"eular": (8, 51)}),
    P("3.1", "class III 10", [condition("76521009", system=SNOMED)], {"eular": (10, 51)}),
    P("3.1", "IV and V 10", [condition("36402006", system=SNOMED), condition("52042003", system=SNOMED)], {"eular": (10, 51)}),
    P("3.1", "class I and VI are no items", [condition("73286009", system=SNOMED), condition("11013005", system=SNOMED)], {"eular": (0, 51), "I2b": UNKNOWN}),
    P("3.1", "III alone classifies where the ANA passes", [condition("76521009", system=SNOMED), ana("1:320")], {"I2b": MET, "I2": MET}),
    P("3.1", "10 points need a clinical item", [ana("1:320"), c(C3, 0.5), c(C4, 0.1), lab(SM, "阳性")], {"eular": (10, 51), "I2b": UNKNOWN}),
    P("3.1", "items need not coincide; once is enough", [ana("1:320"), lab("6690-2", 3, CELLS, on=2000), lab("6690-2", 6, CELLS), lab(SM, "阳性", on=900), c(C3, 0.5, on=10)], {"eular": (12, 51), "I2b": MET}),
    *(P("3.1", f"haemolysis by {name} and antiglobulin test", [result, lab("1007-4", "阳性")], {"eular.autoimmune_hemolysis": MET}) for name, result in HAEMOLYSIS.items()),
    P("3.1", "haemolysis without antiglobulin test", [HAEMOLYSIS["ldh"]], {"eular.autoimmune_hemolysis": UNKNOWN}),
    P("3.1", "antiglobulin test negative", [HAEMOLYSIS["ldh"], lab("55776-9", "阴性")], {"eular.autoimmune_hemolysis": NOT}),
    P("3.1", "reticulocytes in percent", [lab("4679-7", 5, "%", high=1.5), lab("55776-9", "阳性")], {"eular.autoimmune_hemolysis": MET}),
    P("12", "haemolysis stated, antiglobulin test negative: present, conflict", [form({"eular.autoimmune_hemolysis": True}), lab("1007-4", "阴性"), ana("1:40")], {"eular.autoimmune_hemolysis": MET, "conflict I2b": True}),
    P("12", "haemolysis coded, antiglobulin test negative: present, conflict", [condition("413603009", system=SNOMED), lab("1007-4", "阴性"), ana("1:40")], {"eular.autoimmune_hemolysis": MET, "conflict I2b": True}),
    P("3.3", "biopsy class and autoimmune haemolytic anaemia codes count", [condition("D59.1", system=ICD)], {"eular.autoimmune_hemolysis": MET}),
    *(P("3.3", f"{code} leaves {name} unknown", [condition(code, system=system)], {f"eular.{name}": "unknown: indeterminate"})
      for code, system, name in (("G40.9", ICD, "seizure"), ("91175000", SNOMED, "seizure"), ("F29", ICD, "psychosis"), ("3723001", SNOMED, "joint_involvement"), ("3238004", SNOMED, "acute_pericarditis"), ("L93.0", ICD, "subacute_cutaneous_or_discoid"), ("F05", ICD, "delirium"))),
    P("3.3", "examination items stated as findings", [item("eular.acute_cutaneous_lupus"), item("eular.joint_involvement", {"valueCodeableConcept": {"coding": [{"system": "https://trial-adapter.example/fhir/CodeSystem/concepts", "code": "present"}]}})], {"eular": (12, 51)}),
    P("3.3", "as components", [panel({"eular.fever": True, "eular.oral_ulcers": "有", "eular.seizure": False})], {"eular.fever": MET, "eular.oral_ulcers": MET, "eular.seizure": NOT}),
    P("12", "absent does not undo a measured ever item", [form({"eular.thrombocytopenia": False}), lab("777-3", 50, CELLS, on=800)], {"eular.thrombocytopenia": MET}),
    P("12", "absent settles what is unknown", [form({"eular.thrombocytopenia": False})], {"eular.thrombocytopenia": NOT}),
    P("12", "an item of one instrument never serves another", [form({"acr97.oral_ulcers": True, "sledai.mucosal_ulcers": True, "acr97.malar_rash": True, "sledai.fever": True})], {"eular": (0, 51), "acr": (2, 11)}),
    P("1", "present once, absent on a newer form: any value ever wins", [form({"eular.oral_ulcers": True}, on=400), form({"eular.oral_ulcers": False}, on=3)], {"eular.oral_ulcers": MET}),
    P("parameters", "attribution_default=explicit", [lab("6690-2", 2, CELLS)], {"eular.leukopenia": UNKNOWN}, {"attribution_default": "explicit"}),
    P("parameters", "condition_as_item=all count", [condition("G40.9", system=ICD)], {"eular.seizure": MET}, {"condition_as_item": "met"}),
]  # fmt: skip

STATED = [
    P("3.3", "an explicit statement counts as met", [form({"attest.fulfils_eular_acr_2019": True}, on=2000)], {"I2b": MET, "I2": MET}),
    P("12", "attested no makes an unknown set not met", [form({"attest.fulfils_eular_acr_2019": False, "attest.fulfils_acr_1997": False})], {"I2b": NOT, "I2a": NOT, "I2": NOT}),
    P("12", "a computed met stands", [form({"attest.fulfils_eular_acr_2019": False}), condition("76521009", system=SNOMED), ana("1:320")], {"I2b": MET, "conflict I2b": True}),
    P("12", "an attested yes outranks a negative record", [form({"attest.fulfils_eular_acr_2019": True}), ana("1:40")], {"I2b": MET, "conflict I2b": True}),
    P("3.3", "a diagnosis code alone is supporting evidence", [condition("M32.9")], {"I2": UNKNOWN}),
    P("12", "SLE code while both sets fail: not met, conflict", [condition("M32.9"), form({"attest.fulfils_eular_acr_2019": False, "attest.fulfils_acr_1997": False})], {"I2": NOT, "conflict I2": True}),
    P("parameters", "diagnosis_code_alone=met", [condition("M32.900")], {"I2": MET}, {"diagnosis_code_alone": "met"}),
    *(P("9", f"{code} is SLE", [condition(code, system=system)], {"I2": MET}, {"diagnosis_code_alone": "met"}) for code, system in (("M32.1", ICD), ("M32.101+N08.5*", ICD), ("M32.101+", ICD), ("M32.13", "http://hl7.org/fhir/sid/icd-10-cm"), ("55464009", SNOMED), ("4A40.0", "http://id.who.int/icd/release/11/mms"))),
    *(P("9", f"{code} is not SLE", [condition(code, system=system)], {"I2": UNKNOWN}, {"diagnosis_code_alone": "met"}) for code, system in (("M32.0", ICD), ("L93.0", ICD), ("200936003", SNOMED))),
    P("parameters", "clinician_classification=recompute", [form({"attest.fulfils_eular_acr_2019": True})], {"I2b": UNKNOWN}, {"clinician_classification": "recompute"}),
    P("3.3", "stated as an Observation", [item("attest.fulfils_acr_1997", True, on=day(90))], {"I2a": MET, "I2": MET}),
    P("1", "a statement in doubt is none", [form({"attest.fulfils_acr_1997": True}, status="in-progress")], {"I2a": UNKNOWN}),
]  # fmt: skip

# item: its points, and the highest possible total once it alone is absent
ITEMS = {
    "fever": (2, 49), "leukopenia": (3, 51), "thrombocytopenia": (4, 51), "autoimmune_hemolysis": (4, 51), "delirium": (2, 51), "psychosis": (3, 51), "seizure": (5, 49),
    "nonscarring_alopecia": (2, 51), "oral_ulcers": (2, 51), "subacute_cutaneous_or_discoid": (4, 51), "acute_cutaneous_lupus": (6, 49), "pleural_or_pericardial_effusion": (5, 51), "acute_pericarditis": (6, 50),
    "joint_involvement": (6, 45), "proteinuria": (4, 51), "ln_class_ii_or_v": (8, 51), "ln_class_iii_or_iv": (10, 49), "antiphospholipid": (2, 49), "low_c3_or_c4": (3, 51), "low_c3_and_c4": (4, 50), "anti_dsdna": (6, 51), "anti_sm": (6, 51),
}  # fmt: skip
WEIGHTS = [
    P("3.1", f"{name} present", [form({f"eular.{name}": True})], {"eular": (points, 51)})
    for name, (points, _) in ITEMS.items()
] + [
    P("3.1", f"{name} absent", [form({f"eular.{name}": False})], {"eular": (0, highest)})
    for name, (_, highest) in ITEMS.items()
]

PROBES = [*WEIGHTS, *TITRES, *LIMITS, *ANTIBODIES, *DOMAINS, *STATED]
