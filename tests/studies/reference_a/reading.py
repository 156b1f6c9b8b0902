"""Sections 1, 3.3, 4.1, 9 and 10 again, in the shapes in which hospitals send them."""

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
    limits,
    panel,
    total,
)

CELLS = "10*9/L"
P = Probe  # one a row: section, sentence, resources, answers, parameters
MET, NOT, UNKNOWN = "met", "not_met", "unknown"
WBC, C3, DSDNA, ANA, RBC = "6690-2", "4485-9", "5130-0", "5048-4", "13945-1"


def text(said: str) -> dict:
    return {"valueCodeableConcept": {"text": said}}


SHAPES = [
    P("1", f"white cells as {value}", [lab(WBC, {"valueString": value})], {"sledai.leukopenia": answer})
    for value, answer in (("2.1×10^9/L↓", MET), ("２．１×10^9/L", MET), ("<3.0×10^9/L", MET), ("2.1-2.9×10^9/L", MET), ("小于3.0×10^9/L", MET), ("6.1", "unknown"), ("溶血", UNKNOWN), ("标本不合格", UNKNOWN), ("", UNKNOWN))
] + [
    P("1", "a period that began before and ends after the index date is ongoing", [lab(WBC, 2.1, CELLS, on=None, effectivePeriod={"start": day(3), "end": day(-3)})], {"sledai.leukopenia": MET}),
    P("1", "a condition whose end is yet to come goes on", [condition("N39.0", onsetDateTime=day(20), abatementDateTime=day(-5)), lab(RBC, 20, "/[HPF]")], {"sledai.hematuria": UNKNOWN}),
    P("1", "an infection that began in the ten days and is over", [condition("N39.0", onsetDateTime=day(6), clinical="resolved"), lab(RBC, 20, "/[HPF]", on=6)], {"sledai.hematuria": UNKNOWN}),
    P("1", "an infection of this year that is over, month unknown", [condition("N39.0", onsetDateTime="2026", clinical="resolved"), lab(RBC, 20, "/[HPF]")], {"sledai.hematuria": UNKNOWN}),
    P("1", "an infection of last year that is over", [condition("N39.0", onsetDateTime=day(300), clinical="resolved"), lab(RBC, 20, "/[HPF]")], {"sledai.hematuria": MET}),
    P("1", "an infection on the index date", [condition("N39.0", onsetDateTime=day(0)), lab(RBC, 20, "/[HPF]")], {"sledai.hematuria": UNKNOWN}),
    P("1", "an undated diagnosis of autoimmune haemolysis still counts", [condition("413603009", system=SNOMED, clinical="", verified="")], {"eular.autoimmune_hemolysis": MET}),
    P("1", "a result that failed is no result of the day", [lab(WBC, 6, CELLS, on=5), lab(WBC, on=2, dataAbsentReason=concept(f"{HL7}/data-absent-reason", "error"))], {"sledai.leukopenia": "unknown: unreadable"}),
    P("1", "not performed says nothing", [lab(WBC, 2, CELLS, on=5), lab(WBC, on=2, dataAbsentReason=concept(f"{HL7}/data-absent-reason", "not-performed"))], {"sledai.leukopenia": MET}),
    P("1", "only an interpretation", [lab(C3, flag="L")], {"sledai.low_complement": MET, "eular.low_c3_or_c4": MET}),
    P("1", "only an interpretation, coded and worded alike", [lab(DSDNA, interpretation=[{"coding": [{"system": f"{HL7}/v3-ObservationInterpretation", "code": "POS"}], "text": "阳性"}])], {"sledai.increased_dna_binding": MET}),
    P("1", "interpretations that contradict each other", [lab(C3, 0.8, "g/L", interpretation=[concept(f"{HL7}/v3-ObservationInterpretation", "L"), concept(f"{HL7}/v3-ObservationInterpretation", "H")])], {"sledai.low_complement": UNKNOWN}),
    P("1", "word and number that contradict the range: the word", [lab(DSDNA, {"valueString": "阳性 120 IU/mL"}, high=100)], {"sledai.increased_dna_binding": MET}),
    P("7", "positive and negative in one text", [lab("31348-6", "阳性 阴性")], {"sledai.increased_dna_binding": UNKNOWN}),
    P("7", "whole words", [lab("31348-6", "非反应性")], {"sledai.increased_dna_binding": NOT}),
    P("3.3", "ANA as the text of a concept", [lab(ANA, text("1:320 核颗粒型"))], {"entry": MET}),
    P("3.3", "ANA as an integer", [lab(ANA, {"valueInteger": 320})], {"entry": MET}),
    P("3.3", "ANA as a bare number", [lab(ANA, {"valueQuantity": {"value": 320}})], {"entry": MET}),
    P("3.3", "ANA of two patterns", [lab(ANA, "1:320 核颗粒型, 1:100 胞浆型")], {"entry": MET}),
    P("3.3", "ANA of two patterns, one below", [lab(ANA, "1:40 胞浆型, 1:160 均质型")], {"entry": UNKNOWN}),
    P("3.3", "ANA in a component of a panel", [lab("panel", system="http://lis.example.org", component=[{"code": concept(LOINC, ANA), "valueString": "1:100"}])], {"entry": MET}),
    P("3.3", "ANA as a positive code", [lab(ANA, {"valueCodeableConcept": concept(SNOMED, "10828004")})], {"entry": UNKNOWN, "acr.ana": MET}),
    P("3.3", "ANA positive by the flag alone", [lab("8061-4", flag="POS")], {"entry": UNKNOWN, "acr.ana": MET}),
    P("3.3", "ANA against the report's own range", [lab(ANA, "1:100", referenceRange=[{"text": "<1:100"}])], {"entry": MET, "acr.ana": MET}),
    P("1", "±", [lab(ANA, "±")], {"entry": UNKNOWN, "acr.ana": UNKNOWN}),
    P("3.3", "two notes, one of which attributes", [lab(WBC, 2, CELLS) | {"note": [{"text": "已复查"}, {"text": "由化疗引起"}]}], {"eular.leukopenia": NOT}),
    P("1", "an item of a form put down to another cause", [item("sledai.rash", note="due to a drug")], {"sledai.rash": NOT}),
    P("1", "an ever item put down to another cause", [item("acr97.malar_rash", note="due to rosacea")], {"acr.malar_rash": NOT}),
    P("1", "a note on a panel does not say of which: unknown", [panel({"sledai.rash": True, "sledai.alopecia": False}) | {"note": [{"text": "due to a drug"}]}], {"sledai.rash": UNKNOWN, "sledai.alopecia": NOT}),
    P("1", "attribution of a proteinuria", [lab("2889-4", 0.2, "g/(24.h)", on=60), lab("2889-4", 2, "g/(24.h)", note="考虑糖尿病所致")], {"sledai.proteinuria": NOT, "eular.proteinuria": NOT}),
    P("1", "attribution of an antibody of one occasion", [lab("20507-0", "阳性", on=300), lab("20507-0", "阳性", note="due to yaws"), lab("22587-0", "阴性")], {"acr.immunologic": UNKNOWN}),
]  # fmt: skip

