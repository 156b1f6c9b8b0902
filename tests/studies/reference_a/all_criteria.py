"""Sections 1, 2 and "All criteria" and "I1" of section 12: what counts as evidence, in time and by its status."""

from tests.studies.reference_a.probe import Probe
from tests.studies.reference_a.records import (
    HL7,
    SNOMED,
    concept,
    condition,
    day,
    form,
    lab,
    limits,
    patient,
    years_before,
)

WBC, PLT, C3, C4, DSDNA, TEMP = "6690-2", "777-3", "4485-9", "4498-2", "5130-0", "8310-5"
CELLS = "10*9/L"
P = Probe  # one a row: section, sentence, resources, answers, parameters
MET, NOT, UNKNOWN = "met", "not_met", "unknown"


def c3(value: object = 0.5, **more: object) -> dict:
    return lab(C3, value, "g/L" if isinstance(value, (int, float)) else "", **({"low": 0.79, "high": 1.52} | more))


NOT_EVIDENCE = [
    P("1", f"status {status} never counts", [lab(WBC, 2.1, CELLS, status=status)], {"eular.leukopenia": "unknown: no_result", "sledai.leukopenia": "unknown: no_result"})
    for status in ("entered-in-error", "cancelled", "registered")
] + [
    P("1", f"{status} gives unknown at most", [lab(WBC, 2.1, CELLS, status=status)], {"eular.leukopenia": "unknown: not_final", "sledai.leukopenia": "unknown: not_final"})
    for status in ("preliminary", "unknown")
] + [
    P("1", f"{status} counts", [lab(WBC, 2.1, CELLS, status=status)], {"eular.leukopenia": MET, "sledai.leukopenia": MET})
    for status in ("final", "amended", "corrected")
] + [
    P("1", f"preliminary normal value is no absence ({status})", [lab(WBC, 6.1, CELLS, status=status)], {"eular.leukopenia": UNKNOWN, "sledai.leukopenia": UNKNOWN})
    for status in ("preliminary", "unknown")
] + [
    P("1", f"a condition {verified} never counts", [condition("413603009", system=SNOMED, verified=verified)], {"eular.autoimmune_hemolysis": "unknown: no_result"})
    for verified in ("refuted", "entered-in-error")
] + [
    P("1", f"a condition {verified} supports unknown", [condition("413603009", system=SNOMED, verified=verified)], {"eular.autoimmune_hemolysis": "unknown: indeterminate"})
    for verified in ("provisional", "differential", "unconfirmed")
] + [
    P("12", "Condition without verificationStatus: as confirmed", [condition("413603009", system=SNOMED, verified="")], {"eular.autoimmune_hemolysis": MET}),
    P("12", "Condition without clinicalStatus and abatement: active", [condition("N39.0", clinical="", onsetDateTime=day(40)), lab("5821-4", 20, "/[HPF]")], {"sledai.pyuria": UNKNOWN}),
    P("12", "with an abatement it is over", [condition("N39.0", clinical="", onsetDateTime=day(40), abatementDateTime=day(30)), lab("5821-4", 20, "/[HPF]")], {"sledai.pyuria": MET}),
    P("1", "evidence that starts after the index date", [lab(WBC, 2.1, CELLS, on=-1)], {"eular.leukopenia": "unknown: no_result"}),
    P("1", "on the index date it counts", [lab(WBC, 2.1, CELLS, on=0)], {"eular.leukopenia": MET, "sledai.leukopenia": MET}),
    P("1", "an attestation dated later too", [form({"attest.fulfils_acr_1997": True}, on=-1)], {"I2a": "unknown"}),
    P("1", "a SLEDAI form dated later", [form({"sledai.rash": True}, on=-2)], {"sledai.rash": "unknown"}),
    P("1", "a condition that begins later", [condition("413603009", system=SNOMED, onsetDateTime=day(-3))], {"eular.autoimmune_hemolysis": UNKNOWN}),
    P("1", "outside the plausible range: quarantine", [lab(WBC, 6100, CELLS)], {"eular.leukopenia": "unknown: unreadable", "sledai.leukopenia": "unknown: unreadable"}),
    P("1", "never reinterpret the unit: 520 g/24h", [lab("2889-4", 520, "g/(24.h)")], {"eular.proteinuria": "unknown: unreadable"}),
    P("1", "a unit that is in no table", [lab(WBC, 2, "furlong")], {"eular.leukopenia": "unknown: unmapped"}),
    P("1", "no unit at all", [lab(WBC, 2)], {"eular.leukopenia": "unknown: unmapped"}),
]  # fmt: skip

