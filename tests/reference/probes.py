"""Probes of the clinical reference: a few resources, a criterion, and the answer that the text gives."""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

from adapter import pipeline
from adapter.facts.intake import Intake
from adapter.screening.decision import Decision, decide
from adapter.screening.judging.criteria import Judgement
from adapter.screening.picks.pick import pick_from
from adapter.screening.picks.shelf import lay_out
from adapter.study.load import find_hospital, find_study, load_study
from tests.robustness.ward import AS_OF, ROOT, STUDY

SYSTEMS = {
    "10": "http://hl7.org/fhir/sid/icd-10",
    "cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "cn": "icd-10-china",
    "9cn": "icd-9-cm-3-china",
    "pcs": "http://www.cms.gov/Medicare/Coding/ICD10",
    "11": "http://id.who.int/icd/release/11/mms",
    "sct": "http://snomed.info/sct",
    "atc": "http://www.whocc.no/atc",
    "rx": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "loinc": "http://loinc.org",
    "own": "https://trial-adapter.example/fhir/CodeSystem/concepts",
    "v3": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
}
FORM = "https://trial-adapter.example/fhir/Questionnaire/screening"
WHO = {"reference": "Patient/p"}
Resource = dict[str, Any]


class Probe(NamedTuple):
    """One question to the text: `expected` is the answer, and after a blank the reason for an unknown."""

    section: str
    says: str
    criterion: str
    expected: str
    resources: tuple[Resource, ...]
    parameters: tuple[tuple[str, str], ...]


def probe(section: str, says: str, expected: str, *resources: Resource, **parameters: str) -> Probe:
    """Write a probe; `expected` is `E1c met` or `E1c unknown indeterminate`."""
    criterion, answer = expected.split(" ", 1)
    return Probe(section, says, criterion, answer, resources, tuple(sorted(parameters.items())))


@cache
def screen(parameters: tuple[tuple[str, str], ...] = ()) -> pipeline.Screen:
    """Prepare the study once for each set of parameters."""
    mappings = ROOT / "mappings"
    mapped = load_study(find_study(STUDY, mappings), mappings, dict(parameters), find_hospital(None, mappings))
    return pipeline.prepare(mapped, mappings, "Asia/Shanghai")


def decided(resources: Iterable[Resource], parameters: tuple[tuple[str, str], ...] = ()) -> Decision:
    """Decide on one patient: a woman of 32 years unless the resources hold another."""
    given = [{**one, "id": one.get("id", f"r{number}")} for number, one in enumerate(resources)]
    if not any(one["resourceType"] == "Patient" for one in given):
        given.append(person())
    prepared = screen(parameters)
    intake = Intake(prepared.context, prepared.views, prepared.study.registry)
    for one in given:
        intake.take(json.dumps(one, ensure_ascii=False).encode())
    (record,) = intake.cohort(()).records
    shelf = lay_out(record, prepared.study, AS_OF)
    picks = pick_from(shelf, prepared.study, prepared.study.variables.values())
    return decide(record, Judgement(prepared.study, picks, record.person.sex), AS_OF)


def answer(asked: Probe) -> str:
    """Answer as expected: with the reason only where one is expected."""
    finding = decided(asked.resources, asked.parameters).findings[asked.criterion]
    because = f" {finding.because}" if finding.because and " " in asked.expected else ""
    return f"{finding.answer}{because}"


def day(when: int | str | None) -> str | None:
    """Return a date so many days before the index date, or the date itself."""
    return (AS_OF - timedelta(days=when)).isoformat() if isinstance(when, int) else when


def coded(*codes: str, text: str | None = None) -> dict[str, Any]:
    """Return a CodeableConcept of `10:B20` and the like."""
    pairs = [one.split(":", 1) for one in codes if one]
    codings = [{"system": SYSTEMS.get(system, system), "code": code} for system, code in pairs]
    return ({"coding": codings} if codings else {}) | ({"text": text} if text else {})


def put(resource: str, values: Mapping[str, Any]) -> Resource:
    """Return a resource without what is empty."""
    return {"resourceType": resource} | {key: value for key, value in values.items() if value not in (None, {})}


def person(gender: str | None = "female", born: str = "1993-08-21") -> Resource:
    """Return the patient."""
    return put("Patient", {"id": "p", "gender": gender, "birthDate": born})


def amount(value: object, unit: str | None) -> dict[str, Any]:
    """Return what an Observation holds for a number, a comparator with a number, or a text."""
    if isinstance(value, str) and value[:1] in "<>" and value.lstrip("<>=").replace(".", "").isdigit():
        mark = value[: len(value) - len(value.lstrip("<>="))]
        return {"valueQuantity": {"value": float(value[len(mark) :]), "comparator": mark} | _unit(unit)}
    if isinstance(value, str):
        return {"valueString": value}
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, dict):
        return {"valueCodeableConcept": value}
    return {"valueQuantity": {"value": value} | _unit(unit)} if value is not None else {}


def _unit(unit: str | None) -> dict[str, str]:
    return {"unit": unit, "system": "http://unitsofmeasure.org", "code": unit} if unit else {}


