"""What the hospital's FHIR server holds of a patient: results where they were done, no bedside finding.

The record is written once for the whole two years; a run's index date hides what lies after it.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from tests.flag.course import ORIGIN, Course, P
from tests.population.writing import CONCEPTS, HL7

ATC, ICD = "http://www.whocc.no/atc", "http://hl7.org/fhir/sid/icd-10"
PREDNISONE, MYCOPHENOLATE, BELIMUMAB = "H02AB07", "L04AA06", "L04AG04"
Resources = list[dict[str, Any]]


def written(one: Course, seed: int, *, refills: bool = False) -> Resources:
    """All resources of a patient; with `refills` every visit repeats the prescription of the steroid."""
    rng = Random(f"record/{seed}/{one.id}")
    made: Resources = [*_conditions(rng, one), *_drugs(rng, one, refills=refills)]
    tested = False
    for week in one.visits:
        day = ORIGIN + timedelta(7 * week + rng.randrange(5))
        made += _results(rng, one, week, day)
        if not tested and rng.random() < P["seen_hepatitis"]:
            tested = True
            made += _hepatitis(one, day)
    subject = {"reference": f"Patient/{one.id}"}
    for number, resource in enumerate(made):
        resource |= {"id": f"{one.id}-{number}", "subject": subject}
    person = {"resourceType": "Patient", "id": one.id, "birthDate": str(one.birth)}
    return [person | {"gender": "female" if one.female else "male"}, *made]


def _conditions(rng: Random, one: Course) -> Resources:
    onset = _day(one.flares[0].first) if one.group == "new" else one_of_old(rng)
    made = [_condition("M32.9", onset)]
    if one.nephritis:
        renal = [f.first for f in one.flares if one.active[f.first] & {"proteinuria", "hematuria"}]
        new = one.group == "new" or rng.random() < 0.2
        if not new or renal:
            made.append(_condition("M32.1+N08.5*", _day(renal[0] + 2) if new else onset))
    if "pregnant" in one.excluded and rng.random() < 0.4:
        first, end = one.excluded["pregnant"]
        made.append(_condition("Z33", _day(first + 8), _day(end - 12)))
    return made


def one_of_old(rng: Random) -> date:
    """A day one to fifteen years before all this."""
    return ORIGIN - timedelta(rng.randint(365, 15 * 365))


def _day(week: int) -> date:
    return ORIGIN + timedelta(7 * week)


def _condition(code: str, onset: date, abated: date | None = None) -> dict[str, Any]:
    made = {"resourceType": "Condition", "code": {"coding": [{"system": ICD, "code": code}]}}
    made["clinicalStatus"] = {"coding": [{"system": f"{HL7}/condition-clinical", "code": "active"}]}
    made["verificationStatus"] = {"coding": [{"system": f"{HL7}/condition-ver-status", "code": "confirmed"}]}
    return made | {"onsetDateTime": str(onset)} | ({"abatementDateTime": str(abated)} if abated else {})


def _drugs(rng: Random, one: Course, *, refills: bool) -> Resources:
    made = []
    if one.group != "new" and one.treated_from == 0 and rng.random() < P["treated_on_record"]:
        made.append(_statement({"coding": [{"system": ATC, "code": PREDNISONE}]}, one_of_old(rng)))
    drugs = [PREDNISONE if one.group == "new" else MYCOPHENOLATE, *[MYCOPHENOLATE] * len(one.begun)]
    for week, drug in zip(one.begun, drugs, strict=False):
        if rng.random() < P["begin_on_record"]:
            made.append(_statement({"coding": [{"system": ATC, "code": drug}]}, _day(week) + timedelta(4)))
    if "b_cell" in one.excluded and rng.random() < P["b_cell_on_record"]:
        given = _day(one.excluded["b_cell"][0])
        made.append(_statement({"coding": [{"system": ATC, "code": BELIMUMAB}]}, given, given))
    if "tcm" in one.excluded and rng.random() < P["tcm_on_record"]:
        made.append(_statement({"text": "雷公藤多苷片"}, one_of_old(rng)))
    if refills and one.treated_from == 0:
        made += [_request(PREDNISONE, _day(week)) for week in one.visits]
    return made


def _statement(code: dict[str, Any], start: date, end: date | None = None) -> dict[str, Any]:
    period = {"start": str(start)} | ({"end": str(end)} if end else {})
    made = {"resourceType": "MedicationStatement", "status": "completed" if end else "active"}
    return made | {"medicationCodeableConcept": code, "effectivePeriod": period}


def _request(code: str, on: date) -> dict[str, Any]:
    made = {"resourceType": "MedicationRequest", "status": "completed", "intent": "order", "authoredOn": str(on)}
    return made | {"medicationCodeableConcept": {"coding": [{"system": ATC, "code": code}]}}


def _results(rng: Random, one: Course, week: int, day: date) -> Resources:
    """One visit's results; a descriptor that is there shows in its result, if that was done."""
    there = one.active[week]
    more = P["seen_more_in_flare"] if any(f.first <= week < f.end for f in one.flares) else 0.0

    def done(name: str) -> bool:
        return rng.random() < P[f"seen_{name}"] + more

    made = []
    if done("blood_count"):
        low = "leukopenia" in there
        made.append(_number("6690-2", day, rng.uniform(1.8, 2.9) if low else rng.uniform(3.4, 9), "10*9/L", (3.5, 9.5)))
        low = "thrombocytopenia" in there
        made.append(_number("777-3", day, rng.uniform(30, 98) if low else rng.uniform(120, 320), "10*9/L", (125, 350)))
    if done("sediment"):
        made += _sediment(rng, there, day)
    if done("urine_protein"):
        made.append(_number("2890-2", day, one.protein[week] * rng.uniform(0.9, 1.1), "g/g{creat}"))
    if done("complement"):
        low = "low_complement" in there
        made.append(
            _number("4485-9", day, rng.uniform(0.3, 0.77) if low else rng.uniform(0.82, 1.4), "g/L", (0.79, 1.52))
        )
        made.append(
            _number("4498-2", day, rng.uniform(0.03, 0.16) if low else rng.uniform(0.11, 0.35), "g/L", (0.1, 0.4))
        )
    if done("dsdna"):
        high = "increased_dna_binding" in there
        made.append(
            _number("5130-0", day, rng.uniform(110, 800) if high else rng.uniform(2, 90), "[IU]/mL", (None, 100))
        )
    if done("temperature"):
        made.append(
            _number("8310-5", day, rng.uniform(38.1, 39.6) if "fever" in there else rng.uniform(36.1, 37.4), "Cel")
        )
    return made + _chemistry(rng, one, week, day, done)