TIME = [
    P("1", "latest wins for now, any for ever", [lab(WBC, 2.1, CELLS, on=9), lab(WBC, 6, CELLS, on=3)], {"eular.leukopenia": MET, "sledai.leukopenia": NOT}),
    P("1", "latest wins: the hour of one day", [lab(WBC, 2.1, CELLS, on=f"{day(3)}T08:00:00+08:00"), lab(WBC, 6, CELLS, on=f"{day(3)}T10:00:00+08:00")], {"sledai.leukopenia": NOT}),
    P("1", "the same instant and disagreeing: conflict", [lab(WBC, 2.1, CELLS, on=3), lab(WBC, 6, CELLS, on=3)], {"sledai.leukopenia": "unknown: conflict", "eular.leukopenia": MET}),
    P("1", "the same instant, agreeing", [lab(WBC, 2.1, CELLS, on=3), lab(WBC, 2.2, CELLS, on=3)], {"sledai.leukopenia": MET}),
    P("1", "newer that cannot be read: unit", [lab(WBC, 6, CELLS, on=5), lab(WBC, 6, "furlong", on=2)], {"sledai.leukopenia": "unknown: unmapped"}),
    P("1", "newer that cannot be read: value", [lab(WBC, 6, CELLS, on=5), lab(WBC, {"valueString": "见报告"}, on=2)], {"sledai.leukopenia": "unknown: unreadable"}),
    P("1", "newer that cannot be read: implausible", [lab(WBC, 6, CELLS, on=5), lab(WBC, 6000, CELLS, on=2)], {"sledai.leukopenia": "unknown: unreadable"}),
    P("1", "newer cancelled says nothing", [lab(WBC, 6, CELLS, on=5), lab(WBC, 2, CELLS, on=2, status="cancelled")], {"sledai.leukopenia": NOT}),
    P("1", "newer without a value says nothing", [lab(WBC, 6, CELLS, on=5), lab(WBC, on=2, dataAbsentReason=concept(f"{HL7}/data-absent-reason", "unknown"))], {"sledai.leukopenia": NOT}),
    P("1", "newer preliminary that differs", [lab(WBC, 6, CELLS, on=5), lab(WBC, 2, CELLS, on=2, status="preliminary")], {"sledai.leukopenia": "unknown: not_final"}),
    P("12", "newest day, one readable and one not", [lab(WBC, 6, CELLS, on=f"{day(3)}T08:00:00+08:00"), lab(WBC, 6, "furlong", on=f"{day(3)}T07:00:00+08:00")], {"sledai.leukopenia": UNKNOWN}),
    P("12", "every window includes its last day: 10", [lab(WBC, 2.1, CELLS, on=10)], {"sledai.leukopenia": MET}),
    P("12", "day 11 is out", [lab(WBC, 2.1, CELLS, on=11)], {"sledai.leukopenia": "unknown: too_old"}),
    P("12", "a form of day 30 serves", [form({"sledai.rash": True}, on=30)], {"sledai.rash": MET}),
    P("12", "a form of day 31 does not", [form({"sledai.rash": True}, on=31)], {"sledai.rash": "unknown: too_old"}),
    P("12", "a partial date past the index date is cut", [lab(WBC, 2.1, CELLS, on="2026-03")], {"eular.leukopenia": MET, "sledai.leukopenia": "unknown: indeterminate"}),
    P("12", "a year is cut as well", [lab(WBC, 2.1, CELLS, on="2026")], {"eular.leukopenia": MET, "sledai.leukopenia": UNKNOWN}),
    P("12", "wholly after: dropped", [lab(WBC, 2.1, CELLS, on="2026-04")], {"eular.leukopenia": "unknown: no_result"}),
    P("1", "a partial date wholly before the window", [lab(WBC, 2.1, CELLS, on="2026-02")], {"sledai.leukopenia": "unknown: too_old"}),
    P("1", "undated cannot serve a window", [lab(WBC, 2.1, CELLS, on=None)], {"sledai.leukopenia": "unknown: undated"}),
    P("12", "undated serves ever items", [lab(WBC, 2.1, CELLS, on=None)], {"eular.leukopenia": MET}),
    P("12", "undated normal serves ever items", [lab(WBC, 7, CELLS, on=None)], {"eular.leukopenia": NOT}),
    P("12", "undated is never a second occasion", [lab(WBC, 2.1, CELLS, on=None), lab(WBC, 2.2, CELLS, on=40)], {"acr.hematologic": UNKNOWN}),
    P("1", "effectivePeriod", [lab(WBC, 2.1, CELLS, on=None, effectivePeriod={"start": day(4), "end": day(3)})], {"sledai.leukopenia": MET}),
    P("1", "effectiveInstant", [lab(WBC, 2.1, CELLS, on=None, effectiveInstant=f"{day(4)}T08:00:00+08:00")], {"sledai.leukopenia": MET}),
    P("INTERFACE", "an instant counts on its date in Shanghai", [lab(WBC, 2.1, CELLS, on=f"{day(11)}T16:30:00Z")], {"sledai.leukopenia": MET}),
    P("INTERFACE", "half an hour earlier is the day before", [lab(WBC, 2.1, CELLS, on=f"{day(11)}T15:30:00Z")], {"sledai.leukopenia": "unknown: too_old"}),
]  # fmt: skip

