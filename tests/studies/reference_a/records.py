"""Short ways to write the resources of a probe: what is not said is ordinary (final, dated five days ago, confirmed)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.robustness.ward import AS_OF

Resource = dict[str, Any]

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ICD = "http://hl7.org/fhir/sid/icd-10"
SNOMED = "http://snomed.info/sct"
OWN = "https://trial-adapter.example/fhir/CodeSystem/concepts"
FORM = "https://trial-adapter.example/fhir/Questionnaire/screening"
HL7 = "http://terminology.hl7.org/CodeSystem"
JUDGED = f"{HL7}/v3-ObservationInterpretation"
SELDOM = 5  # days before the index date, where a probe says nothing


def day(before: int) -> str:
    """The day so many days before the index date."""
    return (AS_OF - timedelta(days=before)).isoformat()


def concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def value_of(value: object, unit: str = "") -> Resource:
    """A quantity, a string, a range `(low, high)`, a comparator `<5` with a unit, or a value[x] as it is."""
    if isinstance(value, dict) or value is None:
        return dict(value or {})
    if isinstance(value, bool):
        return {"valueBoolean": value}
    measure = {"unit": unit, "system": UCUM, "code": unit} if unit else {}
    if isinstance(value, (int, float)):
        return {"valueQuantity": {"value": value, **measure}}
    text = str(value)
    if unit and text[0] in "<>":
        sign = text[:2] if text[1] == "=" else text[0]
        return {"valueQuantity": {"value": float(text[len(sign) :]), "comparator": sign, **measure}}
    return {"valueString": f"{text}{unit}"}


def limits(low: float | None, high: float | None, unit: str = "", **more: Any) -> Resource:
    """The report's range, of which one side may be missing; `text=` where it is only printed."""
    measure = {"unit": unit, "system": UCUM, "code": unit} if unit else {}
    sides = {name: {"value": side, **measure} for name, side in (("low", low), ("high", high)) if side is not None}
    return sides | more


def lab(
    code: str,
    value: object = None,
    unit: str = "",
    *,
    on: int | str | None = SELDOM,
    low: float | None = None,
    high: float | None = None,
    flag: str = "",
    note: str = "",
    system: str = LOINC,
    **more: Any,
) -> Resource:
    """An Observation; `on`: days before the index date, or a date as it is written; None: undated."""
    made: Resource = {"resourceType": "Observation", "status": "final", "code": concept(system, code)}
    made |= value_of(value, unit)
    if on is not None:
        made["effectiveDateTime"] = day(on) if isinstance(on, int) else on
    if low is not None or high is not None:
        made["referenceRange"] = [limits(low, high, unit)]
    if flag:
        made["interpretation"] = [concept(JUDGED, flag)]
    if note:
        made["note"] = [{"text": note}]
    return made | more


def item(name: str, value: object = True, **more: Any) -> Resource:
    """A single item of a form as an Observation of its own: `sledai.rash`, `eular.fever`, `acr97.malar_rash`."""
    return lab(name, value, system=OWN, **more)


def form(answers: dict[str, object], on: int | str | None = SELDOM, **more: Any) -> Resource:
    """A QuestionnaireResponse of our form."""
    kinds = {bool: "valueBoolean", int: "valueInteger", float: "valueDecimal", str: "valueString"}
    items = [
        {"linkId": name, "answer": [value if isinstance(value, dict) else {kinds[type(value)]: value}]}
        for name, value in answers.items()
    ]
    made: Resource = {"resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": FORM}
    made |= {"item": items}
    if on is not None:
        made["authored"] = day(on) if isinstance(on, int) else on
    return made | more


def total(score: object, on: int | str | None = SELDOM, **more: Any) -> Resource:
    """A total of SELENA-SLEDAI scored elsewhere."""
    return lab("sledai.total", {"valueInteger": score} if isinstance(score, int) else score, system=OWN, on=on, **more)


def panel(answers: dict[str, object], on: int | str | None = SELDOM, **more: Any) -> Resource:
    """One Observation whose components are the items of a form."""
    parts = [{"code": concept(OWN, name), **value_of(value)} for name, value in answers.items()]
    return lab("sledai", None, system=OWN, on=on, component=parts, **more)


def condition(
    code: str, *, system: str = ICD, clinical: str = "active", verified: str = "confirmed", **more: Any
) -> Resource:
    """A diagnosis; an empty status is left out."""
    made: Resource = {"resourceType": "Condition", "code": concept(system, code)}
    if clinical:
        made["clinicalStatus"] = concept(f"{HL7}/condition-clinical", clinical)
    if verified:
        made["verificationStatus"] = concept(f"{HL7}/condition-ver-status", verified)
    return made | more


def patient(birth: str | None = "1990-05-05", sex: str | None = "female", **more: Any) -> Resource:
    made: Resource = {"resourceType": "Patient", "id": "p"}
    made |= {name: said for name, said in (("birthDate", birth), ("gender", sex)) if said is not None}
    return made | more


def bundle(resources: list[Resource]) -> list[Resource]:
    """The resources with the ids and the subject that they need; a person where none is given."""
    people = [] if any(one["resourceType"] == "Patient" for one in resources) else [patient()]
    made = []
    for number, one in enumerate([*people, *resources]):
        own = {} if one["resourceType"] == "Patient" else {"id": f"r{number}", "subject": {"reference": "Patient/p"}}
        made.append(own | one)
    return made


def years_before(years: int, more_days: int = 0) -> str:
    """A birth date: so many years and days before the index date."""
    return (date(AS_OF.year - years, AS_OF.month, AS_OF.day) - timedelta(days=more_days)).isoformat()