FORMS = [
    P("1", f"{word} on a form is {answer}", [form({"sledai.rash": word})], {"sledai.rash": answer})
    for word, answer in (("有", MET), ("无", NOT), ("是", MET), ("否", NOT), ("present", MET), ("absent", NOT), ("阳性", MET), ("可疑", UNKNOWN), ("未评估", UNKNOWN), ("√", MET), ("存在", MET), ("yes", MET), ("no", NOT))
] + [
    P("1", "coded present", [form({"sledai.rash": {"valueCoding": {"system": OWN, "code": "present"}}})], {"sledai.rash": MET}),
    P("1", "coded absent", [form({"sledai.rash": {"valueCoding": {"system": SNOMED, "code": "2667000"}}})], {"sledai.rash": NOT}),
    P("1", "coded not assessed", [form({"sledai.rash": {"valueCoding": {"system": OWN, "code": "not_assessed"}}})], {"sledai.rash": UNKNOWN}),
    P("1", "an amended form", [form({"sledai.rash": True}, status="amended")], {"sledai.rash": MET}),
    P("1", "a stopped form", [form({"sledai.rash": True}, status="stopped")], {"sledai.rash": UNKNOWN}),
    P("1", "the canonical with a version", [form({"sledai.rash": True}) | {"questionnaire": "https://trial-adapter.example/fhir/Questionnaire/screening|2.0"}], {"sledai.rash": MET}),
    P("1", "two forms of one day that contradict each other", [form({"sledai.rash": True}), form({"sledai.rash": False})], {"sledai.rash": "unknown: conflict"}),
    P("1", "two forms of one day, the later hour", [form({"sledai.rash": True}, on=f"{day(5)}T09:00:00+08:00"), form({"sledai.rash": False}, on=f"{day(5)}T15:00:00+08:00")], {"sledai.rash": NOT}),
    P("1", "a form of this month, day unknown", [form({"sledai.rash": True}, on="2026-03")], {"sledai.rash": MET}),
    P("1", "a form of this year, day unknown", [form({"sledai.rash": True}, on="2026")], {"sledai.rash": UNKNOWN}),
    P("12", "form and total of one day at different hours", [form({"sledai.arthritis": True}, on=f"{day(5)}T09:00:00+08:00"), total(12, on=f"{day(5)}T15:00:00+08:00")], {"sledai": (12, 12), "sledai.arthritis": MET}),
    P("12", "items as single observations of one day are one form", [item("sledai.arthritis"), item("sledai.rash"), item("sledai.seizure", False)], {"sledai": (6, 97)}),
    P("1", "an item in doubt leaves the sum open", [form({"sledai.seizure": "可疑", "sledai.arthritis": True})], {"sledai": (4, 105)}),
    P("4.3", "nested items of an answer", [{**form({}), "item": [{"linkId": "g", "answer": [{"valueBoolean": True, "item": form({"sledai.rash": True})["item"]}]}]}], {"sledai.rash": MET}),
]  # fmt: skip