def lab(
    code: str, value: object, on: int | str | None = 3, unit: str | None = None,
    low: float | None = None, high: float | None = None, status: str = "final", flag: str = "", **more: Any,
) -> Resource:  # fmt: skip
    """Return a result: LOINC code, value, day, unit, limits of the report, interpretation."""
    limits = {
        name: {"value": limit} | _unit(unit) for name, limit in (("low", low), ("high", high)) if limit is not None
    }
    return put("Observation", {
        "status": status, "code": coded(code if ":" in code else f"loinc:{code}"), "subject": WHO,
        "effectiveDateTime": day(on), **amount(value, unit), "referenceRange": [limits] if limits else None,
        "interpretation": [coded(f"v3:{flag}")] if flag else None, **more,
    })  # fmt: skip


def word(code: str, value: str, on: int | str | None = 2, **more: Any) -> Resource:
    """Return an attestation or an item as an Observation in our own codes."""
    return lab(f"own:{code}", coded(f"own:{value}"), on, **more)


def form(on: int | str | None = 2, status: str = "completed", **answers: str | bool) -> Resource:
    """Return our form with its answers; `_` stands for the point of a link id."""
    items = [
        {"linkId": link.replace("__", "."), "answer": [
            {"valueBoolean": said} if isinstance(said, bool) else {"valueCoding": coded(f"own:{said}")["coding"][0]}
        ]} for link, said in answers.items()
    ]  # fmt: skip
    return put("QuestionnaireResponse", {
        "questionnaire": FORM, "status": status, "subject": WHO, "authored": day(on), "item": items,
    })  # fmt: skip


def cond(
    code: str = "", onset: int | str | None = None, recorded: int | str | None = None, end: int | str | None = None,
    clinical: str | None = "active", verified: str | None = "confirmed", text: str | None = None, **more: Any,
) -> Resource:  # fmt: skip
    """Return a Condition."""
    status = "http://terminology.hl7.org/CodeSystem/condition-"
    return put("Condition", {
        "code": coded(*code.split(" "), text=text), "subject": WHO, "onsetDateTime": day(onset),
        "recordedDate": day(recorded), "abatementDateTime": day(end),
        "clinicalStatus": _status(status + "clinical", clinical),
        "verificationStatus": _status(status + "ver-status", verified), **more,
    })  # fmt: skip


def _status(system: str, code: str | None) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]} if code else {}


def _period(start: int | str | None, end: int | str | None) -> dict[str, str]:
    bounds = (("start", day(start)), ("end", day(end)))
    return {name: said for name, said in bounds if said}


def proc(
    code: str = "", on: int | str | None = None, status: str | None = "completed",
    start: int | str | None = None, end: int | str | None = None, text: str | None = None, **more: Any,
) -> Resource:  # fmt: skip
    """Return a Procedure, of one day or over a period."""
    period = _period(start, end)
    return put("Procedure", {
        "status": status, "code": coded(*code.split(" "), text=text), "subject": WHO,
        "performedDateTime": day(on), "performedPeriod": period, **more,
    })  # fmt: skip


def med(
    what: str | None, start: int | str | None = None, end: int | str | None = None, status: str | None = "active",
    kind: str = "Statement", on: int | str | None = None, codes: str = "", **more: Any,
) -> Resource:  # fmt: skip
    """Return one of the four medication resources; `what` is the drug's text, `codes` its codes."""
    period = _period(start, end)
    drug = {"medicationCodeableConcept": coded(*codes.split(" "), text=what)} if what or codes else {}
    times = {
        "Statement": {"effectivePeriod": period, "effectiveDateTime": day(on)},
        "Administration": {"effectivePeriod": period, "effectiveDateTime": day(on)},
        "Request": {
            "intent": "order", "authoredOn": day(on),
            "dosageInstruction": [{"timing": {"repeat": {"boundsPeriod": period}}}] if period else None,
        },
        "Dispense": {"whenHandedOver": day(on)},
    }[kind]  # fmt: skip
    who = {"subject": WHO}
    return put(f"Medication{kind}", {"status": status, **drug, **who, **times, **more})


def subject(
    status: str | None = "on-study", study: str = "ResearchStudy/other", start: int | str | None = None,
    end: int | str | None = None, **more: Any,
) -> Resource:  # fmt: skip
    """Return a place in a study."""
    period = _period(start, end)
    return put("ResearchSubject", {
        "status": status, "study": {"reference": study}, "individual": WHO, "period": period, **more,
    })  # fmt: skip


def allergy(
    text: str | None = None,
    codes: str = "",
    verified: str | None = "confirmed",
    clinical: str | None = "active",
    **more: Any,
) -> Resource:
    """Return an AllergyIntolerance."""
    status = "http://terminology.hl7.org/CodeSystem/allergyintolerance-"
    return put("AllergyIntolerance", {
        "patient": WHO, "code": coded(*codes.split(" "), text=text), "clinicalStatus": _status(status + "clinical", clinical),
        "verificationStatus": _status(status + "verification", verified), **more,
    })  # fmt: skip