SAYS = [
    P("1", "a comparator narrows a range: <3.0 is below 4.0 and below 3.0", [lab(WBC, "<3.0", CELLS)], {"eular.leukopenia": MET, "sledai.leukopenia": MET}),
    P("1", "<3.5 says nothing about 3.0", [lab(WBC, "<3.5", CELLS)], {"eular.leukopenia": MET, "sledai.leukopenia": "unknown: indeterminate"}),
    P("1", ">4.0 is not below", [lab(WBC, ">4.0", CELLS)], {"eular.leukopenia": NOT, "sledai.leukopenia": NOT}),
    P("1", ">=4.0 is not below", [lab(WBC, ">=4.0", CELLS)], {"eular.leukopenia": NOT}),
    P("1", "<=4.0 may be 4.0", [lab(WBC, "<=4.0", CELLS)], {"eular.leukopenia": UNKNOWN}),
    P("1", "valueRange", [lab(WBC, {"valueRange": {"low": {"value": 3.1, "unit": CELLS}, "high": {"value": 3.9, "unit": CELLS}}})], {"eular.leukopenia": MET, "sledai.leukopenia": NOT}),
    P("1", "valueString with a unit", [lab(WBC, "2.9×10^9/L")], {"eular.leukopenia": MET, "sledai.leukopenia": MET}),
    P("1", "a component of a panel", [lab("58410-2", component=[{"code": concept("http://loinc.org", WBC), "valueQuantity": {"value": 2.9, "unit": CELLS}}])], {"sledai.leukopenia": MET}),
    P("12", "one negative and one unjudgeable for ever: unknown", [lab(WBC, 7, CELLS, on=40), lab(WBC, 6000, CELLS, on=90)], {"eular.leukopenia": UNKNOWN}),
    P("12", "one positive and one unjudgeable: present", [lab(WBC, 2, CELLS, on=40), lab(WBC, 6000, CELLS, on=90)], {"eular.leukopenia": MET}),
] + [
    P("12", f"{flag} without a limit is the laboratory's judgement", [lab(C3, 0.8, "g/L", flag=flag)], {"eular.low_c3_or_c4": answer, "sledai.low_complement": answer})
    for flag, answer in (("L", MET), ("LL", MET), ("N", UNKNOWN), ("H", UNKNOWN))
] + [
    P("12", f"{flag} on anti-dsDNA without a limit", [lab(DSDNA, 80, "[IU]/mL", flag=flag)], {"eular.anti_dsdna": answer, "sledai.increased_dna_binding": answer})
    for flag, answer in (("H", MET), ("HH", MET), ("N", NOT), ("POS", MET), ("NEG", NOT), ("IND", UNKNOWN), ("E", UNKNOWN))
] + [
    P("1", f"{word} is unknown", [lab("31348-6", word)], {"eular.anti_dsdna": UNKNOWN, "sledai.increased_dna_binding": UNKNOWN})
    for word in ("±", "可疑", "灰区", "临界", "indeterminate", "equivocal", "borderline", "阳性/阴性", "(±)", "弱阳性可疑")
] + [
    P("7", f"{word} is positive", [lab("31348-6", word)], {"eular.anti_dsdna": MET, "sledai.increased_dna_binding": MET})
    for word in ("阳性", "弱阳性", "反应性", "阳性(+)", "positive", "1:10 阳性")
] + [
    P("7", f"{word} is negative", [lab("31348-6", word)], {"eular.anti_dsdna": NOT, "sledai.increased_dna_binding": NOT})
    for word in ("阴性", "非反应性", "未检出", "阴性(-)", "Negative")
] + [
    P("1", "coded values", [lab("31348-6", {"valueCodeableConcept": concept(SNOMED, "10828004")})], {"eular.anti_dsdna": MET}),
    P("1", "coded values", [lab("31348-6", {"valueCodeableConcept": concept(SNOMED, "260385009")})], {"eular.anti_dsdna": NOT}),
    P("1", "coded values: equivocal", [lab("31348-6", {"valueCodeableConcept": concept(SNOMED, "42425007")})], {"eular.anti_dsdna": UNKNOWN}),
    P("1", "no data is unknown", [], {"eular": (0, 51), "acr": (0, 11), "sledai": (0, 105), "clinical": (0, 101), "entry": "unknown", "I2": UNKNOWN, "I3": UNKNOWN}),
    P("1", "an explicit absent is evidence of absence", [form({"sledai.rash": False})], {"sledai.rash": NOT, "sledai": (0, 103)}),
    P("1", "a result of several texts: flag as text", [lab(C3, 0.8, "g/L", interpretation=[{"text": "↓"}])], {"eular.low_c3_or_c4": MET}),
    P("1", "interpretation of HL7 v2", [lab(C3, 0.8, "g/L", interpretation=[concept("http://terminology.hl7.org/CodeSystem/v2-0078", "L")])], {"eular.low_c3_or_c4": MET}),
]  # fmt: skip