RANGES = [
    P("1", f"a printed range {printed}", [lab(C3, 0.5, "g/L", referenceRange=[{"text": printed}])], {"sledai.low_complement": answer})
    for printed, answer in (("0.79-1.52", MET), ("0.79--1.52", MET), ("0.79~1.52 g/L", MET), ("0.79 至 1.52", MET), ("≥0.79", MET), ("(0.79-1.52)", MET), ("0.4-1.52", UNKNOWN), ("正常", UNKNOWN), ("见说明", UNKNOWN))
] + [
    P("1", f"a printed upper limit {printed}", [lab(DSDNA, 120, "[IU]/mL", referenceRange=[{"text": printed}])], {"sledai.increased_dna_binding": MET})
    for printed in ("<100", "0-100", "≤100 IU/mL", "阴性：<100", "0.0～100.0", "<100（阴性）", "<100 IU/mL")
] + [
    P("1", "a range for children is not the patient's", [lab(C3, 0.85, "g/L", referenceRange=[limits(0.9, 1.5, "g/L", age={"high": {"value": 12, "unit": "a", "code": "a"}}), limits(0.8, 1.5, "g/L")])], {"eular.low_c3_and_c4": NOT}),
    P("1", "a therapeutic range is none", [lab(C3, 0.85, "g/L", referenceRange=[limits(0.9, 1.5, "g/L", type=concept(f"{HL7}/referencerange-meaning", "therapeutic"))])], {"sledai.low_complement": UNKNOWN}),
    P("1", "a limit without unit is the value's", [lab(C3, 79, "mg/dL", referenceRange=[{"low": {"value": 80}}])], {"sledai.low_complement": MET}),
    P("1", "a limit in an unknown unit is none", [lab(C3, 0.5, "g/L", referenceRange=[{"low": {"value": 80, "unit": "furlong"}}])], {"sledai.low_complement": UNKNOWN}),
    P("1", "a comparator that reaches the limit", [lab(C3, "<0.79", "g/L", low=0.79)], {"sledai.low_complement": MET}),
    P("1", "a comparator that does not", [lab(C3, "<0.9", "g/L", low=0.79)], {"sledai.low_complement": UNKNOWN}),
]  # fmt: skip

PROBES = [*SHAPES, *FORMS, *RANGES]
