"""A text beyond all measure, wherever a resource holds one, is read in a time that grows with its length alone."""

import json
import time

import pytest

from adapter.facts.intake import Intake
from tests.robustness.ward import screen

LENGTH = 100_000
SLOW_S = 2.0  # CPU-seconds; what grows with the square takes ten and more
SEEDS = (
    "x",
    "1",
    "芍",
    "阴性",
    "- ",
    "1:",
    "<",
    "/",
    "泼尼松片",
    "due to ",
    "1.",
    "5 x 10^9/L ",
    "2024-01-01",
    "a-mab ",
    "单抗",
)
SYSTEMS = {
    "Observation": "http://loinc.org",
    "Condition": "http://hl7.org/fhir/sid/icd-10-cm",
    "Procedure": "http://snomed.info/sct",
    "MedicationStatement": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "AllergyIntolerance": "http://www.whocc.no/atc",
}
PATIENT = {"resourceType": "Patient", "id": "p"}
RESULT = {
    "Observation": {"coding": [{"system": "http://loinc.org", "code": "4485-9"}]},
    "Condition": {"coding": [{"system": "http://snomed.info/sct", "code": "55464009"}]},
}


def resources(kind: str, text: str):
    """Yield resources with the text where a code, a name, a value, a unit, a date or a note belongs."""
    about = {"resourceType": kind, "subject": {"reference": "Patient/p"}, "patient": {"reference": "Patient/p"}}
    coding = {"system": SYSTEMS[kind], "code": text, "display": text}
    names = [{"coding": [coding]}, {"text": text}]
    if kind in RESULT:
        names.append(RESULT[kind])
    rest = {
        "valueString": text, "note": [{"text": text}], "dosage": [{"text": text}], "effectiveDateTime": text,
        "onsetDateTime": text, "interpretation": [{"text": text}], "status": text, "clinicalStatus": {"text": text},
        "statusReason": [{"text": text}], "referenceRange": [{"text": text}], "verificationStatus": {"text": text},
    }  # fmt: skip
    for number, name in enumerate(names):
        for place, (key, value) in enumerate(rest.items()):
            named = {"code": name, "medicationCodeableConcept": name}
            yield {"status": "final", **about, **named, key: value, "id": f"r{number}-{place}"}
    unit = {"value": 5, "unit": text, "code": text, "comparator": text}
    yield {**about, "id": "u", "status": "final", "code": names[-1], "valueQuantity": unit, "component": [
        {"code": names[-1], "valueQuantity": {"value": text, "unit": text}}, {"code": names[0], "valueRatio": text},
    ]}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", SYSTEMS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_long_text_takes_no_long_time(kind, seed):
    slow = []
    for resource in resources(kind, (seed * LENGTH)[:LENGTH]):
        intake = Intake(screen().context, screen().views, screen().study.registry)
        raws = [json.dumps(one, ensure_ascii=False).encode() for one in (PATIENT, resource)]
        before = time.process_time()
        for raw in raws:
            intake.take(raw)
        assert len(intake.cohort().records) == 1
        if time.process_time() - before > SLOW_S:
            slow.append(resource["id"])
    assert slow == []