RANGES = [
    P("1", "one side", [c3(low=0.79, high=None)], {"sledai.low_complement": MET}),
    P("1", "the limit itself is not below", [c3(0.79)], {"eular.low_c3_or_c4": UNKNOWN, "sledai.low_complement": UNKNOWN}),
    P("1", "only the other side", [c3(low=None, high=1.52)], {"sledai.low_complement": "unknown: indeterminate"}),
    P("1", "text only", [c3(low=None, high=None, referenceRange=[{"text": "0.79-1.52"}])], {"sledai.low_complement": MET}),
    P("1", "text only with a unit", [c3(low=None, high=None, referenceRange=[{"text": "79～152 mg/dL"}])], {"sledai.low_complement": MET}),
    P("1", "one side as text", [c3(low=None, high=None, referenceRange=[{"text": ">0.79"}])], {"sledai.low_complement": MET}),
    P("1", "per sex", [c3(0.85, low=None, high=None, referenceRange=[limits(0.8, 1.5, "g/L", appliesTo=[{"text": "男"}]), limits(0.9, 1.6, "g/L", appliesTo=[{"text": "女"}])])], {"sledai.low_complement": MET}),
    P("1", "per sex, a man", [patient(sex="male"), c3(0.85, low=None, high=None, referenceRange=[limits(0.8, 1.5, "g/L", appliesTo=[concept(SNOMED, "248153007")]), limits(0.9, 1.6, "g/L", appliesTo=[concept(SNOMED, "248152002")])])], {"eular.low_c3_or_c4": UNKNOWN, "eular.low_c3_and_c4": NOT}),
    P("1", "in another unit than the value", [c3(50, low=None, high=None, valueQuantity={"value": 50, "unit": "mg/dL"}, referenceRange=[limits(0.79, 1.5, "g/L")])], {"sledai.low_complement": MET}),
    P("12", "a limit outranks the flag", [c3(0.9, flag="L")], {"sledai.low_complement": UNKNOWN}),
    P("1", "two ranges that differ decide nothing", [c3(0.85, low=None, high=None, referenceRange=[limits(0.8, 1.5, "g/L"), limits(0.9, 1.6, "g/L")])], {"sledai.low_complement": UNKNOWN}),
    P("1", "no range, no flag", [c3(low=None, high=None)], {"sledai.low_complement": "unknown: indeterminate", "eular.low_c3_or_c4": "unknown: indeterminate"}),
]  # fmt: skip

