"""What else criterion E2 rests on: codes of kidney disease, dialysis and kidney transplants."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from tests.population.chart import AS_OF, Diagnosis, Procedure

ICD10 = "http://hl7.org/fhir/sid/icd-10"
SNOMED = "http://snomed.info/sct"
CODED = {  # concept: codes and their system
    "esrd": ("46177005", SNOMED),
    "ckd5": ("N18.5", ICD10),
    "ckd4": ("N18.4", ICD10),
    "dialysis_dependence": ("Z99.2", ICD10),
    "dialysis_visit": ("Z49.1", ICD10),
    "kidney_transplant": ("161665007", SNOMED),
    "kidney_transplant_planned": ("183985008", SNOMED),
}
DONE = {"haemodialysis": "302497006", "kidney_transplant": "70536003", "kidney_transplant_evaluation": "113127005"}
AGES = (0, 3, 13, 14, 15, 60, 89, 90, 91, 400, 3000, -1)


def kidney_diagnoses(rng: Random) -> list[Diagnosis]:
    """Codes with or without an onset, of every status."""
    made = []
    for concept, (code, system) in CODED.items():
        if rng.random() < 0.025:
            verification = rng.choices(("confirmed", "provisional", "refuted"), (80, 14, 6))[0]
            on = AS_OF - timedelta(rng.choice(AGES))
            recorded = str(max(on, AS_OF - timedelta(rng.choice((0, 30, 90, 91)))))
            onset, recorded = rng.choice(((str(on), ""), (str(on), recorded), ("", str(min(on, AS_OF))), ("", "")))
            clinical = rng.choice(("active", "active", "resolved"))
            if concept == "dialysis_visit":
                onset, recorded, clinical = str(on), "", "active"
            made.append(Diagnosis(concept, code, onset, clinical, verification, "", min(recorded, str(AS_OF)), system))
    return made


def procedures(rng: Random) -> tuple[Procedure, ...]:
    """Procedures under way, ended, without an end, and never done."""
    made = []
    for concept, code in DONE.items():
        for _ in range(rng.choice((1, 1, 3)) if rng.random() < 0.025 else 0):
            status = rng.choice(("completed", "completed", "completed", "in-progress", "not-done", "preparation"))
            if concept != "haemodialysis" and status == "in-progress":
                status = "completed"
            on = AS_OF - timedelta(rng.choice(AGES))
            begun = on - timedelta(rng.choice((0, 0, 0, 5, 100)))
            end = "" if status == "in-progress" or rng.random() < 0.3 else str(on)
            made.append(Procedure(concept, code, str(begun), end, status))
    return tuple(made)