def _chemistry(rng: Random, one: Course, week: int, day: date, done: Any) -> Resources:
    made = []
    if done("chemistry"):
        severe = any(f.first <= week < f.end for f in one.severe_kidney)
        creatinine = (
            rng.uniform(320, 700)
            if "kidney_failure" in one.excluded
            else rng.uniform(225, 260)
            if severe
            else rng.uniform(45, 85)
        )
        made.append(_number("14682-9", day, creatinine, "umol/L", (41, 111)))
        first, end = one.excluded.get("liver", (0, 0))
        made.append(
            _number("1742-6", day, rng.uniform(121, 300) if first <= week < end else rng.uniform(8, 45), "U/L", (7, 40))
        )
    if done("igg"):
        made.append(
            _number(
                "2465-3", day, rng.uniform(3, 6.5) if "low_igg" in one.excluded else rng.uniform(8, 20), "g/L", (7, 16)
            )
        )
    if rng.random() < P["seen_total"]:
        total = _number("", day, one.total(week), "{score}")
        made.append(total | {"code": {"coding": [{"system": CONCEPTS, "code": "sledai.total"}]}})
    return made


def _sediment(rng: Random, there: set[str], day: date) -> Resources:
    made = []
    for code, name in (("13945-1", "hematuria"), ("5821-4", "pyuria")):
        high = name in there or rng.random() < P["lab_bystander"]
        made.append(_number(code, day, rng.randint(7, 60) if high else rng.randint(0, 4), "/[HPF]"))
    if "urinary_casts" in there:
        made.append(_number("5807-3", day, rng.randint(1, 4), "/[LPF]"))
    return made


def _hepatitis(one: Course, day: date) -> Resources:
    surface, core = "hbsag" in one.excluded, "hbsag" in one.excluded or one.hepatitis_core
    return [
        _observation(code, day) | {"valueCodeableConcept": {"text": "阳性" if positive else "阴性"}}
        for code, positive in (("5196-1", surface), ("13952-7", core))
    ]


def _number(
    code: str, day: date, value: float, unit: str, limits: tuple[float | None, float] | None = None
) -> dict[str, Any]:
    made = _observation(code, day) | {"valueQuantity": _quantity(round(value, 2), unit)}
    if limits:
        ends = {
            side: _quantity(end, unit) for side, end in zip(("low", "high"), limits, strict=True) if end is not None
        }
        made["referenceRange"] = [ends]
    return made


def _observation(code: str, day: date) -> dict[str, Any]:
    made = {"resourceType": "Observation", "status": "final", "effectiveDateTime": str(day)}
    return made | {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}}


def _quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