CAUSES = [
    P("1", f"attribution: {note}", [lab(WBC, 2.1, CELLS, note=note), lab(DSDNA, 300, "[IU]/mL", high=100, note=note)], {"eular.leukopenia": NOT, "sledai.leukopenia": NOT, "eular.anti_dsdna": NOT})
    for note in ("due to chemotherapy", "由药物引起", "考虑病毒感染所致", "Due to a virus")
] + [
    P("1", f"no attribution: {note}", [lab(WBC, 2.1, CELLS, note=note)], {"eular.leukopenia": MET, "sledai.leukopenia": MET})
    for note in ("复查", "not due to drugs", "due to lupus", "考虑狼疮活动所致")
] + [
    P("1", "another value that is not put down to it", [lab(WBC, 2.1, CELLS, note="due to infection"), lab(WBC, 2.5, CELLS, on=90)], {"eular.leukopenia": MET}),
]  # fmt: skip

WORD = [
    P("12", "attested yes outranks a negative record, both shown", [form({"eular.fever": True}), lab(TEMP, 36.5, "Cel", on=90)], {"eular.fever": MET}),
    P("12", "a confirmed record outranks an attested no", [form({"eular.leukopenia": False}), lab(WBC, 2.1, CELLS)], {"eular.leukopenia": MET, "conflict I2b": True}),
    P("12", "provisional gives way to it", [form({"eular.autoimmune_hemolysis": False}), condition("413603009", system=SNOMED, verified="provisional")], {"eular.autoimmune_hemolysis": NOT}),
    P("12", "the dead are not judged", [patient(deceasedBoolean=True)], {"decision": "not judged"}),
    P("12", "nor who died on a day", [patient(deceasedDateTime="2026-01-01")], {"decision": "not judged"}),
    P("12", "replaced by another record", [patient(link=[{"other": {"reference": "Patient/q"}, "type": "replaced-by"}])], {"decision": "not judged"}),
    P("12", "replaces another: judged", [patient(link=[{"other": {"reference": "Patient/q"}, "type": "replaces"}])], {"I1": MET}),
    P("12", "alive", [patient(deceasedBoolean=False, active=False)], {"I1": MET}),
    P("1", "a definite failure outranks unknowns", [patient(birth="1950-01-01")], {"I1": NOT, "decision": "ineligible"}),
    P("1", "open where anything is unknown", [patient()], {"I1": MET, "decision": "open"}),
]  # fmt: skip

AGE = [
    P("2", "18th birthday counts", [patient(years_before(18))], {"I1": MET}),
    P("2", "the day before it", [patient(years_before(18, -1))], {"I1": NOT}),
    P("2", "the day before the 66th birthday", [patient(years_before(66, -1))], {"I1": MET}),
    P("2", "the 66th birthday", [patient(years_before(66))], {"I1": NOT}),
    P("2", "a year that straddles", [patient("2008")], {"I1": "unknown: indeterminate"}),
    P("2", "a month that straddles", [patient("2008-03")], {"I1": "unknown: indeterminate"}),
    P("2", "a year that does not", [patient("1990")], {"I1": MET}),
    P("2", "a month that does not", [patient("2008-02")], {"I1": MET}),
    P("2", "a year at the upper limit", [patient("1960")], {"I1": UNKNOWN}),
    P("2", "a year beyond", [patient("1959")], {"I1": NOT}),
    P("12", "birth after the index date: unknown, data error", [patient("2026-08-01")], {"I1": "unknown: conflict"}),
    P("2", "no birth date", [patient(None)], {"I1": "unknown: no_result"}),
    P("parameters", "age_max=exclusive", [patient(years_before(65, 1))], {"I1": NOT}, {"age_max": "exclusive"}),
]  # fmt: skip

PROBES = [*NOT_EVIDENCE, *TIME, *SAYS, *RANGES, *CAUSES, *WORD, *AGE]
