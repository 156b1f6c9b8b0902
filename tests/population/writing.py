"""A chart written as FHIR R4 resources, the way a hospital's server would send them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from adapter.facts.read.references import Bases
from adapter.sources.base import Report, Resource
from tests.population.chart import Answer, Chart, Diagnosis, Form, Procedure, Result

CONCEPTS = "https://trial-adapter.example/fhir/CodeSystem/concepts"
SCREENING = "https://trial-adapter.example/fhir/Questionnaire/screening"
HL7 = "http://terminology.hl7.org/CodeSystem"


class Charts:
    """A source of generated patients; the order of their resources is the caller's."""

    report = Report()
    incomplete: tuple[str, ...] = ()
    bases = Bases()

    def __init__(self, resources: list[dict[str, Any]]) -> None:
        self._resources = resources

    def pieces(self) -> Iterator[Resource]:
        """Give out every resource."""
        for number, one in enumerate(self._resources):
            yield Resource(json.dumps(one, ensure_ascii=False).encode(), "generated", number + 1)


def written(chart: Chart) -> list[dict[str, Any]]:
    """All resources of a chart."""
    person = {"resourceType": "Patient", "id": chart.id, "birthDate": chart.birth, "gender": chart.gender}
    made = [person, *_observations(chart)]
    for number, form in enumerate(chart.forms):
        made.append(_form(form, f"{chart.id}-f{number}"))
    made += [_condition(one, f"{chart.id}-d{number}") for number, one in enumerate(chart.diagnoses)]
    made += [_procedure(one, f"{chart.id}-p{number}") for number, one in enumerate(chart.procedures)]
    for one in made[1:]:
        one["subject"] = {"reference": f"Patient/{chart.id}"}
    return made


def _observations(chart: Chart) -> Iterator[dict[str, Any]]:
    joined = [one for one in chart.results if one.panel]
    for panel, group in groupby(joined, lambda one: one.panel):
        members = list(group)
        head = _head(members[0], f"{chart.id}-{panel}") | {"code": {"text": "panel"}}
        yield head | {"component": [{"code": _code(one)} | _value(one) for one in members]}
    for number, one in enumerate(chart.results):
        if not one.panel:
            yield _head(one, f"{chart.id}-o{number}") | {"code": _code(one)} | _value(one)


def _head(one: Result, id: str) -> dict[str, Any]:  # noqa: A002
    head: dict[str, Any] = {"resourceType": "Observation", "id": id, "status": one.status}
    if "/" in one.when:
        head["effectivePeriod"] = dict(zip(("start", "end"), one.when.split("/"), strict=True))
    elif one.when:
        head["effectiveDateTime"] = one.when
    if one.note:
        head["note"] = [{"text": one.note}]
    return head


def _code(one: Result) -> dict[str, Any]:
    return {"coding": [{"system": "http://loinc.org", "code": one.code}]}


def _value(one: Result) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if one.reason:
        made["dataAbsentReason"] = {"coding": [{"system": f"{HL7}/data-absent-reason", "code": one.reason}]}
    elif one.upto is not None:
        made["valueString"] = f"{one.value}-{one.upto}/HP"
    elif one.word:
        made["valueString" if len(one.word) % 2 else "valueCodeableConcept"] = (
            one.word if len(one.word) % 2 else {"text": one.word}
        )
    elif one.value is not None:
        made["valueQuantity"] = _quantity(one.value, one.unit)
        if one.comparator:
            made["valueQuantity"]["comparator"] = one.comparator
    ends = {side: _quantity(end, one.unit) for side, end in (("low", one.low), ("high", one.high)) if end is not None}
    if ends:
        made["referenceRange"] = [ends]
    if one.flag:
        made["interpretation"] = [{"coding": [{"system": f"{HL7}/v3-ObservationInterpretation", "code": one.flag}]}]
    return made


def _quantity(value: Decimal, unit: str) -> dict[str, Any]:
    return {"value": float(value), "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def _form(form: Form, id: str) -> dict[str, Any]:  # noqa: A002
    if form.total is not None:
        quantity = _quantity(Decimal(form.total), "{score}")
        return _scored(form, id, "sledai.total") | {"valueQuantity": quantity}
    if form.as_components:
        answers = [{"code": _concept(one.item), "valueCodeableConcept": _concept(one.word)} for one in form.answers]
        return _scored(form, id, "sledai.form") | {"component": answers}
    items = [{"linkId": one.item, "answer": [_answered(one, number)]} for number, one in enumerate(form.answers)]
    made = {"resourceType": "QuestionnaireResponse", "id": id, "questionnaire": SCREENING, "status": form.status}
    return made | {"authored": form.when, "item": items}


def _scored(form: Form, id: str, code: str) -> dict[str, Any]:  # noqa: A002
    status = {"completed": "final"}.get(form.status, form.status)
    head = {"resourceType": "Observation", "id": id, "status": status, "code": _concept(code)}
    return head | {"effectiveDateTime": form.when}


def _concept(code: str) -> dict[str, Any]:
    return {"coding": [{"system": CONCEPTS, "code": code}]}


def _answered(one: Answer, number: int) -> dict[str, Any]:
    yes = one.word in {"present", "yes"}
    return ({"valueBoolean": yes}, {"valueCoding": _concept(one.word)["coding"][0]}, {"valueString": one.word})[
        number % 3
    ]


def _condition(one: Diagnosis, id: str) -> dict[str, Any]:  # noqa: A002
    made: dict[str, Any] = {"resourceType": "Condition", "id": id}
    made["code"] = {"coding": [{"system": one.system, "code": one.code}]}
    made["clinicalStatus"] = {"coding": [{"system": f"{HL7}/condition-clinical", "code": one.clinical}]}
    made["verificationStatus"] = {"coding": [{"system": f"{HL7}/condition-ver-status", "code": one.verification}]}
    if one.onset:
        made["onsetDateTime"] = one.onset
    if one.abated:
        made["abatementDateTime"] = one.abated
    if one.recorded:
        made["recordedDate"] = one.recorded
    return made


def _procedure(one: Procedure, id: str) -> dict[str, Any]:  # noqa: A002
    code = {"coding": [{"system": "http://snomed.info/sct", "code": one.code}]}
    period = {"start": one.start} | ({"end": one.end} if one.end else {})
    return {"resourceType": "Procedure", "id": id, "status": one.status, "code": code, "performedPeriod": period}
